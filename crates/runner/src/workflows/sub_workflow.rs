//! Workflows that a node calls: running them, and what that means for the node that called (`docs/engine.md §17`).

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use heddle_node::{
    ErrorKind, Item, Json, NodeError, Outcome, PairedItem, WorkflowAnswer, WorkflowCall, sub_execution,
};
use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;

use crate::call_site::{CallRecord, CallSite, CallsWorkflows};
use crate::cancel::CancelReason;
use crate::find::{DEEPEST_CALL, TRIGGER, may_be_called, start_of_called, workflow_of};
use crate::keeping::KeptOutputs;
use crate::lineage::trace_to_start;
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run::run_nested;
use crate::run_data::{BackgroundRun, RunData, RunResult, Status, WorkflowFailure};
use crate::run_error::RunError;
use crate::scope::{Nesting, RunScope};
use crate::site::Origin;

#[async_trait]
impl CallsWorkflows for RunScope<'_> {
    async fn call(
        &self,
        site: CallSite,
        call: WorkflowCall,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>) {
        let called = match workflow_of(self.host, &call.workflow, &self.workflow).await {
            Ok(called) => called,
            Err(error) => return (Err(error), None),
        };
        let start = match self.may_call(&called).and_then(|()| start_of_called(&called)) {
            Ok(start) => start,
            Err(error) => return (Err(error), None),
        };
        if !call.wait {
            return self.start_in_background(&site, called, start, call.items);
        }
        let options = self.options_for(&site, call.items, self.options.cancel.clone());
        let nesting = self.nesting(&site, start, false);
        let prepared = self.prepared(&called, &options);
        match run_nested(self.host, prepared, options, nesting).await {
            Ok(result) => self.settle(&site, &called, result),
            Err(error) => (Err(cannot_run(&called, &error)), None),
        }
    }
}

impl<'h> RunScope<'h> {
    /// Whether the workflow may be called from here.
    fn may_call(&self, called: &Workflow) -> Result<(), NodeError> {
        if self.around.depth >= DEEPEST_CALL {
            return Err(NodeError::operation(format!(
                "Workflows call each other more than {DEEPEST_CALL} levels deep"
            ))
            .with_description(
                "Does a workflow call itself without end? Let a condition end the recursion.",
            ));
        }
        may_be_called(called, &self.workflow)
    }

    /// The called workflow, as it was looked at before, or prepared now.
    fn prepared(&self, called: &Arc<Workflow>, options: &RunOptions) -> Arc<PreparedWorkflow> {
        let judged = self.around.judged.of(called);
        judged.unwrap_or_else(|| self.host.prepare_for(called, options))
    }

    fn options_for(&self, site: &CallSite, items: Vec<Item>, cancel: CancellationToken) -> RunOptions {
        RunOptions {
            execution: site.execution,
            start: None,
            items: Some(items),
            destination: None,
            static_data: None,
            pins: false,
            timeout: None,
            cancel,
            kept_outputs: KeptOutputs::All,
            ..self.options.clone()
        }
    }

    fn nesting(&self, site: &CallSite, start: NodeIndex, is_beside: bool) -> Nesting<'h> {
        Nesting {
            around: self.around.within(),
            mode: ExecutionMode::Integrated,
            start: Some(start),
            is_beside,
            origin: Some(Origin::Call {
                by: Arc::clone(&site.at),
                item: (!site.takes_all_items).then_some(site.item),
            }),
        }
    }

    fn start_in_background(
        &self,
        site: &CallSite,
        called: Arc<Workflow>,
        start: NodeIndex,
        items: Vec<Item>,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>) {
        let Some(background) = self.around.background.upgrade() else {
            return (Err(NodeError::operation("The run is over")), None);
        };
        let record = CallRecord {
            item: site.item,
            takes_all_items: site.takes_all_items,
            execution: site.execution,
            workflow_id: called.id.clone(),
            status: None,
            effects: Json::object(),
            outcome: None,
        };
        let answer = WorkflowAnswer {
            execution_id: site.execution.to_string(),
            workflow_id: called.id.clone(),
            outputs: Vec::new(),
        };
        let options = self.options_for(site, items, self.around.caller_cancel.clone());
        let nesting = self.nesting(site, start, true);
        let prepared = self.prepared(&called, &options);
        let (host, caller, execution) = (self.host, Some(site.at.node.to_string()), site.execution);
        let run = async move {
            let result = run_nested(host, prepared, options, nesting).await;
            let (status, error) = match result {
                Ok(result) => (result.status, result.error.map(|error| error.message)),
                Err(error) => (Status::Error, Some(error.to_string())),
            };
            BackgroundRun { caller, workflow: called.name.clone(), execution, status, error }
        };
        background.lock().unwrap_or_else(PoisonError::into_inner).push(Box::pin(run));
        (Ok(answer), Some(record))
    }

    /// What the end of a called workflow means for the node that waited for it.
    fn settle(
        &self,
        site: &CallSite,
        called: &Workflow,
        result: RunResult,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>) {
        let outcome = result.run_data.gravest_outcome();
        let record = CallRecord {
            item: site.item,
            takes_all_items: site.takes_all_items,
            execution: site.execution,
            workflow_id: called.id.clone(),
            status: Some(result.status),
            effects: effects(&result.run_data),
            outcome,
        };
        let answer = match result.status {
            Status::Success | Status::Waiting => Ok(WorkflowAnswer {
                execution_id: site.execution.to_string(),
                workflow_id: called.id.clone(),
                outputs: outputs(called, &result),
            }),
            Status::Canceled if result.cancel_reason != Some(CancelReason::Timeout) => {
                Err(NodeError::new(ErrorKind::Cancelled, "The run was cancelled"))
            }
            Status::Error | Status::Canceled => Err(failure(called, result.error)),
        };
        let answer = answer.map_err(|error| {
            error.with_outcome(outcome.unwrap_or(Outcome::NotDone)).with_context(
                "subExecution",
                sub_execution(&site.execution.to_string(), called.id.as_deref()),
            )
        });
        (answer, Some(record))
    }
}

