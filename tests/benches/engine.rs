//! The engine on a workload of plain data nodes: manual trigger, Set with five expressions, If, No Operation, over items
//! of ten fields.
//!
//! `cargo bench --package heddle-tests --bench engine [-- PART…]` with the parts
//! - `time`: engine time for 10,000 items, and the whole process, with its peak memory. Where `HEDDLE_ORACLE` names the
//!   program that runs the real n8n, its engine time stands beside it, rounds interleaved, as a ratio.
//! - `growth`: engine time per item for 10,000, 100,000 and 1,000,000 items.
//! - `memory`: peak memory for 1,000,000 items against their JSON text.
//! - `runs`: 1,000 runs of a two-node workflow in one process.
//! - `lists`: expressions over all items from each of them, for 2,000 and 8,000 items, and what a touched item costs.
//! - `code`: the Code node on 10,000 items of 20 fields, beside n8n's runner.
//! - `calls`: 2,000 calls of a workflow with 40 Set nodes behind a branch that is never taken, and of an empty one. Where
//!   `HEDDLE_ORACLE` is set, n8n's time for the same files stands beside it.
//! - `nodes`: filter, sort, aggregate, summarize, remove duplicates, merge, split out, dates and a loop on 10,000 items of 20
//!   fields, beside n8n's engine.
//! - `loop`: a loop that goes round 10,000 times, its first thousand rounds against its last.

#[path = "engine/calls.rs"]
mod calls;
#[path = "engine/code.rs"]
mod code;
#[path = "engine/nodes.rs"]
mod nodes;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use heddle_node::{Item, Json, Registry};
use heddle_nodes as _;
use heddle_runner::events::{Event, EventSink};
use heddle_runner::{Host, RunOptions, Status};
use heddle_tests::measure::{median, peak_memory};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// The allocator of the `heddle` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 9;

fn main() {
    let parts: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|own| own == part);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let host = Host::new(Registry::linked().expect("nodes"));
    let bench = Bench { runtime, host, workflow: parse(&workload()) };
    if wanted("time") {
        bench.measure_time();
    }
    if wanted("growth") {
        bench.measure_growth();
    }
    if wanted("runs") {
        bench.measure_runs();
    }
    if wanted("loop") {
        bench.measure_loop();
    }
    if wanted("calls") {
        calls::measure(&bench);
    }
    if wanted("code") {
        code::measure(&bench);
    }
    if wanted("nodes") {
        nodes::measure(&bench);
    }
    if wanted("lists") {
        bench.measure_lists();
    }
    if wanted("memory") {
        measure_memory();
    }
}

struct Bench {
    runtime: tokio::runtime::Runtime,
    host: Host,
    workflow: Workflow,
}

impl Bench {
    /// Runs a workflow on items and gives the time that its engine took.
    fn run(&self, workflow: &Workflow, items: Vec<Item>) -> Duration {
        let options = RunOptions { items: Some(items), ..RunOptions::default() };
        let start = Instant::now();
        let result = self.runtime.block_on(self.host.run(workflow, options)).expect("the workflow can run");
        let time = start.elapsed();
        assert_eq!(result.status, Status::Success);
        time
    }

