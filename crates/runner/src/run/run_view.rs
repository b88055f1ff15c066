//! The run as expressions see it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use heddle_expression::{Clock, NodeInfo, Routes, RunView, WorkflowInfo};
use heddle_node::{Item, Items, Json, NodeState, Source};
use heddle_workflow::NodeIndex;

use crate::mode::ExecutionMode;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run_data::RunData;
use crate::variables::Variables;

/// What the expressions of a run can see that stays the same from its beginning to its end. (It is shared, since an
/// evaluation may outlive the run.)
pub(crate) struct RunScene {
    pub(crate) prepared: Arc<PreparedWorkflow>,
    /// Pinned items by node, where pins count.
    pub(crate) pins: HashMap<NodeIndex, Items>,
    pub(crate) mode: ExecutionMode,
    pub(crate) clock: Clock,
    /// What the clock shows all the time; the present when absent.
    pub(crate) stands_at: Option<i64>,
    pub(crate) variables: Variables,
    pub(crate) execution_id: String,
    /// What nodes keep between their runs.
    pub(crate) states: NodeStates,
}

/// What the nodes of one execution keep between their runs.
#[derive(Default)]
pub(crate) struct NodeStates(Mutex<HashMap<NodeIndex, Arc<Mutex<NodeState>>>>);

impl NodeStates {
    /// The state of a node; empty at first.
    pub(crate) fn of(&self, node: NodeIndex) -> Arc<Mutex<NodeState>> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(node).or_default())
    }
}

/// The same together with what has run so far.
pub(crate) struct View<'a> {
    pub(crate) run: &'a RunScene,
    pub(crate) run_data: &'a RunData,
}

impl RunView for View<'_> {
    fn workflow(&self) -> &WorkflowInfo {
        &self.run.prepared.info
    }

    fn node_index(&self, name: &str) -> Option<usize> {
        self.run.prepared.workflow.node_index(name)
    }

    fn node(&self, node: usize) -> NodeInfo<'_> {
        let settings = &self.run.prepared.workflow.nodes[node];
        let prepared = self.run.prepared.nodes.get(node).and_then(Option::as_ref);
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

    fn routes(&self) -> &Routes {
        &self.run.prepared.routes
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

    fn context_data(&self, node: usize) -> Option<Json> {
        let states = self.run.states.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.get(&node)?.lock().unwrap_or_else(PoisonError::into_inner);
        (!state.context.is_null()).then(|| state.context.clone())
    }

    fn pin_data(&self, node: usize) -> Option<&[Item]> {
        self.run.pins.get(&node).map(|items| items.as_slice())
    }
}
