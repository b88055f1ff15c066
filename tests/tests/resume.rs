//! Runs that are ended at every point of their log, and taken up again: nothing is sent twice, nothing is lost, and what is
//! told agrees with what the service received. (Processes that are killed are in `kills.rs`.)

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heddle_node::{Item, Json, NodeError, Registry, async_trait};
use heddle_nodes as _;
use heddle_runner::events::{Event, EventSink, Origin, Verdict};
use heddle_runner::log::{MemoryLog, Record, RunLog, UnknownItems};
use heddle_runner::{CredentialStore, Host, Resumption, RunOptions, RunResult, Status, WorkflowLookup};
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{
    Service, begun_by_call, calling_workflow, code_with_two_calls, recipient, recipients, sending_workflow,
    too_early,
};
use heddle_workflow::Workflow;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;
use wts_sandbox::{Fault, FaultRule};

/// A log that stops a run at one of its records: before it is kept, or after.
struct StoppingLog {
    log: Arc<MemoryLog>,
    left: AtomicUsize,
    keeps_last: bool,
    reached: Notify,
}

impl StoppingLog {
    fn new(log: &Arc<MemoryLog>, records: usize, keeps_last: bool) -> Arc<Self> {
        let (log, left) = (Arc::clone(log), AtomicUsize::new(records));
        Arc::new(Self { log, left, keeps_last, reached: Notify::new() })
    }
}

#[async_trait]
impl RunLog for StoppingLog {
    async fn append(&self, run: Uuid, record: Record) -> std::io::Result<()> {
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        if left > 1 {
            return self.log.append(run, record).await;
        }
        if left == 1 && self.keeps_last {
            self.log.append(run, record).await?;
        }
        // The process is gone.
        self.reached.notify_one();
        std::future::pending().await
    }

    async fn load(&self, run: Uuid) -> std::io::Result<Vec<Record>> {
        self.log.load(run).await
    }
}

/// What is reported about items: verdicts by where an item is.
#[derive(Default)]
struct Told(Mutex<BTreeMap<ItemPlace, Verdict>>);

/// The calls that lead to an item, its node, the node's run and the item.
type ItemPlace = (Vec<String>, String, usize, usize);

impl EventSink for Told {
    fn receive(&self, event: &Event) {
        let Event::ItemDone { at, item, verdict: Some(verdict), .. } = event else { return };
        let callers = at.of.origins().into_iter().map(|origin| match origin {
            Origin::Call { by, item } => format!("{} {} {item:?}", by.node, by.run),
            Origin::FailureOf(_) => "error workflow".to_owned(),
        });
        let key = (callers.collect(), at.node.to_string(), at.run, *item);
        let mut told = self.0.lock().expect("a lock");
        let gravest = told.get(&key).copied().max(Some(*verdict));
        told.extend(gravest.map(|gravest| (key, gravest)));
    }
}

#[derive(Default, Clone)]
struct Workflows(BTreeMap<String, Arc<Workflow>>);

#[async_trait]
impl WorkflowLookup for Workflows {
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Ok(self.0.get(id).cloned())
    }
}

/// A run to be stopped.
struct Scene {
    workflow: Value,
    called: Vec<(&'static str, Value)>,
    items: Value,
    concurrency: usize,
    credentials: Value,
}

impl Scene {
    fn host(&self, log: Arc<dyn RunLog>, told: &Arc<Told>) -> Host {
        let called = self.called.iter().map(|(id, workflow)| {
            ((*id).to_owned(), Arc::new(Workflow::from_json(&Json::from(workflow.clone()))))
        });
        Host::new(Registry::linked().expect("nodes"))
            .with_credentials(CredentialStore::parse(&self.credentials.to_string()).expect("credentials"))
            .with_events(told.clone())
            .with_workflows(Arc::new(Workflows(called.collect())))
            .with_log(log)
    }

    fn options(&self) -> RunOptions {
        let items = self.items.as_array().expect("items");
        RunOptions {
            items: Some(items.iter().map(|item| Item::new(Json::from(item.clone()))).collect()),
            concurrency: Some(self.concurrency),
            ..RunOptions::default()
        }
    }

    /// Runs it to its end, or to the end of the log.
    fn run(&self, log: Arc<StoppingLog>) -> Option<RunResult> {
        let host = self.host(log.clone(), &Arc::default());
        let workflow = Workflow::from_json(&Json::from(self.workflow.clone()));
        until_stopped(&log, host.run(&workflow, self.options()))
    }

    fn resume(&self, log: Arc<StoppingLog>, unknown: UnknownItems, told: &Arc<Told>) -> Option<RunResult> {
        let run = *log.log.runs().first()?;
        let host = self.host(log.clone(), told);
        until_stopped(&log, host.resume(run, Resumption { unknown, ..Resumption::default() }))
    }
}

fn until_stopped<E: std::fmt::Display>(
    log: &StoppingLog,
    run: impl Future<Output = Result<RunResult, E>>,
) -> Option<RunResult> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        tokio::select! {
            biased;
            result = run => Some(result.unwrap_or_else(|error| panic!("{error}"))),
            () = log.reached.notified() => None,
        }
    })
}

