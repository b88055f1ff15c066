//! What is wrong with a stored filter, before any item: shapes of other versions, names that there are not, constants
//! that cannot be compared. n8n runs most of it, and every item takes the same branch.

use heddle_data::filter_operators::{is_operator, is_type, is_unary};
use heddle_data::javascript::is_truthy;
use heddle_data::json::pointer_token;
use heddle_data::{Json, JsonObject, holds_expression};

use super::names::{unknown_operator, unknown_type};
use super::operand::{Operand, Unfit, type_of};
use super::{Combinator, FilterProblem, Options, ParseMoment, Weight, regex, with_article};

/// The lists of conditions that version 1 of the If node has.
const LISTS_OF_VERSION_1: [&str; 4] = ["string", "number", "boolean", "dateTime"];

/// Parameters of version 1 of nodes with conditions, beside how it combines them.
const PARAMETERS_OF_VERSION_1: [&str; 3] = ["value1", "value2", "dataType"];

/// How conditions are written today.
const SHAPE: &str = "Write each condition as { \"leftValue\": …, \"rightValue\": …, \"operator\": { \"type\": \"string\", \
     \"operation\": \"equals\" } } in the list \"conditions\" of the filter, with the \"combinator\" \"and\" or \"or\".";

/// Everything that is wrong with the filter `filter`, filled. `written` are all parameters as the file has them, `pointer`
/// is the filter's place in them.
pub fn check(filter: &Json, written: &Json, pointer: &str, moment: ParseMoment<'_>) -> Vec<FilterProblem> {
    let Some(object) = filter.as_object() else { return Vec::new() };
    let mut check =
        Check { pointer, moment, options: Options::read(object.get("options")), problems: Vec::new() };
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    check.filter(object, written.pointer(pointer).and_then(Json::as_object), written.pointer(parent));
    check.problems
}

struct Check<'a> {
    pointer: &'a str,
    moment: ParseMoment<'a>,
    options: Options,
    problems: Vec<FilterProblem>,
}

