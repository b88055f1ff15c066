//! Whether two answers to an expression are the same.

use serde_json::{Map, Value, json};

/// What n8n gave, in the format of recorded cases: `expected` and `type`, or `error` and what it had.
///
/// The answers of the oracle are coarser than recordings: what a Map, a Set, a RegExp or an Error holds does not come
/// out, and an Error is an object.
pub(crate) fn recorded(answer: &Value) -> Map<String, Value> {
    let mut case = Map::new();
    let mut put = |key: &str, value: Value| drop(case.insert(key.to_owned(), value));
    if let Some(error) = answer.get("error") {
        put("error", error["message"].clone());
        put("errorName", error["name"].clone());
        let message = error["message"].as_str().unwrap_or_default();
        if message.starts_with(EVALUATION_FAILED) && !message.contains("Invalid timezone") {
            put("errorPrefix", EVALUATION_FAILED.into());
        }
        if let Some(description) = error.get("description") {
            put("errorDescription", description.clone());
        }
        if let Some(Value::Object(context)) = error.get("context") {
            let mut context = context.clone();
            context.retain(|key, _| key != "runIndex" && key != "itemIndex");
            if !context.is_empty() {
                put("errorContext", context.into());
            }
        }
        return case;
    }
    let (kind, value) =
        (answer["kind"].as_str().unwrap_or_default(), answer.get("value").cloned().unwrap_or_default());
    let (kind, value) = match (kind, &value) {
        ("number", Value::String(special)) => (special.clone(), Value::Null),
        ("number", _) if answer["negativeZero"] == true => ("-0".to_owned(), value),
        ("DateTime" | "Duration" | "Date", Value::Null) => (format!("Invalid{kind}"), value),
        ("Interval", _) if !value["invalid"].is_null() => ("InvalidInterval".to_owned(), value),
        _ => (kind.to_owned(), value),
    };
    put("expected", value);
    put("type", kind.into());
    case
}

const EVALUATION_FAILED: &str = "Expression evaluation failed: ";

/// Why our answer is not what was recorded; `None` when it is.
pub(crate) fn difference(recorded: &Map<String, Value>, own: &Value) -> Option<String> {
    let text = |key: &str| recorded.get(key).and_then(Value::as_str);
    if let Some(error) = text("error") {
        let message = own["error"].as_str().unwrap_or_default();
        let same = match text("errorPrefix") {
            Some(prefix) => message.starts_with(prefix),
            None => message == error,
        };
        if !same {
            return Some("another error was expected".to_owned());
        }
        let parts = ["errorName", "errorDescription"];
        if let Some(part) = parts.iter().find(|part| recorded.get(**part) != own.get(**part)) {
            return Some(format!("another {part} was expected"));
        }
        let mut context = own["errorContext"].as_object().cloned().unwrap_or_default();
        // A member of the error itself, which the oracle does not show.
        context.remove("functionality");
        let expected = recorded.get("errorContext").and_then(Value::as_object).cloned().unwrap_or_default();
        return (context != expected).then(|| "another errorContext was expected".to_owned());
    }
    if let Some(error) = own.get("error") {
        return Some(format!("no error was expected, but there was {error}"));
    }
    let expected = recorded.get("expected").cloned().unwrap_or_default();
    let (kind, value) = as_the_oracle_writes(own);
    // As text, since the order of keys counts.
    let (expected, value) = (expected.to_string(), value.to_string());
    match text("type") {
        Some(other) if other != kind => Some("another type was expected".to_owned()),
        _ if expected != value => Some("another value was expected".to_owned()),
        _ => None,
    }
}

/// Why the two need not agree, if n8n's answer is of a kind that is answered otherwise on purpose (`COMPATIBILITY.md`).
pub(crate) fn is_deliberate(expression: &str, answer: &Value) -> bool {
    let text = answer.to_string();
    let holds = |part: &str| text.contains(part);
    // The text of a function as n8n compiled it, and the private fields of luxon's objects.
    holds("___n8n_data")
        || holds("function () { [native code] }")
        || holds("weekdaysCache")
        || holds("isLuxonDateTime") || holds("isLuxonDuration")
        // Data in a Map or a Set.
        || ["#<Object>", "#<Array>", "[object Array]"].iter().any(|kind| holds(&format!("{kind} could not be cloned")))
        // Optional chains beside an extension call, in a template literal or an object, and with a computed key.
        || expression.starts_with("={{ {") && expression.contains("?.") && holds("invalid syntax")
        || expression.contains("?.[") && (holds("invalid syntax") || answer["kind"] == "undefined")
        // Arguments without commas.
        || holds("missing ) after argument list")
        // Interpolations in parentheses in a template literal with a line break.
        || expression.contains("${(") && (expression.contains('\n') || expression.contains("\\n"))
        || expression.contains('`') && expression.contains("?.") && (holds("invalid syntax") || holds("(reading 'start')"))
}

/// Our result in the coarser form of the oracle's answers.
fn as_the_oracle_writes(own: &Value) -> (&str, Value) {
    let (kind, value) = (own["type"].as_str().unwrap_or_default(), own["value"].clone());
    match kind {
        "Error" => ("object", json!({})),
        "Map" | "Set" | "RegExp" => (kind, json!({})),
        "-0" => (kind, json!(0)),
        _ if kind.ends_with("Array") && kind != "Array" => {
            let elements = value.as_array().into_iter().flatten().enumerate();
            (
                "object",
                elements
                    .map(|(index, element)| (index.to_string(), element.clone()))
                    .collect::<Map<_, _>>()
                    .into(),
            )
        }
        _ => (kind, value),
    }
}
