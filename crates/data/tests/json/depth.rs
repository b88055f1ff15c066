//! Deep nesting ends in an error or in a result, never in a crash.

use heddle_data::json::MAX_DEPTH;
use heddle_data::{Json, JsonObject, from_json, json, to_json};

fn nested(levels: usize) -> Json {
    let mut value = json!(1);
    for level in 0..levels {
        value = if level % 2 == 0 { json!([value, 2]) } else { json!({ "a": value, "b": "text" }) };
    }
    value
}

#[test]
fn values_of_any_depth_are_compared_printed_and_dropped() {
    let (value, other) = (nested(100_000), nested(100_000));
    assert_eq!(value, other);
    assert_ne!(value, nested(100_001));
    assert_eq!(value.to_string(), other.to_string());
    assert!(value.to_string().len() > 100_000);
    let mut copy = value.clone();
    copy.as_object_mut().map(JsonObject::clear);
    drop(copy);
    assert_eq!(value, other);
}

#[test]
fn conversions_have_a_limit() {
    let value = nested(MAX_DEPTH);
    let text = value.to_string();
    assert_eq!(Json::parse(&text).unwrap(), value);
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert_eq!(to_json(&value.to_value()).unwrap(), value);
    assert_eq!(from_json::<serde_json::Value>(&value).unwrap(), value.to_value());

    for levels in [MAX_DEPTH + 1, 100_000] {
        let value = nested(levels);
        let error = Json::parse(&value.to_string()).unwrap_err();
        assert_eq!(error.message(), "the text is nested too deeply");
        let error = serde_json::to_string(&value).unwrap_err();
        assert!(error.to_string().contains("nested deeper than"), "{error}");
        let error = from_json::<serde_json::Value>(&value).unwrap_err();
        assert!(error.message().contains("nested deeper than"), "{error}");
        // A type that holds Json takes it as it is.
        assert!(from_json::<Json>(&value).unwrap().ptr_eq(&value));
        assert!(to_json(&value).unwrap().ptr_eq(&value));
    }
}

#[test]
fn endless_brackets_are_refused() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        assert!(Json::parse(&open.repeat(1_000_000)).is_err());
    }
}
