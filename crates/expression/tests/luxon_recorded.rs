//! Chains of luxon calls, with what luxon 3.7.2 gave for each (`luxon-*.json` of `tests/conformance/expressions`).

#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::path::{Path, PathBuf};

use heddle_data::{Json, JsonObject, number_to_string};
use heddle_expression::luxon::{self, Class};
use heddle_expression::{Clock, Thrown, Value};
use jiff::tz::TimeZone;

/// The time that was "now" when the results were recorded.
const NOW: i64 = 1_741_964_966_535;

fn decode(json: &Json, clock: &Clock) -> Result<Value, Thrown> {
    if let Some(elements) = json.as_array() {
        let elements: Result<Vec<Value>, Thrown> =
            elements.iter().map(|element| decode(element, clock)).collect();
        return Ok(Value::array(elements?));
    }
    let Some(object) = json.as_object() else { return Ok(Value::Json(json.clone())) };
    if let Some(chain) = object.get("$") {
        return run(chain, clock);
    }
    if let Some(millis) = object.get("$date") {
        return Ok(Value::Date(millis.as_f64().unwrap_or(f64::NAN)));
    }
    if object.contains_key("$undefined") {
        return Ok(Value::Undefined);
    }
    if let Some(number) = object.get("$number").and_then(Json::as_str) {
        return Ok(Value::from(number.parse::<f64>().unwrap_or(f64::NAN)));
    }
    let mut members = Vec::new();
    for (key, value) in object.iter() {
        members.push((key.to_owned(), decode(value, clock)?));
    }
    Ok(Value::object(members))
}

fn run(chain: &Json, clock: &Clock) -> Result<Value, Thrown> {
    let steps = chain.as_array().expect("a chain is an array");
    let class = match steps[0].as_str() {
        Some("DateTime") => Class::DateTime,
        Some("Duration") => Class::Duration,
        _ => Class::Interval,
    };
    let mut current: Option<Value> = None;
    for step in &steps[1..] {
        let next = match (step.as_str(), step.as_array()) {
            (Some(name), _) => match &current {
                Some(value) => luxon::get(value, name, clock).unwrap_or(Ok(Value::Undefined))?,
                None => luxon::get_static(class, name).unwrap_or_default(),
            },
            (_, Some(call)) => {
                let name = call[0].as_str().expect("a call starts with a name");
                let args: Result<Vec<Value>, Thrown> =
                    call[1..].iter().map(|arg| decode(arg, clock)).collect();
                match &current {
                    Some(value) => luxon::call(value, name, &args?, clock)?,
                    None => luxon::call_static(class, name, &args?, clock)?,
                }
            }
            _ => panic!("a step is a name or a call"),
        };
        current = Some(next);
    }
    Ok(current.unwrap_or_default())
}

fn object(members: Vec<(&str, Json)>) -> Json {
    let object: JsonObject = members.into_iter().collect();
    Json::from(object)
}

fn number(number: f64) -> Json {
    if number == 0.0 && number.is_sign_negative() {
        return object(vec![("$number", Json::from("-0"))]);
    }
    if number.is_finite() {
        return Json::from(number);
    }
    object(vec![("$number", Json::from(number_to_string(number)))])
}

fn getter(value: &Value, name: &str, clock: &Clock) -> Json {
    match luxon::get(value, name, clock) {
        Some(Ok(Value::Json(json))) => json,
        other => panic!("{name} is {other:?}"),
    }
}

