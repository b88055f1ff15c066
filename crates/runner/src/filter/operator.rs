//! What each operator of a condition compares.

use std::borrow::Cow;

use heddle_node::{Json, NodeError};

use super::operand::Operand;
use super::regex;

/// Whether `left <operation> right` holds. An operation that the type does not have holds for nothing.
///
/// # Errors
/// When a regular expression is invalid or takes too long.
pub(crate) fn holds(
    kind: &str,
    operation: &str,
    left: &Operand<'_>,
    right: &Operand<'_>,
    case_sensitive: bool,
) -> Result<bool, NodeError> {
    Ok(match operation {
        "exists" => left.exists(),
        "notExists" => !left.exists(),
        _ => match kind {
            "string" => return compare_strings(operation, left, right, case_sensitive),
            "number" => compare_numbers(operation, left, right),
            "dateTime" => compare_moments(operation, left, right),
            "boolean" => compare_booleans(operation, left, right),
            "array" => compare_arrays(operation, left, right, case_sensitive),
            "object" => compare_objects(operation, left),
            _ => false,
        },
    })
}

fn compare_strings(
    operation: &str,
    left: &Operand<'_>,
    right: &Operand<'_>,
    case_sensitive: bool,
) -> Result<bool, NodeError> {
    let (mut left, mut right) = (text(left), text(right));
    let pattern = right.clone();
    if !case_sensitive {
        left = Cow::Owned(left.to_lowercase());
        right = Cow::Owned(right.to_lowercase());
    }
    Ok(match operation {
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
        // The pattern keeps its case: `\S` and `\s` are not the same.
        "regex" => regex::is_match(&pattern, &left)?,
        "notRegex" => !regex::is_match(&pattern, &left)?,
        _ => false,
    })
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

fn compare_numbers(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match operation {
        "empty" => !left.exists(),
        "notEmpty" => left.exists(),
        "equals" => left.is_same(right),
        "notEquals" => !left.is_same(right),
        "gt" => left.number() > right.number(),
        "lt" => left.number() < right.number(),
        "gte" => left.number() >= right.number(),
        "lte" => left.number() <= right.number(),
        _ => false,
    }
}

fn compare_moments(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match operation {
        "empty" => return !left.exists(),
        "notEmpty" => return left.exists(),
        _ => {}
    }
    if !left.exists() || !right.exists() {
        return false;
    }
    let (left, right) = (left.number(), right.number());
    match operation {
        "equals" => left == right,
        "notEquals" => left != right,
        "after" => left > right,
        "before" => left < right,
        "afterOrEquals" => left >= right,
        "beforeOrEquals" => left <= right,
        _ => false,
    }
}

fn compare_booleans(operation: &str, left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match operation {
        "empty" => !left.exists(),
        "notEmpty" => left.exists(),
        "true" => matches!(left, Operand::Boolean(true)),
        "false" => !matches!(left, Operand::Boolean(true)),
        "equals" => left.is_same(right),
        "notEquals" => !left.is_same(right),
        _ => false,
    }
}

fn compare_arrays(operation: &str, left: &Operand<'_>, right: &Operand<'_>, case_sensitive: bool) -> bool {
    let elements = left.elements();
    let length = elements.len() as f64;
    let wanted = right.number();
    match operation {
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
        _ => false,
    }
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

fn compare_objects(operation: &str, left: &Operand<'_>) -> bool {
    let is_empty = match left {
        Operand::Value(value) => value.as_object().is_none_or(|object| object.is_empty()),
        _ => true,
    };
    match operation {
        "empty" => is_empty,
        "notEmpty" => !is_empty,
        _ => false,
    }
}
