//! The evaluator against results that n8n gave: every operator with values of every type (`recorded.json`), and patterns
//! (`recorded-patterns.json`). Nothing in there is edited by hand.

use heddle_data::filter_operators::is_operator;
use heddle_data::{Json, json};

use super::matches;

/// The moments among the recorded values, as the time zone Europe/Berlin has them.
fn moment(text: &str) -> Option<f64> {
    Some(match text {
        "2023-12-31" => 1_703_977_200_000.0,
        "2024-01-01" => 1_704_063_600_000.0,
        "2024-01-01T00:00:00Z" | "2024-01-01T01:00:00.000+01:00" => 1_704_067_200_000.0,
        "2024-W10" => 1_709_506_800_000.0,
        _ => return None,
    })
}

fn filter(operator: &Json, options: &Json, left: Option<&Json>, right: Option<&Json>) -> Json {
    let mut condition = json!({ "operator": operator });
    for (key, side) in [("leftValue", left), ("rightValue", right)] {
        // `{"missing": true}` stands for a side that is not there.
        if let Some(side) = side.filter(|side| side.get("missing").is_none()) {
            condition.insert(key, side.clone());
        }
    }
    json!({ "combinator": "and", "conditions": [condition], "options": options })
}

/// Where case does not count, n8n looks for the pattern as it is in the text in lower case. Here the pattern ignores case
/// (`COMPATIBILITY.md`).
fn ignores_case_of_pattern(operation: &Json, case_sensitive: &Json) -> bool {
    matches!(operation.as_str(), Some("regex" | "notRegex")) && case_sensitive.as_bool() == Some(false)
}