fn encode(value: &Value, clock: &Clock) -> Json {
    let invalid = |members: &mut Vec<(&str, Json)>| {
        members.push(("invalid", getter(value, "invalidReason", clock)));
        if let Some(Ok(Value::Json(explanation))) = luxon::get(value, "invalidExplanation", clock) {
            members.push(("explanation", explanation));
        }
    };
    match value {
        Value::Undefined => object(vec![("$undefined", Json::from(true))]),
        Value::Json(json) => encode_json(json),
        Value::Date(millis) if millis.is_nan() => object(vec![("$date", Json::NULL)]),
        Value::Date(millis) => object(vec![("$date", Json::from(*millis))]),
        Value::DateTime(date) => {
            let mut members = vec![
                ("DateTime", date.to_iso().map_or(Json::NULL, Json::from)),
                ("millis", number(date.millis())),
                ("zone", getter(value, "zoneName", clock)),
                ("locale", getter(value, "locale", clock)),
            ];
            invalid(&mut members);
            object(members)
        }
        Value::Duration(duration) => {
            let values = luxon::get(value, "values", clock).and_then(Result::ok).and_then(Value::into_json);
            let values = values.map_or(Json::NULL, |values| {
                let values = values.as_object().expect("values are an object").clone();
                values
                    .iter()
                    .map(|(unit, amount)| Json::from(vec![Json::from(unit), encode_json(amount)]))
                    .collect()
            });
            let mut members =
                vec![("Duration", duration.to_iso().map_or(Json::NULL, Json::from)), ("values", values)];
            invalid(&mut members);
            object(members)
        }
        Value::Interval(interval) => {
            let mut members = vec![("Interval", Json::from(interval.to_string()))];
            invalid(&mut members);
            object(members)
        }
        other => match other.elements() {
            Some(elements) => elements.iter().map(|element| encode(element, clock)).collect(),
            None => panic!("no recorded result is {other:?}"),
        },
    }
}

fn encode_json(json: &Json) -> Json {
    if let Some(value) = json.as_f64() {
        return number(value);
    }
    if let Some(elements) = json.as_array() {
        return elements.iter().map(encode_json).collect();
    }
    match json.as_object() {
        Some(members) => {
            let members: Json = members
                .iter()
                .map(|(key, value)| Json::from(vec![Json::from(key), encode_json(value)]))
                .collect();
            object(vec![("object", members)])
        }
        None => json.clone(),
    }
}

fn check(file: &Path) -> (usize, Vec<String>) {
    let text = std::fs::read_to_string(file).expect("the recorded cases are there");
    let cases = Json::parse(&text).expect("the recorded cases are JSON");
    let cases = cases.as_array().expect("the recorded cases are a list").to_vec();
    let mut failures = Vec::new();
    for case in &cases {
        let zone = case.get("zone").and_then(Json::as_str).unwrap_or("America/New_York");
        let clock = Clock { now: NOW, zone: TimeZone::get(zone).expect("the zone is known") };
        let chain = case.get("chain").expect("a case has a chain");
        let expected = case.get("expected").expect("a case has a result");
        let got = match run(chain, &clock) {
            Ok(value) => encode(&value, &clock),
            Err(thrown) => {
                object(vec![("throws", Json::from(format!("{}: {}", thrown.name, thrown.message)))])
            }
        };
        let both_throw_type_errors = [&got, expected].iter().all(|result| {
            result.get("throws").and_then(Json::as_str).is_some_and(|text| text.starts_with("TypeError"))
        });
        if got != *expected && !both_throw_type_errors {
            failures.push(format!("{chain}\n  expected {expected}\n  got      {got}"));
        }
    }
    (cases.len(), failures)
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/expressions").join(name)
}

fn assert_recorded(name: &str) {
    let (count, failures) = check(&data(name));
    assert!(count > 0, "{name} has cases");
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn arithmetic_and_fields_are_luxons() {
    assert_recorded("luxon-arithmetic.json");
}

#[test]
fn parsing_formatting_and_odd_arguments_are_luxons() {
    assert_recorded("luxon-members.json");
}

#[test]
fn dates_are_read_as_javascript_reads_them() {
    let text =
        std::fs::read_to_string(data("luxon-parsed-dates.json")).expect("the recorded cases are there");
    let cases = Json::parse(&text).expect("the recorded cases are JSON");
    let cases = cases.as_array().expect("the recorded cases are a list");
    assert!(!cases.is_empty());
    let mut failures = Vec::new();
    for case in cases {
        let text = case.get_index(0).and_then(Json::as_str).expect("a case has a text");
        let expected = case.get_index(1).and_then(Json::as_f64);
        let got = luxon::parse_date(text);
        if Some(got).filter(|millis| !millis.is_nan()) != expected {
            failures.push(format!("{text:?}: expected {expected:?}, got {got}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
