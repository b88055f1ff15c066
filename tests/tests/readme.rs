//! What the README shows is what there is.

use heddle_tests::{Finished, example, heddle, root, workflow};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("the README is there")
}

#[test]
fn its_programs_are_the_compiled_examples() {
    for (mark, file) in
        [("embed.rs", "crates/cli/examples/embed.rs"), ("greet.rs", "crates/cli/examples/greet.rs")]
    {
        let program = std::fs::read_to_string(root().join(file)).expect("the example is there");
        assert!(
            readme().contains(&format!("<!-- {mark} -->\n```rust\n{program}```\n")),
            "the README does not show {file} as it is"
        );
    }
}

#[test]
fn its_first_command_prints_what_it_says() {
    let finished = Finished::of(heddle().current_dir(root()).args([
        "run",
        "tests/workflows/send-chatbot.json",
        "--pins",
        "--sandbox",
    ]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        readme().contains(&format!("```text\n{}\n```", finished.stderr.trim_end())),
        "{}",
        finished.stderr
    );
    assert_eq!(finished.json().as_array().map(Vec::len), Some(3), "all conversations: {}", finished.stdout);
}

#[test]
fn a_program_with_its_own_node_has_all_commands() {
    let greet = |arguments: &[&str]| Finished::of(example("greet").args(arguments));
    let form = greet(&["describe", "example.greet"]);
    assert_eq!(form.json()["displayName"], "Greet", "{}", form.stderr);
    let nodes = greet(&["nodes"]).stdout;
    assert!(nodes.contains("example.greet\t") && nodes.contains("n8n-nodes-base.set\t"), "{nodes}");
    let file = workflow("send-chatbot.json");
    let checked = greet(&["check", "--sandbox", file.to_str().expect("a path")]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
}

#[test]
fn its_embedding_example_runs_and_says_what_is_wrong() {
    let embed = |folder: &std::path::Path| Finished::of(example("embed").current_dir(folder));
    let right = embed(root());
    assert_eq!((right.status, right.stdout.lines().count()), (0, 3), "{}", right.stderr);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let wrong = embed(elsewhere.path());
    assert_eq!((wrong.status, wrong.stdout.as_str()), (1, ""));
    assert!(
        wrong.stderr.starts_with("error: tests/workflows/send-chatbot.json: The file cannot be read"),
        "{}",
        wrong.stderr
    );
}
