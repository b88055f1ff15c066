//! Error workflows: who runs when a workflow has failed, and what it is told (`docs/engine.md §16.2`).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use heddle_node::node::batch_node;
use heddle_node::{BatchContext, BatchNode, Item, Items, Json, NodeError, NodeHeader, Registry, async_trait};
use heddle_nodes as _;
use heddle_runner::{Host, RunOptions, WorkflowLookup};
use heddle_tests::{Finished, Service, recipients};
use heddle_workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn node(name: &str, kind: &str, version: f64, x: i32, parameters: Value) -> Value {
    json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [x, 0], "parameters": parameters })
}

fn to(name: &str) -> Value {
    json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] })
}

/// A workflow that fails at the node `Fail`, with further nodes and connections.
fn failing(settings: Value, nodes: &[Value], connections: Value) -> Value {
    let mut all = vec![
        node("Start", "manualTrigger", 1.0, 0, json!({})),
        node(
            "Fail",
            "set",
            3.4,
            200,
            json!({ "mode": "raw", "jsonOutput": "={{ 'no object' }}", "options": {} }),
        ),
    ];
    all.extend_from_slice(nodes);
    let mut connections = connections;
    connections["Start"] = to("Fail");
    json!({ "id": "f1", "name": "Failing", "nodes": all, "connections": connections, "settings": settings })
}

/// The nodes of an error workflow that tells everybody in the list: an error trigger, and a message.
fn telling() -> (Vec<Value>, Value) {
    let mut send =
        heddle_tests::sending_workflow(json!({ "numberToSend": "5511900000001" }), json!({}))["nodes"][1]
            .clone();
    send["name"] = json!("Tell");
    (vec![node("Told", "errorTrigger", 1.0, 0, json!({})), send], json!({ "Told": to("Tell") }))
}

fn run(service: &Service, workflow: &Value, more: &[&str]) -> Finished {
    let mut command = service.run(workflow, &recipients(1));
    Finished::of(command.args(["--output", "run-data"]).args(more))
}

#[test]
fn the_error_workflow_of_the_settings_runs_and_the_failure_stays() {
    let service = Service::start();
    let (nodes, connections) = telling();
    let teller = json!({ "id": "teller", "name": "Teller", "nodes": nodes, "connections": connections,
                         "settings": { "executionOrder": "v1" } });
    service.write("teller-file.json", teller.to_string());
    for id in ["teller", "teller-file"] {
        let settings = json!({ "executionOrder": "v1", "errorWorkflow": id });
        let before = service.ledger().len();
        let finished = run(&service, &failing(settings, &[], json!({})), &[]);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert_eq!(service.ledger().len(), before + 1, "{}", finished.stderr);
        assert!(finished.stderr.contains("Error workflow › Tell: 1 sent"), "{}", finished.stderr);
        assert!(finished.stderr.contains("error: The 'JSON Output' in item 0"), "{}", finished.stderr);
        assert_eq!(finished.json()["data"]["resultData"]["lastNodeExecuted"], "Fail");
    }
}

#[test]
fn a_workflow_with_an_error_trigger_tells_itself_except_by_hand() {
    let service = Service::start();
    let (nodes, connections) = telling();
    let workflow = failing(json!({ "executionOrder": "v1" }), &nodes, connections);
    let finished = run(&service, &workflow, &[]);
    assert_eq!(finished.status, 1);
    assert_eq!(service.ledger().len(), 1, "{}", finished.stderr);
    let by_hand = run(&service, &workflow, &["--pins"]);
    assert_eq!(by_hand.status, 1);
    assert_eq!(service.ledger().len(), 1, "a run by hand has somebody who sees it fail");
    let dry = run(&service, &workflow, &["--dry-run"]);
    assert_eq!(dry.status, 1);
    assert_eq!(service.ledger().len(), 1);
}

