//! A JavaScript exception, as native functions throw it.

use smol_str::SmolStr;

/// What a native function throws. Inside an expression it can be caught like any error; uncaught it blanks the code
/// chunk, unless its name makes it surface (`docs/expressions/language.md §6.1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// `name` of the error: `TypeError`, `RangeError`, `ExpressionError`, `ExpressionExtensionError`, …
    pub name: SmolStr,
    /// `message`.
    pub message: String,
    /// `description`, a hint on what to do.
    pub description: Option<String>,
}

impl Thrown {
    /// An error of class `name`.
    pub fn new(name: impl Into<SmolStr>, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into(), description: None }
    }

    /// A `TypeError`; such errors are swallowed.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::new("TypeError", message)
    }

    /// A `RangeError`; such errors are swallowed.
    pub fn range_error(message: impl Into<String>) -> Self {
        Self::new("RangeError", message)
    }

    /// An `ExpressionExtensionError`; such errors surface.
    pub fn extension(message: impl Into<String>) -> Self {
        Self::new("ExpressionExtensionError", message)
    }

    /// An `ExpressionError`; such errors surface.
    pub fn expression(message: impl Into<String>) -> Self {
        Self::new("ExpressionError", message)
    }

    /// The same error with a hint.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Whether the error leaves its code chunk.
    pub fn surfaces(&self) -> bool {
        matches!(self.name.as_str(), "ExpressionError" | "ExpressionExtensionError")
    }
}
