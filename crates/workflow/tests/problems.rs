//! What is said about files that are wrong, and where.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use heddle_data::{Json, json};
use heddle_workflow::{Problem, Severity, Workflow};

/// `line:column severity message | pointer` of everything that is wrong with a text.
fn problems(text: &str) -> Vec<String> {
    let problems = match Workflow::parse("test.json", text) {
        Ok(workflow) => workflow.problems(),
        Err(error) => error.problems,
    };
    problems.iter().map(show).collect()
}

fn show(problem: &Problem) -> String {
    let place = problem.span.as_ref().map_or("?".to_owned(), |span| format!("{}:{}", span.line, span.column));
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{place} {severity} {} | {}", problem.message, problem.pointer)
}

fn help(text: &str) -> String {
    Workflow::parse("test.json", text).unwrap_err().problems[0].help.clone().unwrap_or_default()
}

#[test]
fn everything_is_found_at_once() {
    let text = r#"{
  "nodes": [
    { "name": "A", "type": "t", "position": [0, 0], "id": "1" },
    { "name": "A", "type": "t", "position": [0, 0], "id": "2" },
    { "name": "B", "position": [0], "id": "2", "disabled": "yes", "onError": "stop" },
    { "name": "", "type": 5, "position": [0, 0], "parameters": [1] },
    null
  ],
  "connections": {
    "A": { "main": [[{ "node": "b", "type": "main", "index": 0 }, { "node": "B", "type": "main" }], 7] },
    "Gone": { "main": [[{ "node": "B", "type": "main", "index": -1 }]] }
  },
  "pinData": { "A": [{ "json": {} }, 5] }
}"#;
    assert_eq!(
        problems(text),
        [
            "4:15 error Two nodes have the name \"A\" (nodes 0 and 1) | /nodes/1/name",
            "5:5 error The node \"B\" has no type | /nodes/2/type",
            "5:32 warning The node \"B\" has no position of two numbers | /nodes/2/position",
            "5:60 warning The node \"B\" has a \"disabled\" that is \"yes\", not true or false | /nodes/2/disabled",
            "5:78 warning The node \"B\" has an \"onError\" that is \"stop\", not one of stopWorkflow, continueRegularOutput, continueErrorOutput | /nodes/2/onError",
            "5:43 warning The nodes \"A\" and \"B\" share the id \"2\" | /nodes/2/id",
            "6:15 error Node 3 has no name | /nodes/3/name",
            "6:27 error Node 3 has a type that is a number, not a text | /nodes/3/type",
            "6:64 error Node 3 has parameters that are a list, not an object | /nodes/3/parameters",
            "7:5 error Node 4 is null, not an object | /nodes/4",
            "10:32 error A connection goes from \"A\" to \"b\", which is no node of this workflow | /connections/A/main/0/0/node",
            "10:67 warning A connection of \"A\" has no input index; it counts as 0 | /connections/A/main/0/1/index",
            "10:101 error Output 1 of \"A\" is a number, not a list of connections | /connections/A/main/1",
            "11:5 warning A connection starts at \"Gone\", which is no node of this workflow | /connections/Gone",
            "11:65 error A connection of \"Gone\" goes to input -1 | /connections/Gone/main/0/0/index",
            "13:38 error The pinned data of \"A\" cannot be read: item 1 is a number, not an object | /pinData/A/1",
        ]
    );
    let workflow = Workflow::parse("test.json", text).unwrap();
    assert!(!workflow.is_runnable());
    let wrong_name = workflow.problems().into_iter().find(|p| p.message.contains("\"b\"")).unwrap();
    assert_eq!(
        wrong_name.help.as_deref(),
        Some("There is a node \"B\"; names must be equal in every character.")
    );
    assert_eq!(wrong_name.node.as_deref(), Some("A"));
}

#[test]
fn a_workflow_without_a_text_has_problems_without_places() {
    let workflow = Workflow::from_json(&json!({ "nodes": [{ "name": "A", "position": [0, 0] }] }));
    assert_eq!(
        workflow.problems().iter().map(show).collect::<Vec<_>>(),
        ["? error The node \"A\" has no type | /nodes/0/type"]
    );
}

