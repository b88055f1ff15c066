//! Resolved parameters brought to the types of their properties.

#![allow(clippy::unwrap_used)]

use heddle_data::{Json, from_json, json};
use heddle_form::NodeProperty;
use heddle_form::parameters::{
    ParameterError, ParameterPlan, coerce, fill_defaults, find_issues, is_date_text,
};

fn form() -> Vec<NodeProperty> {
    from_json(&json!([
        {"displayName": "Mode", "name": "mode", "type": "options", "default": "text", "noDataExpression": true,
         "options": [{"name": "Text", "value": "text"}, {"name": "Number", "value": "number"}]},
        {"displayName": "Text", "name": "text", "type": "string", "default": "none"},
        {"displayName": "Recipient", "name": "to", "type": "string", "default": "", "required": true},
        {"displayName": "API Key", "name": "key", "type": "number", "default": 0, "typeOptions": {"password": true}},
        {"displayName": "Count", "name": "count", "type": "number", "default": 3},
        {"displayName": "Flag", "name": "flag", "type": "boolean", "default": false},
        {"displayName": "Level", "name": "level", "type": "options", "default": 1,
         "options": [{"name": "One", "value": 1}, {"name": "Two", "value": 2}, {"name": "Off", "value": false}]},
        {"displayName": "Tags", "name": "tags", "type": "multiOptions", "default": [],
         "options": [{"name": "A", "value": "a"}]},
        {"displayName": "Lines", "name": "lines", "type": "string", "default": [], "typeOptions": {"multipleValues": true}},
        {"displayName": "Data", "name": "data", "type": "json", "default": "{}"},
        {"displayName": "When", "name": "when", "type": "dateTime", "default": ""},
        {"displayName": "Metadata", "name": "metadata", "type": "fixedCollection", "default": {},
         "typeOptions": {"multipleValues": true},
         "options": [{"name": "row", "displayName": "Row", "values": [
             {"displayName": "Key", "name": "key", "type": "string", "default": "k"},
             {"displayName": "Value", "name": "value", "type": "string", "default": ""}]}]},
        {"displayName": "Place", "name": "place", "type": "fixedCollection", "default": {},
         "options": [{"name": "point", "displayName": "Point", "values": [
             {"displayName": "X", "name": "x", "type": "number", "default": 0}]}]},
        {"displayName": "Options", "name": "options", "type": "collection", "default": {},
         "options": [{"displayName": "Wait", "name": "wait", "type": "number", "default": 5},
                     {"displayName": "Name", "name": "name", "type": "string", "default": "x"}]}
    ]))
    .unwrap()
}

/// Runs stored parameters with these values in the place of the expressions `=<name>`.
fn run(stored: Json, values: &Json) -> Result<Json, ParameterError> {
    let form = form();
    let mut filled = fill_defaults(&form, &stored, 1.0);
    if stored.get("to").is_none() {
        filled.insert("to", json!("someone"));
    }
    let plan = ParameterPlan::new(&form, &filled, 1.0).map_err(|errors| errors[0].clone())?;
    plan.apply(resolve(plan.parameters(), values))
}

fn resolve(template: &Json, values: &Json) -> Json {
    if let Some(name) = template.as_str().and_then(|text| text.strip_prefix('=')) {
        return values.get(name).cloned().unwrap_or_default();
    }
    if let Some(object) = template.as_object() {
        let fields = object.iter().map(|(key, value)| (key, resolve(value, values)));
        return Json::from(fields.collect::<heddle_data::JsonObject>());
    }
    match template.as_array() {
        Some(array) => array.iter().map(|element| resolve(element, values)).collect(),
        None => template.clone(),
    }
}

/// What a parameter becomes when its expression gives `value`, and when the file holds it as it is.
fn both(name: &str, value: Json) -> (Result<Json, String>, Result<Json, String>) {
    let pick = |result: Result<Json, ParameterError>| {
        result
            .map(|parameters| parameters.get(name).cloned().unwrap_or_default())
            .map_err(|error| error.message)
    };
    let stored = Json::from(heddle_data::JsonObject::from_iter([(name, json!("=v"))]));
    let dynamic = run(stored, &json!({"v": value.clone()}));
    let fixed = run(Json::from(heddle_data::JsonObject::from_iter([(name, value)])), &Json::NULL);
    (pick(dynamic), pick(fixed))
}

#[track_caller]
fn becomes(name: &str, value: Json, expected: Json) {
    let (dynamic, fixed) = both(name, value.clone());
    assert_eq!(dynamic.as_ref(), Ok(&expected), "{name} resolved to {value}");
    assert_eq!(fixed.as_ref(), Ok(&expected), "{name} stored as {value}");
}

