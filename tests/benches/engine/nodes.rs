//! The nodes that work on whole lists, on 10,000 items of 20 fields, beside n8n's engine: engine time, warm, rounds
//! interleaved.

use std::path::Path;
use std::process::{Command, Stdio};

use heddle_node::{Item, Json};
use heddle_tests::measure::median;
use serde_json::{Value, json};

use crate::{Bench, ROUNDS, node, parse, to};

const ITEMS: usize = 10_000;
const FIELDS: usize = 20;
/// How many times faster than n8n each is to be.
const TARGET: u32 = 20;

/// Measures our engine and, where there is an oracle, n8n's, in rounds one after the other.
pub(crate) fn measure(bench: &Bench) {
    let oracle = std::env::var_os("HEDDLE_ORACLE");
    if oracle.is_none() {
        println!("HEDDLE_ORACLE is not set: no comparison with n8n");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let items = items();
    let input = folder.path().join("items.json");
    let text = Json::from_iter(items.iter().map(|item| item.json.clone())).to_string();
    std::fs::write(&input, text).expect("it can be written");
    for (what, workflow) in workflows() {
        let file = folder.path().join("workflow.json");
        std::fs::write(&file, workflow.to_string()).expect("it can be written");
        let parsed = parse(&workflow);
        let given = |items: &[Item]| -> Vec<Item> {
            match what {
                "split out" => vec![list_of(items)],
                _ => items.to_vec(),
            }
        };
        if what == "split out" {
            let list = Json::from_iter([list_of(&items).json]).to_string();
            std::fs::write(folder.path().join("list.json"), list).expect("it can be written");
        }
        let input = if what == "split out" { folder.path().join("list.json") } else { input.clone() };
        bench.run(&parsed, given(&items));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(bench.run(&parsed, given(&items)).as_secs_f64());
            if let Some(oracle) = &oracle {
                theirs.push(ask_oracle(Path::new(oracle), &file, &input));
            }
        }
        let time = median(&mut ours);
        print!("{what}: {:.2} ms, {:.2} µs an item", time * 1e3, time * 1e6 / ITEMS as f64);
        if oracle.is_some() {
            let n8n = median(&mut theirs);
            print!("; n8n {:.0} ms, {:.1} times ours (target {TARGET})", n8n * 1e3, n8n / time);
        }
        println!();
    }
}

/// What is measured, and a workflow that does it.
fn workflows() -> Vec<(&'static str, Value)> {
    let condition = |id: &str, left: &str, operator: Value, right: Value| json!({ "id": id, "leftValue": left, "rightValue": right, "operator": operator });
    let number = |operation: &str| json!({ "type": "number", "operation": operation });
    let filter = json!({
        "conditions": {
            "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
            "conditions": [
                condition("1", "={{ $json.field1 }}", number("gt"), json!(100)),
                condition("2", "={{ $json.field3 }}", number("lt"), json!(6000)),
                condition("3", "={{ $json.field0 }}", json!({ "type": "string", "operation": "contains" }), json!("7")),
            ],
            "combinator": "and",
        },
        "options": {},
    });
    let sort = json!({
        "sortFieldsUi": { "sortField": [
            { "fieldName": "group", "order": "ascending" }, { "fieldName": "field1", "order": "descending" },
        ] },
        "options": {},
    });
    let summarize = json!({
        "fieldsToSummarize": { "values": [
            { "aggregation": "sum", "field": "field1" }, { "aggregation": "countUnique", "field": "field0" },
        ] },
        "fieldsToSplitBy": "group", "options": {},
    });
    let assignments = json!({ "assignments": { "assignments": [
        { "id": "1", "name": "day", "type": "string", "value": "={{ DateTime.fromISO($json.date).toFormat('dd.MM.yyyy') }}" },
    ] }, "includeOtherFields": true, "options": {} });
    vec![
        ("filter by three conditions", single(node("Node", "filter", 2.2, 200, filter))),
        ("sort", single(node("Node", "sort", 1.0, 200, sort))),
        (
            "aggregate",
            single(node(
                "Node",
                "aggregate",
                1.0,
                200,
                json!({ "aggregate": "aggregateAllItemData", "options": {} }),
            )),
        ),
        ("summarize", single(node("Node", "summarize", 1.1, 200, summarize))),
        (
            "remove duplicates",
            single(node(
                "Node",
                "removeDuplicates",
                2.0,
                200,
                json!({
                    "operation": "removeDuplicateInputItems", "compare": "selectedFields", "fieldsToCompare": "field0,group",
                    "options": {},
                }),
            )),
        ),
        ("merge by a field", merge()),
        (
            "split out",
            single(node("Node", "splitOut", 1.0, 200, json!({ "fieldToSplitOut": "list", "options": {} }))),
        ),
        (
            "date format (node)",
            single(node(
                "Node",
                "dateTime",
                2.0,
                200,
                json!({
                    "operation": "formatDate", "date": "={{ $json.date }}", "format": "custom", "customFormat": "dd.MM.yyyy",
                    "outputFieldName": "day", "options": { "includeInputFields": true },
                }),
            )),
        ),
        ("date format (expression)", single(node("Node", "set", 3.4, 200, assignments))),
        ("loop in batches of 100", looped()),
    ]
}

