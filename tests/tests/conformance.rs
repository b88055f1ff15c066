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
use heddle_runner::{Host, RunOptions, RunResult, WorkflowLookup};
use heddle_tests::oracle::Oracle;
use heddle_workflow::Workflow;
use serde_json::{Map, Value, json};

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
        // Where the cases were recorded, nothing waits for long.
        stop_at_wait: true,
        ..RunOptions::default()
    };
    let result = host.run(&workflow, options).await.map_err(|error| error.to_string())?;
    let ours = serde_json::to_value(&result).map_err(|error| error.to_string())?;
    compare("status", &expected["status"], &ours["status"])?;
    compare_error(&expected["error"], &result)?;
    let expected_nodes = expected["nodes"].as_object().cloned().unwrap_or_default();
    let our_nodes = ours["data"]["resultData"]["runData"].as_object().cloned().unwrap_or_default();
    let names = |nodes: &Map<String, Value>| {
        let mut names: Vec<String> = nodes.keys().cloned().collect();
        names.sort();
        json!(names)
    };
    compare("the nodes that ran", &names(&expected_nodes), &names(&our_nodes))?;
    for (name, runs) in &expected_nodes {
        let runs: Value = runs.as_array().into_iter().flatten().map(expected_run).collect();
        let ours: Value = our_nodes[name].as_array().into_iter().flatten().map(our_run).collect();
        compare_runs(name, &runs, &ours)?;
    }
    Ok(())
}

fn compare(what: &str, expected: &Value, ours: &Value) -> Result<(), String> {
    if expected == ours { Ok(()) } else { Err(format!("{what}:\n  n8n    {expected}\n  heddle {ours}")) }
}

/// Compares the runs of a node. An item of ours that failed must have the error's text and all that n8n's has; it keeps
/// more of its input.
fn compare_runs(what: &str, expected: &Value, ours: &Value) -> Result<(), String> {
    let mut expected = expected.clone();
    for (run, our_run) in pairs_mut(&mut expected, ours) {
        for (items, our_items) in pairs_mut(&mut run["outputs"], &our_run["outputs"]) {
            for (item, our_item) in pairs_mut(items, our_items) {
                let json = item["json"].as_object().cloned().unwrap_or_default();
                if our_item.get("failed").is_some()
                    && json.contains_key("error")
                    && json.iter().all(|(key, value)| our_item["json"].get(key) == Some(value))
                {
                    *item = our_item.clone();
                }
            }
        }
    }
    compare(what, &expected, ours)
}

fn pairs_mut<'a>(
    first: &'a mut Value,
    second: &'a Value,
) -> impl Iterator<Item = (&'a mut Value, &'a Value)> {
    first.as_array_mut().into_iter().flatten().zip(second.as_array().into_iter().flatten())
}

fn compare_error(expected: &Value, result: &RunResult) -> Result<(), String> {
    let message = result.error.as_ref().map(|error| json!(error.message));
    compare("the error", &expected["message"], &message.unwrap_or_default())?;
    if let (Some(error), Some(index)) = (&result.error, expected["context"]["itemIndex"].as_u64()) {
        compare("the error's item", &json!(index), &json!(error.item_index))?;
    }
    Ok(())
}

fn expected_run(run: &Value) -> Value {
    json!({
        "calls": calls(run, "status"),
        "executionIndex": run["executionIndex"],
        "status": run["status"],
        "source": run["source"],
        "outputs": outputs(&run["outputs"]),
    })
}

fn our_run(run: &Value) -> Value {
    json!({
        "calls": calls(run, "executionStatus"),
        "executionIndex": run["executionIndex"],
        "status": run["executionStatus"],
        "source": run["source"],
        "outputs": outputs(&run["data"]["main"]),
    })
}

/// How many workflows a run of a node has called; n8n tells it of runs that succeeded alone.
fn calls(run: &Value, status: &str) -> Value {
    if run[status] == "success" { run["metadata"]["subExecutionsCount"].clone() } else { Value::Null }
}

/// Outputs without empty ones at the end, each item with its data, files and pairing.
fn outputs(outputs: &Value) -> Value {
    let mut outputs: Vec<Value> = outputs
        .as_array()
        .into_iter()
        .flatten()
        .map(|items| items.as_array().into_iter().flatten().map(item).collect())
        .collect();
    while outputs.last().is_some_and(|items| items == &json!([])) {
        outputs.pop();
    }
    json!(outputs)
}

fn item(item: &Value) -> Value {
    let mut shown = json!({ "json": item["json"], "pairedItem": pairing(&item["pairedItem"]) });
    if item.get("error").is_some() {
        shown["failed"] = json!(true);
    }
    let metadata = item.get("metadata").or_else(|| item["extra"].get("metadata"));
    if let Some(workflow) = metadata.and_then(|metadata| metadata.pointer("/subExecution/workflowId")) {
        shown["called"] = workflow.clone();
    }
    if let Some(binary) = item.get("binary") {
        shown["binary"] = binary.clone();
    }
    shown
}

/// A pairing in its long form: n8n writes some as numbers, and input 0 now and then.
fn pairing(pairing: &Value) -> Value {
    let one = |reference: &Value| {
        let item = if reference.is_number() { reference } else { &reference["item"] };
        json!({ "item": item, "input": reference["input"].as_u64().unwrap_or(0) })
    };
    match pairing {
        Value::Null => Value::Null,
        Value::Array(references) => references.iter().map(one).collect(),
        reference => json!([one(reference)]),
    }
}