#[track_caller]
fn is_refused(name: &str, value: Json, message: &str) {
    let (dynamic, fixed) = both(name, value.clone());
    assert_eq!(dynamic, Err(message.to_owned()), "{name} resolved to {value}");
    assert_eq!(fixed, Err(message.to_owned()), "{name} stored as {value}");
}

#[test]
fn text_properties_take_numbers_and_booleans_as_javascript_prints_them() {
    becomes("text", json!(12), json!("12"));
    becomes("text", json!(0.1), json!("0.1"));
    becomes("text", json!(1e21), json!("1e+21"));
    becomes("text", json!(true), json!("true"));
    becomes("text", json!(""), json!(""));
    becomes("text", Json::NULL, json!("none"));
    becomes("when", json!(1700), json!("1700"));
    is_refused("text", json!({"a": 1}), "The parameter \"Text\" must be a text, but it is an object");
    is_refused("text", json!([1]), "The parameter \"Text\" must be a text, but it is a list");
}

#[test]
fn number_properties_take_numeric_text() {
    becomes("count", json!("12"), json!(12));
    becomes("count", json!(" 1e3 "), json!(1000));
    becomes("count", json!("0x10"), json!(16));
    becomes("count", json!(""), json!(3));
    becomes("count", Json::NULL, json!(3));
    is_refused(
        "count",
        json!("five"),
        "The parameter \"Count\" must be a number, but it is the text \"five\"",
    );
    is_refused("count", json!(true), "The parameter \"Count\" must be a number, but it is true");
    is_refused(
        "count",
        json!("Infinity"),
        "The parameter \"Count\" must be a number, but it is the text \"Infinity\"",
    );
    is_refused("key", json!("secret"), "The parameter \"API Key\" must be a number, but it is another value");
}

#[test]
fn boolean_properties_take_their_words_and_digits() {
    for value in [json!("true"), json!("TRUE"), json!(1), json!("1")] {
        becomes("flag", value, json!(true));
    }
    for value in [json!("false"), json!(0), json!("0"), json!(""), Json::NULL] {
        becomes("flag", value, json!(false));
    }
    is_refused(
        "flag",
        json!("yes"),
        "The parameter \"Flag\" must be true or false, but it is the text \"yes\"",
    );
    is_refused("flag", json!(2), "The parameter \"Flag\" must be true or false, but it is 2");
}

#[test]
fn choices_take_the_text_of_a_choice() {
    becomes("level", json!("2"), json!(2));
    becomes("level", json!("false"), json!(false));
    becomes("level", json!(7), json!(7));
    becomes("level", Json::NULL, json!(1));
    is_refused("level", json!({}), "The parameter \"Level\" must be one of the choices, but it is an object");
    becomes("tags", json!(["a", 1]), json!(["a", "1"]));
    becomes("tags", Json::NULL, json!([]));
    is_refused("tags", json!("a"), "The parameter \"Tags\" must be a list, but it is the text \"a\"");
    is_refused("lines", json!(["a", {}]), "The parameter \"Lines\" must be a text, but it is an object");
    becomes("lines", json!(["a", 1]), json!(["a", "1"]));
    becomes("data", json!({"a": [1]}), json!({"a": [1]}));
}

#[test]
fn rows_are_coerced_wherever_their_expression_stands() {
    let rows = json!([{"key": 1}, {"key": "b", "value": true}]);
    let expected = json!({"row": [{"key": "1", "value": ""}, {"key": "b", "value": "true"}]});
    let metadata = |stored: Json, values: Json| {
        run(json!({"metadata": stored}), &values)
            .map(|parameters| parameters.get("metadata").cloned().unwrap())
    };
    assert_eq!(metadata(json!({"row": rows}), Json::NULL).unwrap(), expected);
    assert_eq!(metadata(json!("=all"), json!({"all": {"row": rows, "other": [1]}})).unwrap(), expected);
    assert_eq!(metadata(json!({"row": "=rows"}), json!({"rows": rows})).unwrap(), expected);
    assert_eq!(
        metadata(
            json!({"row": ["=row", {"key": "=key", "value": true}]}),
            json!({"row": {"key": 1}, "key": "b"})
        )
        .unwrap(),
        expected
    );
    assert_eq!(metadata(json!("=none"), json!({})).unwrap(), json!({}));
    assert_eq!(metadata(json!({"row": "=none"}), json!({})).unwrap(), json!({"row": []}));
    assert_eq!(
        metadata(json!({"row": [{"key": "=none", "value": "=none"}]}), json!({})).unwrap(),
        json!({"row": [{"key": "k", "value": ""}]})
    );

    let error = |stored: Json, values: Json| {
        let error = metadata(stored, values).unwrap_err();
        (error.path, error.pointer, error.message)
    };
    let value_error = (
        "metadata.row[1].value".to_owned(),
        "/metadata/row/1/value".to_owned(),
        "The parameter \"Value\" in row 2 must be a text, but it is an object".to_owned(),
    );
    assert_eq!(error(json!({"row": [{}, {"value": {"a": 1}}]}), Json::NULL), value_error);
    assert_eq!(error(json!({"row": [{}, {"value": "=v"}]}), json!({"v": {}})), value_error);
    assert_eq!(error(json!({"row": "=rows"}), json!({"rows": [{}, {"value": {}}]})), value_error);
    assert_eq!(error(json!("=all"), json!({"all": {"row": [{}, {"value": {}}]}})), value_error);
    assert_eq!(
        error(json!({"row": {"key": "a"}}), Json::NULL).2,
        "The parameter \"Metadata\" must be a list, but it is an object"
    );
    assert_eq!(
        error(json!("abc"), Json::NULL).2,
        "The parameter \"Metadata\" must be an object, but it is the text \"abc\""
    );
    assert_eq!(error(json!({"row": ["abc"]}), Json::NULL).0, "metadata.row[0]");
}