    fn measure_lists(&self) {
        const LISTS: [&str; 9] = [
            "$input.all().map(item => item.json.price).length",
            "$input.all().filter(item => item.json.price > 20).length",
            "$('Items').all().map(item => item.json.price).length",
            "$items().map(item => item.json.price).length",
            "$items('Items').filter(item => item.json.price > 20).length",
            "$input.all().reduce((sum, item) => sum + item.json.price, 0)",
            // These are JavaScript's.
            "$input.all().map(item => { let price = item.json.price; return price }).length",
            "$items().filter(item => { let price = item.json.price; return price > 20 }).length",
            "(() => { let sum = 0; for (const item of $('Items').all()) { sum += item.json.price; } return sum })()",
        ];
        for expression in LISTS {
            let workflow = parse(&json!({
                "nodes": [
                    { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {} },
                    { "name": "Items", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [100, 0], "parameters": {} },
                    { "name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0], "parameters": {
                        "assignments": { "assignments": [
                            { "id": "1", "name": "value", "type": "number", "value": format!("={{{{ {expression} }}}}") }
                        ] }, "options": {} } },
                ],
                "connections": {
                    "Start": { "main": [[{ "node": "Items", "type": "main", "index": 0 }]] },
                    "Items": { "main": [[{ "node": "Set", "type": "main", "index": 0 }]] },
                },
                "settings": { "executionOrder": "v1" },
            }));
            let mut line = String::new();
            for count in [2_000, 8_000] {
                let rounds = if count == 2_000 { ROUNDS } else { 3 };
                let mut times: Vec<Duration> =
                    (0..rounds).map(|_| self.run(&workflow, items(count))).collect();
                let time = median(&mut times);
                let touched = time.as_secs_f64() * 1e9 / (count * count) as f64;
                let _ = write!(
                    line,
                    "{count} items: {:.2} s, {touched:.0} ns a touched item   ",
                    time.as_secs_f64()
                );
            }
            println!("{line} {expression}");
        }
    }

    fn measure_time(&self) {
        const ITEMS: usize = 10_000;
        let folder = tempfile::tempdir().expect("a folder");
        let items = items(ITEMS);
        let input = folder.path().join("items.json");
        let file = folder.path().join("workflow.json");
        fs::write(&input, text_of(&items)).unwrap();
        fs::write(&file, workload().to_string()).unwrap();
        let whole = || {
            let mut command = heddle_tests::heddle();
            command.args(["run", "--quiet", "--input"]).arg(&input).arg(&file);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let oracle = std::env::var_os("HEDDLE_ORACLE");
        let (mut ours, mut process, mut vm, mut legacy) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.run(&self.workflow, items.clone());
        for round in 1..=ROUNDS {
            ours.push(self.run(&self.workflow, items.clone()).as_secs_f64());
            let start = Instant::now();
            assert!(whole().status().expect("the binary runs").success());
            process.push(start.elapsed().as_secs_f64());
            if let Some(oracle) = &oracle {
                vm.push(ask_oracle(oracle.as_ref(), "vm", &file, &input));
                legacy.push(ask_oracle(oracle.as_ref(), "legacy", &file, &input));
                println!(
                    "round {round}: ours {:.4} s, vm {:.2} s, legacy {:.2} s",
                    ours[round - 1],
                    vm[round - 1],
                    legacy[round - 1]
                );
            }
        }
        let peak = peak_memory(&mut whole()) as f64 / 1e6;
        let engine = median(&mut ours);
        println!(
            "{ITEMS} items, median of {ROUNDS}: engine {:.1} ms ({:.2} µs an item), whole process {:.1} ms (target 90), \
             peak {peak:.1} MB (target 92)",
            engine * 1e3,
            engine * 1e6 / ITEMS as f64,
            median(&mut process) * 1e3,
        );
        if oracle.is_some() {
            let (vm, legacy) = (median(&mut vm), median(&mut legacy));
            println!(
                "n8n's engine: vm {vm:.2} s, {:.0} times ours (target 1000); legacy {legacy:.2} s, {:.0} times ours (target 150)",
                vm / engine,
                legacy / engine
            );
        } else {
            println!("HEDDLE_ORACLE is not set: no comparison with n8n");
        }
    }

    fn measure_growth(&self) {
        let mut per_item = Vec::new();
        for (count, rounds) in [(10_000, 21), (100_000, 9), (1_000_000, 7)] {
            let items = items(count);
            let mut times: Vec<f64> =
                (0..rounds).map(|_| self.run(&self.workflow, items.clone()).as_secs_f64()).collect();
            per_item.push(median(&mut times) / count as f64);
            println!("{count} items: {:.2} µs an item", median(&mut times) * 1e6 / count as f64);
        }
        println!(
            "growth of the time per item: 100,000 to 1,000,000 {:.2} (target 1.25), 10,000 to 1,000,000 {:.2} (target 2.5)",
            per_item[2] / per_item[1],
            per_item[2] / per_item[0]
        );
    }

    fn measure_runs(&self) {
        const RUNS: u32 = 1000;
        let workflow = parse(&two_nodes());
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for number in 0..RUNS {
                self.run(&workflow, vec![Item::new(Json::from(json!({ "n": number })))]);
            }
            times.push(start.elapsed() / RUNS);
        }
        println!("a run of a two-node workflow in one process: {:.1?} (target 200 µs)", median(&mut times));
    }

    fn measure_loop(&self) {
        const TURNS: usize = 10_000;
        const SLICE: usize = 1000;
        let workflow = parse(&turning(TURNS));
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let turns = Arc::new(Turns::default());
            let host = Host::new(Registry::linked().expect("nodes")).with_events(turns.clone());
            let items = vec![Item::new(Json::from(json!({ "n": 0 })))];
            let options = RunOptions { items: Some(items), ..RunOptions::default() };
            let result = self.runtime.block_on(host.run(&workflow, options)).expect("the workflow can run");
            assert_eq!(result.status, Status::Success);
            let moments = turns.0.lock().unwrap();
            assert_eq!(moments.len(), TURNS);
            // The very first turns make the engine and its caches.
            first.push((moments[2 * SLICE] - moments[SLICE]).as_secs_f64());
            last.push((moments[TURNS - 1] - moments[TURNS - 1 - SLICE]).as_secs_f64());
        }
        let (first, last) = (median(&mut first), median(&mut last));
        println!(
            "{TURNS} rounds of a loop: {:.1} µs a round at the beginning, {:.1} µs at the end, ratio {:.2} (target 1)",
            first * 1e6 / SLICE as f64,
            last * 1e6 / SLICE as f64,
            last / first
        );
    }
}

