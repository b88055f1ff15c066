//! Where a run of a whole workflow starts (`docs/engine.md §4.2`).

use crate::node::Node;
use crate::workflow::Workflow;
use heddle_data::graph::ConnectionType;
use heddle_data::graph::{Graph, NodeIndex};

/// Types that start a run when no other trigger does, the best first.
const STARTING_TYPES: [&str; 5] = [
    "n8n-nodes-base.manualTrigger",
    "n8n-nodes-base.executeWorkflowTrigger",
    "n8n-nodes-base.errorTrigger",
    "n8n-nodes-base.evaluationTrigger",
    "n8n-nodes-base.formTrigger",
];

/// The node with which a run of the whole workflow, or of the part that leads to `destination`, starts; `None` when the
/// workflow has none (n8n: `No node to start the workflow from could be found`). `is_trigger` says whether a node's type
/// starts runs by itself or polls.
pub fn find_start_node(
    workflow: &Workflow,
    graph: &Graph,
    destination: Option<NodeIndex>,
    is_trigger: &dyn Fn(&Node) -> bool,
) -> Option<NodeIndex> {
    let candidates = match destination {
        Some(destination) => {
            let highest = highest_nodes(workflow, graph, destination, None);
            if highest.is_empty() { vec![destination] } else { highest }
        }
        None => (0..workflow.nodes.len()).filter(|index| is_part_of_runs(workflow, *index)).collect(),
    };
    let enabled = |index: &NodeIndex| workflow.nodes.get(*index).filter(|node| !node.disabled);
    if let [only] = candidates.as_slice()
        && enabled(only).is_some()
    {
        return Some(*only);
    }
    let trigger = candidates.iter().find(|index| {
        enabled(index).is_some_and(|node| {
            node.node_type != "@n8n/n8n-nodes-langchain.manualChatTrigger" && is_trigger(node)
        })
    });
    if let Some(trigger) = trigger {
        return Some(*trigger);
    }
    STARTING_TYPES
        .iter()
        .find_map(|starting| {
            workflow.nodes.iter().position(|node| node.node_type == *starting && !node.disabled)
        })
        .or_else(|| destination.and_then(|_| candidates.first().copied()))
}

/// The nodes at the top of everything that feeds a node, or one main input of it; empty when nothing does.
///
/// A node without inputs stands for itself only when its file says `"disabled": false` outright (n8n's own rule), and a
/// disabled node at the top is left out.
pub fn highest_nodes(
    workflow: &Workflow,
    graph: &Graph,
    node: NodeIndex,
    input: Option<usize>,
) -> Vec<NodeIndex> {
    let mut seen = vec![false; graph.len()];
    // A walk with its own stack: a chain of nodes may be longer than the thread's stack is deep.
    let mut stack = vec![Visit::new(workflow, graph, node, input, &mut seen)];
    loop {
        let Some(visit) = stack.last_mut() else { return Vec::new() };
        if let Some(parent) = visit.parents.pop() {
            if seen.get(parent) == Some(&false) {
                stack.push(Visit::new(workflow, graph, parent, None, &mut seen));
            }
            continue;
        }
        let Some(done) = stack.pop() else { return Vec::new() };
        let Some(below) = stack.last_mut() else { return done.highest };
        let mut above = done.highest;
        if above.is_empty() && workflow.nodes.get(done.node).is_some_and(|node| !node.disabled) {
            above.push(done.node);
        }
        for node in above {
            if !below.highest.contains(&node) {
                below.highest.push(node);
            }
        }
    }
}

/// A node on the way up, with those of its parents that are still to be looked at, the next one last.
struct Visit {
    node: NodeIndex,
    parents: Vec<NodeIndex>,
    highest: Vec<NodeIndex>,
}

impl Visit {
    fn new(
        workflow: &Workflow,
        graph: &Graph,
        node: NodeIndex,
        input: Option<usize>,
        seen: &mut [bool],
    ) -> Self {
        let inputs = graph.inputs(node, &ConnectionType::MAIN);
        let wanted = inputs.iter().enumerate().filter(|(index, _)| input.is_none_or(|input| input == *index));
        let parents = wanted.flat_map(|(_, edges)| edges).map(|edge| edge.node);
        let parents = parents.collect::<Vec<_>>().into_iter().rev().collect();
        let says_enabled = workflow.nodes.get(node).is_some_and(|node| {
            !node.disabled && node.get("disabled").and_then(heddle_data::Json::as_bool) == Some(false)
        });
        let highest = if inputs.is_empty() && says_enabled { vec![node] } else { Vec::new() };
        if let Some(seen) = seen.get_mut(node) {
            *seen = true;
        }
        Self { node, parents, highest }
    }
}

fn is_part_of_runs(workflow: &Workflow, index: NodeIndex) -> bool {
    workflow.nodes.get(index).is_some_and(|node| !node.is_sticky_note())
}
