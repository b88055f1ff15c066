//! `heddle runs`: what is kept of runs.

use std::fmt::Write as _;
use std::sync::Arc;

use heddle_node::{Registry, printable_line};
use heddle_runner::log::{NodePast, Origin, Past, PastItem, RunPast};
use heddle_runner::{Host, RunResult};
use heddle_store::{RunSummary, Store};
use serde_json::{Value, json};

use super::kept::{self, Note, short};
use crate::arguments::{ReportFormat, RunsCommand, RunsList, StoreArguments};
use crate::failure::Failure;

/// The words that `--status` takes.
const STATUSES: [&str; 6] = ["running", "interrupted", "waiting", "success", "error", "canceled"];

pub(crate) fn execute(
    registry: &Registry,
    command: Option<&RunsCommand>,
    list: &RunsList,
) -> Result<u8, Failure> {
    match command {
        None => print_list(list),
        Some(RunsCommand::Show { run, json, store }) => show(registry, run, *json, store),
        Some(RunsCommand::Export { run, store }) => export(registry, run, store),
        Some(RunsCommand::Report { run, format, store }) => report(registry, run, *format, store),
        Some(RunsCommand::Follow(arguments)) => super::follow::execute(registry, arguments),
        Some(RunsCommand::Prune { older_than, store }) => {
            let before = jiff::Timestamp::now().as_millisecond()
                - i64::try_from(older_than.as_millis()).unwrap_or(i64::MAX);
            let count = kept::store(store)?.prune(before).map_err(|error| kept::store_failure(&error))?;
            super::print(&format!("removed {count} {}\n", if count == 1 { "run" } else { "runs" }))?;
            Ok(0)
        }
    }
}

fn print_list(list: &RunsList) -> Result<u8, Failure> {
    if let Some(status) = list.status.as_deref().filter(|status| !STATUSES.contains(status)) {
        return Err(Failure::usage(format!("no run is \"{}\"", printable_line(status)))
            .with_help(format!("Give one of {}.", STATUSES.join(", "))));
    }
    let runs = kept::store(&list.store)?.runs().map_err(|error| kept::store_failure(&error))?;
    let is_meant = |run: &RunSummary| {
        let workflow = list.workflow.as_deref().unwrap_or_default().to_lowercase();
        run.workflow.to_lowercase().contains(&workflow)
            && list.status.as_deref().is_none_or(|status| status == run.status.as_str())
    };
    let runs: Vec<RunSummary> = runs.into_iter().filter(is_meant).collect();
    if list.json {
        super::print(&format!("{:#}\n", json!(runs.iter().map(summary_json).collect::<Vec<_>>())))?;
        return Ok(0);
    }
    let mut text = String::new();
    if runs.is_empty() {
        text.push_str("no runs\n");
    }
    for run in &runs {
        let _ = writeln!(
            text,
            "{}  {}  {:<11}  {}  {}",
            short(run),
            time(run.started_at),
            run.status.as_str(),
            printable_line(&run.workflow),
            what_became(run)
        );
    }
    super::print(&text)?;
    Ok(0)
}

fn what_became(run: &RunSummary) -> String {
    let counts = run.counts;
    if counts.all() == 0 {
        return String::new();
    }
    let mut text = format!("{} sent, {} not sent, {} unknown", counts.sent, counts.not_sent, counts.unknown);
    if counts.skipped > 0 {
        let _ = write!(text, ", {} skipped", counts.skipped);
    }
    text
}

fn summary_json(run: &RunSummary) -> Value {
    let mut value = json!(run);
    if let Some(of) = Note::of_run(run).retry_of {
        value["retryOf"] = json!(of.to_string());
    }
    for key in ["startedAt", "endedAt", "waitTill"] {
        if let Some(millis) = value[key].as_i64() {
            value[key] = json!(time(millis));
        }
    }
    value
}

/// A moment as the data of runs has it.
fn time(millis: i64) -> String {
    match jiff::Timestamp::from_millisecond(millis) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => String::new(),
    }
}

/// A run with what is kept of it.
fn open(registry: &Registry, name: &str, arguments: &StoreArguments) -> Result<(RunSummary, Host), Failure> {
    let store = kept::store(arguments)?;
    let run = kept::find(&store, name)?;
    Ok((run, Host::new(registry.clone()).with_log(Arc::new(store) as Arc<Store>)))
}

fn load(host: &Host, run: &RunSummary) -> Result<Past, Failure> {
    let past = super::runtime()?.block_on(host.past(run.id));
    past.map_err(|error| Failure::failed(error.to_string()))
}

/// A run of a node, with the names of the nodes that called its workflow.
struct Place<'p> {
    name: String,
    callers: Vec<Value>,
    node: &'p NodePast,
}

/// All runs of nodes, in the order in which they began.
fn places(past: &Past) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for run in past.runs() {
        let callers = callers(past, run);
        for node in run.nodes() {
            let mut name: String = callers
                .iter()
                .map(|caller| format!("{} › ", caller["node"].as_str().unwrap_or("Error workflow")))
                .collect();
            name.push_str(&node.key.node);
            places.push(Place { name, callers: callers.clone(), node });
        }
    }
    places
}

fn callers(past: &Past, run: &RunPast) -> Vec<Value> {
    let mut callers = Vec::new();
    let mut origin = run.started.origin.as_ref();
    while let Some(found) = origin {
        let of = match found {
            Origin::Call { by, item, .. } => {
                callers.push(json!({ "node": by.node, "run": by.run, "item": item }));
                by.execution
            }
            Origin::FailureOf(execution) => {
                callers.push(json!({ "failureOf": execution.to_string() }));
                *execution
            }
        };
        origin = past.run(of).and_then(|run| run.started.origin.as_ref());
    }
    callers.reverse();
    callers
}

