//! The methods of objects: of plain ones, and of whatever else is an object without being an array or a date.

use heddle_data::json::MAX_DEPTH;
use heddle_data::{Json, JsonObject};

use super::arg;
use super::views::{
    Members, has_members, is_object, own_member, own_members, property_key, spread, to_text, too_deep,
};
use crate::luxon::{self, Class};
use crate::{Thrown, Value};

/// The names of the methods.
pub(super) const NAMES: [&str; 15] = [
    "isEmpty",
    "isNotEmpty",
    "hasField",
    "removeField",
    "removeFieldsContaining",
    "keepFieldsContaining",
    "compact",
    "urlEncode",
    "keys",
    "values",
    "toJsonString",
    "toInt",
    "toFloat",
    "toBoolean",
    "toDateTime",
];

/// Calls a method.
pub(super) fn call(name: &str, receiver: &Value, args: &[Value]) -> Result<Option<Value>, Thrown> {
    Ok(Some(match name {
        "isEmpty" => Value::from(!has_members(receiver)),
        "isNotEmpty" => Value::from(has_members(receiver)),
        "keys" => keys(receiver),
        "values" => values(receiver),
        "hasField" => Value::from(has_field(receiver, &property_key(arg(args, 0))?)),
        "removeField" => remove_field(receiver, &property_key(arg(args, 0))?),
        "removeFieldsContaining" => {
            let part = non_empty(arg(args, 0), "removeFieldsContaining(): expected non-empty string arg")?;
            filter(receiver, |value| !value.as_str().is_some_and(|text| text.contains(part)))
        }
        "keepFieldsContaining" => {
            let part =
                non_empty(arg(args, 0), "argument of keepFieldsContaining must be a non-empty string")?;
            filter(receiver, |value| value.as_str().is_some_and(|text| text.contains(part)))
        }
        "compact" => compact(receiver, 0)?,
        "urlEncode" => Value::from(url_encode(receiver)?),
        "toJsonString" => to_json_string(receiver)?,
        "toInt" | "toFloat" | "toBoolean" | "toDateTime" => Value::Undefined,
        _ => return Ok(None),
    }))
}

fn keys(receiver: &Value) -> Value {
    match receiver.as_json().and_then(Json::as_object) {
        Some(object) => Value::Json(object.keys().map(Json::from).collect()),
        None => Value::Json(own_members(receiver).into_iter().map(|(key, _)| Json::from(key)).collect()),
    }
}

fn values(receiver: &Value) -> Value {
    match receiver.as_json().and_then(Json::as_object) {
        Some(object) => Value::Json(object.values().cloned().collect()),
        None => Value::array(own_members(receiver).into_iter().map(|(_, value)| value).collect()),
    }
}

/// `name in object`, which also finds what the object inherits.
fn has_field(receiver: &Value, name: &str) -> bool {
    own_member(receiver, name).is_some() || inherits(receiver, name)
}

fn inherits(receiver: &Value, name: &str) -> bool {
    const OBJECT: [&str; 12] = [
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ];
    const MAP: [&str; 10] =
        ["clear", "delete", "entries", "forEach", "get", "has", "keys", "set", "size", "values"];
    const SET: [&str; 16] = [
        "add",
        "clear",
        "delete",
        "difference",
        "entries",
        "forEach",
        "has",
        "intersection",
        "isDisjointFrom",
        "isSubsetOf",
        "isSupersetOf",
        "keys",
        "size",
        "symmetricDifference",
        "union",
        "values",
    ];
    const REG_EXP: [&str; 14] = [
        "compile",
        "dotAll",
        "exec",
        "flags",
        "global",
        "hasIndices",
        "ignoreCase",
        "lastIndex",
        "multiline",
        "source",
        "sticky",
        "test",
        "unicode",
        "unicodeSets",
    ];
    const ERROR: [&str; 3] = ["message", "name", "stack"];
    let has_member = |class: Class| luxon::members(class).iter().any(|member| member.name == name);
    OBJECT.contains(&name)
        || match receiver {
            Value::Map(_) => MAP.contains(&name),
            Value::Set(_) => SET.contains(&name),
            Value::RegExp(_) => REG_EXP.contains(&name),
            Value::Error(_) => ERROR.contains(&name),
            Value::Duration(_) => has_member(Class::Duration),
            Value::Interval(_) => has_member(Class::Interval),
            _ => false,
        }
}

