//! What of the operations of n8n's own nodes, or of other packages, does here what it does in n8n: the same requests, the
//! same items.
//!
//! `HEDDLE_ORACLE=… cargo run -p heddle-tests --bin operations -- --plugins NODE_MODULES/n8n-nodes-base`
//!
//! | option | meaning |
//! |---|---|
//! | `--plugins DIR` | the package; repeatable. Types of all of them are tried |
//! | `--every N`, `--from K` | every Nth operation, beginning with the Kth |
//! | `--only TEXT` | operations whose name (`type:resource:operation`) holds the text; repeatable |
//! | `--fill` | optional fields are filled in, too |
//! | `--item-by-item` | one call for each item, where a node is called on all of them otherwise |
//! | `--cache FILE` | where what n8n did is kept; else in the user's folder for such files |
//! | `--json FILE` | each operation with what became of it |
//! | `--show N` | so many differences of each cause are shown (0) |
//!
//! Both sides speak to the same loopback server, which gives one answer to all requests of an operation: of a few
//! answers, the first with which n8n puts something out.

mod generate;
mod judge;
mod kept;
mod subjects;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Json, NodeSource, Registry};
use heddle_nodes as _;
use heddle_plugin::{PluginOptions, Plugins};
use heddle_runner::{CredentialStore, Elsewhere, Host, RunOptions};
use heddle_tests::scripted_service::ScriptedService;
use heddle_workflow::Workflow;
use serde_json::{Value, json};

use generate::Operation;
use judge::{Deed, Difference, difference};
use kept::Kept;
use subjects::{Subject, subjects};

/// The longest time of a run.
const LONGEST_RUN: Duration = Duration::from_secs(15);

#[derive(Default)]
struct Options {
    plugins: Vec<PathBuf>,
    every: usize,
    from: usize,
    only: Vec<String>,
    fill: bool,
    item_by_item: bool,
    cache: Option<PathBuf>,
    json: Option<PathBuf>,
    show: usize,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self { every: 1, show: 0, ..Self::default() };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            let number = |text: String| text.parse::<usize>().map_err(|error| format!("{text}: {error}"));
            match word.as_str() {
                "--plugins" => options.plugins.push(value()?.into()),
                "--every" => options.every = number(value()?)?.max(1),
                "--from" => options.from = number(value()?)?,
                "--only" => options.only.push(value()?),
                "--fill" => options.fill = true,
                "--item-by-item" => options.item_by_item = true,
                "--cache" => options.cache = Some(value()?.into()),
                "--json" => options.json = Some(value()?.into()),
                "--show" => options.show = number(value()?)?,
                other => return Err(format!("unknown option {other}")),
            }
        }
        if options.plugins.is_empty() {
            return Err("--plugins names the package".to_owned());
        }
        Ok(options)
    }
}

/// What became of an operation.
enum Verdict {
    Equal,
    /// n8n and Heddle refuse it alike.
    EqualRefusal,
    Differs(Difference),
    Skipped(String),
}