#[test]
fn an_error_workflow_that_fails_is_told_too_and_runs_once() {
    let service = Service::start();
    let broken = [
        node("Told", "errorTrigger", 1.0, 0, json!({})),
        node("Worse", "set", 3.4, 200, json!({ "mode": "raw", "jsonOutput": "={{ [] }}", "options": {} })),
    ];
    let workflow = failing(json!({ "executionOrder": "v1" }), &broken, json!({ "Told": to("Worse") }));
    let finished = run(&service, &workflow, &[]);
    assert_eq!(finished.status, 1);
    for words in ["the error workflow \"Failing\" ended as error", "error: The 'JSON Output' in item 0"] {
        assert!(finished.stderr.contains(words), "{words}\n{}", finished.stderr);
    }
    let missing = failing(json!({ "executionOrder": "v1", "errorWorkflow": "nowhere" }), &[], json!({}));
    let finished = run(&service, &missing, &[]);
    assert_eq!(finished.status, 1);
    for words in ["Workflow does not exist.", "\"nowhere\"", "error: The 'JSON Output' in item 0"] {
        assert!(finished.stderr.contains(words), "{words}\n{}", finished.stderr);
    }
}

#[test]
fn a_success_and_a_failure_that_continues_tell_nobody() {
    let service = Service::start();
    let (nodes, connections) = telling();
    let mut workflow = failing(json!({ "executionOrder": "v1" }), &nodes, connections);
    workflow["nodes"][1]["onError"] = json!("continueRegularOutput");
    assert_eq!(run(&service, &workflow, &[]).status, 0);
    assert!(service.ledger().is_empty());
}

/// Keeps the items that it gets.
struct Capture(Arc<Mutex<Vec<Item>>>);

#[async_trait]
impl BatchNode for Capture {
    type Parameters = Nothing;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "test.capture",
        versions: &[1.0],
        display_name: "Capture",
        description: "Keeps items",
        ..NodeHeader::DEFAULT
    };

    async fn execute(&self, _: &Nothing, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        self.0.lock().expect("no test panics here").extend_from_slice(context.main_items());
        Ok(Vec::new())
    }
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Nothing {}

struct Only(Arc<Workflow>);

#[async_trait]
impl WorkflowLookup for Only {
    async fn by_id(&self, _: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Ok(Some(self.0.clone()))
    }
}

#[tokio::test]
async fn the_error_trigger_gets_what_n8n_gives_it() {
    let captured = Arc::new(Mutex::new(Vec::new()));
    let mut registry = Registry::linked().expect("nodes");
    registry.register("tests", batch_node(Capture(Arc::clone(&captured)))).expect("it is new");
    let keep = json!({ "name": "Keep", "type": "test.capture", "typeVersion": 1, "position": [200, 0] });
    let teller = json!({
        "id": "teller", "settings": { "executionOrder": "v1" },
        "nodes": [node("Told", "errorTrigger", 1.0, 0, json!({})), keep],
        "connections": { "Told": to("Keep") },
    });
    let host = Host::new(registry)
        .with_workflows(Arc::new(Only(Arc::new(Workflow::from_json(&Json::from(teller))))));
    let told = async |workflow: Value, timeout: Option<Duration>| {
        let workflow = Workflow::from_json(&Json::from(workflow));
        let options = RunOptions { timeout, ..RunOptions::default() };
        let execution = options.execution.to_string();
        let result = host.run(&workflow, options).await.expect("it runs");
        let items = std::mem::take(&mut *captured.lock().expect("no test panics here"));
        assert_eq!(items.len(), 1);
        let item = items[0].json.to_value();
        assert_eq!(item["execution"]["id"], execution);
        let error = serde_json::to_value(&result.error.expect("it failed").json).expect("JSON");
        assert_eq!(item["execution"]["error"], error, "the error of the run data");
        assert!(result.background[0].caller.is_none() && result.background[0].error.is_none());
        item
    };
    let settings = json!({ "executionOrder": "v1", "errorWorkflow": "teller" });
    let item = told(failing(settings.clone(), &[], json!({})), None).await;
    assert_eq!(item["workflow"], json!({ "id": "f1", "name": "Failing" }));
    let execution = &item["execution"];
    assert_eq!((&execution["lastNodeExecuted"], &execution["mode"]), (&json!("Fail"), &json!("trigger")));
    let error = &execution["error"];
    assert_eq!((&error["name"], &error["node"]["name"]), (&json!("NodeOperationError"), &json!("Fail")));

    let endless = json!({
        "id": "e1", "name": "Endless", "settings": settings,
        "nodes": [node("Start", "manualTrigger", 1.0, 0, json!({})), node("A", "noOp", 1.0, 200, json!({}))],
        "connections": { "Start": to("A"), "A": to("A") },
    });
    let item = told(endless, Some(Duration::from_millis(100))).await;
    assert_eq!(item["execution"]["error"]["name"], "TimeoutExecutionCancelledError");
}