#[test]
fn operators_give_what_n8n_gives() {
    let recorded = Json::parse(include_str!("recorded.json")).unwrap();
    let list = |json: &Json, key: &str| json.get(key).and_then(Json::as_array).unwrap().to_vec();
    let messages = list(&recorded, "messages");
    let mut checked = 0;
    for kind in list(&recorded, "types") {
        let (lefts, rights) = (list(&kind, "left"), list(&kind, "right"));
        for table in list(&kind, "tables") {
            let (operator, options) = (table.get("operator").unwrap(), table.get("options").unwrap());
            let operation = operator.get("operation").unwrap();
            if ignores_case_of_pattern(operation, options.get("caseSensitive").unwrap_or(&Json::NULL)) {
                continue;
            }
            for (left, row) in lefts.iter().zip(list(&table, "results")) {
                let results: Vec<&str> = row.as_str().unwrap().split(' ').collect();
                for (index, result) in results.iter().enumerate() {
                    let right = if results.len() == 1 { None } else { rights.get(index) };
                    let filter = filter(operator, options, Some(left), right);
                    let found = matches(&filter, 0, &moment).map_err(|error| {
                        json!([error.message, error.description.clone().unwrap_or_default()])
                    });
                    let text = |key: &str| operator.get(key).and_then(Json::as_str).unwrap_or_default();
                    if !is_operator(text("type"), text("operation")) {
                        // n8n holds it for nothing.
                        assert_eq!(*result, "F");
                        found.unwrap_err();
                        continue;
                    }
                    let expected = match *result {
                        "T" => Ok(true),
                        "F" => Ok(false),
                        message => Err(messages[message.parse::<usize>().unwrap()].clone()),
                    };
                    assert_eq!(found, expected, "{filter}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 18_500, "{checked}");
}

#[test]
fn patterns_give_what_n8n_gives() {
    let recorded = Json::parse(include_str!("recorded-patterns.json")).unwrap();
    for row in recorded.as_array().unwrap() {
        let [operation, left, right, case_sensitive, expected] = row.as_array().unwrap() else {
            panic!("{row} is no recorded pattern");
        };
        if ignores_case_of_pattern(operation, case_sensitive) {
            continue;
        }
        let filter = filter(
            &json!({ "type": "string", "operation": operation }),
            &json!({ "caseSensitive": case_sensitive }),
            Some(left),
            Some(right),
        );
        assert_eq!(matches(&filter, 0, &moment).unwrap(), expected.as_bool().unwrap(), "{row}");
    }
}

#[test]
fn a_pattern_that_takes_too_long_ends_with_an_error() {
    let text = json!("a".repeat(40) + "!");
    for operation in ["regex", "notRegex"] {
        let operator = json!({ "type": "string", "operation": operation });
        let slow = filter(&operator, &Json::object(), Some(&text), Some(&json!("(a+)+$")));
        let error = matches(&slow, 0, &moment).unwrap_err();
        assert_eq!(error.message, "Regular expression execution timed out");
        // The next one has all its time again.
        let quick = filter(&operator, &Json::object(), Some(&text), Some(&json!("a!$")));
        assert_eq!(matches(&quick, 0, &moment).unwrap(), operation == "regex");
    }
}

#[test]
fn an_invalid_pattern_is_named() {
    let operator = json!({ "type": "string", "operation": "regex" });
    for pattern in ["(", "[", "*", "/b/ii"] {
        let filter = filter(&operator, &Json::object(), Some(&json!("abc")), Some(&json!(pattern)));
        let error = matches(&filter, 0, &moment).unwrap_err();
        assert_eq!(error.message, format!("Invalid regular expression: {pattern}"));
        assert!(error.description.is_some(), "{pattern}");
    }
}

#[test]
fn conditions_are_combined() {
    let condition = |left: i32| json!({ "leftValue": left, "rightValue": 1, "operator": { "type": "number", "operation": "equals" } });
    let broken =
        json!({ "leftValue": "x", "rightValue": 1, "operator": { "type": "number", "operation": "equals" } });
    for (combinator, conditions, expected) in [
        (json!("and"), json!([condition(1), condition(1)]), true),
        (json!("and"), json!([condition(1), condition(2)]), false),
        (json!("and"), json!([condition(2), broken]), false),
        (json!("and"), json!([]), true),
        (json!("or"), json!([condition(2), condition(1)]), true),
        (json!("or"), json!([condition(1), broken]), true),
        (json!("or"), json!([condition(2)]), false),
        (json!("or"), json!([]), false),
        (Json::NULL, json!([condition(1)]), true),
        (json!("AND"), json!([condition(1), condition(2)]), false),
        (json!("Or"), json!([condition(2), condition(1)]), true),
    ] {
        let filter = json!({ "combinator": combinator, "conditions": conditions });
        assert_eq!(matches(&filter, 0, &moment).unwrap(), expected, "{filter}");
    }
}

#[test]
fn an_unknown_combinator_or_operator_is_an_error() {
    let condition =
        json!({ "leftValue": 1, "rightValue": 1, "operator": { "type": "number", "operation": "equals" } });
    let xor = json!({ "combinator": "xor", "conditions": [condition] });
    assert!(matches(&xor, 0, &moment).unwrap_err().message.contains("\"xor\""));
    for (operator, word) in [
        (json!({ "type": "number", "operation": "larger" }), "\"gt\""),
        (json!({ "type": "text", "operation": "equals" }), "\"string\""),
        (json!({ "type": "number" }), "\"equals\""),
    ] {
        let error = matches(&filter(&operator, &Json::NULL, Some(&json!(1)), Some(&json!(1))), 0, &moment);
        let error = error.unwrap_err();
        assert!(error.description.as_deref().unwrap().contains(word), "{error}");
    }
}

#[test]
fn the_operator_says_how_many_values_it_compares() {
    let holds = |operator: Json, left: Json, right: Json| {
        matches(&filter(&operator, &Json::NULL, Some(&left), Some(&right)), 0, &moment).unwrap()
    };
    let empty = json!({ "type": "object", "operation": "empty" });
    assert!(holds(empty.clone(), json!({}), json!("")), "the right value is not looked at");
    assert!(!holds(empty, json!({ "a": 1 }), json!("")));
    let equals = json!({ "type": "string", "operation": "equals", "singleValue": true });
    assert!(holds(equals.clone(), json!("a"), json!("a")), "the right value counts");
    assert!(!holds(equals, json!("a"), json!("b")));
}

#[test]
fn a_pattern_ignores_case_where_the_filter_does() {
    let options = json!({ "caseSensitive": false });
    for (pattern, text, expected) in [
        ("ERROR", "an error", true),
        ("ERROR", "an Error", true),
        ("/ERROR/", "error", true),
        ("/ERROR/i", "error", true),
        ("/^b$/m", "a\nB", true),
        ("\\S", " ", false),
        ("\\D", "1", false),
        ("[A-C]+$", "xyzabc", true),
        ("ÄÖ", "äö", true),
        ("ERROR", "fine", false),
    ] {
        for operation in ["regex", "notRegex"] {
            let operator = json!({ "type": "string", "operation": operation });
            let filter = filter(&operator, &options, Some(&json!(text)), Some(&json!(pattern)));
            assert_eq!(matches(&filter, 0, &moment).unwrap(), (operation == "regex") == expected, "{filter}");
        }
    }
}

#[test]
fn the_error_names_the_condition_and_the_item() {
    let equals = |left: Json| json!({ "leftValue": left, "rightValue": 1, "operator": { "type": "number", "operation": "equals" } });
    let filter = json!({ "combinator": "and", "conditions": [equals(json!(1)), equals(json!("x"))] });
    assert_eq!(
        matches(&filter, 7, &moment).unwrap_err().message,
        "Wrong type: 'x' is a string but was expecting a number [condition 1, item 7]"
    );
}

#[test]
fn what_is_no_filter_counts_by_its_truth() {
    for (value, expected) in [
        (json!({}), true),
        (Json::NULL, false),
        (json!(true), true),
        (json!(false), false),
        (json!(""), false),
        (json!({ "conditions": null }), true),
    ] {
        assert_eq!(matches(&value, 0, &moment).unwrap(), expected, "{value}");
    }
}

#[test]
fn a_broken_filter_is_an_error_that_says_what_to_do() {
    for filter in [
        json!({ "conditions": "all" }),
        json!({ "conditions": [null] }),
        json!({ "conditions": [{ "leftValue": 1 }] }),
        json!({ "conditions": [{ "operator": "equals" }] }),
        json!({ "conditions": [{ "operator": { "operation": "equals" } }] }),
    ] {
        let error = matches(&filter, 0, &moment).unwrap_err();
        assert!(error.description.as_deref().unwrap().contains("save the workflow"), "{filter}");
    }
}
