//! The time limit of a run: it ends everything, and loses nothing (`docs/engine.md §19`).

use std::time::Duration;

use heddle_tests::{Finished, Service, heddle, recipients, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// What n8n says, and calls it.
const MESSAGE: &str = "The execution was cancelled because it timed out";
const NAME: &str = "TimeoutExecutionCancelledError";

fn slow_service() -> Service {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(400) }));
    service
}

fn assert_ended_in_time(service: &Service, finished: &Finished) {
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    let sent = service.ledger().len();
    assert!((4..40).contains(&sent), "{sent}");
    let summary = format!("Send: {sent} sent, {} not sent, 0 unknown", 40 - sent);
    assert!(finished.stderr.contains(&summary), "{summary}\n{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("not sent: {sent}-39")), "{}", finished.stderr);
    assert!(finished.stderr.contains(MESSAGE), "{}", finished.stderr);
    let run = finished.json();
    assert_eq!(run["status"], "canceled");
    assert!(run.get("finished").is_none());
    let error = &run["data"]["resultData"]["error"];
    assert_eq!((&error["name"], &error["message"]), (&json!(NAME), &json!(MESSAGE)), "{error}");
    let items = run["data"]["resultData"]["runData"]["Send"][0]["metadata"]["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(40), "what became of each item is kept: {items}");
}

#[test]
fn a_run_that_takes_too_long_starts_no_new_send_and_lets_those_in_flight_end() {
    let service = slow_service();
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(40));
    command.args(["--concurrency", "4", "--output", "run-data", "--timeout", "1"]);
    assert_ended_in_time(&service, &Finished::of(&mut command));
}

#[test]
fn the_workflow_says_how_long_it_may_take_and_the_command_line_overrules_it() {
    let service = slow_service();
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["settings"]["executionTimeout"] = json!(1);
    let run = |more: &[&str], items: &Value| {
        let mut command = service.run(&workflow, items);
        Finished::of(command.args(["--concurrency", "4", "--output", "run-data"]).args(more))
    };
    assert_ended_in_time(&service, &run(&[], &recipients(40)));
    let before = service.ledger().len();
    let unlimited = run(&["--timeout", "0"], &recipients(12));
    assert_eq!(unlimited.status, 0, "{}", unlimited.stderr);
    assert_eq!(service.ledger().len() - before, 12);
}

#[test]
fn an_endless_loop_of_nodes_that_only_compute_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("loop.json");
    let node = |name: &str, kind: &str, x: i32| {
        json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": 1,
                "position": [x, 0], "parameters": {} })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let workflow = json!({
        "nodes": [node("Start", "manualTrigger", 0), node("A", "noOp", 200), node("B", "noOp", 400)],
        "connections": { "Start": to("A"), "A": to("B"), "B": to("A") },
        "settings": { "executionOrder": "v1" },
    });
    std::fs::write(&file, workflow.to_string()).expect("it can be written");
    let finished = Finished::of(heddle().arg("run").arg(&file).args(["--timeout", "0.3"]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains(MESSAGE), "{}", finished.stderr);
}

#[test]
fn a_time_that_is_no_time_is_a_wrong_call() {
    for text in ["-1", "soon", "inf"] {
        let finished = Finished::of(heddle().args(["run", "x.json", &format!("--timeout={text}")]));
        assert_eq!(finished.status, 2, "{text}");
        assert!(finished.stderr.contains("--timeout"), "{}", finished.stderr);
    }
}
