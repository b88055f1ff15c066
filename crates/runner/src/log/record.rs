//! The records of the log. Their JSON is what stores keep: fields are added, never renamed or given another meaning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Delivery, Effect, Item, Items, Json, NodeError, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{error_form, items};
use crate::call_site::CallRecord;
use crate::events::{SkipReason, Verdict};
use crate::mode::ExecutionMode;
use crate::policy::Happened;
use crate::run_data::Status;
use crate::sending::book::Reservation;
use crate::stored_options::StoredOptions;

/// Which try of which call of which item a record is about. No two records of starts have the same key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallKey {
    /// The execution; of a workflow that is called again for a further try of an item, another one each time.
    pub execution: Uuid,
    /// Name of the node.
    pub node: Arc<str>,
    /// Run index of the node.
    pub run: usize,
    /// Input item, from 0; 0 for a node that takes its items all at once.
    pub item: usize,
    /// Try of the item, from 1.
    #[serde(rename = "try")]
    pub item_try: u32,
    /// Call of the item, from 0, repeats not counted.
    pub call: u32,
    /// Attempt at the call, from 1.
    pub attempt: u32,
}

/// A run of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NodeKey {
    /// The execution, as of [`CallKey::execution`].
    pub execution: Uuid,
    /// Name of the node.
    pub node: Arc<str>,
    /// Run index of the node.
    pub run: usize,
}

/// One record of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Record {
    /// A run, or a run within it, begins.
    RunStarted(Box<RunStarted>),
    /// The run is taken up again.
    Resumed {
        /// When, in milliseconds since 1970.
        at: i64,
        /// What becomes of items of which nobody can tell whether they were sent.
        unknown: super::UnknownItems,
    },
    /// A node that may have an effect begins.
    NodeStarted {
        /// The node run.
        key: NodeKey,
        /// How many items it has.
        items: usize,
        /// Tells its items from others.
        digest: String,
        /// The gravest effect that any of its items can have.
        effect: Effect,
        /// Whether the node takes its items all at once.
        #[serde(default)]
        all_at_once: bool,
    },
    /// The request is about to leave.
    CallStarted(Box<StoredCall>),
    /// A workflow is about to be called for an item that is to be sent once.
    Reserved {
        /// The node run.
        key: NodeKey,
        /// The item.
        item: usize,
        /// What it takes.
        reservation: Box<Reservation>,
    },
    /// The attempt has ended.
    CallEnded {
        /// Whose call it was.
        key: CallKey,
        /// What happened to it.
        happened: Happened,
        /// What is known about its effect.
        outcome: Outcome,
        /// The answer, secrets masked; absent where none came, or it was not kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Box<StoredAnswer>>,
        /// Why there is no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Box<StoredFailure>>,
    },
    /// An item has ended.
    ItemDone(Box<ItemDone>),
    /// The service has said how far something has come that it had accepted.
    Delivery {
        /// The node run.
        key: NodeKey,
        /// The item, from 0.
        item: usize,
        /// When, in milliseconds since 1970.
        at: i64,
        /// How far it has come.
        delivery: Delivery,
    },
    /// A node run has ended.
    NodeDone(Box<NodeDone>),
    /// The run waits until a moment.
    Waiting {
        /// The execution.
        execution: Uuid,
        /// In milliseconds since 1970.
        until: i64,
    },
    /// A run, or a run within it, has ended.
    RunEnded(Box<RunEnded>),
}

/// What a run begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    /// The execution, as of [`CallKey::execution`].
    pub execution: Uuid,
    /// The id of the execution, which is the same however often a workflow is called for an item.
    pub id: Uuid,
    /// Why it runs; absent for the run that somebody asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The workflow.
    pub workflow: WorkflowText,
    /// Name of the node that it starts at.
    pub start: String,
    /// n8n's mode of it.
    pub mode: ExecutionMode,
    /// Whether nobody waits for its end.
    #[serde(default)]
    pub is_beside: bool,
    /// What its clock shows, in milliseconds since 1970.
    pub started_at: i64,
    /// Names of the nodes that it may reach and that send something.
    pub sending_nodes: Vec<String>,
    /// The items that it begins with, where nothing before it can give them again.
    #[serde(default, with = "items::optional_list", skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// Tells its items from others.
    pub items_digest: String,
    /// How the run is to go; of the outermost run alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Box<StoredOptions>>,
    /// Workflows that it may call, by what they are called by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub called: CalledWorkflows,
    /// Version of Heddle.
    pub heddle: String,
    /// The names of the credentials of its nodes by type, each with what tells it from others and no secret; of the
    /// outermost run alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, String>,
}

/// Workflows by what they are called by: `id:…` or `file:…`.
pub type CalledWorkflows = BTreeMap<String, WorkflowText>;

/// A workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowText {
    /// Its name.
    pub name: String,
    /// Its id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Tells its text from others.
    pub digest: String,
    /// Its text, where it was not kept before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Arc<str>>,
}

