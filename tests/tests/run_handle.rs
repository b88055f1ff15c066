//! Runs with a handle: their identity, their events, their end, and what is known of their items.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use heddle_node::{Item, Json, Registry};
use heddle_nodes as _;
use heddle_runner::events::{Event, Origin, Verdict};
use heddle_runner::{
    CredentialStore, ExecutionMode, Host, RunError, RunOptions, Status, WorkflowFolder, schemas,
};
use heddle_tests::{begun_by_call, calling_workflow, recipient, sending_workflow};
use heddle_workflow::Workflow;
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule, Sandbox, SandboxOptions};

async fn service() -> Sandbox {
    Sandbox::start(SandboxOptions::unlimited()).await.expect("a sandbox")
}

fn host(service: &Sandbox) -> Host {
    let mut credentials = CredentialStore::default();
    let credential = heddle_node::json!({
        "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": service.url(), "rateLimits": [],
    });
    credentials.insert("wtsApi", credential).expect("a credential");
    Host::new(Registry::linked().expect("nodes")).with_credentials(credentials)
}

fn workflow(json: &Value) -> Workflow {
    Workflow::from_json(&Json::from(json.clone()))
}

fn items(numbers: std::ops::Range<usize>) -> Option<Vec<Item>> {
    Some(numbers.map(|number| Item::new(heddle_node::json!({ "to": recipient(number) }))).collect())
}

