//! A workflow, ready to run: what its runs share and none of them changes.

use std::collections::HashMap;
use std::sync::Arc;

use heddle_expression::WorkflowInfo;
use heddle_expression::graph::{Connection, ConnectionGraph};
use heddle_node::{Items, Json, Registry};
use heddle_workflow::{Graph, NodeIndex, Problem, Workflow};

use crate::prepared::{PreparedNode, prepare_nodes};
use crate::variables::Variables;

/// A workflow with its nodes prepared.
pub(crate) struct PreparedWorkflow {
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) graph: Arc<Graph>,
    /// The nodes that may run, by their index; `None` for the others.
    pub(crate) nodes: Vec<Option<PreparedNode>>,
    /// The workflow and its connections as expressions see them.
    pub(crate) info: WorkflowInfo,
    pub(crate) connections: ConnectionGraph,
}

impl PreparedWorkflow {
    /// Prepares a workflow for runs that begin at `start`, or gives everything that keeps them from beginning.
    pub(crate) fn new(
        workflow: Arc<Workflow>,
        registry: &Registry,
        variables: &Variables,
        start: NodeIndex,
        pins: &HashMap<NodeIndex, Items>,
    ) -> Result<Self, Vec<Problem>> {
        let graph = Arc::new(Graph::new(&workflow));
        let (nodes, problems) = prepare_nodes(&workflow, &graph, registry, variables, start, pins);
        if !problems.is_empty() {
            return Err(problems);
        }
        let info = WorkflowInfo {
            id: workflow.id.clone(),
            name: workflow.name.clone(),
            active: workflow.get("active").and_then(Json::as_bool).unwrap_or_default(),
            binary_mode_combined: workflow.settings.get("binaryMode").and_then(Json::as_str)
                == Some("combined"),
        };
        let connections = connections(&workflow);
        Ok(Self { workflow, graph, nodes, info, connections })
    }
}

fn connections(workflow: &Workflow) -> ConnectionGraph {
    let connections = workflow.connections.iter().filter_map(|(from, kind, output, target)| {
        Some(Connection {
            from: workflow.node_index(from)?,
            output,
            to: workflow.node_index(&target.node)?,
            input: target.index,
            kind: kind.as_str().to_owned(),
        })
    });
    ConnectionGraph::new(workflow.nodes.len(), connections)
}
