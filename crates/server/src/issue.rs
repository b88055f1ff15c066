//! What is wrong with a node.

use heddle_node::parameters::pointer_of;
use heddle_workflow::{Problem, Severity};
use serde::Serialize;

/// Where the parameters of a single node stand in its workflow.
const PARAMETERS: &str = "/nodes/0/parameters";

/// Something that is wrong with a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Issue {
    /// Whether the node can run all the same.
    pub(crate) severity: Severity,
    /// What is wrong, in n8n's words.
    pub(crate) message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// JSON pointer into the parameters; absent where it is about none of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

impl Issue {
    /// A problem of the workflow that was made of the node.
    pub(crate) fn of(problem: Problem) -> Self {
        let below = problem.pointer.strip_prefix(PARAMETERS).filter(|below| !below.is_empty());
        let pointer = match (below, &problem.parameter) {
            (Some(below), _) => Some(below.to_owned()),
            (None, Some(path)) => Some(pointer_of(path)),
            (None, None) => None,
        };
        Self { severity: problem.severity, message: problem.message, help: problem.help, pointer }
    }

    /// Whether it keeps the node from running.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
