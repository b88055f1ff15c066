//! The basic nodes of Heddle, by n8n's types and versions: triggers, set, if, sub-workflows, no
//! operation.

pub mod aggregate;
pub mod code;
mod comparison;
mod conditions_1;
mod error_trigger;
pub mod execute_workflow;
mod execute_workflow_trigger;
mod field_path;
mod fields;
mod filter_node;
mod form;
mod http_credentials;
pub mod http_request;
mod if_node;
mod js_order;
mod lenient_json;
mod likeness;
mod limit;
mod loop_over_items;
mod manual_trigger;
mod media_type;
pub mod merge;
mod no_op;
pub mod remove_duplicates;
pub mod rename_keys;
mod respond;
pub mod set;
pub mod sort;
pub mod split_out;
mod start;
mod stop_and_error;
pub mod summarize;
mod switch;
mod triggers;
mod wait;

pub use aggregate::Aggregate;
pub use code::{Code, Function, FunctionItem};
pub use conditions_1::{Filter1, Filter1Parameters, If1, If1Parameters};
pub use error_trigger::ErrorTrigger;
pub use execute_workflow::ExecuteWorkflow;
pub use execute_workflow_trigger::{
    ExecuteWorkflowTrigger, ExecuteWorkflowTriggerParameters, InputSource, WorkflowInput, WorkflowInputs,
};
pub use filter_node::Filter;
pub use http_request::{HttpRequest, HttpRequestLegacy};
pub use if_node::{If, IfOptions, IfParameters};
pub use limit::{Keep, Limit, LimitParameters};
pub use loop_over_items::{LoopOptions, LoopOverItems, LoopParameters};
pub use manual_trigger::ManualTrigger;
pub use merge::{Merge, Merge1, Merge2};
pub use no_op::NoOp;
pub use remove_duplicates::RemoveDuplicates;
pub use rename_keys::RenameKeys;
pub use respond::{
    RespondOptions, RespondParameters, RespondToWebhook, RespondWith, ResponseHeader, ResponseHeaders,
};
pub use set::{FirstSet, Set};
pub use sort::Sort;
pub use split_out::SplitOut;
pub use start::Start;
pub use stop_and_error::{ErrorType, StopAndError, StopAndErrorParameters};
pub use summarize::Summarize;
pub use switch::{
    Switch, Switch1, Switch2, SwitchMode, SwitchOptions, SwitchParameters, ValueSwitchParameters,
};
pub use triggers::{ChatTrigger, Cron, FormTrigger, FormTrigger1, Interval, ScheduleTrigger, Webhook};
pub use wait::{Resume, Wait, WaitParameters};

heddle_node::register_batch_node!(Aggregate);
heddle_node::register_batch_node!(ErrorTrigger);
heddle_node::register_batch_node!(ExecuteWorkflowTrigger);
heddle_node::register_batch_node!(Limit);
heddle_node::register_batch_node!(LoopOverItems<1>);
heddle_node::register_batch_node!(LoopOverItems<2>);
heddle_node::register_batch_node!(LoopOverItems<3>);
heddle_node::register_batch_node!(ManualTrigger);
heddle_node::register_batch_node!(Merge);
heddle_node::register_batch_node!(Merge1);
heddle_node::register_batch_node!(Merge2);
heddle_node::register_batch_node!(NoOp);
heddle_node::register_batch_node!(RemoveDuplicates);
heddle_node::register_batch_node!(Sort);
heddle_node::register_batch_node!(Start);
heddle_node::register_batch_node!(StopAndError);
heddle_node::register_batch_node!(Summarize);
heddle_node::register_batch_node!(Wait);
heddle_node::register_item_node!(HttpRequest);
heddle_node::register_item_node!(HttpRequestLegacy);
heddle_node::register_item_node!(If);
heddle_node::register_item_node!(RenameKeys);
heddle_node::register_item_node!(FirstSet);
heddle_node::register_batch_node!(ChatTrigger);
heddle_node::register_batch_node!(Cron);
heddle_node::register_batch_node!(FormTrigger);
heddle_node::register_batch_node!(FormTrigger1);
heddle_node::register_batch_node!(Interval);
heddle_node::register_batch_node!(RespondToWebhook);
heddle_node::register_batch_node!(ScheduleTrigger);
heddle_node::register_batch_node!(Webhook);
heddle_node::register_item_node!(Filter);
heddle_node::register_item_node!(Filter1);
heddle_node::register_item_node!(If1);
heddle_node::register_item_node!(Set);
heddle_node::register_item_node!(SplitOut);
heddle_node::register_item_node!(Switch);
heddle_node::register_node!(Code);
heddle_node::register_node!(Function);
heddle_node::register_node!(FunctionItem);
heddle_node::register_item_node!(Switch1);
heddle_node::register_item_node!(Switch2);
heddle_node::register_node!(ExecuteWorkflow);