fn main() -> ExitCode {
    let done = Options::read().and_then(|options| run(&options));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut n8n = Kept::open(options.cache.clone(), &options.plugins)?;
    let subjects = subjects(&options.plugins, &mut n8n)?;
    let own = PluginOptions {
        folders: options.plugins.clone(),
        prefer: true,
        trusts_code: true,
        ..PluginOptions::default()
    };
    let plugins = Arc::new(Plugins::new(own));
    let mut told: Vec<(String, Verdict)> = Vec::new();
    let mut count = 0;
    for subject in &subjects {
        let operations = match subject {
            Subject::Node { type_name, version, description } => {
                generate::operations(type_name, description, *version, options.fill)
            }
            Subject::LeftOut { type_name, reason } => {
                told.push((type_name.clone(), Verdict::Skipped(reason.clone())));
                continue;
            }
        };
        let mut wanted = Vec::new();
        for operation in operations {
            let name = operation.name();
            count += 1;
            let is_sampled = (count - 1) % options.every == options.from % options.every;
            if is_sampled
                && (options.only.is_empty() || options.only.iter().any(|text| name.contains(text.as_str())))
            {
                wanted.push(operation);
            }
        }
        if wanted.is_empty() {
            continue;
        }
        let mut credentials = serde_json::Map::new();
        for name in wanted.iter().flat_map(|operation| &operation.credentials) {
            if !credentials.contains_key(name) {
                credentials.insert(name.clone(), generate::credential(&n8n.credential(name)));
            }
        }
        let credentials = Value::Object(credentials);
        let host = host(&plugins, &credentials)?;
        for operation in &wanted {
            let name = operation.name();
            eprintln!("{name}");
            let verdict = tried(operation, &credentials, &mut n8n, &host, &runtime, options);
            told.push((name, verdict));
        }
    }
    report(&told, count, options);
    if let Some(path) = &options.json {
        let list: Vec<Value> = told.iter().map(as_json).collect();
        std::fs::write(path, json!(list).to_string())
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// A host with the packages alone, as far as they bring a node along.
fn host(plugins: &Arc<Plugins>, credentials: &Value) -> Result<Arc<Host>, String> {
    let mut registry = Registry::linked().map_err(|error| error.to_string())?;
    registry.add_source(Arc::clone(plugins) as Arc<dyn NodeSource>);
    let store = CredentialStore::parse(&credentials.to_string()).map_err(|error| error.to_string())?;
    Ok(Arc::new(Host::new(registry).with_credentials(store)))
}

fn tried(
    operation: &Operation,
    credentials: &Value,
    n8n: &mut Kept,
    host: &Arc<Host>,
    runtime: &tokio::runtime::Runtime,
    options: &Options,
) -> Verdict {
    let mut workflow = operation.workflow();
    let (expected, answers) = match n8n.run(&workflow, credentials, &items()) {
        Ok(expected) => expected,
        Err(reason) => return Verdict::Skipped(reason),
    };
    if options.item_by_item {
        workflow["nodes"][1]["itemByItem"] = json!(true);
    } else {
        workflow["nodes"][1]["itemByItem"] = json!(false);
    }
    let service = ScriptedService::start(&answers);
    let ours = runtime.block_on(run_here(&workflow, host, &service.url()));
    let ours = match ours {
        Ok(run) => Deed::of_run(&run, service.requests()),
        Err(problem) if expected.status == "crashed" => {
            drop(problem);
            return Verdict::EqualRefusal;
        }
        Err(problem) => {
            let first = problem.lines().next().unwrap_or_default();
            let cause = format!("refused: {}", first.chars().take(160).collect::<String>());
            return Verdict::Differs(Difference {
                cause,
                detail: format!("n8n    {:?}\n    heddle {problem}", expected.message),
            });
        }
    };
    match difference(&expected, &ours) {
        None if expected.gave_items() || !expected.requests.is_empty() => Verdict::Equal,
        None => Verdict::EqualRefusal,
        Some(difference) => Verdict::Differs(difference),
    }
}

/// The items that every operation gets.
fn items() -> Value {
    let item = |at: usize| {
        let file = json!({ "data": "aGVsbG8gd29ybGQ=", "mimeType": "text/plain", "fileName": format!("note{at}.txt"), "fileExtension": "txt", "fileSize": "11 B" });
        json!({ "json": { "id": at, "name": format!("N{at}"), "text": "text" }, "binary": { "data": file } })
    };
    json!([item(1), item(2)])
}

async fn run_here(workflow: &Value, host: &Arc<Host>, service: &str) -> Result<Value, String> {
    let workflow =
        Workflow::parse("operations.json", &workflow.to_string()).map_err(|error| error.to_string())?;
    let mut elsewhere = Elsewhere::default();
    elsewhere.add_route("*", service)?;
    let items = heddle_workflow::read_items(&Json::from(items())).map_err(|error| error.to_string())?;
    let options = RunOptions {
        items: Some(items),
        elsewhere: Arc::new(elsewhere),
        timeout: Some(LONGEST_RUN),
        ..RunOptions::default()
    };
    let result = host.run(&workflow, options).await.map_err(|error| error.to_string())?;
    serde_json::to_value(&result).map_err(|error| error.to_string())
}

fn as_json((name, verdict): &(String, Verdict)) -> Value {
    match verdict {
        Verdict::Equal => json!({ "operation": name, "verdict": "equal" }),
        Verdict::EqualRefusal => json!({ "operation": name, "verdict": "refused alike" }),
        Verdict::Skipped(reason) => json!({ "operation": name, "verdict": "skipped", "reason": reason }),
        Verdict::Differs(own) => {
            json!({ "operation": name, "verdict": "differs", "cause": own.cause, "detail": own.detail })
        }
    }
}

fn report(told: &[(String, Verdict)], known: usize, options: &Options) {
    let count = |fits: fn(&Verdict) -> bool| told.iter().filter(|(_, verdict)| fits(verdict)).count();
    let equal = count(|verdict| matches!(verdict, Verdict::Equal));
    let alike = count(|verdict| matches!(verdict, Verdict::EqualRefusal));
    let skipped = count(|verdict| matches!(verdict, Verdict::Skipped(_)));
    let tried = told.len() - skipped;
    let mut causes: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, verdict) in told {
        match verdict {
            Verdict::Differs(own) => causes.entry(&own.cause).or_default().push((name, &own.detail)),
            Verdict::Skipped(reason) => causes.entry(reason).or_default().push((name, "skipped")),
            _ => {}
        }
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, own)| std::cmp::Reverse(own.len()));
    println!("| operations | tried | equal | refused alike | differ | left out |");
    println!("|---|---|---|---|---|---|");
    println!("| {known} | {tried} | {equal} | {alike} | {} | {skipped} |", tried - equal - alike);
    println!();
    println!("| count | cause | such as |");
    println!("|---|---|---|");
    for (cause, own) in &causes {
        let name = own.first().map_or("", |(name, _)| *name);
        println!("| {} | {} | {name} |", own.len(), cause.replace('|', "/"));
    }
    for (cause, own) in &causes {
        for (name, detail) in own.iter().filter(|(_, detail)| *detail != "skipped").take(options.show) {
            println!("\n{cause}\n  {name}\n    {}", clipped(detail));
        }
    }
}

fn clipped(text: &str) -> String {
    text.lines().map(|line| line.chars().take(600).collect::<String>()).collect::<Vec<_>>().join("\n    ")
}
