//! What it costs to keep runs: 10,000 sends with the store against the same without (targets: at most 1.3 times as long where
//! a claim outlasts the process; where it outlasts the system, what the disk allows is stated), Set and If over 10,000 items
//! of a run that keeps nothing (target: unchanged), the resumption of a run of 100,000 finished items and an open one (target:
//! under 2 s), and the size of a store of 1,000,000 items of 20 fields after Set and Send (target: 1.5 times their JSON text).
//!
//! `cargo bench --package heddle-tests --bench store [-- sends|computing|resume|size]`; `HEDDLE_BENCH_ITEMS` sets how many
//! items the last one has.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use heddle_node::{Item, Registry, async_trait};
use heddle_nodes as _;
use heddle_runner::log::{Record, RunLog};
use heddle_runner::{CredentialStore, Host, Resumption, RunOptions, RunResult, Status};
use heddle_store::{Store, Synchronous};
use heddle_tests::measure::median;
use heddle_tests::sandbox_process::{self, serve};
use heddle_workflow::Workflow;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use uuid::Uuid;

const ROUNDS: usize = 9;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--b")).collect();
    if words.iter().any(|word| word == "--serve") {
        serve();
        return;
    }
    let (_server, url) = sandbox_process::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    if is_wanted("sends") {
        measure_sends(&runtime, &url);
    }
    if is_wanted("computing") {
        measure_computing(&runtime);
    }
    if is_wanted("resume") {
        measure_resumption(&runtime, &url);
    }
    if is_wanted("size") {
        let count = std::env::var("HEDDLE_BENCH_ITEMS").ok().and_then(|count| count.parse().ok());
        measure_size(&runtime, &url, count.unwrap_or(1_000_000));
    }
}

fn host(url: &str) -> Host {
    let mut credentials = CredentialStore::default();
    let token = wts_sandbox::seed::TOKEN;
    let credential = heddle_node::json!({ "apiKey": token, "baseUrl": url, "rateLimits": [] });
    credentials.insert("wtsApi", credential).expect("a credential");
    Host::new(Registry::linked().expect("nodes")).with_credentials(credentials)
}

fn recipients(round: usize, count: usize) -> Vec<Item> {
    (0..count)
        .map(|number| Item::new(heddle_node::json!({ "to": format!("55{round:02}{number:09}") })))
        .collect()
}

fn sending() -> Workflow {
    parse(&heddle_tests::sending_workflow(json!({}), json!({})))
}

fn parse(workflow: &Value) -> Workflow {
    Workflow::parse("bench.json", &workflow.to_string()).expect("a workflow")
}

fn run(runtime: &Runtime, host: &Host, workflow: &Workflow, items: Vec<Item>) -> (Duration, RunResult) {
    let options = RunOptions { items: Some(items), concurrency: Some(10), ..RunOptions::default() };
    let start = Instant::now();
    let result = runtime.block_on(host.run(workflow, options)).expect("it runs");
    let took = start.elapsed();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    assert!(result.not_kept.is_none());
    (took, result)
}

/// The ways in turn, in changing order, with the median of each and its ratio to the first one.
fn interleaved(title: &str, ways: &[(&str, &dyn Fn(usize) -> Duration)]) {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); ways.len()];
    for round in 0..=ROUNDS {
        for place in 0..ways.len() {
            let way = (place + round) % ways.len();
            let took = ways[way].1(round * ways.len() + way);
            // The first round warms up connections and caches.
            if round > 0 {
                times[way].push(took);
            }
        }
    }
    let medians: Vec<Duration> = times.iter_mut().map(|times| median(times)).collect();
    println!("{title}, median of {ROUNDS}:");
    for ((name, _), took) in std::iter::zip(ways, &medians) {
        println!("  {name}: {took:.2?}, ratio {:.3}", took.as_secs_f64() / medians[0].as_secs_f64());
    }
}

fn measure_sends(runtime: &Runtime, url: &str) {
    const SENDS: usize = 10_000;
    let workflow = sending();
    let without = host(url);
    let with_store = |round: usize, synchronous: Synchronous| {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(folder.path().join("runs.db")).with_synchronous(synchronous);
        let host = host(url).with_log(Arc::new(store));
        // The connections are there already, as those of the other host.
        run(runtime, &host, &workflow, recipients(round, 10));
        run(runtime, &host, &workflow, recipients(round, SENDS)).0
    };
    interleaved(
        &format!("{SENDS} sends, concurrency 10 (target 1.3 with NORMAL)"),
        &[
            ("without a store", &|round| run(runtime, &without, &workflow, recipients(round, SENDS)).0),
            ("NORMAL", &|round| with_store(round, Synchronous::Normal)),
            ("FULL", &|round| with_store(round, Synchronous::Full)),
        ],
    );
}

/// Start, Set and If.
fn computing() -> Workflow {
    parse(&json!({
        "name": "Compute", "settings": { "executionOrder": "v1" },
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0],
              "parameters": {} },
            set_node(),
            { "name": "If", "type": "n8n-nodes-base.if", "typeVersion": 2.2, "position": [0, 0], "parameters": {
                "conditions": { "combinator": "and",
                    "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
                    "conditions": [{ "leftValue": "={{ $json.text }}", "rightValue": "5",
                        "operator": { "type": "string", "operation": "contains" } }] }, "options": {} } },
        ],
        "connections": {
            "Start": { "main": [[{ "node": "Set", "type": "main", "index": 0 }]] },
            "Set": { "main": [[{ "node": "If", "type": "main", "index": 0 }]] },
        },
    }))
}

