//! From the text of a code chunk to something that can be evaluated (`docs/expressions/language.md §4, §8`).

pub(crate) mod deep;
pub(crate) mod extension_calls;
pub(crate) mod lower;
pub(crate) mod names;
pub(crate) mod parse;
mod print_quasi;
pub(crate) mod references;
pub(crate) mod rewrite;
mod scope;
pub(crate) mod variables;
