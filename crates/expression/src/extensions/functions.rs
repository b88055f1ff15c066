//! Functions that only look at their arguments (`docs/expressions/language.md §13`).

use super::views::{Elements, Members, has_members, is_object, property_key, to_number, to_text};
use super::{arg, array, percent};
use crate::{Clock, Thrown, Value};

/// Calls `$min`, `$max`, `$average`, `$not`, `$ifEmpty`, the first four without the sign as well, `numberList`, `zip` or
/// `toPathSegment`.
///
/// # Errors
/// Throws what n8n's function throws, and a `ReferenceError` when there is no function of that name.
pub fn function(name: &str, args: &[Value], _clock: &Clock) -> Result<Value, Thrown> {
    match name {
        "$min" | "min" => Ok(Value::from(array::least(numbers(args)?.into_iter()))),
        "$max" | "max" => Ok(Value::from(array::greatest(numbers(args)?.into_iter()))),
        "$average" | "average" => Ok(Value::from(array::average(args.iter().cloned())?)),
        "$not" | "not" => Ok(Value::from(!arg(args, 0).is_truthy())),
        "$ifEmpty" => if_empty(args),
        "numberList" => number_list(arg(args, 0), arg(args, 1)),
        "zip" => zip(arg(args, 0), arg(args, 1)),
        "toPathSegment" => to_path_segment(arg(args, 0)),
        _ => Err(Thrown::new("ReferenceError", format!("{name} is not defined"))),
    }
}

fn numbers(args: &[Value]) -> Result<Vec<f64>, Thrown> {
    args.iter().map(to_number).collect()
}

/// The second argument, if the first is undefined, null, or an empty string, array or object.
fn if_empty(args: &[Value]) -> Result<Value, Thrown> {
    let [value, default] = args else {
        return Err(Thrown::extension("expected two arguments (value, defaultValue) for this function"));
    };
    let is_empty =
        value.is_nullish() || value.as_str() == Some("") || (is_object(value) && !has_members(value));
    Ok(if is_empty { default.clone() } else { value.clone() })
}

/// All numbers from one to another, upwards or downwards.
fn number_list(start: &Value, end: &Value) -> Result<Value, Thrown> {
    // of the longest array that JavaScript allows, and of one that the memory of an expression holds
    const MOST_ELEMENTS: f64 = 4_294_967_295.0;
    const MOST: f64 = 5_000_000.0;
    let is_upwards = match (start.as_str(), end.as_str()) {
        (Some(start), Some(end)) => start.encode_utf16().lt(end.encode_utf16()),
        _ => to_number(start)? < to_number(end)?,
    };
    let (start, end) = (to_number(start)?, to_number(end)?);
    let length = (start - end).abs() + 1.0;
    if length.fract() != 0.0 || !(0.0..=MOST_ELEMENTS).contains(&length) {
        return Err(Thrown::range_error("Invalid array length"));
    }
    if length > MOST {
        return Err(Thrown::expression("Expression exceeded memory limit"));
    }
    let step = if is_upwards { 1.0 } else { -1.0 };
    Ok(Value::array((0..length as usize).map(|index| Value::from(start + step * index as f64)).collect()))
}

/// An object of keys and values.
fn zip(keys: &Value, values: &Value) -> Result<Value, Thrown> {
    let (Some(keys), Some(values)) = (Elements::of(keys), Elements::of(values)) else {
        return Err(Thrown::extension("keys and values must be arrays"));
    };
    if keys.len() != values.len() {
        return Err(Thrown::extension("keys and values not of equal length"));
    }
    let mut members = Members::new();
    for (key, value) in keys.iter().zip(values.iter()) {
        members.set(&property_key(&key)?, value);
    }
    Ok(members.into_value())
}

/// A value as one part of the path of an address.
fn to_path_segment(value: &Value) -> Result<Value, Thrown> {
    if value.is_nullish() {
        return Err(Thrown::extension("Invalid identifier: a value is required"));
    }
    let text = to_text(value)?;
    if matches!(text.as_str(), "" | "." | "..") {
        return Err(Thrown::extension(format!("Invalid identifier: \"{text}\" is not allowed")));
    }
    Ok(Value::from(percent::encode(&text, false)))
}
