//! Runs one node on items, through the real host.

use std::net::SocketAddr;
use std::sync::Arc;

use heddle_node::{Item, Json, JsonObject, NodeExample, Registry};
use heddle_runner::events::EventSink;
use heddle_runner::log::RunLog;
use heddle_runner::{CredentialStore, Host, RunError, RunOptions, RunResult};
use heddle_workflow::Workflow;

/// Name of the node in the workflow that a [`NodeTest`] runs.
pub(crate) const NODE: &str = "Node";

/// The host of the service that an example's parameters name, as `http://service.test/…`.
pub const SERVICE: &str = "service.test";

/// One node with its parameters, items and credentials.
#[derive(Clone)]
pub struct NodeTest {
    node: Json,
    items: Vec<Item>,
    credentials: Vec<(String, Json)>,
    options: RunOptions,
    events: Option<Arc<dyn EventSink>>,
    log: Option<Arc<dyn RunLog>>,
    service: Option<SocketAddr>,
}

impl NodeTest {
    /// The node type `node_type` at a version with these parameters.
    pub fn new(node_type: &str, type_version: f64, parameters: Json) -> Self {
        let mut node = JsonObject::new();
        node.insert("id", Json::from("1"));
        node.insert("name", Json::from(NODE));
        node.insert("type", Json::from(node_type));
        node.insert("typeVersion", Json::from(type_version));
        node.insert("position", Json::from(vec![Json::from(0), Json::from(0)]));
        node.insert("parameters", parameters);
        Self {
            node: Json::from(node),
            items: Vec::new(),
            credentials: Vec::new(),
            options: RunOptions::default(),
            events: None,
            log: None,
            service: None,
        }
    }

    /// An example of a node, its credentials' `baseUrl` leading to `url`.
    pub fn of_example(node_type: &str, example: &NodeExample, url: &str) -> Self {
        let mut test = Self::new(node_type, example.type_version, example.parameters.clone())
            .with_items(example.items.iter().cloned())
            .with_service(url);
        for (name, data) in &example.credentials {
            let mut data = data.clone();
            data.insert("baseUrl", Json::from(url));
            test = test.with_credential(name, data);
        }
        test
    }

    /// Leads [`SERVICE`] to the service at `url`.
    #[must_use]
    pub fn with_service(mut self, url: &str) -> Self {
        self.service = url.strip_prefix("http://").and_then(|address| address.parse().ok());
        self
    }

    /// These input items.
    #[must_use]
    pub fn with_items(mut self, items: impl IntoIterator<Item = Json>) -> Self {
        self.items = items.into_iter().map(Item::new).collect();
        self
    }

    /// A credential. Pacing is off unless its data says `rateLimits`.
    #[must_use]
    pub fn with_credential(mut self, type_name: &str, mut data: Json) -> Self {
        if data.get("rateLimits").is_none() {
            data.insert("rateLimits", Json::array());
        }
        self.credentials.push((type_name.to_owned(), data));
        self
    }

    /// A further key of the node's JSON, such as `onError`.
    #[must_use]
    pub fn with_setting(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.node.insert(key, value);
        self
    }

    /// Other options of the run; its start and items are the test's.
    #[must_use]
    pub fn with_options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Tells `events` of every step.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn EventSink>) -> Self {
        self.events = Some(events);
        self
    }

    /// Keeps the records of its run in `log`.
    #[must_use]
    pub fn with_log(mut self, log: Arc<dyn RunLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// Runs it.
    ///
    /// # Errors
    /// When the node cannot run with these parameters.
    pub async fn run(self, registry: &Registry) -> Result<RunResult, RunError> {
        let mut credentials = CredentialStore::default();
        for (name, data) in self.credentials {
            // Data that is not an object is missing, which the node reports.
            let _ = credentials.insert(&name, data);
        }
        let mut host = Host::new(registry.clone()).with_credentials(credentials);
        if let Some(events) = self.events {
            host = host.with_events(events);
        }
        if let Some(log) = self.log {
            host = host.with_log(log);
        }
        if let Some(address) = self.service {
            host = host.with_route(SERVICE, address);
        }
        let mut settings = Json::object();
        settings.insert("executionOrder", Json::from("v1"));
        let mut workflow = Json::object();
        workflow.insert("nodes", Json::from(vec![self.node]));
        workflow.insert("settings", settings);
        let options = RunOptions { start: Some(NODE.to_owned()), items: Some(self.items), ..self.options };
        host.run(&Workflow::from_json(&workflow), options).await
    }
}
