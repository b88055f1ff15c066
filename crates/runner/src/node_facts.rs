//! What the scheduler must know of the nodes of a run, from their types and parameters.

use std::sync::Arc;

use heddle_expression::CompiledValue;
use heddle_node::node::RequiredInputs as Declared;
use heddle_node::{Json, Registry};
use heddle_workflow::NodeIndex;

use crate::cancel::StopSignal;
use crate::evaluation::{EvaluationThreads, Site, evaluate_apart};
use crate::run_data::RunData;
use crate::run_view::RunScene;
use crate::scheduler::{NodeFacts, RequiredInputs};

/// The facts about a node, also of one that is disabled or pinned; those of an unknown type are empty.
pub(crate) fn node_facts(
    node: NodeIndex,
    registry: &Registry,
    threads: &EvaluationThreads,
    run: &Arc<RunScene>,
    stop: &StopSignal,
) -> NodeFacts {
    let settings = &run.prepared.workflow.nodes[node];
    let Some(found) = registry.node(&settings.node_type, settings.type_version) else {
        return NodeFacts::default();
    };
    let header = found.header();
    NodeFacts {
        inputs: header.inputs,
        outputs: header.outputs.len(),
        required_inputs: match header.required_inputs {
            Declared::Any => RequiredInputs::None,
            Declared::AtLeast(count) => RequiredInputs::AtLeast(count),
            Declared::These(inputs) => RequiredInputs::These(inputs.to_vec()),
            Declared::Expression(text) => {
                let site = Site {
                    run: Arc::clone(run),
                    run_data: Arc::new(RunData::new(&run.prepared.workflow)),
                    node,
                    run_index: 0,
                    sources: None,
                    snapshot: 0,
                    is_strict: false,
                    gaps: None,
                };
                required_by(text, threads, site, stop)
            }
        },
        runs_without_items: header.group.contains(&"trigger"),
    }
}

/// What an expression over a node's parameters says of its required inputs (`docs/engine.md §9.3`). Anything but a
/// number or a list, or an error, asks for nothing.
fn required_by(text: &str, threads: &EvaluationThreads, site: Site, stop: &StopSignal) -> RequiredInputs {
    let compiled = CompiledValue::compile(&Json::from(text));
    let Some(value) = evaluate_apart(threads, compiled, site, stop) else { return RequiredInputs::None };
    let whole = |value: &Json| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as usize);
    match value.as_array() {
        Some(inputs) => RequiredInputs::These(inputs.iter().filter_map(whole).collect()),
        None => whole(&value).map_or(RequiredInputs::None, RequiredInputs::AtLeast),
    }
}
