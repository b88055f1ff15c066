//! The JavaScript path: QuickJS, what the run looks like to it, and its limits.

pub(crate) mod bridge;
pub(crate) mod convert;
pub(crate) mod host;
pub(crate) mod runtime;
pub(crate) mod view;
