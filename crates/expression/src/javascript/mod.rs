//! The JavaScript path: QuickJS, what the run looks like to it, and its limits.

pub(crate) mod bridge;
pub(crate) mod call;
pub(crate) mod convert;
pub(crate) mod host;
mod json_problem;
mod run;
pub(crate) mod runtime;
pub(crate) mod shared;
pub(crate) mod view;
