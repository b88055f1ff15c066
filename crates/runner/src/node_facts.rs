//! What the scheduler must know of the nodes of a run, from their types and parameters.

use heddle_expression::{CompiledValue, Scene};
use heddle_node::node::RequiredInputs as Declared;
use heddle_node::{Json, Registry};
use heddle_workflow::NodeIndex;

use crate::evaluation::evaluate;
use crate::run_view::View;
use crate::scheduler::{NodeFacts, RequiredInputs};

/// The facts about a node, also of one that is disabled or pinned; those of an unknown type are empty.
pub(crate) fn node_facts(node: NodeIndex, registry: &Registry, view: &View<'_>) -> NodeFacts {
    let settings = &view.run.prepared.workflow.nodes[node];
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
            Declared::Expression(text) => required_by(
                text,
                &Scene { mode: view.run.mode, ..Scene::new(view, node, &[], &view.run.clock) },
            ),
        },
        runs_without_items: header.group.contains(&"trigger"),
    }
}

/// What an expression over a node's parameters says of its required inputs (`docs/engine.md §9.3`). Anything but a
/// number or a list, or an error, asks for nothing.
fn required_by(text: &str, scene: &Scene<'_>) -> RequiredInputs {
    let compiled = CompiledValue::compile(&Json::from(text));
    let mut value = Json::NULL;
    let evaluated = evaluate(&compiled, scene, &mut value);
    let whole = |value: &Json| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as usize);
    match (evaluated, value.as_array()) {
        (Err(_), _) => RequiredInputs::None,
        (Ok(_), Some(inputs)) => RequiredInputs::These(inputs.iter().filter_map(whole).collect()),
        (Ok(_), None) => whole(&value).map_or(RequiredInputs::None, RequiredInputs::AtLeast),
    }
}
