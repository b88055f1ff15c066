//! Where a run begins, where it ends, and which nodes it can reach in between (`docs/engine.md §4`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use heddle_node::node::Tier;
use heddle_node::{Items, Registry};
use heddle_workflow::{
    ConnectionFilter, ConnectionType, ExecutionOrder, Graph, Node, NodeIndex, OnError, TriggerKind, Workflow,
    find_start_node,
};

use crate::options::RunOptions;
use crate::prepared::PreparedNode;
use crate::prepared_workflow::PreparedWorkflow;
use crate::run_error::RunError;
use crate::scheduler::{Destination, DestinationMode};
use crate::starts::starts;
use crate::suggest::suggest;

/// Where a run begins and ends, and which nodes do not run because their items are there already.
pub(crate) struct Beginning {
    pub(crate) start: NodeIndex,
    pub(crate) destination: Option<Destination>,
    /// Pinned items, and those that a run is given in the place of a trigger whose type is missing.
    pub(crate) pins: HashMap<NodeIndex, Items>,
}

impl Beginning {
    /// What the options of a run say of it; `start` where its caller has chosen the node.
    ///
    /// # Errors
    /// When a node that they name is not there, or no node starts the workflow.
    pub(crate) fn find(
        prepared: &PreparedWorkflow,
        registry: &Registry,
        options: &RunOptions,
        start: Option<NodeIndex>,
    ) -> Result<Self, RunError> {
        let workflow = &prepared.workflow;
        let mut pins = if options.pins { pinned_items(workflow) } else { HashMap::new() };
        let start = match (start, options.start.as_deref()) {
            (Some(start), _) => start,
            (None, Some(name)) => named(workflow, name)?,
            (None, None) => trigger(prepared, registry, &pins, options.items.is_some())?,
        };
        let destination = options.destination.as_deref().map(|name| named(workflow, name)).transpose()?;
        let node = &workflow.nodes[start];
        if let Some(items) = &options.items
            && lacks_type(registry, node)
            && prepared.starts[start].is_some()
        {
            // They are what the trigger would put out.
            pins.entry(start).or_insert_with(|| Arc::new(items.clone()));
        }
        let destination = destination.map(|node| Destination { node, mode: options.destination_mode });
        Ok(Self { start, destination, pins })
    }

    /// Whether the run has items to begin with, where its start node waits for something that nobody can make up.
    ///
    /// # Errors
    /// When it has none.
    pub(crate) fn check_items(
        &self,
        prepared: &PreparedWorkflow,
        options: &RunOptions,
    ) -> Result<(), RunError> {
        let workflow = &prepared.workflow;
        let node = &workflow.nodes[self.start];
        let is_mocked = prepared.nodes[self.start].as_ref().is_some_and(|node| node.is_mock)
            && options.mocks.as_ref().is_some_and(|mocks| mocks.knows(workflow, &node.name));
        let is_given = options.items.is_some() || self.pins.contains_key(&self.start) || is_mocked;
        match prepared.starts[self.start] {
            Some(kind) if kind.needs_items() && !is_given && !node.disabled => {
                let has_pins = workflow.pinned_items(&node.name).is_ok_and(|items| items.is_some());
                Err(RunError::NoItems { node: node.name.to_string(), waits_for: kind, has_pins })
            }
            _ => Ok(()),
        }
    }

    /// For each node whether the run can reach it, and it runs then: it is neither disabled nor pinned.
    pub(crate) fn reached(&self, prepared: &PreparedWorkflow) -> Vec<bool> {
        let PreparedWorkflow { workflow, graph, .. } = prepared;
        let mut reached = reachable(workflow, graph, self.start);
        if let Some(Destination { node, mode }) = self.destination {
            let leading: HashSet<NodeIndex> =
                graph.ancestors(node, ConnectionFilter::Main).into_iter().collect();
            for (index, reached) in reached.iter_mut().enumerate() {
                let is_end = index == node && mode == DestinationMode::Inclusive;
                *reached &= is_end || (index != node && leading.contains(&index));
            }
        }
        for (index, node) in workflow.nodes.iter().enumerate() {
            reached[index] &= !node.disabled && !self.pins.contains_key(&index);
        }
        reached
    }
}

/// The nodes of a called workflow that its run can reach, and that run then.
pub(crate) fn runs_from(prepared: &PreparedWorkflow, start: NodeIndex) -> Vec<bool> {
    Beginning { start, destination: None, pins: HashMap::new() }.reached(prepared)
}

/// The nodes that may run when the run begins at `start`: all below it and, in order v0, those that a node with several
/// inputs makes run (`docs/engine.md §23`), which are the ones above its inputs, and all below them.
fn reachable(workflow: &Workflow, graph: &Graph, start: NodeIndex) -> Vec<bool> {
    let mut reached = vec![false; workflow.nodes.len()];
    let mut begins = vec![start];
    while let Some(node) = begins.pop() {
        if std::mem::replace(&mut reached[node], true) {
            continue;
        }
        begins.extend(graph.children(node, ConnectionFilter::Main));
        if workflow.settings.execution_order == ExecutionOrder::V0
            && graph.inputs(node, &ConnectionType::MAIN).len() > 1
        {
            begins.extend(graph.ancestors(node, ConnectionFilter::Main));
        }
    }
    reached
}

