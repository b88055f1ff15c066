//! The error of an expression, as n8n shows it (`docs/expressions/language.md §6`).

use std::fmt;
use std::ops::Range;

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use crate::throw::Thrown;

/// Why an expression, or a whole parameter, could not be evaluated or compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionError {
    /// Class name: `ExpressionError`, `ExpressionExtensionError`, `Error`, …
    pub name: SmolStr,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub description: Option<String>,
    /// n8n's `context`: any of `runIndex itemIndex causeDetailed descriptionTemplate descriptionKey messageTemplate
    /// nodeCause parameter type`, and `functionality: "pairedItem"` for pairing problems. An object, or null when there
    /// is nothing.
    pub context: Json,
    /// The part of the parameter text that is at fault, in bytes, when it is known.
    pub range: Option<Range<usize>>,
}

/// The message of every syntax error.
pub(crate) const INVALID_SYNTAX: &str = "invalid syntax";

/// What is put before the engine's own words (`docs/expressions/language.md §6.2`).
pub(crate) const EVALUATION_FAILED: &str = "Expression evaluation failed: ";

impl ExpressionError {
    /// An error of class `name`.
    pub fn new(name: impl Into<SmolStr>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
            description: None,
            context: Json::NULL,
            range: None,
        }
    }

    /// An `ExpressionError`.
    pub fn expression(message: impl Into<String>) -> Self {
        Self::new("ExpressionError", message)
    }

    /// A failure that n8n reports in the words of its engine.
    pub(crate) fn evaluation_failed(detail: impl fmt::Display) -> Self {
        Self::new("Error", format!("{EVALUATION_FAILED}{detail}"))
    }

    /// An evaluation that took too long.
    pub(crate) fn timed_out() -> Self {
        Self::expression("Expression timed out")
    }

    /// An evaluation that met a defect of ours, or of the engine.
    pub(crate) fn broken() -> Self {
        Self::expression("The expression could not be evaluated: the evaluator failed").with_description(
            "That is a defect of this program. Write the expression in another way, and report it.",
        )
    }

    /// An evaluation that took too much memory.
    pub(crate) fn memory_exceeded() -> Self {
        Self::expression("Expression exceeded memory limit")
    }

    /// The same error with a hint.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same error with one more member of its context.
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        if self.context.is_null() {
            self.context = Json::from(JsonObject::new());
        }
        self.context.insert(key, value);
        self
    }

    /// The same error, pointing at a part of the parameter text.
    pub(crate) fn at(mut self, range: Range<usize>) -> Self {
        self.range = Some(range);
        self
    }

    /// Whether the error leaves the code chunk that threw it (`docs/expressions/language.md §6.1`).
    pub(crate) fn surfaces(&self) -> bool {
        matches!(self.name.as_str(), "ExpressionError" | "ExpressionExtensionError")
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(description) = &self.description {
            write!(f, " ({description})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ExpressionError {}

impl From<Thrown> for ExpressionError {
    fn from(thrown: Thrown) -> Self {
        Self { description: thrown.description, ..Self::new(thrown.name, thrown.message) }
    }
}
