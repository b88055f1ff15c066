//! The host: what runs share, and the options of one run.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use heddle_expression::{Alone, Clock, EngineLimits};
use heddle_node::node::Tier;
use heddle_node::{Effect, Item, Json, NodeError, OptionPage, OptionsQuery, Registry};
use heddle_workflow::Workflow;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cancel::StopSignal;
use crate::credential_expressions::evaluate_credentials;
use crate::credentials::{CredentialStore, NodeCredential, NodeCredentials, ResolvedCredential};
use crate::evaluation::EvaluationThreads;
use crate::events::{EventSink, NoEvents, NodeSite, RunSite};
use crate::journal::{Journal, MemoryJournal};
use crate::keeping::KeptOutputs;
use crate::lookup::WorkflowLookup;
use crate::node_run::{ItemServices, NodeRunContext};
use crate::pacing::Pacing;
use crate::run_error::RunError;
use crate::scheduler::DestinationMode;
use crate::selection::ItemSelection;
use crate::transport::Transport;
use crate::variables::Variables;

/// Items of a node at a time, where nothing else is said.
pub const DEFAULT_CONCURRENCY: usize = 10;
/// n8n's time zone for workflows and instances that name none.
pub const DEFAULT_TIMEZONE: &str = "America/New_York";
/// The largest body of an answer that is held in memory, in bytes, where nothing else is said.
const DEFAULT_ANSWER_LIMIT: usize = 16 << 20;
/// How long loaded choices of a form are kept.
const OPTIONS_LIFETIME: Duration = Duration::from_secs(60);

/// Runs workflows. Cheap to share between runs, which share its connections, pacing and loaded choices.
pub struct Host {
    pub(crate) registry: Registry,
    pub(crate) credentials: CredentialStore,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) workflows: Option<Arc<dyn WorkflowLookup>>,
    pub(crate) timezone: String,
    pub(crate) transport: Transport,
    pub(crate) pacing: Pacing,
    pub(crate) evaluation: EvaluationThreads,
    /// Where code runs, which may wait for something.
    pub(crate) code: EvaluationThreads,
    options: Mutex<HashMap<String, (Instant, OptionPage)>>,
}

/// How one run is to go.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Identifies the execution; ids of outgoing calls are made from it.
    pub execution: Uuid,
    /// Node to start at; the workflow's trigger when absent.
    pub start: Option<String>,
    /// Items that enter at the start node; one empty item when absent.
    pub items: Option<Vec<Item>>,
    /// Node to stop after.
    pub destination: Option<String>,
    /// Whether the destination runs itself.
    pub destination_mode: DestinationMode,
    /// Items of a node at a time; what the node's JSON says, else [`DEFAULT_CONCURRENCY`], when absent.
    pub concurrency: Option<usize>,
    /// Which outputs the result holds.
    pub kept_outputs: KeptOutputs,
    /// Use pinned data in place of running the nodes that have some, as n8n's manual mode.
    pub pins: bool,
    /// The items that are to run at some nodes; the others of these nodes are skipped.
    pub only: Option<Arc<ItemSelection>>,
    /// Let nothing leave; each item of a node with an effect shows its request.
    pub dry_run: bool,
    /// The longest time that one try of a call may take, where its node's JSON says nothing.
    pub time_limit: Duration,
    /// The longest time that one call may wait for permits and rate limits, all waits together.
    pub wait_budget: Duration,
    /// The largest body of an answer that is held in memory, in bytes, where neither the call nor its node's JSON says
    /// another.
    pub answer_limit: usize,
    /// How long the whole run may take, in place of what the workflow's settings say; zero for as long as it wants. When
    /// the time is over, the run ends as if it had been cancelled.
    pub timeout: Option<Duration>,
    /// End the run at a wait, with [`Status::Waiting`](crate::Status) and the moment to go on, instead of waiting. Workflows
    /// that it calls, and waits of about a minute, are waited for all the same.
    pub stop_at_wait: bool,
    /// Fail an item of a node with an effect where an expression inside a text gives nothing; nodes may ask for it
    /// themselves (`strict`).
    pub strict: bool,
    /// `$vars`, `$env` and `$secrets`.
    pub variables: Variables,
    /// IANA time zone of workflows that name none; the host's when absent.
    pub timezone: Option<String>,
    /// What the workflow kept of earlier runs, in place of what its file holds (`docs/engine.md §1.6`).
    pub static_data: Option<Json>,
    /// The same for workflows that it calls, by id, or by name where one has none.
    pub called_static_data: BTreeMap<String, Json>,
    /// Cancels the run: no new sends, those in flight end.
    pub cancel: CancellationToken,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            execution: Uuid::new_v4(),
            start: None,
            items: None,
            destination: None,
            destination_mode: DestinationMode::Inclusive,
            concurrency: None,
            kept_outputs: KeptOutputs::All,
            pins: false,
            only: None,
            dry_run: false,
            time_limit: Duration::from_secs(60),
            wait_budget: Duration::from_secs(15 * 60),
            answer_limit: DEFAULT_ANSWER_LIMIT,
            timeout: None,
            stop_at_wait: false,
            strict: false,
            variables: Variables::default(),
            timezone: None,
            static_data: None,
            called_static_data: BTreeMap::new(),
            cancel: CancellationToken::new(),
        }
    }
}

