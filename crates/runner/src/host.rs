//! The host: what runs share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use heddle_expression::EngineLimits;
use heddle_node::{FileStore, Json, OptionPage, Registry};
use heddle_workflow::Workflow;

use crate::cache::PreparedCache;
use crate::credential_store::{CredentialSource, CredentialStore};
use crate::credentials::{CredentialResolver, NodeCredential, NodeCredentials};
use crate::elsewhere::Elsewhere;
use crate::evaluation::EvaluationThreads;
use crate::events::EventSink;
use crate::file_store::TemporaryFiles;
use crate::log::{MemoryLog, RunLog};
use crate::lookup::WorkflowLookup;
use crate::network::Network;
use crate::options::RunOptions;
use crate::pacing::Pacing;
use crate::run_error::RunError;
use crate::sending::book::{MemorySendBook, SendBook};
use crate::transport::Transport;

/// n8n's time zone for workflows and instances that name none.
pub const DEFAULT_TIMEZONE: &str = "America/New_York";

/// Runs workflows. Cheap to share between runs, which share its connections, pacing and loaded choices.
///
/// ```
/// use heddle_node::{Item, Registry, json};
/// use heddle_nodes as _; // the linker keeps the nodes of crates that are named
/// use heddle_runner::{Host, RunOptions};
/// use heddle_workflow::Workflow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let host = Host::new(Registry::linked()?);
/// let workflow = Workflow::parse(
///     "greet.json",
///     r#"{
///         "nodes": [
///             { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {} },
///             { "name": "Greet", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "parameters": {
///                 "assignments": { "assignments": [
///                     { "name": "text", "type": "string", "value": "=Hello {{ $json.name }}" }
///                 ] }
///             } }
///         ],
///         "connections": { "Start": { "main": [[{ "node": "Greet", "type": "main", "index": 0 }]] } }
///     }"#,
/// )?;
/// let items = vec![Item::new(json!({ "name": "Ana" }))];
/// let result = host.run(&workflow, RunOptions { items: Some(items), ..RunOptions::default() }).await?;
/// let outputs = result.last_outputs("Greet").unwrap_or_default();
/// assert_eq!(outputs[0][0].json, json!({ "text": "Hello Ana" }));
/// # Ok(())
/// # }
/// ```
pub struct Host {
    pub(crate) registry: Registry,
    pub(crate) credentials: Arc<dyn CredentialSource>,
    pub(crate) events: Option<Arc<dyn EventSink>>,
    pub(crate) log: Arc<dyn RunLog>,
    pub(crate) workflows: Option<Arc<dyn WorkflowLookup>>,
    pub(crate) send_book: Arc<dyn SendBook>,
    pub(crate) timezone: String,
    /// Where files of items lie.
    pub(crate) files: Arc<dyn FileStore>,
    pub(crate) transport: Transport,
    pub(crate) elsewhere: Arc<Elsewhere>,
    pub(crate) pacing: Pacing,
    pub(crate) evaluation: EvaluationThreads,
    /// Where code runs, which may wait for something.
    pub(crate) code: EvaluationThreads,
    /// Workflows that are ready to run.
    pub(crate) prepared: PreparedCache,
    /// Loaded choices of forms, each with the moment when they were.
    pub(crate) options: Mutex<HashMap<String, (Instant, OptionPage)>>,
}

