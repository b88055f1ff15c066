//! The functions of queries.

use std::cmp::Ordering;

use heddle_data::{Json, JsonObject};

use super::error;
use super::evaluate::{Found, evaluate};
use super::parser::Node;
use crate::coerce;
use crate::throw::Thrown;

type Called<'n> = Result<Found<'n>, Thrown>;

/// Calls a function.
pub(super) fn call<'n>(name: &str, arguments: Vec<Found<'n>>) -> Called<'n> {
    let signature = signature(name).ok_or_else(|| error(format!("Unknown function: {name}()")))?;
    check(name, &arguments, signature)?;
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().unwrap_or(Found::Undefined);
    let json = match name {
        "map" => {
            let (each, array) = (next(), next().into_json());
            let mut mapped = Vec::new();
            for element in array.as_array().unwrap_or_default() {
                mapped.push(apply(&each, element)?);
            }
            Json::from(mapped)
        }
        "sort_by" => {
            let array = next().into_json();
            sort_by(array.as_array().unwrap_or_default(), &next())?
        }
        "max_by" | "min_by" => {
            let array = next().into_json();
            return extreme_by(array.as_array().unwrap_or_default(), &next(), name == "max_by");
        }
        "not_null" => {
            let found =
                std::iter::once(next()).chain(arguments).map(Found::into_json).find(|json| !json.is_null());
            found.unwrap_or_default()
        }
        "merge" => {
            let mut merged = JsonObject::new();
            for object in std::iter::once(next()).chain(arguments).map(Found::into_json) {
                for (key, value) in object.as_object().into_iter().flatten() {
                    merged.insert(key, value.clone());
                }
            }
            Json::from(merged)
        }
        "type" => Json::from(type_name(&next())),
        _ => {
            let first = next().into_json();
            plain(name, &first, &next().into_json())
        }
    };
    Ok(Found::Json(json))
}

/// Functions of values alone.
fn plain(name: &str, first: &Json, second: &Json) -> Json {
    let number = first.as_f64().unwrap_or(f64::NAN);
    let elements = first.as_array().unwrap_or_default();
    let sum = || elements.iter().map(coerce::to_number).fold(0.0, |sum, number| sum + number);
    match name {
        "abs" => Json::from(number.abs()),
        "ceil" => Json::from(number.ceil()),
        "floor" => Json::from(number.floor()),
        "sum" => Json::from(sum()),
        "avg" => Json::from(sum() / elements.len() as f64),
        "contains" => Json::from(match first.as_str() {
            Some(text) => text.contains(&*coerce::to_text(second)),
            None => elements.iter().any(|element| coerce::strictly_equal(element, second)),
        }),
        "starts_with" => Json::from(text(first).starts_with(text(second))),
        "ends_with" => Json::from(text(first).ends_with(text(second))),
        "length" => Json::from(match (first.as_str(), first.as_object()) {
            (Some(text), _) => coerce::utf16_length(text),
            (None, Some(object)) => object.len(),
            (None, None) => elements.len(),
        }),
        "keys" => first.as_object().into_iter().flat_map(JsonObject::keys).map(Json::from).collect(),
        "values" => first.as_object().into_iter().flat_map(JsonObject::values).cloned().collect(),
        "join" => {
            let parts: Vec<&str> = second.as_array().unwrap_or_default().iter().map(text).collect();
            Json::from(parts.join(text(first)))
        }
        "reverse" => match first.as_str() {
            Some(text) => {
                let mut units: Vec<u16> = text.encode_utf16().collect();
                units.reverse();
                Json::from(String::from_utf16_lossy(&units))
            }
            None => elements.iter().rev().cloned().collect(),
        },
        "sort" => {
            let mut sorted = elements.to_vec();
            sorted.sort_by(|a, b| coerce::compare_text(&coerce::to_text(a), &coerce::to_text(b)));
            Json::from(sorted)
        }
        "to_array" if first.is_array() => first.clone(),
        "to_array" => [first.clone()].into_iter().collect(),
        "to_string" if first.is_string() => first.clone(),
        "to_string" => Json::from(first.to_json_string()),
        "to_number" if first.is_number() => first.clone(),
        "to_number" => match first.as_str().map(coerce::text_to_number) {
            Some(number) if !number.is_nan() => Json::from(number),
            _ => Json::NULL,
        },
        "max" => extreme(elements, Ordering::Greater),
        "min" => extreme(elements, Ordering::Less),
        _ => Json::NULL,
    }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

fn extreme(elements: &[Json], wanted: Ordering) -> Json {
    let Some(first) = elements.first() else { return Json::NULL };
    let mut best = first;
    for element in &elements[1..] {
        if coerce::compare(element, best) == Some(wanted) {
            best = element;
        }
    }
    best.clone()
}

fn apply(expression: &Found<'_>, value: &Json) -> Result<Json, Thrown> {
    match expression {
        Found::Expression(node) => Ok(evaluate_node(node, value)?),
        _ => Err(error("an expression is expected")),
    }
}

fn evaluate_node(node: &Node, value: &Json) -> Result<Json, Thrown> {
    evaluate(node, value).map(Found::into_json)
}

/// The key of an element, which must be of one of two types.
fn key(expression: &Found<'_>, element: &Json) -> Result<Json, Thrown> {
    let key = apply(expression, element)?;
    if key.is_number() || key.is_string() {
        return Ok(key);
    }
    Err(error(format!("TypeError: expected one of [number,string], received {}", key.type_name())))
}

fn sort_by(elements: &[Json], expression: &Found<'_>) -> Result<Json, Thrown> {
    let mut keyed = Vec::with_capacity(elements.len());
    for element in elements {
        keyed.push((key(expression, element)?, element.clone()));
    }
    let is_text = keyed.first().is_some_and(|(key, _)| key.is_string());
    if keyed.iter().any(|(key, _)| key.is_string() != is_text) {
        return Err(error("TypeError: the keys are of several types"));
    }
    keyed.sort_by(|(a, _), (b, _)| coerce::compare(a, b).unwrap_or(Ordering::Equal));
    Ok(keyed.into_iter().map(|(_, element)| element).collect())
}

/// The keys are compared with an infinity first, which no text passes.
fn extreme_by<'n>(elements: &[Json], expression: &Found<'_>, greatest: bool) -> Called<'n> {
    let mut best = if greatest { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut found = Found::Undefined;
    for element in elements {
        let key = coerce::to_number(&key(expression, element)?);
        if (greatest && key > best) || (!greatest && key < best) {
            best = key;
            found = Found::Json(element.clone());
        }
    }
    Ok(found)
}

