//! What a run needs to know of its workflow beside the items.

use std::sync::Arc;

use heddle_node::description::RequiredInputs;
use heddle_workflow::{
    ConnectionFilter, ConnectionType, ExecutionOrder, Graph, Node, NodeIndex, OnError, Workflow,
    highest_nodes,
};

/// What the scheduler must know of a node's type and parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// Number of declared main inputs; a node that runs with inputs missing gets so many, the missing ones empty.
    pub inputs: usize,
    /// Number of declared main outputs, without an error output.
    pub outputs: usize,
    /// Which inputs must have data; an expression is evaluated before, and asks for nothing here.
    pub required_inputs: RequiredInputs,
    /// Whether the node runs even when no input has items: triggers, polls and webhooks do.
    pub runs_without_items: bool,
}

/// A node as the scheduler sees it.
#[derive(Debug, Clone)]
pub(super) struct PlanNode {
    pub(super) name: String,
    pub(super) position: [f64; 2],
    pub(super) disabled: bool,
    pub(super) always_output_data: bool,
    pub(super) execute_once: bool,
    pub(super) continues_after_failure: bool,
    /// The node has an error output behind the declared ones.
    pub(super) has_error_output: bool,
    pub(super) facts: NodeFacts,
    /// For each connected main input whether an enabled node feeds it; only order v0 asks.
    pub(super) fed_inputs: Vec<bool>,
}

/// The graph of a workflow with the facts about its nodes; one plan serves any number of runs.
#[derive(Debug, Clone)]
pub struct Plan {
    graph: Arc<Graph>,
    order: ExecutionOrder,
    nodes: Vec<PlanNode>,
}

impl Plan {
    /// The plan of a workflow; `facts` tells what the scheduler must know of each node.
    pub fn new(
        workflow: &Workflow,
        graph: Arc<Graph>,
        mut facts: impl FnMut(NodeIndex, &Node) -> NodeFacts,
    ) -> Self {
        let order = workflow.settings.execution_order;
        let nodes = workflow.nodes.iter().enumerate().map(|(index, node)| PlanNode {
            name: node.name.to_string(),
            position: node.position,
            disabled: node.disabled,
            always_output_data: node.always_output_data,
            execute_once: node.execute_once,
            continues_after_failure: node.continues_after_failure(),
            has_error_output: node.on_error() == OnError::ContinueErrorOutput,
            facts: facts(index, node),
            fed_inputs: match order {
                ExecutionOrder::V0 => fed_inputs(workflow, &graph, index),
                ExecutionOrder::V1 => Vec::new(),
            },
        });
        let nodes = nodes.collect();
        Self { graph, order, nodes }
    }

    /// The graph.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// The order of branches.
    pub fn order(&self) -> ExecutionOrder {
        self.order
    }

    /// How many nodes the workflow has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the workflow has no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many main outputs a node has, without an error output.
    pub fn outputs(&self, node: NodeIndex) -> usize {
        self.node(node).map_or(0, |node| node.facts.outputs)
    }

    pub(super) fn node(&self, node: NodeIndex) -> Option<&PlanNode> {
        self.nodes.get(node)
    }

    /// Connected main inputs of a node, counted up to the highest connected one (`docs/engine.md §1.3`).
    pub(super) fn connected_inputs(&self, node: NodeIndex) -> usize {
        self.graph.inputs(node, &ConnectionType::MAIN).len()
    }

    pub(super) fn main_ancestors(&self, node: NodeIndex) -> Vec<NodeIndex> {
        self.graph.ancestors(node, ConnectionFilter::Main)
    }
}

fn fed_inputs(workflow: &Workflow, graph: &Graph, node: NodeIndex) -> Vec<bool> {
    let inputs = graph.inputs(node, &ConnectionType::MAIN).len();
    (0..inputs).map(|input| !highest_nodes(workflow, graph, node, Some(input)).is_empty()).collect()
}
