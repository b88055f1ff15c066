//! The host: what runs share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use heddle_expression::EngineLimits;
use heddle_node::{Json, NodeError, OptionPage, Registry};
use heddle_workflow::Workflow;

use crate::credentials::{CredentialStore, NodeCredential, NodeCredentials, ResolvedCredential};
use crate::evaluation::EvaluationThreads;
use crate::events::{EventSink, NoEvents};
use crate::journal::{Journal, MemoryJournal};
use crate::lookup::WorkflowLookup;
use crate::pacing::Pacing;
use crate::run_error::RunError;
use crate::transport::Transport;

/// n8n's time zone for workflows and instances that name none.
pub const DEFAULT_TIMEZONE: &str = "America/New_York";
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
    /// Loaded choices of forms, each with the moment when they were.
    pub(crate) options: Mutex<HashMap<String, (Instant, OptionPage)>>,
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
