//! The connections of a workflow, as lookups of other nodes' data follow them (`docs/expressions/language.md §11, §12`).

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::RwLock;

/// How the nodes of one workflow are connected. Built once a workflow; answers are kept.
#[derive(Debug, Default)]
pub struct ConnectionGraph {
    incoming: Vec<Vec<Connection>>,
    outgoing: Vec<Vec<Connection>>,
    routes: RwLock<HashMap<(usize, usize), Route>>,
}

/// One connection. Nodes are indices in the workflow's list of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The node that gives.
    pub from: usize,
    /// Which of its outputs.
    pub output: usize,
    /// The node that takes.
    pub to: usize,
    /// Which of its inputs.
    pub input: usize,
    /// The type of the connection: `main`, `ai_tool`, …
    pub kind: String,
}

/// What is known about the way from one node back to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    /// The output of the earlier node that leads here, over main connections.
    pub(crate) output: Option<usize>,
    /// Whether paired items may be followed that way.
    pub(crate) paired: bool,
}

const MAIN: &str = "main";

impl ConnectionGraph {
    /// A graph of `node_count` nodes. Connections keep their order; those of unknown nodes are left out.
    pub fn new(node_count: usize, connections: impl IntoIterator<Item = Connection>) -> Self {
        let mut graph = Self {
            incoming: vec![Vec::new(); node_count],
            outgoing: vec![Vec::new(); node_count],
            routes: RwLock::default(),
        };
        for connection in connections {
            if connection.from < node_count && connection.to < node_count {
                graph.outgoing[connection.from].push(connection.clone());
                graph.incoming[connection.to].push(connection);
            }
        }
        for incoming in &mut graph.incoming {
            incoming.sort_by_key(|connection| connection.input);
        }
        graph
    }

    /// The way from `active` back to `earlier`.
    pub(crate) fn route(&self, active: usize, earlier: usize) -> Route {
        if let Ok(routes) = self.routes.read()
            && let Some(route) = routes.get(&(active, earlier))
        {
            return *route;
        }
        let route = Route {
            output: self.find_output(active, earlier),
            paired: self.is_paired_ancestor(active, earlier),
        };
        if let Ok(mut routes) = self.routes.write() {
            routes.insert((active, earlier), route);
        }
        route
    }

    /// Breadth first over main inputs, from `active` back to `earlier`.
    fn find_output(&self, active: usize, earlier: usize) -> Option<usize> {
        let mut seen = vec![false; self.incoming.len()];
        let mut queue = VecDeque::from([active]);
        while let Some(node) = queue.pop_front() {
            if seen.get(node).copied().unwrap_or(true) {
                continue;
            }
            seen[node] = true;
            for connection in self.incoming[node].iter().filter(|connection| connection.kind == MAIN) {
                if connection.from == earlier {
                    return Some(connection.output);
                }
                queue.push_back(connection.from);
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
        let mut seen = vec![false; self.incoming.len()];
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if seen.get(node).copied().unwrap_or(true) {
                continue;
            }
            seen[node] = true;
            for connection in &self.incoming[node] {
                if main_only && connection.kind != MAIN {
                    continue;
                }
                if connection.from == earlier {
                    return true;
                }
                stack.push(connection.from);
            }
        }
        false
    }

    fn side_children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.outgoing
            .get(node)
            .into_iter()
            .flatten()
            .filter(|connection| connection.kind != MAIN)
            .map(|connection| connection.to)
    }

    /// The node on the main line that a sub-node serves in the end; a main node is its own.
    pub(crate) fn root_of(&self, node: usize) -> usize {
        let mut current = node;
        for _ in 0..self.incoming.len() {
            match self.side_children(current).next() {
                Some(child) => current = child,
                None => break,
            }
        }
        current
    }
}
