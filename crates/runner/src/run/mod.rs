//! One run of a workflow: begun, executed node by node, and what is kept of it.

pub(crate) mod cancel;
pub(crate) mod clock;
pub(crate) mod executor;
pub(crate) mod follow;
pub(crate) mod handle;
pub(crate) mod keeping;
pub(crate) mod mode;
mod nesting;
pub(crate) mod node_facts;
pub(crate) mod options;
mod rehearsal;
pub(crate) mod replaced;
pub(crate) mod resume;
pub mod run_data;
pub(crate) mod run_error;
pub(crate) mod run_view;
pub(crate) mod scope;
pub(crate) mod static_data;
pub(crate) mod stored_options;
pub(crate) mod variables;

pub(crate) use nesting::run_nested;
