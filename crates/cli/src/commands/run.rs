//! `heddle run`: runs a workflow and prints what came out.

use std::sync::Arc;

use heddle_node::{Item, Registry};
use heddle_runner::{Host, ItemSelection, KeptOutputs, RunError, RunOptions, Variables};
use heddle_workflow::Workflow;

use super::conclude::{Telling, conclude};
use super::kept::{self, Note};
use crate::arguments::{Output, RunArguments};
use crate::asking::Asking;
use crate::diagnostics;
use crate::failure::{Failure, USAGE};
use crate::observer::{Log, Observer};
use crate::report::{Report, Subject};
use crate::signals::{Phase, Signals};

pub(crate) fn execute(registry: Registry, arguments: &RunArguments) -> Result<u8, Failure> {
    let signals = Signals::watch()?;
    super::read_standard_input_once(
        std::iter::once(arguments.workflow.as_path()).chain(arguments.setup.input.as_deref()),
    )?;
    let name = super::name_of(&arguments.workflow);
    let workflow = super::read_workflow(&arguments.workflow).map_err(|error| {
        super::print_rendered(&diagnostics::render(&name, error.text.as_deref(), &error.problems));
        Failure::silent(USAGE)
    })?;
    if let Some(node) = &arguments.node
        && workflow.node(node).is_none()
    {
        return Err(unknown_node(&workflow, node));
    }
    let setup = super::options_of(&arguments.setup)?;
    let Prepared { items, only, subject } = prepare(arguments, &name, &workflow, &setup.variables)?;
    check_report(arguments)?;
    let report = arguments.report.as_deref().map(Report::create).transpose()?;
    if let Some(level) = arguments.log {
        crate::logging::begin(level);
    }
    let observer = Arc::new(Observer::new(arguments.quiet, arguments.log.is_none(), report));
    let told = Arc::clone(&observer);
    signals.tell(move |what| told.signalled(what));
    let sending = super::sending::read(&arguments.sending)?;
    let asking =
        Arc::new(Asking::new(Arc::clone(&observer), arguments.sending.yes, arguments.sending.confirm));
    let mut static_data = RunOptions::default();
    if let Some(path) = &arguments.static_data {
        crate::static_data::read(path, &mut static_data)?;
    }
    let store = kept::store_of_run(arguments).map(Arc::new);
    let log = store.clone().map(|store| kept::log_of(store, kept::is_trial(arguments)));
    let execution = setup.execution;
    let run = async {
        let (credentials, sandboxes) =
            super::credentials(&registry, &arguments.setup.credentials, !arguments.quiet).await?;
        let host = Host::new(registry)
            .with_credentials(credentials)
            .with_events(observer.clone())
            .with_log(Arc::new(Log { observer: observer.clone(), store: log }))
            .with_workflows(super::workflow_folder(&arguments.setup, &arguments.workflow)?);
        let mut host = super::with_network(host, &arguments.network, &sandboxes)?;
        if let Some(book) = kept::book_of_dry_run(arguments) {
            host = host.with_send_book(Arc::new(book));
        }
        let mut options = RunOptions {
            stop_at_wait: arguments.no_wait,
            concurrency: arguments.concurrency.map(usize::from),
            time_limit: arguments.time_limit,
            timeout: arguments.timeout,
            kept_outputs: match arguments.output {
                Output::Items => KeptOutputs::Last(arguments.node.clone()),
                Output::RunData => KeptOutputs::All,
            },
            items,
            only: only.clone(),
            strict: arguments.strict,
            static_data: static_data.static_data.clone(),
            called_static_data: static_data.called_static_data.clone(),
            note: Note::of(arguments).to_json(),
            cancel: signals.cancel().clone(),
            ..setup
        };
        options.sending = sending.clone();
        options.confirm = Some(asking.clone());
        if let Some(answer_limit) = arguments.answer_limit {
            options.answer_limit = answer_limit;
        }
        if let Some(file_limit) = arguments.file_limit {
            options.file_limit = file_limit as u64;
        }
        super::mock::check_names(&host, &workflow, &options).await?;
        let begins_anew = arguments.new || !arguments.only.is_empty() || kept::is_trial(arguments);
        if let Some(store) = store.as_deref().filter(|_| !begins_anew) {
            kept::refuse_second(store, &workflow, &options)?;
        }
        if let (Some(report), Some(subject)) = (observer.report(), &subject) {
            report.begin(options.execution, subject, only.as_deref())?;
        }
        signals.enter(Phase::Running);
        host.run(&workflow, options).await.map_err(|error| match error {
            RunError::Problems(problems) => {
                super::print_rendered(&diagnostics::render(&name, workflow.text(), &problems));
                Failure::silent(USAGE)
            }
            error => match error.problem(&workflow) {
                Some(problem) => {
                    super::print_rendered(&diagnostics::render(&name, workflow.text(), &[problem]));
                    Failure::silent(USAGE)
                }
                None => Failure::usage(error.to_string()),
            },
        })
    };
    let kept = store.as_deref().map(|store| (store, execution));
    let telling = Telling {
        observer: &observer,
        signals: &signals,
        quiet: arguments.quiet,
        prints_run_data: arguments.output == Output::RunData,
        node: arguments.node.as_deref(),
        static_data: arguments.static_data.as_deref().map(|path| (path, &static_data)),
        kept,
        has_refused: &|| asking.has_refused(),
    };
    conclude(&telling, run)
}

