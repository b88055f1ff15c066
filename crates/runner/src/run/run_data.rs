//! What a run leaves behind: one record for each run of each node, and the result of the whole, in n8n's JSON
//! (`docs/engine.md §3`).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use heddle_node::{CallAnswer, Item, Json, NodeError, Outcome, Source, printable_block, printable_line};
use heddle_workflow::{NodeIndex, SerializedItems, Workflow};
use schemars::JsonSchema;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use crate::cancel::CancelReason;
use crate::replaced::PlannedRequest;
use crate::scheduler::Branches;

/// How a run of a node ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    /// It gave an output.
    Success,
    /// It failed; with an output when the workflow goes on all the same.
    Error,
    /// It waits.
    Waiting,
    /// The run was cancelled while it was under way.
    Canceled,
}

/// How a run of a workflow ended (`docs/engine.md §15`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything ran; nodes that failed and continued do not count.
    Success,
    /// A node failed and stopped the run.
    Error,
    /// A node waits.
    Waiting,
    /// The run was cancelled, or took too long.
    Canceled,
}

impl Status {
    /// n8n's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Waiting => "waiting",
            Self::Canceled => "canceled",
        }
    }
}

/// A remark of a node about a run of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The remark.
    pub message: String,
    /// `info`, `warning` or `danger`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Where a UI shows it: `outputPane`, `inputPane` or `ndv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// One run of a node (n8n: `ITaskData`).
#[derive(Debug, Clone, PartialEq)]
pub struct TaskData {
    /// When it began, in milliseconds since 1970.
    pub start_time: i64,
    /// How long it took, with all tries and the waits between them.
    pub execution_time: Duration,
    /// How many runs of any node came before, counting those that were skipped.
    pub execution_index: usize,
    /// How it ended.
    pub status: TaskStatus,
    /// Where each input's items came from; empty for the node that the run started with.
    pub sources: Vec<Option<Source>>,
    /// Items by main output; `None` when it failed and stopped the run.
    pub outputs: Option<Branches>,
    /// Error object, in n8n's stored form (`docs/engine.md §14.4`).
    pub error: Option<Json>,
    /// Remarks of the node.
    pub hints: Vec<Hint>,
    /// What else is known of the run, such as what became of each item.
    pub metadata: Option<Json>,
    /// The gravest outcome of what it sent, itself or through a workflow that it called; `None` when it sends nothing.
    pub outcome: Option<Outcome>,
}

impl Serialize for TaskData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("startTime", &self.start_time)?;
        map.serialize_entry("executionIndex", &self.execution_index)?;
        map.serialize_entry("source", &self.sources)?;
        map.serialize_entry("hints", &self.hints)?;
        map.serialize_entry("executionTime", &milliseconds(self.execution_time))?;
        if let Some(metadata) = &self.metadata {
            map.serialize_entry("metadata", metadata)?;
        }
        map.serialize_entry("executionStatus", &self.status)?;
        if let Some(error) = &self.error {
            map.serialize_entry("error", error)?;
        }
        if let Some(outputs) = &self.outputs {
            map.serialize_entry("data", &Data { main: SerializedBranches(outputs) })?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Data<'a> {
    main: SerializedBranches<'a>,
}

struct SerializedBranches<'a>(&'a Branches);

impl Serialize for SerializedBranches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for items in self.0 {
            // Readers of run data expect a list for every output.
            seq.serialize_element(&SerializedItems(items.as_ref().map_or(&[], |items| items.as_slice())))?;
        }
        seq.end()
    }
}

/// All runs of all nodes of a workflow (n8n: `IRunData`).
#[derive(Debug, Clone, Default)]
pub struct RunData {
    names: Vec<String>,
    runs: Vec<Vec<TaskData>>,
    /// Nodes in the order of their first run.
    order: Vec<NodeIndex>,
}

impl RunData {
    /// Run data of a workflow in which nothing ran yet.
    pub fn new(workflow: &Workflow) -> Self {
        let names: Vec<_> = workflow.nodes.iter().map(|node| node.name.to_string()).collect();
        Self { runs: vec![Vec::new(); names.len()], names, order: Vec::new() }
    }