#[test]
fn a_changed_workflow_has_problems_without_places() {
    let mut workflow =
        Workflow::parse("test.json", r#"{ "nodes": [{ "name": "A", "type": "t", "position": [0, 0] }] }"#)
            .unwrap();
    workflow.nodes.insert(0, heddle_workflow::Node::new("A", "t"));
    assert_eq!(
        workflow.problems().iter().map(show).collect::<Vec<_>>(),
        ["? error Two nodes have the name \"A\" (nodes 0 and 1) | /nodes/1/name"]
    );
}

#[test]
fn what_is_no_json_is_explained() {
    for (text, place, advice) in [
        ("", "1:1", "Download"),
        ("  \n ", "", "Download"),
        ("<!DOCTYPE html><html>", "1:1", "web page"),
        ("name: W\nnodes: []", "1:", "begins with {"),
        ("{ \"nodes\": [1, 2,] }", "1:18", "Remove the comma"),
        ("{ 'nodes': [] }", "1:3", "double quotes"),
        ("{ // note\n \"nodes\": [] }", "1:3", "no comments"),
        ("{ \"nodes\": [\n  {\"name\": \"A\"}\n  {\"name\": \"B\"}\n] }", "3:3", "comma is missing"),
        ("{ \"nodes\": [ {\"name\": \"A\"", "", "too early"),
    ] {
        let error = Workflow::parse("test.json", text).unwrap_err();
        let shown = show(&error.problems[0]);
        assert!(shown.starts_with(place), "{text:?}: {shown}");
        assert!(help(text).contains(advice), "{text:?}: {}", help(text));
        assert!(error.to_string().starts_with("test.json:"), "{error}");
    }
}

#[test]
fn json_that_is_no_workflow_is_explained() {
    for (text, message) in [
        ("5", "The file holds a number, not a workflow"),
        ("[]", "The file holds a list, and no workflow in it"),
        ("{}", "The file is JSON but no workflow: it has no \"nodes\""),
        ("{ \"nodes\": {} }", "\"nodes\" is an object, not a list of nodes"),
        (
            "[{ \"name\": \"A\", \"nodes\": [] }, { \"name\": \"B\", \"nodes\": [] }]",
            "The file holds 2 workflows: \"A\", \"B\"",
        ),
        ("{ \"parameters\": {}, \"type\": \"t\" }", "The file holds a single node, not a workflow"),
        (
            "{ \"type\": \"httpHeaderAuth\", \"data\": \"U2FsdGVk\" }",
            "The file holds a credential, not a workflow",
        ),
        ("{ \"data\": { \"resultData\": {} } }", "The file holds the data of a run, not a workflow"),
    ] {
        let error = Workflow::parse("test.json", text).unwrap_err();
        assert_eq!(error.problems[0].message, message);
        assert!(error.problems[0].help.is_some() && error.problems[0].span.is_some(), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_explained() {
    let error = Workflow::read("no/such/file.json").unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.json: The file cannot be read"), "{error}");
    let error = Workflow::parse_bytes("binary", b"\xff\x00\x01").unwrap_err();
    assert_eq!(error.problems[0].message, "The file is no UTF-8 text: byte 0 is not valid");
}

#[test]
fn places_are_found_by_pointer() {
    let text = "{\n  \"nodes\": [ { \"name\": \"Grüße\", \"type\": \"t\", \"parameters\": { \"a/b\": { \"~\": [1, {\"x\": true}] } } } ],\n  \"nodes2\": 1, \"nodes2\": 22 }";
    let workflow = Workflow::parse("test.json", text).unwrap();
    let map = workflow.source_map().unwrap();
    let value = |pointer: &str| map.span(pointer).map(|range| &text[range]);
    assert_eq!(value("/nodes/0/name"), Some("\"Grüße\""));
    assert_eq!(value(&workflow.parameter_pointer(0, &["a/b", "~", "1", "x"])), Some("true"));
    assert_eq!(value("/nodes2"), Some("22"), "the last of two equal keys counts");
    assert_eq!(map.key_span("/nodes/0/type").map(|range| &text[range]), Some("\"type\""));
    assert_eq!(value("/nodes/1"), None);
    assert_eq!(value("nodes"), None);
    let span = workflow.span("/nodes/0/type").unwrap();
    assert_eq!((span.line, span.column), (2, 41), "columns count characters");
    assert_eq!(
        workflow.span("/nodes/0/parameters/gone/deeper").map(|s| s.range),
        map.span("/nodes/0/parameters")
    );
    assert_eq!(workflow.key_span("/nodes").map(|s| (s.line, s.column)), Some((2, 3)));
}

#[test]
fn problems_are_written_as_json() {
    let problem = Problem::error("No").at("/nodes/0").in_node("A").in_parameter("options.x").with_help("Do");
    assert_eq!(
        heddle_data::to_json(&problem).unwrap(),
        json!({ "severity": "error", "message": "No", "help": "Do", "pointer": "/nodes/0", "node": "A", "parameter": "options.x" })
    );
    let _: Json = heddle_data::to_json(&Problem::warning("Hm")).unwrap();
}