#[test]
fn collections_and_single_rows_are_coerced() {
    let done = run(
        json!({"options": {"wait": "=wait", "name": 5}, "place": {"point": {"x": "=x"}}}),
        &json!({"wait": "12", "x": "1.5"}),
    )
    .unwrap();
    assert_eq!(done.get("options"), Some(&json!({"wait": 12, "name": "5"})));
    assert_eq!(done.get("place"), Some(&json!({"point": {"x": 1.5}})));
    let done = run(
        json!({"options": "=all", "place": "=place"}),
        &json!({"all": {"wait": "7", "more": 1}, "place": {"point": {}}}),
    )
    .unwrap();
    assert_eq!(done.get("options"), Some(&json!({"wait": 7})));
    assert_eq!(done.get("place"), Some(&json!({"point": {"x": 0}})));
    let error = run(json!({"options": {"wait": "=wait"}}), &json!({"wait": []})).unwrap_err();
    assert_eq!(error.path, "options.wait");
}

#[test]
fn a_required_parameter_is_checked_for_each_item() {
    let error = run(json!({"to": "=to"}), &json!({"to": ""})).unwrap_err();
    assert_eq!((error.path.as_str(), error.message.as_str()), ("to", "Parameter \"Recipient\" is required."));
    assert_eq!(run(json!({"to": "=to"}), &json!({})).unwrap_err(), error);
    assert_eq!(run(json!({"to": ""}), &json!({})).unwrap_err(), error);
    assert_eq!(run(json!({"to": "=to"}), &json!({"to": 55})).unwrap().get("to"), Some(&json!("55")));
}

#[test]
fn what_fits_stays_shared() {
    let form = form();
    let filled = fill_defaults(
        &form,
        &json!({"to": "=to", "data": {"a": [1]}, "metadata": {"row": [{"key": "a", "value": "=v"}]}, "tags": "=tags"}),
        1.0,
    );
    let plan = ParameterPlan::new(&form, &filled, 1.0).unwrap();
    assert!(plan.parameters().ptr_eq(&filled), "nothing had to change");
    let resolved = resolve(plan.parameters(), &json!({"to": "a", "v": "b", "tags": ["a"]}));
    assert!(plan.apply(resolved.clone()).unwrap().ptr_eq(&resolved));
    let changed = plan.apply(resolve(plan.parameters(), &json!({"to": "a", "v": 1, "tags": ["a"]}))).unwrap();
    assert_eq!(changed.pointer("/metadata/row/0/value"), Some(&json!("1")));
}

#[test]
fn a_field_that_an_expression_hides_is_dropped_for_that_item() {
    let form: Vec<NodeProperty> = from_json(&json!([
        {"displayName": "Kind", "name": "kind", "type": "options", "default": "a",
         "options": [{"name": "A", "value": "a"}, {"name": "B", "value": "b"}]},
        {"displayName": "A Value", "name": "value", "type": "string", "default": "", "required": true,
         "displayOptions": {"show": {"kind": ["a"]}}},
        {"displayName": "B Value", "name": "value", "type": "number", "default": 1,
         "displayOptions": {"show": {"kind": ["b"]}}},
        {"displayName": "Extra", "name": "extra", "type": "string", "default": "x",
         "displayOptions": {"hide": {"kind": ["b"]}}}
    ]))
    .unwrap();
    let filled = fill_defaults(&form, &json!({"kind": "=kind", "value": "5"}), 1.0);
    let plan = ParameterPlan::new(&form, &filled, 1.0).unwrap();
    let apply = |kind: &str, value: Json| {
        let mut resolved = plan.parameters().clone();
        resolved.insert("kind", json!(kind));
        resolved.insert("value", value);
        plan.apply(resolved)
    };
    assert_eq!(apply("a", json!(5)).unwrap(), json!({"kind": "a", "value": "5", "extra": "x"}));
    assert_eq!(apply("b", json!("5")).unwrap(), json!({"kind": "b", "value": 5}));
    assert_eq!(apply("c", json!("5")).unwrap(), json!({"kind": "c", "extra": "x"}));
    assert!(apply("a", json!("")).is_err() && apply("b", json!("")).is_ok());
}