impl Check<'_> {
    fn report(&mut self, weight: Weight, below: &str, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(FilterProblem::new(weight, format!("{}{below}", self.pointer), message, help));
    }

    fn refuse(&mut self, below: &str, message: impl Into<String>, help: impl Into<String>) {
        self.report(Weight::Refused, below, message, help);
    }

    fn warn(&mut self, below: &str, message: impl Into<String>, help: impl Into<String>) {
        self.report(Weight::Warning, below, message, help);
    }

    fn filter(&mut self, filter: &JsonObject, written: Option<&JsonObject>, beside: Option<&Json>) {
        let has_rows =
            |name: &&&str| filter.get(name).and_then(Json::as_array).is_some_and(|rows| !rows.is_empty());
        if let Some(name) = LISTS_OF_VERSION_1.iter().find(has_rows) {
            self.refuse(
                &format!("/{name}"),
                format!("The conditions stand in \"{name}\", as in version 1 of the node; this version does not read them"),
                SHAPE,
            );
            return;
        }
        let list = filter.get("conditions").filter(|list| !list.is_null());
        let count = match list {
            None => {
                self.no_list(filter);
                0
            }
            Some(list) if is_expression(list) => usize::MAX,
            Some(list) => match list.as_array() {
                Some([]) => {
                    self.warn(
                        "/conditions",
                        "The filter has no conditions",
                        "Add one; without any, \"and\" always holds and \"or\" never.",
                    );
                    0
                }
                Some(conditions) => {
                    for (index, condition) in conditions.iter().enumerate() {
                        self.condition(condition, &format!("/conditions/{index}"));
                    }
                    conditions.len()
                }
                None => {
                    self.refuse("/conditions", "The conditions of the filter are not a list", SHAPE);
                    0
                }
            },
        };
        self.combinator(written.unwrap_or(filter), beside, count);
        self.version_1(beside, count);
    }

    /// Conditions beside the filter, where version 1 of the node has some of its own: nothing reads them.
    fn version_1(&mut self, beside: Option<&Json>, count: usize) {
        let Some(beside) = beside.and_then(Json::as_object) else { return };
        let is_written = |value: &Json| match value.as_array() {
            Some(rows) => !rows.is_empty(),
            None => !value.is_null() && value.as_str() != Some(""),
        };
        let names = PARAMETERS_OF_VERSION_1.iter().chain(&LISTS_OF_VERSION_1);
        let Some(name) = names.copied().find(|name| beside.get(name).is_some_and(is_written)) else { return };
        let effect = match count {
            0 => "so that the filter has no conditions",
            _ => "so that it does not count",
        };
        self.report_beside(
            Weight::Refused,
            name,
            format!("\"{name}\" beside the filter is of version 1 of the node; this version does not read it, {effect}"),
            SHAPE,
        );
    }

    fn report_beside(
        &mut self,
        weight: Weight,
        name: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let parent = self.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let place = format!("{parent}/{}", pointer_token(name));
        self.problems.push(FilterProblem::new(weight, place, message, help));
    }

    /// A combinator beside the filter does not count; one that says something else than the one that does would mislead.
    fn combinator_beside(&mut self, own: &str, beside: Option<&Json>) {
        let Some((name, value)) = combinator_in(beside) else { return };
        let written = value.as_str().map(|text| text.trim().to_lowercase()).unwrap_or_default();
        let agrees = match written.as_str() {
            "and" | "all" => own == "and",
            "or" | "any" => own == "or",
            _ => false,
        };
        let message =
            format!("The filter has the combinator \"{own}\", and beside it stands {value} as \"{name}\"");
        if agrees {
            let help = "The one beside the filter is not read. Take it away.";
            self.report_beside(Weight::Warning, name, message, help);
        } else {
            let help = format!(
                "Only the one inside the filter is read. Write there which one holds, and take \"{name}\" away."
            );
            self.report_beside(Weight::Refused, name, message, help);
        }
    }

    /// A filter without a list of conditions holds for every item.
    fn no_list(&mut self, filter: &JsonObject) {
        let looks_like_condition =
            ["operator", "leftValue", "value1"].iter().any(|key| filter.contains_key(key));
        let other_list =
            filter.iter().find(|(_, value)| value.as_array().is_some_and(|list| !list.is_empty()));
        if looks_like_condition {
            self.refuse("", "The filter is one condition, not a list of them", SHAPE);
        } else if let Some((name, _)) = other_list {
            self.refuse(
                &format!("/{}", pointer_token(name)),
                format!("The filter has no list \"conditions\", but \"{name}\""),
                SHAPE,
            );
        } else {
            self.warn("", "The filter has no conditions", "Add one: without any, it holds for every item.");
        }
    }

    fn combinator(&mut self, filter: &JsonObject, beside: Option<&Json>, count: usize) {
        match filter.get("combinator").filter(|written| !written.is_null()) {
            Some(written) if is_expression(written) => {}
            Some(written) => match Combinator::read(Some(written)) {
                Err(error) => {
                    let help = error.description.clone().unwrap_or_default();
                    self.refuse("/combinator", error.message.clone(), help);
                }
                Ok(_) => {
                    let own = written.as_str().map(|text| text.trim().to_lowercase()).unwrap_or_default();
                    self.combinator_beside(&own, beside);
                }
            },
            // It counts as "and", also where another one stands in a wrong place or under a wrong name.
            None if count > 1 => {
                let misplaced = filter
                    .iter()
                    .find(|(_, value)| is_combining_word(value))
                    .map(|(name, value)| (name, value, ""));
                let beside = || combinator_in(beside).map(|(name, value)| (name, value, " beside it"));
                let misplaced = misplaced.or_else(beside);
                if let Some((name, value, place)) = misplaced {
                    self.refuse(
                        "",
                        format!("The filter has no \"combinator\", but {value} as \"{name}\"{place}"),
                        "Write \"combinator\": \"and\" or \"or\" beside the list of conditions.",
                    );
                }
            }
            None => self.combinator_beside("and", beside),
        }
    }

    fn condition(&mut self, condition: &Json, place: &str) {
        if is_expression(condition) {
            return;
        }
        let Some(object) = condition.as_object() else {
            self.refuse(place, format!("The condition is {}, not an object", shown(condition)), SHAPE);
            return;
        };
        let Some(operator) = object.get("operator").filter(|operator| !operator.is_null()) else {
            let of_version_1 = object.contains_key("value1") || object.contains_key("operation");
            let message = if of_version_1 {
                "The condition has no operator, but the shape of version 1 of the node"
            } else {
                "The condition has no operator"
            };
            self.refuse(place, message, SHAPE);
            return;
        };
        if is_expression(operator) {
            return;
        }
        let Some(operator) = operator.as_object() else {
            self.refuse(
                &format!("{place}/operator"),
                format!("The operator is {}, not an object", shown(operator)),
                SHAPE,
            );
            return;
        };
        let kind = match Part::of(operator, "type") {
            Part::Open => None,
            part => Some(part.text()),
        };
        let operation = match Part::of(operator, "operation") {
            Part::Open => None,
            part => Some(part.text()),
        };
        if let Some(kind) = &kind
            && !is_type(kind)
        {
            let (message, help) = unknown_type(kind);
            self.refuse(&format!("{place}/operator{}", below(operator, "type")), message, help);
            return;
        }
        if let (Some(kind), Some(operation)) = (&kind, &operation)
            && !is_operator(kind, operation)
        {
            let (message, help) = unknown_operator(kind, operation);
            self.refuse(&format!("{place}/operator{}", below(operator, "operation")), message, help);
            return;
        }
        let right_kind = match Part::of(operator, "rightType") {
            Part::Open => None,
            Part::Missing => kind.clone(),
            part => Some(part.text()),
        };
        if let Some(right_kind) = right_kind.as_ref().filter(|kind| !is_type(kind)) {
            let (message, help) = unknown_type(right_kind);
            self.refuse(&format!("{place}/operator/rightType"), message, help);
            return;
        }
        let Some(operation) = operation else { return };
        self.sides(object, operator, &operation, [kind, right_kind], place);
    }

    /// The two values of a condition whose operation is known.
    fn sides(
        &mut self,
        condition: &JsonObject,
        operator: &JsonObject,
        operation: &str,
        kinds: [Option<String>; 2],
        place: &str,
    ) {
        let [kind, right_kind] = kinds;
        if self.side(condition, LEFT, place) {
            self.constant(condition, LEFT, kind.as_deref(), place);
        }
        if is_unary(operation) {
            return;
        }
        let right = condition.get(RIGHT.key);
        // The empty text is a text that another may equal.
        let is_blank = right.is_none_or(|right| {
            right.is_null() || (right.as_str() == Some("") && kind.as_deref() != Some("string"))
        });
        if operator.get("singleValue").is_some_and(|single| !is_expression(single) && is_truthy(single)) {
            let what = format!("The operation \"{operation}\" compares two values, and has \"singleValue\"");
            if is_blank {
                self.refuse(
                    place,
                    format!("{what}, but no right value"),
                    "Give it a \"rightValue\", or choose an operation of one value, such as \"notEmpty\".",
                );
                return;
            }
            self.warn(
                &format!("{place}/operator/singleValue"),
                what,
                "The right value counts here; n8n leaves it out. Take \"singleValue\" away.",
            );
        }
        if !self.side(condition, RIGHT, place) {
            return;
        }
        self.constant(condition, RIGHT, right_kind.as_deref(), place);
        if matches!(operation, "regex" | "notRegex")
            && let Some(pattern) = right.filter(|right| !is_expression(right)).and_then(Json::as_str)
            && let Err(error) = regex::check(pattern)
        {
            let help = error.description.clone().unwrap_or_default();
            self.report(Weight::FailsWhenRun, &format!("{place}/rightValue"), error.message.clone(), help);
        }
    }

    /// Whether the side is there. Where it is not, it may stand under another name.
    fn side(&mut self, condition: &JsonObject, side: Side, place: &str) -> bool {
        if condition.contains_key(side.key) {
            return true;
        }
        let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
        let other = condition.keys().find(|name| side.other_names.contains(&plain(name).as_str()));
        match other {
            Some(other) => self.refuse(
                &format!("{place}/{}", pointer_token(other)),
                format!("The condition has no \"{}\", but \"{other}\"", side.key),
                format!("Write \"{}\" in its place.", side.key),
            ),
            None => self.warn(
                place,
                format!("The condition has no \"{}\"", side.key),
                "It compares with nothing. Add the value.",
            ),
        }
        false
    }

    /// A constant that is not of its type fails for every item that comes so far.
    fn constant(&mut self, condition: &JsonObject, side: Side, kind: Option<&str>, place: &str) {
        let (Some(kind), Some(value)) = (kind, condition.get(side.key)) else { return };
        if holds_expression(value) {
            return;
        }
        let Err(Unfit(value)) = Operand::read(Some(value), kind, self.options, self.moment) else { return };
        let found = type_of(value);
        let message = match self.options.loose {
            true => format!(
                "The {} value of the condition, {}, cannot be converted to {}",
                side.word,
                shown(value),
                with_article(kind)
            ),
            false => format!(
                "The {} value of the condition, {}, is {}, and is compared as {}",
                side.word,
                shown(value),
                with_article(found),
                with_article(kind)
            ),
        };
        let help = match kind {
            "number" | "boolean" if value.is_string() && !self.options.loose => {
                format!(
                    "Write it without quotation marks, or as an expression that gives {}, or choose another type.",
                    with_article(kind)
                )
            }
            _ => format!("Give {}, or choose another type.", with_article(kind)),
        };
        self.report(Weight::FailsWhenRun, &format!("{place}/{}", side.key), message, help);
    }
}