/// Items of the node that ran last, by output: of all its runs, unless the trigger of an older version says that the last
/// one counts.
fn outputs(called: &Workflow, result: &RunResult) -> Vec<Vec<Item>> {
    let runs = result.last_node.as_deref().map_or(&[][..], |node| result.run_data.runs_of(node));
    let trigger = called.nodes.iter().find(|node| node.node_type == TRIGGER);
    let version = trigger.and_then(|node| node.type_version).unwrap_or(1.0);
    let wanted = trigger.and_then(|node| node.parameters.get("returnOutput")?.as_str());
    let last_run_only = version < 1.2 && wanted != Some("allRuns");
    let first = if last_run_only { runs.len().saturating_sub(1) } else { 0 };
    let mut outputs: Vec<Vec<Item>> = Vec::new();
    for task in runs.iter().skip(first) {
        for (output, items) in task.outputs.iter().flatten().enumerate() {
            if outputs.len() <= output {
                outputs.resize_with(output + 1, Vec::new);
            }
            let items = items.iter().flat_map(|items| items.iter());
            outputs[output].extend(items.map(|item| {
                let paired_item = match item.paired_item {
                    PairedItem::None => PairedItem::None,
                    _ => trace_to_start(&result.run_data, task, item),
                };
                item.clone().with_paired_item(paired_item)
            }));
        }
    }
    outputs
}

/// What became of the items of nodes with an effect, by node: the metadata of each of their runs.
fn effects(run_data: &RunData) -> Json {
    let mut nodes = Json::object();
    for (name, runs) in run_data.iter() {
        let told: Vec<Json> = runs
            .iter()
            .filter_map(|task| task.metadata.as_ref())
            .filter(|metadata| ["items", "subExecutions"].iter().any(|key| metadata.get(key).is_some()))
            .cloned()
            .collect();
        if !told.is_empty() {
            nodes.insert(name, Json::from(told));
        }
    }
    nodes
}

/// The failure of a called workflow, with its own text.
fn failure(called: &Workflow, failure: Option<WorkflowFailure>) -> NodeError {
    let Some(failure) = failure else {
        return NodeError::operation(format!("The workflow \"{}\" failed", called.name));
    };
    let mut error = match &failure.cause {
        Some(cause) => cause.clone(),
        None => NodeError::operation(failure.message.as_str()),
    };
    let mut place = Json::object();
    place.insert("workflow", Json::from(called.name.as_str()));
    if let Some(node) = &failure.node {
        place.insert("node", Json::from(node.as_str()));
        let text = format!("It happened at the node \"{node}\" of the workflow \"{}\".", called.name);
        error.description.get_or_insert(text);
    }
    if let Some(item) = error.item_index.take() {
        place.insert("itemIndex", Json::from(item));
    }
    if let Some(parameter) = error.parameter.take() {
        place.insert("parameter", Json::from(parameter));
    }
    error.with_context("subWorkflow", place)
}

fn cannot_run(called: &Workflow, error: &RunError) -> NodeError {
    let text = match error {
        RunError::Problems(problems) => {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    };
    NodeError::operation(text)
        .with_description(format!("Mend the workflow \"{}\", which is called here.", called.name))
}