fn computing() -> Value {
    json!({
        "name": "Compute",
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0],
              "parameters": {} },
            { "name": "Name", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0], "parameters": {
                "assignments": { "assignments": [
                    { "id": "1", "name": "mode", "type": "string", "value": "={{ $execution.mode }}" } ] },
                "options": {} } },
        ],
        "connections": { "Start": { "main": [[{ "node": "Name", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

#[tokio::test]
async fn a_run_tells_its_steps_from_beginning_to_end() {
    let service = service().await;
    service.add_fault(FaultRule::new(Fault::FormError).to(recipient(1))).expect("a rule");
    let host = Arc::new(host(&service));
    let sending = workflow(&sending_workflow(json!({}), json!({ "onError": "continueErrorOutput" })));
    let options = RunOptions { items: items(0..3), ..RunOptions::default() };
    let mut events = options.events.subscribe();
    let execution = options.execution;
    let run = host.start(host.prepare(&sending), options);
    assert_eq!(run.id(), execution);

    let validator = event_validator();
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        let json = serde_json::to_value(&*event).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{json:#}");
        assert_eq!(event.run().map(|run| run.execution), Some(execution));
        told.push(event);
    }
    let result = run.result().await.expect("it begins");
    assert_eq!(result.status, Status::Success);
    assert!(run.is_over());
    assert!(
        matches!(&*told[0], Event::RunStarted { mode: ExecutionMode::Trigger, sending_nodes, .. } if sending_nodes == &["Send"]),
        "{:?}",
        told[0]
    );
    let last = told.last().expect("events");
    assert!(matches!(&**last, Event::RunFinished { status: Status::Success, .. }), "{last:?}");
    let ended: BTreeSet<(usize, Verdict)> = told
        .iter()
        .filter_map(|event| match &**event {
            Event::ItemDone { item, verdict: Some(verdict), at, .. } if &*at.node == "Send" => {
                Some((*item, *verdict))
            }
            _ => None,
        })
        .collect();
    let expected = [(0, Verdict::Sent), (1, Verdict::NotSent), (2, Verdict::Sent)];
    assert_eq!(ended, BTreeSet::from(expected));
    let kept: BTreeSet<(usize, Verdict)> =
        run.verdicts().iter().map(|known| (known.item, known.verdict)).collect();
    assert_eq!(kept, BTreeSet::from(expected));
    let failed = run.verdicts().into_iter().find(|known| known.item == 1).expect("a verdict");
    assert_eq!(failed.recipient, Some(recipient(1)));
    assert!(failed.error.is_some() && failed.sender_id.is_some(), "{failed:?}");
    assert!(run.events().next().await.is_none(), "after the end there is nothing to hear");
}

/// The published schema of events.
fn event_validator() -> jsonschema::Validator {
    let files = schemas::generate(&Registry::linked().expect("nodes")).expect("schemas");
    let (_, text) =
        files.into_iter().find(|(name, _)| name == "event.schema.json").expect("a schema of events");
    let schema = serde_json::from_str(&text).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[tokio::test]
async fn events_of_called_workflows_carry_who_called() {
    let service = service().await;
    let folder = tempfile::tempdir().expect("a folder");
    let called = begun_by_call(sending_workflow(json!({}), json!({})));
    std::fs::write(folder.path().join("called.json"), called.to_string()).expect("a file");
    let calling = workflow(&calling_workflow(json!({}), json!({})));
    let host = Arc::new(host(&service).with_workflows(Arc::new(WorkflowFolder::new(folder.path()))));
    let options = RunOptions { items: items(0..2), ..RunOptions::default() };
    let mut events = options.events.subscribe();
    let run = host.start(host.prepare(&calling), options);
    let mut callers = BTreeSet::new();
    while let Some(event) = events.next().await {
        if let Event::CallStarted { at, .. } = &*event {
            let Some(Origin::Call { by, item }) = &at.of.origin else { panic!("nobody called: {at:?}") };
            assert_eq!((&*by.node, by.of.execution), ("Call", run.id()));
            assert_ne!(at.of.execution, run.id());
            callers.insert(*item);
        }
    }
    assert_eq!(callers, BTreeSet::from([Some(0), Some(1)]));
    assert_eq!(run.result().await.expect("it begins").status, Status::Success);
    let verdicts = run.verdicts();
    let at = |node: &str| verdicts.iter().filter(|known| &*known.at.node == node).count();
    assert_eq!((at("Send"), at("Call")), (2, 2));
}

#[tokio::test]
async fn a_cancelled_run_sends_nothing_more_and_says_what_became_of_each_item() {
    let service = service().await;
    service.add_fault(FaultRule::new(Fault::Slow { duration: Duration::from_millis(50) })).expect("a rule");
    let host = Arc::new(host(&service));
    let sending = workflow(&sending_workflow(json!({}), json!({})));
    let options = RunOptions { items: items(0..200), concurrency: Some(2), ..RunOptions::default() };
    let mut events = options.events.subscribe();
    let run = host.start(host.prepare(&sending), options);
    while let Some(event) = events.next().await {
        if matches!(&*event, Event::ItemDone { verdict: Some(Verdict::Sent), .. }) {
            break;
        }
    }
    run.cancel();
    let result = run.result().await.expect("it began");
    assert_eq!(result.status, Status::Canceled);
    let verdicts = run.verdicts();
    let count = |verdict| verdicts.iter().filter(|known| known.verdict == verdict).count();
    assert_eq!(count(Verdict::Sent), service.ledger().len());
    assert_eq!(count(Verdict::Sent) + count(Verdict::NotSent), 200);
    assert!(service.ledger().len() < 10, "{}", service.ledger().len());
}

#[tokio::test]
async fn a_receiver_that_lags_is_told_so_and_holds_nothing_up() {
    const ITEMS: usize = 9000;
    let service = service().await;
    let host = Arc::new(host(&service));
    let compute = workflow(&computing());
    let options = RunOptions { items: items(0..ITEMS), ..RunOptions::default() };
    let (mut slow, mut other) = (options.events.subscribe(), options.events.subscribe());
    let start = Instant::now();
    let run = host.start(host.prepare(&compute), options);
    let result = run.result().await.expect("it begins");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(result.status, Status::Success);
    for events in [&mut slow, &mut other] {
        let (mut missed, mut heard) = (0, 0);
        while let Some(event) = events.next().await {
            match &*event {
                Event::Missed { events } => missed += events,
                _ => heard += 1,
            }
        }
        assert!(missed > 0 && heard > 0, "{missed} missed, {heard} heard");
        // The run's beginning and end, those of two node runs, and each item of the node that goes item by item.
        assert_eq!(missed + heard, 2 + 4 + ITEMS as u64);
    }
}

#[tokio::test]
async fn runs_share_a_host_and_a_prepared_workflow() {
    let service = service().await;
    let host = Arc::new(host(&service));
    let sending = sending_workflow(json!({}), json!({}));
    let prepared = host.prepare(&workflow(&sending));
    assert!(Arc::ptr_eq(&prepared, &host.prepare(&workflow(&sending))), "it has not changed");
    let mut changed = sending.clone();
    changed["nodes"][1]["parameters"]["forceStartSession"] = json!(true);
    assert!(!Arc::ptr_eq(&prepared, &host.prepare(&workflow(&changed))), "it has changed");
    let runs: Vec<_> = (0..5)
        .map(|number| {
            let options = RunOptions { items: items(number * 10..number * 10 + 10), ..RunOptions::default() };
            host.start(Arc::clone(&prepared), options)
        })
        .collect();
    for run in &runs {
        assert_eq!(run.result().await.expect("it begins").status, Status::Success);
        assert_eq!(run.verdicts().len(), 10);
        assert!(run.verdicts().iter().all(|known| known.at.of.execution == run.id()));
    }
    assert_eq!(service.ledger().len(), 50);
}

#[tokio::test]
async fn a_run_knows_how_it_was_started() {
    let service = service().await;
    let host = Arc::new(host(&service));
    let compute = workflow(&computing());
    for (mode, pins, expected) in [
        (None, false, "production"),
        (None, true, "test"),
        (Some(ExecutionMode::Webhook), false, "production"),
        (Some(ExecutionMode::Manual), false, "test"),
    ] {
        let options = RunOptions { mode, pins, ..RunOptions::default() };
        let result = host.run(&compute, options).await.expect("it begins");
        let outputs = result.last_outputs("Name").expect("outputs");
        assert_eq!(outputs[0][0].json.get("mode").and_then(Json::as_str), Some(expected), "{mode:?}");
    }
}

#[tokio::test]
async fn what_keeps_a_run_from_beginning_is_its_result() {
    let service = service().await;
    let host = Arc::new(host(&service));
    let mut broken = computing();
    broken["nodes"][1]["type"] = json!("n8n-nodes-base.sett");
    let options = RunOptions::default();
    let mut events = options.events.subscribe();
    let run = host.start(host.prepare(&workflow(&broken)), options);
    assert!(matches!(run.result().await, Err(RunError::Problems(_))));
    assert!(events.next().await.is_none(), "the stream ends");
}

#[test]
fn outside_of_a_runtime_a_run_is_broken_off() {
    let host = Arc::new(Host::new(Registry::linked().expect("nodes")));
    let run = host.start(host.prepare(&workflow(&computing())), RunOptions::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(matches!(runtime.block_on(run.result()), Err(RunError::Broken(_))));
}
