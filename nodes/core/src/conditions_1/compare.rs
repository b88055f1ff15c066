//! The comparisons of If and Filter, version 1, and of Switch, versions 1 and 2: two values as JavaScript compares them.

use std::borrow::Cow;

use heddle_node::parameters::javascript::{is_truthy, to_number, to_text};
use heddle_node::{Json, NodeError, Services, StoredProblem, json};

/// All comparisons.
const OPERATIONS: [&str; 18] = [
    "after",
    "before",
    "contains",
    "notContains",
    "endsWith",
    "notEndsWith",
    "equal",
    "notEqual",
    "larger",
    "largerEqual",
    "smaller",
    "smallerEqual",
    "startsWith",
    "notStartsWith",
    "isEmpty",
    "isNotEmpty",
    "regex",
    "notRegex",
];

/// Compares values of one item.
pub(crate) struct Comparison<'a> {
    pub(crate) services: &'a dyn Services,
    /// The item's index, for messages.
    pub(crate) item: usize,
}

impl Comparison<'_> {
    /// Whether `left` and `right` are in this relation; of the type `dateTime` both are moments.
    ///
    /// # Errors
    /// When a value is not a moment, the pattern of a regular expression is invalid, or there is no such operation.
    pub(crate) fn holds(
        &self,
        data_type: &str,
        operation: &str,
        left: &Json,
        right: &Json,
    ) -> Result<bool, NodeError> {
        if data_type == "dateTime" {
            let (left, right) = (self.moment(left)?, self.moment(right)?);
            return self.compare(operation, &Json::from(left), &Json::from(right));
        }
        self.compare(operation, left, right)
    }

    fn compare(&self, operation: &str, left: &Json, right: &Json) -> Result<bool, NodeError> {
        Ok(match operation {
            "equal" => is_same(left, right),
            "notEqual" => !is_same(left, right),
            "larger" | "after" => is_less(or_zero(right), or_zero(left)),
            "smaller" | "before" => is_less(or_zero(left), or_zero(right)),
            "largerEqual" => is_at_most(or_zero(right), or_zero(left)),
            "smallerEqual" => is_at_most(or_zero(left), or_zero(right)),
            "contains" => text(left).contains(&*text(right)),
            "notContains" => !text(left).contains(&*text(right)),
            "startsWith" => text(left).starts_with(&*text(right)),
            "notStartsWith" => !text(left).starts_with(&*text(right)),
            "endsWith" => text(left).ends_with(&*text(right)),
            "notEndsWith" => !text(left).ends_with(&*text(right)),
            "isEmpty" => is_empty(left),
            "isNotEmpty" => !is_empty(left),
            "regex" => self.matches(&text(left), &text(right))?,
            "notRegex" => !self.matches(&text(left), &text(right))?,
            _ => return Err(no_such_operation(operation)),
        })
    }

    /// The moment that a value stands for, in milliseconds since 1970.
    fn moment(&self, value: &Json) -> Result<f64, NodeError> {
        let moment = match value.as_str() {
            Some(text) => self.services.parse_moment(text).map(|moment| moment as f64),
            None => value.as_f64(),
        };
        moment.ok_or_else(|| {
            NodeError::operation(format!(
                "The value \"{}\" is not a valid DateTime.",
                if value.is_null() { Cow::Borrowed("undefined") } else { to_text(value) }
            ))
        })
    }

    /// Whether a text matches a pattern, such as `ab+` or `/ab+/i`: the host's conditions have regular expressions with
    /// bounds.
    fn matches(&self, text: &str, pattern: &str) -> Result<bool, NodeError> {
        let filter = json!({
            "combinator": "and",
            "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
            "conditions": [{
                "leftValue": text, "rightValue": pattern,
                "operator": { "type": "string", "operation": "regex" },
            }],
        });
        self.services.matches_filter(&filter, self.item)
    }
}

/// What is wrong with the operation of a stored condition, or rule, that stands at `place`.
pub(crate) fn check_operation(condition: &Json, place: &str) -> Option<StoredProblem> {
    let operation = condition.get("operation")?.as_str().filter(|operation| !operation.starts_with('='))?;
    if OPERATIONS.contains(&operation) {
        return None;
    }
    let mut error = no_such_operation(operation);
    error.parameter = Some(place.to_owned());
    Some(error.into())
}

fn no_such_operation(operation: &str) -> NodeError {
    NodeError::operation(format!("There is no comparison \"{operation}\""))
        .with_description(format!("There are {}.", OPERATIONS.join(", ")))
}

/// JavaScript's `===`; lists and objects are never the same one.
fn is_same(left: &Json, right: &Json) -> bool {
    !left.is_array() && !left.is_object() && left == right
}

/// JavaScript's `value || 0`.
fn or_zero(value: &Json) -> Cow<'_, Json> {
    if is_truthy(value) { Cow::Borrowed(value) } else { Cow::Owned(Json::from(0)) }
}

/// JavaScript's `<`: two texts by their order, everything else by its number.
fn is_less(left: Cow<'_, Json>, right: Cow<'_, Json>) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.encode_utf16().lt(right.encode_utf16()),
        _ => to_number(&left) < to_number(&right),
    }
}

/// JavaScript's `<=`.
fn is_at_most(left: Cow<'_, Json>, right: Cow<'_, Json>) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.encode_utf16().le(right.encode_utf16()),
        _ => to_number(&left) <= to_number(&right),
    }
}

/// The value as a text; what counts as false is the empty one.
fn text(value: &Json) -> Cow<'_, str> {
    if is_truthy(value) { to_text(value) } else { Cow::Borrowed("") }
}

fn is_empty(value: &Json) -> bool {
    value.is_null()
        || value.as_str() == Some("")
        || value.as_array().is_some_and(<[Json]>::is_empty)
        || value.as_object().is_some_and(|object| object.is_empty())
}