/// The types that an argument may have.
type Types = &'static [&'static str];

/// The types of a function's arguments, and whether the last may come several times.
fn signature(name: &str) -> Option<(&'static [Types], bool)> {
    const NUMBER: Types = &["number"];
    const STRING: Types = &["string"];
    const ARRAY: Types = &["array"];
    const OBJECT: Types = &["object"];
    const ANY: Types = &["any"];
    const EXPRESSION: Types = &["expref"];
    const NUMBERS: Types = &["array-number"];
    const STRINGS: Types = &["array-string"];
    const ORDERED: Types = &["array-number", "array-string"];
    Some(match name {
        "abs" | "ceil" | "floor" => (&[NUMBER], false),
        "avg" | "sum" => (&[NUMBERS], false),
        "contains" => (&[&["string", "array"], ANY], false),
        "starts_with" | "ends_with" => (&[STRING, STRING], false),
        "length" => (&[&["string", "array", "object"]], false),
        "map" => (&[EXPRESSION, ARRAY], false),
        "max" | "min" => (&[ORDERED], false),
        "merge" => (&[OBJECT], true),
        "max_by" | "min_by" | "sort_by" => (&[ARRAY, EXPRESSION], false),
        "type" | "to_array" | "to_string" | "to_number" => (&[ANY], false),
        "keys" | "values" => (&[OBJECT], false),
        "sort" => (&[&["array-string", "array-number"]], false),
        "join" => (&[STRING, STRINGS], false),
        "reverse" => (&[&["string", "array"]], false),
        "not_null" => (&[ANY], true),
        _ => return None,
    })
}

fn check(name: &str, arguments: &[Found<'_>], (types, variadic): (&[Types], bool)) -> Result<(), Thrown> {
    let enough = if variadic { arguments.len() >= types.len() } else { arguments.len() == types.len() };
    if !enough {
        let (takes, given) = (types.len(), arguments.len());
        let plural = if takes == 1 { "" } else { "s" };
        let least = if variadic { "at least" } else { "" };
        return Err(error(format!(
            "ArgumentError: {name}() takes {least}{takes} argument{plural} but received {given}"
        )));
    }
    for ((argument, types), position) in arguments.iter().zip(types).zip(1..) {
        if !types.iter().any(|wanted| matches_type(argument, wanted)) {
            let wanted: Vec<_> = types.iter().map(|wanted| shown_type(wanted)).collect();
            let (wanted, found) = (wanted.join(","), shown_type(type_name(argument)));
            return Err(error(format!(
                "TypeError: {name}() expected argument {position} to be type {wanted} but received type {found} instead."
            )));
        }
    }
    Ok(())
}

/// A type as the library's errors call it.
fn shown_type(name: &str) -> &str {
    match name {
        "expref" => "expression",
        "array-number" => "Array<number>",
        "array-string" => "Array<string>",
        other => other,
    }
}

fn matches_type(argument: &Found<'_>, wanted: &str) -> bool {
    match wanted.strip_prefix("array-") {
        Some(inner) => match argument {
            Found::Json(json) => {
                json.as_array().is_some_and(|elements| elements.iter().all(|e| e.type_name() == inner))
            }
            _ => false,
        },
        None => wanted == "any" || type_name(argument) == wanted,
    }
}

fn type_name(found: &Found<'_>) -> &'static str {
    match found {
        Found::Json(json) => json.type_name(),
        Found::Undefined => "null",
        Found::Expression(_) => "expref",
    }
}
