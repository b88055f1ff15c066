//! From a workflow to something that can run: node types, defaults, compiled expressions, where the run begins and what
//! it reaches, and all problems that keep it from starting.

pub(crate) mod blanks;
pub(crate) mod cache;
pub(crate) mod constant_check;
pub(crate) mod literal_templates;
pub(crate) mod missing_credentials;
pub(crate) mod misspelt;
pub(crate) mod mocks;
pub(crate) mod preflight;
pub(crate) mod prepared;
pub(crate) mod prepared_workflow;
mod preparing;
pub(crate) mod reach;
mod samples;
pub(crate) mod selection;
pub(crate) mod starts;
pub(crate) mod stored_problems;
pub(crate) mod suggest;
pub(crate) mod unset;
