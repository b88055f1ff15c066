//! No Operation: items pass through.

use heddle_node::{BatchContext, BatchNode, Item, NodeError, NodeHeader, async_trait};

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
        subtitle: None,
        inputs: 1,
        outputs: &[""],
        credentials: &[],
    };

    async fn execute(
        &self,
        _: &NoParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Vec<Item>>, NodeError> {
        Ok(vec![context.items(0).to_vec()])
    }
}
