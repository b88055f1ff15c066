//! The methods of arrays.

use super::arg;
use super::distinct::Distinct;
use super::object::{self, is_blank};
use super::views::{Elements, Members, is_object, own_member, own_members, property_key, spread};
use crate::coerce;
use crate::{Thrown, Value};

/// The names of the methods.
pub(super) const NAMES: [&str; 28] = [
    "removeDuplicates",
    "unique",
    "first",
    "last",
    "reverse",
    "pluck",
    "randomItem",
    "sum",
    "min",
    "max",
    "average",
    "isNotEmpty",
    "isEmpty",
    "compact",
    "smartJoin",
    "chunk",
    "renameKeys",
    "merge",
    "mergeIntoObject",
    "union",
    "difference",
    "intersection",
    "append",
    "toJsonString",
    "toInt",
    "toFloat",
    "toBoolean",
    "toDateTime",
];

/// Calls a method.
pub(super) fn call(name: &str, receiver: &Value, args: &[Value]) -> Result<Option<Value>, Thrown> {
    let Some(own) = Elements::of(receiver) else { return Ok(None) };
    let first = arg(args, 0);
    Ok(Some(match name {
        "first" => own.get(0),
        "last" => own.len().checked_sub(1).map_or(Value::Undefined, |index| own.get(index)),
        "isEmpty" => Value::from(own.len() == 0),
        "isNotEmpty" => Value::from(own.len() > 0),
        "reverse" => Value::array(own.iter().rev().collect()),
        "append" => Value::array(own.iter().chain(args.iter().cloned()).collect()),
        "randomItem" if own.len() == 0 => Value::Undefined,
        "randomItem" => own.get(fastrand::usize(..own.len())),
        "sum" => Value::from(numbers(own.iter(), name)?.fold(0.0, |sum, number| sum + number)),
        "average" => Value::from(average(own.iter())?),
        "min" => Value::from(least(numbers(own.iter(), name)?)),
        "max" => Value::from(greatest(numbers(own.iter(), name)?)),
        "unique" | "removeDuplicates" => unique(own, args)?,
        "pluck" if args.is_empty() => receiver.clone(),
        "pluck" => pluck(own, args),
        "compact" => compact(own)?,
        "smartJoin" => smart_join(own, first, arg(args, 1))?,
        "chunk" => chunk(own, first)?,
        "renameKeys" => rename_keys(own, args)?,
        "merge" if first.is_undefined() => merge_own(own),
        "merge" => merge(own, first)?,
        "mergeIntoObject" => merge_into_object(own, first)?,
        "union" => {
            let others = array_argument(first, name)?;
            Distinct::of(own.iter().chain(others.iter())).into_value()
        }
        "difference" => {
            let others = Distinct::of(array_argument(first, name)?.iter());
            Distinct::of(own.iter().filter(|element| !others.contains(element))).into_value()
        }
        "intersection" => {
            let others = Distinct::of(array_argument(first, name)?.iter());
            Distinct::of(own.iter().filter(|element| others.contains(element))).into_value()
        }
        "toJsonString" => object::to_json_string(receiver)?,
        "toInt" | "toFloat" | "toBoolean" | "toDateTime" => Value::Undefined,
        _ => return Ok(None),
    }))
}

/// All elements, if they are numbers.
fn numbers(
    elements: impl Iterator<Item = Value> + Clone,
    name: &str,
) -> Result<impl Iterator<Item = f64>, Thrown> {
    if elements.clone().all(|element| element.as_f64().is_some()) {
        return Ok(elements.filter_map(|element| element.as_f64()));
    }
    Err(Thrown::extension(format!("{name}(): all array elements must be numbers")))
}

/// The mean of numbers, 0 of none.
pub(super) fn average(elements: impl ExactSizeIterator<Item = Value> + Clone) -> Result<f64, Thrown> {
    let count = elements.len();
    let sum = numbers(elements, "average")?.fold(0.0, |sum, number| sum + number);
    Ok(if count == 0 { 0.0 } else { sum / count as f64 })
}

