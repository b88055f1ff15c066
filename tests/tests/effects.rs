//! What a node states of its effect, and what its calls come to: nothing is sent twice, whatever the author says.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use heddle_node::http::{Bytes, Method, Request};
use heddle_node::node::{batch_node, item_node};
use heddle_node::{
    BatchContext, BatchNode, CredentialRegistration, CredentialType, Effect, HttpExchange, HttpRequest,
    ItemContext, ItemNode, ItemOutput, Items, Json, NodeError, NodeExample, NodeHeader, Registry, Services,
    async_trait,
};
use heddle_runner::events::{Event, EventSink, Verdict};
use heddle_runner::log::{MemoryLog, Record};
use heddle_runner::{Host, RunOptions, RunResult, Status};
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct Parameters {
    /// Where to.
    #[schemars(title = "URL", extend("x-required" = true))]
    url: String,
    /// How; POST when empty.
    #[schemars(title = "Method")]
    method: String,
    /// What the request states: pure, idempotent, send, or nothing.
    #[schemars(title = "Stated")]
    stated: String,
    /// Whether a failure of the call is passed over.
    #[schemars(title = "Swallow")]
    swallow: bool,
}

async fn call(parameters: &Parameters, services: &dyn Services) -> Result<Json, NodeError> {
    let method = if parameters.method.is_empty() { "POST" } else { &parameters.method };
    let request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).expect("a method"))
        .uri(&parameters.url)
        .header("authorization", "Bearer token-of-the-node")
        .body(Bytes::from_static(b"{}"))
        .map_err(|error| NodeError::operation(error.to_string()))?;
    let mut request = HttpRequest::new(request);
    request.effect = match parameters.stated.as_str() {
        "pure" => Some(Effect::Pure),
        "idempotent" => Some(Effect::Idempotent),
        "send" => Some(Effect::Send),
        _ => None,
    };
    let answer = match services.http().send(request).await {
        Err(_) if parameters.swallow => return Ok(Json::object()),
        answer => answer?,
    };
    if answer.status().is_success() {
        return Ok(Json::object());
    }
    let mut error =
        NodeError::api(answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned());
    error.retry_after = answer
        .headers()
        .get("retry-after")
        .and_then(|value| Some(Duration::from_secs(value.to_str().ok()?.parse().ok()?)));
    Err(error)
}

const fn header(type_name: &'static str) -> NodeHeader {
    NodeHeader {
        type_name,
        versions: &[1.0],
        display_name: "Caller",
        description: "Calls a URL",
        ..NodeHeader::DEFAULT
    }
}

/// A node that works item by item, and one that takes whole inputs, that state this effect.
macro_rules! callers {
    ($($item:ident, $batch:ident, $name:literal, $effect:expr;)*) => {$(
        struct $item;
        #[async_trait]
        impl ItemNode for $item {
            type Parameters = Parameters;
            const HEADER: NodeHeader = header(concat!("test.", $name));
            const EFFECT: Option<Effect> = $effect;
            async fn execute_item(
                &self,
                parameters: &Parameters,
                context: &ItemContext<'_>,
            ) -> Result<ItemOutput, NodeError> {
                call(parameters, context.services).await.map(ItemOutput::from)
            }
        }
        struct $batch;
        #[async_trait]
        impl BatchNode for $batch {
            type Parameters = Parameters;
            const HEADER: NodeHeader = header(concat!("test.", $name, "Batch"));
            const EFFECT: Option<Effect> = $effect;
            async fn execute(
                &self,
                parameters: &Parameters,
                context: &BatchContext<'_>,
            ) -> Result<Vec<Items>, NodeError> {
                call(parameters, context.services).await?;
                Ok(vec![context.input(0)])
            }
        }
    )*};
}

callers! {
    Pure, PureBatch, "pure", Some(Effect::Pure);
    Idempotent, IdempotentBatch, "idempotent", Some(Effect::Idempotent);
    Send, SendBatch, "send", Some(Effect::Send);
}

/// Says nothing of its effect.
struct Silent;

#[async_trait]
impl ItemNode for Silent {
    type Parameters = Parameters;
    const HEADER: NodeHeader = header("test.silent");
    async fn execute_item(
        &self,
        parameters: &Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        call(parameters, context.services).await.map(ItemOutput::from)
    }
}

/// The same for whole inputs.
struct SilentBatch;

