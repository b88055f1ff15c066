//! Calls of extension methods and functions, with what n8n gave for them (`extensions.json` of `tests/conformance/expressions`).
//!
//! A case has a `receiver` and `calls` of methods one after the other, or a `function` with `args`. What JSON lacks is
//! written as an object with a member `$`, such as `{"$": "undefined"}`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::path::Path;

use heddle_data::{Json, JsonObject};
use heddle_expression::luxon::{self, Class};
use heddle_expression::value::{ErrorValue, RegExp};
use heddle_expression::{Clock, Thrown, Value, extensions};

/// When the cases were recorded.
const NOW: i64 = 1_741_964_966_535;

fn decode(json: &Json, clock: &Clock) -> Value {
    if let Some(elements) = json.as_array() {
        return Value::array(elements.iter().map(|element| decode(element, clock)).collect());
    }
    let Some(object) = json.as_object() else { return Value::Json(json.clone()) };
    let Some(kind) = object.get("$").and_then(Json::as_str) else {
        return Value::object(object.iter().map(|(key, value)| (key, decode(value, clock))));
    };
    let own = object.get("v").unwrap_or(&Json::NULL);
    let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default();
    let values = || own.as_array().unwrap_or_default().iter().map(|value| decode(value, clock));
    match kind {
        "undefined" => Value::Undefined,
        "NaN" => Value::from(f64::NAN),
        "Infinity" => Value::from(f64::INFINITY),
        "-Infinity" => Value::from(f64::NEG_INFINITY),
        "-0" => Value::from(-0.0),
        "bigint" => Value::BigInt(text("v").into()),
        "Date" => Value::Date(own.as_f64().unwrap_or(f64::NAN)),
        "RegExp" => Value::RegExp(RegExp { source: text("v").into(), flags: text("f").into() }.into()),
        "Error" => Value::Error(ErrorValue { name: text("n").into(), message: text("m").into() }.into()),
        "Set" => Value::Set(values().collect()),
        "Map" => {
            let pair = |entry: Value| {
                let mut entry = entry.elements().unwrap();
                let value = entry.pop().unwrap();
                (entry.pop().unwrap(), value)
            };
            Value::Map(values().map(pair).collect())
        }
        "now" => luxon::call_static(Class::DateTime, "now", &[], clock).unwrap(),
        "Duration" => {
            luxon::call_static(Class::Duration, "fromISO", &[Value::from(text("v"))], clock).unwrap()
        }
        "Interval" => {
            luxon::call_static(Class::Interval, "fromISO", &[Value::from(text("v"))], clock).unwrap()
        }
        other => panic!("unknown kind of value {other}"),
    }
}

fn run(case: &Json, clock: &Clock) -> Result<Value, Thrown> {
    let args = |call: &Json| -> Vec<Value> {
        call.get("args").unwrap().as_array().unwrap().iter().map(|arg| decode(arg, clock)).collect()
    };
    let mut value = match case.get("function").and_then(Json::as_str) {
        Some(name) => extensions::function(name, &args(case), clock)?,
        None => decode(case.get("receiver").unwrap(), clock),
    };
    for call in case.get("calls").and_then(Json::as_array).unwrap_or_default() {
        let name = call.get("method").and_then(Json::as_str).unwrap();
        let result = extensions::call(name, &value, &args(call), clock);
        assert_eq!(
            extensions::has(name, &value),
            !matches!(result, Ok(None)),
            "has() and call() must agree on {name}"
        );
        value = match result? {
            Some(result) => result,
            None => return Err(extensions::not_callable(name, &value)),
        };
    }
    Ok(value)
}

/// The form in which results are recorded: what JSON lacks is null.
fn plain(json: &Json) -> Json {
    if let Some(elements) = json.as_array() {
        return elements.iter().map(plain).collect();
    }
    match (json.as_object(), json.as_f64()) {
        (Some(object), _) => {
            Json::from(object.iter().map(|(key, value)| (key, plain(value))).collect::<JsonObject>())
        }
        (_, Some(number)) if !number.is_finite() => Json::NULL,
        (_, Some(number)) => Json::from(number + 0.0),
        _ => json.clone(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Undefined => "undefined",
        Value::DateTime(date) if !date.is_valid() => "InvalidDateTime",
        Value::DateTime(_) => "DateTime",
        Value::Date(millis) if millis.is_nan() => "InvalidDate",
        Value::Date(_) => "Date",
        Value::List(_) => "array",
        Value::Object(_) => "object",
        Value::Json(json) => match json.as_f64() {
            Some(number) if number.is_nan() => "NaN",
            Some(f64::INFINITY) => "Infinity",
            Some(f64::NEG_INFINITY) => "-Infinity",
            Some(number) if number == 0.0 && number.is_sign_negative() => "-0",
            _ => json.type_name(),
        },
        Value::BigInt(_) => "bigint",
        Value::Map(_) => "Map",
        Value::Set(_) => "Set",
        _ => "other",
    }
}

/// Compares a result with what was recorded; says what it is where they differ.
fn check(case: &Json, result: &Result<Value, Thrown>) -> Result<(), String> {
    let text = |name: &str| case.get(name).and_then(Json::as_str);
    match result {
        Err(thrown) if thrown.surfaces() => {
            let description = text("errorDescription");
            let is_same = text("error") == Some(&thrown.message)
                && text("errorName") == Some(&thrown.name)
                && (description.is_none() || description == thrown.description.as_deref());
            if is_same { Ok(()) } else { Err(format!("{thrown:?}")) }
        }
        // any other error leaves the expression's result undefined
        Err(thrown) => {
            if text("type") == Some("undefined") {
                Ok(())
            } else {
                Err(format!("{thrown:?}"))
            }
        }
        Ok(value) => {
            let found = plain(&value.to_json().unwrap_or_default()).to_string();
            let expected = match text("type") {
                // The recording has it as JSON prints it, null; where it leaves an expression, n8n gives its text.
                Some("InvalidDateTime") => Json::from("Invalid DateTime"),
                _ => case.get("expected").cloned().unwrap_or_default(),
            };
            let expected = expected.to_string();
            if text("type") == Some(type_of(value)) && found == expected {
                Ok(())
            } else {
                Err(format!("{} {found}", type_of(value)))
            }
        }
    }
}

fn replay(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/expressions").join(name);
    let cases = Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(!cases.is_empty());
    let mut failures = Vec::new();
    for case in cases {
        let zone = case.get("timezone").and_then(Json::as_str).unwrap_or(Clock::DEFAULT_ZONE);
        let clock = Clock::new(NOW, zone).unwrap();
        if let Err(found) = check(case, &run(case, &clock)) {
            failures.push(format!("{case}\n  gave {found}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} calls differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn calls_give_what_was_recorded() {
    replay("extensions.json");
}

#[test]
fn names_are_those_of_the_tables() {
    assert_eq!(extensions::NAMES.len(), 79);
    assert!(extensions::NAMES.is_sorted_by_key(|name| name.to_lowercase()));
    let clock = Clock::new(NOW, Clock::DEFAULT_ZONE).unwrap();
    let now = luxon::call_static(Class::DateTime, "now", &[], &clock).unwrap();
    let receivers = [
        Value::Json(Json::array()),
        now,
        Value::from(1.0),
        Value::Json(Json::object()),
        Value::from("text"),
        Value::from(true),
    ];
    for name in extensions::NAMES {
        assert!(receivers.iter().any(|receiver| extensions::has(name, receiver)), "{name}");
    }
    assert!(!receivers.iter().any(|receiver| extensions::has("toUpperCase", receiver)));
}
