//! Runs of the host, each led to the execution that it belongs to. Everything else knows executions alone.

use std::sync::Arc;

use heddle_runner::events::Event;
use heddle_runner::{RunError, RunOptions};
use heddle_workflow::Workflow;

use crate::earlier::UnfinishedRun;
use crate::executions::{End, Execution};
use crate::shared::Shared;

/// Starts a run. It goes on whoever watches it, until it ends or its execution is cancelled. Where an earlier one of the
/// same is not complete, it begins only if it `begins_anew`.
pub(crate) fn start(
    shared: &Arc<Shared>,
    execution: &Arc<Execution>,
    workflow: Workflow,
    options: RunOptions,
    begins_anew: bool,
) {
    let note = shared.settings.note.clone();
    let options = RunOptions { execution: execution.id, cancel: execution.cancel.clone(), note, ..options };
    let (shared, execution) = (Arc::clone(shared), Arc::clone(execution));
    tokio::spawn(async move {
        let workflow = Arc::new(workflow);
        let earlier = match begins_anew || options.dry_run {
            true => Ok(None),
            false => unfinished(&shared, Arc::clone(&workflow), options.clone()).await,
        };
        let end = match earlier {
            Ok(None) => run(&shared, &execution, &workflow, options).await,
            Ok(Some(earlier)) => End::Unfinished(earlier),
            Err(error) => End::Failed(error.to_string()),
        };
        shared.metrics.count_run(end.status());
        execution.finish(end, &shared.metrics);
    });
}

async fn run(shared: &Shared, execution: &Execution, workflow: &Workflow, options: RunOptions) -> End {
    let mut events = options.events.subscribe();
    let run = shared.host.start(shared.host.prepare(workflow), options);
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
    end
}

/// The earlier run for whose sake this one is not to begin.
async fn unfinished(
    shared: &Shared,
    workflow: Arc<Workflow>,
    options: RunOptions,
) -> std::io::Result<Option<UnfinishedRun>> {
    let Some(earlier) = shared.settings.earlier.clone() else { return Ok(None) };
    let look = move || earlier.unfinished(&workflow, &options);
    tokio::task::spawn_blocking(look).await.map_err(std::io::Error::other)?
}