fn set_node() -> Value {
    json!({ "name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [0, 0], "parameters": {
        "assignments": { "assignments": [
            { "name": "text", "type": "string", "value": "=Hello {{ $json.to }}" }
        ] }, "includeOtherFields": true, "options": {} } })
}

fn measure_computing(runtime: &Runtime) {
    let workflow = computing();
    let folder = tempfile::tempdir().expect("a folder");
    let without = host("http://127.0.0.1:9");
    let path = folder.path().join("runs.db");
    let with = host("http://127.0.0.1:9").with_log(Arc::new(Store::at(&path)));
    interleaved(
        "Set and If over 10,000 items (target 1.0)",
        &[
            ("without a store", &|round| run(runtime, &without, &workflow, recipients(round, 10_000)).0),
            ("with a store, nothing kept", &|round| {
                run(runtime, &with, &workflow, recipients(round, 10_000)).0
            }),
        ],
    );
    assert!(!path.exists(), "nothing is kept");
}

/// Lets so many claims pass, and then nothing any more.
struct Ending {
    store: Arc<Store>,
    claims: AtomicUsize,
    reached: Notify,
}

#[async_trait]
impl RunLog for Ending {
    async fn append(&self, run: Uuid, record: Record) -> std::io::Result<()> {
        let is_last = record.is_claim() && self.claims.fetch_sub(1, Ordering::SeqCst) == 1;
        self.store.append(run, record).await?;
        if is_last {
            self.reached.notify_one();
            std::future::pending().await
        }
        Ok(())
    }

    async fn load(&self, run: Uuid) -> std::io::Result<Vec<Record>> {
        self.store.load(run).await
    }
}

fn measure_resumption(runtime: &Runtime, url: &str) {
    const FINISHED: usize = 100_000;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs.db");
    let workflow = sending();
    {
        let store = Arc::new(Store::at(&path).with_synchronous(Synchronous::Normal));
        let log = Arc::new(Ending { store, claims: AtomicUsize::new(FINISHED + 1), reached: Notify::new() });
        let host = host(url).with_log(log.clone());
        let items = Some(recipients(1, FINISHED + 1));
        let options = RunOptions { items, concurrency: Some(1), ..RunOptions::default() };
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = host.run(&workflow, options) => panic!("it is ended before"),
                () = log.reached.notified() => {}
            }
        });
    }
    let mut times: Vec<Duration> = Vec::new();
    // Once: then the open item is known to be unknown.
    for _ in 0..1 {
        let start = Instant::now();
        let store = Arc::new(Store::at(&path));
        let id = store.runs().expect("a store")[0].id;
        store.take_up(id).expect("nobody holds it");
        let host = host(url).with_log(store);
        let result = runtime.block_on(host.resume(id, Resumption::default())).expect("it resumes");
        times.push(start.elapsed());
        assert_eq!(result.status, Status::Success, "{:?}", result.error);
        let sent = result.last_outputs("Send").expect("it has run")[0].len();
        assert_eq!(sent, FINISHED);
    }
    println!(
        "resume of {FINISHED} finished items and an open one, from a file of {:.1} MB: {:.2?} (target 2 s)",
        size_of(&path),
        median(&mut times)
    );
}

/// The file and its log, in megabytes.
fn size_of(path: &Path) -> f64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    (length(path) + length(Path::new(&log))) as f64 / 1e6
}

fn measure_size(runtime: &Runtime, url: &str, count: usize) {
    let mut workflow = heddle_tests::sending_workflow(json!({}), json!({}));
    workflow["nodes"].as_array_mut().expect("nodes").push(set_node());
    workflow["connections"] = json!({
        "Start": { "main": [[{ "node": "Set", "type": "main", "index": 0 }]] },
        "Set": { "main": [[{ "node": "Send", "type": "main", "index": 0 }]] },
    });
    let items: Vec<Item> = (0..count).map(item_of_20_fields).collect();
    let text: usize = items.iter().map(|item| item.json.to_json_string().len() + 1).sum();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs.db");
    let store = Arc::new(Store::at(&path).with_synchronous(Synchronous::Normal));
    let host = host(url).with_log(store.clone());
    let (took, _) = run(runtime, &host, &parse(&workflow), items);
    drop((host, store));
    let size = size_of(&path);
    let start = Instant::now();
    let runs = Store::at(&path).runs().expect("a store").len();
    let opened = start.elapsed();
    println!(
        "{count} items of 20 fields after Set and Send, in {took:.2?}: JSON text {:.1} MB, store {size:.1} MB, ratio {:.2} \
         (target 1.5); {runs} run listed in {opened:.2?}",
        text as f64 / 1e6,
        size * 1e6 / text as f64
    );
}

/// Numbers, texts, and truth values, as the rows of a list of customers have them.
fn item_of_20_fields(number: usize) -> Item {
    let mut json = heddle_node::Json::object();
    json.insert("to", heddle_node::Json::from(format!("5599{number:09}")));
    let mut state = number as u64 ^ 0x9E37_79B9_7F4A_7C15;
    for field in 1..20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = state >> 33;
        let value = match field % 4 {
            0 => heddle_node::Json::from(random % 100_000),
            1 => heddle_node::Json::from(format!("name {random:x} of {number}")),
            2 => heddle_node::Json::from(random as f64 / 100.0),
            _ => heddle_node::Json::from(random.is_multiple_of(2)),
        };
        json.insert(format!("field{field}").as_str(), value);
    }
    Item::new(json)
}
