//! Where runs are kept, which run is meant, and what a run notes beside itself so that it can be taken up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use heddle_node::{Json, JsonObject, printable_line};
use heddle_runner::RunOptions;
use heddle_runner::log::{Record, RunLog, digest_of_items, digest_of_workflow};
use heddle_server::{EarlierRuns, UnfinishedRun};
use heddle_store::{RunStatus, RunSummary, Store, Subject};
use heddle_workflow::Workflow;
use uuid::Uuid;

use crate::arguments::{
    CredentialArguments, NetworkArguments, Output, RunArguments, ServeArguments, StoreArguments,
};
use crate::failure::{Failure, INCOMPLETE};

/// The environment variable with the file in which runs are kept; empty where none is to be kept.
const VARIABLE: &str = "HEDDLE_STORE";

/// The store that a call names; `None` where the environment says that none is kept.
fn named(arguments: &StoreArguments) -> Option<Option<PathBuf>> {
    if let Some(path) = &arguments.store {
        return Some(Some(path.clone()));
    }
    let path = std::env::var_os(VARIABLE)?;
    Some((!path.is_empty()).then(|| PathBuf::from(path)))
}

/// The store of a call that needs one.
///
/// # Errors
/// When there is none.
pub(crate) fn store(arguments: &StoreArguments) -> Result<Store, Failure> {
    let path = match named(arguments) {
        Some(path) => path,
        None => heddle_store::default_path(|name| std::env::var_os(name)),
    };
    path.map(Store::at).ok_or_else(|| {
        Failure::usage("no runs are kept here")
            .with_help(format!("Name their file: --store FILE, or {VARIABLE}."))
    })
}

/// The store in which a run is to be kept; `None` where it is not.
pub(crate) fn store_of_run(arguments: &RunArguments) -> Option<Store> {
    let keeps = !arguments.no_store;
    keeps.then(|| store_for(&arguments.store, is_trial(arguments))).flatten()
}

/// The same for the runs of a server.
pub(crate) fn store_of_server(arguments: &ServeArguments) -> Option<Store> {
    let keeps = !arguments.no_store;
    keeps.then(|| store_for(&arguments.store, is_trial_server(arguments))).flatten()
}

/// The store that a call names, else the usual one; of a trial, which reaches nobody, the named one alone.
fn store_for(arguments: &StoreArguments, is_trial: bool) -> Option<Store> {
    let path = match named(arguments) {
        Some(path) => path?,
        None if is_trial => return None,
        None => heddle_store::default_path(|name| std::env::var_os(name))?,
    };
    Some(Store::at(path))
}

/// Whether nothing of a run leaves, or nobody is reached.
pub(crate) fn is_trial(arguments: &RunArguments) -> bool {
    arguments.setup.dry_run || reaches_nobody(arguments)
}

fn reaches_nobody(arguments: &RunArguments) -> bool {
    arguments.setup.mock.is_some()
        || arguments.network.http_mocks.is_some()
        || arguments.setup.credentials.sandbox
}

/// Whether the runs of a server reach nobody.
pub(crate) fn is_trial_server(arguments: &ServeArguments) -> bool {
    arguments.credentials.sandbox || arguments.network.http_mocks.is_some()
}

/// The log of runs in a store; those of a trial, which reach nobody, keep no other run from sending.
pub(crate) fn log_of(store: Arc<Store>, is_trial: bool) -> Arc<dyn RunLog> {
    if is_trial { Arc::new(TrialLog(store)) } else { store }
}

/// A store of runs that reach nobody: what they reserve is not kept.
struct TrialLog(Arc<Store>);

#[async_trait]
impl RunLog for TrialLog {
    async fn append(&self, run: Uuid, mut record: Record) -> std::io::Result<()> {
        match &mut record {
            Record::Reserved { .. } => return Ok(()),
            Record::CallStarted(call) => call.reservation = None,
            _ => {}
        }
        self.0.append(run, record).await
    }

    async fn load(&self, run: Uuid) -> std::io::Result<Vec<Record>> {
        self.0.load(run).await
    }
}

/// The store in which a dry run looks up who was sent to; `None` for other runs, which look where they are kept.
pub(crate) fn book_of_dry_run(arguments: &RunArguments) -> Option<Store> {
    if !arguments.setup.dry_run || arguments.no_store || reaches_nobody(arguments) {
        return None;
    }
    store(&arguments.store).ok()
}

