//! Nodes with several inputs: collecting what arrives, and running with what there is when nothing more comes
//! (`docs/engine.md §9`).

use std::collections::VecDeque;
use std::sync::Arc;

use heddle_node::Source;
use heddle_workflow::{ExecutionOrder, NodeIndex};

use super::RequiredInputs;
use super::{Branches, Entry, Items, Scheduler, has_items};

/// One future run of a node that lacks some inputs.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) inputs: Branches,
    pub(super) sources: Vec<Option<Source>>,
}

/// Everything that waits: nodes in the order in which they began to wait, their slots in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct WaitingNodes {
    nodes: Vec<(NodeIndex, VecDeque<Slot>)>,
}

impl WaitingNodes {
    pub(super) fn contains(&self, node: NodeIndex) -> bool {
        self.nodes.iter().any(|(waiting, _)| *waiting == node)
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeIndex, usize)> {
        self.nodes.iter().map(|(node, slots)| (*node, slots.len()))
    }

    /// Adds items to the first slot that lacks this input, or to a new one. Gives the slot when it is complete.
    pub(super) fn add(
        &mut self,
        node: NodeIndex,
        input_count: usize,
        input: usize,
        items: Items,
        source: Source,
    ) -> Option<Slot> {
        let at = self.nodes.iter().position(|(waiting, _)| *waiting == node).unwrap_or_else(|| {
            self.nodes.push((node, VecDeque::new()));
            self.nodes.len() - 1
        });
        let (_, slots) = self.nodes.get_mut(at)?;
        let lacks_input = |slot: &Slot| slot.inputs.get(input).is_some_and(Option::is_none);
        let slot_at = slots.iter().position(lacks_input).unwrap_or_else(|| {
            slots.push_back(Slot { inputs: vec![None; input_count], sources: vec![None; input_count] });
            slots.len() - 1
        });
        let slot = slots.get_mut(slot_at)?;
        *slot.inputs.get_mut(input)? = Some(items);
        *slot.sources.get_mut(input)? = Some(source);
        if slot.inputs.iter().any(Option::is_none) {
            return None;
        }
        let slot = slots.remove(slot_at);
        if slots.is_empty() {
            self.nodes.remove(at);
        }
        slot
    }

    /// Removes the oldest slot of the node at a place in the order of waiting.
    fn take_oldest(&mut self, at: usize) -> Option<Slot> {
        let (_, slots) = self.nodes.get_mut(at)?;
        let slot = slots.pop_front();
        if slots.is_empty() {
            self.nodes.remove(at);
        }
        slot
    }
}

impl Scheduler {
    /// Puts one node that waits on the stack with what it has; `false` when none may run (`docs/engine.md §9.3`).
    pub(super) fn drain_waiting(&mut self) -> bool {
        let plan = self.plan.clone();
        let mut at = 0;
        while let Some((node, slots)) = self.waiting.nodes.get(at) {
            let node = *node;
            let declared = plan.node(node).map_or(0, |node| node.facts.inputs);
            let may_run = slots.front().is_some_and(|slot| self.has_required_inputs(node, slot))
                && !plan.main_ancestors(node).iter().any(|ancestor| self.waiting.contains(*ancestor));
            if !may_run {
                at += 1;
                continue;
            }
            let Some(slot) = self.waiting.take_oldest(at) else { return false };
            if slot.inputs.iter().any(has_items) {
                let mut inputs =
                    slot.inputs.into_iter().map(|items| Some(items.unwrap_or_default())).collect::<Vec<_>>();
                if inputs.len() < declared {
                    inputs.resize_with(declared, || Some(Arc::default()));
                }
                self.stack.push_back(Entry {
                    node,
                    inputs,
                    sources: slot.sources,
                    resumed: None,
                    runs_on_nothing: false,
                });
                return true;
            }
            at = 0;
        }
        false
    }

    fn has_required_inputs(&self, node: NodeIndex, slot: &Slot) -> bool {
        let Some(node) = self.plan.node(node) else { return false };
        if self.plan.order() == ExecutionOrder::V0 {
            return true;
        }
        let arrived = |input: usize| slot.inputs.get(input).is_some_and(Option::is_some);
        match &node.facts.required_inputs {
            RequiredInputs::Any | RequiredInputs::Expression(_) => true,
            // All of them means never with one missing.
            RequiredInputs::AtLeast(count) if *count == node.facts.inputs => false,
            RequiredInputs::AtLeast(count) => {
                (0..slot.inputs.len()).filter(|input| arrived(*input)).count() >= *count
            }
            RequiredInputs::These(inputs) if inputs.len() == node.facts.inputs => false,
            RequiredInputs::These(inputs) => inputs.iter().all(|input| arrived(*input)),
        }
    }
}
