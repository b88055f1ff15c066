//! The runs of a store, as lists show them.

use heddle_runner::Status;
use heddle_runner::log::Counts;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A run in a few words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// The execution.
    pub id: Uuid,
    /// Name of the workflow.
    pub workflow: String,
    /// How it stands.
    pub status: RunStatus,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// When it ended, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Until when it waits, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_till: Option<i64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What became of its items; of a run that has ended.
    pub counts: Counts,
    /// What whoever began it wanted to keep beside it: JSON.
    #[serde(skip)]
    pub note: String,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// A process runs it.
    Running,
    /// Its process has died.
    Interrupted,
    /// It has ended, or waits.
    Ended(Status),
}

/// What tells a run from one that would do something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// [`digest_of_workflow`](heddle_runner::log::digest_of_workflow).
    pub workflow_digest: String,
    /// [`digest_of_items`](heddle_runner::log::digest_of_items).
    pub items_digest: String,
    /// The node that it was told to start at; empty where it was not told.
    pub start: String,
}

impl RunStatus {
    /// The word for it: `running`, `interrupted`, or that of the [`Status`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Ended(status) => status.as_str(),
        }
    }
}

impl Serialize for RunStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl RunSummary {
    /// Whether it has come to an end: it neither runs nor waits, and no crash has ended it.
    pub fn is_over(&self) -> bool {
        matches!(self.status, RunStatus::Ended(status) if status != Status::Waiting)
    }

    /// Whether there is nothing left of it to be done: it ended well, and sent to everybody.
    pub fn is_complete(&self) -> bool {
        self.status == RunStatus::Ended(Status::Success)
            && self.counts.not_sent == 0
            && self.counts.unknown == 0
    }
}
