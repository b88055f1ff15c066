//! What a run has of the runs around it, and hands on to those that it starts.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use heddle_node::Json;
use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::beside::Background;
use crate::cancel::Deadline;
use crate::events::Listeners;
use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::log::{self, WorkflowText};
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;
use crate::replaced::Replaced;
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
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) called_static_data: Arc<CalledStaticData>,
    pub(crate) judged: Arc<Judged>,
    /// The log of them all.
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) replaced: Arc<Replaced>,
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
    pub(crate) mode: ExecutionMode,
    /// The node to start at, where the options name none.
    pub(crate) start: Option<NodeIndex>,
    /// Why it runs.
    pub(crate) origin: Option<Origin>,
    /// Whether nobody who waits for it has a clock.
    pub(crate) is_beside: bool,
    /// What the log knows it by.
    pub(crate) recorded_as: Uuid,
    /// Why it runs, as the log knows it.
    pub(crate) recorded_origin: Option<log::Origin>,
}

/// A run that has begun, for the workflows that it starts: those that its nodes call, and its error workflow.
pub(crate) struct RunScope<'h> {
    pub(crate) host: &'h Host,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) site: Arc<RunSite>,
    pub(crate) mode: ExecutionMode,
    /// Its options; their token is cancelled together with the run.
    pub(crate) options: RunOptions,
    /// What the log knows it by.
    pub(crate) recorded_as: Uuid,
    pub(crate) around: Surroundings<'h>,
}

impl RunScope<'_> {
    /// Keeps what a workflow that it called keeps between runs.
    pub(crate) fn keep_static_data(&self, workflow: &WorkflowText, data: Json) {
        let name = workflow.id.as_deref().unwrap_or(&workflow.name);
        self.around.called_static_data.keep_by_name(name, data);
    }
}

/// The called workflows of a run that were looked at in it already, most of them before it began.
#[derive(Default)]
pub(crate) struct Judged(Mutex<Vec<Arc<PreparedWorkflow>>>);

impl Judged {
    /// The prepared workflow, where it was looked at.
    pub(crate) fn of(&self, workflow: &Arc<Workflow>) -> Option<Arc<PreparedWorkflow>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|judged| Arc::ptr_eq(&judged.workflow, workflow)).cloned()
    }

    /// Whether the prepared workflow was looked at.
    pub(crate) fn has(&self, prepared: &Arc<PreparedWorkflow>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|judged| Arc::ptr_eq(judged, prepared))
    }

    pub(crate) fn add(&self, looked_at: impl IntoIterator<Item = Arc<PreparedWorkflow>>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(looked_at);
    }
}
