//! Manual Trigger: where a workflow starts when a person runs it.

use heddle_node::description::{NodeProperty, PropertyType};
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, NodeError, NodeExample, NodeHeader, TriggerKind,
    async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Starts a workflow with the items that it is given; a run that is given none has one empty item.
#[derive(Debug, Clone, Copy, Default)]
pub struct ManualTrigger;

/// A node without parameters.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
pub struct NoParameters {}

#[async_trait]
impl BatchNode for ManualTrigger {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.manualTrigger",
        versions: &[1.0],
        display_name: "When clicking ‘Execute workflow’",
        description: "Starts the workflow when a person runs it",
        starts: Some(TriggerKind::Manual),
        inputs: 0,
        icon: Some("node:manual-trigger"),
        category: Some("Triggers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.manualworkflowtrigger/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        Ok(vec![context.input(0)])
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        Ok(vec![NodeProperty {
            display_name: "The workflow starts here when it is run by hand.".to_owned(),
            name: "notice".to_owned(),
            kind: PropertyType::Notice,
            default: Json::from(""),
            ..NodeProperty::default()
        }])
    }

    fn examples() -> Vec<NodeExample> {
        one_empty_item(&Self::HEADER)
    }
}

/// The example of a node that starts a workflow by hand.
pub(crate) fn one_empty_item(header: &NodeHeader) -> Vec<NodeExample> {
    let example = NodeExample {
        title: "A workflow starts with one empty item",
        type_version: 1.0,
        parameters: Json::object(),
        ..NodeExample::default()
    };
    crate::examples::recorded(header, vec![example])
}