    /// Adds a run of a node; it becomes the last one. A node that the workflow does not have is ignored.
    pub fn push(&mut self, node: NodeIndex, task: TaskData) {
        let Some(runs) = self.runs.get_mut(node) else { return };
        if !self.order.contains(&node) {
            self.order.push(node);
        }
        runs.push(task);
    }

    /// Takes away the last run of a node, to be replaced when a wait is over (`docs/engine.md §18`).
    pub fn pop(&mut self, node: NodeIndex) -> Option<TaskData> {
        self.runs.get_mut(node)?.pop()
    }

    /// Lets go of what a run of a node put out.
    pub(crate) fn release_outputs(&mut self, node: NodeIndex, run: usize) {
        let task = self.runs.get_mut(node).and_then(|runs| runs.get_mut(run));
        for items in task.and_then(|task| task.outputs.as_mut()).into_iter().flatten() {
            *items = None;
        }
    }

    /// The runs of a node, in order; the position is the run index.
    pub fn runs(&self, node: NodeIndex) -> &[TaskData] {
        self.runs.get(node).map_or(&[], Vec::as_slice)
    }

    /// The runs of the node of a name.
    pub fn runs_of(&self, name: &str) -> &[TaskData] {
        self.names.iter().rposition(|known| known == name).map_or(&[], |node| self.runs(node))
    }

    /// The gravest outcome of everything that was sent; `None` when no node had anything to send.
    pub fn gravest_outcome(&self) -> Option<Outcome> {
        self.runs.iter().flatten().filter_map(|task| task.outcome).max()
    }

    /// Every node that ran with its runs, in the order of their first runs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[TaskData])> {
        let ran = self.order.iter().filter(|node| !self.runs(**node).is_empty());
        ran.map(|node| (self.names.get(*node).map_or("", String::as_str), self.runs(*node)))
    }
}

impl Serialize for RunData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Why a run failed.
#[derive(Debug, Clone)]
pub struct WorkflowFailure {
    /// What happened, in one sentence.
    pub message: String,
    /// More about it, or what to do.
    pub description: Option<String>,
    /// Name of the node that failed.
    pub node: Option<String>,
    /// Index of the item that failed.
    pub item_index: Option<usize>,
    /// Path of the parameter that is to blame.
    pub parameter: Option<String>,
    /// The error object of the run data (`docs/engine.md §14.4`).
    pub json: Json,
    /// The node's error.
    pub cause: Option<NodeError>,
}

