//! Execute Workflow Trigger: where a workflow starts that another one calls.

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, TriggerKind, async_trait, from_json, holds_expression, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Starts a called workflow with the items of its caller, cut to the declared inputs where there are any.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExecuteWorkflowTrigger;

/// The parameters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecuteWorkflowTriggerParameters {
    /// What starts the workflow; there is one event.
    pub events: String,
    /// What the workflow takes.
    pub input_source: InputSource,
    /// An object with the fields that the workflow takes.
    #[schemars(extend("x-type" = "json"))]
    pub json_example: Json,
    /// The fields that the workflow takes.
    pub workflow_inputs: WorkflowInputs,
    /// Which runs of the last node the caller gets: `allRuns` or `lastRunOnly`. Read by the host.
    pub return_output: String,
}

/// What the workflow takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum InputSource {
    /// Whole items; the only way of version 1.
    #[default]
    Passthrough,
    /// The fields of a list.
    WorkflowInputs,
    /// The fields of an example.
    JsonExample,
}

/// The fields that the workflow takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkflowInputs {
    /// The rows.
    pub values: Vec<WorkflowInput>,
}

/// One field that the workflow takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkflowInput {
    /// Its name.
    pub name: String,
    /// Its type, which the caller's form checks: any, string, number, boolean, array or object.
    #[serde(rename = "type")]
    pub kind: String,
}

#[async_trait]
impl BatchNode for ExecuteWorkflowTrigger {
    type Parameters = ExecuteWorkflowTriggerParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.executeWorkflowTrigger",
        versions: &[1.0, 1.1, 1.2],
        display_name: "When Executed by Another Workflow",
        description: "Starts the workflow when another one calls it",
        starts: Some(TriggerKind::Workflow),
        inputs: 0,
        icon: Some("node:sub-workflow-trigger"),
        category: Some("Triggers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.executeworkflowtrigger/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &ExecuteWorkflowTriggerParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.input(0);
        let Some(fields) = fields(parameters)? else { return Ok(vec![items]) };
        Ok(vec![Arc::new(items.iter().map(|item| cut(item, &fields)).collect())])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let parameters = Some(stored.values).filter(|values| !holds_expression(values));
        let parameters: Option<ExecuteWorkflowTriggerParameters> =
            parameters.and_then(|values| from_json(values).ok());
        let error = parameters.and_then(|parameters| fields(&parameters).err());
        error.map(StoredProblem::from).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&properties())
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.1,
            parameters,
            items: vec![json!({ "name": "Ada", "city": "London" }), json!({ "name": "Zoë" })],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example("Whole items", json!({ "inputSource": "passthrough" })),
                example(
                    "Declared fields",
                    json!({ "inputSource": "workflowInputs", "workflowInputs": { "values": [
                    { "name": "name", "type": "string" }, { "name": "city", "type": "any" },
                ] } }),
                ),
                example(
                    "The fields of an example",
                    json!({ "inputSource": "jsonExample", "jsonExample": "{ \"city\": \"Paris\" }" }),
                ),
            ],
        )
    }
}

/// The names of the declared fields; `None` when whole items pass.
fn fields(parameters: &ExecuteWorkflowTriggerParameters) -> Result<Option<Vec<String>>, NodeError> {
    match parameters.input_source {
        InputSource::Passthrough => Ok(None),
        InputSource::WorkflowInputs => {
            let names: Vec<String> =
                parameters.workflow_inputs.values.iter().map(|input| input.name.clone()).collect();
            if names.is_empty() {
                return Err(NodeError::parameter("workflowInputs", "At least 1 field is required.")
                    .with_description("Add an input, or accept all data."));
            }
            Ok(Some(names))
        }
        InputSource::JsonExample => {
            let example = match parameters.json_example.as_str() {
                Some(text) => Json::parse(text).map_err(|error| {
                    NodeError::parameter("jsonExample", format!("The JSON example is not valid: {error}"))
                })?,
                None => parameters.json_example.clone(),
            };
            let object = example.as_object().ok_or_else(|| {
                NodeError::parameter("jsonExample", "The JSON example is not an object")
                    .with_description("Give an object whose keys are the workflow's inputs.")
            })?;
            Ok(Some(object.keys().map(str::to_owned).collect()))
        }
    }
}