#[test]
fn validated_fields_are_converted() {
    let form: Vec<NodeProperty> = from_json(&json!([
        {"displayName": "Port", "name": "port", "type": "string", "default": "", "validateType": "number"},
        {"displayName": "Site", "name": "site", "type": "string", "default": "", "validateType": "url"},
        {"displayName": "Later", "name": "later", "type": "string", "default": "", "validateType": "number",
         "ignoreValidationDuringExecution": true}
    ]))
    .unwrap();
    let done = coerce(&form, &json!({"port": "80", "site": "example.com", "later": "a"}), 1.0).unwrap();
    assert_eq!(done, json!({"port": 80, "site": "https://example.com", "later": "a"}));
    let error = coerce(&form, &json!({"port": "http"}), 1.0).unwrap_err();
    assert_eq!(error.message, "Invalid input for 'Port'");
    assert_eq!(error.description.as_deref(), Some("'port' expects a number but we got 'http'"));
}

#[test]
fn all_issues_are_found_at_once() {
    let form: Vec<NodeProperty> = from_json(&json!([
        {"displayName": "To", "name": "to", "type": "string", "default": "", "required": true},
        {"displayName": "Count", "name": "count", "type": "number", "default": 0},
        {"displayName": "Sheet", "name": "sheet", "type": "resourceLocator", "default": {"mode": "id", "value": ""},
         "required": true,
         "modes": [{"displayName": "By ID", "name": "id", "type": "string",
                    "validation": [{"type": "regex", "properties": {"regex": "[a-z]{2,}", "errorMessage": "Not an id"}}]}]},
        {"displayName": "Rows", "name": "rows", "type": "fixedCollection", "default": {},
         "typeOptions": {"multipleValues": true, "minRequiredFields": 2},
         "options": [{"name": "row", "displayName": "Row", "values": [
             {"displayName": "Key", "name": "key", "type": "string", "default": "", "required": true}]}]},
        {"displayName": "Options", "name": "options", "type": "collection", "default": {},
         "options": [{"displayName": "Name", "name": "name", "type": "string", "default": "", "required": true}]},
        {"displayName": "Hidden", "name": "hidden", "type": "string", "default": "", "required": true,
         "displayOptions": {"show": {"count": [5]}}}
    ]))
    .unwrap();
    let issues = |stored: Json| {
        let filled = fill_defaults(&form, &stored, 1.0);
        let issues = find_issues(&form, &filled, 1.0, is_date_text);
        issues.into_iter().map(|issue| (issue.pointer, issue.message)).collect::<Vec<_>>()
    };
    let found = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(pointer, message)| ((*pointer).to_owned(), (*message).to_owned()))
            .collect::<Vec<_>>()
    };
    let rows = json!({"row": [{"key": "a"}, {"key": "b"}]});
    assert_eq!(
        issues(json!({"to": "a", "sheet": {"__rl": true, "mode": "id", "value": "abc"}, "rows": rows})),
        []
    );
    assert_eq!(issues(json!({"to": "=a", "sheet": "=b", "rows": rows, "count": "=c"})), []);
    assert_eq!(
        issues(
            json!({"count": "many", "sheet": {"__rl": true, "mode": "id", "value": "A"}, "rows": {"row": [{}, {"key": "a"}]},
                      "options": {"name": ""}})
        ),
        found(&[
            ("/to", "Parameter \"To\" is required."),
            ("/count", "The parameter \"Count\" must be a number, but it is the text \"many\""),
            ("/sheet", "Not an id"),
            ("/rows/row/0/key", "Parameter \"Key\" is required."),
            ("/options/name", "Parameter \"Name\" is required."),
        ])
    );
    assert_eq!(
        issues(json!({"to": "a", "count": 5, "rows": {"row": [{"key": "a"}]}})),
        found(&[
            ("/sheet", "Parameter \"Sheet\" is required."),
            ("/rows", "At least 2 fields are required."),
            ("/hidden", "Parameter \"Hidden\" is required."),
        ])
    );
}
