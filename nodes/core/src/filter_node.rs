//! Filter: items that meet conditions stay.

use heddle_node::{
    Effect, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, async_trait, json,
};

use crate::comparison;
use crate::if_node::IfParameters;

/// Lets an item pass when its conditions hold. The others leave through an output that n8n's editor does not show.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter;

#[async_trait]
impl ItemNode for Filter {
    /// Conditions, as those of If.
    type Parameters = IfParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.filter",
        versions: &[2.0, 2.1, 2.2, 2.3],
        display_name: "Filter",
        description: "Lets the items pass that meet conditions",
        icon: Some("node:filter"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.filter/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    /// An item that cannot be compared does not pass.
    const FAILURE_OUTPUT: usize = 1;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &IfParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let holds = parameters.conditions.matches(context)?;
        Ok(ItemOutput::to(usize::from(!holds), context.item.clone()))
    }

    fn explain(&self, error: NodeError, stored: &Json, type_version: f64) -> NodeError {
        let place = if type_version < 2.1 { stored.get("options") } else { Some(stored) };
        comparison::explain(error, place)
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Orders that are paid",
                type_version: 2.2,
                parameters: json!({
                    "conditions": {
                        "combinator": "and",
                        "conditions": [{
                            "id": "paid", "leftValue": "={{ $json.paid }}", "rightValue": "",
                            "operator": { "type": "boolean", "operation": "true", "singleValue": true },
                        }],
                        "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
                    },
                    "options": {},
                }),
                items: vec![json!({ "order": 1, "paid": true }), json!({ "order": 2, "paid": false })],
                bad_item: Some(json!({ "order": 3, "paid": "perhaps" })),
                ..NodeExample::default()
            }],
        )
    }
}
