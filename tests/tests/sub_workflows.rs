//! Workflows that call workflows: nothing is sent twice or lost on the way (`docs/engine.md §17`).

use std::time::Duration;

use heddle_tests::{Finished, Service, recipient, recipients, sending_workflow, too_early};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

fn node(name: &str, kind: &str, version: f64, x: i32, parameters: Value) -> Value {
    json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [x, 0], "parameters": parameters })
}

fn connect(names: &[&str]) -> Value {
    names
        .windows(2)
        .map(|pair| {
            (pair[0].to_owned(), json!({ "main": [[{ "node": pair[1], "type": "main", "index": 0 }]] }))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A workflow with one node that calls the workflow `id`.
fn calling(id: &str, parameters: Value, keys: Value) -> Value {
    let mut all = json!({ "workflowId": { "__rl": true, "mode": "id", "value": id }, "options": {} });
    for (key, value) in parameters.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    let mut call = node("Call", "executeWorkflow", 1.3, 200, all);
    for (key, value) in keys.as_object().into_iter().flatten() {
        call[key] = value.clone();
    }
    json!({ "id": "parent", "name": "Parent", "nodes": [node("Start", "manualTrigger", 1.0, 0, json!({})), call],
            "connections": connect(&["Start", "Call"]), "settings": { "executionOrder": "v1" } })
}

/// The called workflow: a trigger, `Send`, and perhaps a node `Then` that fails on items with `bad`.
fn sending(fails_then: bool) -> Value {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["id"] = json!("child");
    workflow["name"] = json!("Child");
    workflow["nodes"][0] =
        node("Start", "executeWorkflowTrigger", 1.1, 0, json!({ "inputSource": "passthrough" }));
    if fails_then {
        let nodes = workflow["nodes"].as_array_mut().expect("nodes");
        nodes.push(node(
            "Then",
            "set",
            3.4,
            400,
            json!({ "mode": "raw", "jsonOutput": "={{ 'no object' }}", "options": {} }),
        ));
        workflow["connections"] = connect(&["Start", "Send", "Then"]);
    }
    workflow
}

fn run(service: &Service, parent: &Value, child: &Value, items: &Value, more: &[&str]) -> Finished {
    service.write("child-file.json", child.to_string());
    let mut command = service.run(parent, items);
    Finished::of(command.args(["--output", "run-data"]).args(more))
}

fn task(finished: &Finished) -> Value {
    finished.json()["data"]["resultData"]["runData"]["Call"][0].clone()
}

#[test]
fn a_workflow_is_found_by_id_and_by_file_name_and_sends_once_for_each_item() {
    for id in ["child", "child-file", "child-file.json"] {
        for (mode, line) in [("once", "Call: 5 items"), ("each", "Call: 5 sent, 0 not sent, 0 unknown")] {
            let service = Service::start();
            let parent = calling(id, json!({ "mode": mode }), json!({}));
            let finished = run(&service, &parent, &sending(false), &recipients(5), &[]);
            assert_eq!(finished.status, 0, "{}", finished.stderr);
            for line in [line, "Call › Send: 5 sent, 0 not sent, 0 unknown"] {
                assert!(finished.stderr.contains(line), "{line}\n{}", finished.stderr);
            }
            let mut reached: Vec<String> = service.ledger().into_iter().map(|entry| entry.to).collect();
            reached.sort();
            assert_eq!(reached, (0..5).map(recipient).collect::<Vec<_>>());
            let task = task(&finished);
            let items = task["data"]["main"][0].as_array().expect("items");
            let pairs: Vec<u64> =
                items.iter().filter_map(|item| item["pairedItem"]["item"].as_u64()).collect();
            assert_eq!(pairs, [0, 1, 2, 3, 4]);
            assert!(task["metadata"]["subExecutions"][0]["nodes"]["Send"][0]["items"].is_array(), "{task}");
        }
    }
}

#[test]
fn a_call_is_not_repeated_once_anything_was_sent() {
    let retry = json!({ "retryOnFail": true, "maxTries": 3, "waitBetweenTries": 1 });
    for mode in ["once", "each"] {
        let service = Service::start();
        let parent = calling("child", json!({ "mode": mode }), retry.clone());
        let finished = run(&service, &parent, &sending(true), &recipients(2), &[]);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert_eq!(
            service.ledger().len(),
            if mode == "once" { 2 } else { 1 },
            "{mode}: somebody was sent to twice"
        );
        let error = finished.json()["data"]["resultData"]["error"].clone();
        assert_eq!(error["context"]["outcome"], "done", "{error}");
        assert_eq!(error["context"]["subWorkflow"]["node"], "Then", "{error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("JSON Output")), "{error}");
    }
}

#[test]
fn a_call_that_proved_to_have_sent_nothing_is_repeated() {
    let retry = json!({ "retryOnFail": true, "maxTries": 3, "waitBetweenTries": 1 });
    for mode in ["once", "each"] {
        let service = Service::start();
        service.fault(FaultRule::new(too_early()).to(recipient(0)).times(2));
        let parent = calling("child", json!({ "mode": mode }), retry.clone());
        let finished = run(&service, &parent, &sending(false), &recipients(1), &[]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert_eq!(service.ledger().len(), 1);
        assert_eq!(service.requests().iter().filter(|request| request.path.ends_with("/send")).count(), 3);
    }
}

#[test]
fn an_unknown_outcome_stays_unknown_and_is_told_at_every_level() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(1)));
    let keys = json!({ "retryOnFail": true, "waitBetweenTries": 1, "onError": "continueErrorOutput" });
    let parent = calling("child", json!({ "mode": "each" }), keys);
    let finished = run(&service, &parent, &sending(false), &recipients(3), &[]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 3);
    for line in ["Call: 2 sent, 0 not sent, 1 unknown", "Call › Send: 2 sent, 0 not sent, 1 unknown"] {
        assert!(finished.stderr.contains(line), "{line}\n{}", finished.stderr);
    }
    let task = task(&finished);
    let outcomes: Vec<&str> = task["metadata"]["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["sent", "unknown", "sent"]);
    let failed = &task["data"]["main"][1][0];
    assert_eq!(failed["json"]["to"], recipient(1));
    assert_eq!(failed["error"]["context"]["outcome"], "unknown", "{failed}");
    assert_eq!(failed["metadata"]["subExecution"]["workflowId"], "child");
    let sends = &task["metadata"]["subExecutions"][1]["nodes"]["Send"][0]["items"][0];
    assert_eq!(sends["outcome"], "unknown", "{task}");
}

#[test]
fn the_time_limit_of_the_caller_reaches_into_the_call() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(400) }));
    let parent = calling("child", json!({ "mode": "once" }), json!({}));
    let more = ["--concurrency", "2", "--timeout", "1"];
    let finished = run(&service, &parent, &sending(false), &recipients(30), &more);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    let sent = service.ledger().len();
    assert!((2..30).contains(&sent), "{sent}");
    let line = format!("Call › Send: {sent} sent, {} not sent, 0 unknown", 30 - sent);
    assert!(finished.stderr.contains(&line), "{line}\n{}", finished.stderr);
    assert!(finished.stderr.contains("timed out"), "{}", finished.stderr);
    assert_eq!(finished.json()["status"], "canceled");
    let task = task(&finished);
    assert_eq!(task["executionStatus"], "canceled");
    let told = task["metadata"]["subExecutions"][0]["nodes"]["Send"][0]["items"].as_array().map(Vec::len);
    assert_eq!(told, Some(30), "what became of each item is kept: {task}");
}