/// Refuses to begin what an earlier run has not completed.
///
/// # Errors
/// When there is such a run; the message says how to take it up.
pub(crate) fn refuse_second(store: &Store, workflow: &Workflow, options: &RunOptions) -> Result<(), Failure> {
    if options.dry_run || options.mocks.is_some() {
        return Ok(());
    }
    match unfinished(store, workflow, options).map_err(|error| store_failure(&error))? {
        None => Ok(()),
        Some(UnfinishedRun { message, help }) => Err(Failure {
            message,
            help: Some(format!("{help}. To begin anew, and send to all of them: --new.")),
            status: INCOMPLETE,
        }),
    }
}

/// The last run of a workflow with these items, where it is not complete.
fn unfinished(
    store: &Store,
    workflow: &Workflow,
    options: &RunOptions,
) -> std::io::Result<Option<UnfinishedRun>> {
    let workflow_digest = digest_of_workflow(workflow);
    if !store.knows_workflow(&workflow_digest)? {
        return Ok(None);
    }
    let subject = Subject {
        workflow_digest,
        items_digest: digest_of_items(options.items.as_deref()),
        start: options.start.clone().unwrap_or_default(),
    };
    let Some(run) = left_undone(store.runs_of(&subject)?) else { return Ok(None) };
    let id = short(&run);
    let how = match run.status {
        RunStatus::Running => "is under way".to_owned(),
        RunStatus::Interrupted => "was interrupted".to_owned(),
        status => {
            let counts = run.counts;
            format!(
                "ended as {}: {} sent, {} not sent, {} unknown",
                status.as_str(),
                counts.sent,
                counts.not_sent,
                counts.unknown
            )
        }
    };
    let is_done = matches!(run.status, RunStatus::Ended(heddle_runner::Status::Success));
    let of = if run.counts.not_sent > 0 { "notSent" } else { "unknown" };
    let go_on = match run.status {
        RunStatus::Running => format!("See how it stands: heddle runs show {id}"),
        _ if is_done => format!("Send to those that are left: heddle retry {id} --only {of}"),
        _ => format!("Take it up: heddle resume {id}"),
    };
    let message = format!("this workflow was run with these items before: the run {id} {how}");
    Ok(Some(UnfinishedRun { message, help: go_on }))
}

/// The runs of a store, for a server.
#[derive(Debug)]
pub(crate) struct Earlier(pub(crate) Arc<Store>);

impl EarlierRuns for Earlier {
    fn unfinished(
        &self,
        workflow: &Workflow,
        options: &RunOptions,
    ) -> std::io::Result<Option<UnfinishedRun>> {
        unfinished(&self.0, workflow, options)
    }
}

/// The run that left something to be done, of those that were to do the same, the last one first. One of all items settles
/// what came before; one of some of them, such as `heddle retry`, settles as many as it has sent.
fn left_undone(runs: Vec<RunSummary>) -> Option<RunSummary> {
    let mut settled = 0;
    for run in runs {
        let note = Note::of_run(&run);
        if note.is_trial() {
            continue;
        }
        if !note.is_partial {
            let left = run.counts.not_sent + run.counts.unknown;
            let is_over = run.status == RunStatus::Ended(heddle_runner::Status::Success);
            // What has not begun at all is counted nowhere.
            return (left > settled || (!is_over && settled == 0)).then_some(run);
        }
        if !run.is_complete() {
            return Some(run);
        }
        settled += run.counts.sent;
    }
    None
}

/// Refuses to take a run up of which items were run again: they would be sent once more.
///
/// # Errors
/// When there is such a run.
pub(crate) fn refuse_retried(store: &Store, run: &RunSummary) -> Result<(), Failure> {
    let runs = store.runs().map_err(|error| store_failure(&error))?;
    let Some(retry) = runs.iter().find(|other| Note::of_run(other).retry_of == Some(run.id)) else {
        return Ok(());
    };
    let (id, retry) = (short(run), short(retry));
    Err(Failure {
        message: format!(
            "items of the run {id} were run again by the run {retry}: they would be sent once more"
        ),
        help: Some(format!("See what is left: heddle runs show {retry}, and run that again: heddle retry.")),
        status: INCOMPLETE,
    })
}

