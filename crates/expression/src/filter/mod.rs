//! Whether an item meets the conditions of a filter parameter (`docs/parameters.md §13`).
//!
//! The value comes with its expressions resolved. A side that is missing altogether is JavaScript's `undefined`, which
//! compares otherwise than null.

mod check;
mod error;
mod names;
mod operand;
mod operator;
pub(crate) mod regex;
#[cfg(test)]
mod tests;

use heddle_data::Json;

use heddle_data::filter_operators::is_unary;
use heddle_data::javascript::{is_truthy, to_text};

pub use check::check;
pub use error::{FilterError, FilterProblem, Weight};
use operand::{Operand, Unfit, type_of};
pub use regex::{check_source, replace};

/// How a filter parameter treats its conditions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    case_sensitive: bool,
    loose: bool,
    version: f64,
}

/// Reads a moment as n8n's `validateFieldType` does: milliseconds since 1970, or nothing where the text is not a moment.
pub type ParseMoment<'a> = &'a dyn Fn(&str) -> Option<f64>;

/// Whether the resolved filter value matches. `item_index` is named in messages.
///
/// A value that is no filter counts by JavaScript's truth, so a filter that was never filled in matches every item.
///
/// # Errors
/// When a side is not of the operator's type, or a regular expression is invalid or takes too long.
pub fn matches(filter: &Json, item_index: usize, moment: ParseMoment<'_>) -> Result<bool, FilterError> {
    let Some(conditions) = filter.get("conditions").filter(|conditions| !conditions.is_null()) else {
        return Ok(is_truthy(filter));
    };
    let Some(conditions) = conditions.as_array() else {
        return Err(FilterError::operation("The conditions of the filter are not a list")
            .with_description("Open the node, add the conditions anew and save the workflow."));
    };
    let options = Options::read(filter.get("options"));
    let any = Combinator::read(filter.get("combinator"))? == Combinator::Or;
    for (index, condition) in conditions.iter().enumerate() {
        let place = Place { condition: index, item: item_index };
        if meets(condition, options, place, moment)? == any {
            return Ok(any);
        }
    }
    Ok(!any)
}

/// How the conditions of a filter go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combinator {
    And,
    Or,
}

impl Combinator {
    /// The combinator that is written: in any case, as people write `AND`; none at all is `and`.
    fn read(written: Option<&Json>) -> Result<Self, FilterError> {
        let Some(written) = written.filter(|written| !written.is_null()) else { return Ok(Self::And) };
        let text = written.as_str().map(str::trim).unwrap_or_default();
        if text.eq_ignore_ascii_case("and") {
            Ok(Self::And)
        } else if text.eq_ignore_ascii_case("or") {
            Ok(Self::Or)
        } else {
            let message =
                format!("The conditions are combined by {written}, which is neither \"and\" nor \"or\"");
            Err(FilterError::operation(message).with_description(
                "Write \"and\" where all conditions must hold, or \"or\" where one of them is enough.",
            ))
        }
    }
}

/// What a message names.
#[derive(Debug, Clone, Copy)]
struct Place {
    condition: usize,
    item: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    First,
    Second,
}

impl Options {
    fn read(options: Option<&Json>) -> Self {
        let option = |name| options.and_then(|options| options.get(name));
        Self {
            case_sensitive: option("caseSensitive").is_none_or(is_truthy),
            loose: option("typeValidation").and_then(Json::as_str) == Some("loose"),
            version: option("version").and_then(Json::as_f64).unwrap_or(1.0),
        }
    }
}

fn meets(
    condition: &Json,
    options: Options,
    place: Place,
    moment: ParseMoment<'_>,
) -> Result<bool, FilterError> {
    let operator = condition.get("operator");
    let field = |name| operator.and_then(|operator| operator.get(name)).and_then(Json::as_str);
    let Some(left_type) = field("type") else {
        return Err(FilterError::operation(format!(
            "Condition {} has no operator [item {}]",
            place.condition, place.item
        ))
        .with_description("Open the node, choose how the two values are compared and save the workflow."));
    };
    let right_type = field("rightType").unwrap_or(left_type);
    let operation = field("operation").unwrap_or_default();

    let left_value = condition.get("leftValue");
    let right_value = condition.get("rightValue");
    let left = Operand::read(left_value, left_type, options, moment);
    // The operator says how many sides it has: a `singleValue` that says otherwise is a slip of the pen.
    let right = if is_unary(operation) {
        Ok(Operand::Undefined)
    } else {
        Operand::read(right_value, right_type, options, moment)
    };
    let (left, right) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(Unfit(left)), Err(Unfit(right))) if type_of(left) == type_of(right) => {
            return Err(both_unfit(left_type, left, options));
        }
        (Err(Unfit(left)), _) => return Err(unfit(Position::First, left_type, left, options, place)),
        (_, Err(Unfit(right))) => return Err(unfit(Position::Second, right_type, right, options, place)),
    };
    operator::holds(left_type, operation, &left, &right, options.case_sensitive)
}

fn both_unfit(expected: &str, value: &Json, options: Options) -> FilterError {
    let found = type_of(value);
    FilterError::operation(format!(
        "Comparison type expects {} but both fields are {}",
        with_article(expected),
        with_article(found)
    ))
    .with_description(change_comparison(options))
}

fn unfit(position: Position, expected: &str, value: &Json, options: Options, place: Place) -> FilterError {
    let Place { condition, item } = place;
    let found = type_of(value);
    let text = to_text(value);
    if options.loose {
        return FilterError::operation(format!(
            "Conversion error: the {found} '{text}' can't be converted to {} [condition {condition}, item {item}]",
            with_article(expected)
        ))
        .with_description(change_comparison(options));
    }
    let description = match (expected, position) {
        ("string" | "number" | "boolean", _) => convert_field(position, expected),
        _ => change_comparison(options).to_owned(),
    };
    FilterError::operation(format!(
        "Wrong type: '{text}' is {} but was expecting {} [condition {condition}, item {item}]",
        with_article(found),
        with_article(expected)
    ))
    .with_description(description)
}

fn change_comparison(options: Options) -> &'static str {
    if options.loose {
        "Try changing the type of the comparison."
    } else {
        "Try changing the type of comparison. Alternatively you can enable 'Convert types where required'."
    }
}

fn convert_field(position: Position, expected: &str) -> String {
    let field = if position == Position::First { "first" } else { "second" };
    let method = match expected {
        "number" => "toNumber",
        "boolean" => "toBoolean",
        _ => "toString",
    };
    format!(
        "\n<p>Try either:</p>\n<ol>\n  <li>Enabling 'Convert types where required'</li>\n  \
         <li>Converting the {field} field to {} by adding <code>.{method}()</code></li>\n</ol>\n\t\t\t",
        with_article(expected)
    )
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