#[test]
fn the_time_limit_of_the_called_workflow_is_a_failure_of_its_caller() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(400) }));
    let mut child = sending(false);
    child["settings"]["executionTimeout"] = json!(1);
    let parent =
        calling("child", json!({ "mode": "once" }), json!({ "retryOnFail": true, "waitBetweenTries": 1 }));
    let finished = run(&service, &parent, &child, &recipients(30), &["--concurrency", "2"]);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    let run = finished.json();
    assert_eq!(run["status"], "error");
    let error = &run["data"]["resultData"]["error"];
    assert_eq!(error["message"], "The execution was cancelled because it timed out");
    assert_eq!(error["context"]["outcome"], "done");
    let sent = service.ledger().len();
    assert!((2..30).contains(&sent), "it was called again: {sent}");
}

#[test]
fn a_workflow_that_calls_itself_without_end_is_stopped() {
    let service = Service::start();
    for mode in ["once", "each"] {
        let mut parent = calling("parent", json!({ "mode": mode }), json!({}));
        parent["nodes"][0] =
            node("Start", "executeWorkflowTrigger", 1.1, 0, json!({ "inputSource": "passthrough" }));
        let finished = run(&service, &parent, &sending(false), &recipients(1), &["--workflows", "."]);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        let finished = run(&service, &parent, &sending(false), &recipients(1), &[]);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert!(finished.stderr.contains("more than 32 levels deep"), "{}", finished.stderr);
    }
}

