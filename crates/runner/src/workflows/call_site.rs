//! Calls of workflows: where one is made, who makes it, and what is kept of it.

use std::sync::Arc;

use async_trait::async_trait;
use heddle_node::{Json, NodeError, Outcome, WorkflowAnswer, WorkflowCall, sub_execution};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::log::NodeKey;
use crate::run_data::Status;
use crate::site::NodeSite;

/// A call that has ended, as the caller's run data reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CallRecord {
    /// The item that called; 0 for a node that takes its items all at once.
    pub(crate) item: usize,
    pub(crate) takes_all_items: bool,
    pub(crate) execution: Uuid,
    pub(crate) workflow_id: Option<String>,
    pub(crate) status: Option<Status>,
    /// What became of the items of its nodes with an effect: metadata of their runs by node name.
    pub(crate) effects: Json,
    /// The gravest outcome of its sends; `None` when it sends nothing.
    pub(crate) outcome: Option<Outcome>,
}

/// The node run, and the item of it, that calls.
pub(crate) struct CallSite {
    pub(crate) at: Arc<NodeSite>,
    pub(crate) item: usize,
    /// Whether the node takes its items all at once.
    pub(crate) takes_all_items: bool,
    /// The same whenever this call is made again.
    pub(crate) execution: Uuid,
    /// What the log knows it by: another one for each further try of the item.
    pub(crate) recorded_as: Uuid,
    /// The try of the item, from 1.
    pub(crate) item_try: u32,
    /// The run of the node, as the log knows it.
    pub(crate) caller: NodeKey,
}

/// Calls workflows for the nodes of one run.
#[async_trait]
pub(crate) trait CallsWorkflows: Send + Sync {
    /// Calls a workflow; the record tells what came of it, also when the call failed, and is absent when none began.
    async fn call(
        &self,
        site: CallSite,
        call: WorkflowCall,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>);
}

impl CallRecord {
    /// `{ executionId, workflowId }`.
    pub(crate) fn link(&self) -> Json {
        sub_execution(&self.execution.to_string(), self.workflow_id.as_deref())
    }

    /// The link with what became of each item that was to be sent; `None` when nothing was.
    pub(crate) fn effects(&self) -> Option<Json> {
        self.outcome?;
        let mut json = self.link();
        json.insert("item", Json::from(self.item));
        if let Some(status) = self.status {
            json.insert("status", Json::from(status.as_str()));
        }
        json.insert("nodes", self.effects.clone());
        Some(json)
    }
}
