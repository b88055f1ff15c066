//! Why a form cannot be made.

use std::fmt;

/// A part of a parameters' type that no form field can show, or that lacks what a form needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// Where it is: the tags' values and field names that lead to it, as a JSON pointer.
    pub pointer: String,
    /// What is wrong and what to add.
    pub message: String,
}

impl SchemaError {
    pub(super) fn new(pointer: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.into() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the parameter at {}: {}",
            if self.pointer.is_empty() { "/" } else { &self.pointer },
            self.message
        )
    }
}

impl std::error::Error for SchemaError {}
