//! The basic nodes of Heddle, by n8n's types and versions: triggers, set, if, sub-workflows, no
//! operation.

mod error_trigger;
pub mod execute_workflow;
mod execute_workflow_trigger;
mod field_path;
mod form;
mod if_node;
mod lenient_json;
mod manual_trigger;
mod no_op;
pub mod set;
mod stop_and_error;
mod wait;

pub use error_trigger::ErrorTrigger;
pub use execute_workflow::ExecuteWorkflow;
pub use execute_workflow_trigger::{
    ExecuteWorkflowTrigger, ExecuteWorkflowTriggerParameters, InputSource, WorkflowInput, WorkflowInputs,
};
pub use if_node::{If, IfOptions, IfParameters};
pub use manual_trigger::ManualTrigger;
pub use no_op::NoOp;
pub use set::Set;
pub use stop_and_error::{ErrorType, StopAndError, StopAndErrorParameters};
pub use wait::{Resume, Wait, WaitParameters};

heddle_node::register_batch_node!(ErrorTrigger);
heddle_node::register_batch_node!(ExecuteWorkflowTrigger);
heddle_node::register_batch_node!(ManualTrigger);
heddle_node::register_batch_node!(NoOp);
heddle_node::register_batch_node!(StopAndError);
heddle_node::register_batch_node!(Wait);
heddle_node::register_item_node!(If);
heddle_node::register_item_node!(Set);
heddle_node::register_node!(ExecuteWorkflow);
