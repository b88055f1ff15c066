//! A host for the tests: it prepares parameters as a runner does, talks real HTTP to a sandbox, never waits, and repeats
//! nothing.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_node::credential::Authenticate;
use heddle_node::node::{PreparedItem, item_node};
use heddle_node::parameters::{ParameterPlan, fill_defaults};
use heddle_node::{
    Credential, Effect, ErrorKind, HttpClient, HttpError, HttpErrorKind, HttpRequest, Item, ItemContext,
    Json, Node, NodeError, OptionPage, OptionsQuery, Outcome, Registry, Services, json,
};
use heddle_nodes_wts_chat::WtsChat;
use http::Response;
use uuid::Uuid;
use wts_sandbox::{Fault, FaultRule, LedgerEntry, RecordedRequest, Sandbox, SandboxOptions, seed};

/// The id of every call.
pub(crate) const CALL_ID: Uuid = Uuid::from_u128(0x5e4d_3c2b_1a09_4f8e_9d7c_6b5a_4f3e_2d1c);
/// 2026-03-04T05:06:07.089Z, when the clock starts.
pub(crate) const START: i64 = 1_772_600_767_089;

/// A sandbox and a host that has its credential.
pub(crate) struct Host {
    pub(crate) sandbox: Sandbox,
    pub(crate) services: TestServices,
    pub(crate) node: Arc<dyn Node>,
}

/// The services of every item.
pub(crate) struct TestServices {
    client: reqwest::Client,
    credential: Result<Credential, NodeError>,
    remembered: Mutex<HashMap<String, Json>>,
    clock: AtomicI64,
    /// The pauses that were asked for.
    pub(crate) pauses: Mutex<Vec<Duration>>,
    /// Requests of a dry run.
    pub(crate) shown: Mutex<Vec<http::Request<Bytes>>>,
    pub(crate) dry_run: AtomicBool,
    pub(crate) cancelled: AtomicBool,
    time_limit: Mutex<Duration>,
    authorization: Mutex<Option<String>>,
    /// Milliseconds on the clock that each request takes.
    duration: AtomicI64,
}

impl Host {
    /// With a credential of the first seeded account.
    pub(crate) async fn start() -> Self {
        Self::start_with(SandboxOptions::unlimited()).await
    }

    pub(crate) async fn start_with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let data = json!({ "apiKey": seed::TOKEN, "baseUrl": sandbox.url() });
        let services = TestServices::new(data);
        Self { sandbox, services, node: item_node(WtsChat) }
    }

    /// Gives the host another credential.
    pub(crate) fn set_credential(&mut self, data: Json) {
        self.services.credential = Ok(Credential::new("wtsApi", data));
    }

    pub(crate) fn set_time_limit(&self, limit: Duration) {
        *self.services.time_limit.lock().expect("a lock") = limit;
    }

    /// A fault that befalls the sends of a test.
    pub(crate) fn fault(&self, rule: FaultRule) {
        self.sandbox.add_fault(rule).expect("a valid rule");
    }

    /// This answer to the next request of `path`.
    pub(crate) fn answer(&self, path: &str, status: u16, content_type: &str, body: impl Into<String>) {
        let fault = Fault::Custom {
            status,
            content_type: content_type.to_owned(),
            body: body.into(),
            accepted: false,
        };
        self.fault(FaultRule::new(fault).path(path).times(1));
    }

    /// Parameters as a runner makes them of those in a file: upgraded, filled and coerced.
    pub(crate) fn resolve(&self, stored: Json) -> Result<Json, NodeError> {
        let upgraded = self.node.upgrade(1.0, stored);
        let properties = &self.node.describe().expect("a description").properties;
        let filled = fill_defaults(properties, &upgraded, 1.0);
        let plan = ParameterPlan::new(properties, &filled, 1.0)
            .map_err(|errors| errors.into_iter().next().expect("an error"))?;
        let resolved = plan.parameters().clone();
        Ok(plan.apply(resolved)?)
    }

    pub(crate) fn prepare(&self, stored: Json) -> Result<PreparedItem, NodeError> {
        self.prepare_resolved(&self.resolve(stored)?)
    }

    /// Without what a runner does first: the parameters come as they are.
    pub(crate) fn prepare_resolved(&self, parameters: &Json) -> Result<PreparedItem, NodeError> {
        match self.node.tier() {
            heddle_node::Tier::Item(node) => node.prepare(parameters),
            heddle_node::Tier::Batch(_) => unreachable!("the node takes items"),
        }
    }

    /// Runs the node on one item with these parameters.
    pub(crate) async fn run(&self, stored: Json) -> Result<Json, NodeError> {
        self.run_prepared(&self.prepare(stored)?).await
    }

    pub(crate) async fn run_prepared(&self, prepared: &PreparedItem) -> Result<Json, NodeError> {
        self.run_at(0, prepared).await.map(|item| item.json)
    }

    /// Runs the node on the input item `index`.
    pub(crate) async fn run_at(&self, index: usize, prepared: &PreparedItem) -> Result<Item, NodeError> {
        let heddle_node::Tier::Item(node) = self.node.tier() else { unreachable!("the node takes items") };
        let item = Item::default();
        let context = ItemContext {
            item: &item,
            index,
            type_version: 1.0,
            parameters: &Json::NULL,
            services: &self.services,
        };
        let output: Vec<(usize, Item)> = node.run_item(prepared, &context).await?.into_iter().collect();
        let [(0, item)] = <[_; 1]>::try_from(output).expect("one item on the only output") else {
            panic!("the item went to another output")
        };
        Ok(item)
    }

    /// The error of a run that must fail.
    pub(crate) async fn fail(&self, stored: Json) -> NodeError {
        match self.run(stored).await {
            Ok(json) => panic!("it did not fail: {json}"),
            Err(error) => error,
        }
    }

    pub(crate) async fn options(
        &self,
        method: &str,
        search: Option<&str>,
    ) -> Result<Option<OptionPage>, NodeError> {
        let heddle_node::Tier::Item(node) = self.node.tier() else { unreachable!("the node takes items") };
        let parameters = json!({});
        let query = OptionsQuery { parameters: &parameters, search, cursor: None, services: &self.services };
        node.load_options(method, &query).await
    }

    /// The only accepted send.
    pub(crate) fn sent(&self) -> LedgerEntry {
        let [entry] = <[_; 1]>::try_from(self.sandbox.ledger()).expect("one send");
        entry
    }

    /// The body of the only request that arrived.
    pub(crate) fn body(&self) -> serde_json::Value {
        self.request().json()
    }

    /// The only request that arrived.
    pub(crate) fn request(&self) -> RecordedRequest {
        let [request] = <[_; 1]>::try_from(self.sandbox.requests()).expect("one request");
        request
    }
}