/// The declared fields of an item; null for those that it lacks.
fn cut(item: &Item, fields: &[String]) -> Item {
    let mut json = Json::object();
    for field in fields {
        json.insert(field, item.json.get(field).cloned().unwrap_or(Json::NULL));
    }
    Item::new(json).with_binary(item.binary().cloned()).with_paired_item(item.paired_item.clone())
}

fn properties() -> Json {
    let since_1_1 = json!([{ "_cnd": { "gte": 1.1 } }]);
    json!([
        {
            "displayName": "Events", "name": "events", "type": "hidden", "noDataExpression": true,
            "default": "worklfow_call",
            "options": [{
                "name": "Workflow Call", "value": "worklfow_call",
                "action": "When Executed by Another Workflow",
            }],
        },
        {
            "displayName": "The workflow starts here when another one calls it, with the items that it is given.",
            "name": "notice", "type": "notice", "default": "",
            "displayOptions": { "show": { "@version": [{ "_cnd": { "eq": 1 } }] } },
        },
        {
            "displayName": "This node is of an older version. A new one can declare inputs.",
            "name": "outdatedVersionWarning", "type": "notice", "default": "",
            "displayOptions": { "show": { "@version": [{ "_cnd": { "eq": 1 } }] } },
        },
        {
            "displayName": "Input data mode", "name": "inputSource", "type": "options", "default": "workflowInputs",
            "noDataExpression": true,
            "description": "What the workflow takes of the items that it is given",
            "options": [
                { "name": "Define using fields below", "value": "workflowInputs", "description": "The fields of a list" },
                { "name": "Define using JSON example", "value": "jsonExample",
                  "description": "The fields of an example object" },
                { "name": "Accept all data", "value": "passthrough", "description": "Whole items" },
            ],
            "displayOptions": { "show": { "@version": since_1_1.clone() } },
        },
        {
            "displayName": "Give an object whose fields are the inputs. A field that is null takes any type.",
            "name": "jsonExample_notice", "type": "notice", "default": "",
            "displayOptions": { "show": { "@version": since_1_1.clone(), "inputSource": ["jsonExample"] } },
        },
        {
            "displayName": "JSON Example", "name": "jsonExample", "type": "json", "noDataExpression": true,
            "default": "{\n  \"aField\": \"a string\",\n  \"aNumber\": 123,\n  \"thisFieldAcceptsAnyType\": null,\n  \"anArray\": []\n}",
            "description": "An object whose fields are the inputs",
            "displayOptions": { "show": { "@version": since_1_1.clone(), "inputSource": ["jsonExample"] } },
        },
        {
            "displayName": "Workflow Input Schema", "name": "workflowInputs", "type": "fixedCollection", "default": {},
            "placeholder": "Add field",
            "description": "The inputs of the workflow",
            "typeOptions": { "multipleValues": true, "sortable": true, "minRequiredFields": 1 },
            "displayOptions": { "show": { "@version": since_1_1, "inputSource": ["workflowInputs"] } },
            "options": [{ "name": "values", "displayName": "Values", "values": [
                {
                    "displayName": "Name", "name": "name", "type": "string", "default": "", "required": true,
                    "noDataExpression": true, "placeholder": "e.g. fieldName",
                    "description": "Name of the input",
                },
                {
                    "displayName": "Type", "name": "type", "type": "options", "default": "string", "required": true,
                    "noDataExpression": true,
                    "description": "What the caller may give",
                    "options": [
                        { "name": "Allow Any Type", "value": "any" }, { "name": "String", "value": "string" },
                        { "name": "Number", "value": "number" }, { "name": "Boolean", "value": "boolean" },
                        { "name": "Array", "value": "array" }, { "name": "Object", "value": "object" },
                    ],
                },
            ] }],
        },
        {
            "displayName": "Items to Return", "name": "returnOutput", "type": "options", "noDataExpression": true,
            "default": "lastRunOnly",
            "description": "What the caller gets when the last node ran several times",
            "options": [
                { "name": "All Items From Every Run", "value": "allRuns", "description": "The items of all its runs" },
                { "name": "Items From the Last Run Only", "value": "lastRunOnly",
                  "description": "The items of its last run" },
            ],
            "displayOptions": { "show": { "@version": [{ "_cnd": { "lt": 1.2 } }] } },
        },
    ])
}
