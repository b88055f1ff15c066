//! Finding the workflows that others call, and the nodes at which they start (`docs/engine.md §16.2, §17`).

use std::sync::Arc;

use heddle_node::{ErrorLevel, Json, NodeError, Registry, WorkflowSource};
use heddle_workflow::{NodeIndex, TriggerKind, Workflow, call_start_rank};

use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::starts::starts;

/// Workflows within workflows: deeper is a recursion that nobody meant.
pub const DEEPEST_CALL: usize = 32;

/// The workflow that is called, for a caller.
pub(crate) async fn workflow_of(
    host: &Host,
    recorder: &Recorder,
    source: &WorkflowSource,
    caller: &Workflow,
) -> Result<Arc<Workflow>, NodeError> {
    let lookup = || {
        host.workflows.as_deref().ok_or_else(|| {
            NodeError::operation("This host knows no workflows that can be called")
                .with_description("Give it a look-up: Host::with_workflows.")
        })
    };
    // A run keeps to the texts that it began with.
    let name = match source {
        WorkflowSource::Id(id) => Some(name_of_id(id)),
        WorkflowSource::File(path) => Some(format!("file:{path}")),
        WorkflowSource::Json(_) => None,
    };
    if let Some(known) = name.as_deref().and_then(|name| recorder.workflow(name)) {
        return Ok(known);
    }
    let found = match source {
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
    };
    if let (Some(name), Ok(found)) = (name, &found) {
        recorder.note_workflow(name, found);
    }
    found
}

/// What the log calls the workflow of an id.
fn name_of_id(id: &str) -> String {
    format!("id:{id}")
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
pub(crate) fn start_of_called(called: &Workflow, registry: &Registry) -> Result<NodeIndex, NodeError> {
    let nodes = called.nodes.iter().enumerate();
    let ranks = nodes.filter_map(|(index, node)| {
        Some((call_start_rank(&node.node_type, starts(registry, &node.node_type))?, index))
    });
    ranks.min().map(|(_, index)| index).ok_or_else(|| {
        let mut error = NodeError::operation("Missing node to start execution").with_description(format!(
            "Please make sure the workflow you're calling (\"{}\") contains an Execute Workflow Trigger node",
            called.name
        ));
        error.class = Some("WorkflowOperationError".into());
        error
    })
}

/// The error workflow of an id.
pub(crate) async fn find_error_workflow(
    host: &Host,
    recorder: &Recorder,
    id: &str,
) -> Result<Arc<Workflow>, NodeError> {
    if let Some(known) = recorder.workflow(&name_of_id(id)) {
        return Ok(known);
    }
    let Some(lookup) = host.workflows.as_deref() else {
        return Err(NodeError::operation("This host knows no workflows that can be called"));
    };
    let found = lookup.by_id(id).await?;
    found
        .inspect(|found| recorder.note_workflow(name_of_id(id), found))
        .ok_or_else(|| NodeError::operation(format!("Workflow does not exist. {}", lookup.help(id))))
}

/// The node at which a workflow is notified of an error.
pub(crate) fn error_trigger(workflow: &Workflow, registry: &Registry) -> Result<NodeIndex, NodeError> {
    let is_error_trigger = |node_type: &str| starts(registry, node_type) == Some(TriggerKind::Failure);
    let found = workflow.nodes.iter().position(|node| is_error_trigger(&node.node_type) && !node.disabled);
    found.ok_or_else(|| {
        NodeError::operation(format!(
            "The workflow \"{}\" has no error trigger, so it cannot be told of errors",
            workflow.name
        ))
    })
}
