//! Data that workflows keep between runs (`docs/engine.md §1.6`).

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::node::batch_node;
use heddle_node::{
    BatchContext, BatchNode, Item, Items, Json, NodeError, NodeHeader, Registry, StaticScope, async_trait,
};
use heddle_nodes as _;
use heddle_runner::{Host, RunOptions, WorkflowLookup};
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Counts its runs, for itself and for the workflow; with items that have `idle` it writes the same again.
struct Counter;

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Nothing {}

#[async_trait]
impl BatchNode for Counter {
    type Parameters = Nothing;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "test.counter",
        versions: &[1.0],
        display_name: "Counter",
        description: "Counts",
        ..NodeHeader::DEFAULT
    };

    async fn execute(&self, _: &Nothing, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        let idle = context.main_items().iter().any(|item| item.json.get("idle").is_some());
        for scope in [StaticScope::Node, StaticScope::Workflow] {
            let mut data = context.services.static_data(scope);
            let count = data.get("count").and_then(Json::as_f64).unwrap_or_default();
            if !idle {
                data.insert("count", Json::from(count + 1.0));
            }
            context.services.set_static_data(scope, data)?;
        }
        Ok(vec![context.input(context.main_input)])
    }
}

fn counting(id: &str, trigger: &str) -> Value {
    let node = |name: &str, kind: &str, x: i32| json!({ "name": name, "type": kind, "typeVersion": 1, "position": [x, 0], "parameters": {} });
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    json!({
        "id": id, "nodes": [node("Start", trigger, 0), node("A", "test.counter", 200), node("B", "test.counter", 400)],
        "connections": { "Start": to("A"), "A": to("B") }, "settings": { "executionOrder": "v1" },
    })
}

struct Only(Arc<Workflow>);

#[async_trait]
impl WorkflowLookup for Only {
    async fn by_id(&self, _: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Ok(Some(self.0.clone()))
    }
}

fn host() -> Host {
    let mut registry = Registry::linked().expect("nodes");
    registry.register("tests", batch_node(Counter)).expect("it is new");
    let called = counting("called", "n8n-nodes-base.executeWorkflowTrigger");
    Host::new(registry).with_workflows(Arc::new(Only(Arc::new(Workflow::from_json(&Json::from(called))))))
}

fn items(json: Value) -> Option<Vec<Item>> {
    Some(vec![Item::new(Json::from(json))])
}

#[tokio::test]
async fn what_a_workflow_keeps_comes_from_its_file_and_is_given_back_when_it_changed() {
    let host = host();
    let mut workflow = counting("w", "n8n-nodes-base.manualTrigger");
    let run = async |workflow: &Value, options: RunOptions| {
        let workflow = Workflow::from_json(&Json::from(workflow.clone()));
        let result = host.run(&workflow, options).await.expect("it runs");
        serde_json::to_value(result.static_data).expect("JSON")
    };
    let first = run(&workflow, RunOptions::default()).await;
    assert_eq!(
        first,
        json!({ "node:A": { "count": 1 }, "global": { "count": 2 }, "node:B": { "count": 1 } })
    );
    workflow["staticData"] = first.clone();
    let second = run(&workflow, RunOptions::default()).await;
    assert_eq!((&second["node:A"]["count"], &second["global"]["count"]), (&json!(2), &json!(4)));
    let given = RunOptions { static_data: Some(Json::from(second)), ..RunOptions::default() };
    assert_eq!(
        run(&workflow, given).await["node:B"]["count"],
        3,
        "the options' data is in place of the file's"
    );

    let idle = || RunOptions { items: items(json!({ "idle": true })), ..RunOptions::default() };
    assert_eq!(run(&workflow, idle()).await, Value::Null, "nothing changed");
    let manual = RunOptions { pins: true, ..RunOptions::default() };
    assert_eq!(run(&workflow, manual).await, Value::Null, "a run by hand keeps nothing");
    workflow["staticData"] = Value::Null;
    assert_eq!(run(&workflow, idle()).await, Value::Null, "an empty object is no change");
}

#[tokio::test]
async fn called_workflows_go_on_with_what_the_call_before_left() {
    let calling = json!({
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0] },
            { "name": "Call", "type": "n8n-nodes-base.executeWorkflow", "typeVersion": 1, "position": [200, 0],
              "parameters": { "workflowId": "called", "mode": "each" } },
        ],
        "connections": { "Start": { "main": [[{ "node": "Call", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    });
    let workflow = Workflow::from_json(&Json::from(calling));
    let kept = BTreeMap::from([("called".to_owned(), Json::from(json!({ "node:A": { "count": 10 } })))]);
    let items = (0..3).map(|number| Item::new(Json::from(json!({ "number": number })))).collect();
    let options = RunOptions { items: Some(items), called_static_data: kept, ..RunOptions::default() };
    let result = host().run(&workflow, options).await.expect("it runs");
    assert!(result.static_data.is_none());
    let called = serde_json::to_value(&result.called_static_data).expect("JSON");
    assert_eq!(called["called"]["node:A"]["count"], 13, "{called}");
    assert_eq!(called["called"]["global"]["count"], 6, "{called}");
}

#[test]
fn the_command_line_reads_a_file_and_leaves_it_when_nothing_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    };
    let workflow = file(
        "w.json",
        r#"{ "nodes": [{ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "position": [0, 0] }], "connections": {} }"#,
    );
    let run = |data: &std::path::Path| {
        Finished::of(heddle().arg("run").arg(&workflow).arg("--static-data").arg(data))
    };
    let kept = file("kept.json", "{\"global\": {\"a\": 1}}");
    assert_eq!(run(&kept).status, 0);
    assert_eq!(std::fs::read_to_string(&kept).expect("it is there"), "{\"global\": {\"a\": 1}}");
    let new = folder.path().join("new.json");
    assert_eq!(run(&new).status, 0);
    assert!(!new.exists(), "there is nothing to keep");
    for text in ["{", "[]"] {
        let wrong = run(&file("wrong.json", text));
        assert_eq!(wrong.status, 2, "{text}");
        assert!(wrong.stderr.contains("wrong.json"), "{}", wrong.stderr);
    }
}
