//! Waits: a run goes on when the time has come, or gives back when that is (`docs/engine.md §18`).

use std::time::Duration;

use heddle_node::{Json, Registry};
use heddle_nodes as _;
use heddle_runner::{CancelReason, Host, RunOptions, RunResult, Status};
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use serde_json::{Value, json};
use tokio::time::Instant;

fn workflow(parameters: Value) -> Value {
    let node = |name: &str, kind: &str, version: f64, x: i32, parameters: Value| {
        json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
                "position": [x, 0], "parameters": parameters })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    json!({
        "nodes": [node("Start", "manualTrigger", 1.0, 0, json!({})), node("Wait", "wait", 1.1, 200, parameters),
                  node("After", "noOp", 1.0, 400, json!({}))],
        "connections": { "Start": to("Wait"), "Wait": to("After") },
        "settings": { "executionOrder": "v1", "timezone": "Asia/Tokyo" },
    })
}

async fn run(parameters: Value, options: RunOptions) -> RunResult {
    let workflow = Workflow::from_json(&Json::from(workflow(parameters)));
    let host = Host::new(Registry::linked().expect("nodes"));
    host.run(&workflow, options).await.expect("it runs")
}

fn runs(result: &RunResult, node: &str) -> Value {
    serde_json::to_value(result.run_data.runs_of(node)).expect("JSON")
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_ends_and_its_run_is_replaced() {
    let start = Instant::now();
    let result = run(json!({ "amount": 3, "unit": "hours" }), RunOptions::default()).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let waited = start.elapsed();
    assert!(
        waited >= Duration::from_secs(3 * 3600 - 1) && waited < Duration::from_secs(3 * 3600 + 60),
        "{waited:?}"
    );
    let waits = runs(&result, "Wait");
    assert_eq!(waits.as_array().map(Vec::len), Some(1), "{waits}");
    assert_eq!((&waits[0]["executionStatus"], &waits[0]["executionIndex"]), (&json!("success"), &json!(2)));
    assert_eq!(runs(&result, "After").as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_run_that_stops_at_waits_says_when_it_goes_on() {
    let before = jiff_now();
    let options = || RunOptions { stop_at_wait: true, ..RunOptions::default() };
    let result = run(json!({ "amount": 2, "unit": "days" }), options()).await;
    assert_eq!(result.status, Status::Waiting);
    let till = result.wait_till.expect("a moment");
    assert!((2 * 86_400_000..2 * 86_400_000 + 60_000).contains(&(till - before)), "{till}");
    assert_eq!(runs(&result, "Wait")[0]["executionStatus"], "waiting");
    assert_eq!(runs(&result, "After"), json!([]));
    let json = serde_json::to_value(&result).expect("JSON");
    assert!(
        json["waitTill"].as_str().is_some_and(|text| text.ends_with('Z')) && json.get("finished").is_none()
    );

    // Recorded: n8n reads a time without a zone in the workflow's.
    let at = json!({ "resume": "specificTime", "dateTime": "2099-01-01 10:00:00" });
    let json = serde_json::to_value(run(at, options()).await).expect("JSON");
    assert_eq!(json["waitTill"], "2099-01-01T01:00:00.000Z");
    let short = run(json!({ "amount": 0.01, "unit": "seconds" }), options()).await;
    assert_eq!(short.status, Status::Success, "a short wait is the node's own matter");
}

fn jiff_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("in this age")
}

#[tokio::test(start_paused = true)]
async fn a_wait_can_be_cancelled_and_counts_for_the_time_limit() {
    for amount in [40, 4000] {
        let options = RunOptions { timeout: Some(Duration::from_secs(10)), ..RunOptions::default() };
        let result = run(json!({ "amount": amount, "unit": "seconds" }), options).await;
        assert_eq!(result.status, Status::Canceled);
        assert_eq!(result.cancel_reason, Some(CancelReason::Timeout));
        assert_eq!(runs(&result, "After"), json!([]));

        let options = RunOptions::default();
        let cancel = options.cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            cancel.cancel();
        });
        let result = run(json!({ "amount": amount, "unit": "seconds" }), options).await;
        assert_eq!((result.status, result.cancel_reason), (Status::Canceled, Some(CancelReason::Manual)));
    }
}

/// The messages are n8n's, as recorded.
#[tokio::test]
async fn a_wait_that_makes_no_sense_fails() {
    for (parameters, message) in [
        (
            json!({ "amount": -1, "unit": "seconds" }),
            "Invalid wait amount. Please enter a number that is 0 or greater.",
        ),
        (
            json!({ "resume": "specificTime", "dateTime": "nonsense" }),
            "Cannot put execution to wait because `dateTime` parameter is not a valid date. \
             Please pick a specific date and time to wait until.",
        ),
        (json!({ "resume": "webhook" }), "Waiting for a webhook call is not supported yet"),
        (json!({ "resume": "form" }), "Waiting for a form is not supported yet"),
    ] {
        let result = run(parameters, RunOptions::default()).await;
        assert_eq!(result.status, Status::Error);
        assert_eq!(result.error.map(|error| error.message).as_deref(), Some(message));
    }
}

#[test]
fn the_command_line_waits_or_says_until_when() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wait.json");
    let write = |parameters: Value| {
        std::fs::write(&file, workflow(parameters).to_string()).expect("it can be written")
    };
    write(json!({ "amount": 0.05, "unit": "seconds" }));
    assert_eq!(Finished::of(heddle().arg("run").arg(&file)).status, 0);
    write(json!({ "amount": 5, "unit": "minutes" }));
    let finished = Finished::of(heddle().arg("run").arg(&file).args(["--no-wait", "--output", "run-data"]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(finished.json()["status"], "waiting");
    let finished = Finished::of(heddle().arg("run").arg(&file).args(["--destination", "Start"]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(!finished.stderr.contains("Wait"), "only what leads there runs: {}", finished.stderr);
    let wrong = Finished::of(heddle().arg("run").arg(&file).args(["--destination", "Wit"]));
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("\"Wait\""), "{}", wrong.stderr);
}