fn named(workflow: &Workflow, name: &str) -> Result<NodeIndex, RunError> {
    workflow.node_index(name).ok_or_else(|| {
        let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
        RunError::NoSuchNode { name: name.to_owned(), help: suggest("Its nodes", &names, name) }
    })
}

/// The workflow's trigger (`docs/engine.md §4.2`). Where no trigger is there that can start it, one whose type is missing
/// is meant: a run starts at it with items in its place.
fn trigger(
    prepared: &PreparedWorkflow,
    registry: &Registry,
    pins: &HashMap<NodeIndex, Items>,
    has_items: bool,
) -> Result<NodeIndex, RunError> {
    let PreparedWorkflow { workflow, graph, .. } = prepared;
    let is_trigger = |node: &Node| !lacks_type(registry, node) && starts(registry, &node.node_type).is_some();
    // Without items, a trigger that needs none comes before one that waits for them.
    let can_begin = |node: &Node| {
        let waits = starts(registry, &node.node_type).is_some_and(TriggerKind::needs_items);
        let is_pinned = || workflow.node_index(&node.name).is_some_and(|index| pins.contains_key(&index));
        is_trigger(node) && (has_items || !waits || is_pinned())
    };
    let all_triggers = workflow.nodes.iter().filter(|node| !node.disabled && is_trigger(node));
    let found = if all_triggers.clone().any(can_begin) {
        find_start_node(workflow, graph, None, &can_begin)
    } else {
        find_start_node(workflow, graph, None, &is_trigger)
    };
    if let Some(found) = found
        && !lacks_type(registry, &workflow.nodes[found])
        // Nothing starts at an error trigger as long as another one may be meant.
        && prepared.starts[found] != Some(TriggerKind::Failure)
    {
        return Ok(found);
    }
    let nodes = workflow.nodes.iter().enumerate();
    let missing: Vec<NodeIndex> = nodes
        .filter(|(index, node)| {
            !node.disabled && prepared.starts[*index].is_some() && lacks_type(registry, node)
        })
        .map(|(index, _)| index)
        .collect();
    if let Some(pinned) = missing.iter().find(|index| pins.contains_key(index)) {
        return Ok(*pinned);
    }
    match missing.as_slice() {
        [] => found.ok_or(RunError::NoStartNode),
        [only] => Ok(*only),
        several => Err(RunError::UnclearStart {
            triggers: several.iter().map(|index| workflow.nodes[*index].name.to_string()).collect(),
        }),
    }
}

fn lacks_type(registry: &Registry, node: &Node) -> bool {
    registry.versions(&node.node_type).is_empty()
}

fn pinned_items(workflow: &Workflow) -> HashMap<NodeIndex, Items> {
    let nodes = workflow.nodes.iter().enumerate();
    nodes
        .filter_map(|(index, node)| {
            // Pinned data of a wrong shape is a structural problem, found before.
            let items = workflow.pinned_items(&node.name).ok().flatten()?;
            Some((index, Arc::new(items)))
        })
        .collect()
}

/// For each node whether it is sure to run when the workflow begins at `start`: nothing on the way chooses between
/// outputs, may put out nothing, or waits for another branch.
pub(crate) fn sure_to_run(prepared: &PreparedWorkflow, start: NodeIndex) -> Vec<bool> {
    let PreparedWorkflow { workflow, graph, .. } = prepared;
    let mut sure = vec![false; workflow.nodes.len()];
    let mut begins = vec![start];
    while let Some(node) = begins.pop() {
        if std::mem::replace(&mut sure[node], true) || (node != start && !passes_on(prepared, node)) {
            continue;
        }
        let children = graph.children(node, ConnectionFilter::Main);
        begins.extend(children.into_iter().filter(|child| {
            graph.inputs(*child, &ConnectionType::MAIN).len() <= 1 && !workflow.nodes[*child].disabled
        }));
    }
    sure
}

/// Whether a node puts out every item that it gets, at its only output, or does something to the world for each.
fn passes_on(prepared: &PreparedWorkflow, index: NodeIndex) -> bool {
    let continues_elsewhere = prepared.workflow.nodes[index].on_error() == OnError::ContinueErrorOutput;
    let passes_on = |node: &PreparedNode| {
        // What acts on each item is not left out of the reckoning because a service may answer with nothing.
        let acts = prepared.effects[index] && matches!(node.node.tier_for(&node.filled), Tier::Item(_));
        node.node.passes_on() || (acts && node.calls.is_none())
    };
    prepared.nodes[index].as_ref().is_some_and(passes_on) && !continues_elsewhere
}
