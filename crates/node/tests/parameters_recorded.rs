//! Default filling and display conditions against what the real n8n gave.

#![allow(clippy::unwrap_used)]

use heddle_node::description::DisplayOptions;
use heddle_node::parameters::{
    FieldTypeOptions, fill_defaults, matches_display_options, validate_field_type,
};
use heddle_node::{Json, NodeProperty};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recording<C> {
    cases: Vec<C>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FillCase {
    properties: Vec<NodeProperty>,
    parameters: Json,
    type_version: f64,
    expected: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DisplayCase {
    display_options: DisplayOptions,
    level: Json,
    root: Json,
    type_version: f64,
    expected: bool,
}

fn read<C: for<'de> Deserialize<'de>>(name: &str) -> Vec<C> {
    let text = std::fs::read_to_string(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    serde_json::from_str::<Recording<C>>(&text).unwrap().cases
}

#[test]
fn defaults_are_filled_in_as_in_n8n() {
    let cases: Vec<FillCase> = read("fill_defaults.json");
    assert!(cases.len() >= 150);
    let mut failed = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let filled = fill_defaults(&case.properties, &case.parameters, case.type_version);
        // The text, since the order of the keys counts too.
        let (text, expected) = (filled.to_string(), case.expected.to_string());
        if text != expected {
            failed.push(format!(
                "case {index}: {}\n  expected {}\n  got      {filled}",
                case.parameters, case.expected
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} differ:\n{}",
        failed.len(),
        cases.len(),
        failed[..failed.len().min(5)].join("\n")
    );
}

#[test]
fn fields_are_shown_as_in_n8n() {
    let cases: Vec<DisplayCase> = read("is_shown.json");
    assert!(cases.len() >= 150);
    for (index, case) in cases.iter().enumerate() {
        let (level, root) = (case.level.as_object().unwrap(), case.root.as_object().unwrap());
        let shown = matches_display_options(&case.display_options, level, root, case.type_version);
        assert_eq!(
            shown, case.expected,
            "case {index}: {:?} in {} of {}",
            case.display_options, case.level, case.root
        );
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeCase {
    value: Json,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    parse_strings: bool,
    valid: bool,
    new_value: Option<Json>,
    error_message: Option<String>,
}

#[test]
fn field_types_are_checked_as_in_n8n() {
    let cases: Vec<TypeCase> = read("field_types.json");
    assert!(cases.len() >= 500);
    let choices = [Json::from("a"), Json::from(1), Json::from(true)];
    let mut failed = Vec::new();
    for case in &cases {
        let options = FieldTypeOptions {
            strict: case.strict,
            parse_strings: case.parse_strings,
            choices: &choices,
            ..FieldTypeOptions::default()
        };
        let is_right = match validate_field_type("field", &case.value, &case.kind, &options) {
            Ok(value) => case.valid && case.new_value.as_ref().is_none_or(|expected| *expected == value),
            Err(message) => {
                case.error_message.as_deref().is_some_and(|expected| message.starts_with(expected))
            }
        };
        if !is_right {
            let result = validate_field_type("field", &case.value, &case.kind, &options);
            failed.push(format!(
                "{} as {}: {result:?}, not {:?}{:?}",
                case.value, case.kind, case.new_value, case.error_message
            ));
        }
    }
    assert!(failed.is_empty(), "{} of {} differ:\n{}", failed.len(), cases.len(), failed.join("\n"));
}
