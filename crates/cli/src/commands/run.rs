//! `heddle run`: runs a workflow and prints what came out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use heddle_node::{Item, Registry, printable_line};
use heddle_runner::{
    CancelReason, Host, ItemSelection, KeptOutputs, RunError, RunOptions, RunResult, Status,
};
use heddle_workflow::Workflow;

use crate::arguments::{Output, RunArguments};
use crate::asking::Asking;
use crate::diagnostics;
use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::observer::{Log, Observer};
use crate::plain_text::plain_text;
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
    let Prepared { items, only, subject } = prepare(arguments, &name, &workflow)?;
    let setup = super::options_of(&arguments.setup)?;
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
    let runtime = super::runtime()?;
    let mut static_data = RunOptions::default();
    if let Some(path) = &arguments.static_data {
        crate::static_data::read(path, &mut static_data)?;
    }
    let run = async {
        let (store, sandboxes) =
            super::credentials(&registry, &arguments.setup.credentials, !arguments.quiet).await?;
        let host = Host::new(registry)
            .with_credentials(store)
            .with_events(observer.clone())
            .with_log(Arc::new(Log { observer: observer.clone(), store: None }))
            .with_workflows(super::workflow_folder(&arguments.setup, &arguments.workflow)?);
        let host = super::with_network(host, &arguments.network, &sandboxes)?;
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
    // Who got what is told even where a fault of ours ends the run.
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run)));
    signals.enter(Phase::Idle);
    observer.close();
    let Ok(result) = ended else {
        super::print_error("error: a fault in Heddle itself has ended the run; please report it");
        let _ = observer.end_report("error");
        observer.print_summary(false);
        return Ok(signals.status().unwrap_or(FAILED));
    };
    let result = result?;
    let mut told = tell(arguments, &static_data, &result);
    if let Err(failure) = observer.end_report(result.status.as_str()) {
        super::print_error(&failure.to_string());
        told = Told::Failed;
    }
    let ended_well = result.status == Status::Success && !has_failed_background(&result);
    if !arguments.quiet && !result.mocked.is_empty() {
        super::print_error(&super::mock::summary(&result));
    }
    observer.print_summary(ended_well && told == Told::All && signals.status().is_none());
    let status = match told {
        _ if asking.has_refused() => USAGE,
        Told::Failed => FAILED,
        Told::All | Told::InPart => exit_status(&result),
    };
    // The process ends here; taking apart millions of values one by one would only hold it up.
    std::mem::forget(result);
    Ok(signals.status().unwrap_or(status))
}

/// What a run is about.
struct Prepared {
    items: Option<Vec<Item>>,
    only: Option<Arc<ItemSelection>>,
    /// The same for a report, where one is read or written.
    subject: Option<Subject>,
}

fn prepare(arguments: &RunArguments, name: &str, workflow: &Workflow) -> Result<Prepared, Failure> {
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
    };
    let only = crate::only::read(&arguments.only, workflow, &subject)?.map(Arc::new);
    Ok(Prepared { items, only, subject: Some(subject) })
}

/// Whether everything could be told that was to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    /// Nobody reads standard output any more, as with `head`: that fails nothing.
    InPart,
    /// Something could not be written.
    Failed,
}

/// Writes what came out, what is kept for later runs, and why the run failed.
fn tell(arguments: &RunArguments, static_data: &RunOptions, result: &RunResult) -> Told {
    let mut told = match write_output(arguments, result) {
        Ok(()) => Told::All,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Told::InPart,
        Err(error) => {
            super::print_error(&format!("error: cannot write to standard output: {error}"));
            Told::Failed
        }
    };
    if let Some(path) = &arguments.static_data
        && let Err(failure) = crate::static_data::write(path, static_data, result)
    {
        super::print_error(&failure.to_string());
        told = Told::Failed;
    }
    print_failures(result);
    told
}

fn unknown_node(workflow: &Workflow, node: &str) -> Failure {
    let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
    Failure::usage(format!("the workflow has no node \"{node}\"")).with_help(heddle_runner::suggest(
        "Its nodes",
        &names,
        node,
    ))
}

fn print_failures(result: &RunResult) {
    if let Some(error) = &result.error {
        super::print_error(&describe_error(error));
    }
    for run in result.background.iter().filter(|run| run.status != Status::Success) {
        let which = match &run.caller {
            Some(node) => {
                format!("the workflow \"{}\", which the node \"{node}\" did not wait for,", run.workflow)
            }
            None => format!("the error workflow \"{}\"", run.workflow),
        };
        let why = run.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
        super::print_error(&format!("error: {which} ended as {}{why}", run.status.as_str()));
    }
}

fn write_output(arguments: &RunArguments, result: &RunResult) -> std::io::Result<()> {
    let output = crate::terminal::standard_output();
    match arguments.output {
        Output::RunData => write_run_data(output, result),
        Output::Items => write_items(output, arguments, result),
    }
}

fn write_run_data(mut output: impl std::io::Write, result: &RunResult) -> std::io::Result<()> {
    heddle_node::json::to_writer_pretty(&mut output, result)?;
    writeln!(output)?;
    output.flush()
}

fn write_items(
    mut output: impl std::io::Write,
    arguments: &RunArguments,
    result: &RunResult,
) -> std::io::Result<()> {
    let node = arguments.node.as_deref().or(result.last_node_executed());
    let outputs = node.and_then(|node| result.last_outputs(node)).unwrap_or_default();
    let mut separator = "[\n";
    for item in outputs.iter().flat_map(|items| items.iter()) {
        output.write_all(separator.as_bytes())?;
        heddle_node::json::to_writer(&mut output, &heddle_workflow::SerializedItem(item))?;
        separator = ",\n";
    }
    let end: &[u8] = if separator == "[\n" { b"[]\n" } else { b"\n]\n" };
    output.write_all(end)?;
    output.flush()
}

fn describe_error(error: &heddle_runner::WorkflowFailure) -> String {
    let mut text = format!("error: {}", plain_text(&error.message));
    if let Some(node) = &error.node {
        text.push_str(&format!("\n  node: {}", printable_line(node)));
    }
    if let Some(item) = error.item_index {
        text.push_str(&format!("\n  item: {item}"));
    }
    if let Some(parameter) = &error.parameter {
        text.push_str(&format!("\n  parameter: {}", printable_line(parameter)));
    }
    if let Some(description) = &error.description {
        text.push_str(&format!("\n  help: {}", plain_text(description)));
    }
    text
}

fn exit_status(result: &RunResult) -> u8 {
    match result.status {
        Status::Success | Status::Waiting if has_failed_background(result) => FAILED,
        Status::Success | Status::Waiting => 0,
        Status::Canceled if result.cancel_reason == Some(CancelReason::Manual) => INTERRUPTED,
        Status::Canceled | Status::Error => FAILED,
    }
}

/// Whether a workflow failed that was called without waiting for its end.
fn has_failed_background(result: &RunResult) -> bool {
    result.background.iter().any(|run| matches!(run.status, Status::Error | Status::Canceled))
}
