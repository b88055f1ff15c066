//! Error workflows: what runs when a workflow has failed (`docs/engine.md §16.2`).

use std::sync::{Arc, PoisonError, Weak};

use heddle_node::{Item, Json, NodeError};
use heddle_workflow::{NodeIndex, Workflow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cancel::{CancelReason, Deadline};
use crate::events::{EventSink, Origin, RunSite};
use crate::host::{Host, RunOptions};
use crate::run::{Judged, Nesting, run_nested};
use crate::run_data::{RunResult, Status, WorkflowFailure};
use crate::static_data::CalledStaticData;
use crate::sub_workflow::{Background, BackgroundRun, DEEPEST_CALL};

/// The node type at which an error workflow starts.
const TRIGGER: &str = "n8n-nodes-base.errorTrigger";
/// Makes the id of its execution another than that of the run that failed.
const NAMESPACE: &[u8] = b"Error workflow";
/// n8n's mode of its execution.
const MODE: &str = "error";

/// A run that may have failed.
pub(crate) struct ErrorSite<'h> {
    pub(crate) host: &'h Host,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) site: Arc<RunSite>,
    pub(crate) mode: &'static str,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) options: RunOptions,
    pub(crate) caller_cancel: CancellationToken,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) depth: usize,
    pub(crate) background: Weak<Background<'h>>,
    pub(crate) called_static_data: Arc<CalledStaticData>,
    pub(crate) judged: Arc<Judged>,
}

/// Which workflow is told of a failure.
enum Told {
    /// The workflow of an id.
    Other(String),
    /// The workflow that failed, which has an error trigger.
    Itself,
}

impl ErrorSite<'_> {
    /// Runs the error workflow when the run has failed, or took too long. How that ended joins the runs that nobody waits
    /// for: it never hides the first failure.
    pub(crate) async fn report(self, result: &RunResult) {
        let Some(error) = &result.error else { return };
        // A person who runs a workflow by hand, or ends it, knows.
        if self.mode == "manual" || result.cancel_reason == Some(CancelReason::Manual) {
            return;
        }
        let Some(told) = self.told() else { return };
        let execution = Uuid::new_v5(&self.options.execution, NAMESPACE);
        let (workflow, ended) = match &told {
            Told::Itself => {
                (self.workflow.name.clone(), self.run(&self.workflow, execution, error, result).await)
            }
            Told::Other(id) => match find_error_workflow(self.host, id).await {
                Ok(workflow) => {
                    let ended = self.run(&workflow, execution, error, result).await;
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
        if let Some(background) = self.background.upgrade() {
            let run = Box::pin(std::future::ready(run));
            background.lock().unwrap_or_else(PoisonError::into_inner).push(run);
        }
    }

    fn told(&self) -> Option<Told> {
        let own_id = self.workflow.id.as_deref();
        match &self.workflow.settings.error_workflow {
            Some(id) if self.mode == MODE && own_id == Some(id) => None,
            Some(id) => Some(Told::Other(id.clone())),
            None if self.mode == MODE => None,
            None => error_trigger(&self.workflow).ok().map(|_| Told::Itself),
        }
    }

    async fn run(
        &self,
        workflow: &Arc<Workflow>,
        execution: Uuid,
        error: &WorkflowFailure,
        result: &RunResult,
    ) -> Result<RunResult, NodeError> {
        if self.depth >= DEEPEST_CALL {
            return Err(NodeError::operation(format!(
                "Workflows call each other more than {DEEPEST_CALL} levels deep"
            )));
        }
        let start = error_trigger(workflow)?;
        let options = RunOptions {
            execution,
            start: None,
            items: Some(vec![Item::new(self.item(error, result))]),
            destination: None,
            static_data: None,
            pins: false,
            timeout: None,
            cancel: self.caller_cancel.clone(),
            ..self.options.clone()
        };
        let nesting = Nesting {
            depth: self.depth + 1,
            mode: MODE,
            start: Some(start),
            caller_cancel: self.caller_cancel.clone(),
            background: self.background.clone(),
            deadline: self.deadline.map(Deadline::renewed),
            is_beside: true,
            origin: Some(Origin::FailureOf(Arc::clone(&self.site))),
            events: Arc::clone(&self.events),
            called_static_data: Arc::clone(&self.called_static_data),
            judged: Arc::clone(&self.judged),
        };
        run_nested(self.host, Arc::clone(workflow), options, nesting)
            .await
            .map_err(|error| NodeError::operation(error.to_string()))
    }

    /// What the error trigger puts out.
    fn item(&self, error: &WorkflowFailure, result: &RunResult) -> Json {
        let mut execution = Json::object();
        execution.insert("id", Json::from(self.options.execution.to_string()));
        execution.insert("error", error.json.clone());
        if let Some(node) = result.last_node_executed() {
            execution.insert("lastNodeExecuted", Json::from(node));
        }
        execution.insert("mode", Json::from(self.mode));
        let mut workflow = Json::object();
        if let Some(id) = &self.workflow.id {
            workflow.insert("id", Json::from(id.as_str()));
        }
        workflow.insert("name", Json::from(self.workflow.name.as_str()));
        let mut item = Json::object();
        item.insert("execution", execution);
        item.insert("workflow", workflow);
        item
    }
}

/// The error workflow of an id.
pub(crate) async fn find_error_workflow(host: &Host, id: &str) -> Result<Arc<Workflow>, NodeError> {
    let Some(lookup) = host.workflows.as_deref() else {
        return Err(NodeError::operation("This host knows no workflows that can be called"));
    };
    let found = lookup.by_id(id).await?;
    found.ok_or_else(|| NodeError::operation(format!("Workflow does not exist. {}", lookup.help(id))))
}

/// The node at which a workflow is told of an error.
pub(crate) fn error_trigger(workflow: &Workflow) -> Result<NodeIndex, NodeError> {
    let found = workflow.nodes.iter().position(|node| node.node_type == TRIGGER && !node.disabled);
    found.ok_or_else(|| {
        NodeError::operation(format!(
            "The workflow \"{}\" has no error trigger, so it cannot be told of errors",
            workflow.name
        ))
    })
}
