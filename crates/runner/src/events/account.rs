//! What became of the items of a run, kept for whoever asks.

use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::events::{SkipReason, Verdict};
use crate::site::NodeSite;

/// What became of one item of a node with an effect.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemVerdict {
    /// The node run.
    pub at: Arc<NodeSite>,
    /// The item, from 0.
    pub item: usize,
    /// What became of it.
    pub verdict: Verdict,
    /// Whom it was for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The id under which the service knows the send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why it was left out, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
}

/// The verdicts of a run and of all runs within it.
#[derive(Default)]
pub(crate) struct Account(Mutex<Vec<ItemVerdict>>);

impl Account {
    pub(crate) fn note(&self, verdict: ItemVerdict) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(verdict);
    }

    pub(crate) fn verdicts(&self) -> Vec<ItemVerdict> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
