//! JavaScript's conversions and operators: on data here, on all values in `value`.

mod number_prefix;
mod value;

use std::cmp::Ordering;

use heddle_data::Json;
use heddle_data::json::number_to_string;

pub(crate) use heddle_data::javascript::{is_white_space, text_to_number, to_number, to_text};

pub(crate) use number_prefix::{parse_float, parse_int};

use crate::value::Value;

/// Appends `String(json)`.
pub(crate) fn write_text(json: &Json, text: &mut String) {
    if let Some(own) = json.as_str() {
        text.push_str(own);
    } else if let Some(number) = json.as_f64() {
        text.push_str(&number_to_string(number));
    } else if let Some(value) = json.as_bool() {
        text.push_str(if value { "true" } else { "false" });
    } else if let Some(elements) = json.as_array() {
        write_joined(elements, ",", text);
    } else {
        text.push_str(if json.is_null() { "null" } else { "[object Object]" });
    }
}

/// Appends `elements.join(separator)`: null is empty.
pub(crate) fn write_joined(elements: &[Json], separator: &str, text: &mut String) {
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        if !element.is_null() {
            write_text(element, text);
        }
    }
}

/// `typeof`.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Undefined => "undefined",
        Value::BigInt(_) => "bigint",
        Value::Symbol(_) => "symbol",
        Value::Function(_) => "function",
        Value::Json(json) => type_of_json(json),
        _ => "object",
    }
}

/// `typeof` of data.
pub(crate) fn type_of_json(json: &Json) -> &'static str {
    if json.is_string() {
        "string"
    } else if json.is_number() {
        "number"
    } else if json.is_bool() {
        "boolean"
    } else {
        "object"
    }
}

/// Whether data are a primitive: anything but an array or an object.
pub(crate) fn is_primitive(json: &Json) -> bool {
    !json.is_array() && !json.is_object()
}

/// `==` of data that are not the same array or object. `None` when an operand is not primitive and both are, in which
/// case identity decides.
pub(crate) fn loosely_equal(a: &Json, b: &Json) -> bool {
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return a == b;
    }
    if a.is_null() || b.is_null() {
        return a.is_null() && b.is_null();
    }
    if let (Some(a), Some(b)) = (a.as_bool(), b.as_bool()) {
        return a == b;
    }
    match (is_primitive(a), is_primitive(b)) {
        (false, false) => a.ptr_eq(b),
        (true, false) if a.is_string() => a.as_str() == Some(&to_text(b)),
        (false, true) if b.is_string() => b.as_str() == Some(&to_text(a)),
        _ => to_number(a) == to_number(b),
    }
}

/// `===` of primitive data.
pub(crate) fn strictly_equal(a: &Json, b: &Json) -> bool {
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (a.as_bool(), b.as_bool()) {
        return a == b;
    }
    a.is_null() && b.is_null()
}

/// The order that `<`, `>`, `<=` and `>=` ask about; `None` when a number is NaN.
pub(crate) fn compare(a: &Json, b: &Json) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return a.partial_cmp(&b);
    }
    let textual = |json: &Json| json.is_string() || !is_primitive(json);
    if textual(a) && textual(b) {
        return Some(compare_text(&to_text(a), &to_text(b)));
    }
    to_number(a).partial_cmp(&to_number(b))
}

/// The order of two texts by UTF-16 code units.
pub(crate) fn compare_text(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() {
        return a.cmp(b);
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

/// `ToInt32`.
pub(crate) fn to_int32(number: f64) -> i32 {
    to_uint32(number) as i32
}

/// `ToUint32`.
pub(crate) fn to_uint32(number: f64) -> u32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = number.trunc() % 4_294_967_296.0;
    let positive = if wrapped < 0.0 { wrapped + 4_294_967_296.0 } else { wrapped };
    positive as u32
}

/// JavaScript's `**`, which differs from IEEE's for ±1 and infinite exponents.
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        return f64::NAN;
    }
    base.powf(exponent)
}

/// How many UTF-16 code units a text has.
pub(crate) fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}