#[test]
fn a_workflow_says_who_may_call_it() {
    let service = Service::start();
    let parent = calling("child", json!({}), json!({}));
    for (settings, status) in [
        (json!({ "callerPolicy": "none" }), 1),
        (json!({ "callerPolicy": "workflowsFromAList", "callerIds": "a, b" }), 1),
        (json!({ "callerPolicy": "workflowsFromAList", "callerIds": "a, parent" }), 0),
        (json!({ "callerPolicy": "workflowsFromSameOwner" }), 0),
        (json!({ "callerPolicy": "any" }), 0),
    ] {
        let mut child = sending(false);
        child["settings"] = settings.clone();
        let before = service.ledger().len();
        let finished = run(&service, &parent, &child, &recipients(1), &[]);
        assert_eq!(finished.status, status, "{settings}: {}", finished.stderr);
        if status == 1 {
            let message = "The sub-workflow (child) cannot be called by this workflow";
            assert!(finished.stderr.contains(message), "{}", finished.stderr);
            assert_eq!(service.ledger().len(), before);
        }
    }
}

#[test]
fn a_call_that_nobody_waits_for_ends_before_the_command_does() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(100) }));
    let options = json!({ "options": { "waitForSubWorkflow": false } });
    let parent = calling("child", options, json!({}));
    let finished = run(&service, &parent, &sending(false), &recipients(4), &[]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 4);
    assert!(finished.stderr.contains("Call › Send: 4 sent"), "{}", finished.stderr);
    assert_eq!(task(&finished)["data"]["main"][0].as_array().map(Vec::len), Some(4), "the input passes on");

    let finished = run(&service, &parent, &sending(true), &recipients(1), &[]);
    assert_eq!(finished.status, 1, "a failure does not hide: {}", finished.stderr);
    for words in ["\"Child\"", "\"Call\" did not wait for", "JSON Output"] {
        assert!(finished.stderr.contains(words), "{words}\n{}", finished.stderr);
    }
    assert_eq!(finished.json()["status"], "success");
}

#[test]
fn a_dry_run_sends_nothing_through_calls_either() {
    let service = Service::start();
    for mode in ["once", "each"] {
        let parent = calling("child", json!({ "mode": mode }), json!({}));
        let finished = run(&service, &parent, &sending(false), &recipients(2), &["--dry-run"]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert!(service.requests().is_empty());
        let items = task(&finished)["data"]["main"][0].clone();
        assert_eq!(items[1]["json"]["request"]["body"]["to"], recipient(1), "{items}");
    }
}

#[test]
fn a_workflow_that_is_not_there_is_told_with_what_is() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let parent = calling("chld", json!({}), json!({}));
    let finished = run(&service, &parent, &sending(false), &recipients(1), &[]);
    assert_eq!(finished.status, 1);
    for words in ["Workflow does not exist.", "\"chld\"", "child"] {
        assert!(finished.stderr.contains(words), "{words}\n{}", finished.stderr);
    }
    let elsewhere = folder.path().to_string_lossy().into_owned();
    let parent = calling("child", json!({}), json!({}));
    let finished = run(&service, &parent, &sending(false), &recipients(1), &["--workflows", &elsewhere]);
    assert!(finished.stderr.contains("It holds none"), "{}", finished.stderr);
    std::fs::write(folder.path().join("a.json"), sending(false).to_string()).expect("it can be written");
    let finished = run(&service, &parent, &sending(false), &recipients(1), &["--workflows", &elsewhere]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    std::fs::write(folder.path().join("b.json"), sending(false).to_string()).expect("it can be written");
    let finished = run(&service, &parent, &sending(false), &recipients(1), &["--workflows", &elsewhere]);
    assert!(finished.stderr.contains("two workflow files"), "{}", finished.stderr);
    let missing = run(&service, &parent, &sending(false), &recipients(1), &["--workflows", "no/such/folder"]);
    assert_eq!(missing.status, 2, "{}", missing.stderr);
}
