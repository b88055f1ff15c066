//! The written form of results (`tests/conformance/expressions/README.md`).

use heddle_data::{Json, JsonObject};

use crate::error::ExpressionError;
use crate::print::{iso_date, stored};
use crate::value::Value;

/// Adds `value` and `type`.
pub(super) fn write_value(result: &mut JsonObject, value: &Value) {
    result.insert("value", value_json(value));
    result.insert("type", Json::from(type_name(value)));
}

/// Adds `error`, `errorName` and what else there is.
pub(super) fn write_error(result: &mut JsonObject, error: &ExpressionError) {
    result.insert("error", Json::from(error.message.as_str()));
    result.insert("errorName", Json::from(error.name.as_str()));
    if let Some(description) = &error.description {
        result.insert("errorDescription", Json::from(description.as_str()));
    }
    let mut context = error.context.clone();
    context.remove("runIndex");
    context.remove("itemIndex");
    if context.as_object().is_some_and(|context| !context.is_empty()) {
        result.insert("errorContext", context);
    }
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Json(json) => finite(json),
        Value::RegExp(pattern) => Json::from(format!("/{}/{}", pattern.source, pattern.flags)),
        Value::Error(error) => {
            heddle_data::json!({"name": error.name.as_str(), "message": error.message.as_str()})
        }
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| [value_json(key), value_json(value)].into_iter().collect::<Json>())
            .collect(),
        Value::Set(values) => values.iter().map(value_json).collect(),
        Value::Bytes(bytes) => bytes.elements.iter().map(|element| Json::from(*element)).collect(),
        Value::Date(millis) => iso_date(*millis).map_or(Json::NULL, Json::from),
        other => finite(&stored(other).unwrap_or_default()),
    }
}

/// Data as JSON text holds them: numbers that are none are null.
fn finite(json: &Json) -> Json {
    if let Some(number) = json.as_f64() {
        return if number.is_finite() { json.clone() } else { Json::NULL };
    }
    if let Some(elements) = json.as_array() {
        return elements.iter().map(finite).collect();
    }
    match json.as_object() {
        Some(object) => {
            Json::from(object.iter().map(|(key, value)| (key, finite(value))).collect::<JsonObject>())
        }
        None => json.clone(),
    }
}

fn type_name(value: &Value) -> String {
    let valid =
        |is_valid: bool, name: &str| if is_valid { name.to_owned() } else { format!("Invalid{name}") };
    match value {
        Value::Undefined => "undefined".to_owned(),
        Value::Json(json) => json_type(json).to_owned(),
        Value::DateTime(date) => valid(date.is_valid(), "DateTime"),
        Value::Duration(duration) => valid(duration.is_valid(), "Duration"),
        Value::Interval(interval) => valid(interval.is_valid(), "Interval"),
        Value::Date(millis) => valid(!millis.is_nan(), "Date"),
        Value::RegExp(_) => "RegExp".to_owned(),
        Value::Error(_) => "Error".to_owned(),
        Value::Map(_) => "Map".to_owned(),
        Value::Set(_) => "Set".to_owned(),
        Value::Bytes(bytes) => bytes.class.to_string(),
        Value::BigInt(_) => "bigint".to_owned(),
        Value::Symbol(_) => "symbol".to_owned(),
        Value::Function(_) => "function".to_owned(),
        Value::List(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
    }
}

fn json_type(json: &Json) -> &'static str {
    match json.as_f64() {
        Some(number) if number.is_nan() => "NaN",
        Some(f64::INFINITY) => "Infinity",
        Some(f64::NEG_INFINITY) => "-Infinity",
        Some(number) if number == 0.0 && number.is_sign_negative() => "-0",
        _ => json.type_name(),
    }
}