/// Why a run cannot be taken up.
pub(crate) fn cannot_take_up(id: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::WouldBlock => Failure {
            message: format!("the run {id} is under way: {error}"),
            help: Some("Wait for its end, or end that process first.".to_owned()),
            status: INCOMPLETE,
        },
        _ => store_failure(error),
    }
}

/// A failure of the store.
pub(crate) fn store_failure(error: &std::io::Error) -> Failure {
    Failure::failed(printable_line(&error.to_string()).into_owned())
}

/// The run that a call names by its id, or the beginning of it.
///
/// # Errors
/// When there is none, or more than one.
pub(crate) fn find(store: &Store, name: &str) -> Result<RunSummary, Failure> {
    let is_id = name.len() >= 4 && name.chars().all(|char| char.is_ascii_hexdigit() || char == '-');
    let mut runs = match is_id {
        true => store.runs_named(name).map_err(|error| store_failure(&error))?,
        false => Vec::new(),
    };
    match (runs.pop(), runs.is_empty()) {
        (Some(run), true) => Ok(run),
        (Some(_), false) => {
            Err(Failure::usage(format!("more than one run has an id that begins with {name}"))
                .with_help("Give more of it; `heddle runs` lists them."))
        }
        (None, _) => Err(Failure::usage(format!(
            "{} holds no run {}",
            printable_line(&store.path().display().to_string()),
            printable_line(name)
        ))
        .with_help("`heddle runs` lists them: give the id, or at least its first four digits.")),
    }
}

/// The beginning of a run's id, which people can type.
pub(crate) fn short(run: &RunSummary) -> String {
    run.id.to_string().chars().take(8).collect()
}

/// What a run from the command line notes beside itself.
#[derive(Debug, Default)]
pub(crate) struct Note {
    /// The workflow file.
    pub(crate) file: Option<PathBuf>,
    /// The credentials' file.
    pub(crate) credentials: Option<PathBuf>,
    /// The secrets' file.
    pub(crate) secrets: Option<PathBuf>,
    /// The folder with the workflows that it calls.
    pub(crate) workflows: Option<PathBuf>,
    /// The file of what workflows keep between runs.
    pub(crate) static_data: Option<PathBuf>,
    /// The node whose items are printed.
    pub(crate) node: Option<String>,
    /// Whether the data of the run is printed.
    pub(crate) prints_run_data: bool,
    /// Whether no private network may be reached, and which hosts may all the same.
    pub(crate) network: Option<Vec<String>>,
    /// Where requests for hosts are led.
    pub(crate) route: Vec<(String, String)>,
    /// The run of which it runs items again.
    pub(crate) retry_of: Option<Uuid>,
    /// Whether only some of its items are to run.
    pub(crate) is_partial: bool,
    /// Whether a sandbox stands for its services.
    pub(crate) sandbox: bool,
    /// The file that answers its requests in place of its services.
    pub(crate) http_mocks: Option<PathBuf>,
}

/// Where a file is, whatever folder a later call is made in; standard input is nowhere.
fn place_of(path: &Path) -> Option<PathBuf> {
    let place = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    (!super::is_standard_input(path)).then(place)
}

impl Note {
    /// What a run notes.
    pub(crate) fn of(arguments: &RunArguments) -> Self {
        let file = |path: &Option<PathBuf>| path.as_deref().and_then(place_of);
        let workflow = place_of(&arguments.workflow);
        let folder = workflow.as_deref().and_then(Path::parent).map(Path::to_owned);
        Self {
            workflows: file(&arguments.setup.workflows).or(folder).or_else(|| std::env::current_dir().ok()),
            file: workflow,
            credentials: file(&arguments.setup.credentials.file),
            secrets: file(&arguments.setup.variables.secrets),
            static_data: file(&arguments.static_data),
            node: arguments.node.clone(),
            prints_run_data: arguments.output == Output::RunData,
            network: arguments.network.no_private_network.then(|| arguments.network.allow_host.clone()),
            route: arguments.network.route.clone(),
            retry_of: None,
            is_partial: !arguments.only.is_empty(),
            sandbox: arguments.setup.credentials.sandbox,
            http_mocks: file(&arguments.network.http_mocks),
        }
    }

