//! `heddle resume`: takes a run up where it stopped.

use std::path::Path;
use std::sync::Arc;

use heddle_node::{Json, Registry, Secret, printable_line};
use heddle_runner::log::{Past, UnknownItems};
use heddle_runner::{Host, Resumption, RunError, RunOptions, Status, Variables, WorkflowFolder};
use heddle_store::{RunStatus, RunSummary, Store};
use heddle_workflow::Workflow;

use super::conclude::{Telling, conclude};
use super::kept::{self, Note, short};
use crate::arguments::{GoingArguments, Output, ResumeArguments, Unknown};
use crate::failure::Failure;
use crate::observer::{Log, Observer};
use crate::report::{Report, Subject};
use crate::signals::{Phase, Signals};

pub(crate) fn execute(registry: &Registry, arguments: &ResumeArguments) -> Result<u8, Failure> {
    let signals = Signals::watch()?;
    let Some(name) = &arguments.run else { return resume_due(&signals, registry, arguments) };
    let store = kept::store(&arguments.store)?;
    let run = kept::find(&store, name)?;
    if run.is_over() && run.status == RunStatus::Ended(Status::Success) {
        let id = short(&run);
        let counts = run.counts;
        return Err(Failure::done(if run.is_complete() {
            format!("There is nothing to do: the run {id} came to its end.")
        } else {
            format!(
                "There is nothing to take up: the run {id} came to its end, with {} items not sent and {} unknown. Run these \
                 again: heddle retry {id} --only notSent|unknown|failed.",
                counts.not_sent, counts.unknown
            )
        }));
    }
    resume(&signals, registry, store, &run, arguments)
}

/// Takes up all runs whose time has come, one after the other.
fn resume_due(signals: &Signals, registry: &Registry, arguments: &ResumeArguments) -> Result<u8, Failure> {
    let now = jiff::Timestamp::now().as_millisecond();
    let runs = kept::store(&arguments.store)?.runs().map_err(|error| kept::store_failure(&error))?;
    let mut gravest = 0;
    let waits = |run: &&RunSummary| {
        let is_waiting = match run.status {
            RunStatus::Ended(status) => status == Status::Waiting,
            // Its process waited for it, and died.
            RunStatus::Interrupted => true,
            RunStatus::Running => false,
        };
        is_waiting && run.wait_till.is_some_and(|until| until <= now)
    };
    for run in runs.iter().rev().filter(waits) {
        match resume(signals, registry, kept::store(&arguments.store)?, run, arguments) {
            Ok(status) => gravest = gravest.max(status),
            Err(failure) => {
                super::print_error(&failure.to_string());
                gravest = gravest.max(failure.status);
            }
        }
        if signals.status().is_some() {
            break;
        }
    }
    Ok(signals.status().unwrap_or(gravest))
}

fn resume(
    signals: &Signals,
    registry: &Registry,
    store: Store,
    run: &RunSummary,
    arguments: &ResumeArguments,
) -> Result<u8, Failure> {
    let id = short(run);
    kept::refuse_retried(&store, run)?;
    store.take_up(run.id).map_err(|error| kept::cannot_take_up(&id, &error))?;
    let store = Arc::new(store);
    let note = Note::of_run(run);
    let unknown = match arguments.unknown {
        Unknown::Keep => UnknownItems::Keep,
        Unknown::Sent => UnknownItems::Sent,
        Unknown::Resend => UnknownItems::Resend,
    };
    let going = &arguments.going;
    if !going.quiet {
        super::print_error(&format!("taking up the run {id} of \"{}\"", printable_line(&run.workflow)));
        if unknown == UnknownItems::Resend {
            super::print_error("warning: items that are unknown are sent, perhaps for a second time");
        }
    }
    let stage = Stage::set(signals, going, &note)?;
    let observer = Arc::clone(&stage.observer);
    let log = Arc::new(Log {
        observer: observer.clone(),
        store: Some(kept::log_of(store.clone(), note.is_trial())),
    });
    let work = async {
        let host = stage.host(registry, log).await?;
        let past = host.past(run.id).await.map_err(|error| Failure::failed(error.to_string()))?;
        let before = workflow_of(&past)?;
        let workflow = match arguments.with_current_file {
            true => Some(current_workflow(&past, &before, &note)?),
            false => None,
        };
        let credentials = host.changed_accounts(&past, &before);
        if !going.quiet && !credentials.is_empty() {
            super::print_error(&format!(
                "warning: these credentials are other ones than the run began with: {}",
                credentials.join(", ")
            ));
        }
        if let Some(report) = observer.report() {
            let workflow = (note.name(), crate::report::hash(before.text().unwrap_or_default().as_bytes()));
            let subject = Subject { workflow, input: None, start: None, pins: false, variables: None };
            report.begin(run.id, &subject, None)?;
        }
        signals.enter(Phase::Running);
        let resumption = Resumption {
            unknown,
            workflow,
            variables: stage.variables(&past)?,
            stop_at_wait: arguments.no_wait || arguments.due,
            cancel: signals.cancel().clone(),
        };
        host.resume(run.id, resumption).await.map_err(|error| match error {
            RunError::Problems(problems) => {
                let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Failure::usage(text.join("\n"))
            }
            error => Failure::failed(error.to_string()),
        })
    };
    let telling = stage.telling(signals, Some((&store, run.id)));
    conclude(&telling, work)
}

