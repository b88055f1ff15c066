//! Nodes that only compute.

use heddle_node::Effect;
use heddle_node::node::ErasedItemNode;

/// Whether the items of a node are handled one after another, since handling one neither waits nor does anything to the
/// world.
pub(crate) fn only_computes(node: &dyn ErasedItemNode) -> bool {
    !node.waits() && node.stated_effect() == Some(Effect::Pure)
}
