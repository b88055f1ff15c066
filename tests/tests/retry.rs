//! `heddle retry`: a new run of items of an old one, which begins at the node that sends them (`docs/runs.md §2`).

#![cfg(unix)]

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::kept::Kept;
use heddle_tests::{Finished, recipient, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

fn node(name: &str, node_type: &str, version: f64, parameters: Value) -> Value {
    json!({ "name": name, "type": format!("n8n-nodes-base.{node_type}"), "typeVersion": version,
            "position": [0, 0], "parameters": parameters })
}

/// The nodes one after the other, behind the start of a workflow that ends with `Send`.
fn behind_each_other(mut workflow: Value, between: Vec<Value>) -> Value {
    let mut connections = json!({});
    let mut before = "Start".to_owned();
    let names: Vec<String> =
        between.iter().map(|node| node["name"].as_str().expect("a name").to_owned()).collect();
    for name in names.iter().map(String::as_str).chain(["Send"]) {
        connections[&before] = json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
        before = name.to_owned();
    }
    workflow["nodes"].as_array_mut().expect("nodes").extend(between);
    workflow["connections"] = connections;
    workflow
}

fn retry(kept: &Kept, only: &str) -> Finished {
    let id = kept.id().expect("it is kept");
    Finished::of(&mut kept.command(&["retry", &id, "--only", only]))
}

#[test]
fn it_begins_at_the_sending_node_and_reads_what_was() {
    let other = HostileService::start(|_| Reply::status("200 OK", "Content-Type: application/json\r\n"));
    let parameters = json!({ "sessionMetadatas": { "sessionMetadata": [
        { "key": "stamp", "value": "={{ $('Stamp').item.json.stamp }}" } ] } });
    let sending = sending_workflow(parameters, json!({ "onError": "continueErrorOutput" }));
    let post = json!({ "method": "POST", "url": format!("{}/told", other.url()), "sendBody": true,
        "specifyBody": "json", "jsonBody": "={{ $json }}", "options": {} });
    let stamp = json!({ "assignments": { "assignments": [
        { "name": "stamp", "type": "string", "value": "={{ Math.random().toString() }}" },
        { "name": "to", "type": "string", "value": "={{ $('Start').item.json.to }}" } ] }, "options": {} });
    let between = vec![node("Tell", "httpRequest", 4.2, post), node("Stamp", "set", 3.4, stamp)];
    let kept = Kept::new(behind_each_other(sending, between), 4);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(2)).times(1));
    let ended = Finished::of(&mut kept.run());
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!((other.requests().len(), kept.service.ledger().len()), (4, 3));
    let first = kept.id().expect("it is kept");
    let export = Finished::of(&mut kept.command(&["runs", "export", &first])).json();
    let stamps = &export["data"]["resultData"]["runData"]["Stamp"][0]["data"]["main"][0];
    let stamp = stamps[2]["json"]["stamp"].as_str().expect("a stamp").to_owned();

    let retried = retry(&kept, "notSent");
    assert_eq!(retried.status, 0, "{}", retried.stderr);
    assert!(retried.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 3 skipped"), "{}", retried.stderr);
    assert!(retried.stderr.contains("Tell: 0 sent, 0 not sent, 0 unknown, 4 skipped"), "{}", retried.stderr);
    assert_eq!(other.requests().len(), 4, "what came before is not sent again");
    let ledger = kept.service.ledger();
    assert_eq!((ledger.len(), ledger[3].to.as_str()), (4, recipient(2).as_str()));
    assert_eq!(ledger[3].json()["sessionMetadata"]["stamp"], stamp.as_str());

    // It is a run of its own, which says whose items it runs.
    let second = kept.id().expect("it is kept");
    assert_ne!(first, second);
    let shown = Finished::of(&mut kept.command(&["runs", "show", &second, "--json"])).json();
    assert_eq!(shown["retryOf"], first.as_str(), "{shown}");
    let text = Finished::of(&mut kept.command(&["runs", "show", &second]));
    assert!(text.stdout.contains(&first), "{}", text.stdout);
    let nothing = retry(&kept, "failed");
    assert!(nothing.stderr.contains("nothing to do"), "{}", nothing.stderr);
}

