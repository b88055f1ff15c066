//! Which items of which node runs are to run, where a run does only a part: what an earlier one left undone.

use std::collections::{BTreeSet, HashMap, HashSet};

use heddle_node::NodeError;
use heddle_node::node::Tier;
use heddle_workflow::ConnectionFilter;

use crate::prepared::PreparedNode;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run_error::RunError;
use crate::site::{NodeSite, Origin};
use crate::suggest::suggest;

/// A run of a node by names and numbers: the same in another execution of the same workflow with the same items.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeRunKey {
    /// The calls that lead to its workflow, outermost first.
    pub callers: Vec<CallerKey>,
    /// Name of the node.
    pub node: String,
    /// Its run index.
    pub run: usize,
}

/// A call of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallerKey {
    /// Name of the node that calls.
    pub node: String,
    /// Its run index.
    pub run: usize,
    /// The item that it calls for; `None` for all at once.
    pub item: Option<usize>,
}

/// The items of one node run that are to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectedItems {
    /// Their indexes, from 0.
    pub items: BTreeSet<usize>,
    /// How many items the node run must have, where that is known: with others, the numbers would mean other items.
    pub of: Option<usize>,
    /// What tells the items of the node run from others, where it is known ([`PastItems`](crate::log::PastItems)).
    pub digest: Option<String>,
}

/// The items that are to run at some nodes. The others of these nodes end as skipped and put nothing out; all other nodes
/// run as always.
#[derive(Debug, Clone, Default)]
pub struct ItemSelection {
    runs: HashMap<NodeRunKey, SelectedItems>,
    /// Nodes of the outermost workflow that run nothing but what is selected.
    closed: HashSet<String>,
}

impl NodeRunKey {
    /// The key of a node run; `None` within an error workflow, which is another one each time.
    pub fn of(at: &NodeSite) -> Option<Self> {
        let callers = at.of.origins().into_iter().map(|origin| match origin {
            Origin::Call { by, item } => {
                Some(CallerKey { node: by.node.to_string(), run: by.run, item: *item })
            }
            Origin::FailureOf(_) => None,
        });
        Some(Self { callers: callers.collect::<Option<_>>()?, node: at.node.to_string(), run: at.run })
    }

    /// The node of the outermost workflow that it is a run of, or that leads to it.
    pub fn outermost_node(&self) -> &str {
        self.callers.first().map_or(&self.node, |caller| &caller.node)
    }
}

impl SelectedItems {
    /// Checks that they are items of a node run that has `count`.
    pub(crate) fn check(&self, count: usize) -> Result<(), NodeError> {
        let refuse = |message: String| {
            Err(NodeError::operation(message)
                .with_description("Nothing was sent here: the numbers would mean other items."))
        };
        match (self.of, self.items.last()) {
            (Some(of), _) if of != count => {
                refuse(format!("The selected items are those of {of} items, and the node gets {count}"))
            }
            (_, Some(last)) if *last >= count => {
                refuse(format!("Item {last} is selected, and the node gets {count} items, from 0 on"))
            }
            _ => Ok(()),
        }
    }
}

impl ItemSelection {
    /// Of a node run, only these items run.
    pub fn select(&mut self, run: NodeRunKey, items: SelectedItems) {
        self.runs.insert(run, items);
    }

    /// Node runs of the node `name` of the outermost workflow that are not selected run nothing.
    pub fn close(&mut self, name: impl Into<String>) {
        self.closed.insert(name.into());
    }

    /// The node runs of which something, or nothing, is selected, with what is.
    pub fn runs(&self) -> impl Iterator<Item = (&NodeRunKey, &SelectedItems)> {
        self.runs.iter()
    }

    /// The nodes of the outermost workflow of which nothing runs but what is selected.
    pub fn closed(&self) -> impl Iterator<Item = &str> {
        self.closed.iter().map(String::as_str)
    }

    /// Checks the nodes of which nothing runs but what is selected: each must go item by item, and no other sending node
    /// may run that does not get its items from one of them, or it would send again.
    pub(crate) fn check(&self, prepared: &PreparedWorkflow) -> Result<(), RunError> {
        let workflow = &prepared.workflow;
        let refuse =
            |message: String, help: &str| Err(RunError::Selection { message, help: help.to_owned() });
        let mut named = Vec::new();
        for name in &self.closed {
            let Some(index) = workflow.node_index(name) else {
                let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
                return Err(RunError::NoSuchNode {
                    name: name.clone(),
                    help: suggest("Its nodes", &names, name),
                });
            };
            match &prepared.nodes[index] {
                None => {
                    let message =
                        format!("items of the node \"{name}\" are selected, which does not run here");
                    return refuse(
                        message,
                        "It is disabled or pinned, or nothing leads to it from the start.",
                    );
                }
                Some(node) if matches!(node.node.tier_for(&node.filled), Tier::Batch(_)) => {
                    let message = format!(
                        "the node \"{name}\" takes its items all at once, so it cannot run a part of them"
                    );
                    return refuse(message, "Select items of a node that goes item by item.");
                }
                Some(_) => named.push(index),
            }
        }
        if named.is_empty() {
            return Ok(());
        }
        let mut told: HashSet<usize> = named.iter().copied().collect();
        for index in named {
            told.extend(prepared.graph.descendants(index, ConnectionFilter::Main));
        }
        told.extend(self.runs.keys().filter_map(|run| workflow.node_index(run.outermost_node())));
        for (index, node) in prepared.nodes.iter().enumerate() {
            let sends = node.as_ref().is_some_and(PreparedNode::has_effect);
            if sends && !told.contains(&index) {
                let name = &workflow.nodes[index].name;
                return refuse(
                    format!("the node \"{name}\" sends too, and would send to all its items again"),
                    &format!(
                        "Select its items as well (--only '{name}:none' for none), disable it or pin its data."
                    ),
                );
            }
        }
        Ok(())
    }

    /// The items of a node run that are to run; `None` for all.
    pub(crate) fn items_of(&self, at: &NodeSite) -> Option<SelectedItems> {
        self.items_of_run(&NodeRunKey::of(at)?)
    }

    /// The same of a node run by its key.
    pub(crate) fn items_of_run(&self, key: &NodeRunKey) -> Option<SelectedItems> {
        match self.runs.get(key) {
            Some(items) => Some(items.clone()),
            None if key.callers.is_empty() && self.closed.contains(&key.node) => {
                Some(SelectedItems::default())
            }
            None => None,
        }
    }
}
