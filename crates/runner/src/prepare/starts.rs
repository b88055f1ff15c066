//! What starts a run at a node.

use heddle_node::Registry;
use heddle_workflow::{TriggerKind, trigger_kind};

/// What starts a run at a node of this type: what its header says, and of a type that is not registered, what its name
/// tells. `None` where nothing does.
pub fn starts(registry: &Registry, node_type: &str) -> Option<TriggerKind> {
    match registry.node(node_type, None) {
        Some(node) => node.header().starts,
        None => trigger_kind(node_type),
    }
}
