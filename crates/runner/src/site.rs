//! Where something happens: which run of which node of which execution, and why that runs.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSite {
    /// The execution.
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub execution: Uuid,
    /// Name of the workflow.
    pub workflow: String,
    /// Why it runs; `None` for the run that somebody asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Why a workflow runs within another run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// A node called it.
    Call {
        /// The run of the node.
        by: Arc<NodeSite>,
        /// The item that it was called for, from 0; `None` when it was called for all items at once.
        item: Option<usize>,
    },
    /// It is the error workflow of a run that failed.
    FailureOf(Arc<RunSite>),
}

/// A run of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeSite {
    /// The run of the workflow.
    pub of: Arc<RunSite>,
    /// Name of the node.
    pub node: Arc<str>,
    /// Its run index.
    pub run: usize,
}

impl Origin {
    /// Name of the workflow that the run is part of.
    pub(crate) fn outer_workflow(&self) -> &String {
        match self {
            Self::Call { by, .. } => &by.of.workflow,
            Self::FailureOf(run) => &run.workflow,
        }
    }
}

impl RunSite {
    /// Why it runs, and why the run that it is part of does, outermost first.
    pub fn origins(&self) -> Vec<&Origin> {
        let mut origins = Vec::new();
        let mut run = self;
        while let Some(origin) = &run.origin {
            origins.push(origin);
            run = match origin {
                Origin::Call { by, .. } => &by.of,
                Origin::FailureOf(run) => run,
            };
        }
        origins.reverse();
        origins
    }
}

fn text<S: Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
