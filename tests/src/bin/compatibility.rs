//! The ledger of compatibility: what of the workflow files in some folders runs here.
//!
//! `cargo run --release -p heddle-tests --bin compatibility -- FOLDER… [--json FILE]` prints a table as Markdown, and writes
//! the same figures as JSON. Every workflow is also run with mocks: nothing leaves.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use heddle_expression::CompiledValue;
use heddle_node::Registry;
use heddle_nodes as _;
use heddle_runner::{Host, Mocks, RunOptions, Status, WorkflowFolder};
use heddle_tests::files_below;
use heddle_workflow::{Workflow, is_trigger_type};
use serde::Serialize;

/// The longest time of a mocked run.
const LONGEST_RUN: Duration = Duration::from_secs(10);
/// Missing types that the table names.
const MOST_WANTED: usize = 10;

/// n8n's nodes that compute or steer. All others of an unknown type stand for services, which mocks replace.
const LOGIC: &[&str] = &[
    "aggregate",
    "aiTransform",
    "code",
    "compareDatasets",
    "compression",
    "convertToFile",
    "crypto",
    "dateTime",
    "debugHelper",
    "editImage",
    "errorTrigger",
    "executeCommand",
    "executeWorkflow",
    "executeWorkflowTrigger",
    "executionData",
    "extractFromFile",
    "filter",
    "function",
    "functionItem",
    "graphql",
    "html",
    "htmlExtract",
    "httpRequest",
    "iCal",
    "if",
    "interval",
    "itemLists",
    "jwt",
    "limit",
    "manualTrigger",
    "markdown",
    "merge",
    "moveBinaryData",
    "noOp",
    "readBinaryFile",
    "readBinaryFiles",
    "readPDF",
    "readWriteFile",
    "removeDuplicates",
    "renameKeys",
    "respondToWebhook",
    "rssFeedRead",
    "set",
    "sort",
    "splitInBatches",
    "splitOut",
    "spreadsheetFile",
    "start",
    "stopAndError",
    "summarize",
    "switch",
    "totp",
    "wait",
    "webhook",
    "workflowTrigger",
    "writeBinaryFile",
    "xml",
    "simulate",
];

/// What was found in all files.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ledger {
    files: usize,
    loaded: usize,
    expressions: usize,
    expressions_compiled: usize,
    nodes: usize,
    nodes_known: usize,
    workflows_known: usize,
    logic_known: usize,
    mocked: Mocked,
    missing: Vec<(String, usize)>,
    /// The files whose mocked run has shown a fault of Heddle.
    faults: Vec<String>,
}

/// How the mocked runs ended.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Mocked {
    succeeded: usize,
    /// With an error of the workflow, such as a field that its mocks lack.
    failed: usize,
    /// Before they began, as a file without a trigger.
    refused: usize,
    panicked: usize,
    timed_out: usize,
}

fn main() -> ExitCode {
    let mut folders = Vec::new();
    let mut json = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--json" {
            json = arguments.next().map(PathBuf::from);
        } else {
            folders.push(PathBuf::from(argument));
        }
    }
    if folders.is_empty() {
        eprintln!("usage: compatibility FOLDER… [--json FILE]");
        return ExitCode::from(2);
    }
    let ledger = read(&folders);
    println!("{}", markdown(&ledger));
    if let Some(path) = json {
        let text = serde_json::to_string_pretty(&ledger).expect("JSON");
        if let Err(error) = std::fs::write(&path, text + "\n") {
            eprintln!("{} cannot be written: {error}", path.display());
            return ExitCode::from(2);
        }
    }
    if ledger.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(folders: &[PathBuf]) -> Ledger {
    let registry = Registry::linked().expect("nodes");
    let mut ledger = Ledger::default();
    let mut missing: HashMap<String, usize> = HashMap::new();
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| files_below(folder)).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for path in files {
        ledger.files += 1;
        let Ok(workflow) = Workflow::read(&path) else { continue };
        ledger.loaded += 1;
        let (mut knows_all, mut knows_logic) = (true, true);
        for node in workflow.nodes.iter().filter(|node| !node.is_sticky_note() && !node.disabled) {
            ledger.nodes += 1;
            let compiled = CompiledValue::compile(&node.parameters);
            let compiled_here = compiled.templates().count();
            ledger.expressions += compiled_here + compiled.errors().len();
            ledger.expressions_compiled += compiled_here;
            if registry.node(&node.node_type, node.type_version).is_some() {
                ledger.nodes_known += 1;
                continue;
            }
            *missing.entry(name_of(&registry, node)).or_default() += 1;
            knows_all = false;
            let short = node.node_type.strip_prefix("n8n-nodes-base.");
            let is_logic =
                short.is_some_and(|name| LOGIC.contains(&name)) && !is_trigger_type(&node.node_type);
            knows_logic &= !is_logic;
        }
        ledger.workflows_known += usize::from(knows_all);
        ledger.logic_known += usize::from(knows_logic);
        run_mocked(&registry, &path, &workflow, &mut ledger);
    }
    let mut missing: Vec<(String, usize)> = missing.into_iter().collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    missing.truncate(MOST_WANTED);
    ledger.missing = missing;
    ledger
}

