//! One run of a node: its items, what they share, and what became of them.

pub(crate) mod collected;
pub(crate) mod computing;
mod context;
pub(crate) mod error_output;
pub(crate) mod item_loop;
pub(crate) mod node_runner;

pub(crate) use context::{ItemServices, NodeRunContext};
