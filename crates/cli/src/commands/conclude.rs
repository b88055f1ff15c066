//! The end of a run from the command line: what came out, what became of the items, and the exit status.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use heddle_node::{printable_block, printable_line};
use heddle_runner::{CancelReason, RunOptions, RunResult, Status};
use heddle_store::Store;
use uuid::Uuid;

use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::observer::Observer;
use crate::plain_text::plain_text;
use crate::signals::{Phase, Signals};

/// How the end of a run is told.
pub(crate) struct Telling<'a> {
    pub(crate) observer: &'a Observer,
    pub(crate) signals: &'a Signals,
    pub(crate) quiet: bool,
    /// Whether the data of the run is printed, and not items alone.
    pub(crate) prints_run_data: bool,
    /// The node whose items are printed; the last one when absent.
    pub(crate) node: Option<&'a str>,
    /// Where data is kept that workflows keep between runs, with what was read from there.
    pub(crate) static_data: Option<(&'a Path, &'a RunOptions)>,
    /// Where the run is kept.
    pub(crate) kept: Option<(&'a Store, Uuid)>,
    /// Whether somebody has refused that it begins to send.
    pub(crate) has_refused: &'a dyn Fn() -> bool,
}

/// Runs to the end, and reports it.
pub(crate) fn conclude(
    telling: &Telling<'_>,
    run: impl Future<Output = Result<RunResult, Failure>>,
) -> Result<u8, Failure> {
    let Telling { observer, signals, .. } = telling;
    let runtime = super::runtime()?;
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
    let mut told = tell(telling, &result);
    if let Err(failure) = observer.end_report(result.status.as_str()) {
        super::print_error(&failure.to_string());
        told = Told::Failed;
    }
    if let Some(why) = &result.not_kept {
        super::print_error(&format!(
            "error: not all that has happened could be kept: {}\n  help: What was sent is told here, and is not sent again; the store may tell of less.",
            plain_text(why)
        ));
        told = Told::Failed;
    }
    let ended_well = result.status == Status::Success && !has_failed_background(&result);
    if !telling.quiet && !result.mocked.is_empty() {
        super::print_error(&super::mock::summary(&result));
    }
    observer.print_summary(ended_well && told == Told::All && signals.status().is_none());
    if !telling.quiet {
        tell_how_to_go_on(telling, &result);
    }
    let status = match told {
        _ if (telling.has_refused)() => USAGE,
        Told::Failed => FAILED,
        Told::All | Told::InPart => exit_status(&result),
    };
    // The process ends here; taking apart millions of values one by one would only hold it up.
    std::mem::forget(result);
    Ok(signals.status().unwrap_or(status))
}

/// Says how a run goes on that is not over, or left something.
fn tell_how_to_go_on(telling: &Telling<'_>, result: &RunResult) {
    let Some((store, run)) = telling.kept else { return };
    let Ok(runs) = store.runs_named(&run.to_string()) else { return };
    let Some(kept) = runs.first().filter(|kept| !kept.is_complete()) else { return };
    let id = super::kept::short(kept);
    super::print_error(&match result.status {
        // The end of it could not be kept.
        _ if !kept.is_over() && result.status != Status::Waiting => {
            format!("take it up where it stopped: heddle resume {id}")
        }
        Status::Success => format!("run those that were not sent again: heddle retry {id} --only notSent"),
        Status::Waiting => {
            format!("go on once its time has come: heddle resume --due, or heddle resume {id}")
        }
        Status::Error | Status::Canceled => format!("take it up where it stopped: heddle resume {id}"),
    });
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
fn tell(telling: &Telling<'_>, result: &RunResult) -> Told {
    let mut told = match write_output(telling, result) {
        Ok(()) => Told::All,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Told::InPart,
        Err(error) => {
            super::print_error(&format!("error: cannot write to standard output: {error}"));
            Told::Failed
        }
    };
    if let Some((path, before)) = telling.static_data
        && let Err(failure) = crate::static_data::write(path, before, result)
    {
        super::print_error(&failure.to_string());
        told = Told::Failed;
    }
    print_failures(result);
    told
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

fn write_output(telling: &Telling<'_>, result: &RunResult) -> std::io::Result<()> {
    let output = crate::terminal::standard_output();
    match telling.prints_run_data {
        true => write_run_data(output, result),
        false => write_items(output, telling.node, result),
    }
}

pub(super) fn write_run_data(mut output: impl std::io::Write, result: &RunResult) -> std::io::Result<()> {
    heddle_node::json::to_writer_pretty(&mut output, result)?;
    writeln!(output)?;
    output.flush()
}

fn write_items(
    mut output: impl std::io::Write,
    node: Option<&str>,
    result: &RunResult,
) -> std::io::Result<()> {
    let node = node.or(result.last_node_executed());
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
    let mut text = format!("error: {}", printable_block(&plain_text(&error.message)));
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
        text.push_str(&format!("\n  help: {}", printable_block(&plain_text(description))));
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