impl Host {
    /// A host with these nodes, no credentials, a log of the last calls in memory, and n8n's default time zone.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            credentials: Arc::new(CredentialStore::default()),
            events: None,
            log: Arc::new(MemoryLog::of_last_calls()),
            workflows: None,
            send_book: Arc::new(MemorySendBook::default()),
            timezone: DEFAULT_TIMEZONE.to_owned(),
            files: Arc::new(TemporaryFiles::default()),
            transport: Transport::default(),
            elsewhere: Arc::default(),
            pacing: Pacing::default(),
            evaluation: EvaluationThreads::new(EngineLimits::default()),
            code: EvaluationThreads::for_waiting_jobs(crate::code::LIMITS, crate::code::MOST_THREADS),
            prepared: PreparedCache::default(),
            options: Mutex::default(),
        }
    }

    /// Uses these credentials.
    #[must_use]
    pub fn with_credentials(self, credentials: CredentialStore) -> Self {
        self.with_credential_source(Arc::new(credentials))
    }

    /// Has its credentials from `source`.
    #[must_use]
    pub fn with_credential_source(mut self, source: Arc<dyn CredentialSource>) -> Self {
        self.credentials = source;
        self
    }

    /// Lets nodes reach no private, loopback or link-local address, whatever a name leads to and wherever a service
    /// redirects to; the hosts of [`Host::with_allowed_host`] excepted.
    #[must_use]
    pub fn without_private_network(mut self) -> Self {
        self.network().is_public_only = true;
        self
    }

    /// Lets nodes reach this host all the same: a name or an address, at one port or at any.
    #[must_use]
    pub fn with_allowed_host(mut self, host: impl Into<String>, port: Option<u16>) -> Self {
        self.network().allowed.push((host.into(), port));
        self
    }

    /// Leads the name `host`, in URLs without a port, to an address, whatever it is elsewhere.
    #[must_use]
    pub fn with_route(mut self, host: &str, address: SocketAddr) -> Self {
        self.network().routes.insert(host.to_lowercase(), address);
        self
    }

    /// Has requests answered elsewhere than by their services: from a file, or by loopback servers.
    #[must_use]
    pub fn with_elsewhere(mut self, elsewhere: Elsewhere) -> Self {
        self.elsewhere = Arc::new(elsewhere);
        self
    }

    /// Where the requests of a run go: as its options say, else as the host says.
    pub(crate) fn elsewhere_of(&self, options: &RunOptions) -> Arc<Elsewhere> {
        Arc::clone(if options.elsewhere.is_empty() { &self.elsewhere } else { &options.elsewhere })
    }

    fn network(&mut self) -> &mut Network {
        Arc::make_mut(&mut self.transport.network)
    }

    pub(crate) fn credential_resolver(&self) -> CredentialResolver<'_> {
        CredentialResolver { registry: &self.registry, source: &*self.credentials, pacing: &self.pacing }
    }

    /// Tells `events` of every step of every run. To follow one run, subscribe to its
    /// [`RunOptions::events`](crate::RunOptions).
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn EventSink>) -> Self {
        self.events = Some(events);
        self
    }

    /// Keeps its runs in `log`, and, where that has one, remembers in its book who was sent to.
    #[must_use]
    pub fn with_log(mut self, log: Arc<dyn RunLog>) -> Self {
        if let Some(book) = Arc::clone(&log).send_book() {
            self.send_book = book;
        }
        self.log = log;
        self
    }

    /// Remembers in `book` who was sent to and how many were, in place of the log's book, or of doing so as long as the host
    /// lasts.
    #[must_use]
    pub fn with_send_book(mut self, book: Arc<dyn SendBook>) -> Self {
        self.send_book = book;
        self
    }

    /// Finds the workflows that others call, and error workflows, in `workflows`. Without it none is found.
    #[must_use]
    pub fn with_workflows(mut self, workflows: Arc<dyn WorkflowLookup>) -> Self {
        self.workflows = Some(workflows);
        self
    }

    /// Keeps files of items in `files`, in place of the system's folder for temporary files.
    #[must_use]
    pub fn with_file_store(mut self, files: Arc<dyn FileStore>) -> Self {
        self.files = files;
        self
    }

    /// Uses this IANA time zone for workflows that name none.
    #[must_use]
    pub fn with_timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = timezone.into();
        self
    }

    /// Allows one evaluation of an expression so much time and memory, in place of n8n's 5 seconds and 128 MB. One that
    /// cannot be interrupted is left to itself after twice its time.
    #[must_use]
    pub fn with_expression_limits(mut self, limits: EngineLimits) -> Self {
        self.evaluation = EvaluationThreads::new(limits);
        self
    }

    /// Allows one run of code so much time and memory, in place of 60 seconds and 512 MB. A node's own `timeLimit` comes
    /// before that time. Code that cannot be interrupted is left to itself.
    #[must_use]
    pub fn with_code_limits(mut self, limits: EngineLimits) -> Self {
        self.code = EvaluationThreads::for_waiting_jobs(limits, crate::code::MOST_THREADS);
        self
    }

    /// The nodes and credential types.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The credentials that are there, by type and name; never what is in them.
    pub fn credential_names(&self) -> Vec<crate::CredentialName> {
        self.credentials.names()
    }

    /// The time zone in which a workflow runs; `asked` counts where it names none.
    pub(crate) fn zone(
        &self,
        workflow: &Workflow,
        asked: Option<&str>,
    ) -> Result<jiff::tz::TimeZone, RunError> {
        let name = workflow.settings.timezone.as_deref().or(asked);
        let name = name.unwrap_or(&self.timezone);
        jiff::tz::TimeZone::get(name).map_err(|_| RunError::UnknownTimezone(name.to_owned()))
    }

    /// Gives a dry run, in which nothing leaves, a form of each missing credential: what is secret in it is masked.
    pub(crate) fn stand_in_for_missing(&self, mut credentials: NodeCredentials) -> NodeCredentials {
        for (name, credential) in &mut credentials {
            if credential.resolved.is_err() && credential.required {
                credential.resolved = self.credential_resolver().stand_in(name);
            }
        }
        credentials
    }

    /// Resolves the credentials that a node declares; `reference` gives what its workflow file says of one.
    pub(crate) fn resolve_credentials(
        &self,
        declared: &[(String, bool)],
        reference: impl Fn(&str) -> Json,
    ) -> NodeCredentials {
        declared
            .iter()
            .map(|(name, required)| {
                let resolved = self.credential_resolver().resolve(name, &reference(name));
                (name.clone(), NodeCredential { required: *required, resolved, by_item: None })
            })
            .collect()
    }
}
