//! Why a filter cannot be evaluated, and what is wrong with one before it is.

use std::error::Error;
use std::fmt;

/// Why a filter, or a regular expression, cannot be evaluated.
#[derive(Debug)]
pub struct FilterError {
    /// What is wrong, in n8n's words where it has some.
    pub message: String,
    /// What to do about it.
    pub description: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl FilterError {
    pub(crate) fn operation(message: impl Into<String>) -> Self {
        Self { message: message.into(), description: None, source: None }
    }

    pub(crate) fn with_description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    pub(crate) fn with_source(self, source: impl Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Box::new(source)), ..self }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for FilterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Something that is wrong with a stored filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterProblem {
    /// Where, as a JSON pointer (RFC 6901) into the parameters.
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// What it means for a run.
    pub weight: Weight,
}

/// What a [`FilterProblem`] means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The filter holds or not; something is probably not meant so.
    Warning,
    /// Each item fails that comes so far.
    FailsWhenRun,
    /// Something else would happen than what is written.
    Refused,
}

impl FilterProblem {
    pub(crate) fn new(
        weight: Weight,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), message: message.into(), help: help.into(), weight }
    }
}
