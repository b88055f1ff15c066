//! 2,000 calls of a workflow: one with 40 Set nodes behind a branch that is never taken, and an empty one.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use heddle_node::{Item, Json, Registry};
use heddle_runner::{Host, RunOptions, Status, WorkflowFolder};
use heddle_tests::measure::median;
use heddle_workflow::Workflow;
use serde_json::{Value, json};

use crate::{Bench, ROUNDS, assignment, node, parse, to};

const CALLS: usize = 2000;
const SETS: usize = 40;

/// Measures our engine and, where there is an oracle, n8n's on a twentieth of the calls.
pub(crate) fn measure(bench: &Bench) {
    let oracle = std::env::var_os("HEDDLE_ORACLE");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, workflow: &Value| {
        std::fs::write(folder.path().join(name), workflow.to_string()).expect("it can be written");
    };
    write("large.json", &called(SETS));
    write("empty.json", &called(0));
    for name in ["large", "empty"] {
        let calling = calling(name);
        write("calling.json", &calling);
        let parsed = parse(&calling);
        let host = Host::new(Registry::linked().expect("nodes"))
            .with_workflows(Arc::new(WorkflowFolder::new(folder.path())));
        run(bench, &host, &parsed);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(run(bench, &host, &parsed).as_secs_f64() / CALLS as f64);
            if let Some(oracle) = &oracle {
                theirs.push(ask_oracle(Path::new(oracle), folder.path()));
            }
        }
        let time = median(&mut ours);
        print!("a call of {name}.json: {:.4} ms (target 0.05)", time * 1e3);
        match oracle {
            Some(_) => {
                let n8n = median(&mut theirs);
                println!("; n8n {:.1} ms, {:.0} times ours (target 400)", n8n * 1e3, n8n / time);
            }
            None => println!("; HEDDLE_ORACLE is not set: no comparison with n8n"),
        }
    }
}

fn run(bench: &Bench, host: &Host, workflow: &Workflow) -> Duration {
    let options = RunOptions { items: Some(items(CALLS)), ..RunOptions::default() };
    let start = Instant::now();
    let result = bench.runtime.block_on(host.run(workflow, options)).expect("the workflow can run");
    let time = start.elapsed();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let outputs = result.last_outputs("Call").expect("it has run");
    assert_eq!(outputs[0].len(), CALLS);
    time
}

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|number| Item::new(Json::from(json!({ "n": number })))).collect()
}

fn calling(name: &str) -> Value {
    json!({
        "name": "Calling",
        "nodes": [
            node("Start", "manualTrigger", 1.0, 0, json!({})),
            node("Call", "executeWorkflow", 1.2, 200, json!({ "mode": "each", "options": {},
                "workflowId": { "__rl": true, "mode": "id", "value": name } })),
        ],
        "connections": { "Start": { "main": [to("Call")] } },
        "settings": { "executionOrder": "v1" },
    })
}

/// A trigger, and an If that always takes its second way; behind its first one stand so many Set nodes.
fn called(sets: usize) -> Value {
    let mut nodes =
        vec![node("Start", "executeWorkflowTrigger", 1.1, 0, json!({ "inputSource": "passthrough" }))];
    let mut connections = serde_json::Map::new();
    let name = |number: usize| format!("Set {number}");
    if sets > 0 {
        nodes.push(node(
            "If",
            "if",
            2.2,
            200,
            json!({ "options": {}, "conditions": {
            "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
            "combinator": "and",
            "conditions": [{ "id": "1", "leftValue": "={{ $json.n }}", "rightValue": 0,
                             "operator": { "type": "number", "operation": "lt" } }] } }),
        ));
        nodes.push(node("Done", "noOp", 1.0, 400, json!({})));
        connections.insert("Start".to_owned(), json!({ "main": [to("If")] }));
        connections.insert("If".to_owned(), json!({ "main": [to(&name(0)), to("Done")] }));
    }
    for number in 0..sets {
        let value = assignment("value", "={{ $json.n * 2 }}", "number");
        let parameters = json!({ "assignments": { "assignments": [value] }, "options": {} });
        nodes.push(node(&name(number), "set", 3.4, 400 + 200 * number as u32, parameters));
        if number > 0 {
            connections.insert(name(number - 1), json!({ "main": [to(&name(number))] }));
        }
    }
    json!({ "name": "Called", "nodes": nodes, "connections": connections, "settings": { "executionOrder": "v1" } })
}

/// n8n's engine time for one call, in seconds.
fn ask_oracle(oracle: &Path, folder: &Path) -> f64 {
    let calls = CALLS / 20;
    let input = folder.join("items");
    let text = Json::from_iter(items(calls).iter().map(|item| item.json.clone())).to_string();
    std::fs::write(&input, text).expect("it can be written");
    let mut command = Command::new(oracle);
    command
        .args(["--time", "--engine", "vm", "--timeout", "300000", "--workflows"])
        .arg(folder)
        .arg("--items");
    let output = command.arg(&input).arg(folder.join("calling.json")).stderr(Stdio::null()).output();
    let output = output.expect("the oracle runs");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the oracle prints one JSON line");
    assert_eq!(answer["status"], "success", "{answer}");
    answer["time"]["engineMs"].as_f64().expect("a time") / 1e3 / calls as f64
}
