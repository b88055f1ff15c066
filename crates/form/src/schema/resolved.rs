//! The resolved schema: what serde accepts.

use serde_json::{Map, Value, json};

/// The keywords that a type's author may have added for the form, and that serde does not look at.
const UNCHECKED: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "contentMediaType",
    "contentEncoding",
];

/// Turns the schema of a type into what serde accepts of it: form extensions and keywords that serde does not check go,
/// the ranges of integer types come.
pub(super) fn resolved_schema(mut root: Value) -> Value {
    clean(&mut root);
    root
}

fn clean(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    object.retain(|key, _| !key.starts_with("x-") && !UNCHECKED.contains(&key.as_str()));
    remove_open_lengths(object);
    if let Some((least, greatest)) = object.get("format").and_then(Value::as_str).and_then(integer_range) {
        object.insert("minimum".to_owned(), least);
        object.insert("maximum".to_owned(), greatest);
    }
    if is_unit_variant(object) {
        // serde lets a unit variant stand beside anything, whatever the container says of unknown fields.
        object.shift_remove("additionalProperties");
    }
    for key in ["properties", "patternProperties", "$defs"] {
        for (_, part) in object.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten() {
            clean(part);
        }
    }
    for key in ["oneOf", "anyOf", "allOf", "prefixItems"] {
        for part in object.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            clean(part);
        }
    }
    for key in ["items", "additionalProperties", "unevaluatedProperties", "not", "if", "then", "else"] {
        if let Some(part) = object.get_mut(key) {
            clean(part);
        }
    }
}

/// Lengths stay where they are the type's own: one character, tuples and arrays.
fn remove_open_lengths(object: &mut Map<String, Value>) {
    for (least, greatest, is_own) in [
        ("minLength", "maxLength", object.get("minLength").is_some_and(|length| *length == 1)),
        ("minItems", "maxItems", true),
    ] {
        if !is_own || object.get(least) != object.get(greatest) {
            object.shift_remove(least);
            object.shift_remove(greatest);
        }
    }
}

fn is_unit_variant(object: &Map<String, Value>) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| {
        properties.len() == 1 && properties.values().all(|tag| tag.get("const").is_some())
    })
}

/// The least and greatest value of an integer format.
pub(super) fn integer_range(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "int8" => (json!(i8::MIN), json!(i8::MAX)),
        "int16" => (json!(i16::MIN), json!(i16::MAX)),
        "int32" => (json!(i32::MIN), json!(i32::MAX)),
        "int64" | "int" => (json!(i64::MIN), json!(i64::MAX)),
        "uint8" => (json!(u8::MIN), json!(u8::MAX)),
        "uint16" => (json!(u16::MIN), json!(u16::MAX)),
        "uint32" => (json!(u32::MIN), json!(u32::MAX)),
        "uint64" | "uint" => (json!(u64::MIN), json!(u64::MAX)),
        _ => return None,
    })
}
