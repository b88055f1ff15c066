//! The ledger of compatibility: what of the workflow files in some folders runs here.
//!
//! `cargo run --release -p heddle-tests --bin compatibility -- FOLDER… [--json FILE]` prints a table as Markdown, and writes
//! the same figures as JSON. Every workflow is also run with mocks: nothing leaves.
//!
//! Another process of this program looks at the files, one after the other. One that takes too long is ended, and one that
//! ends by itself is begun anew: whatever a file does, its place in the ledger is all that it can cost.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use heddle_expression::CompiledValue;
use heddle_node::Registry;
use heddle_nodes as _;
use heddle_runner::{Host, Mocks, RunError, RunOptions, Status, WorkflowFolder};
use heddle_tests::files_below;
use heddle_workflow::{Workflow, is_trigger_type};
use serde::{Deserialize, Serialize};

/// The longest time of a mocked run.
const LONGEST_RUN: Duration = Duration::from_secs(10);
/// The longest time that a file may take with everything that is done with it.
const LONGEST_LOOK: Duration = Duration::from_secs(60);
/// The largest file that is looked at, in bytes.
const LARGEST_FILE: u64 = 64 << 20;
/// The word that makes a process look at files.
const WORKER: &str = "--look-at-files";
/// Characters of a reason that are shown.
const LONGEST_REASON: usize = 120;
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

/// What was found in files.
#[derive(Default, Serialize, Deserialize)]
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
    /// Files that are no workflow, with the reason.
    unreadable: Vec<String>,
    /// Mocked runs that did not begin, by the first words of the reason.
    refusals: Vec<(String, usize)>,
    /// The files whose mocked run has shown a fault of Heddle.
    faults: Vec<String>,
}

/// How the mocked runs ended.
#[derive(Default, Serialize, Deserialize)]
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
        if argument == WORKER {
            return look_at_files();
        }
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
    let ledger = match read(&folders) {
        Ok(ledger) => ledger,
        Err(error) => {
            eprintln!("the files cannot be looked at: {error}");
            return ExitCode::from(2);
        }
    };
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

/// Reads the paths of files, a line each, and prints what is found in each of them, a line each.
fn look_at_files() -> ExitCode {
    let registry = Registry::linked().expect("nodes");
    for path in std::io::stdin().lock().lines() {
        let Ok(path) = path else { break };
        let found = look_at(&registry, Path::new(&path));
        let line = serde_json::to_string(&found).expect("JSON");
        if writeln!(std::io::stdout().lock(), "{line}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

/// A process that looks at files.
struct Worker {
    process: Child,
    paths: ChildStdin,
    found: Receiver<String>,
}

impl Worker {
    fn start() -> std::io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(WORKER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(paths), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::Error::other("it has no pipes"));
        };
        let (sender, found) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if line.is_ok_and(|line| sender.send(line).is_ok()) {
                    continue;
                }
                break;
            }
        });
        Ok(Self { process, paths, found })
    }

    /// What is found in a file, or what became of the process.
    fn look_at(&mut self, path: &Path) -> Result<Ledger, &'static str> {
        // What a process has not taken is found out below.
        let _ = writeln!(self.paths, "{}", path.display());
        let _ = self.paths.flush();
        match self.found.recv_timeout(LONGEST_LOOK) {
            Ok(line) => serde_json::from_str(&line).map_err(|_| "ended the process"),
            Err(RecvTimeoutError::Timeout) => Err("does not end"),
            Err(RecvTimeoutError::Disconnected) => Err("ended the process"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(folders: &[PathBuf]) -> std::io::Result<Ledger> {
    let mut ledger = Ledger::default();
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| files_below(folder)).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let (mut missing, mut refusals): (HashMap<String, usize>, HashMap<String, usize>) = Default::default();
    let mut worker = Worker::start()?;
    for path in files {
        match worker.look_at(&path) {
            Ok(found) => {
                for (all, own) in [(&mut missing, &found.missing), (&mut refusals, &found.refusals)] {
                    for (name, count) in own {
                        *all.entry(name.clone()).or_default() += count;
                    }
                }
                ledger.add(found);
            }
            Err(fault) => {
                ledger.files += 1;
                ledger.loaded += 1;
                if fault == "does not end" {
                    ledger.mocked.timed_out += 1
                } else {
                    ledger.mocked.panicked += 1
                }
                ledger.faults.push(format!("{}: {fault}", path.display()));
                worker = Worker::start()?;
            }
        }
    }
    let most = |counts: HashMap<String, usize>| {
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts.truncate(MOST_WANTED);
        counts
    };
    (ledger.missing, ledger.refusals) = (most(missing), most(refusals));
    Ok(ledger)
}

impl Ledger {
    /// Adds what was found in another file; the counts of types and reasons are kept by the caller.
    fn add(&mut self, other: Self) {
        for (own, other) in [
            (&mut self.files, other.files),
            (&mut self.loaded, other.loaded),
            (&mut self.expressions, other.expressions),
            (&mut self.expressions_compiled, other.expressions_compiled),
            (&mut self.nodes, other.nodes),
            (&mut self.nodes_known, other.nodes_known),
            (&mut self.workflows_known, other.workflows_known),
            (&mut self.logic_known, other.logic_known),
            (&mut self.mocked.succeeded, other.mocked.succeeded),
            (&mut self.mocked.failed, other.mocked.failed),
            (&mut self.mocked.refused, other.mocked.refused),
            (&mut self.mocked.panicked, other.mocked.panicked),
            (&mut self.mocked.timed_out, other.mocked.timed_out),
        ] {
            *own += other;
        }
        self.unreadable.extend(other.unreadable);
        self.faults.extend(other.faults);
    }
}

/// What is found in one file.
fn look_at(registry: &Registry, path: &Path) -> Ledger {
    let mut ledger = Ledger { files: 1, ..Ledger::default() };
    let is_too_large = std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST_FILE);
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let workflow = if is_too_large {
            ledger.unreadable.push(format!("{}: it is too large", path.display()));
            return;
        } else {
            match Workflow::read(path) {
                Ok(workflow) => workflow,
                Err(error) => {
                    let why =
                        error.problems.first().map_or_else(String::new, |problem| problem.message.clone());
                    ledger.unreadable.push(format!("{}: {why}", path.display()));
                    return;
                }
            }
        };
        ledger.loaded += 1;
        count_nodes(registry, &workflow, &mut ledger);
        run_mocked(registry, path, &workflow, &mut ledger);
    }));
    if looked.is_err() {
        ledger.mocked.panicked += 1;
        ledger.faults.push(format!("{}: panicked", path.display()));
    }
    ledger
}

