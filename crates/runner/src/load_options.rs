//! Choices of forms that services know: loaded, and kept for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use heddle_expression::{Alone, Clock};
use heddle_node::parameters::{fill_defaults, option_dependencies};
use heddle_node::{Effect, Json, NodeError, OptionPage, OptionsQuery};

use crate::cancel::StopSignal;
use crate::credential_expressions::evaluate_credentials;
use crate::effects::EffectSettings;
use crate::events::Listeners;
use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::node_run::{ItemServices, NodeRunContext};
use crate::options::RunOptions;
use crate::site::{NodeSite, RunSite};
use tokio_util::sync::CancellationToken;

/// How long loaded choices of a form are kept.
const OPTIONS_LIFETIME: Duration = Duration::from_secs(60);

/// Which choices of a form are asked for, as [`Host::load_options`] has it.
#[derive(Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) node_type: &'q str,
    pub(crate) method: &'q str,
    pub(crate) parameters: &'q Json,
    pub(crate) search: Option<&'q str>,
    pub(crate) cursor: Option<&'q str>,
    /// The newest when absent.
    pub(crate) version: Option<f64>,
    /// Ask the service, whatever was loaded within the last minute.
    pub(crate) is_fresh: bool,
}

/// Which choices are asked for, and as whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct OptionsRequest<'a> {
    /// Version of the node type; the newest when absent.
    pub version: Option<f64>,
    /// Names of credentials by type; the one of its type that is there, where none is named.
    pub credentials: Option<&'a BTreeMap<String, String>>,
    /// Text to search for; all when absent.
    pub search: Option<&'a str>,
    /// [`OptionPage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// Ask the service, whatever was loaded within the last minute.
    pub is_fresh: bool,
}

impl Host {
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
        let request = OptionsRequest { search, cursor, ..OptionsRequest::default() };
        self.load_options_for(node_type, method, parameters, request).await
    }

    /// As [`Host::load_options`], for a version and with credentials by name.
    ///
    /// # Errors
    /// As [`Host::load_options`].
    pub async fn load_options_for(
        &self,
        node_type: &str,
        method: &str,
        parameters: &Json,
        request: OptionsRequest<'_>,
    ) -> Result<OptionPage, NodeError> {
        let OptionsRequest { version, credentials, search, cursor, is_fresh } = request;
        let query = Query { node_type, method, parameters, search, cursor, version, is_fresh };
        let reference = |type_name: &str| {
            let name = credentials.and_then(|names| names.get(type_name));
            name.map_or(Json::NULL, |name| Json::from(name.as_str()))
        };
        self.load_options_with(&query, &reference).await
    }

    /// The same with the credentials of which a node's file says `reference`.
    pub(crate) async fn load_options_with(
        &self,
        query: &Query<'_>,
        reference: &(dyn Fn(&str) -> Json + Sync),
    ) -> Result<OptionPage, NodeError> {
        let Query { node_type, method, parameters, search, cursor, version, is_fresh } = *query;
        let node = self.registry.node(node_type, version).ok_or_else(|| {
            NodeError::operation(format!("There is no node type \"{node_type}\""))
                .with_description(crate::suggest::suggest_node_types(&self.registry, node_type))
        })?;
        let description = node.describe().map_err(|error| NodeError::operation(error.to_string()))?;
        let Some(item_node) = node.choices() else {
            return Err(no_such_method(node_type, method));
        };
        let clock = Clock { now: crate::clock::now(), zone: jiff::tz::TimeZone::UTC };
        let version = version.unwrap_or_else(|| node_version(&**node));
        let filled = fill_defaults(&description.properties, parameters, version);
        let run = self.form_run(&node.credentials(&filled), reference, &clock);
        let accounts: Vec<u64> = run
            .credentials
            .values()
            .filter_map(|credential| credential.resolved.as_ref().ok())
            .map(|credential| credential.account)
            .collect();
        let depended = option_dependencies(&description.properties, method, parameters);
        let key =
            format!("{node_type}\0{version}\0{method}\0{depended}\0{accounts:?}\0{search:?}\0{cursor:?}");
        if let Some((loaded, page)) = self.options.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && !is_fresh
            && loaded.elapsed() < OPTIONS_LIFETIME
        {
            return Ok(page.clone());
        }
        let services = ItemServices::new(&run, 0, Some(Effect::Pure), None, 1);
        let query = OptionsQuery { parameters, search, cursor, services: &services };
        let page =
            item_node.load_options(method, &query).await?.ok_or_else(|| no_such_method(node_type, method))?;
        let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        options.retain(|_, (loaded, _)| loaded.elapsed() < OPTIONS_LIFETIME);
        options.insert(key, (Instant::now(), page.clone()));
        Ok(page)
    }

    /// What a form's call shares with a node run: everything but items.
    pub(crate) fn form_run<'a>(
        &'a self,
        credentials: &[(String, bool)],
        reference: impl Fn(&str) -> Json,
        clock: &'a Clock,
    ) -> NodeRunContext<'a> {
        let options = RunOptions::default();
        let mut credentials = self.resolve_credentials(credentials, reference);
        let alone = Alone::new(Vec::new());
        evaluate_credentials(self, &mut credentials, &alone.scene(clock), 1);
        let elsewhere = self.elsewhere_of(&options);
        NodeRunContext {
            execution: options.execution,
            at: Arc::new(NodeSite {
                of: Arc::new(RunSite { execution: options.execution, workflow: String::new(), origin: None }),
                node: Arc::from("form"),
                run: 0,
            }),
            credentials,
            own_credentials: None,
            transport: &self.transport,
            sited: None,
            credential_source: &*self.credentials,
            recorder: Arc::new(Recorder::new(Arc::clone(&self.log), options.execution, false)),
            recorded_as: options.execution,
            past: None,
            listeners: Arc::new(Listeners::new(self.events.clone(), options.events, None)),
            stop: StopSignal::new(options.cancel.clone(), None),
            cancel: options.cancel,
            dry_run: false,
            time_limit: options.time_limit,
            wait_budget: options.wait_budget,
            answer_limit: options.answer_limit,
            elsewhere,
            file_limit: options.file_limit,
            files: &*self.files,
            effects: EffectSettings::default(),
            clock,
            stands_at: None,
            replaced: None,
            remembered: Mutex::default(),
            caller: None,
            wait_till: Mutex::default(),
            static_data: None,
            code: None,
            state: Arc::default(),
            answer: None,
            calls: Mutex::default(),
            only: None,
            host: None,
            sending: None,
            confirm: None,
            cancel_all: CancellationToken::new(),
        }
    }
}

fn node_version(node: &dyn heddle_node::Node) -> f64 {
    node.header().versions.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn no_such_method(node_type: &str, method: &str) -> NodeError {
    NodeError::operation(format!(
        "The node type \"{node_type}\" has no method \"{method}\" that loads choices"
    ))
    .with_description(format!("`heddle describe {node_type}` shows the methods under `loadOptionsMethod`."))
}
