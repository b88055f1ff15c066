//! The graph of a workflow: who feeds whom (`docs/engine.md §1.3`).

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;

use smol_str::SmolStr;

/// Position of a node in its workflow's list of nodes.
pub type NodeIndex = usize;

/// The kind of a connection: `main` carries items, the others (`ai_tool`, `ai_languageModel`, …) tie a sub-node to its
/// root node and are never followed when running.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionType(SmolStr);

impl ConnectionType {
    /// The kind that carries items.
    pub const MAIN: Self = Self(SmolStr::new_static("main"));

    /// The kind of a name.
    pub fn new(name: &str) -> Self {
        Self(SmolStr::new(name))
    }

    /// Its name in the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it carries items.
    pub fn is_main(&self) -> bool {
        self.0 == "main"
    }
}

impl fmt::Display for ConnectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One connection, with both of its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The node that gives.
    pub from: NodeIndex,
    /// Kind of the output.
    pub output_type: ConnectionType,
    /// Which output of that kind, from 0.
    pub output: usize,
    /// The node that takes.
    pub to: NodeIndex,
    /// Kind of the input.
    pub input_type: ConnectionType,
    /// Which input of that kind, from 0.
    pub input: usize,
}

impl Link {
    /// A connection that carries items.
    pub fn main(from: NodeIndex, output: usize, to: NodeIndex, input: usize) -> Self {
        let (output_type, input_type) = (ConnectionType::MAIN, ConnectionType::MAIN);
        Self { from, output_type, output, to, input_type, input }
    }
}

/// Something whose nodes are connected: a workflow.
pub trait Connected {
    /// The names of its nodes, in their order.
    fn node_names(&self) -> impl Iterator<Item = &SmolStr>;

    /// Its connections in their order, as far as `node` knows the names at both ends.
    fn links(&self, node: impl Fn(&str) -> Option<NodeIndex>) -> impl Iterator<Item = Link>;
}

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
/// in n8n; a connection from or to a name that no node has is left out (the check of the file refuses both).
#[derive(Debug, Clone, Default)]
pub struct Graph {
    names: HashMap<SmolStr, NodeIndex>,
    by_source: Vec<Slots>,
    by_destination: Vec<Slots>,
}

impl Graph {
    /// The graph of a workflow.
    pub fn new(workflow: &impl Connected) -> Self {
        let names: HashMap<SmolStr, NodeIndex> =
            workflow.node_names().enumerate().map(|(index, name)| (name.clone(), index)).collect();
        let links: Vec<Link> = workflow.links(|name| names.get(name).copied()).collect();
        Self { names, ..Self::of_links(workflow.node_names().count(), links) }
    }

    /// A graph of so many nodes without names. Connections keep their order; those of unknown nodes are left out.
    pub fn of_links(count: usize, links: impl IntoIterator<Item = Link>) -> Self {
        let mut by_source = vec![Slots::new(); count];
        let mut by_destination = vec![Slots::new(); count];
        for Link { from, output_type, output, to, input_type, input } in links {
            if from >= count || to >= count {
                continue;
            }
            let forward = Edge { node: to, connection_type: input_type.clone(), index: input };
            add(by_source.get_mut(from), &output_type, output, forward);
            let backward = Edge { node: from, connection_type: output_type, index: output };
            add(by_destination.get_mut(to), &input_type, input, backward);
        }
        Self { names: HashMap::new(), by_source, by_destination }
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

    /// What feeds a node: the other end of each of its inputs' connections, by kind and input.
    pub fn incoming(&self, node: NodeIndex) -> impl Iterator<Item = &Edge> {
        edges(&self.by_destination, node, ConnectionFilter::All)
    }

    /// What a node feeds over outputs of such kinds, by kind and output.
    pub fn outgoing(&self, node: NodeIndex, filter: ConnectionFilter) -> impl Iterator<Item = &Edge> {
        edges(&self.by_source, node, filter)
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
