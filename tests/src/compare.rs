//! Compares a run with what the oracle gave for the same workflow and items.

use heddle_runner::RunResult;
use serde_json::{Map, Value, json};

/// Compares a run, node by node and item by item, with an answer of the oracle.
///
/// # Errors
/// Says where they differ first, and how.
pub fn compare_run(expected: &Value, result: &RunResult) -> Result<(), String> {
    let ours = serde_json::to_value(result).map_err(|error| error.to_string())?;
    compare("status", &expected["status"], &ours["status"])?;
    compare_error(&expected["error"], result)?;
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
