//! Runs of workflows: begun, limited in time, cancelled, ended; alone or as part of another run.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use heddle_workflow::{Problem, Severity, Workflow};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::beside::{Background, Beside};
use crate::cancel::{Cancellation, Deadline};
use crate::error_workflow::report_failure;
use crate::events::{Account, Listeners};
use crate::executor::Execution;
use crate::fail_point;
use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::log::{Counts, Record, RunEnded};
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::preflight::Preflight;
use crate::prepared_workflow::PreparedWorkflow;
use crate::reach::Beginning;
use crate::replaced::Replaced;
use crate::run_data::RunResult;
use crate::run_error::RunError;
use crate::scope::{Nesting, Surroundings};
use crate::static_data::CalledStaticData;

impl Host {
    /// Runs a workflow to its end.
    ///
    /// The future may be sent between threads. Dropping it drops the calls in flight: a send among them is recorded as
    /// unknown. To end a run well, cancel [`RunOptions::cancel`].
    ///
    /// # Errors
    /// When the run cannot begin. A run that fails on its way is an `Ok` with
    /// [`Status::Error`](crate::Status).
    pub async fn run(&self, workflow: &Workflow, options: RunOptions) -> Result<RunResult, RunError> {
        let _telling = options.events.begin();
        self.run_prepared(self.prepare(workflow), options, None).await
    }

    /// Runs a prepared workflow to its end; what becomes of its items is kept in `account`, where there is one.
    pub(crate) async fn run_prepared(
        &self,
        workflow: Arc<PreparedWorkflow>,
        options: RunOptions,
        account: Option<Arc<Account>>,
    ) -> Result<RunResult, RunError> {
        let is_kept = !options.dry_run && options.mocks.is_none();
        let recorder = Recorder::new(Arc::clone(&self.log), options.execution, is_kept);
        self.run_outermost(workflow, options, account, Arc::new(recorder)).await
    }

    /// Runs a workflow that nothing calls to its end, with all that it starts.
    pub(crate) async fn run_outermost(
        &self,
        mut workflow: Arc<PreparedWorkflow>,
        mut options: RunOptions,
        account: Option<Arc<Account>>,
        recorder: Arc<Recorder>,
    ) -> Result<RunResult, RunError> {
        if options.mocks.is_some() {
            workflow = self.prepare_for(&workflow.workflow, &options);
        }
        let background = Arc::new(Background::default());
        let kept = std::mem::take(&mut options.called_static_data);
        let called_static_data = Arc::new(CalledStaticData::new(kept));
        let replaced = Arc::new(Replaced::default());
        let around = Surroundings {
            depth: 0,
            deadline: options.timeout.filter(|limit| !limit.is_zero()).and_then(Deadline::after),
            caller_cancel: options.cancel.clone(),
            background: Arc::downgrade(&background),
            listeners: Arc::new(Listeners::new(self.events.clone(), options.events.clone(), account)),
            called_static_data: Arc::clone(&called_static_data),
            judged: Arc::default(),
            recorder: Arc::clone(&recorder),
            replaced: Arc::clone(&replaced),
        };
        let execution = options.execution;
        let nesting = Nesting {
            around,
            mode: options.mode(),
            start: None,
            origin: None,
            is_beside: false,
            recorded_as: execution,
            recorded_origin: None,
        };
        let mut beside = Beside::new(&background);
        let mut result = beside.during(run_nested(self, workflow, options, nesting)).await?;
        beside.finish().await;
        record_end(&recorder, execution, &result).await;
        result.not_kept = recorder.failure();
        result.background = beside.ended;
        result.called_static_data = called_static_data.changed();
        (result.mocked, result.requests) = replaced.take();
        Ok(result)
    }
}

