//! The run as expressions see it.

use heddle_expression::graph::{Connection, ConnectionGraph};
use heddle_expression::{NodeInfo, RunView, WorkflowInfo};
use heddle_node::{Item, Json, Source};
use heddle_workflow::{NodeIndex, Workflow};

use crate::prepared::PreparedNode;
use crate::run_data::RunData;

/// What of a workflow expressions can see; made once a run.
pub(crate) struct WorkflowView<'a> {
    pub(crate) workflow: &'a Workflow,
    info: WorkflowInfo,
    graph: ConnectionGraph,
}

/// The workflow together with what has run so far.
pub(crate) struct View<'a> {
    pub(crate) workflow: &'a WorkflowView<'a>,
    pub(crate) nodes: &'a [Option<PreparedNode>],
    pub(crate) run_data: &'a RunData,
    /// Pinned items by node, where pins count.
    pub(crate) pins: &'a std::collections::HashMap<NodeIndex, std::sync::Arc<Vec<Item>>>,
}

impl<'a> WorkflowView<'a> {
    pub(crate) fn new(workflow: &'a Workflow) -> Self {
        let connections = workflow.connections.iter().filter_map(|(from, kind, output, target)| {
            Some(Connection {
                from: workflow.node_index(from)?,
                output,
                to: workflow.node_index(&target.node)?,
                input: target.index,
                kind: kind.as_str().to_owned(),
            })
        });
        let info = WorkflowInfo {
            id: workflow.id.clone(),
            name: workflow.name.clone(),
            active: workflow.get("active").and_then(Json::as_bool).unwrap_or_default(),
            binary_mode_combined: workflow.settings.get("binaryMode").and_then(Json::as_str)
                == Some("combined"),
        };
        Self { graph: ConnectionGraph::new(workflow.nodes.len(), connections), workflow, info }
    }
}

impl RunView for View<'_> {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow.info
    }

    fn node_index(&self, name: &str) -> Option<usize> {
        self.workflow.workflow.node_index(name)
    }

    fn node(&self, node: usize) -> NodeInfo<'_> {
        let settings = &self.workflow.workflow.nodes[node];
        let prepared = self.nodes.get(node).and_then(Option::as_ref);
        NodeInfo {
            name: &settings.name,
            id: settings.id.as_deref().unwrap_or_default(),
            node_type: &settings.node_type,
            type_version: prepared
                .map_or_else(|| settings.type_version.unwrap_or(1.0), |prepared| prepared.type_version),
            webhook_id: settings.webhook_id.as_deref(),
            parameters: prepared.map_or(&settings.parameters, |prepared| &prepared.stored),
        }
    }

    fn graph(&self) -> &ConnectionGraph {
        &self.workflow.graph
    }

    fn run_count(&self, node: usize) -> usize {
        self.run_data.runs(node).len()
    }

    fn output_count(&self, node: usize, run: usize) -> Option<usize> {
        self.run_data.runs(node).get(run)?.outputs.as_ref().map(Vec::len)
    }

    fn output(&self, node: usize, run: usize, output: usize) -> Option<&[Item]> {
        let outputs = self.run_data.runs(node).get(run)?.outputs.as_ref()?;
        outputs.get(output)?.as_ref().map(|items| items.as_slice())
    }

    fn sources(&self, node: usize, run: usize) -> &[Option<Source>] {
        self.run_data.runs(node).get(run).map_or(&[], |run| run.sources.as_slice())
    }

    fn pin_data(&self, node: usize) -> Option<&[Item]> {
        self.pins.get(&node).map(|items| items.as_slice())
    }
}
