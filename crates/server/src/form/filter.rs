//! Conditions and assignments, as n8n's users know them.

use heddle_node::filter_operators::{OF_ALL_TYPES, OPERATORS, is_operator, is_unary};
use heddle_node::{Json, NodeProperty};
use maud::{Markup, html};

use super::parts::{cell, group, id, row_buttons};
use super::pointer::child;
use super::view::FormView;

/// The types that a condition can compare, each with its operations, those without a right side first.
fn operators() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    OPERATORS.iter().filter(|(_, own)| !own.is_empty()).map(|(kind, own)| {
        let all = || OF_ALL_TYPES.iter().chain(*own).copied();
        (*kind, all().filter(|name| is_unary(name)).chain(all().filter(|name| !is_unary(name))))
    })
}

/// What an operation is called in a sentence, behind the value that it looks at.
fn words<'a>(kind: &str, operation: &'a str) -> &'a str {
    match (operation, kind) {
        ("equals", "dateTime") => "is",
        ("notEquals", "dateTime") => "is not",
        ("exists", _) => "exists",
        ("notExists", _) => "does not exist",
        ("empty", _) => "is empty",
        ("notEmpty", _) => "is not empty",
        ("true", _) => "is true",
        ("false", _) => "is false",
        ("equals", _) => "is equal to",
        ("notEquals", _) => "is not equal to",
        ("contains", _) => "contains",
        ("notContains", _) => "does not contain",
        ("startsWith", _) => "starts with",
        ("notStartsWith", _) => "does not start with",
        ("endsWith", _) => "ends with",
        ("notEndsWith", _) => "does not end with",
        ("regex", _) => "matches the pattern",
        ("notRegex", _) => "does not match the pattern",
        ("gt", _) => "is greater than",
        ("lt", _) => "is less than",
        ("gte", _) => "is at least",
        ("lte", _) => "is at most",
        ("after", _) => "is after",
        ("before", _) => "is before",
        ("afterOrEquals", _) => "is at or after",
        ("beforeOrEquals", _) => "is at or before",
        ("lengthEquals", _) => "has as many as",
        ("lengthNotEquals", _) => "has not as many as",
        ("lengthGt", _) => "has more than",
        ("lengthLt", _) => "has fewer than",
        ("lengthGte", _) => "has at least",
        ("lengthLte", _) => "has at most",
        _ => operation,
    }
}

/// As people call a type of values.
fn title_of(kind: &str) -> &str {
    match kind {
        "string" => "Text",
        "number" => "Number",
        "dateTime" => "Date & time",
        "boolean" => "Boolean",
        "array" => "List",
        "object" => "Object",
        "binary" => "File",
        other => other,
    }
}

/// Conditions that are joined by *and* or *or*.
pub(super) fn render_filter(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let list = child(place, "conditions");
    let conditions =
        value.and_then(|value| value.get("conditions")).and_then(Json::as_array).unwrap_or_default();
    let combinator = value.and_then(|value| value.get("combinator")).and_then(Json::as_str).unwrap_or("and");
    let body = html! {
        @if conditions.len() > 1 {
            div.inline {
                label for=(id("c", &child(place, "combinator"))) { "Of these conditions" }
                select id=(id("c", &child(place, "combinator"))) name={ "text:" (child(place, "combinator")) } {
                    option value="and" selected[combinator == "and"] { "all must hold" }
                    option value="or" selected[combinator == "or"] { "any may hold" }
                }
            }
        }
        @for (index, condition) in conditions.iter().enumerate() {
            (render_condition(view, &list, index, conditions.len(), condition))
        }
        button.add type="submit" name="action" value={ "add:" (place) } { "+ Add condition" }
    };
    group(view, property, place, &body)
}

fn render_condition(view: &FormView<'_>, list: &str, index: usize, count: usize, condition: &Json) -> Markup {
    let here = child(list, &index.to_string());
    let operator = condition.get("operator");
    let text = |key: &str| {
        operator.and_then(|operator| operator.get(key)).and_then(Json::as_str).unwrap_or_default()
    };
    let (kind, operation) = (text("type"), text("operation"));
    let is_known = kind != "any" && is_operator(kind, operation);
    let is_single =
        operator.and_then(|operator| operator.get("singleValue")).and_then(Json::as_bool) == Some(true);
    let right = match operator.and_then(|operator| operator.get("rightType")).and_then(Json::as_str) {
        Some(kind) => kind,
        None if operation.starts_with("length") => "number",
        None if kind == "array" => "any",
        None => kind,
    };
    let number = index + 1;
    html! {
        div.card id=(id("f", &here)) {
            div.cardhead { strong { "Condition " (number) } (row_buttons(list, index, count, "condition")) }
            div.condition {
                (cell(view, &child(&here, "leftValue"), condition.get("leftValue"), "string", &format!("Left value of condition {number}")))
                select name={ "json:" (child(&here, "operator")) } aria-label={ "Operator of condition " (number) } id=(id("o", &here)) {
                    @if !is_known { option value=(operator.map_or_else(|| "null".to_owned(), Json::to_string)) selected { (kind) " " (operation) } }
                    @for (name, operations) in operators() {
                        optgroup label=(title_of(name)) {
                            @for operation_name in operations {
                                @let is_chosen = name == kind && operation_name == operation;
                                option selected[is_chosen] value=(operator_json(name, operation_name, operator.filter(|_| is_chosen))) {
                                    (title_of(name)) " " (words(name, operation_name))
                                }
                            }
                        }
                    }
                }
                @if !is_single {
                    (cell(view, &child(&here, "rightValue"), condition.get("rightValue"), right, &format!("Right value of condition {number}")))
                }
            }
        }
    }
}

/// The operator as it is stored; one that is chosen already stays as it is.
fn operator_json(kind: &str, operation: &str, present: Option<&Json>) -> String {
    if let Some(present) = present {
        return present.to_string();
    }
    let mut operator = Json::object();
    operator.insert("type", kind);
    operator.insert("operation", operation);
    if is_unary(operation) {
        operator.insert("singleValue", true);
    }
    operator.to_string()
}

/// Names with typed values.
pub(super) fn render_assignments(
    view: &FormView<'_>,
    property: &NodeProperty,
    place: &str,
    value: Option<&Json>,
) -> Markup {
    let list = child(place, "assignments");
    let rows = value.and_then(|value| value.get("assignments")).and_then(Json::as_array).unwrap_or_default();
    let body = html! {
        @for (index, row) in rows.iter().enumerate() {
            @let here = child(&list, &index.to_string());
            @let kind = row.get("type").and_then(Json::as_str).unwrap_or("string");
            @let number = index + 1;
            div.card id=(id("f", &here)) {
                div.cardhead { strong { "Field " (number) } (row_buttons(&list, index, rows.len(), "field")) }
                div.condition {
                    (cell(view, &child(&here, "name"), row.get("name"), "string", &format!("Name of field {number}")))
                    select name={ "text:" (child(&here, "type")) } aria-label={ "Type of field " (number) } id=(id("o", &here)) {
                        @for known in ["string", "number", "boolean", "array", "object", "binary"] {
                            option value=(known) selected[known == kind] { (title_of(known)) }
                        }
                    }
                    (cell(view, &child(&here, "value"), row.get("value"), kind, &format!("Value of field {number}")))
                }
            }
        }
        button.add type="submit" name="action" value={ "add:" (place) } { "+ Add field" }
    };
    group(view, property, place, &body)
}
