//! Runs of workflows: begun, limited in time, cancelled, ended; alone or as part of another run.

use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;

use crate::beside::Beside;
use crate::cancel::{Cancellation, Deadline};
use crate::events::{EventSink, Origin};
use crate::executor::Execution;
use crate::host::{Host, RunOptions};
use crate::preflight::Preflight;
use crate::prepared_workflow::PreparedWorkflow;
use crate::reach::Beginning;
use crate::run_data::RunResult;
use crate::run_error::RunError;
use crate::static_data::CalledStaticData;
use crate::sub_workflow::Background;

impl Host {
    /// Runs a workflow to its end.
    ///
    /// The future may be sent between threads. Dropping it drops the calls in flight: a send among them is recorded as
    /// unknown. To end a run well, cancel [`RunOptions::cancel`].
    ///
    /// # Errors
    /// When the run cannot begin. A run that fails on its way is an `Ok` with [`Status::Error`].
    pub async fn run(&self, workflow: &Workflow, options: RunOptions) -> Result<RunResult, RunError> {
        let background = Arc::new(Background::default());
        let mut options = options;
        let kept = std::mem::take(&mut options.called_static_data);
        let called_static_data = Arc::new(CalledStaticData::new(kept));
        let nesting = Nesting {
            depth: 0,
            mode: options.mode(),
            start: None,
            origin: None,
            deadline: options.timeout.filter(|limit| !limit.is_zero()).and_then(Deadline::after),
            is_beside: false,
            caller_cancel: options.cancel.clone(),
            background: Arc::downgrade(&background),
            events: Arc::clone(&self.events),
            called_static_data: Arc::clone(&called_static_data),
            judged: Arc::default(),
        };
        let mut beside = Beside::new(&background);
        let mut result =
            beside.during(run_nested(self, Arc::new(workflow.clone()), options, nesting)).await?;
        beside.finish().await;
        result.background = beside.ended;
        result.called_static_data = called_static_data.changed();
        Ok(result)
    }
}

/// What a run has of the run that it is part of.
pub(crate) struct Nesting<'h> {
    /// Runs around it.
    pub(crate) depth: usize,
    /// n8n's mode of execution (`docs/engine.md §4.1`).
    pub(crate) mode: &'static str,
    /// The node to start at, where the options name none.
    pub(crate) start: Option<NodeIndex>,
    /// Why it runs.
    pub(crate) origin: Option<Origin>,
    /// When everything must be over.
    pub(crate) deadline: Option<Deadline>,
    /// Whether nobody who waits for it has a clock.
    pub(crate) is_beside: bool,
    /// Cancelled by whoever started the outermost run.
    pub(crate) caller_cancel: CancellationToken,
    pub(crate) background: Weak<Background<'h>>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) called_static_data: Arc<CalledStaticData>,
    pub(crate) judged: Arc<Judged>,
}

/// The workflows that were looked at together with the run that calls them, before it began.
#[derive(Default)]
pub(crate) struct Judged(Vec<Arc<PreparedWorkflow>>);

impl Judged {
    fn of(&self, workflow: &Arc<Workflow>) -> Option<Arc<PreparedWorkflow>> {
        self.0.iter().find(|judged| Arc::ptr_eq(&judged.workflow, workflow)).cloned()
    }

    fn with(&self, called: Vec<Arc<PreparedWorkflow>>) -> Self {
        Self(self.0.iter().cloned().chain(called).collect())
    }
}

/// Runs a workflow to its end, alone or as part of another run. (A function that gives a boxed future: workflows call
/// workflows, and a future cannot hold itself.)
pub(crate) fn run_nested<'h>(
    host: &'h Host,
    workflow: Arc<Workflow>,
    options: RunOptions,
    nesting: Nesting<'h>,
) -> BoxFuture<'h, Result<RunResult, RunError>> {
    Box::pin(async move {
        let started_at = crate::clock::now();
        let limit = options.timeout.or(workflow.settings.execution_timeout).filter(|limit| !limit.is_zero());
        let deadline = nesting.deadline.filter(|_| nesting.is_beside);
        let mut cancellation = Cancellation::new(options.cancel.clone(), limit, deadline);
        let options = RunOptions { cancel: cancellation.token().clone(), ..options };
        let stop = cancellation.signal();
        let (prepared, beginning, nesting) = begin(host, workflow, &options, nesting).await?;
        let mut execution = Execution::new(host, prepared, beginning, options, nesting, stop, started_at)?;
        while let Some(run) = execution.next() {
            if cancellation.check().is_some() {
                execution.stop();
                break;
            }
            cancellation.limit(execution.execute(run)).await;
            if let Some(node) = execution.waiting_node() {
                if !cancellation.limit(execution.wait()).await {
                    break;
                }
                execution.go_on(node);
            }
            // Nodes that only compute never wait: whatever else the thread serves gets its turn between them.
            tokio::task::yield_now().await;
        }
        // What ends within a node, since the time is over, may be noticed there first.
        cancellation.check();
        let failed = execution.error_site();
        let result = execution.end(cancellation.reason());
        failed.report(&result).await;
        Ok(result)
    })
}

/// Prepares a run, and looks at everything that may keep it from starting.
async fn begin<'h>(
    host: &'h Host,
    workflow: Arc<Workflow>,
    options: &RunOptions,
    nesting: Nesting<'h>,
) -> Result<(Arc<PreparedWorkflow>, Beginning, Nesting<'h>), RunError> {
    let judged = nesting.judged.of(&workflow);
    let is_judged = judged.is_some();
    let prepared = judged
        .unwrap_or_else(|| Arc::new(PreparedWorkflow::new(workflow, &host.registry, &options.variables)));
    let beginning = match Beginning::find(&prepared, &host.registry, options, nesting.start) {
        Ok(beginning) => beginning,
        Err(error) => {
            let errors = prepared.structural_errors();
            return Err(if errors.is_empty() { error } else { RunError::Problems(errors) });
        }
    };
    if is_judged {
        Preflight::of_judged(&prepared, beginning.reached(&prepared)).check()?;
        return Ok((prepared, beginning, nesting));
    }
    let reached = beginning.reached(&prepared);
    let preflight = Preflight::of(host, &prepared, reached, options, nesting.mode).await;
    preflight.check()?;
    let judged = Arc::new(nesting.judged.with(preflight.called));
    Ok((prepared, beginning, Nesting { judged, ..nesting }))
}