/// Enough to send, with `more` over it.
pub(crate) fn sending(more: Json) -> Json {
    let mut parameters = json!({
        "resource": "chatbot",
        "operation": "sendChatbot",
        "chatbotId": seed::BOT_WELCOME_KEY,
        "channelId": seed::CHANNEL_WHATSAPP_ID,
        "numberToSend": "5511900000001",
    });
    for (key, value) in more.as_object().expect("an object").iter() {
        parameters.insert(key, value.clone());
    }
    parameters
}

/// A server that takes one request of any size and answers it with this JSON: its URL, and the body that it will get.
pub(crate) async fn answer_once(json: &'static str) -> (String, tokio::sync::oneshot::Receiver<Vec<u8>>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, body) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut read = Vec::new();
        let body_start = loop {
            assert_ne!(stream.read_buf(&mut read).await.expect("bytes"), 0, "the head is cut");
            if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&read[..body_start]).to_lowercase();
        let length =
            head.split("content-length:").nth(1).and_then(|rest| rest.lines().next()).expect("a length");
        let length: usize = length.trim().parse().expect("a number");
        while read.len() < body_start + length {
            assert_ne!(stream.read_buf(&mut read).await.expect("bytes"), 0, "the body is cut");
        }
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{json}", json.len());
        stream.write_all(answer.as_bytes()).await.expect("it is written");
        sender.send(read.split_off(body_start)).ok();
    });
    (url, body)
}

impl TestServices {
    fn new(data: Json) -> Self {
        // Another test of this process may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            client,
            credential: Ok(Credential::new("wtsApi", data)),
            remembered: Mutex::default(),
            clock: AtomicI64::new(START),
            pauses: Mutex::default(),
            shown: Mutex::default(),
            dry_run: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            time_limit: Mutex::new(Duration::from_secs(30)),
            authorization: Mutex::default(),
            duration: AtomicI64::new(0),
        }
    }

    /// Lets each request take this long, on the clock of the tests.
    pub(crate) fn take_time_to_send(&self, duration: Duration) {
        self.duration.store(i64::try_from(duration.as_millis()).expect("a duration"), Ordering::SeqCst);
    }

    /// What the last request was signed with.
    pub(crate) fn last_authorization(&self) -> Option<String> {
        self.authorization.lock().expect("a lock").clone()
    }

    /// Sets the headers that the credential type says.
    fn authenticate(&self, request: &mut http::Request<Bytes>) {
        let registration = *Registry::linked().expect("a registry").credential("wtsApi").expect("the type");
        let kind = (registration.describe)().expect("its description");
        let Some(Authenticate::Generic(properties)) = kind.authenticate else { panic!("no authentication") };
        assert!(
            properties.query.is_empty() && properties.body.is_empty(),
            "the key belongs in a header alone"
        );
        let credential = self.credential.as_ref().expect("a credential");
        for (name, template) in properties.headers {
            let key = credential.field("apiKey").and_then(Json::as_str).expect("a key");
            let value = template.trim_start_matches('=').replace("{{$credentials.apiKey}}", key);
            let name: http::HeaderName = name.parse().expect("a header name");
            *self.authorization.lock().expect("a lock") = Some(value.clone());
            request.headers_mut().insert(name, value.parse().expect("a header value"));
        }
    }
}

