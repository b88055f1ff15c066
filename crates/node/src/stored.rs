//! Parameters as a workflow file stores them, for what a node can say about them before anything runs.

use crate::code_call::CodeProblem;
use crate::date::DateQuestion;
use crate::error::NodeError;
pub use heddle_form::parameters::{holds_expression, pointer_of};

use crate::json::Json;

/// Parameters of a node, upgraded and filled with defaults. A text in them that begins with `=` is an expression, which
/// only an item can answer; everything else is what every item gets.
#[derive(Clone, Copy)]
pub struct StoredParameters<'a> {
    /// The parameters: an object.
    pub values: &'a Json,
    /// The parameters as the file has them: what no form of this version has is in here, too.
    pub written: &'a Json,
    /// Version of the node type.
    pub type_version: f64,
    /// What the host knows of values.
    pub host: &'a dyn CheckHost,
}

/// What a host can tell a node about constant values.
pub trait CheckHost {
    /// Whether a text names a moment.
    fn is_moment(&self, text: &str) -> bool;

    /// What is wrong with code; `None` where nothing is, as far as the host can tell.
    fn code_problem(&self, _code: &str) -> Option<CodeProblem> {
        None
    }

    /// Checks that a date can answer a question: that there is such a unit, part or format.
    ///
    /// # Errors
    /// When it cannot.
    fn check_date(&self, _question: DateQuestion<'_>) -> Result<(), NodeError> {
        Ok(())
    }

    /// Checks that a JavaScript regular expression, written without slashes, can be read.
    ///
    /// # Errors
    /// When it cannot.
    fn check_pattern(&self, _source: &str) -> Result<(), NodeError> {
        Ok(())
    }
}

impl<'a> StoredParameters<'a> {
    /// The value of a parameter, unless an expression stands there, or anywhere in it.
    pub fn constant(&self, name: &str) -> Option<&'a Json> {
        self.values.get(name).filter(|value| !holds_expression(value))
    }

    /// The text of a parameter, unless it is an expression or no text.
    pub fn constant_text(&self, name: &str) -> Option<&'a str> {
        self.constant(name).and_then(Json::as_str)
    }
}

/// Something that is wrong with stored parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProblem {
    /// Where, as a JSON pointer (RFC 6901) into the parameters; empty for all of them.
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What it means for a run.
    pub weight: Weight,
}

/// What a [`StoredProblem`] means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The workflow runs; something is probably not meant so.
    Warning,
    /// The node, or each of its items, fails when it runs.
    FailsWhenRun,
    /// The workflow must not run: something else would happen than what is written.
    Refused,
}

impl StoredProblem {
    /// A problem at the pointer `pointer`, with what to do about it.
    pub fn new(
        weight: Weight,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), message: message.into(), help: Some(help.into()), weight }
    }
}

impl From<NodeError> for StoredProblem {
    /// What an item will be told, told before.
    fn from(error: NodeError) -> Self {
        Self {
            pointer: error.parameter.as_deref().map(pointer_of).unwrap_or_default(),
            message: error.message.clone(),
            help: error.description.clone(),
            weight: Weight::FailsWhenRun,
        }
    }
}
