//! One run of a node: its items, what they share, and what became of them.

mod batch_run;
mod before_sending;
pub(crate) mod collected;
pub(crate) mod computing;
pub(crate) mod dates;
pub(crate) mod error_output;
pub(crate) mod item_loop;
pub(crate) mod node_runner;
mod services;
mod shared;

pub(crate) use services::ItemServices;
pub(crate) use shared::{NodeRunContext, Sited};
