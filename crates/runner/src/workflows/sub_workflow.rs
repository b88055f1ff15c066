//! Workflows that a node calls: running them, and what that means for the node that called (`docs/engine.md §17`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use heddle_node::{
    ErrorKind, Item, Json, NodeError, Outcome, PairedItem, Registry, WorkflowAnswer, WorkflowCall,
    sub_execution,
};
use heddle_workflow::{NodeIndex, TriggerKind, Workflow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::beside::Background;
use crate::call_site::{CallRecord, CallSite, CallsWorkflows};
use crate::cancel::CancelReason;
use crate::find::{DEEPEST_CALL, may_be_called, start_of_called, workflow_of};
use crate::host::Host;
use crate::keeping::KeptOutputs;
use crate::lineage::trace_to_start;
use crate::log::{self, RunPast, recorder};
use crate::mocks::Mocks;
use crate::mode::ExecutionMode;
use crate::options::RunOptions;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run::run_nested;
use crate::run_data::{BackgroundRun, RunData, RunResult, Status, WorkflowFailure};
use crate::run_error::RunError;
use crate::scope::{Nesting, RunScope};
use crate::site::Origin;
use crate::starts::starts;

#[async_trait]
impl CallsWorkflows for RunScope<'_> {
    async fn call(
        &self,
        site: CallSite,
        call: WorkflowCall,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>) {
        let recorder = &self.around.recorder;
        let called = match workflow_of(self.host, recorder, &call.workflow, &self.workflow).await {
            Ok(called) => called,
            Err(error) => return (Err(error), None),
        };
        let start = match self.may_call(&called).and_then(|()| start_of_called(&called, &self.host.registry))
        {
            Ok(start) => start,
            Err(error) => return (Err(error), None),
        };
        if !call.wait {
            return self.start_in_background(&site, called, start, call.items).await;
        }
        let options = self.options_for(site.execution, call.items, self.options.cancel.clone());
        let nesting = self.nesting(&site, start, false);
        let prepared = self.prepared(&called, &options);
        match run_nested(self.host, prepared, options, nesting).await {
            Ok(result) => self.settle(&site, &called, result),
            Err(error) => {
                let is_other = matches!(error, RunError::OtherItems { .. });
                let outcome = if is_other { Outcome::Unknown } else { Outcome::NotDone };
                (Err(cannot_run(&called, &error).with_outcome(outcome)), None)
            }
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
        judged.unwrap_or_else(|| self.host.prepare_called(called, options))
    }

    fn options_for(&self, execution: Uuid, items: Vec<Item>, cancel: CancellationToken) -> RunOptions {
        RunOptions {
            execution,
            start: None,
            items: Some(items),
            destination: None,
            static_data: None,
            pins: false,
            timeout: None,
            cancel,
            kept_outputs: KeptOutputs::All,
            mocks: self.options.mocks.clone().map(Mocks::for_called),
            ..self.options.clone()
        }
    }

    fn nesting(&self, site: &CallSite, start: NodeIndex, is_beside: bool) -> Nesting<'h> {
        Nesting {
            around: self.around.within(),
            mode: ExecutionMode::Integrated,
            start: Some(start),
            is_beside,
            recorded_as: site.recorded_as,
            recorded_origin: Some(log::Origin::Call {
                by: site.caller.clone(),
                item: (!site.takes_all_items).then_some(site.item),
                item_try: site.item_try,
            }),
            origin: Some(Origin::Call {
                by: Arc::clone(&site.at),
                item: (!site.takes_all_items).then_some(site.item),
            }),
        }
    }

    async fn start_in_background(
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
        let options = self.options_for(site.execution, items, self.around.caller_cancel.clone());
        let nesting = self.nesting(site, start, true);
        // The caller goes on at once: that the run was begun must be known before it does.
        let prepared = self.prepared(&called, &options);
        self.record_beside(&nesting, &prepared, &options).await;
        let caller = Some(site.at.node.to_string());
        push_beside(&background, self.host, caller, prepared, options, nesting);
        (Ok(answer), Some(record))
    }

    /// Keeps in the log that a run begins beside this one.
    async fn record_beside(&self, nesting: &Nesting<'_>, prepared: &PreparedWorkflow, options: &RunOptions) {
        let recorder = &self.around.recorder;
        if !recorder.keeps() || recorder.past_run(nesting.recorded_as).is_some() {
            return;
        }
        let called = &prepared.workflow;
        let start = nesting.start.and_then(|start| called.nodes.get(start));
        let items = options.items.clone().map(Arc::new);
        let started = log::RunStarted {
            execution: nesting.recorded_as,
            id: options.execution,
            origin: nesting.recorded_origin.clone(),
            workflow: recorder.text_of(called, &prepared.digest),
            start: start.map(|node| node.name.to_string()).unwrap_or_default(),
            mode: nesting.mode,
            is_beside: true,
            started_at: crate::clock::now(),
            sending_nodes: Vec::new(),
            items_digest: recorder::digest_of_items([items.as_ref()]),
            items,
            options: None,
            called: BTreeMap::new(),
            heddle: env!("CARGO_PKG_VERSION").to_owned(),
            accounts: BTreeMap::new(),
        };
        recorder.keep(log::Record::RunStarted(Box::new(started))).await;
    }

    /// Lets a run go on beside this one that nobody waits for, and that had begun before the run was taken up.
    pub(crate) fn go_on_beside(&self, past: &RunPast, origin: Origin) {
        let started = &past.started;
        let recorder = &self.around.recorder;
        let text = recorder.past().text(&started.workflow.digest);
        let called =
            text.and_then(|text| Workflow::parse_bytes(&started.workflow.name, text.as_bytes()).ok());
        let start = called.as_ref().and_then(|called| called.node_index(&started.start));
        let (Some(background), Some(called), Some(start)) = (self.around.background.upgrade(), called, start)
        else {
            return;
        };
        let items = started.items.as_ref().map(|items| items.as_ref().clone()).unwrap_or_default();
        let options = self.options_for(started.id, items, self.around.caller_cancel.clone());
        let caller = match &origin {
            Origin::Call { by, .. } => Some(by.node.to_string()),
            Origin::FailureOf(_) => None,
        };
        let nesting = Nesting {
            around: self.around.within(),
            mode: if caller.is_some() { ExecutionMode::Integrated } else { ExecutionMode::Error },
            start: Some(start),
            is_beside: true,
            recorded_as: started.execution,
            recorded_origin: started.origin.clone(),
            origin: Some(origin),
        };
        let prepared = self.prepared(&Arc::new(called), &options);
        push_beside(&background, self.host, caller, prepared, options, nesting);
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
                outputs: outputs(called, &self.host.registry, &result),
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

/// Runs a workflow beside the others.
fn push_beside<'h>(
    background: &Background<'h>,
    host: &'h Host,
    caller: Option<String>,
    prepared: Arc<PreparedWorkflow>,
    options: RunOptions,
    nesting: Nesting<'h>,
) {
    let execution = options.execution;
    let workflow = prepared.workflow.name.clone();
    let run = async move {
        let result = run_nested(host, prepared, options, nesting).await;
        let (status, error) = match result {
            Ok(result) => (result.status, result.error.map(|error| error.message)),
            Err(error) => (Status::Error, Some(error.to_string())),
        };
        BackgroundRun { caller, workflow, execution, status, error }
    };
    background.lock().unwrap_or_else(PoisonError::into_inner).push(Box::pin(run));
}

/// Items of the node that ran last, by output: of all its runs, unless the trigger of an older version says that the last
/// one counts.
fn outputs(called: &Workflow, registry: &Registry, result: &RunResult) -> Vec<Vec<Item>> {
    let runs = result.last_node.as_deref().map_or(&[][..], |node| result.run_data.runs_of(node));
    let trigger =
        called.nodes.iter().find(|node| starts(registry, &node.node_type) == Some(TriggerKind::Workflow));
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
