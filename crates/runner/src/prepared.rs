//! The nodes of a workflow, ready to run: node types found, parameters upgraded, filled, compiled, and every problem
//! with them.

use std::collections::HashMap;
use std::sync::Arc;

use heddle_expression::{CompiledValue, ExpressionError};
use heddle_node::node::Tier;
use heddle_node::parameters::{ParameterError, ParameterPlan, fill_defaults};
use heddle_node::{Items, Json, Node, NodeDescription, Registry};
use heddle_workflow::{
    ConnectionFilter, ConnectionType, ExecutionOrder, Graph, NodeIndex, Problem, Workflow,
};

use crate::suggest::{suggest, suggest_node_types};

/// A node of a workflow that can run.
pub(crate) struct PreparedNode {
    pub(crate) node: Arc<dyn Node>,
    pub(crate) type_version: f64,
    /// Parameters as the file has them, filled; expressions are still in them.
    pub(crate) stored: Json,
    /// The same, upgraded before they were filled.
    pub(crate) filled: Json,
    pub(crate) plan: ParameterPlan,
    pub(crate) compiled: CompiledValue,
    /// The typed parameters of one item are those of all.
    pub(crate) types_once: bool,
}

/// Prepares the nodes that may run (see [`reachable`]) and are neither disabled nor pinned
/// (`spec/engine.md §4.4`).
pub(crate) fn prepare_nodes(
    workflow: &Workflow,
    graph: &Graph,
    registry: &Registry,
    start: NodeIndex,
    pins: &HashMap<NodeIndex, Items>,
) -> (Vec<Option<PreparedNode>>, Vec<Problem>) {
    let reached = reachable(workflow, graph, start);
    let mut problems = Vec::new();
    let mut nodes = Vec::with_capacity(workflow.nodes.len());
    for (index, node) in workflow.nodes.iter().enumerate() {
        let runs = reached[index] && !node.disabled && !pins.contains_key(&index);
        nodes.push(match runs.then(|| prepare_node(workflow, index, registry)) {
            Some(Ok(prepared)) => Some(prepared),
            Some(Err(found)) => {
                problems.extend(found);
                None
            }
            None => None,
        });
    }
    (nodes, problems)
}

/// The nodes that may run when the run begins at `start`: all below it and, in order v0, those that a node with several
/// inputs makes run (`spec/engine.md §23`), which are the ones above its inputs, and all below them.
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

/// Prepares one node of the workflow, or says everything that keeps it from running.
pub(crate) fn prepare_node(
    workflow: &Workflow,
    index: NodeIndex,
    registry: &Registry,
) -> Result<PreparedNode, Vec<Problem>> {
    let settings = &workflow.nodes[index];
    let node = find_type(workflow, index, registry).map_err(|problem| vec![*problem])?;
    let type_version = settings.type_version.unwrap_or_else(|| latest(&*node));
    let description = match node.describe() {
        Ok(description) => description,
        Err(error) => {
            return Err(vec![place(
                workflow,
                index,
                "/type",
                Problem::error(format!("The node type \"{}\" is broken: {error}", settings.node_type)),
            )]);
        }
    };
    let upgraded = node.upgrade(type_version, settings.parameters.clone());
    let filled = fill_defaults(&description.properties, &upgraded, type_version);
    let stored = if upgraded == settings.parameters {
        filled.clone()
    } else {
        fill_defaults(&description.properties, &settings.parameters, type_version)
    };
    let mut problems = unknown_choices(workflow, index, &description, &upgraded);
    if stored != filled {
        // What the file has is checked before it is upgraded, too: an older version may be stricter.
        let written = ParameterPlan::new(&description.properties, &stored, type_version);
        problems.extend(written.err().map(|error| parameter_problem(workflow, index, &error)));
    }
    let plan = ParameterPlan::new(&description.properties, &filled, type_version);
    let compiled = CompiledValue::compile(plan.as_ref().map_or(&filled, ParameterPlan::parameters));
    match (plan, compiled) {
        (Ok(plan), Ok(compiled)) => {
            problems.extend(missing_nodes(workflow, index, &compiled));
            if problems.is_empty() {
                let untyped = match node.tier() {
                    Tier::Item(node) => node.untyped(),
                    Tier::Batch(_) => &[],
                };
                let types_once =
                    plan.keeps_structure() && compiled.dynamic_members().all(|name| untyped.contains(&name));
                return Ok(PreparedNode { node, type_version, stored, filled, plan, compiled, types_once });
            }
        }
        (plan, compiled) => {
            problems.extend(plan.err().map(|error| parameter_problem(workflow, index, &error)));
            problems
                .extend(compiled.err().map(|(at, error)| expression_problem(workflow, index, &at, &error)));
        }
    }
    Err(problems)
}

