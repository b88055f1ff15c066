//! Calling another workflow from a node (`docs/engine.md §17`).

use crate::item::Item;
use crate::json::Json;

/// Which workflow is called.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkflowSource {
    /// By id, or by whatever else the host knows its workflows by.
    Id(String),
    /// The workflow of a file.
    File(String),
    /// The workflow itself, as its file would have it.
    Json(Json),
}

/// Which workflow a node calls, as far as its stored parameters tell.
#[derive(Debug, Clone, PartialEq)]
pub enum CalledWorkflow {
    /// The same for every item.
    Constant(WorkflowSource),
    /// An expression names it.
    PerItem,
}

/// A call of another workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowCall {
    /// The workflow.
    pub workflow: WorkflowSource,
    /// What enters at its start node.
    pub items: Vec<Item>,
    /// Whether the caller waits for its end; else it gets an empty answer at once.
    pub wait: bool,
}

/// What a called workflow gave.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowAnswer {
    /// Id of its execution.
    pub execution_id: String,
    /// Id of the workflow, when it has one.
    pub workflow_id: Option<String>,
    /// Items by output of the node that ran last, each paired with the items of the call that it stems from, as far as
    /// that is known.
    pub outputs: Vec<Vec<Item>>,
}

impl WorkflowAnswer {
    /// The link to the execution, as n8n keeps it in metadata.
    pub fn sub_execution(&self) -> Json {
        sub_execution(&self.execution_id, self.workflow_id.as_deref())
    }
}

/// The link to an execution of a called workflow: `{ executionId, workflowId }`.
pub fn sub_execution(execution_id: &str, workflow_id: Option<&str>) -> Json {
    let mut link = Json::object();
    link.insert("executionId", Json::from(execution_id));
    link.insert("workflowId", workflow_id.map_or(Json::NULL, Json::from));
    link
}
