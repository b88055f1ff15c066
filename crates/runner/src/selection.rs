//! Which items of which node runs are to run, where a run does only a part: what an earlier one left undone.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::events::{NodeSite, Origin};

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

    /// The items of a node run that are to run; `None` for all.
    pub(crate) fn items_of(&self, at: &NodeSite) -> Option<SelectedItems> {
        let key = NodeRunKey::of(at)?;
        match self.runs.get(&key) {
            Some(items) => Some(items.clone()),
            None if key.callers.is_empty() && self.closed.contains(&key.node) => {
                Some(SelectedItems::default())
            }
            None => None,
        }
    }
}
