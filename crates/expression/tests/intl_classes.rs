//! The classes of `Intl` as code sees them, with what Node.js 24.21 (ICU 78, CLDR 48) gave for each expression
//! (`intl-classes.json` of `tests/conformance/expressions`: pairs of an expression and the text that it gives, which is
//! JSON, or an error's name and message).

#![allow(clippy::unwrap_used, reason = "these are tests")]

use heddle_data::{Json, json};
use heddle_expression::cases::{Recording, evaluate_cases_with};
use heddle_expression::{Engine, EngineLimits};

fn read(name: &str) -> Json {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/expressions/");
    Json::parse(&std::fs::read_to_string(format!("{folder}{name}")).unwrap()).unwrap()
}

#[test]
fn classes_behave_as_in_node() {
    let (recorded, fixtures) = (read("intl-classes.json"), read("fixtures.json"));
    let mut engine = Engine::new(EngineLimits::default());
    let mut failures = Vec::new();
    let pairs = recorded.as_array().unwrap();
    assert!(!pairs.is_empty(), "there are cases");
    for pair in pairs {
        let member = |name: &str| pair.get(name).and_then(Json::as_str).unwrap_or_default();
        let (expression, expected) = (member("expression"), member("expected"));
        let code = format!(
            "={{{{ (() => {{ try {{ return JSON.stringify({expression}) ?? 'undefined' }} catch (error) \
             {{ return error.name + ': ' + error.message }} }})() }}}}"
        );
        let cases = json!([{ "id": "x", "expression": code, "json": {} }]);
        let result =
            evaluate_cases_with(&mut engine, &cases, &fixtures, &Recording::at(0)).unwrap().remove(0);
        if result.get("value").and_then(Json::as_str) != Some(expected) {
            failures.push(format!("{expression}\n  expected {expected}\n  got      {result}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), pairs.len(), failures.join("\n"));
}
