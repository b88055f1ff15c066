//! What files and services say reaches a terminal as text, never as a command to it.

use heddle_tests::{Finished, Service, heddle, recipient, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// Colours, a title, a sound, an erased line, a line break of its own, and text that is turned around.
const HOSTILE: &str = "x\u{1b}[31m\u{1b}]0;title\u{7}\r\u{9b}2K\u{202e}txet\u{2066}";

/// No character is left that a terminal would obey.
fn assert_safe(text: &str, where_from: &str) {
    let obeyed = |character: char| {
        character.is_control() && character != '\n' && character != '\t'
            || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(obeyed), "{where_from}: {text:?}");
}

/// It was shown, escaped.
fn assert_shown(finished: &Finished, where_from: &str) {
    assert_safe(&finished.stderr, where_from);
    assert!(finished.stderr.contains("x\\u001b[31m"), "{where_from}: {}", finished.stderr);
}

fn renamed(name: &str) -> Value {
    let workflow = sending_workflow(json!({}), json!({})).to_string();
    serde_json::from_str(&workflow.replace("\"Send\"", &json!(name).to_string())).expect("JSON")
}

#[test]
fn names_of_nodes() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::ServerError).to(recipient(1)));
    let items = json!([{ "to": recipient(0) }, { "to": recipient(1) }]);
    let finished = Finished::of(&mut service.run(&renamed(HOSTILE), &items));
    assert_eq!(finished.status, 1);
    assert_shown(&finished, "a run");
    let forged = renamed("Quiet\nSend: 99 sent, 0 not sent, 0 unknown");
    let finished = Finished::of(&mut service.run(&forged, &items));
    assert!(!finished.stderr.lines().any(|line| line.starts_with("Send: 99 sent")), "{}", finished.stderr);
}

#[test]
fn problems_of_files_and_their_excerpts() {
    let service = Service::start();
    let mut workflow = renamed(HOSTILE);
    workflow["nodes"][1]["type"] = json!(format!("example.{HOSTILE}"));
    // Raw in the text, as JSON allows all but C0 controls; and escaped in it.
    let pretty = serde_json::to_string_pretty(&workflow).expect("JSON");
    for text in [pretty, workflow.to_string()] {
        let file = service.write("hostile.json", text);
        for command in ["check", "run"] {
            let finished = Finished::of(heddle().arg(command).arg(&file));
            assert_eq!(finished.status, 2);
            assert_shown(&finished, command);
            assert_safe(&finished.stdout, command);
        }
    }
    let broken = service.write("broken.json", format!("{{\n  \"nodes\": {HOSTILE}\r\n}}"));
    let finished = Finished::of(heddle().arg("check").arg(broken));
    assert_eq!(finished.status, 2);
    assert_shown(&finished, "an excerpt");
}

#[test]
fn answers_of_services() {
    let service = Service::start();
    let answer = json!({ "key": HOSTILE, "text": HOSTILE, "errors": { HOSTILE: [HOSTILE] } });
    for (index, (content_type, body)) in
        [("application/json", answer.to_string()), ("text/html", format!("<p>{HOSTILE}</p>"))]
            .into_iter()
            .enumerate()
    {
        let to = recipient(index);
        let content_type = content_type.to_owned();
        service.fault(
            FaultRule::new(Fault::Custom { status: 400, content_type, body, accepted: false }).to(to.clone()),
        );
        for on_error in ["stopWorkflow", "continueRegularOutput"] {
            let workflow = sending_workflow(json!({}), json!({ "onError": on_error }));
            let finished = Finished::of(&mut service.run(&workflow, &json!([{ "to": to }])));
            assert_safe(&finished.stderr, "an answer");
            assert!(finished.stderr.contains("item 0"), "{}", finished.stderr);
        }
    }
}

#[test]
fn keys_and_values_of_items() {
    let service = Service::start();
    let workflow =
        sending_workflow(json!({ "numberToSend": "={{ $json[Object.keys($json)[0]] }}" }), json!({}));
    let finished = Finished::of(&mut service.run(&workflow, &json!([{ HOSTILE: HOSTILE }])));
    assert_safe(&finished.stderr, "an item");
    let items = service.write("hostile.jsonl", format!("{{\"a\": 1}}\n{HOSTILE}\n"));
    let finished = Finished::of(heddle().args(["eval", "$json.a", "--input"]).arg(items));
    assert_eq!(finished.status, 2);
    assert_safe(&finished.stderr, "a file of items");
    let missing = format!("$({}).item.json.a", json!(HOSTILE));
    let finished = Finished::of(heddle().args(["eval", &missing]));
    assert_eq!(finished.status, 1);
    assert_safe(&finished.stderr, "an expression");
}

#[cfg(unix)]
#[test]
fn names_of_files_and_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join(HOSTILE.replace('/', ""));
    for arguments in
        [&["run"][..], &["check"], &["eval", "1", "--input"], &["run", "x.json", "--credentials"]]
    {
        let finished = Finished::of(heddle().args(arguments).arg(&name));
        assert_eq!(finished.status, 2);
        assert_safe(&finished.stderr, "a file that is not there");
        assert_safe(&finished.stdout, "a file that is not there");
    }
    std::fs::write(&name, "{}").expect("it can be written");
    let finished = Finished::of(heddle().arg("check").arg(&name));
    assert_safe(&finished.stderr, "a file");
    assert_safe(&finished.stdout, "a file");
    for arguments in [&[HOSTILE][..], &["run", "x.json", "--concurrency", HOSTILE], &["describe", HOSTILE]] {
        let finished = Finished::of(heddle().args(arguments));
        assert_eq!(finished.status, 2);
        assert_safe(&finished.stderr, "an argument");
        assert!(finished.stderr.contains("\\u202etxet\\u2066"), "{}", finished.stderr);
    }
}

#[test]
fn results_in_a_pipe_are_the_json_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let items = folder.path().join("items.json");
    std::fs::write(&items, json!([{ "a": HOSTILE }]).to_string()).expect("it can be written");
    let finished = Finished::of(heddle().args(["eval", "$json.a", "--input"]).arg(&items));
    assert_eq!(finished.json(), HOSTILE);
    assert!(finished.stdout.contains('\u{202e}'), "{:?}", finished.stdout);
}
