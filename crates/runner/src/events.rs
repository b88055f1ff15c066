//! What a run tells while it runs: one type of event for progress bars, streams and traces.

use heddle_node::{NodeError, Outcome};

/// How an item of a node with an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The service accepted it.
    Sent,
    /// Proven: it was not sent.
    NotSent,
    /// Nobody can tell.
    Unknown,
}

/// A step of a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A node run begins.
    NodeStarted {
        /// Name of the node.
        node: &'a str,
        /// Its run index.
        run: usize,
        /// Number of items that it will handle.
        items: usize,
    },
    /// An item has ended.
    ItemDone {
        /// Name of the node.
        node: &'a str,
        /// Its run index.
        run: usize,
        /// The item, from 0.
        item: usize,
        /// For an item with an effect, what became of it.
        verdict: Option<Verdict>,
        /// Why it failed, if it did.
        error: Option<&'a NodeError>,
    },
    /// A call waits because of a rate limit.
    Waiting {
        /// Name of the node.
        node: &'a str,
        /// The item, from 0.
        item: usize,
        /// For how long.
        duration: std::time::Duration,
    },
    /// A step of a workflow that a node calls, or of an error workflow.
    SubWorkflow {
        /// Name of the node that calls.
        caller: &'a str,
        /// Name of the workflow that is called.
        workflow: &'a str,
        /// The step.
        event: &'a Event<'a>,
    },
    /// A node run has ended.
    NodeFinished {
        /// Name of the node.
        node: &'a str,
        /// Its run index.
        run: usize,
        /// Why it failed, if it did.
        error: Option<&'a NodeError>,
    },
}

/// Receives the events of a run, in order, on the thread that runs it.
pub trait EventSink: Send + Sync {
    /// Takes one event. It holds up the run: be quick.
    fn receive(&self, event: &Event<'_>);
}

/// Drops every event.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn receive(&self, _event: &Event<'_>) {}
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

    /// What it says about the effect.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::NotSent => Outcome::NotDone,
            Self::Sent => Outcome::Done,
            Self::Unknown => Outcome::Unknown,
        }
    }

    /// The word in run data: `sent`, `notSent` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::NotSent => "notSent",
            Self::Unknown => "unknown",
        }
    }
}
