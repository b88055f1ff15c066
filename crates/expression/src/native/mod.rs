//! The native path: expressions that need no JavaScript (`docs/expressions/language.md §16`).
//!
//! Whatever is not certain to give exactly what JavaScript would give stops with [`Stop::Unsupported`], and the chunk
//! is evaluated by the engine instead; nothing has happened by then, since native evaluation changes nothing.

pub(crate) mod array;
pub(crate) mod closed;
pub(crate) mod elements;
pub(crate) mod evaluate;
pub(crate) mod expr;
pub(crate) mod frame;
pub(crate) mod function;
pub(crate) mod functions;
pub(crate) mod member;
pub(crate) mod number;
pub(crate) mod operand;
pub(crate) mod operators;
pub(crate) mod regexp;
pub(crate) mod string;
pub(crate) mod variable;

use crate::error::ExpressionError;

/// Why native evaluation did not give a value.
#[derive(Debug)]
pub(crate) enum Stop {
    /// JavaScript would throw an error that the chunk swallows.
    Blank,
    /// An error that leaves the chunk.
    Error(Box<ExpressionError>),
    /// Only JavaScript can tell.
    Unsupported,
}

impl From<ExpressionError> for Stop {
    fn from(error: ExpressionError) -> Self {
        if error.surfaces() { Stop::Error(Box::new(error)) } else { Stop::Blank }
    }
}

impl From<crate::throw::Thrown> for Stop {
    fn from(thrown: crate::throw::Thrown) -> Self {
        if thrown.surfaces() { Stop::Error(Box::new(thrown.into())) } else { Stop::Blank }
    }
}