/// Counts what is known of a workflow without running it.
fn count_nodes(registry: &Registry, workflow: &Workflow, ledger: &mut Ledger) {
    let mut missing: HashMap<String, usize> = HashMap::new();
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
        *missing.entry(name_of(registry, node)).or_default() += 1;
        knows_all = false;
        let short = node.node_type.strip_prefix("n8n-nodes-base.");
        let is_logic = short.is_some_and(|name| LOGIC.contains(&name)) && !is_trigger_type(&node.node_type);
        knows_logic &= !is_logic;
    }
    ledger.workflows_known += usize::from(knows_all);
    ledger.logic_known += usize::from(knows_logic);
    ledger.missing = missing.into_iter().collect();
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
    let options = RunOptions {
        mocks: Some(Mocks::default()),
        timeout: Some(LONGEST_RUN),
        // A wait is no fault, and nobody waits for it here.
        stop_at_wait: true,
        ..RunOptions::default()
    };
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
        Ok(Ok(Err(error))) => {
            mocked.refused += 1;
            ledger.refusals.push((reason(&error), 1));
        }
        Ok(Ok(Ok(result))) => match result.status {
            Status::Success | Status::Waiting => mocked.succeeded += 1,
            // Loops that a mock never ends are cancelled by the run's limit.
            Status::Error | Status::Canceled => mocked.failed += 1,
        },
    }
}

/// Why a run did not begin, without the names of the workflow at hand.
fn reason(error: &RunError) -> String {
    let text = match error {
        RunError::Problems(problems) => {
            problems.first().map_or_else(String::new, |problem| problem.message.clone())
        }
        other => other.to_string(),
    };
    let mut parts = text.split('"');
    // What stands in quotation marks is a name.
    let mut words = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), Some(text)) = (parts.next(), parts.next()) {
        words.push('…');
        words.push_str(text);
    }
    words.chars().take(LONGEST_REASON).collect()
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
    if !ledger.refusals.is_empty() {
        text.push_str("\n| why a mocked run did not begin | files |\n|---|---|\n");
        for (reason, count) in &ledger.refusals {
            text.push_str(&format!("| {} | {count} |\n", reason.replace('|', "\\|").replace('\n', " ")));
        }
    }
    for fault in &ledger.faults {
        text.push_str(&format!("\n- {fault}"));
    }
    text
}
