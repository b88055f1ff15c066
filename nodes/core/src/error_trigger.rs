//! Error Trigger: where an error workflow starts (`docs/engine.md §16.2`).

use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, NodeError, NodeExample, NodeHeader, TriggerKind,
    async_trait, json,
};

use crate::manual_trigger::NoParameters;

/// Starts a workflow with one item that describes the failure of another.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorTrigger;

#[async_trait]
impl BatchNode for ErrorTrigger {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.errorTrigger",
        versions: &[1.0],
        display_name: "Error Trigger",
        description: "Starts the workflow when another one has failed",
        starts: Some(TriggerKind::Failure),
        inputs: 0,
        icon: Some("node:error-trigger"),
        category: Some("Triggers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.errortrigger/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        Ok(vec![context.input(0)])
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        Ok(vec![NodeProperty {
            display_name: "The workflow starts here when a workflow fails whose settings name this one."
                .to_owned(),
            name: "notice".to_owned(),
            kind: PropertyType::Notice,
            default: Json::from(""),
            ..NodeProperty::default()
        }])
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "A failure arrives as one item",
                type_version: 1.0,
                parameters: Json::object(),
                items: vec![json!({
                    "execution": {
                        "id": "231", "error": { "message": "The service refused the call" },
                        "lastNodeExecuted": "Send", "mode": "trigger",
                    },
                    "workflow": { "id": "1", "name": "Welcome" },
                })],
                ..NodeExample::default()
            }],
        )
    }
}