#[heddle_node::async_trait]
impl HttpClient for TestServices {
    async fn send(&self, request: HttpRequest) -> Result<Response<Bytes>, HttpError> {
        let effect = request.call_effect();
        let HttpRequest { mut request, credential, .. } = request;
        let error = |kind, outcome, message: &str| HttpError {
            kind,
            outcome,
            message: message.to_owned(),
            code: None,
        };
        if self.dry_run.load(Ordering::SeqCst) {
            self.shown.lock().expect("a lock").push(request);
            return Err(error(
                HttpErrorKind::DryRun,
                Outcome::NotDone,
                "A dry run: the request was not sent",
            ));
        }
        if self.cancelled.load(Ordering::SeqCst) {
            return Err(error(HttpErrorKind::Cancelled, Outcome::NotDone, "The run was cancelled"));
        }
        assert_eq!(credential.as_deref(), Some("wtsApi"), "every request is authenticated by the host");
        self.authenticate(&mut request);
        self.clock.fetch_add(self.duration.load(Ordering::SeqCst), Ordering::SeqCst);
        let limit = *self.time_limit.lock().expect("a lock");
        let unanswered = if effect == Effect::Send { Outcome::Unknown } else { Outcome::NotDone };
        let request = reqwest::Request::try_from(request).expect("a request");
        let exchange = async {
            let answer = self.client.execute(request).await?;
            let mut read = Response::new(Bytes::new());
            *read.status_mut() = answer.status();
            *read.headers_mut() = answer.headers().clone();
            *read.body_mut() = answer.bytes().await?;
            Ok::<_, reqwest::Error>(read)
        };
        match tokio::time::timeout(limit, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(cause)) if cause.is_connect() => {
                Err(error(HttpErrorKind::Connect, Outcome::NotDone, "The service could not be reached"))
            }
            Ok(Err(_)) => Err(error(HttpErrorKind::Interrupted, unanswered, "The connection was closed")),
            Err(_) => Err(error(HttpErrorKind::TimeLimit, unanswered, "No answer came in time")),
        }
    }
}

impl Services for TestServices {
    fn http(&self) -> &dyn HttpClient {
        self
    }

    fn credential(&self, type_name: &str) -> Result<&Credential, NodeError> {
        assert_eq!(type_name, "wtsApi");
        self.credential.as_ref().map_err(Clone::clone)
    }

    fn remember<'a>(
        &'a self,
        key: &'a str,
        load: BoxFuture<'a, Result<Json, NodeError>>,
    ) -> BoxFuture<'a, Result<Json, NodeError>> {
        async move {
            if let Some(json) = self.remembered.lock().expect("a lock").get(key) {
                return Ok(json.clone());
            }
            let json = load.await?;
            self.remembered.lock().expect("a lock").insert(key.to_owned(), json.clone());
            Ok(json)
        }
        .boxed()
    }

    fn call_id(&self) -> Uuid {
        CALL_ID
    }

    fn pause(&self, duration: Duration) -> BoxFuture<'_, Result<(), NodeError>> {
        self.pauses.lock().expect("a lock").push(duration);
        let milliseconds = i64::try_from(duration.as_millis()).expect("a pause");
        self.clock.fetch_add(milliseconds, Ordering::SeqCst);
        let cancelled = self.cancelled.load(Ordering::SeqCst);
        let result = if cancelled {
            Err(NodeError::new(ErrorKind::Cancelled, "The run was cancelled"))
        } else {
            Ok(())
        };
        std::future::ready(result).boxed()
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run.load(Ordering::SeqCst)
    }

    fn matches_filter(&self, _filter: &Json, _item_index: usize) -> Result<bool, NodeError> {
        Err(NodeError::operation("The node has no filter"))
    }
}
