//! Nodes that only compute.

use heddle_node::node::ErasedItemNode;
use heddle_node::{Effect, Json};

/// Whether the items of a node are handled one after another, since handling one neither waits nor does anything to the
/// world.
pub(crate) fn only_computes(node: &dyn ErasedItemNode, parameters: &Json) -> bool {
    !node.waits() && node.stated_effect(parameters) == Some(Effect::Pure)
}