#[test]
fn what_a_retry_leaves_keeps_a_second_mailing_from_beginning() {
    let kept = Kept::sending_with(json!({ "onError": "continueErrorOutput" }), 4);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(1)).times(1));
    kept.service.fault(FaultRule::new(Fault::CutBeforeReading).to(recipient(2)).times(1));
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    let first = kept.id().expect("it is kept");
    assert_eq!(retry(&kept, "notSent").status, 0);
    let second = Finished::of(&mut kept.run());
    assert_eq!(second.status, 3, "one is unknown still: {}", second.stderr);
    assert!(second.stderr.contains(&first[..8]), "{}", second.stderr);
    let last = Finished::of(&mut kept.command(&["retry", &first, "--only", "unknown"]));
    assert_eq!((last.status, kept.service.ledger().len()), (0, 4), "{}", last.stderr);
    assert_eq!(Finished::of(&mut kept.run()).status, 0, "nothing is left");
    assert_eq!(kept.service.ledger().len(), 8);
}

#[test]
fn a_run_of_which_items_were_run_again_is_not_taken_up() {
    let kept = Kept::sending(4);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(1)).times(1));
    let mut first = kept.run_at("1");
    assert_eq!(Finished::of(&mut first).status, 1);
    let id = kept.id().expect("it is kept");
    assert_eq!(retry(&kept, "notSent").status, 0);
    assert_eq!(kept.service.ledger().len(), 4);
    let resumed = Finished::of(&mut kept.command(&["resume", &id]));
    assert_eq!((resumed.status, kept.service.ledger().len()), (3, 4), "{}", resumed.stderr);
}

#[test]
fn a_retry_that_dies_is_taken_up_as_any_run() {
    let kept = Kept::sending_with(json!({ "onError": "continueErrorOutput" }), 5);
    kept.service.fault(FaultRule::new(Fault::FormError).times(5));
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    assert!(kept.service.ledger().is_empty());
    let id = kept.id().expect("it is kept");
    let mut command = kept.command(&["retry", &id, "--only", "notSent"]);
    let died = Finished::of(command.env("HEDDLE_FAIL_POINT", "item done:2:exit"));
    assert_eq!(died.status, -1, "{}", died.stderr);
    assert_ne!(kept.id(), Some(id));
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    kept.check("a retry that died", 5);
}

#[test]
fn batches_of_a_loop_are_run_again_where_their_items_are_the_same() {
    let mut kept = Kept::sending_with(json!({ "onError": "continueErrorOutput" }), 6);
    let size = json!({ "batchSize": 2, "options": {} });
    kept.workflow["nodes"].as_array_mut().expect("nodes").push(node("Loop", "splitInBatches", 3.0, size));
    let to_loop = json!([{ "node": "Loop", "type": "main", "index": 0 }]);
    kept.workflow["connections"] = json!({
        "Start": { "main": [to_loop] }, "Send": { "main": [to_loop, to_loop] },
        "Loop": { "main": [[], [{ "node": "Send", "type": "main", "index": 0 }]] },
    });
    for number in [2, 5] {
        kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(number)).times(1));
    }
    assert_eq!(Finished::of(&mut kept.run()).status, 0);
    assert_eq!(kept.service.ledger().len(), 4);
    let retried = retry(&kept, "notSent");
    assert_eq!(retried.status, 0, "{}", retried.stderr);
    assert!(retried.stderr.contains("Send: 2 sent, 0 not sent, 0 unknown, 4 skipped"), "{}", retried.stderr);
    for number in 0..6 {
        assert_eq!(kept.times_sent(number), 1, "{number}: {}", retried.stderr);
    }
}

#[test]
fn a_later_node_is_run_again_without_the_one_before_it() {
    let keys = json!({ "onError": "continueErrorOutput" });
    let mut workflow = sending_workflow(json!({}), keys);
    let mut first = workflow["nodes"][1].clone();
    first["name"] = json!("First");
    first["onError"] = json!("stopWorkflow");
    // The answer is a conversation: whom it is for comes from the start.
    workflow["nodes"][1]["parameters"]["numberToSend"] = json!("={{ $('Start').item.json.to }}");
    let kept = Kept::new(behind_each_other(workflow, vec![first]), 3);
    kept.service.fault(FaultRule::new(Fault::FormError).to(recipient(1)).skip(1).times(1));
    let ended = Finished::of(&mut kept.run_at("1"));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(kept.service.ledger().len(), 5, "{}", ended.stderr);
    let retried = retry(&kept, "notSent");
    assert_eq!(retried.status, 0, "{}", retried.stderr);
    assert!(retried.stderr.contains("First: 0 sent, 0 not sent, 0 unknown, 3 skipped"), "{}", retried.stderr);
    assert!(retried.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 2 skipped"), "{}", retried.stderr);
    assert_eq!(kept.times_sent(1), 2, "once by each node");
    assert_eq!(kept.service.ledger().len(), 6);
}