/// Why a run runs within another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// A node called it.
    Call {
        /// The run of the node.
        by: NodeKey,
        /// The item that it was called for; absent when it was called for all at once.
        item: Option<usize>,
        /// The try of the item, from 1.
        #[serde(rename = "try")]
        item_try: u32,
    },
    /// It is the error workflow of a run that failed: of this execution.
    FailureOf(Uuid),
}

/// A call that is about to leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCall {
    /// Whose call it is.
    pub key: CallKey,
    /// The id of its execution, which is the same however often a workflow is called for an item.
    pub id: Uuid,
    /// What it does.
    pub effect: Effect,
    /// Tells method, URL and body from others.
    pub digest: String,
    /// Method and URL without query.
    pub request: String,
    /// Whom the item is for: [`ItemNode::order_key`](heddle_node::ItemNode::order_key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_key: Option<String>,
    /// The id under which the service knows the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// The item that it is for, where a node that takes its items all at once knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_item: Option<usize>,
    /// What it takes with its claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<Box<Reservation>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body, where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its body in base64, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFailure {
    /// The kind of failure: the name of an [`HttpErrorKind`](heddle_node::HttpErrorKind).
    pub kind: String,
    /// The reason.
    pub reason: String,
    /// The system's code for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What became of an item.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemDone {
    /// The node run.
    pub key: NodeKey,
    /// The item, from 0.
    pub item: usize,
    /// The try that it ended with, from 1.
    #[serde(rename = "try")]
    pub item_try: u32,
    /// What it put out: outputs with items; absent where it failed.
    #[serde(default, with = "items::output", skip_serializing_if = "Option::is_none")]
    pub output: Option<Vec<(usize, Item)>>,
    /// Why it failed.
    #[serde(default, with = "error_form::optional", skip_serializing_if = "Option::is_none")]
    pub error: Option<NodeError>,
    /// For an item with an effect, what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Why it was left out, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
    /// Whom it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_key: Option<String>,
    /// The id under which the service knows what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// Whether it may have reserved something, which it lets go of where it was not sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
    /// The workflows that it called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<CallRecord>,
}

impl ItemDone {
    /// An item that was left out.
    pub(crate) fn skipped(key: NodeKey, item: usize) -> Self {
        Self {
            key,
            item,
            item_try: 1,
            output: Some(Vec::new()),
            error: None,
            verdict: Some(Verdict::Skipped),
            skipped: Some(SkipReason::NotSelected),
            order_key: None,
            sender_id: None,
            reserved: false,
            calls: Vec::new(),
        }
    }
}

/// What a node run put out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NodeOutputs {
    /// These items, by output.
    Items(#[serde(with = "items::lists")] Vec<Items>),
    /// What its items put out, as their records have it.
    OfItems,
    /// What it gives when it runs again: it only computes, and keeps something that no record holds.
    Again,
}

/// How a node run ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeDone {
    /// The node run.
    pub key: NodeKey,
    /// How many items it had.
    pub items: usize,
    /// The gravest effect that any of its items can have.
    pub effect: Effect,
    /// What it put out; absent where it failed and stopped the run, or was stopped itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<NodeOutputs>,
    /// Why it failed.
    #[serde(default, with = "error_form::optional", skip_serializing_if = "Option::is_none")]
    pub error: Option<NodeError>,
    /// What became of each item, and other facts of the run data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
    /// The gravest outcome of what it sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Until when the run waits after it, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_till: Option<i64>,
    /// What expressions read of the node's state.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub context: Json,
    /// The workflow's static data, where the node has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_data: Option<Json>,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// How long it took.
    pub took: Duration,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunEnded {
    /// The execution.
    pub execution: Uuid,
    /// How.
    pub status: Status,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The moment to go on, in milliseconds since 1970, where it ended at a wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_till: Option<i64>,
    /// What the workflow keeps for later runs, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_data: Option<Json>,
    /// What became of the items of its nodes with an effect, and of those of the workflows that it called.
    pub counts: Counts,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// How many items ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// The service accepted them.
    pub sent: usize,
    /// Proven: not sent.
    pub not_sent: usize,
    /// Nobody can tell.
    pub unknown: usize,
    /// Left out.
    pub skipped: usize,
}

impl Counts {
    /// Counts an item.
    pub fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Sent => self.sent += 1,
            Verdict::NotSent => self.not_sent += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Skipped => self.skipped += 1,
        }
    }

    /// How many items there are.
    pub fn all(&self) -> usize {
        self.sent + self.not_sent + self.unknown + self.skipped
    }
}

impl Record {
    /// Whether something with an effect is about to happen: the record must last before it does.
    pub fn is_claim(&self) -> bool {
        match self {
            Self::CallStarted(call) => call.effect != Effect::Pure,
            Self::Reserved { .. } => true,
            _ => false,
        }
    }

    /// What a claim takes with it.
    pub fn reservation(&self) -> Option<&Reservation> {
        match self {
            Self::CallStarted(call) => call.reservation.as_deref(),
            Self::Reserved { reservation, .. } => Some(reservation),
            _ => None,
        }
    }
}
