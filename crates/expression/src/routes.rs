//! The ways between nodes, as lookups of other nodes' data follow them (`docs/expressions/language.md §11, §12`).

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, RwLock};

use heddle_data::graph::{ConnectionFilter, Graph};

/// The ways between the nodes of one workflow, over its graph. Answers are kept.
#[derive(Debug, Default)]
pub struct Routes {
    graph: Arc<Graph>,
    found: RwLock<HashMap<(usize, usize), Route>>,
}

/// What is known about the way from one node back to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    /// The output of the earlier node that leads here, over main connections.
    pub(crate) output: Option<usize>,
    /// Whether paired items may be followed that way.
    pub(crate) paired: bool,
}

impl Routes {
    /// The ways over this graph.
    pub fn new(graph: Arc<Graph>) -> Self {
        Self { graph, found: RwLock::default() }
    }

    /// The way from `active` back to `earlier`.
    pub(crate) fn route(&self, active: usize, earlier: usize) -> Route {
        if let Ok(found) = self.found.read()
            && let Some(route) = found.get(&(active, earlier))
        {
            return *route;
        }
        let route = Route {
            output: self.find_output(active, earlier),
            paired: self.is_paired_ancestor(active, earlier),
        };
        if let Ok(mut found) = self.found.write() {
            found.insert((active, earlier), route);
        }
        route
    }

    /// Breadth first over main inputs, from `active` back to `earlier`.
    fn find_output(&self, active: usize, earlier: usize) -> Option<usize> {
        let mut seen = vec![false; self.graph.len()];
        let mut queue = VecDeque::from([active]);
        while let Some(node) = queue.pop_front() {
            if seen.get(node).copied().unwrap_or(true) {
                continue;
            }
            seen[node] = true;
            for giver in self.graph.incoming(node).filter(|giver| giver.connection_type.is_main()) {
                if giver.node == earlier {
                    return Some(giver.index);
                }
                queue.push_back(giver.node);
            }
        }
        None
    }

    /// Whether `earlier` can be reached as paired items require it.
    fn is_paired_ancestor(&self, active: usize, earlier: usize) -> bool {
        let children: Vec<usize> = self.side_children(active).collect();
        if children.is_empty() {
            return self.is_ancestor(self.root_of(active), earlier, true);
        }
        children.into_iter().any(|child| self.is_ancestor(child, earlier, false))
    }

    /// Whether `earlier` is before `node`; a node is not before itself, even inside a loop.
    fn is_ancestor(&self, node: usize, earlier: usize, main_only: bool) -> bool {
        if node == earlier {
            return false;
        }
        let mut seen = vec![false; self.graph.len()];
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if seen.get(node).copied().unwrap_or(true) {
                continue;
            }
            seen[node] = true;
            for giver in self.graph.incoming(node) {
                if main_only && !giver.connection_type.is_main() {
                    continue;
                }
                if giver.node == earlier {
                    return true;
                }
                stack.push(giver.node);
            }
        }
        false
    }

    fn side_children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.graph.outgoing(node, ConnectionFilter::NonMain).map(|taker| taker.node)
    }

    /// The node on the main line that a sub-node serves in the end; a main node is its own.
    pub(crate) fn root_of(&self, node: usize) -> usize {
        let mut current = node;
        for _ in 0..self.graph.len() {
            match self.side_children(current).next() {
                Some(child) => current = child,
                None => break,
            }
        }
        current
    }
}
