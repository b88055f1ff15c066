//! Workflows recorded from n8n run here, node by node and item by item, as they did there.
//!
//! A case is a folder of `tests/conformance/workflows`: `workflow.json`, `items.json` (what enters at the start node),
//! `request.json` (further words of the request to the oracle, such as `workflows` by id or `destination`), `expected.json`
//! (what n8n gave) and `recorded-with`. A case with a file `differs` is answered otherwise on purpose; the file says why, and
//! `COMPATIBILITY.md` has it too.
//!
//! A new case is a folder with `workflow.json` and what it needs of the others. With `HEDDLE_ORACLE` set,
//! `cargo test --package heddle-tests --test conformance -- --ignored` asks n8n for what is not recorded yet.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heddle_node::{NodeError, Registry, async_trait};
use heddle_nodes as _;
use heddle_runner::{Host, KeptOutputs, RunOptions, Variables, WorkflowLookup};
use heddle_tests::compare::{compare_last_outputs, compare_run};
use heddle_tests::oracle::Oracle;
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// The cases, by name.
fn cases() -> Vec<PathBuf> {
    let folder = heddle_tests::root().join("tests/conformance/workflows");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.join("workflow.json").exists())
        .collect();
    cases.sort();
    cases
}

/// The workflows that a case's workflow may call.
struct Callable(HashMap<String, Arc<Workflow>>);

#[async_trait]
impl WorkflowLookup for Callable {
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Ok(self.0.get(id).cloned())
    }
}

#[test]
#[ignore = "records what has not been recorded yet"]
fn record() {
    let Some(mut oracle) = Oracle::start() else { return };
    for case in cases().iter().filter(|case| !case.join("expected.json").exists()) {
        let mut request = json!({ "workflow": read(&case.join("workflow.json")) });
        for (name, value) in read_or_null(&case.join("request.json")).as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        if case.join("items.json").exists() {
            request["items"] = read(&case.join("items.json"));
        }
        let mut answer = oracle.ask(&request);
        let answer = answer.as_object_mut().expect("an answer is an object");
        let mode = answer.remove("mode").unwrap_or_default();
        let pins = if request["pins"] == true { ", pins honoured" } else { "" };
        let versions = "n8n 2.40.7 (n8n-core 2.40.3, n8n-workflow 2.40.1, n8n-nodes-base 2.40.2)";
        let recorded_with = format!("{versions}, mode {}{pins}\n", mode.as_str().unwrap_or("unknown"));
        let expected = serde_json::to_string_pretty(answer).expect("JSON");
        std::fs::write(case.join("expected.json"), expected + "\n").expect("it can be written");
        std::fs::write(case.join("recorded-with"), recorded_with).expect("it can be written");
    }
}

#[tokio::test]
async fn recorded_workflows_run_as_in_n8n() {
    let cases = cases();
    assert!(cases.len() >= 150, "only {} cases are there", cases.len());
    let mut faults = Vec::new();
    let mut differing = 0;
    for case in &cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let result = run_case(case).await;
        if case.join("differs").exists() {
            differing += 1;
            if result.is_ok() {
                faults.push(format!("{name}: is marked as differing, and does not"));
            }
        } else if let Err(message) = result {
            faults.push(format!("{name}: {message}"));
        }
    }
    println!("{} recorded workflows, {differing} of them differ on purpose", cases.len());
    assert!(faults.is_empty(), "{} of {} cases fail:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_or_null(path: &Path) -> Value {
    if path.exists() { read(path) } else { Value::Null }
}

async fn run_case(case: &Path) -> Result<(), String> {
    let request = read_or_null(&case.join("request.json"));
    let callable = request["workflows"].as_object().into_iter().flatten();
    let callable = callable.map(|(id, workflow)| {
        (id.clone(), Arc::new(Workflow::from_json(&heddle_node::Json::from(workflow.clone()))))
    });
    let host =
        Host::new(Registry::linked().expect("nodes")).with_workflows(Arc::new(Callable(callable.collect())));
    let text = |key: &str| request[key].as_str().map(str::to_owned);

    let expected = read(&case.join("expected.json"));
    let workflow = Workflow::read(case.join("workflow.json")).map_err(|error| error.to_string())?;
    let items_file = case.join("items.json");
    let items = if items_file.exists() {
        let json = heddle_node::Json::from(read(&items_file));
        Some(heddle_workflow::read_items(&json).map_err(|error| error.to_string())?)
    } else {
        None
    };
    let recorded_with = std::fs::read_to_string(case.join("recorded-with")).unwrap_or_default();
    let pins = recorded_with.contains("pins honoured");
    let options = RunOptions {
        items,
        pins,
        start: text("start"),
        destination: text("destination"),
        variables: Variables {
            vars: heddle_node::Json::from(request["vars"].clone()),
            ..Variables::default()
        },
        // Where the cases were recorded, nothing waits for long.
        stop_at_wait: true,
        ..RunOptions::default()
    };
    let sparing = RunOptions { kept_outputs: KeptOutputs::Last(None), ..options.clone() };
    let result = match (host.run(&workflow, options).await, expected["status"].as_str()) {
        // n8n throws before the first node runs.
        (Err(_), Some("crashed")) => return Ok(()),
        (result, _) => result.map_err(|error| error.to_string())?,
    };
    compare_run(&expected, &result)?;
    let sparing = host.run(&workflow, sparing).await.map_err(|error| error.to_string())?;
    compare_last_outputs(&result, &sparing)
}