/// When the node `Count` began, each time.
#[derive(Default)]
struct Turns(Mutex<Vec<Instant>>);

impl EventSink for Turns {
    fn receive(&self, event: &Event) {
        if let Event::NodeStarted { at, .. } = event
            && &*at.node == "Count"
        {
            self.0.lock().unwrap().push(Instant::now());
        }
    }
}

fn measure_memory() {
    const ITEMS: usize = 1_000_000;
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("items.json");
    let text = text_of(&items(ITEMS));
    fs::write(&input, &text).unwrap();
    let size = text.len() as f64;
    drop(text);
    let only_trigger = json!({ "name": "Read", "nodes": [node("Start", "manualTrigger", 1.0, 0, json!({}))],
        "connections": {}, "settings": { "executionOrder": "v1" } });
    println!("{ITEMS} items: JSON text {:.1} MB", size / 1e6);
    for (what, workflow, output, target) in [
        ("after reading", &only_trigger, "items", 3),
        ("all run data kept", &workload(), "run-data", 6),
        ("--output items", &workload(), "items", 4),
    ] {
        let file = folder.path().join("workflow.json");
        fs::write(&file, workflow.to_string()).unwrap();
        let mut peaks: Vec<u64> = (0..3)
            .map(|_| {
                let mut command = heddle_tests::heddle();
                command.args(["run", "--quiet", "--output", output, "--input"]).arg(&input).arg(&file);
                peak_memory(command.stdout(Stdio::null()).stderr(Stdio::null()))
            })
            .collect();
        let peak = median(&mut peaks) as f64;
        println!("{what}: peak {:.1} MB, {:.2} times the text (target {target})", peak / 1e6, peak / size);
    }
}

/// n8n's own engine time for the workflow, in seconds.
fn ask_oracle(oracle: &Path, engine: &str, workflow: &Path, items: &Path) -> f64 {
    let mut command = Command::new(oracle);
    command.args(["--time", "--engine", engine, "--timeout", "300000", "--items"]).arg(items).arg(workflow);
    let output = command.stderr(Stdio::null()).output().expect("the oracle runs");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the oracle prints one JSON line");
    assert_eq!(answer["status"], "success", "{answer}");
    answer["time"]["engineMs"].as_f64().expect("a time") / 1e3
}

fn parse(workflow: &Value) -> Workflow {
    Workflow::parse("bench.json", &workflow.to_string()).expect("a workflow")
}

