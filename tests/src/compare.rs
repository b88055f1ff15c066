//! Compares a run with what the oracle gave for the same workflow and items.

use heddle_node::Item;
use heddle_runner::RunResult;
use heddle_workflow::SerializedItems;
use serde_json::{Map, Value, json};

/// Compares a run, node by node and item by item, with an answer of the oracle.
///
/// # Errors
/// Says where they differ first, and how.
pub fn compare_run(expected: &Value, result: &RunResult) -> Result<(), String> {
    let ours = serde_json::to_value(result).map_err(|error| error.to_string())?;
    compare("status", &expected["status"], &ours["status"])?;
    compare_error("the error", &expected["error"], &ours["data"]["resultData"]["error"])?;
    let expected_nodes = expected["nodes"].as_object().cloned().unwrap_or_default();
    let our_nodes = ours["data"]["resultData"]["runData"].as_object().cloned().unwrap_or_default();
    let names = |nodes: &Map<String, Value>| {
        let mut names: Vec<String> = nodes.keys().cloned().collect();
        names.sort();
        json!(names)
    };
    compare("the nodes that ran", &names(&expected_nodes), &names(&our_nodes))?;
    for (name, runs) in &expected_nodes {
        let list = |runs: &Value| runs.as_array().cloned().unwrap_or_default();
        let (expected, ours) = (list(runs), list(&our_nodes[name]));
        let shown = |runs: &[Value], show: fn(&Value) -> Value| runs.iter().map(show).collect();
        compare_runs(name, &shown(&expected, expected_run), &shown(&ours, our_run))?;
        compare_errors(name, &expected, &ours)?;
    }
    Ok(())
}

/// Compares the outputs of the last node of a run that kept all outputs with those of one that released them.
///
/// # Errors
/// Says how they differ.
///
/// # Panics
/// When items are no JSON.
pub fn compare_last_outputs(all: &RunResult, sparing: &RunResult) -> Result<(), String> {
    let last = |result: &RunResult| {
        let node = result.last_node_executed().map(str::to_owned);
        let outputs = node.as_deref().and_then(|node| result.last_outputs(node));
        let outputs = outputs.map(|outputs| {
            let items = |items: &[Item]| {
                let mut items = serde_json::to_value(SerializedItems(items)).expect("JSON");
                // Errors tell when they happened.
                for item in items.as_array_mut().into_iter().flatten() {
                    item.get_mut("error")
                        .and_then(Value::as_object_mut)
                        .map(|error| error.remove("timestamp"));
                }
                items
            };
            outputs.into_iter().map(items).collect::<Value>()
        });
        (node, outputs)
    };
    if last(all) == last(sparing) {
        return Ok(());
    }
    Err(format!("without the outputs before:\n  with    {:?}\n  without {:?}", last(all), last(sparing)))
}

/// What of a run is compared: the status, the text of the error, and of each node run its outputs.
pub(crate) fn shown(result: &RunResult) -> Value {
    let run = serde_json::to_value(result).expect("a run is JSON");
    let data = &run["data"]["resultData"];
    let nodes: Map<String, Value> = data["runData"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, runs)| {
            let runs = runs.as_array().into_iter().flatten();
            (name.clone(), runs.map(|run| outputs(&run["data"]["main"])).collect())
        })
        .collect();
    let mut shown = json!({ "status": run["status"], "nodes": nodes });
    if let Some(message) = data["error"].get("message") {
        shown["error"] = message.clone();
    }
    shown
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

