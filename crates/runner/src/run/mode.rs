//! How an execution was started.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// n8n's mode of an execution (`docs/engine.md §4.1`), which expressions read as `$mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ExecutionMode {
    /// By hand, while somebody works on the workflow: pinned data counts, and nobody is notified of failures.
    Manual,
    /// By its trigger, in production.
    Trigger,
    /// By a call of its webhook or form.
    Webhook,
    /// By a message in a chat.
    Chat,
    /// Another workflow called it.
    Integrated,
    /// It is the error workflow of one that failed.
    Error,
    /// Again, after a failure.
    Retry,
    /// From the command line of n8n.
    Cli,
    /// By the instance itself.
    Internal,
    /// As a test of an evaluation.
    Evaluation,
}

impl ExecutionMode {
    /// n8n's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Trigger => "trigger",
            Self::Webhook => "webhook",
            Self::Chat => "chat",
            Self::Integrated => "integrated",
            Self::Error => "error",
            Self::Retry => "retry",
            Self::Cli => "cli",
            Self::Internal => "internal",
            Self::Evaluation => "evaluation",
        }
    }
}