fn node(name: &str, kind: &str, version: f64, x: u32, parameters: Value) -> Value {
    json!({
        "id": name, "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
        "position": [x, 0], "parameters": parameters,
    })
}

fn assignment(name: &str, value: &str, kind: &str) -> Value {
    json!({ "id": name, "name": name, "value": value, "type": kind })
}

fn condition(left: &str, right: u32) -> Value {
    json!({
        "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
        "conditions": [{ "id": "1", "leftValue": left, "rightValue": right,
            "operator": { "type": "number", "operation": "gt" } }],
        "combinator": "and",
    })
}

fn to(node: &str) -> Value {
    json!([{ "node": node, "type": "main", "index": 0 }])
}

fn workload() -> Value {
    let assignments = [
        assignment("full", "={{ $json.first }} {{ $json.last }}", "string"),
        assignment("up", "={{ $json.first.toUpperCase() }}", "string"),
        assignment("total", "={{ $json.qty * $json.price }}", "number"),
        assignment("adult", "={{ $json.age >= 18 }}", "boolean"),
        assignment("city", "={{ $json.address.city }}", "string"),
    ];
    json!({
        "name": "Workload",
        "nodes": [
            node("Start", "manualTrigger", 1.0, 0, json!({})),
            node("Set", "set", 3.4, 200, json!({
                "assignments": { "assignments": assignments }, "includeOtherFields": true, "options": {},
            })),
            node("If", "if", 2.2, 400, json!({ "conditions": condition("={{ $json.total }}", 50), "options": {} })),
            node("End", "noOp", 1.0, 600, json!({})),
        ],
        "connections": {
            "Start": { "main": [to("Set")] }, "Set": { "main": [to("If")] }, "If": { "main": [to("End")] },
        },
        "settings": { "executionOrder": "v1" },
    })
}

fn two_nodes() -> Value {
    json!({
        "name": "Two nodes",
        "nodes": [
            node("Start", "manualTrigger", 1.0, 0, json!({})),
            node("Set", "set", 3.4, 200, json!({
                "assignments": { "assignments": [assignment("m", "={{ $json.n + 1 }}", "number")] }, "options": {},
            })),
        ],
        "connections": { "Start": { "main": [to("Set")] } },
        "settings": { "executionOrder": "v1" },
    })
}

/// Counts up to `turns`.
fn turning(turns: usize) -> Value {
    json!({
        "name": "Loop",
        "nodes": [
            node("Start", "manualTrigger", 1.0, 0, json!({})),
            node("Count", "set", 3.4, 200, json!({
                "assignments": { "assignments": [assignment("n", "={{ $json.n + 1 }}", "number")] }, "options": {},
            })),
            node("Enough", "if", 2.2, 400, json!({
                "conditions": condition("={{ $json.n }}", u32::try_from(turns).expect("few turns") - 1), "options": {},
            })),
            node("End", "noOp", 1.0, 600, json!({})),
        ],
        "connections": {
            "Start": { "main": [to("Count")] },
            "Count": { "main": [to("Enough")] },
            "Enough": { "main": [to("End"), to("Count")] },
        },
        "settings": { "executionOrder": "v1" },
    })
}

fn items(count: usize) -> Vec<Item> {
    let text = (0..count).fold(String::from("["), |mut text, number| {
        let _ = write!(
            text,
            r#"{}{{"first":"Given{number}","last":"Family{}","qty":{},"price":{},"age":{},"address":{{"city":"Town {}","zip":"{:05}"}},"email":"person{number}@example.com","active":{},"tags":["a","b{}"],"note":"note number {number}"}}"#,
            if number == 0 { "" } else { "," },
            number * 7 % 1009,
            number % 11,
            f64::from(u32::try_from(number % 313).expect("a small number")) / 4.0,
            number % 90,
            number % 101,
            number % 99_999,
            number % 3 == 0,
            number % 5,
        );
        text
    });
    let items = Json::parse(&(text + "]")).expect("the items are JSON");
    items.into_array().expect("a list").into_iter().map(Item::new).collect()
}

fn text_of(items: &[Item]) -> String {
    Json::from_iter(items.iter().map(|item| item.json.clone())).to_string()
}
