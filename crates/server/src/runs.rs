//! Runs of the host, each led to the execution that it belongs to. Everything else knows executions alone.

use std::sync::Arc;

use heddle_runner::events::Event;
use heddle_runner::{RunError, RunOptions};
use heddle_workflow::Workflow;

use crate::executions::{End, Execution};
use crate::shared::Shared;

/// Starts a run. It goes on whoever watches it, until it ends or its execution is cancelled.
pub(crate) fn start(
    shared: &Arc<Shared>,
    execution: &Arc<Execution>,
    workflow: &Workflow,
    options: RunOptions,
) {
    let options = RunOptions { execution: execution.id, cancel: execution.cancel.clone(), ..options };
    let mut events = options.events.subscribe();
    let run = shared.host.start(shared.host.prepare(workflow), options);
    let (metrics, execution) = (Arc::clone(&shared.metrics), Arc::clone(execution));
    tokio::spawn(async move {
        let mut has_missed = false;
        while let Some(event) = events.next().await {
            has_missed |= matches!(*event, Event::Missed { .. });
            execution.take(&event);
        }
        let end = match run.result().await {
            Ok(result) => End::Ended(result),
            Err(RunError::Problems(problems)) => End::Refused(problems),
            Err(error) => End::Failed(error.to_string()),
        };
        if has_missed {
            // The events came too fast for us; the run knows what became of each item.
            execution.settle(&run.verdicts());
        }
        metrics.count_run(end.status());
        execution.finish(end, &metrics);
    });
}