/// How many records a run writes that nothing stops.
fn records_of(scene: &Scene) -> usize {
    let log = Arc::new(MemoryLog::new());
    scene.run(StoppingLog::new(&log, usize::MAX, true)).expect("it ends");
    log.records().len()
}

/// Stops a run at each record, before and after it is kept, and its resumption at another one, and resumes it to its end.
/// `scene` begins anew with a service each time; `check` compares what is told with what the service received.
fn stop_everywhere<S>(
    mut begin: impl FnMut() -> (Scene, S),
    check: impl Fn(&str, &Scene, &S, &Told, &RunResult),
) {
    let records = records_of(&begin().0);
    assert!(records > 5, "only {records} records");
    for stop in 1..=records {
        for keeps_last in [false, true] {
            let (scene, service) = begin();
            let log = Arc::new(MemoryLog::new());
            if scene.run(StoppingLog::new(&log, stop, keeps_last)).is_some() {
                continue;
            }
            let place = format!("stopped at record {stop} of {records}, which was kept: {keeps_last}");
            // The first record is that the run is taken up.
            let second = StoppingLog::new(&log, 2 + (stop * 7) % records, !keeps_last);
            let told: Arc<Told> = Arc::default();
            if log.runs().is_empty() || log.records().is_empty() {
                continue;
            }
            let result = scene.resume(second, UnknownItems::Keep, &told).or_else(|| {
                told.0.lock().expect("a lock").clear();
                scene.resume(StoppingLog::new(&log, usize::MAX, true), UnknownItems::Keep, &told)
            });
            check(&place, &scene, &service, &told, &result.expect("nothing stops it"));
        }
    }
}

/// The verdicts on the node `Send`, by the number of the recipient, where items are recipients.
fn verdicts(told: &Told, by_caller: bool) -> BTreeMap<usize, Verdict> {
    let told = told.0.lock().expect("a lock");
    let mut verdicts = BTreeMap::new();
    for ((callers, node, run, item), verdict) in &*told {
        if node != "Send" {
            continue;
        }
        let number = match (by_caller, callers.first()) {
            (true, Some(caller)) => caller
                .rsplit("Some(")
                .next()
                .and_then(|item| item.trim_end_matches(')').parse().ok())
                .expect("an item"),
            _ => run * 2 + item,
        };
        verdicts.insert(number, *verdict);
    }
    verdicts
}

/// Compares verdicts with the ledger: each recipient got at most one message, and exactly those that are reported.
fn agree(
    place: &str,
    service: &Service,
    verdicts: &BTreeMap<usize, Verdict>,
    count: usize,
    most_unknown: usize,
) {
    let ledger = service.ledger();
    assert_eq!(verdicts.len(), count, "{place}: {verdicts:?}");
    for (number, verdict) in verdicts {
        let times = ledger.iter().filter(|entry| entry.to == recipient(*number)).count();
        match verdict {
            Verdict::Sent => assert_eq!(times, 1, "{place}, recipient {number}: {verdicts:?}"),
            Verdict::NotSent | Verdict::Skipped => assert_eq!(times, 0, "{place}, recipient {number}"),
            Verdict::Unknown => assert!(times <= 1, "{place}, recipient {number}"),
        }
    }
    let unknown = verdicts.values().filter(|verdict| **verdict == Verdict::Unknown).count();
    assert!(unknown <= most_unknown, "{place}: {unknown} unknown, {verdicts:?}");
}

fn credentials(service: &Service) -> Value {
    json!({ "wtsApi": {
        "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": service.sandbox().url(), "rateLimits": [],
    } })
}

fn sending(keys: Value, count: usize, concurrency: usize, service: &Service) -> Scene {
    Scene {
        workflow: sending_workflow(json!({}), keys),
        called: Vec::new(),
        items: recipients(count),
        concurrency,
        credentials: credentials(service),
    }
}

#[test]
fn a_node_that_sends_items() {
    stop_everywhere(
        || {
            let service = Service::start();
            (sending(json!({}), 4, 2, &service), service)
        },
        |place, _, service, told, result| {
            // One that is stopped twice may leave twice as many unknown.
            agree(place, service, &verdicts(told, false), 4, 4);
            assert_eq!(result.status, Status::Success, "{place}: {:?}", result.error);
        },
    );
}

