//! The Code node on 10,000 items of 20 fields, beside n8n's runner.

use std::path::Path;
use std::process::{Command, Stdio};

use heddle_node::{Item, Json};
use heddle_tests::measure::median;
use serde_json::{Value, json};

use crate::{Bench, ROUNDS, node, parse, to};

const ITEMS: usize = 10_000;
const FIELDS: usize = 20;

/// What the code does, the code, and how many times faster than n8n it is to be.
const CODES: [(&str, &str, u32); 4] = [
    (
        "few fields",
        "return $input.all().map(item => ({ json: { name: item.json.field0, total: item.json.field1 + item.json.field3 } }))",
        20,
    ),
    ("every field", "return $input.all().map((item, index) => ({ json: { ...item.json, index } }))", 5),
    (
        "unchanged",
        "for (const item of $input.all()) { if (item.json.field1 < 0) item.json.negative = true; }\nreturn $input.all()",
        20,
    ),
    ("one by one", "return { name: $json.field0, total: $json.field1 + $json.field3 }", 20),
];

/// Measures our engine and, where there is an oracle, n8n's, in rounds one after the other.
pub(crate) fn measure(bench: &Bench) {
    let oracle = std::env::var_os("HEDDLE_ORACLE");
    let folder = tempfile::tempdir().expect("a folder");
    let items = items();
    let input = folder.path().join("items.json");
    let text = Json::from_iter(items.iter().map(|item| item.json.clone())).to_string();
    std::fs::write(&input, text).expect("it can be written");
    for (what, code, target) in CODES {
        let each = what == "one by one";
        let mode = if each { "runOnceForEachItem" } else { "runOnceForAllItems" };
        let workflow = json!({
            "name": "Code",
            "nodes": [
                node("Start", "manualTrigger", 1.0, 0, json!({})),
                node("Code", "code", 2.0, 200, json!({ "mode": mode, "jsCode": code })),
            ],
            "connections": { "Start": { "main": [to("Code")] } },
            "settings": { "executionOrder": "v1" },
        });
        let file = folder.path().join("workflow.json");
        std::fs::write(&file, workflow.to_string()).expect("it can be written");
        let parsed = parse(&workflow);
        bench.run(&parsed, items.clone());
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(bench.run(&parsed, items.clone()).as_secs_f64());
            if let Some(oracle) = &oracle {
                theirs.push(ask_oracle(Path::new(oracle), &file, &input));
            }
        }
        let time = median(&mut ours);
        print!("{what}: {:.1} ms, {:.2} µs an item", time * 1e3, time * 1e6 / ITEMS as f64);
        match oracle {
            Some(_) => {
                let n8n = median(&mut theirs);
                println!("; n8n {:.0} ms, {:.1} times ours (target {target})", n8n * 1e3, n8n / time);
            }
            None => println!("; HEDDLE_ORACLE is not set: no comparison with n8n"),
        }
    }
}

/// n8n's engine time for the workflow, in seconds, once its runner is warm.
fn ask_oracle(oracle: &Path, workflow: &Path, items: &Path) -> f64 {
    let mut command = Command::new(oracle);
    command.args(["--time", "--repeat", "5", "--engine", "vm", "--timeout", "300000", "--items"]);
    let output = command.arg(items).arg(workflow).stderr(Stdio::null()).output().expect("the oracle runs");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the oracle prints one JSON line");
    assert_eq!(answer["status"], "success", "{answer}");
    answer["time"]["engineMs"]["median"].as_f64().expect("a time") / 1e3
}

fn items() -> Vec<Item> {
    let item = |number: usize| {
        let mut json = Json::object();
        for field in 0..FIELDS {
            let value = match field % 2 {
                0 => Json::from(format!("value {field} of item {number}")),
                _ => Json::from((number * field) as f64 / 4.0),
            };
            json.insert(&format!("field{field}"), value);
        }
        Item::new(json)
    };
    (0..ITEMS).map(item).collect()
}