/// The type, with its version where only that is missing.
fn name_of(registry: &Registry, node: &heddle_workflow::Node) -> String {
    match node.type_version {
        Some(version) if !registry.versions(&node.node_type).is_empty() => {
            format!("{} {version}", node.node_type)
        }
        _ => node.node_type.to_string(),
    }
}

fn run_mocked(registry: &Registry, path: &Path, workflow: &Workflow, ledger: &mut Ledger) {
    let folder = WorkflowFolder::new(path.parent().unwrap_or(Path::new(".")));
    let host = Host::new(registry.clone()).with_workflows(Arc::new(folder));
    let options =
        RunOptions { mocks: Some(Mocks::default()), timeout: Some(LONGEST_RUN), ..RunOptions::default() };
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // A run that its own limit does not end hangs.
        runtime.block_on(async { tokio::time::timeout(3 * LONGEST_RUN, host.run(workflow, options)).await })
    };
    let mocked = &mut ledger.mocked;
    match catch_unwind(AssertUnwindSafe(run)) {
        Err(_) => {
            mocked.panicked += 1;
            ledger.faults.push(format!("{}: panicked", path.display()));
        }
        Ok(Err(_)) => {
            mocked.timed_out += 1;
            ledger.faults.push(format!("{}: does not end", path.display()));
        }
        Ok(Ok(Err(_))) => mocked.refused += 1,
        Ok(Ok(Ok(result))) => match result.status {
            Status::Success | Status::Waiting => mocked.succeeded += 1,
            // Loops that a mock never ends are cancelled by the run's limit.
            Status::Error | Status::Canceled => mocked.failed += 1,
        },
    }
}

fn markdown(ledger: &Ledger) -> String {
    let share = |part: usize, whole: usize| {
        if whole == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
    };
    let Mocked { succeeded, failed, refused, panicked, timed_out } = &ledger.mocked;
    let rows = [
        ("workflows loaded", ledger.loaded, ledger.files),
        ("expressions compiled", ledger.expressions_compiled, ledger.expressions),
        ("nodes known by type and version", ledger.nodes_known, ledger.nodes),
        ("workflows whose nodes are all known", ledger.workflows_known, ledger.loaded),
        ("workflows whose logic is native when services are mocked", ledger.logic_known, ledger.loaded),
        ("mocked runs without a fault of Heddle", ledger.loaded - panicked - timed_out, ledger.loaded),
    ];
    let mut text = format!("| {} files | count | of | share |\n|---|---|---|---|\n", ledger.files);
    for (name, part, whole) in rows {
        text.push_str(&format!("| {name} | {part} | {whole} | {} |\n", share(part, whole)));
    }
    text.push_str(&format!(
        "\nMocked runs: {succeeded} succeeded, {failed} failed, {refused} refused, {panicked} panicked, {timed_out} did not end.\n\n\
         | most wanted type | nodes |\n|---|---|\n"
    ));
    for (name, count) in &ledger.missing {
        text.push_str(&format!("| `{name}` | {count} |\n"));
    }
    for fault in &ledger.faults {
        text.push_str(&format!("\n- {fault}"));
    }
    text
}
