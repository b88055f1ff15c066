//! Error workflows: what runs when a workflow has failed (`docs/engine.md §16.2`).

use std::sync::{Arc, PoisonError};

use heddle_node::{Item, Json, NodeError};
use heddle_workflow::Workflow;
use uuid::Uuid;

use crate::cancel::{CancelReason, Deadline};
use crate::find::{DEEPEST_CALL, error_trigger, find_error_workflow};
use crate::log;
use crate::mocks::Mocks;
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::run::run_nested;
use crate::run_data::{BackgroundRun, RunResult, Status, WorkflowFailure};
use crate::scope::{Nesting, RunScope, Surroundings};
use crate::sending::rules::SendingRules;
use crate::site::Origin;

/// Makes the id of its execution another than that of the run that failed.
const NAMESPACE: &[u8] = b"Error workflow";

/// Which workflow is notified of a failure.
enum Told {
    /// The workflow of an id.
    Other(String),
    /// The workflow that failed, which has an error trigger.
    Itself,
}

/// Runs the error workflow when the run has failed, or took too long. How that ended joins the runs that nobody waits
/// for: it never hides the first failure.
pub(crate) async fn report_failure(scope: &RunScope<'_>, result: &RunResult) {
    let Some(error) = &result.error else { return };
    // A person who runs a workflow by hand, or ends it, knows.
    if scope.mode == ExecutionMode::Manual || result.cancel_reason == Some(CancelReason::Manual) {
        return;
    }
    let Some(told) = told(scope) else { return };
    let execution = Uuid::new_v5(&scope.options.execution, NAMESPACE);
    let recorded_as = Uuid::new_v5(&scope.recorded_as, NAMESPACE);
    if let Some(past) = scope.around.recorder.past_run(recorded_as) {
        // It was told before the run was taken up, of the first failure.
        if past.ended.is_none() {
            scope.go_on_beside(past, Origin::FailureOf(Arc::clone(&scope.site)));
        }
        return;
    }
    let (workflow, ended) = match &told {
        Told::Itself => {
            (scope.workflow.name.clone(), run(scope, &scope.workflow, execution, error, result).await)
        }
        Told::Other(id) => match find_error_workflow(scope.host, &scope.around.recorder, id).await {
            Ok(workflow) => {
                let ended = run(scope, &workflow, execution, error, result).await;
                (workflow.name.clone(), ended)
            }
            Err(error) => (id.clone(), Err(error)),
        },
    };
    let (status, error) = match ended {
        Ok(result) => (result.status, result.error.map(|error| error.message)),
        Err(error) => (Status::Error, Some(error.message.clone())),
    };
    let run = BackgroundRun { caller: None, workflow, execution, status, error };
    if let Some(background) = scope.around.background.upgrade() {
        let run = Box::pin(std::future::ready(run));
        background.lock().unwrap_or_else(PoisonError::into_inner).push(run);
    }
}

fn told(scope: &RunScope<'_>) -> Option<Told> {
    let own_id = scope.workflow.id.as_deref();
    match &scope.workflow.settings.error_workflow {
        Some(id) if scope.mode == ExecutionMode::Error && own_id == Some(id) => None,
        Some(id) => Some(Told::Other(id.clone())),
        None if scope.mode == ExecutionMode::Error => None,
        None => error_trigger(&scope.workflow, &scope.host.registry).ok().map(|_| Told::Itself),
    }
}

async fn run(
    scope: &RunScope<'_>,
    workflow: &Arc<Workflow>,
    execution: Uuid,
    error: &WorkflowFailure,
    result: &RunResult,
) -> Result<RunResult, NodeError> {
    if scope.around.depth >= DEEPEST_CALL {
        return Err(NodeError::operation(format!(
            "Workflows call each other more than {DEEPEST_CALL} levels deep"
        )));
    }
    let start = error_trigger(workflow, &scope.host.registry)?;
    let options = RunOptions {
        execution,
        start: None,
        items: Some(vec![Item::new(item(scope, error, result))]),
        destination: None,
        static_data: None,
        pins: false,
        timeout: None,
        // Whoever is to be notified of a failure is notified at once.
        sending: SendingRules::default(),
        cancel: scope.around.caller_cancel.clone(),
        mocks: scope.options.mocks.clone().map(Mocks::for_called),
        ..scope.options.clone()
    };
    let nesting = Nesting {
        around: Surroundings {
            deadline: scope.around.deadline.map(Deadline::renewed),
            ..scope.around.within()
        },
        mode: ExecutionMode::Error,
        start: Some(start),
        is_beside: true,
        recorded_as: Uuid::new_v5(&scope.recorded_as, NAMESPACE),
        recorded_origin: Some(log::Origin::FailureOf(scope.recorded_as)),
        origin: Some(Origin::FailureOf(Arc::clone(&scope.site))),
    };
    let prepared = scope.around.judged.of(workflow);
    let prepared = prepared.unwrap_or_else(|| scope.host.prepare_called(workflow, &options));
    run_nested(scope.host, prepared, options, nesting)
        .await
        .map_err(|error| NodeError::operation(error.to_string()))
}

/// What the error trigger puts out.
fn item(scope: &RunScope<'_>, error: &WorkflowFailure, result: &RunResult) -> Json {
    let mut execution = Json::object();
    execution.insert("id", Json::from(scope.options.execution.to_string()));
    execution.insert("error", error.json.clone());
    if let Some(node) = result.last_node_executed() {
        execution.insert("lastNodeExecuted", Json::from(node));
    }
    execution.insert("mode", Json::from(scope.mode.as_str()));
    let mut workflow = Json::object();
    if let Some(id) = &scope.workflow.id {
        workflow.insert("id", Json::from(id.as_str()));
    }
    workflow.insert("name", Json::from(scope.workflow.name.as_str()));
    let mut item = Json::object();
    item.insert("execution", execution);
    item.insert("workflow", workflow);
    item
}
