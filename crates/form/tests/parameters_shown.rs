//! What a form shows, with its places.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use heddle_data::{Json, json};
use heddle_form::NodeProperty;
use heddle_form::parameters::{parameter_issues, shown_properties};

fn form() -> Vec<NodeProperty> {
    heddle_data::from_json(&json!([
        { "displayName": "Mode", "name": "mode", "type": "options", "default": "a", "options": [
            { "name": "A", "value": "a" },
            { "name": "B", "value": "b" },
            { "name": "New", "value": "c", "displayOptions": { "show": { "@version": [2] } } },
        ] },
        { "displayName": "Key", "name": "key", "type": "string", "default": "", "required": true,
          "displayOptions": { "show": { "mode": ["b"] } } },
        { "displayName": "Options", "name": "options", "type": "collection", "default": {}, "options": [
            { "displayName": "Fast", "name": "fast", "type": "boolean", "default": false },
            { "displayName": "Speed", "name": "speed", "type": "number", "default": 1,
              "displayOptions": { "show": { "/mode": ["a"] } } },
        ] },
        { "displayName": "Rows", "name": "rows", "type": "fixedCollection", "default": {},
          "typeOptions": { "multipleValues": true }, "options": [
            { "displayName": "Row", "name": "row", "values": [
                { "displayName": "Kind", "name": "kind", "type": "string", "default": "text" },
                { "displayName": "Text", "name": "text", "type": "string", "default": "",
                  "displayOptions": { "show": { "kind": ["text"] } } },
            ] },
        ] },
    ]))
    .unwrap()
}

fn pointers(parameters: &Json, version: f64) -> Vec<String> {
    shown_properties(&form(), parameters, version).into_iter().map(|shown| shown.pointer).collect()
}

#[test]
fn what_is_shown_has_its_place() {
    assert_eq!(pointers(&json!({}), 1.0), ["/mode", "/options", "/rows"]);
    assert_eq!(
        pointers(&json!({ "mode": "b", "options": { "speed": 2, "fast": true } }), 1.0),
        ["/mode", "/key", "/options", "/options/fast", "/rows"]
    );
    assert_eq!(
        pointers(
            &json!({ "options": { "speed": 2 }, "rows": { "row": [{}, { "kind": "file", "text": "x" }] } }),
            1.0
        ),
        [
            "/mode",
            "/options",
            "/options/speed",
            "/rows",
            "/rows/row/0/kind",
            "/rows/row/0/text",
            "/rows/row/1/kind"
        ]
    );
}

#[test]
fn choices_and_values_are_those_of_the_parameters() {
    let form = form();
    let choices = |version: f64| {
        let shown = shown_properties(&form, &json!({ "rows": { "row": [{}] } }), version);
        assert_eq!(shown[3].value, json!("text"), "the default of a row");
        shown[0].choices.len()
    };
    assert_eq!((choices(1.0), choices(2.0)), (2, 3));
}

#[test]
fn issues_have_a_pointer_and_n8ns_words() {
    let issues = parameter_issues(&form(), &json!({ "mode": "b" }), 1.0);
    let found: Vec<_> = issues.iter().map(|issue| (issue.pointer.as_str(), issue.message.as_str())).collect();
    assert_eq!(found, [("/key", "Parameter \"Key\" is required.")]);
    assert!(parameter_issues(&form(), &json!({ "mode": "a" }), 1.0).is_empty());
}
