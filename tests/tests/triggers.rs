//! Runs that begin where a call, a form, a message or the clock would start them.

use heddle_node::{AnswerBody, Item, Json, Registry};
use heddle_nodes as _;
use heddle_runner::{Host, RunError, RunOptions, RunResult};
use heddle_workflow::{Severity, Workflow};
use serde_json::{Value, json};

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({
        "id": name, "name": name, "type": kind, "typeVersion": version, "position": [0, 0],
        "parameters": parameters,
    })
}

/// A workflow of triggers that all lead to one node.
fn workflow(triggers: Vec<Value>, last: Value) -> Value {
    let mut connections = serde_json::Map::new();
    for trigger in &triggers {
        let name = trigger["name"].as_str().expect("a name").to_owned();
        connections.insert(name, json!({ "main": [[{ "node": last["name"], "type": "main", "index": 0 }]] }));
    }
    let nodes: Vec<Value> = triggers.into_iter().chain([last]).collect();
    json!({ "name": "Started", "nodes": nodes, "connections": connections, "settings": { "executionOrder": "v1", "timezone": "Europe/Berlin" } })
}

fn after() -> Value {
    node("After", "n8n-nodes-base.noOp", 1.0, json!({}))
}

fn webhook() -> Value {
    node("Call", "n8n-nodes-base.webhook", 2.0, json!({ "path": "x", "options": {} }))
}

async fn run(workflow: &Value, options: RunOptions) -> Result<RunResult, RunError> {
    let workflow = Workflow::parse("started", &workflow.to_string()).expect("a workflow");
    Host::new(Registry::linked().expect("nodes")).run(&workflow, options).await
}

fn with_items(items: Value) -> RunOptions {
    let items = items.as_array().expect("a list").iter().map(|item| Item::new(Json::from(item.clone())));
    RunOptions { items: Some(items.collect()), ..RunOptions::default() }
}

fn last_items(result: &RunResult) -> Vec<Value> {
    let outputs = result.last_outputs("After").expect("it ran");
    outputs[0].iter().map(|item| item.json.to_value()).collect()
}

#[tokio::test]
async fn a_trigger_that_waits_for_something_asks_for_items() {
    for (trigger, words) in [
        (webhook(), ["a call", "\"body\""]),
        (
            node("Form", "n8n-nodes-base.formTrigger", 2.2, json!({ "formTitle": "Who" })),
            ["a form", "submittedAt"],
        ),
        (node("Chat", "@n8n/n8n-nodes-langchain.chatTrigger", 1.1, json!({})), ["a message", "chatInput"]),
    ] {
        let mut workflow = workflow(vec![trigger], after());
        let refused =
            run(&workflow, RunOptions::default()).await.expect_err("nothing was called").to_string();
        for word in words.into_iter().chain(["--input"]) {
            assert!(refused.contains(word), "{word}: {refused}");
        }
        assert!(!refused.contains("--pins"), "{refused}");
        let result = run(&workflow, with_items(json!([{ "body": { "a": 1 } }]))).await.expect("it runs");
        assert_eq!(last_items(&result), [json!({ "body": { "a": 1 } })]);

        let name = workflow["nodes"][0]["name"].as_str().expect("a name").to_owned();
        workflow["pinData"] = json!({ name: [{ "json": { "pinned": true } }] });
        let refused = run(&workflow, RunOptions::default()).await.expect_err("pins do not count").to_string();
        assert!(refused.contains("--pins"), "{refused}");
        let pinned = RunOptions { pins: true, ..RunOptions::default() };
        assert_eq!(last_items(&run(&workflow, pinned).await.expect("it runs")), [json!({ "pinned": true })]);
    }
}

#[tokio::test]
async fn a_workflow_is_sound_without_the_call_that_starts_it() {
    let workflow = workflow(vec![webhook()], after());
    let parsed = Workflow::parse("started", &workflow.to_string()).expect("a workflow");
    let host = Host::new(Registry::linked().expect("nodes"));
    let checked = host.check(&parsed, &RunOptions::default()).await;
    assert!(
        checked.problems.iter().all(|problem| problem.severity == Severity::Warning),
        "{:?}",
        checked.problems
    );
    assert!(
        checked.problems.iter().any(|problem| problem.message.contains("--input")),
        "{:?}",
        checked.problems
    );
    assert!(host.check(&parsed, &with_items(json!([{}]))).await.problems.is_empty());
}

#[tokio::test]
async fn the_clock_gives_an_item_that_tells_the_time() {
    let trigger =
        node("Clock", "n8n-nodes-base.scheduleTrigger", 1.2, json!({ "rule": { "interval": [{}] } }));
    let workflow = workflow(vec![trigger], after());
    let items = last_items(&run(&workflow, RunOptions::default()).await.expect("it runs"));
    assert_eq!(items.len(), 1);
    let zone = items[0]["Timezone"].as_str().expect("a zone");
    assert!(zone.starts_with("Europe/Berlin (UTC+0"), "{zone}");
    assert_eq!(items[0].as_object().map(serde_json::Map::len), Some(11), "{items:?}");
    let given = run(&workflow, with_items(json!([{ "timestamp": "then" }]))).await.expect("it runs");
    assert_eq!(last_items(&given), [json!({ "timestamp": "then" })]);
}

#[tokio::test]
async fn without_items_a_trigger_that_needs_none_comes_first() {
    let manual = node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({}));
    let workflow = workflow(vec![webhook(), manual], after());
    let result = run(&workflow, RunOptions::default()).await.expect("it runs");
    assert!(result.run_data.runs_of("Call").is_empty() && !result.run_data.runs_of("Start").is_empty());
    let result = run(&workflow, with_items(json!([{ "body": {} }]))).await.expect("it runs");
    assert!(!result.run_data.runs_of("Call").is_empty(), "the first trigger gets the items");
}

#[tokio::test]
async fn the_answer_to_the_call_is_part_of_the_result() {
    let respond = json!({
        "respondWith": "json", "responseBody": "={{ { got: $json.body.a } }}",
        "options": { "responseCode": 202, "responseHeaders": { "entries": [{ "name": "X-Kind", "value": "test" }] } },
    });
    let workflow = workflow(vec![webhook()], node("After", "n8n-nodes-base.respondToWebhook", 1.1, respond));
    let result = run(&workflow, with_items(json!([{ "body": { "a": 1 } }]))).await.expect("it runs");
    let answer = result.answer.as_ref().expect("an answer");
    assert_eq!(answer.status, 202);
    assert_eq!(answer.headers, [("x-kind".to_owned(), "test".to_owned())]);
    assert_eq!(answer.body, AnswerBody::Json(Json::from(json!({ "got": 1 }))));
    let shown = serde_json::to_value(&result).expect("JSON");
    assert_eq!(
        shown["response"],
        json!({ "body": { "got": 1 }, "headers": { "x-kind": "test" }, "statusCode": 202 })
    );
}