/// Whether what became of the items is told by the workflows that the node called.
fn is_told_below(node: &NodePast) -> bool {
    !node.children.is_empty()
}

fn show(registry: &Registry, name: &str, as_json: bool, arguments: &StoreArguments) -> Result<u8, Failure> {
    let (run, host) = open(registry, name, arguments)?;
    let past = load(&host, &run)?;
    let places = places(&past);
    if as_json {
        let nodes: Vec<Value> = places
            .iter()
            .map(|place| {
                json!({
                    "callers": place.callers, "node": place.node.key.node, "run": place.node.key.run,
                    "isFinished": place.node.is_finished(),
                    "error": place.node.done.as_ref().and_then(|done| done.error.as_ref()).map(|error| &error.message),
                    "counts": place.node.counts(),
                })
            })
            .collect();
        let mut shown = summary_json(&run);
        shown["nodes"] = json!(nodes);
        super::print(&format!("{shown:#}\n"))?;
        return Ok(0);
    }
    let mut text = format!(
        "{}\nworkflow  {}\nbegan     {}\nstatus    {}\n",
        run.id,
        printable_line(&run.workflow),
        time(run.started_at),
        run.status.as_str()
    );
    if let Some(ended) = run.ended_at {
        let _ = writeln!(text, "ended     {}", time(ended));
    }
    if let Some(until) = run.wait_till.filter(|_| !run.is_over()) {
        let _ = writeln!(text, "waits     until {}", time(until));
    }
    if let Some(of) = Note::of_run(&run).retry_of {
        let _ = writeln!(text, "retries   items of {of}");
    }
    if let Some(error) = &run.error {
        let _ = writeln!(text, "error     {}", printable_line(error));
    }
    for place in &places {
        let how = match &place.node.done {
            Some(_) if place.node.is_finished() => "done",
            Some(_) => "failed",
            None => "not finished",
        };
        let counts = place.node.counts();
        let _ = write!(text, "{}: {how}", printable_line(&place.name));
        if counts.all() > 0 && !is_told_below(place.node) {
            let _ = write!(
                text,
                ", {} sent, {} not sent, {} unknown",
                counts.sent, counts.not_sent, counts.unknown
            );
            if counts.skipped > 0 {
                let _ = write!(text, ", {} skipped", counts.skipped);
            }
        }
        text.push('\n');
    }
    super::print(&text)?;
    Ok(0)
}

fn export(registry: &Registry, name: &str, arguments: &StoreArguments) -> Result<u8, Failure> {
    let (run, host) = open(registry, name, arguments)?;
    let result: RunResult = super::runtime()?
        .block_on(host.recall(run.id))
        .map_err(|error| Failure::failed(error.to_string()))?;
    super::conclude::write_run_data(crate::terminal::standard_output(), &result)
        .map_err(|error| Failure::failed(format!("cannot write to standard output: {error}")))?;
    Ok(0)
}

fn report(
    registry: &Registry,
    name: &str,
    format: ReportFormat,
    arguments: &StoreArguments,
) -> Result<u8, Failure> {
    let (run, host) = open(registry, name, arguments)?;
    let past = load(&host, &run)?;
    let places = places(&past);
    let lines: Vec<(&Place<'_>, PastItem)> = places
        .iter()
        .filter(|place| !is_told_below(place.node))
        .flat_map(|place| place.node.told().into_iter().map(move |told| (place, told)))
        .collect();
    let text = match format {
        ReportFormat::Json => {
            let lines: Vec<Value> = lines
                .iter()
                .map(|(place, told)| {
                    json!({
                        "callers": place.callers, "node": place.node.key.node, "run": place.node.key.run,
                        "item": told.item, "recipient": told.recipient, "verdict": told.verdict.as_str(),
                        "senderId": told.sender_id, "reason": reason_of(told),
                        "delivery": told.delivery,
                    })
                })
                .collect();
            format!("{:#}\n", json!(lines))
        }
        ReportFormat::Csv => {
            let mut text =
                "node,run,item,recipient,verdict,senderId,reason,delivery,deliveryReason\n".to_owned();
            for (place, told) in &lines {
                let (delivery, reason) = (told.delivery.as_ref(), reason_of(told));
                let cells = [
                    place.name.as_str(),
                    &place.node.key.run.to_string(),
                    &told.item.to_string(),
                    told.recipient.as_deref().unwrap_or_default(),
                    told.verdict.as_str(),
                    told.sender_id.as_deref().unwrap_or_default(),
                    reason.as_deref().unwrap_or_default(),
                    delivery.map_or("", |delivery| delivery.state.as_str()),
                    delivery.and_then(|delivery| delivery.reason.as_deref()).unwrap_or_default(),
                ];
                let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
                let _ = writeln!(text, "{}", cells.join(","));
            }
            text
        }
    };
    super::print(&text)?;
    Ok(0)
}

/// Why an item failed, is not over, or was left out.
fn reason_of(told: &PastItem) -> Option<String> {
    told.reason.clone().or_else(|| told.skipped.as_ref().map(ToString::to_string))
}

/// A cell of a CSV file (RFC 4180). What a spreadsheet would take for a formula is text.
fn csv_cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => format!("'{text}"),
        Some('+' | '-') if !text[1..].chars().all(|char| char.is_ascii_digit()) => format!("'{text}"),
        _ => text.to_owned(),
    };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
