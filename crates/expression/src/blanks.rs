//! Expressions inside texts that gave nothing.

use std::cell::RefCell;

/// Gathers, during evaluations, the code inside texts that gave nothing: in `Hello {{ $json.name }}` of an item without a
/// name. An empty text counts as nothing, unless the code itself writes one (`{{ $json.title ?? '' }}`).
///
/// A parameter that is an expression alone is not a text: whether it may be empty is its property's matter.
#[derive(Debug, Default)]
pub struct Blanks {
    found: RefCell<Vec<Blank>>,
}

/// Code that gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blank {
    /// The template that it is in.
    pub(crate) template: u64,
    /// The code between the braces.
    pub(crate) code: Box<str>,
}

impl Blanks {
    pub(crate) fn note(&self, template: u64, code: &str) {
        self.found.borrow_mut().push(Blank { template, code: code.trim().into() });
    }

    /// Takes what was found so far.
    pub(crate) fn take(&self) -> Vec<Blank> {
        self.found.take()
    }
}