#[async_trait]
impl BatchNode for SilentBatch {
    type Parameters = Parameters;
    const HEADER: NodeHeader = header("test.silentBatch");
    async fn execute(
        &self,
        parameters: &Parameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        call(parameters, context.services).await?;
        Ok(vec![context.input(0)])
    }
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    for node in [
        item_node(Pure),
        item_node(Idempotent),
        item_node(Send),
        item_node(Silent),
        batch_node(PureBatch),
        batch_node(IdempotentBatch),
        batch_node(SendBatch),
        batch_node(SilentBatch),
    ] {
        registry.register("tests", node).expect("no other node has this name");
    }
    registry
}

/// The verdicts of the items, by item.
#[derive(Default)]
struct Verdicts(Mutex<Vec<(usize, Option<Verdict>)>>);

impl EventSink for Verdicts {
    fn receive(&self, event: &Event) {
        if let Event::ItemDone { item, verdict, .. } = event {
            self.0.lock().expect("a lock").push((*item, *verdict));
        }
    }
}

/// What a run of one node told.
struct Told {
    result: RunResult,
    verdicts: Vec<Option<Verdict>>,
    /// Tries that left, or were about to.
    tries: Vec<(usize, u32)>,
}

impl Told {
    fn text(&self) -> String {
        serde_json::to_string(&self.result).expect("JSON")
    }

    fn message(&self) -> &str {
        self.result.error.as_ref().map_or("", |error| error.message.as_str())
    }

    /// What the run data keeps of each item.
    fn kept(&self) -> Vec<String> {
        let run: Value = serde_json::from_str(&self.text()).expect("JSON");
        let items = &run["data"]["resultData"]["runData"]["Node"][0]["metadata"]["items"];
        items
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| item["outcome"].as_str().expect("a word").to_owned())
            .collect()
    }
}

/// One node of a type, with parameters, further settings, so many items and these options.
async fn run(kind: &str, parameters: Value, settings: Value, items: usize, options: RunOptions) -> Told {
    let mut node = json!({
        "name": "Node", "type": format!("test.{kind}"), "typeVersion": 1, "position": [0, 0],
        "parameters": parameters,
    });
    for (key, value) in settings.as_object().into_iter().flatten() {
        node[key] = value.clone();
    }
    let workflow = json!({ "nodes": [node], "connections": {}, "settings": { "executionOrder": "v1" } });
    let verdicts = Arc::new(Verdicts::default());
    let log = Arc::new(MemoryLog::of_calls());
    let host = Host::new(registry()).with_events(verdicts.clone()).with_log(log.clone());
    let items = (0..items).map(|number| heddle_node::Item::new(heddle_node::json!({ "number": number })));
    let options = RunOptions { start: Some("Node".to_owned()), items: Some(items.collect()), ..options };
    let result = host.run(&Workflow::from_json(&Json::from(workflow)), options).await.expect("it begins");
    let mut told = verdicts.0.lock().expect("a lock").clone();
    told.sort_by_key(|(item, _)| *item);
    let tries = log.records().into_iter().filter_map(|record| match record {
        Record::CallStarted(call) => Some((call.key.item, call.key.attempt)),
        _ => None,
    });
    Told { result, verdicts: told.into_iter().map(|(_, verdict)| verdict).collect(), tries: tries.collect() }
}

fn quick() -> RunOptions {
    RunOptions { time_limit: Some(Duration::from_millis(300)), ..RunOptions::default() }
}

