//! Errors of code, as run data has them.

use heddle_expression::EngineLimits;
use heddle_expression::code::{CodeError, CodeErrorKind, SyntaxProblem};
use heddle_node::{ErrorKind, ErrorLevel, Functionality, Json, NodeError};

/// n8n's class of them.
const CLASS: &str = "WrappedExecutionError";

fn error(message: impl Into<String>) -> NodeError {
    let mut error = NodeError::new(ErrorKind::Operation, message);
    error.class = Some(CLASS.into());
    error.level = ErrorLevel::Info;
    error
}

/// The code is not JavaScript.
pub(crate) fn of_syntax(problem: SyntaxProblem) -> NodeError {
    let mut error =
        error(format!("{} [line {}]", problem.message, problem.line)).with_description("SyntaxError");
    error.line = Some(problem.line);
    error
}

/// The code failed, for one item or for all of them.
pub(crate) fn of_code(failure: CodeError, item: Option<usize>, limits: EngineLimits) -> NodeError {
    let mut told = match failure.kind {
        CodeErrorKind::Thrown | CodeErrorKind::Stuck => {
            let mut told = error(failure.message);
            told.description = failure.description;
            told
        }
        CodeErrorKind::TimedOut => timed_out(limits),
        CodeErrorKind::OutOfMemory => {
            error(format!("The code needs more than {} MB of memory", limits.memory >> 20)).with_description(
                "Handle fewer items at a time, for example with Loop Over Items before this node.",
            )
        }
    };
    told.line = failure.line;
    told.item_index = item;
    for (key, value) in failure.context.as_object().into_iter().flat_map(|context| context.iter()) {
        match key {
            "runIndex" => {}
            "itemIndex" => {
                let index = value.as_f64().filter(|index| *index >= 0.0).map(|index| index as usize);
                told.item_index = told.item_index.or(index);
            }
            "functionality" if value.as_str() == Some("pairedItem") => {
                told.functionality = Functionality::PairedItem;
            }
            _ => drop(told.context.insert(key, Json::clone(value))),
        }
    }
    told
}

fn timed_out(limits: EngineLimits) -> NodeError {
    let seconds = limits.time.as_secs_f64();
    let unit = if seconds == 1.0 { "second" } else { "seconds" };
    error(format!("Task execution timed out after {seconds} {unit}")).with_description(
        "Look for a loop that never ends, or handle fewer items at a time. Code that needs longer gets it by `timeLimit` \
         (milliseconds) in the node's JSON.",
    )
}

/// The code could not even be interrupted.
pub(crate) fn hanging(limits: EngineLimits) -> NodeError {
    timed_out(limits).with_description(
        "It could not even be interrupted: it gives a very long text or list to a function of JavaScript.",
    )
}

/// Too much code hangs already.
pub(crate) fn exhausted() -> NodeError {
    error("Code of several nodes could not be interrupted, so no more is run").with_description(
        "It gives very long texts or lists to functions of JavaScript. Make these shorter first.",
    )
}

/// There is no thread for it.
pub(crate) fn not_started(source: std::io::Error) -> NodeError {
    error("No thread could be started to run the code").with_source(source)
}

/// The run is to end.
pub(crate) fn cancelled() -> NodeError {
    NodeError::new(ErrorKind::Cancelled, "The run was cancelled")
}