/// Compares an error object of run data with n8n's: whatever n8n tells must be told alike. Ours may tell more.
///
/// An error of a called workflow stands at the node that called it; its own place is in `context.subWorkflow`
/// (`COMPATIBILITY.md`).
fn compare_error(what: &str, expected: &Value, ours: &Value) -> Result<(), String> {
    if expected.is_null() || ours.is_null() {
        return compare(what, &json!(!expected.is_null()), &json!(!ours.is_null()));
    }
    let place = ours.pointer("/context/subWorkflow").filter(|place| place.get("node").is_some());
    let parameter_of_place = |place: &Value| {
        let path = place["parameter"].as_str().unwrap_or_default();
        json!(path.split(['.', '[']).next())
    };
    for (key, value) in expected.as_object().into_iter().flatten() {
        let what = format!("{what}: {key}");
        match (key.as_str(), place) {
            ("node", Some(place)) => compare(&what, value, &place["node"])?,
            ("nodeType", Some(_)) => {}
            ("node", None) => compare(&what, value, &ours["node"]["name"])?,
            ("nodeType", None) => compare(&what, value, &ours["node"]["type"])?,
            ("context", _) => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let ours = match (key.as_str(), place) {
                        // Of n8n's options of a request those count that are about the request.
                        ("request", _) => {
                            for key in ["method", "uri", "qs", "body", "form"] {
                                compare(
                                    &format!("{what}.request.{key}"),
                                    &value[key],
                                    &ours["context"]["request"][key],
                                )?;
                            }
                            continue;
                        }
                        ("itemIndex", Some(place)) => place["itemIndex"].clone(),
                        ("parameter", Some(place)) => parameter_of_place(place),
                        _ => ours["context"][key].clone(),
                    };
                    compare(&format!("{what}.{key}"), value, &ours)?;
                }
            }
            _ => compare(&what, value, &ours[key])?,
        }
    }
    if expected["name"] == "NodeOperationError" {
        compare(&format!("{what}: functionality"), &json!("regular"), &ours["functionality"])?;
    }
    let has_time =
        expected.get("name").is_none() || ours["timestamp"].is_number() || ours["reason"].is_string();
    compare(&format!("{what}: it has a timestamp"), &json!(true), &json!(has_time))
}

/// The error objects of a node's runs, and of the items in them.
fn compare_errors(name: &str, expected: &[Value], ours: &[Value]) -> Result<(), String> {
    for (index, (expected, ours)) in expected.iter().zip(ours).enumerate() {
        let what = format!("the error of {name}, run {index}");
        compare_error(&what, &expected["error"], &ours["error"])?;
        let outputs = |outputs: &Value| outputs.as_array().cloned().unwrap_or_default();
        for (expected, ours) in outputs(&expected["outputs"]).iter().zip(outputs(&ours["data"]["main"])) {
            for (expected, ours) in expected.as_array().into_iter().flatten().zip(outputs(&ours)) {
                if expected.get("error").is_some() {
                    compare_error(&format!("{what}, of an item"), &expected["error"], &ours["error"])?;
                }
            }
        }
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
    filled_outputs(outputs, item)
}

/// Outputs without empty ones at the end, each item as `shown` shows it.
pub fn filled_outputs(outputs: &Value, shown: impl Fn(&Value) -> Value) -> Value {
    let mut outputs: Vec<Value> = outputs
        .as_array()
        .into_iter()
        .flatten()
        .map(|items| items.as_array().into_iter().flatten().map(&shown).collect())
        .collect();
    while outputs.last().is_some_and(|items| items == &json!([])) {
        outputs.pop();
    }
    json!(outputs)
}

fn item(item: &Value) -> Value {
    let mut shown = json!({ "json": item["json"], "pairedItem": item["pairedItem"] });
    if item.get("error").is_some() {
        shown["failed"] = json!(true);
    }
    let metadata = item.get("metadata").or_else(|| item["extra"].get("metadata"));
    if let Some(workflow) = metadata.and_then(|metadata| metadata.pointer("/subExecution/workflowId")) {
        shown["called"] = workflow.clone();
    }
    // No files at all are as good as none.
    if let Some(binary) = item.get("binary").filter(|binary| *binary != &json!({})) {
        shown["binary"] = binary.clone();
    }
    shown
}