fn unknown_ends() -> [(&'static str, Reply); 5] {
    [
        ("500", Reply::status("500 Internal Server Error", "")),
        ("cut", Reply::Cut),
        ("time limit", Reply::Stall),
        (
            "switching protocols",
            Reply::Raw(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n".to_owned(),
            ),
        ),
        ("redirect", Reply::status("302 Found", "Location: http://127.0.0.1:9/\r\n")),
    ]
}

#[tokio::test]
async fn a_post_of_a_node_that_says_nothing_leaves_once_and_is_unknown() {
    for retry in [false, true] {
        for (name, reply) in unknown_ends() {
            for kind in ["silent", "silentBatch", "send", "sendBatch"] {
                let service = HostileService::start({
                    let reply = reply.clone();
                    move |_| reply.clone()
                });
                let settings = json!({ "retryOnFail": retry, "waitBetweenTries": 1 });
                let told = run(kind, json!({ "url": service.url() }), settings, 1, quick()).await;
                assert_eq!(told.result.status, Status::Error, "{kind}, {name}");
                assert_eq!(service.requests().len(), 1, "{kind}, {name}");
                assert_eq!(told.verdicts, [Some(Verdict::Unknown)], "{kind}, {name}");
                assert_eq!(told.kept(), ["unknown"], "{kind}, {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_silent_call_has_the_verdict_of_what_it_called() {
    let service = HostileService::start(|_| Reply::status("200 OK", ""));
    let url = service.url();
    for (kind, method, verdict) in [
        ("silent", "POST", Some(Verdict::Sent)),
        ("silent", "PATCH", Some(Verdict::Sent)),
        ("silent", "BREW", Some(Verdict::Sent)),
        ("silent", "PUT", Some(Verdict::Sent)),
        ("silent", "DELETE", Some(Verdict::Sent)),
        ("silent", "GET", None),
        ("silent", "HEAD", None),
        ("silent", "OPTIONS", None),
        ("send", "POST", Some(Verdict::Sent)),
        ("idempotent", "PUT", Some(Verdict::Sent)),
        ("pure", "GET", None),
    ] {
        let told = run(kind, json!({ "url": url, "method": method }), json!({}), 2, quick()).await;
        assert_eq!(told.verdicts, [verdict, verdict], "{kind} {method}: {}", told.message());
    }
    for (kind, verdicts) in [("silentBatch", vec![Some(Verdict::Sent); 3]), ("pureBatch", vec![])] {
        let stated = if kind == "pureBatch" { "pure" } else { "" };
        let before = service.requests().len();
        let told = run(kind, json!({ "url": url, "stated": stated }), json!({}), 3, quick()).await;
        assert_eq!(told.verdicts, verdicts, "{kind}: what one call did is told of all its items");
        assert_eq!(service.requests().len() - before, 1);
    }
}

#[tokio::test]
async fn all_items_of_a_silent_node_are_prepared_before_the_first_leaves() {
    let service = HostileService::start(|_| Reply::status("200 OK", ""));
    let url = format!("={{{{ $json.number === 2 ? null.length : '{}' }}}}", service.url());
    let told = run("silent", json!({ "url": url }), json!({}), 3, quick()).await;
    assert_eq!(told.result.status, Status::Error);
    assert!(service.requests().is_empty(), "nothing leaves");
    assert_eq!(told.kept(), ["notSent"; 3]);
}

#[tokio::test]
async fn a_call_that_is_graver_than_stated_never_leaves() {
    let service = HostileService::start(|_| Reply::status("200 OK", ""));
    for (kind, method, stated) in [
        ("pure", "POST", ""),
        ("pure", "PUT", ""),
        ("pure", "GET", "send"),
        ("idempotent", "POST", ""),
        ("idempotent", "PUT", "send"),
        ("pureBatch", "POST", ""),
        ("idempotentBatch", "POST", ""),
    ] {
        for (swallow, dry_run) in [(false, false), (true, false), (false, true)] {
            let parameters =
                json!({ "url": service.url(), "method": method, "stated": stated, "swallow": swallow });
            let options = RunOptions { dry_run, ..quick() };
            let told = run(kind, parameters, json!({}), 1, options).await;
            assert_eq!(told.result.status, Status::Error, "{kind} {method} {stated}");
            assert!(told.message().contains("refused before it left"), "{}", told.message());
        }
    }
    assert!(service.requests().is_empty());
    // What the request states counts, not its method.
    for (kind, method, stated) in [("pure", "POST", "pure"), ("idempotent", "POST", "idempotent")] {
        let parameters = json!({ "url": service.url(), "method": method, "stated": stated });
        let told = run(kind, parameters, json!({}), 1, quick()).await;
        assert_eq!(told.result.status, Status::Success, "{}", told.message());
    }
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test]
async fn an_idempotent_call_that_breaks_off_is_repeated_and_then_unknown() {
    for kind in ["idempotent", "silent", "idempotentBatch"] {
        let service = HostileService::start(|_| Reply::Cut);
        let parameters = json!({ "url": service.url(), "method": "PUT" });
        let told = run(kind, parameters.clone(), json!({}), 1, quick()).await;
        assert!(service.requests().len() > 1, "{kind}: it may be repeated");
        assert_eq!(told.verdicts, [Some(Verdict::Unknown)], "{kind}");
        assert!(told.message().contains("nobody can tell"), "{kind}: {}", told.message());

        // A refusal after a try with an unknown outcome proves nothing; a success does.
        for (second, verdict) in [("404 Not Found", Verdict::Unknown), ("200 OK", Verdict::Sent)] {
            let service = HostileService::start(move |number| match number {
                0 => Reply::Cut,
                _ => Reply::status(second, ""),
            });
            let parameters = json!({ "url": service.url(), "method": "DELETE" });
            let told = run(kind, parameters, json!({}), 1, quick()).await;
            assert_eq!(told.verdicts, [Some(verdict)], "{kind}, {second}");
        }
    }
}

#[tokio::test]
async fn retry_on_fail_repeats_what_can_succeed_and_waits_as_asked() {
    let settings = json!({ "retryOnFail": true, "maxTries": 2, "waitBetweenTries": 1 });
    for kind in ["pure", "pureBatch"] {
        for (status, requests) in [
            ("400 Bad Request", 1),
            ("404 Not Found", 1),
            ("422 Unprocessable", 1),
            ("408 Request Timeout", 2),
            ("425 Too Early", 2),
        ] {
            let service = HostileService::start(move |_| Reply::status(status, ""));
            let parameters = json!({ "url": service.url(), "method": "GET" });
            run(kind, parameters, settings.clone(), 1, quick()).await;
            assert_eq!(service.requests().len(), requests, "{kind}, {status}");
        }
        let service = HostileService::start(|number| match number {
            0 => Reply::status("408 Request Timeout", "Retry-After: 1\r\n"),
            _ => Reply::status("200 OK", ""),
        });
        let start = Instant::now();
        let parameters = json!({ "url": service.url(), "method": "GET" });
        let told = run(kind, parameters, settings.clone(), 1, quick()).await;
        assert_eq!(told.result.status, Status::Success, "{}", told.message());
        assert!(start.elapsed() >= Duration::from_secs(1), "it did not wait");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_an_error_and_its_send_is_sent() {
    const LIMIT: u64 = 16 << 20;
    for told_before in [false, true] {
        let large = move |_| Reply::Large { bytes: 40 * LIMIT, told: told_before };
        let service = HostileService::start(large);
        let url = service.url();
        let told = run("silent", json!({ "url": url }), json!({}), 1, RunOptions::default()).await;
        assert_eq!(told.verdicts, [Some(Verdict::Sent)], "{}", told.message());
        for words in ["accepted the request", "larger than 16 MB", "status 200"] {
            assert!(told.message().contains(words), "{words}: {}", told.message());
        }
        let settings = json!({ "retryOnFail": true, "waitBetweenTries": 1 });
        let told =
            run("pure", json!({ "url": url, "method": "GET" }), settings, 1, RunOptions::default()).await;
        assert!(told.message().contains("larger than 16 MB"), "{}", told.message());
        assert!(told.text().contains("\"outcome\":\"notDone\""), "a read does nothing: {}", told.text());
        assert_eq!(service.requests().len(), 2, "another try would meet the same");
        assert!(service.written() < 6 * LIMIT, "{} bytes were taken", service.written());
    }
    let service = HostileService::start(|_| Reply::Large { bytes: LIMIT + 1000, told: false });
    let parameters = json!({ "url": service.url() });
    let options = RunOptions { answer_limit: 2 * LIMIT as usize, ..RunOptions::default() };
    for (settings, options) in [(json!({ "answerLimit": 17 }), RunOptions::default()), (json!({}), options)] {
        let told = run("silent", parameters.clone(), settings, 1, options).await;
        assert_eq!(told.result.status, Status::Success, "{}", told.message());
    }
    let told = run("silent", parameters, json!({ "answerLimit": 0.5 }), 1, RunOptions::default()).await;
    assert!(told.message().contains("larger than 0.5 MB"), "{}", told.message());
}

#[tokio::test]
async fn a_429_is_waited_for_with_growing_pauses_whatever_it_asks() {
    for retry_after in
        ["Retry-After: 0", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", "Retry-After: soon", "X: 1"]
    {
        let service = HostileService::start(move |_| {
            Reply::status("429 Too Many Requests", &format!("{retry_after}\r\n"))
        });
        let options = RunOptions { wait_budget: Duration::from_millis(1500), ..RunOptions::default() };
        let start = Instant::now();
        let told = run("silent", json!({ "url": service.url() }), json!({}), 1, options).await;
        // About 1 s, and then 2 s would be more than the budget.
        assert_eq!(service.requests().len(), 2, "{retry_after}");
        assert!(start.elapsed() >= Duration::from_millis(700), "{retry_after}: it came back at once");
        assert_eq!(told.verdicts, [Some(Verdict::NotSent)], "{retry_after}");
    }
}

/// A port of this machine where nobody listens.
fn closed_port() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_given_up_after_twenty_items() {
    let settings = json!({ "onError": "continueRegularOutput", "retryOnFail": true, "waitBetweenTries": 1 });
    let url = format!("http://{}", closed_port());
    let told = run("silent", json!({ "url": url }), settings, 300, RunOptions::default()).await;
    assert_eq!(told.verdicts, vec![Some(Verdict::NotSent); 300]);
    let tries_of = |item: usize| told.tries.iter().filter(|(of, _)| *of == item).count();
    assert!(tries_of(0) >= 4, "the first ones have all their tries");
    for item in 50..300 {
        assert_eq!(tries_of(item), 1, "item {item}");
    }
}

#[tokio::test]
async fn a_service_that_is_away_for_two_seconds_costs_no_item() {
    let address = closed_port();
    let service = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        HostileService::start_at(address, |_| Reply::status("200 OK", ""))
    });
    let options = RunOptions { concurrency: Some(30), ..RunOptions::default() };
    let told = run("silent", json!({ "url": format!("http://{address}") }), json!({}), 60, options).await;
    assert_eq!(told.verdicts, vec![Some(Verdict::Sent); 60], "{}", told.message());
    assert_eq!(service.join().expect("it runs").requests().len(), 60);
}

#[tokio::test]
async fn what_authorizes_a_request_shows_nowhere() {
    let service = HostileService::start(|_| Reply::Echo);
    let url = service.url().replace("http://", "http://user:password-in-the-url@");
    for dry_run in [false, true] {
        let options = RunOptions { dry_run, ..RunOptions::default() };
        let told = run("silent", json!({ "url": url }), json!({}), 1, options).await;
        let outputs = format!("{:?} {}", told.result.last_outputs("Node"), told.message());
        assert!(outputs.contains("***"), "{outputs}");
        assert!(!outputs.contains("token-of-the-node"), "{outputs}");
        assert!(!outputs.contains("password-in-the-url"), "{outputs}");
    }
    let request = &service.requests()[0];
    assert!(request.contains("token-of-the-node"), "the service has got it: {request}");
}

/// A credential type whose data says where the service is.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Account {}

/// A node whose example POSTs, and which states this.
macro_rules! example_node {
    ($node:ident, $effect:expr) => {
        struct $node;
        #[async_trait]
        impl ItemNode for $node {
            type Parameters = Parameters;
            const HEADER: NodeHeader =
                NodeHeader { credentials: &[("testApi", true)], ..header("test.example") };
            const EFFECT: Option<Effect> = $effect;
            async fn execute_item(
                &self,
                _: &Parameters,
                context: &ItemContext<'_>,
            ) -> Result<ItemOutput, NodeError> {
                let credential = context.services.credential("testApi")?;
                let url = credential.field("baseUrl").and_then(Json::as_str).unwrap_or_default();
                let url = format!("{url}/send");
                call(&Parameters { url, ..Parameters::default() }, context.services).await.map(ItemOutput::from)
            }
            fn examples() -> Vec<NodeExample> {
                vec![NodeExample {
                    title: "Sends",
                    type_version: 1.0,
                    parameters: heddle_node::json!({ "url": "unused" }),
                    items: vec![heddle_node::json!({ "number": 1 })],
                    credentials: vec![("testApi", Json::object())],
                    exchanges: vec![HttpExchange {
                        method: "POST",
                        path: "/send",
                        status: 200,
                        answer: Json::object(),
                    }],
                    ..NodeExample::default()
                }]
            }
        }
    };
}

example_node!(SaysSend, Some(Effect::Send));
example_node!(SaysIdempotent, Some(Effect::Idempotent));
example_node!(SaysPure, Some(Effect::Pure));
example_node!(SaysNothing, None);

#[tokio::test]
async fn the_behaviour_suite_fails_for_a_node_whose_example_makes_a_graver_call_than_it_states() {
    let faults_of = async |node: Arc<dyn heddle_node::Node>| -> Vec<String> {
        let mut registry = Registry::new();
        registry.register("tests", node).expect("it is new");
        registry
            .register_credential(CredentialRegistration {
                name: "testApi",
                crate_name: "tests",
                describe: || CredentialType::derive::<Account>("testApi", "Test API"),
                check: None,
                sandbox: None,
            })
            .expect("it is new");
        let faults = heddle_testkit::check_all(&registry).await;
        faults
            .into_iter()
            .filter(|fault| {
                fault.node == "test.example" && fault.behaviour == "calls are no graver than stated"
            })
            .map(|fault| fault.message)
            .collect()
    };
    assert_eq!(faults_of(item_node(SaysSend)).await, Vec::<String>::new());
    for (node, words) in [
        (item_node(SaysIdempotent), "states that it is idempotent"),
        (item_node(SaysPure), "states that it is pure"),
        (item_node(SaysNothing), "states no effect"),
    ] {
        let faults = faults_of(node).await;
        assert!(faults.len() == 1 && faults[0].contains(words), "{words}: {faults:?}");
    }
}