impl fmt::Display for WorkflowFailure {
    /// What happened and where, in a line or more; what a terminal would obey is escaped.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printable_block(&self.message))?;
        let place = [
            self.node.as_ref().map(|node| format!("node \"{}\"", printable_line(node))),
            self.item_index.map(|item| format!("item {item}")),
            self.parameter.as_ref().map(|parameter| format!("parameter {}", printable_line(parameter))),
        ];
        let place: Vec<String> = place.into_iter().flatten().collect();
        if !place.is_empty() {
            write!(formatter, " ({})", place.join(", "))?;
        }
        match &self.description {
            Some(description) => write!(formatter, ". {}", printable_block(description)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for WorkflowFailure {}

impl WorkflowFailure {
    /// The run was cancelled, or took too long (`docs/engine.md §19`).
    pub fn cancelled(reason: CancelReason, execution: Uuid) -> Self {
        let mut extra = Json::object();
        extra.insert("executionId", Json::from(execution.to_string()));
        let mut json = Json::object();
        json.insert("level", Json::from("warning"));
        json.insert("extra", extra);
        json.insert(
            "reason",
            Json::from(match reason {
                CancelReason::Manual => "manual",
                CancelReason::Timeout => "timeout",
            }),
        );
        json.insert("name", Json::from(reason.error_name()));
        json.insert("message", Json::from(reason.message()));
        Self {
            message: reason.message().to_owned(),
            description: None,
            node: None,
            item_index: None,
            parameter: None,
            json,
            cause: None,
        }
    }

    /// The failure of a node, with the error object that its run data holds.
    pub fn new(node: &str, error: &NodeError, json: Json) -> Self {
        Self {
            message: error.message.clone(),
            description: error.description.clone(),
            node: Some(node.to_owned()),
            item_index: error.item_index,
            parameter: error.parameter.clone(),
            json,
            cause: Some(error.clone()),
        }
    }

    /// A node that never got its data (`docs/engine.md §5` step 6).
    pub fn endless_loop(node: &str) -> Self {
        let message = "Stopped execution because it seems to be in an endless loop";
        let mut json = Json::object();
        json.insert("message", Json::from(message));
        Self {
            message: message.to_owned(),
            description: Some("An input of this node never gets data; check its connections.".to_owned()),
            node: Some(node.to_owned()),
            item_index: None,
            parameter: None,
            json,
            cause: None,
        }
    }
}

/// What came of a run of a workflow (n8n: `IRun`).
#[derive(Debug, Clone)]
pub struct RunResult {
    /// How it ended.
    pub status: Status,
    /// Why it failed, or was cancelled.
    pub error: Option<WorkflowFailure>,
    /// What ended it early, when it is [`Status::Canceled`].
    pub cancel_reason: Option<CancelReason>,
    /// Name of the node that last put something out, or failed.
    pub last_node: Option<String>,
    /// What each node put out.
    pub run_data: RunData,
    /// Workflows that ran beside it: called without waiting for their end, by it or by one that it called, and error
    /// workflows.
    pub background: Vec<BackgroundRun>,
    /// The moment to go on, in milliseconds since 1970, when it is [`Status::Waiting`].
    pub wait_till: Option<i64>,
    /// What the workflow keeps for later runs, when it changed; never of a manual run (`docs/engine.md §1.6`).
    pub static_data: Option<Json>,
    /// The same of workflows that it called, by id, or by name where one has none.
    pub called_static_data: BTreeMap<String, Json>,
    /// Names of the nodes that were replaced ([`RunOptions::mocks`](crate::RunOptions)), in the order of their first runs;
    /// those of workflows that were called as `Workflow/Node`.
    pub mocked: Vec<String>,
    /// The requests that the replaced nodes would have made, in the order of their runs, those of workflows that were called
    /// too; only in a run with mocks.
    pub requests: Vec<PlannedRequest>,
    /// The answer to the call that started it, once a node has given one (Respond to Webhook).
    pub answer: Option<CallAnswer>,
    /// Why its log could not take all that has happened; then it may know less than this result.
    pub not_kept: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// When it ended, in milliseconds since 1970.
    pub stopped_at: i64,
}

impl RunResult {
    /// Name of the node that last put something out, or failed.
    pub fn last_node_executed(&self) -> Option<&str> {
        self.last_node.as_deref()
    }

    /// What a node put out when it last ran, by output; `None` when it did not run, or failed.
    pub fn last_outputs(&self, node: &str) -> Option<Vec<&[Item]>> {
        let outputs = self.run_data.runs_of(node).last()?.outputs.as_ref()?;
        Some(outputs.iter().map(|items| items.as_ref().map_or(&[][..], |items| items.as_slice())).collect())
    }
}

impl Serialize for RunResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Execution<'a> {
            version: u8,
            #[serde(rename = "resultData")]
            result_data: ResultData<'a>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct ResultData<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<&'a Json>,
            run_data: &'a RunData,
            #[serde(skip_serializing_if = "Option::is_none")]
            last_node_executed: Option<&'a str>,
        }
        let result_data = ResultData {
            error: self.error.as_ref().map(|failure| &failure.json),
            run_data: &self.run_data,
            last_node_executed: self.last_node_executed(),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("data", &Execution { version: 1, result_data })?;
        map.serialize_entry("startedAt", &iso(self.started_at))?;
        map.serialize_entry("stoppedAt", &iso(self.stopped_at))?;
        map.serialize_entry("status", &self.status)?;
        if let Some(wait_till) = self.wait_till {
            map.serialize_entry("waitTill", &iso(wait_till))?;
        }
        if self.status == Status::Success {
            map.serialize_entry("finished", &true)?;
        }
        if !self.mocked.is_empty() {
            map.serialize_entry("mocked", &self.mocked)?;
        }
        if !self.requests.is_empty() {
            map.serialize_entry("requests", &self.requests)?;
        }
        if let Some(answer) = &self.answer {
            map.serialize_entry("response", &answer.to_json())?;
        }
        map.end()
    }
}

/// How a workflow ended that ran beside another: called without waiting for its end, or notified of a failure.
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

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A time as JavaScript's `Date` writes it in JSON: UTC, with milliseconds.
fn iso(milliseconds: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
