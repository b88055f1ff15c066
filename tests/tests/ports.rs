//! Inputs and outputs that depend on parameters: the function that a node gives agrees with the expression that its
//! description shows.

use heddle_expression::{Alone, Clock, CompiledValue, Engine, EngineLimits};
use heddle_node::description::PortList;
use heddle_node::parameters::fill_defaults;
use heddle_node::{Item, Json, Node, Ports, Registry, json};
use heddle_nodes as _;

/// How many ports the expression gives that a description shows, evaluated over these parameters.
fn shown(ports: &PortList, parameters: &Json, version: f64) -> Option<usize> {
    let PortList::Expression(text) = ports else { return ports.count() };
    // An expression by itself has no parameters, and no version of a node: they are its item and a number.
    let text = text.replace("$parameter", "$json").replace("$nodeVersion", &version.to_string());
    let compiled = CompiledValue::compile(&Json::from(text));
    let alone = Alone::new(vec![Item::new(parameters.clone())]);
    let clock = Clock::new(0, "UTC").expect("a clock");
    let mut value = Json::NULL;
    Engine::new(EngineLimits::default())
        .evaluate_parameter(&compiled, &alone.scene(&clock), &mut value)
        .expect("the expression can be evaluated");
    value.as_array().map(<[Json]>::len)
}

fn check(node: &dyn Node, version: f64, parameters: &Json) {
    let description = node.describe().expect("a description");
    let filled = fill_defaults(&description.properties, &node.upgrade(version, parameters.clone()), version);
    let name = node.header().type_name;
    for (ports, list) in [
        (node.inputs(&filled, version), &description.inputs),
        (node.outputs(&filled, version), &description.outputs),
    ] {
        let Ports::Count(count) = ports else { panic!("{name}: {filled} are constants") };
        assert_eq!(Some(count), shown(list, &filled, version), "{name} {version}: {filled}");
    }
}

#[test]
fn functions_agree_with_expressions_on_all_examples() {
    for node in Registry::linked().expect("nodes").nodes() {
        for example in node.examples() {
            check(&**node, example.type_version, &example.parameters);
        }
        for version in node.header().versions {
            check(&**node, *version, &json!({}));
        }
    }
}

#[test]
fn functions_agree_with_expressions_where_parameters_count() {
    let cases = [
        ("switch", 3.2, json!({ "rules": { "values": [] }, "options": { "fallbackOutput": "extra" } })),
        ("switch", 3.2, json!({ "rules": { "values": [{}, {}] }, "options": { "fallbackOutput": "extra" } })),
        ("switch", 3.2, json!({ "rules": { "values": [{}, {}] }, "options": { "fallbackOutput": 1 } })),
        ("switch", 3.4, json!({ "mode": "expression", "numberOutputs": 7 })),
        ("switch", 3.4, json!({ "mode": "expression" })),
        ("switch", 2.0, json!({ "rules": { "rules": [{}, {}] } })),
        ("switch", 2.0, json!({ "mode": "expression", "outputsAmount": 5 })),
        ("respondToWebhook", 1.4, json!({ "enableResponseOutput": true })),
        ("webhook", 2.0, json!({ "multipleMethods": true, "httpMethod": ["GET", "POST", "PUT"] })),
        ("merge", 3.2, json!({ "mode": "append", "numberInputs": 7 })),
        ("merge", 3.2, json!({ "mode": "append", "numberInputs": "3" })),
        ("merge", 3.2, json!({ "mode": "combine", "combineBy": "combineByFields", "numberInputs": 7 })),
    ];
    let registry = Registry::linked().expect("nodes");
    for (name, version, parameters) in cases {
        let node = registry.node(&format!("n8n-nodes-base.{name}"), Some(version)).expect("the node");
        check(&**node, version, &parameters);
    }
}

#[test]
fn what_an_expression_decides_the_host_evaluates() {
    let registry = Registry::linked().expect("nodes");
    let node = registry.node("n8n-nodes-base.switch", Some(3.2)).expect("the node");
    let parameters = json!({ "mode": "expression", "numberOutputs": "={{ 1 + 1 }}" });
    assert!(matches!(node.outputs(&parameters, 3.2), Ports::Expression(_)));
}