/// A copy without a member, or the object itself when it has none of that name.
fn remove_field(receiver: &Value, name: &str) -> Value {
    if !has_field(receiver, name) {
        return receiver.clone();
    }
    let mut members = spread(receiver);
    members.remove(name);
    members.into_value()
}

fn non_empty<'a>(argument: &'a Value, complaint: &str) -> Result<&'a str, Thrown> {
    argument.as_str().filter(|text| !text.is_empty()).ok_or_else(|| Thrown::extension(complaint))
}

fn filter(receiver: &Value, keep: impl Fn(&Value) -> bool) -> Value {
    Value::object(own_members(receiver).into_iter().filter(|(_, value)| keep(value)))
}

/// Whether `compact` drops a member or an element.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Undefined => true,
        Value::Json(json) => is_blank_json(json),
        value => is_object(value) && !has_members(value),
    }
}

/// The members that are not blank. What is nested, arrays too, becomes an object without its blank members, and stays
/// even if it has no others.
pub(super) fn compact(value: &Value, depth: usize) -> Result<Value, Thrown> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    if let Value::Json(json) = value {
        return compact_json(json, depth).map(Value::Json);
    }
    let mut members = Members::new();
    for (key, value) in own_members(value) {
        if !is_blank(&value) {
            let value = if is_object(&value) { compact(&value, depth + 1)? } else { value };
            members.set(&key, value);
        }
    }
    Ok(members.into_value())
}

fn compact_json(json: &Json, depth: usize) -> Result<Json, Thrown> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    let mut members = JsonObject::new();
    for (key, value) in json.as_object().into_iter().flatten() {
        if !is_blank_json(value) {
            members.insert(key, compact_member(value, depth)?);
        }
    }
    for (index, value) in json.as_array().into_iter().flatten().enumerate() {
        if !is_blank_json(value) {
            members.insert(&index.to_string(), compact_member(value, depth)?);
        }
    }
    Ok(Json::from(members))
}

fn compact_member(value: &Json, depth: usize) -> Result<Json, Thrown> {
    if value.is_array() || value.is_object() { compact_json(value, depth + 1) } else { Ok(value.clone()) }
}

fn is_blank_json(value: &Json) -> bool {
    value.is_null()
        || matches!(value.as_str(), Some("" | "nil"))
        || value.as_array().is_some_and(<[Json]>::is_empty)
        || value.as_object().is_some_and(JsonObject::is_empty)
}

/// The own members as a query or the body of a form.
fn url_encode(receiver: &Value) -> Result<String, Thrown> {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for (key, value) in own_members(receiver) {
        match value.as_str() {
            Some(text) => serializer.append_pair(&key, text),
            None => serializer.append_pair(&key, &to_text(&value)?),
        };
    }
    Ok(serializer.finish())
}

/// `JSON.stringify`, which refuses bigints.
pub(super) fn to_json_string(value: &Value) -> Result<Value, Thrown> {
    let json = match value {
        Value::Json(json) => return Ok(Value::from(json.to_json_string())),
        value if has_big_int(value) => {
            return Err(Thrown::type_error("Do not know how to serialize a BigInt"));
        }
        value => crate::print::stored(value),
    };
    Ok(json.map_or(Value::Undefined, |json| Value::from(json.to_json_string())))
}

fn has_big_int(value: &Value) -> bool {
    match value {
        Value::BigInt(_) => true,
        Value::List(elements) => elements.iter().any(has_big_int),
        Value::Object(members) => members.iter().any(|(_, member)| has_big_int(member)),
        _ => false,
    }
}