/// What a run that goes on from another one is watched and printed by.
pub(super) struct Stage<'a> {
    pub(super) observer: Arc<Observer>,
    going: &'a GoingArguments,
    note: &'a Note,
    prints_run_data: bool,
    static_data: RunOptions,
}

impl<'a> Stage<'a> {
    pub(super) fn set(signals: &Signals, going: &'a GoingArguments, note: &'a Note) -> Result<Self, Failure> {
        let report = going.report.as_deref().map(Report::create).transpose()?;
        let observer = Arc::new(Observer::new(going.quiet, true, report));
        let told = Arc::clone(&observer);
        signals.tell(move |what| told.signalled(what));
        let mut static_data = RunOptions::default();
        if let Some(path) = &note.static_data {
            crate::static_data::read(path, &mut static_data)?;
        }
        let prints_run_data = going.output.map_or(note.prints_run_data, |output| output == Output::RunData);
        Ok(Self { observer, going, note, prints_run_data, static_data })
    }

    /// A host as the run had it.
    pub(super) async fn host(&self, registry: &Registry, log: Arc<Log>) -> Result<Host, Failure> {
        let credentials = self.note.credentials(self.going.credentials.as_ref())?;
        let (store, sandboxes) = super::credentials(registry, &credentials, !self.going.quiet).await?;
        let folder = self.note.workflows.as_deref().unwrap_or(Path::new("."));
        let host = Host::new(registry.clone())
            .with_credentials(store)
            .with_events(self.observer.clone())
            .with_log(log)
            .with_workflows(Arc::new(WorkflowFolder::new(folder)));
        super::with_network(host, &self.note.network(), &sandboxes)
    }

    /// `$env` as the environment is now, and `$secrets` as their file is.
    pub(super) fn variables(&self, past: &Past) -> Result<Variables, Failure> {
        let options = past.outermost().and_then(|run| run.started.options.as_deref());
        let mut env = Json::object();
        for name in options.map(|options| options.env()).unwrap_or_default() {
            env.insert(name, std::env::var(name).map_or(Json::NULL, Json::from));
        }
        let path = self.going.secrets.as_deref().or(self.note.secrets.as_deref());
        let secrets = path.map(crate::variables::read_secrets).transpose()?.unwrap_or_default();
        Ok(Variables { env, secrets: Secret::new(secrets), ..Variables::default() })
    }

    /// Lets a new run begin with what workflows keep now, where a file has it.
    pub(super) fn give_static_data(&self, options: &mut RunOptions) {
        if self.note.static_data.is_some() {
            options.static_data.clone_from(&self.static_data.static_data);
            options.called_static_data.clone_from(&self.static_data.called_static_data);
        }
    }

    pub(super) fn telling<'t>(
        &'t self,
        signals: &'t Signals,
        kept: Option<(&'t Store, uuid::Uuid)>,
    ) -> Telling<'t> {
        Telling {
            observer: &self.observer,
            signals,
            quiet: self.going.quiet,
            prints_run_data: self.prints_run_data,
            node: self.note.node.as_deref(),
            static_data: self.note.static_data.as_deref().map(|path| (path, &self.static_data)),
            kept,
            has_refused: &|| false,
        }
    }
}

/// The workflow that a run began with.
pub(super) fn workflow_of(past: &Past) -> Result<Workflow, Failure> {
    let started = past.outermost().map(|run| &run.started);
    let text = started.and_then(|started| past.text(&started.workflow.digest));
    let name = started.map(|started| started.workflow.name.as_str()).unwrap_or_default();
    text.and_then(|text| Workflow::parse_bytes(name, text.as_bytes()).ok())
        .ok_or_else(|| Failure::failed("the run does not hold the workflow that it began with"))
}

/// The workflow as its file has it now, where the nodes that have run are as they were.
fn current_workflow(past: &Past, before: &Workflow, note: &Note) -> Result<Workflow, Failure> {
    let Some(path) = &note.file else {
        return Err(Failure::usage("the run began with a workflow from standard input, so it has no file"));
    };
    let now = super::read_workflow(path).map_err(|error| {
        super::print_rendered(&crate::diagnostics::render(
            &super::name_of(path),
            error.text.as_deref(),
            &error.problems,
        ));
        Failure::silent(crate::failure::USAGE)
    })?;
    let ran = past.outermost().into_iter().flat_map(|run| run.nodes());
    let mut changed: Vec<String> = ran
        .filter(|node| what_runs(before, &node.key.node) != what_runs(&now, &node.key.node))
        .map(|node| format!("\"{}\"", printable_line(&node.key.node)))
        .collect();
    changed.dedup();
    if changed.is_empty() {
        return Ok(now);
    }
    Err(Failure::usage(format!("these nodes have run, and are others now: {}", changed.join(", ")))
        .with_help("Leave out --with-current-file: the run goes on with the workflow that it began with."))
}

/// A node without what does not matter to a run.
fn what_runs(workflow: &Workflow, name: &str) -> Option<Json> {
    let mut node = workflow.node(name)?.to_json();
    for key in ["id", "position", "notes", "notesInFlow", "color"] {
        node.remove(key);
    }
    Some(node)
}
