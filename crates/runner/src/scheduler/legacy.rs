//! What order v0 does besides (`docs/engine.md §5.1, §23`).

use std::collections::HashSet;
use std::sync::Arc;

use heddle_node::{Item, Json, Source};
use heddle_workflow::{ConnectionFilter, ConnectionType, Edge, ExecutionOrder, NodeIndex};

use super::successors::Delivery;
use super::{Entry, Scheduler, has_items};

impl Scheduler {
    /// Whether an entry must wait for data of a connected input; it never does in order v1.
    pub(super) fn lacks_input(&self, entry: &Entry) -> bool {
        if self.plan.order() != ExecutionOrder::V0 {
            return false;
        }
        let Some(node) = self.plan.node(entry.node) else { return false };
        for (input, fed) in node.fed_inputs.iter().enumerate() {
            if !fed {
                return false;
            }
            // An entry that ends right before an input counts as having it; so it is in n8n.
            if entry.inputs.len() < input || entry.inputs.get(input).is_some_and(Option::is_none) {
                return true;
            }
        }
        false
    }

    /// The input that a node goes through: the first, or, when nothing came there, the first with items that came from the
    /// node itself or one below it.
    pub(super) fn legacy_main_input(&self, entry: &Entry) -> Option<usize> {
        let first_has_source = entry.sources.first().is_some_and(Option::is_some);
        if entry.sources.is_empty() || first_has_source || entry.inputs.first().is_some_and(has_items) {
            return Some(0);
        }
        let below = self.plan.graph().descendants(entry.node, ConnectionFilter::Main);
        (0..entry.inputs.len()).find(|input| {
            let from = entry.sources.get(*input).and_then(Option::as_ref);
            let from = from.and_then(|source| self.plan.graph().node(&source.previous_node));
            entry.inputs.get(*input).is_some_and(has_items)
                && from.is_some_and(|from| from == entry.node || below.contains(&from))
        })
    }

    /// When a node begins to wait, whatever feeds its other inputs and would not run by itself is made to run: the
    /// top-most node above that did not run yet gets one empty item.
    pub(super) fn force_missing_inputs(&mut self, delivery: &Delivery<'_>) {
        let plan = self.plan.clone();
        let graph = plan.graph();
        let siblings: HashSet<NodeIndex> = graph
            .outputs(delivery.from, &ConnectionType::MAIN)
            .iter()
            .flatten()
            .map(|edge| edge.node)
            .collect();
        for feeder in graph.inputs(delivery.to.node, &ConnectionType::MAIN).iter().flatten() {
            let feeder = feeder.node;
            if feeder == delivery.from {
                continue;
            }
            let runs_anyway = siblings.contains(&feeder) && !self.got_nothing(feeder, delivery.run_index);
            if runs_anyway || self.is_queued(feeder) || self.run_count(feeder) > 0 {
                continue;
            }
            let Some(node) = self.find_node_to_force(feeder, &siblings) else { continue };
            if delivery.items.is_empty() && parents_top_first(graph, node).contains(&delivery.from) {
                continue;
            }
            let has_inputs = !graph.inputs(node, &ConnectionType::MAIN).is_empty();
            if has_inputs && !self.got_nothing(node, delivery.run_index) {
                // It gets its items from the node before it.
                continue;
            }
            let source = Source {
                previous_node: plan.node(delivery.from).map(|node| node.name.clone()).unwrap_or_default(),
                previous_node_output: delivery.output,
                previous_node_run: delivery.run_index,
            };
            self.enqueue(Entry {
                node,
                inputs: vec![Some(Arc::new(vec![Item::new(Json::object())]))],
                sources: vec![Some(source)],
                resumed: None,
                runs_on_nothing: false,
            });
        }
    }

    /// The top-most node above `feeder`, or itself, that has to be made to run; `None` when it runs anyway.
    fn find_node_to_force(&self, feeder: NodeIndex, siblings: &HashSet<NodeIndex>) -> Option<NodeIndex> {
        let mut chosen = feeder;
        let above = parents_top_first(self.plan.graph(), feeder);
        for node in std::iter::once(feeder).chain(above.into_iter().rev()) {
            if (node != feeder && siblings.contains(&node)) || self.is_queued(node) {
                return None;
            }
            if self.run_count(node) > 0 {
                break;
            }
            chosen = node;
        }
        Some(chosen)
    }

    fn is_queued(&self, node: NodeIndex) -> bool {
        self.stack.iter().any(|entry| entry.node == node)
    }

    /// Whether in that run nothing came out of the outputs that feed a node's first input.
    fn got_nothing(&self, node: NodeIndex, run_index: usize) -> bool {
        let feeders = self.plan.graph().inputs(node, &ConnectionType::MAIN).first();
        feeders
            .into_iter()
            .flatten()
            .all(|edge| self.items_out(edge, run_index).is_none_or(|count| count == 0))
    }

    fn items_out(&self, edge: &Edge, run_index: usize) -> Option<usize> {
        self.runs.get(edge.node)?.get(run_index)?.as_ref()?.get(edge.index).copied()
    }
}

/// All nodes above a node over main connections, the farthest first; of several ways to a node the last one looked at
/// decides its place.
fn parents_top_first(graph: &heddle_workflow::Graph, node: NodeIndex) -> Vec<NodeIndex> {
    struct Visit {
        node: NodeIndex,
        parents: std::vec::IntoIter<NodeIndex>,
        found: Vec<NodeIndex>,
    }
    let parents_of = |node| {
        let inputs = graph.inputs(node, &ConnectionType::MAIN);
        inputs.iter().flatten().map(|edge| edge.node).collect::<Vec<_>>().into_iter()
    };
    let to_front = |found: &mut Vec<NodeIndex>, nodes: &[NodeIndex]| {
        found.retain(|known| !nodes.contains(known));
        found.splice(0..0, nodes.iter().copied());
    };
    let mut done: std::collections::HashMap<NodeIndex, Vec<NodeIndex>> = std::collections::HashMap::new();
    let mut on_the_way = HashSet::from([node]);
    let mut stack = vec![Visit { node, parents: parents_of(node), found: Vec::new() }];
    loop {
        let Some(visit) = stack.last_mut() else { return Vec::new() };
        if let Some(parent) = visit.parents.next() {
            if on_the_way.contains(&parent) {
                continue;
            }
            to_front(&mut visit.found, &[parent]);
            if let Some(above) = done.get(&parent) {
                to_front(&mut visit.found, above);
            } else {
                on_the_way.insert(parent);
                stack.push(Visit { node: parent, parents: parents_of(parent), found: Vec::new() });
            }
            continue;
        }
        let Some(visit) = stack.pop() else { return Vec::new() };
        let Some(below) = stack.last_mut() else { return visit.found };
        on_the_way.remove(&visit.node);
        to_front(&mut below.found, &visit.found);
        done.insert(visit.node, visit.found);
    }
}
