//! Every problem of a workflow at once, without running it.

use heddle_node::Registry;
use heddle_workflow::{Graph, NodeIndex, Problem, Severity, Workflow};

use crate::misspelt;
use crate::prepared::Preparer;
use crate::variables::Variables;

/// Finds every problem of a workflow: its structure, node types, parameters and expressions, each with its node, its
/// place in the file, and what to do.
///
/// `variables` are what the workflow's runs will have.
pub fn check(workflow: &Workflow, registry: &Registry, variables: &Variables) -> Vec<Problem> {
    let mut problems = workflow.problems();
    problems.extend(misspelt::settings(workflow));
    let preparer = Preparer::new(workflow, registry, variables);
    for (index, node) in workflow.nodes.iter().enumerate() {
        if node.is_sticky_note() || node.node_type.is_empty() {
            continue;
        }
        problems.extend(preparer.prepare(index).problems.into_iter().map(|problem| {
            // A disabled node never runs: n8n does not look at it either.
            if node.disabled { Problem { severity: Severity::Warning, ..problem } } else { problem }
        }));
    }
    if start_node(workflow, registry, None).is_none() && !workflow.nodes.is_empty() {
        problems.push(
            Problem::warning("No node starts the workflow")
                .with_help("Add a trigger, such as a manual trigger, or name a node with --start."),
        );
    }
    problems
}

/// The node that a run begins with: the one that is named, else the workflow's trigger (`docs/engine.md §4.2`).
pub(crate) fn start_node(workflow: &Workflow, registry: &Registry, named: Option<&str>) -> Option<NodeIndex> {
    if let Some(name) = named {
        return workflow.node_index(name);
    }
    let is_trigger = |node: &heddle_workflow::Node| {
        registry.node(&node.node_type, None).is_some_and(|found| found.header().group.contains(&"trigger"))
    };
    heddle_workflow::find_start_node(workflow, &Graph::new(workflow), None, &is_trigger)
}
