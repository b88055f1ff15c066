//! What a run tells while it runs: one type of event for progress bars, reports, streams and traces.

use std::sync::Arc;
use std::time::Duration;

use crate::run_data::Status;
pub use crate::site::{NodeSite, Origin, RunSite};
use heddle_node::{Effect, NodeError, Outcome};
use serde::{Serialize, Serializer};

/// How an item of a node with an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It was left out, since [`RunOptions::only`](crate::RunOptions::only) names other items. Nothing was sent.
    Skipped,
    /// Proven: it was not sent.
    NotSent,
    /// The service accepted it.
    Sent,
    /// Nobody can tell.
    Unknown,
}

/// A step of a run.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// A run begins.
    RunStarted {
        /// The run.
        run: Arc<RunSite>,
        /// Names of the nodes that it may reach and that send something.
        sending_nodes: Vec<String>,
    },
    /// A node run begins.
    NodeStarted {
        /// The node run.
        at: Arc<NodeSite>,
        /// Number of items that it will handle.
        items: usize,
        /// The gravest effect that any of its items can have.
        #[serde(serialize_with = "effect_name")]
        effect: Effect,
    },
    /// A call with an effect is about to leave.
    CallStarted {
        /// The node run.
        at: Arc<NodeSite>,
        /// The item, from 0; `None` for a node that takes its items all at once.
        item: Option<usize>,
    },
    /// Code has written to its console.
    ConsoleLine {
        /// The node run.
        at: Arc<NodeSite>,
        /// How grave it is: `log`, `info`, `warn`, `error` or `debug`.
        level: String,
        /// What it wrote.
        text: String,
    },
    /// An item has ended.
    ItemDone {
        /// The node run.
        at: Arc<NodeSite>,
        /// The item, from 0.
        item: usize,
        /// For an item with an effect, what became of it.
        verdict: Option<Verdict>,
        /// Why it failed, if it did.
        #[serde(serialize_with = "error_message", skip_serializing_if = "Option::is_none")]
        error: Option<NodeError>,
        /// Whom it was for, where it has an effect: [`ItemNode::order_key`](heddle_node::ItemNode::order_key).
        #[serde(skip_serializing_if = "Option::is_none")]
        order_key: Option<String>,
        /// The id under which the service knows the send.
        #[serde(skip_serializing_if = "Option::is_none")]
        sender_id: Option<String>,
    },
    /// A call waits because of a rate limit, or before it is tried again.
    Waiting {
        /// The node run.
        at: Arc<NodeSite>,
        /// The item, from 0.
        item: usize,
        /// For how long.
        duration: Duration,
    },
    /// In a dry run, an expression inside a text of a node with an effect gives nothing: the text would leave with a gap.
    GapInText {
        /// The node run.
        at: Arc<NodeSite>,
        /// The item, from 0.
        item: usize,
        /// Path of the parameter.
        parameter: String,
        /// The code between the braces.
        code: String,
    },
    /// A run waits since a node asked for it.
    RunWaiting {
        /// The run.
        run: Arc<RunSite>,
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
    /// A node run has ended.
    NodeFinished {
        /// The node run.
        at: Arc<NodeSite>,
        /// Why it failed, if it did.
        #[serde(serialize_with = "error_message", skip_serializing_if = "Option::is_none")]
        error: Option<NodeError>,
    },
    /// A run has ended.
    RunFinished {
        /// The run.
        run: Arc<RunSite>,
        /// How.
        status: Status,
    },
}

/// Receives the events of a run and of all runs within it, in order, on the thread that runs them.
pub trait EventSink: Send + Sync {
    /// Takes one event. It holds up the run: be quick.
    fn receive(&self, event: &Event);
}

/// Drops every event.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn receive(&self, _event: &Event) {}
}

impl Verdict {
    /// The verdict on an item whose effect had this outcome.
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NotDone => Self::NotSent,
            Outcome::Done => Self::Sent,
            Outcome::Unknown => Self::Unknown,
        }
    }

    /// What it says about the effect; nothing where there was none to have.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Skipped => None,
            Self::NotSent => Some(Outcome::NotDone),
            Self::Sent => Some(Outcome::Done),
            Self::Unknown => Some(Outcome::Unknown),
        }
    }

    /// The word in run data and reports: `sent`, `notSent`, `unknown` or `skipped`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::NotSent => "notSent",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn effect_name<S: Serializer>(effect: &Effect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match effect {
        Effect::Pure => "pure",
        Effect::Idempotent => "idempotent",
        Effect::Send => "send",
    })
}

fn error_message<S: Serializer>(error: &Option<NodeError>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(|error| error.message.as_str()).serialize(serializer)
}
