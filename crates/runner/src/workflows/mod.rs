//! Workflows that a run starts: those that its nodes call, waited for or not, and error workflows.

pub(crate) mod beside;
pub(crate) mod error_workflow;
pub(crate) mod lineage;
pub(crate) mod lookup;
pub(crate) mod sub_workflow;
