//! A program with a node of its own that names no crate of Heddle's nodes.

use heddle_node::{
    ItemContext, ItemNode, ItemOutput, NodeError, NodeHeader, Registry, RegistryError, async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize, JsonSchema)]
struct Parameters {}

#[derive(Default)]
struct Local;

#[async_trait]
impl ItemNode for Local {
    type Parameters = Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "example.local",
        versions: &[1.0],
        display_name: "Local",
        description: "Passes its items on.",
        ..NodeHeader::DEFAULT
    };

    async fn execute_item(&self, _: &Parameters, context: &ItemContext<'_>) -> Result<ItemOutput, NodeError> {
        Ok(context.item.json.clone().into())
    }
}

heddle_node::register_item_node!(Local);

#[test]
fn it_is_told_that_the_nodes_of_heddle_are_missing() {
    let error = Registry::linked().err().expect("none of Heddle's nodes is linked");
    assert_eq!(error, RegistryError::OnlyOthers { crates: vec!["heddle-node"] });
    let text = error.to_string();
    assert!(text.contains("heddle-node ") && text.contains("use heddle_nodes as _;"), "{text}");
    let registry = Registry::linked_as_is().expect("it has a node");
    assert!(registry.node("example.local", None).is_some());
}