#[test]
fn retries_refusals_and_answers_that_never_come() {
    let keys = json!({ "onError": "continueErrorOutput", "retryOnFail": true, "waitBetweenTries": 1 });
    stop_everywhere(
        || {
            let service = Service::start();
            service.fault(FaultRule::new(too_early()).to(recipient(0)).times(1));
            service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(1)).times(1));
            service.fault(FaultRule::new(Fault::FormError).to(recipient(2)));
            (sending(keys.clone(), 4, 1, &service), service)
        },
        |place, _, service, told, result| {
            let verdicts = verdicts(told, false);
            agree(place, service, &verdicts, 4, 3);
            assert_eq!(verdicts[&1], Verdict::Unknown, "{place}");
            assert_ne!(verdicts[&2], Verdict::Sent, "{place}");
            let outputs = result.run_data.runs_of("Send")[0].outputs.as_ref().expect("outputs");
            let items: usize = outputs.iter().flatten().map(|items| items.len()).sum();
            assert_eq!(items, 4, "{place}: an item is lost");
        },
    );
}

#[test]
fn a_run_that_a_refusal_ends_sends_the_rest_once_it_is_mended() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(2)).times(1));
    let scene = sending(json!({}), 8, 1, &service);
    let log = Arc::new(MemoryLog::new());
    let ended = scene.run(StoppingLog::new(&log, usize::MAX, true)).expect("it ends");
    assert_eq!((ended.status, service.ledger().len()), (Status::Error, 2));
    let told: Arc<Told> = Arc::default();
    let log = StoppingLog::new(&log, usize::MAX, true);
    let result = scene.resume(log, UnknownItems::Keep, &told).expect("it ends");
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    agree("mended", &service, &verdicts(&told, false), 8, 0);
    assert_eq!(service.ledger().len(), 8);
}

#[test]
fn unknown_items_are_kept_count_as_sent_or_are_sent_again() {
    for (unknown, sends, verdict, items) in [
        (UnknownItems::Keep, 3, Verdict::Unknown, 2),
        (UnknownItems::Sent, 3, Verdict::Sent, 3),
        (UnknownItems::Resend, 4, Verdict::Sent, 3),
    ] {
        let service = Service::start();
        service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(1)).times(1));
        let scene = sending(json!({}), 3, 1, &service);
        let log = Arc::new(MemoryLog::new());
        let ended = scene.run(StoppingLog::new(&log, usize::MAX, true)).expect("it ends");
        assert_eq!(ended.status, Status::Error);
        let told: Arc<Told> = Arc::default();
        let log = StoppingLog::new(&log, usize::MAX, true);
        let result = scene.resume(log, unknown, &told).expect("it ends");
        assert_eq!(result.status, Status::Success, "{unknown:?}: {:?}", result.error);
        assert_eq!(service.ledger().len(), sends, "{unknown:?}");
        assert_eq!(verdicts(&told, false)[&1], verdict, "{unknown:?}");
        let outputs = result.last_outputs("Send").expect("it put something out");
        assert_eq!(outputs[0].len(), items, "{unknown:?}");
    }
}

#[test]
fn workflows_that_are_called_for_each_item_or_for_all() {
    for mode in ["each", "once"] {
        for tries in [false, true] {
            stop_everywhere(
                || {
                    let service = Service::start();
                    if tries {
                        service.fault(FaultRule::new(too_early()).to(recipient(1)).times(1));
                    }
                    let keys = json!({ "retryOnFail": tries, "waitBetweenTries": 1 });
                    let called = begun_by_call(sending_workflow(json!({}), json!({})));
                    let scene = Scene {
                        // A call for all is not repeated once anything was sent.
                        workflow: calling_workflow(
                            json!({ "mode": mode }),
                            if mode == "each" { keys } else { json!({}) },
                        ),
                        called: vec![("called", called)],
                        items: recipients(3),
                        concurrency: 1,
                        credentials: credentials(&service),
                    };
                    (scene, service)
                },
                |place, scene, service, told, result| {
                    let place = format!("{mode}, {tries}: {place}");
                    let verdicts = verdicts(told, mode == "each");
                    if result.status == Status::Success {
                        agree(&place, service, &verdicts, 3, 2);
                    } else {
                        // It was refused, and nothing was mended: what was sent is what is told.
                        assert!(tries, "{place}: {:?}", result.error);
                        assert!(
                            service.ledger().len() <= scene.items.as_array().expect("items").len(),
                            "{place}"
                        );
                    }
                    for number in 0..3 {
                        let sent =
                            service.ledger().iter().filter(|entry| entry.to == recipient(number)).count();
                        assert!(sent <= 1, "{place}: recipient {number} got {sent}");
                    }
                },
            );
        }
    }
}

