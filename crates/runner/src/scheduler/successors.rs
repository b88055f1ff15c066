//! Where the output of a node goes (`docs/engine.md §8, §9.1`).

use heddle_node::Source;
use heddle_workflow::{ConnectionType, Edge, ExecutionOrder, NodeIndex};

use super::{Entry, Items, Scheduler, State, has_items};

/// A connection of the node that just ran, with what leaves through it.
pub(super) struct Delivery<'a> {
    pub(super) from: NodeIndex,
    pub(super) run_index: usize,
    pub(super) output: usize,
    pub(super) to: &'a Edge,
    pub(super) items: Items,
}

impl Scheduler {
    /// Puts the successors of a node on the stack, or into the waiting slots of those with several inputs.
    pub(super) fn add_successors(&mut self, node: NodeIndex, run_index: usize, outputs: &[Option<Items>]) {
        let plan = self.plan.clone();
        let legacy = plan.order() == ExecutionOrder::V0;
        let mut deliveries = Vec::new();
        for (output, edges) in plan.graph().outputs(node, &ConnectionType::MAIN).iter().enumerate() {
            let Some(branch) = outputs.get(output) else { continue };
            let Some(items) = branch else { continue };
            for to in edges {
                if has_items(branch) || (legacy && to.index > 0) {
                    deliveries.push(Delivery { from: node, run_index, output, to, items: items.clone() });
                }
            }
        }
        if !legacy {
            // Each goes to the front of the stack, so the one that runs first comes last: the top-most, then the left-most.
            let position =
                |delivery: &Delivery<'_>| plan.node(delivery.to.node).map_or([0.0; 2], |n| n.position);
            deliveries.sort_by(|a, b| {
                let ([ax, ay], [bx, by]) = (position(a), position(b));
                by.total_cmp(&ay).then(bx.total_cmp(&ax))
            });
        }
        for delivery in deliveries {
            self.deliver(delivery);
        }
    }

    /// Runs a node next, on nothing that comes from `from`: a loop that gets nothing back of a batch, since all of it was left
    /// out, goes on with the next one. (n8n leaves nothing out.)
    pub fn run_on_nothing(&mut self, node: NodeIndex, from: NodeIndex) {
        if self.state != State::Running {
            return;
        }
        let source = Source {
            previous_node: self.plan.node(from).map(|node| node.name.clone()).unwrap_or_default(),
            previous_node_output: 0,
            previous_node_run: self.run_count(from).saturating_sub(1),
        };
        self.stack.push_front(Entry {
            node,
            inputs: vec![Some(Items::default())],
            sources: vec![Some(source)],
            resumed: None,
            runs_on_nothing: true,
        });
    }

    fn deliver(&mut self, delivery: Delivery<'_>) {
        let plan = self.plan.clone();
        let to = delivery.to.node;
        let inputs = plan.connected_inputs(to);
        let source = Source {
            previous_node: plan.node(delivery.from).map(|node| node.name.clone()).unwrap_or_default(),
            previous_node_output: delivery.output,
            previous_node_run: delivery.run_index,
        };
        if inputs <= 1 {
            self.enqueue(Entry {
                node: to,
                inputs: vec![Some(delivery.items)],
                sources: vec![Some(source)],
                resumed: None,
                runs_on_nothing: false,
            });
            return;
        }
        let was_waiting = self.waiting.contains(to);
        match self.waiting.add(to, inputs, delivery.to.index, delivery.items.clone(), source) {
            Some(slot) => {
                self.enqueue(Entry {
                    node: to,
                    inputs: slot.inputs,
                    sources: slot.sources,
                    resumed: None,
                    runs_on_nothing: false,
                });
            }
            None if plan.order() == ExecutionOrder::V0 && !was_waiting => {
                self.force_missing_inputs(&delivery)
            }
            None => {}
        }
    }

    /// In order v1 a new entry is the next to run, in v0 the last.
    pub(super) fn enqueue(&mut self, entry: Entry) {
        match self.plan.order() {
            ExecutionOrder::V1 => self.stack.push_front(entry),
            ExecutionOrder::V0 => self.stack.push_back(entry),
        }
    }
}
