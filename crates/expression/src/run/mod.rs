//! What expressions read of the run: variables, other nodes' data, paired items (`docs/expressions/language.md §10-§12`).

pub(crate) mod functions;
pub(crate) mod items;
pub(crate) mod jmespath;
pub(crate) mod nodes;
pub(crate) mod paired;
pub(crate) mod parameters;
pub(crate) mod variables;
