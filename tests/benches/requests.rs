//! HTTP Request to a server on loopback, beside a bare reqwest loop of the same concurrency.
//!
//! `cargo bench --package heddle-tests --bench requests`

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use heddle_node::{HttpExchange, Item, Registry};
use heddle_nodes as _;
use heddle_runner::{DEFAULT_CONCURRENCY, Host, KeptOutputs, RunOptions, Status};
use heddle_testkit::FakeService;
use heddle_tests::measure::median;
use heddle_workflow::Workflow;
use serde_json::json;

/// The allocator of the `heddle` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLS: usize = 5_000;
const ROUNDS: usize = 9;
/// The most that ours may take, as a part of what the bare loop takes.
const TARGET: f64 = 1.15;

fn main() {
    let service_runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let service_runtime = service_runtime.expect("a runtime");
    let answer = heddle_node::json!({ "id": 7, "name": "Ada", "tags": ["a", "b"], "active": true });
    let exchange = HttpExchange { method: "GET", path: "/users/7", status: 200, answer };
    let service = service_runtime.block_on(FakeService::start(&[exchange])).expect("a port");
    let url = format!("{}/users/7", service.url());
    let workflow = Workflow::parse(
        "bench.json",
        &json!({
            "nodes": [{ "id": "1", "name": "Call", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2,
                "position": [0, 0], "parameters": { "url": url } }],
            "connections": {}, "settings": { "executionOrder": "v1" },
        })
        .to_string(),
    )
    .expect("a workflow");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let host = Host::new(Registry::linked().expect("nodes"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Arc::new(reqwest::Client::new());
    let items: Vec<Item> =
        (0..CALLS).map(|number| Item::new(heddle_node::json!({ "number": number }))).collect();
    let ours = || -> Duration {
        let options = RunOptions {
            start: Some("Call".to_owned()),
            items: Some(items.clone()),
            kept_outputs: KeptOutputs::Last(None),
            ..RunOptions::default()
        };
        let begun = Instant::now();
        let result = runtime.block_on(host.run(&workflow, options)).expect("it begins");
        assert_eq!(result.status, Status::Success);
        begun.elapsed()
    };
    let bare = || -> Duration {
        let begun = Instant::now();
        runtime.block_on(async {
            let calls = stream::iter(0..CALLS).map(|_| {
                let (client, url) = (Arc::clone(&client), url.clone());
                async move {
                    let answer = client.get(url).send().await.expect("an answer");
                    let json: serde_json::Value =
                        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
                    json
                }
            });
            let answers: Vec<_> = calls.buffered(DEFAULT_CONCURRENCY).collect().await;
            assert_eq!(answers.len(), CALLS);
        });
        begun.elapsed()
    };
    ours();
    bare();
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        own.push(ours().as_secs_f64());
        theirs.push(bare().as_secs_f64());
    }
    let (own, theirs) = (median(&mut own), median(&mut theirs));
    println!(
        "{CALLS} calls, {DEFAULT_CONCURRENCY} at a time: {:.1} µs a call, bare reqwest {:.1} µs, ratio {:.2} (target {TARGET})",
        own * 1e6 / CALLS as f64,
        theirs * 1e6 / CALLS as f64,
        own / theirs
    );
}
