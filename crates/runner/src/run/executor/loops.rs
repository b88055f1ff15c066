//! Loops whose items are left out, or unknown: what they have not given yet is not lost.

use std::sync::PoisonError;

use heddle_node::Json;
use heddle_workflow::{ConnectionFilter, NodeIndex};

use super::Execution;
use crate::events::Verdict;
use crate::node_runner::NodeRunEnd;

impl Execution<'_> {
    /// The node that gives a loop its batches, where nothing comes out of a node in it since items were left out, or are
    /// unknown: else the loop would end, and what it has not given yet would be lost.
    pub(super) fn loop_that_goes_on(&self, node: NodeIndex, end: &NodeRunEnd) -> Option<NodeIndex> {
        let is_empty =
            end.outputs.as_ref().is_some_and(|outputs| outputs.iter().all(|items| items.is_empty()));
        let told = end.metadata.as_ref().filter(|_| is_empty)?.get("items")?.as_array()?;
        let is_left_out = |told: &Json| {
            let verdict = told.get("outcome").and_then(Json::as_str).and_then(Verdict::named);
            matches!(verdict, Some(Verdict::Skipped | Verdict::Unknown))
        };
        if !told.iter().any(is_left_out) {
            return None;
        }
        let graph = &self.scene.prepared.graph;
        let leads_to =
            |from: NodeIndex, to: NodeIndex| graph.descendants(from, ConnectionFilter::Main).contains(&to);
        let keeps = |head: &NodeIndex| {
            let state = self.scene.states.of(*head);
            state.lock().unwrap_or_else(PoisonError::into_inner).kept.is_some()
        };
        let last_run = |head: &NodeIndex| self.run_data.runs(*head).last().map(|run| run.execution_index);
        let heads = graph.descendants(node, ConnectionFilter::Main).into_iter();
        heads.filter(|head| leads_to(*head, node) && keeps(head)).max_by_key(last_run)
    }
}
