//! The steps of a run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Effect, NodeError, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use crate::mode::ExecutionMode;
use crate::run_data::Status;
use crate::sending::book::SentItem;
use crate::sending::plan::SendPlan;
use crate::site::{NodeSite, RunSite};

/// How an item of a node with an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It was left out, for a [`SkipReason`]. Nothing was sent.
    Skipped,
    /// Proven: it was not sent.
    NotSent,
    /// The service accepted it.
    Sent,
    /// Nobody can tell.
    Unknown,
}

/// Why an item was left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum SkipReason {
    /// [`RunOptions::only`](crate::RunOptions::only) names other items.
    NotSelected,
    /// Its recipient wants no messages, or the item says so itself.
    Excluded,
    /// The run runs items of another one again, and this one's node came before: what it had done there counts.
    TakenOver {
        /// The other run.
        #[schemars(with = "String")]
        from: Uuid,
    },
    /// It is sent once, and another item with its key was sent.
    SentBefore {
        /// The key.
        key: String,
        /// The item that was.
        by: SentItem,
        /// Whether nobody can tell if that was sent.
        is_unknown: bool,
    },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSelected => formatter.write_str("it was not selected"),
            Self::Excluded => formatter.write_str("it is excluded"),
            Self::TakenOver { from } => write!(formatter, "it is taken over from the run {from}"),
            Self::SentBefore { key, by, is_unknown } => {
                let what = if *is_unknown { "may have been sent" } else { "was sent" };
                let SentItem { outermost, node, item, .. } = by;
                write!(formatter, "\"{key}\" {what} by item {item} of \"{node}\" in the run {outermost}")
            }
        }
    }
}

/// A step of a run. In JSON it is an object with its name as `event`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// A run begins.
    RunStarted {
        /// The run.
        run: Arc<RunSite>,
        /// How it was started.
        mode: ExecutionMode,
        /// When, in milliseconds since 1970.
        started_at: i64,
        /// Names of the nodes that it may reach and that send something.
        sending_nodes: Vec<String>,
    },
    /// A node run begins.
    NodeStarted {
        /// The node run.
        at: Arc<NodeSite>,
        /// Number of items that it will handle.
        items: usize,
        /// Tells its items from others, where it has an effect and its log asks for it
        /// ([`RunLog::tells_items_apart`](crate::log::RunLog::tells_items_apart)).
        digest: Option<String>,
        /// The gravest effect that any of its items can have: `pure`, `idempotent` or `send`.
        #[serde(serialize_with = "effect_name")]
        #[schemars(with = "String")]
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
        #[serde(serialize_with = "error_json", skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<EventError>")]
        error: Option<NodeError>,
        /// Why it was left out, if it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped: Option<SkipReason>,
        /// Whom it was for, where it has an effect: what the node says
        /// ([`ItemNode::order_key`](heddle_node::ItemNode::order_key)).
        #[serde(skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
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
        /// For how long; in JSON in milliseconds.
        #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
        #[schemars(with = "u64")]
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
    /// More than 100 items of a node are about to be sent.
    SendsPlanned {
        /// The node run.
        at: Arc<NodeSite>,
        /// What is about to be sent.
        plan: Arc<SendPlan>,
    },
    /// Several items of a node are for the same recipient, and nothing keeps them from being sent.
    RecipientsRepeated {
        /// The node run.
        at: Arc<NodeSite>,
        /// How many recipients have several items.
        recipients: usize,
        /// The first of them, with their items.
        first: Vec<(String, Vec<usize>)>,
    },
    /// Sends of a node wait for their hours, or until more of them may leave.
    SendsWaiting {
        /// The node run.
        at: Arc<NodeSite>,
        /// Until when, in milliseconds since 1970.
        until: i64,
        /// Why.
        why: String,
    },
    /// A node run has ended.
    NodeFinished {
        /// The node run.
        at: Arc<NodeSite>,
        /// Why it failed, if it did.
        #[serde(serialize_with = "error_json", skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<EventError>")]
        error: Option<NodeError>,
    },
    /// A run has ended.
    RunFinished {
        /// The run.
        run: Arc<RunSite>,
        /// How.
        status: Status,
        /// When, in milliseconds since 1970.
        stopped_at: i64,
        /// Why it failed, if it did.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// Whoever reads these events was too slow: so many of them are gone. What became of each item is known to the
    /// [`Run`](crate::Run).
    Missed {
        /// How many.
        events: u64,
    },
}

/// An error as the JSON of an event has it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EventError<'a> {
    /// One sentence for the user.
    message: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// Status of the answer, where a service gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// The parameter at fault, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
}

impl Event {
    /// The run that it is about; `None` for [`Event::Missed`].
    pub fn run(&self) -> Option<&Arc<RunSite>> {
        match self {
            Self::RunStarted { run, .. } | Self::RunFinished { run, .. } | Self::RunWaiting { run, .. } => {
                Some(run)
            }
            Self::NodeStarted { at, .. }
            | Self::CallStarted { at, .. }
            | Self::ConsoleLine { at, .. }
            | Self::ItemDone { at, .. }
            | Self::Waiting { at, .. }
            | Self::GapInText { at, .. }
            | Self::SendsPlanned { at, .. }
            | Self::RecipientsRepeated { at, .. }
            | Self::SendsWaiting { at, .. }
            | Self::NodeFinished { at, .. } => Some(&at.of),
            Self::Missed { .. } => None,
        }
    }
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

    /// The verdict of a word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Skipped, Self::NotSent, Self::Sent, Self::Unknown]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
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

fn effect_name<S: Serializer>(effect: &Effect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match effect {
        Effect::Pure => "pure",
        Effect::Idempotent => "idempotent",
        Effect::Send => "send",
    })
}

fn error_json<S: Serializer>(error: &Option<NodeError>, serializer: S) -> Result<S::Ok, S::Error> {
    let json = error.as_ref().map(|error| EventError {
        message: &error.message,
        description: error.description.as_deref(),
        http_status: error.http_status,
        parameter: error.parameter.as_deref(),
    });
    json.serialize(serializer)
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