#[test]
fn a_workflow_that_nobody_waits_for_is_begun_once_and_comes_to_its_end() {
    stop_everywhere(
        || {
            let service = Service::start();
            let mut workflow = calling_workflow(json!({}), json!({}));
            workflow["nodes"][1]["parameters"]["options"] = json!({ "waitForSubWorkflow": false });
            let scene = Scene {
                workflow,
                called: vec![("called", begun_by_call(sending_workflow(json!({}), json!({}))))],
                items: recipients(3),
                concurrency: 1,
                credentials: credentials(&service),
            };
            (scene, service)
        },
        |place, _, service, told, result| {
            assert_eq!(result.status, Status::Success, "{place}");
            agree(place, service, &verdicts(told, true), 3, 3);
        },
    );
}

#[test]
fn a_loop_goes_on_with_its_next_batch() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"].as_array_mut().expect("nodes").push(json!({
        "name": "Loop", "type": "n8n-nodes-base.splitInBatches", "typeVersion": 3, "position": [0, 0],
        "parameters": { "batchSize": 2, "options": {} },
    }));
    workflow["connections"] = json!({
        "Start": { "main": [[{ "node": "Loop", "type": "main", "index": 0 }]] },
        "Loop": { "main": [[], [{ "node": "Send", "type": "main", "index": 0 }]] },
        "Send": { "main": [[{ "node": "Loop", "type": "main", "index": 0 }]] },
    });
    stop_everywhere(
        || {
            let service = Service::start();
            let scene = Scene {
                workflow: workflow.clone(),
                called: Vec::new(),
                items: recipients(6),
                concurrency: 1,
                credentials: credentials(&service),
            };
            (scene, service)
        },
        |place, _, service, told, result| {
            assert_eq!(result.status, Status::Success, "{place}: {:?}", result.error);
            agree(place, service, &verdicts(told, false), 6, 2);
        },
    );
}

#[test]
fn code_with_two_calls_makes_each_of_them_once() {
    stop_everywhere(
        || {
            let service = HostileService::start(|_| Reply::status("200 OK", ""));
            let scene = Scene {
                workflow: code_with_two_calls(),
                called: Vec::new(),
                items: json!([{ "url": service.url() }]),
                concurrency: 1,
                credentials: json!({}),
            };
            (scene, service)
        },
        |place, _, service, told, result| {
            let requests = service.requests();
            let sent =
                |n: usize| requests.iter().filter(|request| request.contains(&format!("\"n\":{n}"))).count();
            assert!(sent(1) <= 1 && sent(2) <= 1, "{place}: {requests:?}");
            let verdict = told.0.lock().expect("a lock").values().copied().max();
            match verdict {
                Some(Verdict::Sent) => assert_eq!((sent(1), sent(2)), (1, 1), "{place}"),
                Some(Verdict::Unknown) => {}
                other => panic!("{place}: {other:?}, {:?}", result.error),
            }
        },
    );
}

#[test]
fn an_error_workflow_is_begun_once() {
    stop_everywhere(
        || {
            let service = Service::start();
            service.fault(FaultRule::new(Fault::FormError).to(recipient(1)));
            let mut scene = sending(json!({}), 2, 1, &service);
            scene.workflow["settings"]["errorWorkflow"] = json!("alarm");
            scene.workflow["id"] = json!("main");
            let parameters = json!({ "numberToSend": recipient(99) });
            let mut alarm = sending_workflow(parameters, json!({}));
            alarm["nodes"][0]["type"] = json!("n8n-nodes-base.errorTrigger");
            scene.called = vec![("alarm", alarm)];
            (scene, service)
        },
        |place, _, service, told, result| {
            // Of a call that has left, nobody can tell that it was refused.
            let is_unknown = verdicts(told, false).get(&1) == Some(&Verdict::Unknown);
            assert!(is_unknown || result.status == Status::Error, "{place}");
            let alarms = service.ledger().iter().filter(|entry| entry.to == recipient(99)).count();
            let sent = service.ledger().iter().filter(|entry| entry.to == recipient(0)).count();
            assert!(alarms <= 1 && sent <= 1, "{place}: {alarms} alarms, {sent} sent");
        },
    );
}

#[test]
fn what_a_run_came_to_can_be_shown_without_anything_happening() {
    let service = Service::start();
    let scene = sending(json!({}), 6, 1, &service);
    let log = Arc::new(MemoryLog::new());
    assert!(scene.run(StoppingLog::new(&log, 9, true)).is_none());
    let sent = service.ledger().len();
    std::thread::sleep(Duration::from_millis(20));
    let count = log.records().len();
    let run = log.runs()[0];
    let host = scene.host(log.clone(), &Arc::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shown = runtime.block_on(host.recall(run)).expect("it can be shown");
    assert_eq!(shown.run_data.runs_of("Start").len(), 1);
    let outcomes = shown.run_data.runs_of("Send")[0].metadata.clone().expect("what became of the items");
    assert_eq!(outcomes.get("items").and_then(Json::as_array).map(<[Json]>::len), Some(6));
    assert_eq!((service.ledger().len(), log.records().len()), (sent, count), "something happened");
}