impl RunOptions {
    /// n8n's mode of an execution that nothing calls (`docs/engine.md §4.1`).
    pub(crate) fn mode(&self) -> &'static str {
        if self.pins { "manual" } else { "trigger" }
    }
}

impl Host {
    /// A host with these nodes, no credentials, a journal in memory, and n8n's default time zone.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            credentials: CredentialStore::default(),
            events: Arc::new(NoEvents),
            journal: Arc::new(MemoryJournal::default()),
            workflows: None,
            timezone: DEFAULT_TIMEZONE.to_owned(),
            transport: Transport::default(),
            pacing: Pacing::default(),
            evaluation: EvaluationThreads::new(EngineLimits::default()),
            code: EvaluationThreads::for_waiting_jobs(crate::code::LIMITS, crate::code::MOST_THREADS),
            options: Mutex::default(),
        }
    }

    /// Uses these credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: CredentialStore) -> Self {
        self.credentials = credentials;
        self
    }

    /// Tells `events` of every step.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn EventSink>) -> Self {
        self.events = events;
        self
    }

    /// Keeps its records in `journal`.
    #[must_use]
    pub fn with_journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = journal;
        self
    }

    /// Finds the workflows that others call, and error workflows, in `workflows`. Without it none is found.
    #[must_use]
    pub fn with_workflows(mut self, workflows: Arc<dyn WorkflowLookup>) -> Self {
        self.workflows = Some(workflows);
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

    /// The time zone in which a workflow runs.
    pub(crate) fn zone(
        &self,
        workflow: &Workflow,
        options: &RunOptions,
    ) -> Result<jiff::tz::TimeZone, RunError> {
        let name = workflow.settings.timezone.as_deref().or(options.timezone.as_deref());
        let name = name.unwrap_or(&self.timezone);
        jiff::tz::TimeZone::get(name).map_err(|_| RunError::UnknownTimezone(name.to_owned()))
    }

    /// Loads a page of the choices that the method `method` of a node type offers, or takes it from the pages loaded
    /// within the last minute. `cursor` is [`OptionPage::next_cursor`] of the page before.
    ///
    /// # Errors
    /// When there is no such node type or method, a credential is missing, or the service does not answer.
    pub async fn load_options(
        &self,
        node_type: &str,
        method: &str,
        parameters: &Json,
        search: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<OptionPage, NodeError> {
        let node = self.registry.node(node_type, None).ok_or_else(|| {
            NodeError::operation(format!("There is no node type \"{node_type}\""))
                .with_description(crate::suggest::suggest_node_types(&self.registry, node_type))
        })?;
        let description = node.describe().map_err(|error| NodeError::operation(error.to_string()))?;
        let Tier::Item(item_node) = node.tier() else {
            return Err(no_such_method(node_type, method));
        };
        let clock = Clock { now: crate::clock::now(), zone: jiff::tz::TimeZone::UTC };
        let run = self.form_run(node.header().credentials, &clock);
        let accounts: Vec<u64> = run
            .credentials
            .values()
            .filter_map(|credential| credential.resolved.as_ref().ok())
            .map(|credential| credential.account)
            .collect();
        let depended = depended_parameters(&description.properties, method, parameters);
        let key = format!("{node_type}\0{method}\0{depended}\0{accounts:?}\0{search:?}\0{cursor:?}");
        if let Some((loaded, page)) = self.options.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && loaded.elapsed() < OPTIONS_LIFETIME
        {
            return Ok(page.clone());
        }
        let services = ItemServices::new(&run, 0, Some(Effect::Pure), None);
        let query = OptionsQuery { parameters, search, cursor, services: &services };
        let page =
            item_node.load_options(method, &query).await?.ok_or_else(|| no_such_method(node_type, method))?;
        let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        options.retain(|_, (loaded, _)| loaded.elapsed() < OPTIONS_LIFETIME);
        options.insert(key, (Instant::now(), page.clone()));
        Ok(page)
    }

    /// What a form's call shares with a node run: everything but items.
    fn form_run<'a>(&'a self, credentials: &[(&str, bool)], clock: &'a Clock) -> NodeRunContext<'a> {
        let options = RunOptions::default();
        let mut credentials = self.resolve_credentials(credentials, |_| Json::NULL);
        let alone = Alone::new(Vec::new());
        evaluate_credentials(self, &mut credentials, &alone.scene(clock), 1);
        NodeRunContext {
            execution: options.execution,
            at: Arc::new(NodeSite {
                of: Arc::new(RunSite { execution: options.execution, workflow: String::new(), origin: None }),
                node: Arc::from("form"),
                run: 0,
            }),
            credentials,
            transport: &self.transport,
            journal: &*self.journal,
            events: &*self.events,
            stop: StopSignal::new(options.cancel.clone(), None),
            cancel: options.cancel,
            dry_run: false,
            time_limit: options.time_limit,
            wait_budget: options.wait_budget,
            answer_limit: options.answer_limit,
            clock,
            remembered: Mutex::default(),
            caller: None,
            wait_till: Mutex::default(),
            static_data: None,
            code: None,
            calls: Mutex::default(),
            only: None,
        }
    }

    /// Gives a dry run, in which nothing leaves, a form of each missing credential: what is secret in it is masked.
    pub(crate) fn stand_in_for_missing(&self, mut credentials: NodeCredentials) -> NodeCredentials {
        for (name, credential) in &mut credentials {
            if credential.resolved.is_err()
                && credential.required
                && let Some(registration) = self.registry.credential(name)
            {
                credential.resolved = ResolvedCredential::stand_in(registration, &self.pacing);
            }
        }
        credentials
    }

    /// Resolves the credentials that a node declares; `reference` gives what its workflow file says of one.
    pub(crate) fn resolve_credentials(
        &self,
        declared: &[(&str, bool)],
        reference: impl Fn(&str) -> Json,
    ) -> NodeCredentials {
        declared
            .iter()
            .map(|&(name, required)| {
                let resolved = match self.registry.credential(name) {
                    Some(registration) => ResolvedCredential::resolve(
                        registration,
                        &reference(name),
                        &self.credentials,
                        &self.pacing,
                    ),
                    None => Err(NodeError::new(
                        heddle_node::ErrorKind::Credential,
                        format!("There is no credential type \"{name}\""),
                    )),
                };
                (name.to_owned(), NodeCredential { required, resolved, by_item: None })
            })
            .collect()
    }
}

fn no_such_method(node_type: &str, method: &str) -> NodeError {
    NodeError::operation(format!(
        "The node type \"{node_type}\" has no method \"{method}\" that loads choices"
    ))
    .with_description(format!("`heddle describe {node_type}` shows the methods under `loadOptionsMethod`."))
}

/// The values of the parameters that the choices depend on, as text.
fn depended_parameters(properties: &[heddle_node::NodeProperty], method: &str, parameters: &Json) -> String {
    let names = properties
        .iter()
        .filter(|property| property.load_options_method() == Some(method))
        .filter_map(|property| property.type_options.get("loadOptionsDependsOn")?.as_array())
        .flatten()
        .filter_map(Json::as_str);
    names.map(|name| parameters.get(name).map_or_else(String::new, Json::to_string) + "\0").collect()
}
