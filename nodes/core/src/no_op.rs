//! No Operation: items pass through.

use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, NodeError, NodeExample, NodeHeader, async_trait, json,
};

use crate::manual_trigger::NoParameters;

/// Passes its items on.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOp;

#[async_trait]
impl BatchNode for NoOp {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.noOp",
        versions: &[1.0],
        display_name: "No Operation, do nothing",
        description: "Passes its items on as they are",
        group: &["organization"],
        icon: Some("node:no-operation"),
        category: Some("Helpers"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.noop/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const PASSES_ON: bool = true;

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        Ok(vec![context.input(0)])
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Items pass through",
                type_version: 1.0,
                parameters: Json::object(),
                items: vec![json!({ "id": 1 }), json!({ "id": 2 })],
                ..NodeExample::default()
            }],
        )
    }
}
