//! The graph of a workflow: who feeds whom (`docs/engine.md §1.3`).

use std::collections::{HashMap, HashSet, VecDeque};

use smol_str::SmolStr;

use crate::connections::{ConnectionType, Connections};
use crate::workflow::Workflow;

/// Position of a node in [`Workflow::nodes`].
pub type NodeIndex = usize;

/// One end of a connection, seen from the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The node at this end.
    pub node: NodeIndex,
    /// Kind of the output or input at this end.
    pub connection_type: ConnectionType,
    /// Which output or input of that kind, from 0.
    pub index: usize,
}

/// Which kinds of connection to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFilter {
    /// Those that carry items.
    Main,
    /// Those that tie sub-nodes to their root node.
    NonMain,
    /// All.
    All,
}

impl ConnectionFilter {
    /// Whether connections of this kind are followed.
    pub fn includes(self, connection_type: &ConnectionType) -> bool {
        match self {
            Self::Main => connection_type.is_main(),
            Self::NonMain => !connection_type.is_main(),
            Self::All => true,
        }
    }
}

type Slots = Vec<(ConnectionType, Vec<Vec<Edge>>)>;

/// The connections of a workflow between its nodes, both ways.
///
/// It is built once from a workflow and does not follow later changes. Of two nodes with one name the last one counts, as
/// in n8n; a connection from or to a name that no node has is left out ([`Workflow::problems`] refuses both).
#[derive(Debug, Clone, Default)]
pub struct Graph {
    names: HashMap<SmolStr, NodeIndex>,
    by_source: Vec<Slots>,
    by_destination: Vec<Slots>,
}

impl Graph {
    /// The graph of a workflow.
    pub fn new(workflow: &Workflow) -> Self {
        let names = workflow
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (node.name.clone(), index))
            .collect::<HashMap<_, _>>();
        Self::from_connections(names, workflow.nodes.len(), &workflow.connections)
    }

    fn from_connections(names: HashMap<SmolStr, NodeIndex>, count: usize, connections: &Connections) -> Self {
        let mut by_source = vec![Slots::new(); count];
        let mut by_destination = vec![Slots::new(); count];
        for (source, source_type, output, target) in connections.iter() {
            let (Some(&from), Some(&to)) = (names.get(source), names.get(&target.node)) else { continue };
            let edge = |node, connection_type: &ConnectionType, index| Edge {
                node,
                connection_type: connection_type.clone(),
                index,
            };
            let forward = edge(to, &target.connection_type, target.index);
            add(by_source.get_mut(from), source_type, output, forward);
            let backward = edge(from, source_type, output);
            add(by_destination.get_mut(to), &target.connection_type, target.index, backward);
        }
        Self { names, by_source, by_destination }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.by_source.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.by_source.is_empty()
    }

    /// The node of a name.
    pub fn node(&self, name: &str) -> Option<NodeIndex> {
        self.names.get(name).copied()
    }

    /// What each output of a node feeds, up to its highest connected output.
    pub fn outputs(&self, node: NodeIndex, connection_type: &ConnectionType) -> &[Vec<Edge>] {
        slots(&self.by_source, node, connection_type)
    }

    /// What feeds each input of a node, up to its highest connected input: a node that is connected on input 1 alone has
    /// two, the first of them empty.
    pub fn inputs(&self, node: NodeIndex, connection_type: &ConnectionType) -> &[Vec<Edge>] {
        slots(&self.by_destination, node, connection_type)
    }

    /// Nodes that this one feeds directly, each once, by output.
    pub fn children(&self, node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
        neighbours(&self.by_source, node, filter)
    }

    /// Nodes that feed this one directly, each once, by input.
    pub fn parents(&self, node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
        neighbours(&self.by_destination, node, filter)
    }

    /// Nodes that are reached from this one, nearest first; never the node itself, even on a loop.
    pub fn descendants(&self, node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
        reach(&self.by_source, node, filter)
    }

    /// Nodes from which this one is reached, nearest first; never the node itself, even on a loop.
    pub fn ancestors(&self, node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
        reach(&self.by_destination, node, filter)
    }
}

fn add(slots: Option<&mut Slots>, connection_type: &ConnectionType, index: usize, edge: Edge) {
    let Some(slots) = slots else { return };
    let at = slots.iter().position(|(kind, _)| kind == connection_type).unwrap_or_else(|| {
        slots.push((connection_type.clone(), Vec::new()));
        slots.len() - 1
    });
    let Some((_, lists)) = slots.get_mut(at) else { return };
    if lists.len() <= index {
        lists.resize_with(index + 1, Vec::new);
    }
    if let Some(list) = lists.get_mut(index) {
        list.push(edge);
    }
}

fn slots<'a>(side: &'a [Slots], node: NodeIndex, connection_type: &ConnectionType) -> &'a [Vec<Edge>] {
    let slots = side.get(node).into_iter().flatten();
    slots.into_iter().find(|(kind, _)| kind == connection_type).map_or(&[], |(_, lists)| lists)
}

fn edges(side: &[Slots], node: NodeIndex, filter: ConnectionFilter) -> impl Iterator<Item = &Edge> {
    let slots = side.get(node).into_iter().flatten();
    slots.filter(move |(kind, _)| filter.includes(kind)).flat_map(|(_, lists)| lists.iter().flatten())
}

fn neighbours(side: &[Slots], node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
    let mut seen = HashSet::new();
    edges(side, node, filter).map(|edge| edge.node).filter(|node| seen.insert(*node)).collect()
}

fn reach(side: &[Slots], node: NodeIndex, filter: ConnectionFilter) -> Vec<NodeIndex> {
    let mut seen = HashSet::from([node]);
    let mut found = Vec::new();
    let mut queue = VecDeque::from([node]);
    while let Some(next) = queue.pop_front() {
        for edge in edges(side, next, filter) {
            if seen.insert(edge.node) {
                found.push(edge.node);
                queue.push_back(edge.node);
            }
        }
    }
    found
}