/// Runs a workflow to its end, alone or as part of another run. (A function that gives a boxed future: workflows call
/// workflows, and a future cannot hold itself.)
pub(crate) fn run_nested<'h>(
    host: &'h Host,
    prepared: Arc<PreparedWorkflow>,
    options: RunOptions,
    nesting: Nesting<'h>,
) -> BoxFuture<'h, Result<RunResult, RunError>> {
    let span = tracing::info_span!(
        "run",
        execution = %options.execution,
        workflow = %prepared.workflow.name,
        mode = nesting.mode.as_str(),
    );
    let run = async move {
        let past = nesting.around.recorder.past_run(nesting.recorded_as);
        let now = || options.now.unwrap_or_else(crate::clock::now);
        let started_at = past.map_or_else(now, |past| past.started.started_at);
        let is_outermost = nesting.around.depth == 0;
        let limit =
            options.timeout.or(prepared.workflow.settings.execution_timeout).filter(|limit| !limit.is_zero());
        let deadline = nesting.around.deadline.filter(|_| nesting.is_beside);
        let mut cancellation = Cancellation::new(options.cancel.clone(), limit, deadline);
        let options = RunOptions { cancel: cancellation.token().clone(), ..options };
        let stop = cancellation.signal();
        let mode = nesting.mode;
        let beginning = begin(host, &prepared, &options, &nesting).await?;
        let mut execution = Execution::new(host, prepared, beginning, options, nesting, stop, started_at)?;
        execution.record_beginning().await?;
        if mode == ExecutionMode::Error {
            fail_point::reach("error workflow begun");
        }
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
        let scope = execution.scope();
        let result = execution.end(cancellation.reason());
        match &result.error {
            Some(error) => {
                tracing::error!(status = result.status.as_str(), error = %error.message, "the run ended")
            }
            None => tracing::info!(status = result.status.as_str(), "the run ended"),
        }
        if !scope.around.recorder.shows_only() {
            report_failure(&scope, &result).await;
        }
        if !is_outermost {
            record_end(&scope.around.recorder, scope.recorded_as, &result).await;
            fail_point::reach("child ended");
        }
        Ok(result)
    };
    Box::pin(run.instrument(span))
}

/// Keeps in the log how a run has ended; of the outermost one, with what became of all items.
async fn record_end(recorder: &Recorder, execution: Uuid, result: &RunResult) {
    if !recorder.keeps() {
        return;
    }
    let ended = RunEnded {
        execution,
        status: result.status,
        error: result.error.as_ref().map(|error| error.message.clone()),
        wait_till: result.wait_till,
        static_data: result.static_data.clone(),
        counts: if recorder.is_outermost(execution) { recorder.counts() } else { Counts::default() },
        at: result.stopped_at,
    };
    recorder.keep(Record::RunEnded(Box::new(ended))).await;
}

/// Prepares a run, and looks at everything that may keep it from starting.
async fn begin(
    host: &Host,
    prepared: &Arc<PreparedWorkflow>,
    options: &RunOptions,
    nesting: &Nesting<'_>,
) -> Result<Beginning, RunError> {
    let is_called = nesting.start.is_some();
    let beginning = match Beginning::find(prepared, &host.registry, options, nesting.start) {
        Ok(beginning) => beginning,
        Err(error) => {
            let errors = prepared.structural_errors();
            let error = if errors.is_empty() { error } else { RunError::Problems(errors) };
            return Err(if is_called {
                error
            } else {
                with_all_others(host, prepared, options, error).await
            });
        }
    };
    let reached = beginning.reached(prepared);
    if nesting.around.judged.has(prepared) {
        Preflight::of_judged(prepared, reached, &options.variables).check()?;
        return Ok(beginning);
    }
    let recorder = &nesting.around.recorder;
    let preflight = Preflight::of(host, prepared, reached, options, nesting.mode, recorder).await;
    let zone = || host.zone(&prepared.workflow, options.timezone.as_deref()).map(drop);
    if let Err(error) = preflight.check().and_then(|()| zone()) {
        return Err(if is_called { error } else { with_all_others(host, prepared, options, error).await });
    }
    if nesting.around.depth == 0 {
        beginning.check_items(prepared, options)?;
    }
    let own = is_called.then(|| Arc::clone(prepared));
    nesting.around.judged.add(preflight.called.into_iter().chain(own));
    Ok(beginning)
}

/// Everything else that keeps the run from starting, as [`Host::check`] reports it, together with what was found first.
async fn with_all_others(
    host: &Host,
    prepared: &PreparedWorkflow,
    options: &RunOptions,
    first: RunError,
) -> RunError {
    if !matches!(first, RunError::Problems(_)) && first.problem(&prepared.workflow).is_none() {
        return first;
    }
    let checked = host.check(&prepared.workflow, options).await;
    let errors = checked.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    let errors: Vec<Problem> = errors.collect();
    let is_alone = errors.len() <= 1 && !matches!(first, RunError::Problems(_));
    if errors.is_empty() || is_alone { first } else { RunError::Problems(errors) }
}