fn single(node: Value) -> Value {
    json!({
        "name": "Node", "nodes": [crate::node("Start", "manualTrigger", 1.0, 0, json!({})), node],
        "connections": { "Start": { "main": [to("Node")] } }, "settings": { "executionOrder": "v1" },
    })
}

/// The items with themselves: 10,000 by 10,000.
fn merge() -> Value {
    let parameters = json!({
        "mode": "combine", "combineBy": "combineByFields", "fieldsToMatchString": "field0", "joinMode": "keepMatches",
        "outputDataFrom": "both", "options": {},
    });
    let second = json!([[
        { "node": "Merge", "type": "main", "index": 0 }, { "node": "Merge", "type": "main", "index": 1 },
    ]]);
    json!({
        "name": "Merge",
        "nodes": [node("Start", "manualTrigger", 1.0, 0, json!({})), node("Merge", "merge", 3.2, 200, parameters)],
        "connections": { "Start": { "main": second } }, "settings": { "executionOrder": "v1" },
    })
}

fn looped() -> Value {
    json!({
        "name": "Loop",
        "nodes": [
            node("Start", "manualTrigger", 1.0, 0, json!({})),
            node("Loop", "splitInBatches", 3.0, 200, json!({ "batchSize": 100, "options": {} })),
            node("Body", "noOp", 1.0, 400, json!({})),
        ],
        "connections": {
            "Start": { "main": [to("Loop")] },
            "Loop": { "main": [[], to("Body")] },
            "Body": { "main": [to("Loop")] },
        },
        "settings": { "executionOrder": "v1" },
    })
}

/// n8n's engine time for the workflow, in seconds, once it is warm.
fn ask_oracle(oracle: &Path, workflow: &Path, items: &Path) -> f64 {
    let mut command = Command::new(oracle);
    command.args(["--time", "--repeat", "3", "--engine", "vm", "--timeout", "300000", "--items"]);
    let output = command.arg(items).arg(workflow).stderr(Stdio::null()).output().expect("the oracle runs");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the oracle prints one JSON line");
    assert_eq!(answer["status"], "success", "{answer}");
    answer["time"]["engineMs"]["median"].as_f64().expect("a time") / 1e3
}

fn list_of(items: &[Item]) -> Item {
    let mut json = Json::object();
    json.insert("list", items.iter().map(|item| item.json.clone()).collect::<Json>());
    Item::new(json)
}

/// Texts, numbers, a group of hundred and a date.
fn items() -> Vec<Item> {
    let item = |number: usize| {
        let mut json = Json::object();
        for field in 0..FIELDS - 2 {
            let value = match field % 2 {
                0 => Json::from(format!("value {field} of item {number}")),
                _ => Json::from((number * field) as f64 / 4.0),
            };
            json.insert(&format!("field{field}"), value);
        }
        json.insert("group", Json::from(format!("group {}", number * 7919 % 100)));
        json.insert(
            "date",
            Json::from(format!("2026-{:02}-{:02}T10:00:00.000Z", number % 12 + 1, number % 28 + 1)),
        );
        Item::new(json)
    };
    (0..ITEMS).map(item).collect()
}
