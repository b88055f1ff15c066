//! Which outputs a run holds on to.

use std::sync::Arc;

use heddle_node::node::Tier;
use heddle_workflow::{ConnectionFilter, ExecutionOrder, NodeIndex};

use crate::computing::only_computes;
use crate::prepared::PreparedNode;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run_data::RunData;
use crate::scheduler::Scheduler;

/// Which outputs the result of a run holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KeptOutputs {
    /// Those of every run of every node, as n8n's run data.
    #[default]
    All,
    /// Those of the last run of one node: of the named one, or else of the node that runs last. All others are released
    /// as soon as no node and no expression can read them, which saves memory.
    Last(Option<String>),
}

/// Lets go of outputs that nobody can read any more.
pub(crate) struct Keeping {
    releases: bool,
    named: Option<NodeIndex>,
    readers: Arc<Readers>,
    held: Vec<(NodeIndex, usize)>,
}

/// Which nodes of a workflow read what.
pub(crate) struct Readers {
    /// For each node whether it, or one that runs after it, has an expression that may read other items than its own.
    leads_to_reader: Vec<bool>,
    /// For each node whether it is done with an item for good once it has handled it.
    is_done_with_each_item: Vec<bool>,
    /// For each node whether a run of it may put out nothing, so that the node before it stays the last one.
    may_give_nothing: Vec<bool>,
    /// Whether it is known beforehand which nodes run after which.
    foreseeable: bool,
}

impl Readers {
    fn of(prepared: &PreparedWorkflow, reads_beside: impl Fn(NodeIndex, &PreparedNode) -> bool) -> Self {
        let PreparedWorkflow { workflow, graph, nodes, .. } = prepared;
        let reads_other_items: Vec<bool> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let Some(node) = node else { return false };
                node.compiled.templates().any(|(_, template)| template.reads_other_items())
                    || node.code_reads_nodes
                    || reads_beside(index, node)
            })
            .collect();
        let leads_to_reader: Vec<bool> = (0..nodes.len())
            .map(|node| {
                reads_other_items[node]
                    || graph
                        .descendants(node, ConnectionFilter::Main)
                        .into_iter()
                        .any(|descendant| reads_other_items[descendant])
            })
            .collect();
        // In order v0 a node that waits makes nodes run that nothing leads to.
        let foreseeable = workflow.settings.execution_order == ExecutionOrder::V1
            || !reads_other_items.iter().any(|reads| *reads);
        let may_give_nothing = nodes
            .iter()
            .map(|node| {
                let tier = node.as_ref().map(|node| node.node.tier_for(&node.filled));
                matches!(tier, Some(Tier::Batch(node)) if node.may_give_nothing())
            })
            .collect();
        let is_done_with_each_item = std::iter::zip(nodes, reads_other_items)
            .map(|(node, reads_other_items)| {
                let computes = node.as_ref().is_some_and(|node| match node.node.tier_for(&node.filled) {
                    Tier::Item(tier) => only_computes(tier, &node.filled),
                    Tier::Batch(_) => false,
                });
                !reads_other_items && computes
            })
            .collect();
        Self { leads_to_reader, is_done_with_each_item, may_give_nothing, foreseeable }
    }
}

impl Keeping {
    /// What to hold on to. `reads_beside` says of a node whether something of it beside its parameters has an expression
    /// that may read other items than its own.
    pub(crate) fn new(
        kept: &KeptOutputs,
        prepared: &PreparedWorkflow,
        reads_beside: impl Fn(NodeIndex, &PreparedNode) -> bool,
    ) -> Self {
        let readers = if *kept == KeptOutputs::All {
            // Nothing is released: what stands beside the parameters does not matter, and all runs see the same.
            Arc::clone(prepared.readers.get_or_init(|| Arc::new(Readers::of(prepared, |_, _| false))))
        } else {
            Arc::new(Readers::of(prepared, reads_beside))
        };
        Self {
            releases: *kept != KeptOutputs::All && readers.foreseeable,
            named: match kept {
                KeptOutputs::Last(Some(name)) => prepared.workflow.node_index(name),
                KeptOutputs::Last(None) | KeptOutputs::All => None,
            },
            readers,
            held: Vec::new(),
        }
    }

    /// Whether a node that is about to execute may consume its items one by one, where nobody else holds them.
    pub(crate) fn consumes_items(&self, node: NodeIndex) -> bool {
        self.readers.is_done_with_each_item[node]
    }

    /// Whether a run of a node may put out nothing at all.
    pub(crate) fn may_give_nothing(&self, node: NodeIndex) -> bool {
        self.readers.may_give_nothing[node]
    }

    /// Notes that the last run of a node is in the run data.
    pub(crate) fn note(&mut self, node: NodeIndex, run_data: &RunData) {
        if self.releases
            && let Some(run) = run_data.runs(node).len().checked_sub(1)
        {
            self.held.push((node, run));
        }
    }

    /// Lets go of what nobody can read, as `node` is about to execute.
    pub(crate) fn release(&mut self, node: NodeIndex, scheduler: &Scheduler, run_data: &mut RunData) {
        let may_be_read = || {
            std::iter::once(node)
                .chain(scheduler.pending_nodes())
                .any(|node| self.readers.leads_to_reader[node])
        };
        if self.held.is_empty() || self.readers.may_give_nothing[node] || may_be_read() {
            return;
        }
        let kept = self.named.and_then(|named| Some((named, run_data.runs(named).len().checked_sub(1)?)));
        self.held.retain(|&(node, run)| {
            let keeps = Some((node, run)) == kept;
            if !keeps {
                run_data.release_outputs(node, run);
            }
            keeps
        });
    }
}
