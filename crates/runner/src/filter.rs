//! Filters and regular expressions of nodes: `heddle-expression` evaluates them, and the runner reports what is wrong in
//! the words of nodes.

use heddle_expression::Clock;
use heddle_expression::filter::{self, FilterError, FilterProblem};
use heddle_node::{Json, NodeError, StoredProblem, Weight};

/// Whether the resolved filter value matches; `item_index` is named in messages.
pub(crate) fn matches(filter: &Json, item_index: usize, clock: &Clock) -> Result<bool, NodeError> {
    filter::matches(filter, item_index, &|text| heddle_expression::parse_moment(text, clock))
        .map_err(node_error)
}

/// The text with `replacement` in place of what the bare pattern `source` finds.
pub(crate) fn replace(source: &str, flags: &str, text: &str, replacement: &str) -> Result<String, NodeError> {
    filter::replace(source, flags, text, replacement).map_err(node_error)
}

/// Whether the bare pattern `source` can be read.
pub(crate) fn check_source(source: &str) -> Result<(), NodeError> {
    filter::check_source(source).map_err(node_error)
}

/// Everything that is wrong with a stored filter, filled, which stands at `pointer` in the parameters `written`.
pub(crate) fn check(filter: &Json, written: &Json, pointer: &str, clock: &Clock) -> Vec<StoredProblem> {
    let moment = |text: &str| heddle_expression::parse_moment(text, clock);
    filter::check(filter, written, pointer, &moment).into_iter().map(stored_problem).collect()
}

fn stored_problem(problem: FilterProblem) -> StoredProblem {
    let weight = match problem.weight {
        filter::Weight::Warning => Weight::Warning,
        filter::Weight::FailsWhenRun => Weight::FailsWhenRun,
        filter::Weight::Refused => Weight::Refused,
    };
    StoredProblem::new(weight, problem.pointer, problem.message, problem.help)
}

fn node_error(error: FilterError) -> NodeError {
    let (message, description) = (error.message.clone(), error.description.clone());
    let node_error = NodeError::operation(message).with_source(error);
    match description {
        Some(description) => node_error.with_description(description),
        None => node_error,
    }
}