/// `Math.min`.
pub(super) fn least(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(f64::INFINITY, |least, number| match () {
        () if least.is_nan() || number.is_nan() => f64::NAN,
        () if number < least || (number == least && number.is_sign_negative()) => number,
        () => least,
    })
}

/// `Math.max`.
pub(super) fn greatest(numbers: impl Iterator<Item = f64>) -> f64 {
    -least(numbers.map(|number| -number))
}

/// Without what is equal to an element before it; objects are compared by the given fields, if any are given.
fn unique(own: Elements<'_>, fields: &[Value]) -> Result<Value, Thrown> {
    if fields.is_empty() {
        return Ok(Distinct::of(own.iter()).into_value());
    }
    let fields = fields.iter().map(property_key).collect::<Result<Vec<_>, _>>()?;
    let mut seen = Distinct::default();
    let mut kept = Vec::new();
    for element in own.iter() {
        let compared = if is_object(&element) {
            Value::object(fields.iter().map(|field| (field, own_member(&element, field).unwrap_or_default())))
        } else {
            element.clone()
        };
        if seen.insert(compared) {
            kept.push(element);
        }
    }
    Ok(Value::array(kept))
}

/// The values of some fields of each object; objects without any are left out.
fn pluck(own: Elements<'_>, fields: &[Value]) -> Value {
    let mut plucked = Vec::with_capacity(own.len());
    for element in own.iter().filter(is_object) {
        if let ([field], Value::Json(json)) = (fields, &element)
            && json.is_object()
        {
            plucked.extend(field.as_str().and_then(|field| json.get(field)).cloned().map(Value::Json));
            continue;
        }
        let mut values = Vec::new();
        for (key, value) in own_members(&element) {
            let count = fields.iter().filter(|field| field.as_str() == Some(&key)).count();
            values.extend(std::iter::repeat_n(value, count));
        }
        match values.len() {
            0 => {}
            1 => plucked.append(&mut values),
            _ => plucked.push(Value::array(values)),
        }
    }
    Value::array(plucked)
}

/// The elements that are not blank, objects and arrays as `compact` of objects makes them.
fn compact(own: Elements<'_>) -> Result<Value, Thrown> {
    let mut kept = Vec::with_capacity(own.len());
    for element in own.iter().filter(|element| !is_blank(element)) {
        kept.push(if is_object(&element) { object::compact(&element, 0)? } else { element });
    }
    Ok(Value::array(kept))
}

/// An object of one field's values, by another field's.
fn smart_join(own: Elements<'_>, key_field: &Value, value_field: &Value) -> Result<Value, Thrown> {
    let name = |field: &Value| field.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    let (Some(key_field), Some(value_field)) = (name(key_field), name(value_field)) else {
        return Err(Thrown::extension(
            "smartJoin(): expected two string args, e.g. .smartJoin(\"name\", \"value\")",
        ));
    };
    let mut members = Members::new();
    for element in own.iter().filter(is_object) {
        if let (Some(key), Some(value)) =
            (own_member(&element, &key_field), own_member(&element, &value_field))
        {
            members.set(&property_key(&key)?, value);
        }
    }
    Ok(members.into_value())
}

/// Slices of a length. A step that is not a whole number adds up, and slices are cut below it. With one that goes
/// backwards n8n never comes to the end, and a tiny one makes more slices than its memory holds.
fn chunk(own: Elements<'_>, size: &Value) -> Result<Value, Thrown> {
    const MOST_CHUNKS: f64 = 1_000_000.0;
    let Some(size) = size.as_f64().filter(|size| *size != 0.0) else {
        return Err(Thrown::extension("chunk(): expected non-zero numeric arg, e.g. .chunk(5)"));
    };
    let length = own.len() as f64;
    if length > 0.0 && (size < 0.0 || length / size > MOST_CHUNKS.max(length)) {
        return Err(Thrown::expression("Expression exceeded memory limit"));
    }
    let index = |position: f64| if position.is_nan() { 0 } else { position.min(length) as usize };
    let mut chunks = Vec::new();
    let mut start = 0.0;
    while start < length {
        chunks.push(own.slice(index(start), index(start + size).max(index(start))));
        start += size;
    }
    Ok(Value::array(chunks))
}

