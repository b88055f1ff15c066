//! Execution Data: items pass; what is to be noted of the run is not kept yet.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, Weight, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Passes its items on.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExecutionData;

/// The parameters of the first item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecutionDataParameters {
    /// What the node does; there is one operation.
    pub operation: String,
    /// What is to be noted of the run.
    pub data_to_save: Json,
}

#[async_trait]
impl BatchNode for ExecutionData {
    type Parameters = ExecutionDataParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.executionData",
        versions: &[1.0, 1.1],
        display_name: "Execution Data",
        description: "Passes items on; what is to be noted of the run is not kept yet",
        group: &["input"],
        icon: Some("node:execution-data"),
        category: Some("Helpers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.executiondata/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        _: &ExecutionDataParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        Ok(vec![context.input(context.main_input)])
    }

    fn check_stored(_: &StoredParameters<'_>) -> Vec<StoredProblem> {
        vec![StoredProblem::new(
            Weight::Warning,
            "/dataToSave",
            "What the node notes of the run is not kept: the items pass, and nothing else happens",
            "Where the notes matter, write them to a place of your own.",
        )]
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("execution_data.form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Items pass",
                type_version: 1.1,
                parameters: json!({ "dataToSave": { "values": [{ "key": "order", "value": "={{ $json.id }}" }] } }),
                items: vec![json!({ "id": 1 }), json!({ "id": 2 })],
                ..NodeExample::default()
            }],
        )
    }
}
