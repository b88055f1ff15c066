//! Where a run starts, how far it goes, and which nodes are pinned.

use std::collections::HashMap;

use heddle_workflow::{ConnectionFilter, NodeIndex};

use super::plan::Plan;
use super::{Branches, Items};

/// What a run starts with.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The node that runs first.
    pub node: NodeIndex,
    /// Items by main input; without any input the node gets one empty item.
    pub inputs: Branches,
    /// The node up to which the workflow runs; `None` runs everything.
    pub destination: Option<Destination>,
    /// Pinned items: these nodes do not run, unless they are disabled.
    pub pins: HashMap<NodeIndex, Items>,
}

/// The node up to which a workflow runs (`docs/engine.md §4.3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// The node.
    pub node: NodeIndex,
    /// Whether it runs itself.
    pub mode: DestinationMode,
}

/// Whether a destination runs itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DestinationMode {
    /// It runs as the last one.
    #[default]
    Inclusive,
    /// Everything that leads to it runs.
    Exclusive,
}

/// For each node whether a run to a destination includes it: what leads there over main connections, the sub-nodes of all
/// these, and the destination itself unless it is excluded.
pub fn run_filter(plan: &Plan, destination: Destination) -> Vec<bool> {
    let graph = plan.graph();
    let mut filter = vec![false; plan.len()];
    let mut include = |node: NodeIndex| {
        if let Some(included) = filter.get_mut(node) {
            *included = true;
        }
    };
    let parents = graph.ancestors(destination.node, ConnectionFilter::Main);
    for node in parents.iter().chain([&destination.node]) {
        for sub_node in graph.ancestors(*node, ConnectionFilter::NonMain) {
            include(sub_node);
        }
    }
    for parent in parents {
        include(parent);
    }
    if let Some(included) = filter.get_mut(destination.node) {
        *included = destination.mode == DestinationMode::Inclusive;
    }
    filter
}
