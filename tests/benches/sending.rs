//! 10,000 sends through the whole host (journal and events on, pacing off) against a bare reqwest loop of the same
//! concurrency. The server runs in a process of its own; the rounds of both are interleaved, in changing order.
//! The target: at most 1.15 times as long.
//!
//! `cargo bench --package heddle-tests --bench sending`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::StreamExt as _;
use heddle_node::{Item, Registry};
use heddle_nodes as _;
use heddle_runner::events::{Event, EventSink};
use heddle_runner::{CredentialStore, Host, RunOptions};
use heddle_tests::measure::median;
use heddle_tests::sandbox_process;
use heddle_workflow::Workflow;
use serde_json::{Value, json};

const SENDS: usize = 10_000;
const CONCURRENCY: usize = 10;
const ROUNDS: usize = 9;
const TARGET: f64 = 1.15;

fn main() {
    if std::env::args().any(|argument| argument == "--serve") {
        sandbox_process::serve();
        return;
    }
    let (_server, url) = sandbox_process::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let workflow = heddle_tests::sending_workflow(json!({}), json!({}));
    let workflow = Workflow::parse("bench.json", &workflow.to_string()).expect("a workflow");
    let host = host(&url);
    // Another part of the program may have chosen a provider already; theirs is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    for round in 0..=ROUNDS {
        let measure_ours = || {
            let items = items(round);
            let start = Instant::now();
            runtime.block_on(send_through_host(&host, &workflow, items));
            start.elapsed()
        };
        let measure_bare = || {
            let start = Instant::now();
            runtime.block_on(send_bare(&client, &url, round));
            start.elapsed()
        };
        let (first, second) = if round % 2 == 0 {
            let first = measure_ours();
            (first, measure_bare())
        } else {
            let second = measure_bare();
            (measure_ours(), second)
        };
        // The first round warms up connections and caches.
        if round > 0 {
            println!("round {round}: host {first:.2?}, bare loop {second:.2?}");
            ours.push(first);
            bare.push(second);
        }
    }
    let ratio = median(&mut ours).as_secs_f64() / median(&mut bare).as_secs_f64();
    println!(
        "{SENDS} sends, concurrency {CONCURRENCY}, median of {ROUNDS}: host {:.2?}, bare loop {:.2?}, ratio {ratio:.3} (target {TARGET})",
        median(&mut ours),
        median(&mut bare),
    );
}

fn recipient(round: usize, number: usize) -> String {
    format!("55{round:02}{number:09}")
}

fn items(round: usize) -> Vec<Item> {
    (0..SENDS).map(|number| Item::new(heddle_node::json!({ "to": recipient(round, number) }))).collect()
}

fn host(url: &str) -> Host {
    struct Count(AtomicUsize);
    impl EventSink for Count {
        fn receive(&self, _: &Event) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let mut credentials = CredentialStore::default();
    credentials
        .insert(
            "wtsApi",
            heddle_node::json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": url, "rateLimits": [] }),
        )
        .unwrap();
    Host::new(Registry::linked().expect("nodes"))
        .with_credentials(credentials)
        .with_events(Arc::new(Count(AtomicUsize::new(0))))
}

async fn send_through_host(host: &Host, workflow: &Workflow, items: Vec<Item>) {
    let options = RunOptions { items: Some(items), concurrency: Some(CONCURRENCY), ..RunOptions::default() };
    let result = host.run(workflow, options).await.expect("it runs");
    let outputs = result.last_outputs("Send").expect("it has run");
    assert_eq!(outputs[0].len(), SENDS);
}

async fn send_bare(client: &reqwest::Client, url: &str, round: usize) {
    let answers: Vec<Value> = futures_util::stream::iter(0..SENDS)
        .map(|number| async move {
            let body = json!({
                "botKey": wts_sandbox::seed::BOT_WELCOME_KEY,
                "from": wts_sandbox::seed::CHANNEL_WHATSAPP_ID,
                "to": recipient(round + 50, number),
                "options": {},
                "senderId": "6e4f1a52-3b5c-4c3e-9a51-0d8a8f2f4b10",
            });
            let request = client
                .post(format!("{url}/chat/v1/chatbot/send"))
                .header("authorization", format!("Bearer {}", wts_sandbox::seed::TOKEN))
                .header("content-type", "application/json")
                .body(body.to_string());
            let answer = request.send().await.expect("an answer").error_for_status().expect("success");
            serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    assert_eq!(answers.len(), SENDS);
}
