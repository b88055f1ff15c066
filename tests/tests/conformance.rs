//! Workflows recorded from n8n run here, node by node and item by item, as they did there.
//!
//! A case is a folder of `tests/conformance/workflows`: `workflow.json`, `items.json` (what enters at the start node),
//! `expected.json` (what n8n gave) and `recorded-with`. A case with a file `differs` is answered otherwise on purpose; the
//! file says why, and `COMPATIBILITY.md` has it too.

use std::path::Path;

use heddle_node::Registry;
use heddle_nodes as _;
use heddle_runner::{Host, RunOptions, RunResult};
use heddle_workflow::Workflow;
use serde_json::{Map, Value, json};

#[tokio::test]
async fn recorded_workflows_run_as_in_n8n() {
    let folder = heddle_tests::root().join("tests/conformance/workflows");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.join("workflow.json").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 150, "only {} cases are there", cases.len());
    let host = Host::new(Registry::linked().expect("nodes"));
    let mut faults = Vec::new();
    let mut differing = 0;
    for case in &cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let result = run_case(&host, case).await;
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

async fn run_case(host: &Host, case: &Path) -> Result<(), String> {
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
    let options = RunOptions { items, pins, ..RunOptions::default() };
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
        "executionIndex": run["executionIndex"],
        "status": run["status"],
        "source": run["source"],
        "outputs": outputs(&run["outputs"]),
    })
}

fn our_run(run: &Value) -> Value {
    json!({
        "executionIndex": run["executionIndex"],
        "status": run["executionStatus"],
        "source": run["source"],
        "outputs": outputs(&run["data"]["main"]),
    })
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
