//! Workflows that a node calls: finding them, whether they may be called, running them, and what that means for the
//! node that called (`docs/engine.md §17`).

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use heddle_node::{
    ErrorKind, ErrorLevel, Item, Json, NodeError, Outcome, PairedItem, WorkflowAnswer, WorkflowCall,
    WorkflowSource, sub_execution,
};
use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cancel::{CancelReason, Deadline};
use crate::events::{EventSink, NodeSite, Origin};
use crate::host::{Host, RunOptions};
use crate::keeping::KeptOutputs;
use crate::lineage::trace_to_start;
use crate::run::{Judged, Nesting, run_nested};
use crate::run_data::{RunData, RunResult, Status, WorkflowFailure};
use crate::run_error::RunError;
use crate::static_data::CalledStaticData;

/// Workflows within workflows: deeper is a recursion that nobody meant.
pub const DEEPEST_CALL: usize = 32;

/// The node type at which a called workflow starts.
const TRIGGER: &str = "n8n-nodes-base.executeWorkflowTrigger";
/// Where one without that trigger starts.
const OTHER_TRIGGERS: [&str; 2] =
    ["@n8n/n8n-nodes-langchain.manualChatTrigger", "n8n-nodes-base.manualTrigger"];

/// Workflows that run beside the one that called them. They end before the outermost run does.
pub(crate) type Background<'h> = Mutex<Vec<BoxFuture<'h, BackgroundRun>>>;

/// How a workflow ended that ran beside another: called without waiting for its end, or told of a failure.
#[derive(Debug, Clone)]
pub struct BackgroundRun {
    /// Name of the node that called it; `None` for an error workflow.
    pub caller: Option<String>,
    /// Name of the workflow.
    pub workflow: String,
    /// Its execution.
    pub execution: Uuid,
    /// How it ended.
    pub status: Status,
    /// Why it failed, or could not begin.
    pub error: Option<String>,
}

/// A call that has ended, as the caller's run data tells of it.
#[derive(Debug, Clone)]
pub(crate) struct CallRecord {
    /// The item that called; 0 for a node that takes its items all at once.
    pub(crate) item: usize,
    pub(crate) takes_all_items: bool,
    execution: Uuid,
    workflow_id: Option<String>,
    status: Option<Status>,
    /// What became of the items of its nodes with an effect: metadata of their runs by node name.
    effects: Json,
    /// The gravest outcome of its sends; `None` when it sends nothing.
    pub(crate) outcome: Option<Outcome>,
}

/// The node run, and the item of it, that calls.
pub(crate) struct CallSite {
    pub(crate) at: Arc<NodeSite>,
    pub(crate) item: usize,
    /// Whether the node takes its items all at once.
    pub(crate) takes_all_items: bool,
    /// The same whenever this call is made again.
    pub(crate) execution: Uuid,
}

/// Calls workflows for the nodes of one run.
#[async_trait]
pub(crate) trait CallsWorkflows: Send + Sync {
    /// Calls a workflow; the record tells what came of it, also when the call failed, and is absent when none began.
    async fn call(
        &self,
        site: CallSite,
        call: WorkflowCall,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>);
}

/// The calls of one run.
pub(crate) struct Caller<'h> {
    pub(crate) host: &'h Host,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) events: Arc<dyn EventSink>,
    /// The options of the calling run; its token is cancelled together with the run.
    pub(crate) options: RunOptions,
    /// Cancelled by the caller of the outermost run alone: what background runs look at.
    pub(crate) caller_cancel: CancellationToken,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) depth: usize,
    pub(crate) background: Weak<Background<'h>>,
    pub(crate) called_static_data: Arc<CalledStaticData>,
    pub(crate) judged: Arc<Judged>,
}

#[async_trait]
impl CallsWorkflows for Caller<'_> {
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
        match run_nested(self.host, Arc::clone(&called), options, nesting).await {
            Ok(result) => self.settle(&site, &called, result),
            Err(error) => (Err(cannot_run(&called, &error)), None),
        }
    }
}