    /// What the runs of a server note.
    pub(crate) fn of_server(arguments: &ServeArguments, network: &NetworkArguments) -> Self {
        Self {
            credentials: arguments.credentials.file.as_deref().and_then(place_of),
            network: network.no_private_network.then(|| network.allow_host.clone()),
            route: network.route.clone(),
            sandbox: arguments.credentials.sandbox,
            http_mocks: network.http_mocks.as_deref().and_then(place_of),
            ..Self::default()
        }
    }

    /// The note of a run, as JSON.
    pub(crate) fn to_json(&self) -> Json {
        let mut json = JsonObject::new();
        let mut insert = |key: &str, path: &Option<PathBuf>| {
            if let Some(path) = path.as_deref().and_then(Path::to_str) {
                json.insert(key, Json::from(path));
            }
        };
        insert("file", &self.file);
        insert("credentials", &self.credentials);
        insert("secrets", &self.secrets);
        insert("workflows", &self.workflows);
        insert("staticData", &self.static_data);
        insert("httpMocks", &self.http_mocks);
        if let Some(node) = &self.node {
            json.insert("node", Json::from(node.as_str()));
        }
        json.insert("printsRunData", Json::from(self.prints_run_data));
        for (key, is_so) in [("isPartial", self.is_partial), ("sandbox", self.sandbox)] {
            if is_so {
                json.insert(key, Json::from(true));
            }
        }
        if let Some(hosts) = &self.network {
            json.insert("allowedHosts", hosts.iter().map(|host| Json::from(host.as_str())).collect::<Json>());
        }
        if !self.route.is_empty() {
            let route: Json =
                self.route.iter().map(|(host, url)| Json::from(format!("{host}={url}"))).collect();
            json.insert("route", route);
        }
        if let Some(run) = self.retry_of {
            json.insert("retryOf", Json::from(run.to_string()));
        }
        Json::from(json)
    }

    /// What a run has noted.
    pub(crate) fn of_run(run: &RunSummary) -> Self {
        Self::from_json(&Json::parse(&run.note).unwrap_or_default())
    }

    /// What the workflow is called in messages and reports.
    pub(crate) fn name(&self) -> String {
        self.file.as_deref().map_or_else(|| super::STANDARD_INPUT.to_owned(), super::name_of)
    }

    fn from_json(json: &Json) -> Self {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let path = |key: &str| text(key).map(PathBuf::from);
        let hosts = json.get("allowedHosts").and_then(Json::as_array);
        let is_so = |key: &str| json.get(key).and_then(Json::as_bool).unwrap_or_default();
        Self {
            file: path("file"),
            credentials: path("credentials"),
            secrets: path("secrets"),
            workflows: path("workflows"),
            static_data: path("staticData"),
            node: text("node"),
            prints_run_data: is_so("printsRunData"),
            is_partial: is_so("isPartial") || json.get("retryOf").is_some(),
            sandbox: is_so("sandbox"),
            http_mocks: path("httpMocks"),
            network: hosts.map(|hosts| hosts.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            route: json
                .get("route")
                .and_then(Json::as_array)
                .unwrap_or_default()
                .iter()
                .filter_map(|route| route.as_str()?.split_once('='))
                .map(|(host, url)| (host.to_owned(), url.to_owned()))
                .collect(),
            retry_of: text("retryOf").and_then(|run| Uuid::parse_str(&run).ok()),
        }
    }

    /// Whether nobody was reached: what it did counts for no other run.
    pub(crate) fn is_trial(&self) -> bool {
        self.sandbox || self.http_mocks.is_some()
    }

    /// The credentials with which the run goes on: those of a file that is named now, or those that it began with.
    ///
    /// # Errors
    /// When a run that has reached nobody is to go on with credentials of a service.
    pub(crate) fn credentials(&self, named: Option<&PathBuf>) -> Result<CredentialArguments, Failure> {
        if self.sandbox && named.is_some() {
            return Err(Failure::usage("the run was begun with --sandbox, and goes on with it")
                .with_help("Leave out --credentials, or begin a new run."));
        }
        let file = named.cloned().or_else(|| self.credentials.clone());
        Ok(CredentialArguments { file, sandbox: self.sandbox })
    }

    /// What of the network may be reached.
    pub(crate) fn network(&self) -> NetworkArguments {
        NetworkArguments {
            no_private_network: self.network.is_some(),
            allow_host: self.network.clone().unwrap_or_default(),
            http_mocks: self.http_mocks.clone(),
            route: self.route.clone(),
        }
    }
}
