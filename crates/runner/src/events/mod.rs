//! What a run tells while it runs: one type of event for progress bars, reports, streams and traces.
//!
//! Whoever wants to follow a run subscribes to its [`Events`]. A run never waits for those who listen; what became of
//! each item is known to the [`Run`](crate::Run) itself, also to those who missed events.

mod account;
mod event;
mod listeners;
mod stream;

pub use crate::site::{NodeSite, Origin, RunSite};
pub use account::ItemVerdict;
pub use event::{Event, SkipReason, Verdict};
pub use stream::{EventStream, Events};

pub(crate) use account::Account;
pub(crate) use listeners::{ItemEnd, Listeners};

/// Receives the events of all runs of a host, in order, on the thread that runs them: for an account that must not miss
/// one. Everybody else subscribes to the [`Events`] of a run.
pub trait EventSink: Send + Sync {
    /// Takes one event. It holds up the run: be quick.
    fn receive(&self, event: &Event);
}