impl<'h> Caller<'h> {
    /// Whether the workflow may be called from here.
    fn may_call(&self, called: &Workflow) -> Result<(), NodeError> {
        if self.depth >= DEEPEST_CALL {
            return Err(NodeError::operation(format!(
                "Workflows call each other more than {DEEPEST_CALL} levels deep"
            ))
            .with_description(
                "Does a workflow call itself without end? Let a condition end the recursion.",
            ));
        }
        may_be_called(called, &self.workflow)
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
            depth: self.depth + 1,
            mode: "integrated",
            start: Some(start),
            caller_cancel: self.caller_cancel.clone(),
            background: self.background.clone(),
            called_static_data: Arc::clone(&self.called_static_data),
            judged: Arc::clone(&self.judged),
            deadline: self.deadline,
            is_beside,
            origin: Some(Origin::Call {
                by: Arc::clone(&site.at),
                item: (!site.takes_all_items).then_some(site.item),
            }),
            events: Arc::clone(&self.events),
        }
    }

    fn start_in_background(
        &self,
        site: &CallSite,
        called: Arc<Workflow>,
        start: NodeIndex,
        items: Vec<Item>,
    ) -> (Result<WorkflowAnswer, NodeError>, Option<CallRecord>) {
        let Some(background) = self.background.upgrade() else {
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
        let options = self.options_for(site, items, self.caller_cancel.clone());
        let nesting = self.nesting(site, start, true);
        let (host, caller, execution) = (self.host, Some(site.at.node.to_string()), site.execution);
        let run = async move {
            let result = run_nested(host, Arc::clone(&called), options, nesting).await;
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

impl CallRecord {
    /// `{ executionId, workflowId }`.
    pub(crate) fn link(&self) -> Json {
        sub_execution(&self.execution.to_string(), self.workflow_id.as_deref())
    }

    /// The link with what became of each item that was to be sent; `None` when nothing was.
    pub(crate) fn effects(&self) -> Option<Json> {
        self.outcome?;
        let mut json = self.link();
        json.insert("item", Json::from(self.item));
        if let Some(status) = self.status {
            json.insert("status", Json::from(status.as_str()));
        }
        json.insert("nodes", self.effects.clone());
        Some(json)
    }
}

/// The workflow that is called, for a caller.
pub(crate) async fn workflow_of(
    host: &Host,
    source: &WorkflowSource,
    caller: &Workflow,
) -> Result<Arc<Workflow>, NodeError> {
    let lookup = || {
        host.workflows.as_deref().ok_or_else(|| {
            NodeError::operation("This host knows no workflows that can be called")
                .with_description("Give it a look-up: Host::with_workflows.")
        })
    };
    match source {
        WorkflowSource::Id(id) => {
            let lookup = lookup()?;
            lookup.by_id(id).await?.ok_or_else(|| {
                let mut error = NodeError::operation("Workflow does not exist.")
                    .with_description(format!("No workflow has the id \"{id}\". {}", lookup.help(id)));
                error.level = ErrorLevel::Error;
                error.extra.insert("workflowId", Json::from(id.as_str()));
                error
            })
        }
        WorkflowSource::File(path) => lookup()?.by_path(path).await?.ok_or_else(|| {
            NodeError::operation(format!("The file \"{path}\" could not be found"))
                .with_description("A relative path starts at the folder of the workflow file.")
        }),
        WorkflowSource::Json(json) => Ok(Arc::new(inline(json, caller))),
    }
}

/// A workflow without id and settings of its own has those of its caller.
fn inline(json: &Json, caller: &Workflow) -> Workflow {
    let mut json = json.clone();
    let is_missing = |json: &Json, key| json.get(key).is_none_or(Json::is_null);
    if is_missing(&json, "id")
        && let Some(id) = &caller.id
    {
        json.insert("id", Json::from(id.as_str()));
    }
    if is_missing(&json, "settings") {
        let mut settings = caller.settings.to_json();
        // Whom the caller lets call it says nothing about its own part.
        settings.remove("callerPolicy");
        json.insert("settings", settings);
    }
    Workflow::from_json(&json)
}

/// Checks `callerPolicy` (`docs/engine.md §1.4`). All workflows of a host have one owner.
pub(crate) fn may_be_called(called: &Workflow, caller: &Workflow) -> Result<(), NodeError> {
    let setting = |key| called.settings.get(key).and_then(Json::as_str);
    let caller_id = caller.id.as_deref();
    let allowed = match setting("callerPolicy") {
        Some("none") => false,
        Some("workflowsFromAList") => setting("callerIds")
            .unwrap_or_default()
            .split(',')
            .any(|id| caller_id.is_some_and(|caller| caller == id.trim())),
        _ => true,
    };
    if allowed {
        return Ok(());
    }
    let name = called.id.as_deref().unwrap_or(&called.name);
    Err(NodeError::operation(format!("The sub-workflow ({name}) cannot be called by this workflow"))
        .with_description(
            "The sub-workflow you’re trying to execute limits which workflows it can be called by.",
        ))
}

/// The node at which a called workflow starts.
pub(crate) fn start_of_called(called: &Workflow) -> Result<NodeIndex, NodeError> {
    let position =
        |fits: &dyn Fn(&str) -> bool| called.nodes.iter().position(|node| fits(node.node_type.as_str()));
    position(&|kind| kind == TRIGGER).or_else(|| position(&|kind| OTHER_TRIGGERS.contains(&kind))).ok_or_else(
        || {
            let mut error = NodeError::operation("Missing node to start execution").with_description(format!(
                "Please make sure the workflow you're calling (\"{}\") contains an Execute Workflow Trigger node",
                called.name
            ));
            error.class = Some("WorkflowOperationError".into());
            error
        },
    )
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
