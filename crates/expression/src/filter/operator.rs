//! What each operator of a condition compares.

use std::borrow::Cow;

use heddle_data::Json;

use crate::filter::FilterError;

use super::names::unknown_operator;
use super::operand::Operand;
use super::regex;

/// Whether `left <operation> right` holds.
///
/// # Errors
/// When the type has no such operation, or a regular expression is invalid or takes too long.
pub(crate) fn holds(
    kind: &str,
    operation: &str,
    left: &Operand<'_>,
    right: &Operand<'_>,
    case_sensitive: bool,
) -> Result<bool, FilterError> {
    let holds = match (kind, operation) {
        ("any" | "string" | "number" | "dateTime" | "boolean" | "array" | "object", "exists") => {
            Some(left.exists())
        }
        ("any" | "string" | "number" | "dateTime" | "boolean" | "array" | "object", "notExists") => {
            Some(!left.exists())
        }
        ("string", _) => compare_strings(operation, left, right, case_sensitive)?,
        ("number", _) => compare_numbers(operation, left, right),
        ("dateTime", _) => compare_moments(operation, left, right),
        ("boolean", _) => compare_booleans(operation, left, right),
        ("array", _) => compare_arrays(operation, left, right, case_sensitive),
        ("object", _) => compare_objects(operation, left),
        _ => None,
    };
    holds.ok_or_else(|| {
        let (message, help) = unknown_operator(kind, operation);
        FilterError::operation(message).with_description(help)
    })
}

fn compare_strings(
    operation: &str,
    left: &Operand<'_>,
    right: &Operand<'_>,
    case_sensitive: bool,
) -> Result<Option<bool>, FilterError> {
    let (mut left, mut right) = (text(left), text(right));
    // A pattern keeps its case, since `\S` and `\s` are not the same: the match itself ignores case.
    match operation {
        "regex" => return regex::is_match(&right, &left, case_sensitive).map(Some),
        "notRegex" => return regex::is_match(&right, &left, case_sensitive).map(|found| Some(!found)),
        _ => {}
    }
    if !case_sensitive {
        left = Cow::Owned(left.to_lowercase());
        right = Cow::Owned(right.to_lowercase());
    }
    Ok(Some(match operation {
        "empty" => left.is_empty(),
        "notEmpty" => !left.is_empty(),
        "equals" => left == right,
        "notEquals" => left != right,
        "contains" => left.contains(right.as_ref()),
        "notContains" => !left.contains(right.as_ref()),
        "startsWith" => left.starts_with(right.as_ref()),
        "notStartsWith" => !left.starts_with(right.as_ref()),
        "endsWith" => left.ends_with(right.as_ref()),
        "notEndsWith" => !left.ends_with(right.as_ref()),
        _ => return Ok(None),
    }))
}

/// The side as a text; nothing is the empty one.
fn text<'a>(operand: &'a Operand<'_>) -> Cow<'a, str> {
    match operand {
        Operand::Text(text) => Cow::Borrowed(text.as_ref()),
        Operand::Undefined | Operand::Null => Cow::Borrowed(""),
        Operand::Number(_) | Operand::Moment(_) | Operand::Boolean(_) | Operand::Value(_) => operand
            .to_json()
            .map_or(Cow::Borrowed(""), |value| Cow::Owned(super::to_text(&value).into_owned())),
    }
}

fn compare_numbers(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> Option<bool> {
    Some(match operation {
        "empty" => !left.exists(),
        "notEmpty" => left.exists(),
        "equals" => left.is_same(right),
        "notEquals" => !left.is_same(right),
        "gt" => left.number() > right.number(),
        "lt" => left.number() < right.number(),
        "gte" => left.number() >= right.number(),
        "lte" => left.number() <= right.number(),
        _ => return None,
    })
}

fn compare_moments(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> Option<bool> {
    let are_there = left.exists() && right.exists();
    let (left_moment, right_moment) = (left.number(), right.number());
    Some(match operation {
        "empty" => !left.exists(),
        "notEmpty" => left.exists(),
        "equals" => are_there && left_moment == right_moment,
        "notEquals" => are_there && left_moment != right_moment,
        "after" => are_there && left_moment > right_moment,
        "before" => are_there && left_moment < right_moment,
        "afterOrEquals" => are_there && left_moment >= right_moment,
        "beforeOrEquals" => are_there && left_moment <= right_moment,
        _ => return None,
    })
}

fn compare_booleans(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> Option<bool> {
    Some(match operation {
        "empty" => !left.exists(),
        "notEmpty" => left.exists(),
        "true" => matches!(left, Operand::Boolean(true)),
        "false" => !matches!(left, Operand::Boolean(true)),
        "equals" => left.is_same(right),
        "notEquals" => !left.is_same(right),
        _ => return None,
    })
}

fn compare_arrays(
    operation: &str,
    left: &Operand<'_>,
    right: &Operand<'_>,
    case_sensitive: bool,
) -> Option<bool> {
    let elements = left.elements();
    let length = elements.len() as f64;
    let wanted = right.number();
    Some(match operation {
        "contains" => has_element(elements, right, case_sensitive),
        "notContains" => !has_element(elements, right, case_sensitive),
        "lengthEquals" => matches!(right, Operand::Number(_)) && length == wanted,
        "lengthNotEquals" => !matches!(right, Operand::Number(_)) || length != wanted,
        "lengthGt" => length > wanted,
        "lengthLt" => length < wanted,
        "lengthGte" => length >= wanted,
        "lengthLte" => length <= wanted,
        "empty" => elements.is_empty(),
        "notEmpty" => !elements.is_empty(),
        _ => return None,
    })
}

/// `Array.prototype.includes`; without regard to case, texts are compared in lower case.
fn has_element(elements: &[Json], wanted: &Operand<'_>, case_sensitive: bool) -> bool {
    let Some(wanted) = wanted.to_json() else { return false };
    if let (Some(text), false) = (wanted.as_str(), case_sensitive) {
        let text = text.to_lowercase();
        return elements.iter().filter_map(Json::as_str).any(|element| element.to_lowercase() == text);
    }
    // Arrays and objects are never the same one: both sides come out of expressions of their own.
    let is_plain = !wanted.is_array() && !wanted.is_object();
    is_plain && elements.contains(&wanted)
}

fn compare_objects(operation: &str, left: &Operand<'_>) -> Option<bool> {
    let is_empty = match left {
        Operand::Value(value) => value.as_object().is_none_or(|object| object.is_empty()),
        _ => true,
    };
    Some(match operation {
        "empty" => is_empty,
        "notEmpty" => !is_empty,
        _ => return None,
    })
}
