//! The basic nodes of Heddle, by n8n's types and versions: manual trigger, set, if, no operation.

mod field_path;
mod if_node;
mod lenient_json;
mod manual_trigger;
mod no_op;
pub mod set;

pub use if_node::{If, IfOptions, IfParameters};
pub use manual_trigger::ManualTrigger;
pub use no_op::NoOp;
pub use set::Set;

heddle_node::register_batch_node!(ManualTrigger);
heddle_node::register_batch_node!(NoOp);
heddle_node::register_item_node!(If);
heddle_node::register_item_node!(Set);