/// What a run is about.
struct Prepared {
    items: Option<Vec<Item>>,
    only: Option<Arc<ItemSelection>>,
    /// The same for a report, where one is read or written.
    subject: Option<Subject>,
}

fn prepare(
    arguments: &RunArguments,
    name: &str,
    workflow: &Workflow,
    variables: &Variables,
) -> Result<Prepared, Failure> {
    if arguments.report.is_none() && arguments.only.is_empty() {
        let items = arguments.setup.input.as_deref().map(crate::input::read).transpose()?;
        return Ok(Prepared { items, only: None, subject: None });
    }
    let read = arguments.setup.input.as_deref().map(|path| {
        let (items, hash) = crate::input::read_and_hash(path)?;
        Ok((items, (path.display().to_string(), hash)))
    });
    let (items, input) = read.transpose()?.unzip();
    let file = std::fs::read(&arguments.workflow).ok();
    let text = file.as_deref().unwrap_or_else(|| workflow.text().unwrap_or_default().as_bytes());
    let subject = Subject {
        workflow: (name.to_owned(), crate::report::hash(text)),
        input,
        start: arguments.setup.start.clone(),
        pins: arguments.setup.pins,
        variables: Some(crate::report::hash(format!("{}\n{}", variables.vars, variables.env).as_bytes())),
    };
    let only = crate::only::read(&arguments.only, workflow, &subject)?.map(Arc::new);
    Ok(Prepared { items, only, subject: Some(subject) })
}

/// A report is written to no file that the run reads.
fn check_report(arguments: &RunArguments) -> Result<(), Failure> {
    let Some(report) = arguments.report.as_deref().and_then(|path| path.canonicalize().ok()) else {
        return Ok(());
    };
    let RunArguments { setup, workflow, sending, static_data, .. } = arguments;
    let read = [
        ("the workflow", Some(workflow)),
        ("--input", setup.input.as_ref()),
        ("--credentials", setup.credentials.file.as_ref()),
        ("--vars", setup.variables.vars_file.as_ref()),
        ("--secrets", setup.variables.secrets.as_ref()),
        ("--static-data", static_data.as_ref()),
        ("--mock", setup.mock.as_ref().and_then(Option::as_ref)),
    ];
    let excluded = sending.exclude.iter().map(|path| ("--exclude", Some(path)));
    for (option, path) in read.into_iter().chain(excluded) {
        if path.and_then(|path| path.canonicalize().ok()).is_some_and(|path| path == report) {
            return Err(Failure::usage(format!(
                "the report {} would be written over a file that the run reads ({option})",
                super::name_of(&report)
            ))
            .with_help("Name another file with --report. Nothing was changed, and nothing was sent."));
        }
    }
    Ok(())
}

fn unknown_node(workflow: &Workflow, node: &str) -> Failure {
    let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
    Failure::usage(format!("the workflow has no node \"{node}\"")).with_help(heddle_runner::suggest(
        "Its nodes",
        &names,
        node,
    ))
}