/// One side of a condition, and what else it is called.
#[derive(Clone, Copy)]
struct Side {
    key: &'static str,
    word: &'static str,
    other_names: &'static [&'static str],
}

const LEFT: Side = Side {
    key: "leftValue",
    word: "left",
    other_names: &["leftvalue", "left", "value1", "leftoperand", "field", "value", "key"],
};
const RIGHT: Side = Side {
    key: "rightValue",
    word: "right",
    other_names: &["rightvalue", "right", "value2", "rightoperand", "comparevalue", "compareto", "value"],
};

/// A part of an operator.
enum Part<'a> {
    Missing,
    /// Only an item can tell.
    Open,
    Written(&'a Json),
}

impl<'a> Part<'a> {
    fn of(operator: &'a JsonObject, name: &str) -> Self {
        match operator.get(name) {
            None => Self::Missing,
            Some(value) if value.is_null() => Self::Missing,
            Some(value) if is_expression(value) => Self::Open,
            Some(value) => Self::Written(value),
        }
    }

    /// What is written, as a text; nothing is the empty one.
    fn text(&self) -> String {
        match self {
            Self::Written(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            Self::Missing | Self::Open => String::new(),
        }
    }
}

/// What stands beside a filter under the name of a combinator.
fn combinator_in(beside: Option<&Json>) -> Option<(&str, &Json)> {
    let is_one = |name: &str| matches!(name.to_lowercase().as_str(), "combinator" | "combineoperation");
    beside?.as_object()?.iter().find(|(name, value)| is_one(name) && is_combining_word(value))
}

fn is_combining_word(value: &Json) -> bool {
    let text = value.as_str().map(str::trim).unwrap_or_default().to_lowercase();
    matches!(text.as_str(), "and" | "or" | "all" | "any" | "xor")
}

/// A value as messages show it.
fn shown(value: &Json) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The pointer to a member, if it is there.
fn below(object: &JsonObject, name: &str) -> String {
    if object.contains_key(name) { format!("/{name}") } else { String::new() }
}

fn is_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('='))
}
