//! Default filling, display conditions, types, locators, mappers and issues against what the real n8n gave.

#![allow(clippy::unwrap_used)]

use heddle_form::description::DisplayOptions;
use std::collections::BTreeMap;

use heddle_data::Json;
use heddle_form::NodeProperty;
use heddle_form::parameters::{
    FieldTypeOptions, convert_mapper_values, extract_value, fill_defaults, find_issues, is_date_text,
    mapper_issues, matches_display_options, validate_field_type,
};
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

#[derive(Deserialize)]
struct ExtractCase {
    property: NodeProperty,
    value: Json,
    result: Option<Json>,
    error: Option<String>,
}

#[test]
fn values_are_extracted_as_in_n8n() {
    let cases: Vec<ExtractCase> = read("extract_value.json");
    assert!(cases.len() >= 25);
    for case in cases {
        let expected = case.error.map_or_else(|| Ok(case.result.unwrap_or_default()), Err);
        assert_eq!(extract_value(&case.property, "doc", &case.value), expected, "{}", case.value);
    }
}

#[derive(Deserialize)]
struct MapperCase {
    property: NodeProperty,
    mapper: Json,
    issues: BTreeMap<String, Vec<String>>,
    converted: Option<Json>,
    error: Option<String>,
    message: Option<String>,
}

#[test]
fn mappers_are_checked_and_converted_as_in_n8n() {
    let cases: Vec<MapperCase> = read("resource_mapper.json");
    assert!(cases.len() >= 100);
    for case in cases {
        let mut issues: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for issue in mapper_issues(&case.property, &case.mapper, is_date_text) {
            issues.entry(format!("columns.{}", issue.field)).or_default().push(issue.message);
        }
        // n8n leaves an empty list under the parameter's own name.
        let expected = case.issues.into_iter().filter(|(_, messages)| !messages.is_empty()).collect();
        assert_eq!(issues, expected, "{}", case.mapper);

        let values = case.mapper.get("value").cloned().unwrap_or_default();
        match (convert_mapper_values(&case.property, &case.mapper, &values, is_date_text), case.error) {
            (Ok(converted), None) => {
                if let Some(expected) = case.converted {
                    assert_eq!(converted, expected, "{}", case.mapper);
                }
            }
            (Err(issue), Some(error)) => {
                assert_eq!(issue.message, error, "{}", case.mapper);
                assert_eq!(case.message, Some(format!("Invalid input for '{}' [item 3]", issue.field)));
            }
            (ours, theirs) => assert_eq!(
                ours.map_err(|issue| issue.message),
                Err(theirs.unwrap_or_default()),
                "{}",
                case.mapper
            ),
        }
    }
}

#[derive(Deserialize)]
struct IssueCase {
    properties: Vec<NodeProperty>,
    parameters: Json,
    issues: BTreeMap<String, Vec<String>>,
}

#[test]
fn issues_are_found_as_in_n8n() {
    let cases: Vec<IssueCase> = read("issues.json");
    assert!(cases.len() >= 150);
    for case in cases {
        let filled = fill_defaults(&case.properties, &case.parameters, 1.0);
        let mut issues: BTreeMap<String, String> = BTreeMap::new();
        for issue in find_issues(&case.properties, &filled, 1.0, is_date_text) {
            let is_name = |segment: &&str| !segment.bytes().all(|byte| byte.is_ascii_digit());
            let name = issue.pointer.rsplit('/').find(is_name).unwrap_or_default().to_owned();
            issues.entry(name).or_insert(issue.description.unwrap_or(issue.message));
        }
        // One value has one issue here, the first; rows of one column are one entry in n8n.
        let first = |(name, messages): (String, Vec<String>)| Some((name, messages.into_iter().next()?));
        let expected: BTreeMap<String, String> = case.issues.into_iter().filter_map(first).collect();
        assert_eq!(
            issues,
            expected,
            "{} of {}",
            case.parameters,
            Json::from(serde_json::to_value(&case.properties).unwrap())
        );
    }
}