fn latest(node: &dyn Node) -> f64 {
    node.header().versions.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The node type at the version that the file asks for.
fn find_type(
    workflow: &Workflow,
    index: NodeIndex,
    registry: &Registry,
) -> Result<Arc<dyn Node>, Box<Problem>> {
    let settings = &workflow.nodes[index];
    if let Some(node) = registry.node(&settings.node_type, settings.type_version) {
        return Ok(Arc::clone(node));
    }
    let versions = registry.versions(&settings.node_type);
    let (key, problem) = if versions.is_empty() {
        let problem = Problem::error(format!("There is no node type \"{}\"", settings.node_type))
            .with_help(suggest_node_types(registry, &settings.node_type));
        ("/type", problem)
    } else {
        let list: Vec<String> = versions.iter().map(f64::to_string).collect();
        let problem = Problem::error(format!(
            "Node type \"{}\" is not available in version {}",
            settings.node_type,
            settings.type_version.unwrap_or_default()
        ))
        .with_help(format!("Available versions: {}.", list.join(", ")));
        ("/typeVersion", problem)
    };
    Err(Box::new(place(workflow, index, key, problem)))
}

/// Choices that no longer, or do not yet, exist: a node could not know what is meant.
fn unknown_choices(
    workflow: &Workflow,
    index: NodeIndex,
    description: &NodeDescription,
    parameters: &Json,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for property in description.properties.iter().filter(|property| property.no_data_expression) {
        let Some(value) = parameters.get(&property.name).and_then(Json::as_str) else { continue };
        if value.starts_with('=') || seen.contains(&property.name) {
            continue;
        }
        seen.push(property.name.clone());
        let choices: Vec<&str> = description
            .properties
            .iter()
            .filter(|other| other.name == property.name)
            .flat_map(|other| other.choices())
            .filter_map(|choice| choice.value.as_str())
            .collect();
        if !choices.is_empty() && !choices.contains(&value) {
            let problem = Problem::error(format!(
                "The {} \"{value}\" is not one that the node \"{}\" has",
                property.display_name.to_lowercase(),
                workflow.nodes[index].name
            ))
            .with_help(suggest("It has", &choices, value))
            .in_parameter(property.name.clone());
            problems.push(place(workflow, index, &format!("/parameters/{}", property.name), problem));
        }
    }
    problems
}

/// Expressions that name a node which does not exist.
fn missing_nodes(workflow: &Workflow, index: NodeIndex, compiled: &CompiledValue) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (pointer, template) in compiled.templates() {
        for (name, range) in &template.node_references().names {
            if workflow.node(name).is_some() {
                continue;
            }
            let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
            let problem =
                Problem::error(format!("The expression names the node \"{name}\", which does not exist"))
                    .with_help(suggest("The nodes are", &names, name));
            problems.push(in_expression(workflow, index, &pointer, Some(range.clone()), problem));
        }
    }
    problems
}

fn parameter_problem(workflow: &Workflow, index: NodeIndex, error: &ParameterError) -> Problem {
    let problem = Problem::error(error.message.clone())
        .with_help("Open the node, correct the value and save the workflow.")
        .in_parameter(error.path.clone());
    place(workflow, index, &format!("/parameters{}", error.pointer), problem)
}

fn expression_problem(
    workflow: &Workflow,
    index: NodeIndex,
    pointer: &str,
    error: &ExpressionError,
) -> Problem {
    let mut problem = Problem::error(format!("The expression does not compile: {}", error.message));
    problem.help = error.description.clone().or_else(|| {
        Some("Between {{ and }} stands one JavaScript expression; see the marked place.".to_owned())
    });
    in_expression(workflow, index, pointer, error.range.clone(), problem)
}

/// Points at a part of an expression: the parameter's place, moved to the part where the text stands unescaped.
fn in_expression(
    workflow: &Workflow,
    index: NodeIndex,
    pointer: &str,
    range: Option<std::ops::Range<usize>>,
    problem: Problem,
) -> Problem {
    let path = path_in_file(&workflow.nodes[index].parameters, pointer);
    let mut problem = place(workflow, index, &format!("/parameters{pointer}"), problem.in_parameter(path));
    let (Some(span), Some(range), Some(text)) = (&problem.span, range, workflow.text()) else {
        return problem;
    };
    // Nor is a part of a value marked that stands otherwise in the file, where the node brought it up to date.
    let place = format!("{}/parameters{pointer}", workflow.node_pointer(index));
    if workflow.source_map().and_then(|map| map.span(&place)).is_none() {
        return problem;
    }
    let start = span.range.start + 1 + range.start;
    let end = span.range.start + 1 + range.end;
    // Escapes in the file's text move the place; then the whole value stays marked.
    let raw = text.get(span.range.clone()).unwrap_or_default();
    if !raw.contains('\\')
        && end < span.range.end
        && text.is_char_boundary(start)
        && text.is_char_boundary(end)
    {
        problem.span = Some(heddle_workflow::Span::new(text, start..end));
    }
    problem
}

/// The parameter that a pointer leads to, as far as the file has it: a node may have taken its value apart.
fn path_in_file(parameters: &Json, pointer: &str) -> String {
    let mut known = pointer;
    while parameters.pointer(known).is_none()
        && let Some((before, _)) = known.rsplit_once('/').filter(|(before, _)| !before.is_empty())
    {
        known = before;
    }
    let known = if parameters.pointer(known).is_some() { known } else { pointer };
    known.trim_start_matches('/').replace('/', ".")
}

/// Completes a problem with its node and its place in the file.
fn place(workflow: &Workflow, index: NodeIndex, below: &str, problem: Problem) -> Problem {
    let pointer = format!("{}{below}", workflow.node_pointer(index));
    let mut problem = problem.in_node(workflow.nodes[index].name.as_str());
    problem.span = nearest_span(workflow, &pointer);
    problem.at(pointer)
}

/// The place of the value, or of the nearest one around it that stands in the file.
fn nearest_span(workflow: &Workflow, pointer: &str) -> Option<heddle_workflow::Span> {
    let text = workflow.text()?;
    let range = workflow.source_map()?.nearest_span(pointer)?;
    Some(heddle_workflow::Span::new(text, range))
}
