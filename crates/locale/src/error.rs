//! What is wrong with a tag, an option or a value.

use std::fmt;

/// Why a text cannot be made, in the words of V8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleError {
    /// The class of the error in JavaScript.
    pub kind: LocaleErrorKind,
    /// The message.
    pub message: String,
}

/// The class of a [`LocaleError`] in JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocaleErrorKind {
    /// `TypeError`: something is missing, or of another type.
    Type,
    /// `RangeError`: a value is none of those that are possible.
    Range,
}

impl LocaleError {
    /// A `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self { kind: LocaleErrorKind::Type, message: message.into() }
    }

    /// A `RangeError`.
    pub fn range_error(message: impl Into<String>) -> Self {
        Self { kind: LocaleErrorKind::Range, message: message.into() }
    }
}

impl fmt::Display for LocaleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for LocaleError {}