/// Copies of the objects in which keys are renamed, one pair of names after the other.
fn rename_keys(own: Elements<'_>, args: &[Value]) -> Result<Value, Thrown> {
    if args.is_empty() || !args.len().is_multiple_of(2) {
        return Err(Thrown::extension(
            "renameKeys(): expected an even amount of args: from1, to1 [, from2, to2, ...]. \
             e.g. .renameKeys(\"name\", \"title\")",
        ));
    }
    let names = args.iter().map(property_key).collect::<Result<Vec<_>, _>>()?;
    let rename = |element: Value| {
        if !is_object(&element) {
            return element;
        }
        let mut members = spread(&element);
        for pair in names.chunks_exact(2) {
            if let [from, to] = pair
                && let Some(value) = members.get(from)
            {
                members.set(to, value);
                members.remove(from);
            }
        }
        members.into_value()
    };
    Ok(Value::array(own.iter().map(rename).collect()))
}

/// One object of all objects; the first value of a key stays.
fn merge_own(own: Elements<'_>) -> Value {
    let mut merged = Members::new();
    for element in own.iter().filter(|element| is_object(element) && !element.is_array()) {
        add_missing(&mut merged, &element);
    }
    merged.into_value()
}

fn add_missing(members: &mut Members, from: &Value) {
    for (key, value) in own_members(from) {
        if !members.contains(&key) {
            members.set(&key, value);
        }
    }
}

fn assign(members: &mut Members, from: &Value) {
    for (key, value) in own_members(from) {
        members.set(&key, value);
    }
}

const MERGE_EXAMPLE: &str = "[{ id: 1, otherValue: 3 }]";
const SET_EXAMPLE: &str = "[1, 2, 3, 4]";

fn expected_array(name: &str, example: &str) -> Thrown {
    Thrown::extension(format!("{name}(): expected array arg, e.g. .{name}({example})"))
}

fn array_argument<'a>(argument: &'a Value, name: &str) -> Result<Elements<'a>, Thrown> {
    Elements::of(argument).ok_or_else(|| expected_array(name, SET_EXAMPLE))
}

/// The objects at the same place in both arrays: the pairs, each with what only the other has added, are laid over one
/// another. null counts as an object without members, but two of them cannot be merged.
fn merge(own: Elements<'_>, others: &Value) -> Result<Value, Thrown> {
    let others = Elements::of(others).ok_or_else(|| expected_array("merge", MERGE_EXAMPLE))?;
    let mut merged = Members::new();
    for (element, other) in own.iter().zip(others.iter()) {
        let [element_type, other_type] = [&element, &other].map(coerce::type_of);
        if element_type != "object" || other_type != "object" {
            continue;
        }
        if element.is_nullish() && other.is_nullish() {
            return Err(Thrown::type_error("Cannot convert undefined or null to object"));
        }
        let mut pair = spread(&element);
        add_missing(&mut pair, &other);
        assign(&mut merged, &pair.into_value());
    }
    Ok(merged.into_value())
}

/// Like [`merge`], but what has no partner stays.
fn merge_into_object(own: Elements<'_>, others: &Value) -> Result<Value, Thrown> {
    let others = Elements::of(others).ok_or_else(|| expected_array("mergeIntoObject", MERGE_EXAMPLE))?;
    let mut merged = Members::new();
    for index in 0..own.len().max(others.len()) {
        let (element, other) = (own.get(index), others.get(index));
        match (is_object(&element), is_object(&other)) {
            (true, true) => {
                let mut pair = spread(&element);
                add_missing(&mut pair, &other);
                assign(&mut merged, &pair.into_value());
            }
            (true, false) => assign(&mut merged, &element),
            (false, true) => assign(&mut merged, &other),
            (false, false) => {}
        }
    }
    Ok(merged.into_value())
}
