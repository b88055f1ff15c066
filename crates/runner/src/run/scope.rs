//! What a run has of the runs around it, and hands on to those that it starts.

use std::sync::{Arc, Weak};

use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;

use crate::beside::Background;
use crate::cancel::Deadline;
use crate::events::EventSink;
use crate::host::Host;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;
use crate::site::{Origin, RunSite};
use crate::static_data::CalledStaticData;

/// What all runs share that one call of [`Host::run`] makes, as a run of them sees it.
#[derive(Clone)]
pub(crate) struct Surroundings<'h> {
    /// Runs around it.
    pub(crate) depth: usize,
    /// When everything must be over.
    pub(crate) deadline: Option<Deadline>,
    /// Cancelled by whoever started the outermost run: what background runs look at.
    pub(crate) caller_cancel: CancellationToken,
    pub(crate) background: Weak<Background<'h>>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) called_static_data: Arc<CalledStaticData>,
    pub(crate) judged: Arc<Judged>,
}

impl Surroundings<'_> {
    /// Those of a run that this one starts.
    pub(crate) fn within(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }
}

/// How a run is part of another one.
pub(crate) struct Nesting<'h> {
    pub(crate) around: Surroundings<'h>,
    /// n8n's mode of execution (`docs/engine.md §4.1`).
    pub(crate) mode: &'static str,
    /// The node to start at, where the options name none.
    pub(crate) start: Option<NodeIndex>,
    /// Why it runs.
    pub(crate) origin: Option<Origin>,
    /// Whether nobody who waits for it has a clock.
    pub(crate) is_beside: bool,
}

/// A run that has begun, for the workflows that it starts: those that its nodes call, and its error workflow.
pub(crate) struct RunScope<'h> {
    pub(crate) host: &'h Host,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) site: Arc<RunSite>,
    /// n8n's mode of its execution.
    pub(crate) mode: &'static str,
    /// Its options; their token is cancelled together with the run.
    pub(crate) options: RunOptions,
    pub(crate) around: Surroundings<'h>,
}

/// The workflows that were looked at together with the run that calls them, before it began.
#[derive(Default)]
pub(crate) struct Judged(Vec<Arc<PreparedWorkflow>>);

impl Judged {
    pub(crate) fn of(&self, workflow: &Arc<Workflow>) -> Option<Arc<PreparedWorkflow>> {
        self.0.iter().find(|judged| Arc::ptr_eq(&judged.workflow, workflow)).cloned()
    }

    pub(crate) fn with(&self, called: Vec<Arc<PreparedWorkflow>>) -> Self {
        Self(self.0.iter().cloned().chain(called).collect())
    }
}
