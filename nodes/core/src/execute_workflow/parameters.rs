//! The parameters of Execute Sub-workflow.

use heddle_node::{CalledWorkflow, Json, NodeError, StoredParameters, WorkflowSource, from_json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lenient_json;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecuteWorkflowParameters {
    /// What the node does; there is one operation.
    pub operation: String,
    /// Where the workflow comes from.
    pub source: Source,
    /// The workflow: its id, or a resource locator with the id as its value.
    #[schemars(extend("x-type" = "workflowSelector"))]
    pub workflow_id: Json,
    /// Path of the workflow file.
    pub workflow_path: String,
    /// The workflow itself.
    #[schemars(extend("x-type" = "json"))]
    pub workflow_json: Json,
    /// Address of the workflow.
    pub workflow_url: String,
    /// Values for the inputs that the workflow declares.
    #[schemars(extend("x-type" = "resourceMapper"))]
    pub workflow_inputs: Json,
    /// How often the workflow runs.
    pub mode: Mode,
    /// Further settings.
    pub options: ExecuteWorkflowOptions,
}

/// Where the workflow comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// By id.
    #[default]
    Database,
    /// By path.
    LocalFile,
    /// The JSON itself.
    Parameter,
    /// By address.
    Url,
}

/// How often the workflow runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Once, with all items.
    #[default]
    Once,
    /// Once for each item.
    Each,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecuteWorkflowOptions {
    /// Whether the node waits for the end of the workflow.
    pub wait_for_sub_workflow: Option<bool>,
}

/// Which workflow the node calls, as far as its stored parameters tell.
pub(super) fn called_workflow(stored: &StoredParameters<'_>) -> Result<CalledWorkflow, NodeError> {
    let Some(source) = stored.constant("source") else { return Ok(CalledWorkflow::PerItem) };
    let source: Source =
        from_json(source).map_err(|error| NodeError::parameter("source", error.to_string()))?;
    let name = match source {
        Source::Database => "workflowId",
        Source::LocalFile => "workflowPath",
        Source::Parameter => "workflowJson",
        Source::Url => "workflowUrl",
    };
    let Some(value) = stored.constant(name) else {
        return match stored.values.get(name) {
            Some(_) => Ok(CalledWorkflow::PerItem),
            None => Err(NodeError::parameter(name, "No workflow is chosen")),
        };
    };
    let mut parameters = ExecuteWorkflowParameters { source, ..ExecuteWorkflowParameters::default() };
    match source {
        Source::Database => parameters.workflow_id = value.clone(),
        Source::LocalFile => parameters.workflow_path = value.as_str().unwrap_or_default().to_owned(),
        Source::Parameter => parameters.workflow_json = value.clone(),
        Source::Url => {}
    }
    parameters.workflow().map(CalledWorkflow::Constant)
}

impl ExecuteWorkflowParameters {
    /// Whether the node waits for the end of the workflow.
    pub(super) fn waits(&self) -> bool {
        self.options.wait_for_sub_workflow.unwrap_or(true)
    }

    /// The workflow that is to run.
    pub(super) fn workflow(&self) -> Result<WorkflowSource, NodeError> {
        match self.source {
            Source::Database => {
                let id = self.workflow_id.get("value").unwrap_or(&self.workflow_id);
                let id = id.as_str().map_or_else(
                    || if id.is_number() { id.to_string() } else { String::new() },
                    str::to_owned,
                );
                if id.is_empty() {
                    return Err(NodeError::parameter("workflowId", "No workflow is chosen"));
                }
                Ok(WorkflowSource::Id(id))
            }
            Source::LocalFile => Ok(WorkflowSource::File(self.workflow_path.clone())),
            Source::Parameter => self.inline_workflow().map(WorkflowSource::Json),
            Source::Url => Err(NodeError::parameter("source", "Workflows cannot be loaded from a URL")
                .with_description(
                    "Save the workflow as a file, and name it by its id, its file name or its path.",
                )),
        }
    }

    fn inline_workflow(&self) -> Result<Json, NodeError> {
        let workflow = match self.workflow_json.as_str() {
            Some(text) => lenient_json::parse(text).ok_or_else(|| {
                NodeError::parameter("workflowJson", "The workflow JSON is not valid JSON")
                    .with_description("Paste a workflow as n8n copies or downloads it.")
            })?,
            None => self.workflow_json.clone(),
        };
        if workflow.get("nodes").is_some_and(Json::is_array) {
            return Ok(workflow);
        }
        Err(NodeError::parameter("workflowJson", "The workflow JSON has no list of nodes")
            .with_description("A workflow is an object with \"nodes\" and \"connections\"."))
    }
}
