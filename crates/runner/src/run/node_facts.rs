//! What the scheduler must know of the nodes of a run, from their types and parameters.

use std::cell::Cell;
use std::sync::Arc;

use heddle_expression::CompiledValue;
use heddle_node::{Json, Ports, Registry};
use heddle_workflow::NodeIndex;

use crate::cancel::StopSignal;
use crate::evaluation::{EvaluationThreads, Site, evaluate_apart};
use crate::run_data::RunData;
use crate::run_view::RunScene;
use crate::scheduler::{NodeFacts, RequiredInputs};

/// The facts about a node, also of one that is disabled or pinned; those of an unknown type are empty. Where an expression
/// had to be evaluated for them, they are those of this run alone, and `are_lasting` is no longer set.
pub(crate) fn node_facts(
    node: NodeIndex,
    registry: &Registry,
    threads: &EvaluationThreads,
    run: &Arc<RunScene>,
    stop: &StopSignal,
    are_lasting: &Cell<bool>,
) -> NodeFacts {
    let settings = &run.prepared.workflow.nodes[node];
    let prepared = run.prepared.nodes.get(node).and_then(Option::as_ref);
    let Some(found) = prepared
        .map(|prepared| &prepared.node)
        .or_else(|| registry.node(&settings.node_type, settings.type_version))
    else {
        return NodeFacts::default();
    };
    let header = found.header();
    let evaluate = |text: &str| {
        are_lasting.set(false);
        let site = Site {
            run: Arc::clone(run),
            run_data: Arc::new(RunData::new(&run.prepared.workflow)),
            node,
            run_index: 0,
            sources: None,
            snapshot: 0,
            is_strict: false,
            gaps: None,
            rehearses: false,
        };
        evaluate_apart(threads, CompiledValue::compile(&Json::from(text)), site, stop)
    };
    let (parameters, version) = match prepared {
        Some(prepared) => (&prepared.filled, prepared.type_version),
        None => (&settings.parameters, settings.type_version.unwrap_or_default()),
    };
    let count = |ports: Ports<'_>, of_a_new_node: usize| match ports {
        Ports::Count(count) => count,
        Ports::Expression(text) => evaluate(text)
            .and_then(|ports| Some(ports.as_array()?.iter().filter(|port| is_main(port)).count()))
            .unwrap_or(of_a_new_node),
    };
    NodeFacts {
        inputs: count(found.inputs(parameters, version), header.inputs),
        outputs: count(found.outputs(parameters, version), header.outputs.len()),
        required_inputs: match header.required_inputs {
            RequiredInputs::Expression(text) => {
                evaluate(text).as_ref().map(RequiredInputs::of_value).unwrap_or_default()
            }
            others => others.clone(),
        },
        runs_without_items: header.starts.is_some(),
    }
}

/// Whether an input or output that an expression gave is one of the main ones: it is a type, or an object with one.
fn is_main(port: &Json) -> bool {
    port.as_str().or_else(|| port.get("type")?.as_str()) == Some("main")
}
