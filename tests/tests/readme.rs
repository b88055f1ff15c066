//! What the README shows is what there is.

use heddle_tests::{Finished, heddle, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("the README is there")
}

#[test]
fn its_programs_are_the_compiled_examples() {
    for (mark, file) in
        [("embed.rs", "crates/runner/examples/embed.rs"), ("greet.rs", "crates/node/examples/greet.rs")]
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
        "--sandbox",
    ]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        readme().contains(&format!("```text\n{}\n```", finished.stderr.trim_end())),
        "{}",
        finished.stderr
    );
    assert_eq!(finished.json()[0]["pairedItem"]["item"], 0);
}
