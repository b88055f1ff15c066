//! Start: where workflows of n8n before 1.0 begin.

use heddle_node::{
    BatchContext, BatchNode, Effect, Items, NodeError, NodeExample, NodeHeader, TriggerKind, async_trait,
};

use crate::manual_trigger::NoParameters;

/// Starts a workflow with the items that it is given; a run that is given none has one empty item.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start;

#[async_trait]
impl BatchNode for Start {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.start",
        versions: &[1.0],
        display_name: "Start",
        description: "Starts the workflow, in files of n8n before 1.0",
        starts: Some(TriggerKind::Manual),
        inputs: 0,
        category: Some("Helpers"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        Ok(vec![context.input(0)])
    }

    fn examples() -> Vec<NodeExample> {
        crate::manual_trigger::one_empty_item(&Self::HEADER)
    }
}
