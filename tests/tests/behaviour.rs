//! Every registered node behaves as a node should.

use std::fmt::Write as _;

use heddle_node::{Json, Node, NodeExample, Registry};
use heddle_nodes as _;
use heddle_testkit::{FakeService, NodeTest, SERVICE};
use heddle_tests::oracle::Oracle;
use serde_json::{Value, json};

#[tokio::test]
async fn every_node_passes_the_behaviour_suite() {
    let registry = Registry::linked().expect("nodes");
    let without: Vec<&str> = registry
        .nodes()
        .filter(|node| node.examples().is_empty())
        .map(|node| node.header().type_name)
        .collect();
    assert!(without.is_empty(), "nodes without an example are not tested: {without:?}");
    let faults = heddle_testkit::check_all(&registry).await;
    let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", list.join("\n"));
}

#[test]
fn the_generated_schemas_are_up_to_date() {
    let registry = Registry::linked().expect("nodes");
    let folder = heddle_tests::root().join("schemas");
    for (name, text) in heddle_runner::schemas::generate(&registry).expect("schemas") {
        let written = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert_eq!(written, text, "schemas/{name} is stale: run `cargo run -- schema --out schemas`");
    }
}

/// What n8n's nodes put out in their examples is n8n's answer. Where it gives another one than Heddle, on purpose, the line
/// keeps a `why`, and is left as it is.
// The service answers while this thread waits for n8n.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "asks n8n, which HEDDLE_ORACLE names, what the examples of its nodes put out"]
async fn record_examples() {
    let registry = Registry::linked().expect("nodes");
    let file = heddle_tests::root().join("nodes/core/src/examples.jsonl");
    let former: Vec<Value> = std::fs::read_to_string(&file)
        .unwrap_or_default()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let mut oracle = Oracle::start().expect("HEDDLE_ORACLE names the oracle");
    let mut text = String::new();
    for node in registry.nodes() {
        let type_name = node.header().type_name;
        if !type_name.starts_with("n8n-nodes-base.") && !type_name.starts_with("@n8n/") {
            continue;
        }
        for example in node.examples() {
            let is_same = |line: &&Value| {
                line["type"] == type_name
                    && line["version"].as_f64() == Some(example.type_version)
                    && line["title"] == example.title
            };
            let kept = former.iter().find(is_same).filter(|line| line.get("why").is_some());
            let line = match kept {
                Some(line) => line.clone(),
                None => recorded_example(&mut oracle, &**node, &example, &registry).await,
            };
            writeln!(text, "{line}").expect("a text takes everything");
        }
    }
    std::fs::write(file, text).expect("it can be written");
}

async fn recorded_example(
    oracle: &mut Oracle,
    node: &dyn Node,
    example: &NodeExample,
    registry: &Registry,
) -> Value {
    let type_name = node.header().type_name;
    let service = FakeService::start(&example.exchanges).await.expect("a service");
    let result =
        NodeTest::of_example(type_name, example, service.url()).run(registry).await.expect("it runs");
    let ours: Value = result
        .last_outputs("Node")
        .unwrap_or_default()
        .iter()
        .map(|items| items.iter().map(|item| item.json.to_value()).collect::<Value>())
        .collect();
    let service = FakeService::start(&example.exchanges).await.expect("a service");
    let credentials: serde_json::Map<String, Value> =
        example.credentials.iter().map(|(name, data)| ((*name).to_owned(), data.to_value())).collect();
    let named: serde_json::Map<String, Value> = example
        .credentials
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!({ "id": name, "name": name })))
        .collect();
    let answer = oracle.ask(&json!({
        "workflow": {
            "nodes": [{
                "id": "1", "name": "Node", "type": type_name, "typeVersion": example.type_version,
                "position": [0, 0], "parameters": example.parameters.to_value(), "credentials": named,
            }],
            "connections": {},
            "settings": { "executionOrder": "v1" },
        },
        "start": "Node",
        "items": example.items.iter().map(Json::to_value).collect::<Vec<_>>(),
        "credentials": credentials,
        "routes": { SERVICE: service.url() },
    }));
    let runs = answer["nodes"]["Node"].as_array().cloned().unwrap_or_default();
    let outputs = runs.last().map(|run| run["outputs"].clone()).unwrap_or_default();
    let outputs: Value = outputs
        .as_array()
        .into_iter()
        .flatten()
        .map(|items| {
            items.as_array().into_iter().flatten().map(|item| item["json"].clone()).collect::<Value>()
        })
        .collect();
    let mut line = json!({
        "type": type_name, "version": example.type_version, "title": example.title, "n8n": "2.40.7", "outputs": outputs,
    });
    if answer["status"] != "success" || Json::from(line["outputs"].clone()) != Json::from(ours.clone()) {
        println!(
            "{type_name} {:?}: n8n {} {}, ours {ours}",
            example.title, answer["status"], line["outputs"]
        );
        line["ours"] = ours;
    }
    line
}
