//! Workflows that a run starts: those that its nodes call, waited for or not, and error workflows.

pub(crate) mod beside;
pub(crate) mod call_site;
pub(crate) mod error_workflow;
pub(crate) mod find;
pub(crate) mod lineage;
pub(crate) mod lookup;
mod sub_workflow;
