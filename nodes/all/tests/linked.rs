//! A program that names the facade has its nodes.

use heddle_node::Registry;
use heddle_nodes as _;

#[test]
fn naming_the_facade_links_every_node_crate() {
    let registry = Registry::linked().expect("a registry");
    let node = registry.node("n8n-nodes-wts.wtsChat", Some(1.0)).expect("the WTS Chat node");
    assert_eq!(node.header().display_name, "WTS Chat");
    for type_name in ["manualTrigger", "set", "if", "noOp"] {
        assert!(
            registry.node(&format!("n8n-nodes-base.{type_name}"), None).is_some(),
            "{type_name} is missing"
        );
    }
    assert!(registry.credential("wtsApi").is_some_and(|credential| credential.sandbox.is_some()));
}
