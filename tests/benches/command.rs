//! The whole command: peak memory of 100,000 items of 20 fields read from a file (target: at most 3 times their JSON
//! text), and the time from process start to the result of a two-node workflow (target: under 15 ms).
//!
//! `cargo bench --package heddle-tests --bench command`

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use heddle_tests::measure::{median, peak_memory};
use serde_json::json;

const ITEMS: usize = 100_000;
const ROUNDS: usize = 21;

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let workflow = folder.path().join("workflow.json");
    fs::write(&workflow, two_nodes().to_string()).unwrap();
    measure_memory(folder.path(), &workflow);
    measure_start(&workflow);
}

fn two_nodes() -> serde_json::Value {
    json!({
        "name": "Two nodes",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
              "position": [0, 0], "parameters": {} },
            { "id": "2", "name": "Pass", "type": "n8n-nodes-base.noOp", "typeVersion": 1,
              "position": [200, 0], "parameters": {} },
        ],
        "connections": { "Start": { "main": [[{ "node": "Pass", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn measure_memory(folder: &std::path::Path, workflow: &std::path::Path) {
    let mut text = String::from("[");
    for item in 0..ITEMS {
        let _ = write!(text, "{}{{", if item == 0 { "" } else { "," });
        for field in 0..20 {
            let separator = if field == 0 { "" } else { "," };
            let _ = match field % 4 {
                0 => write!(text, "{separator}\"field{field}\":{}", item * 31 + field),
                1 => write!(text, "{separator}\"field{field}\":\"value {item} of {field}\""),
                2 => write!(text, "{separator}\"field{field}\":{}.{}", item % 977, field),
                _ => write!(text, "{separator}\"field{field}\":{}", item % (field + 2) == 0),
            };
        }
        text.push('}');
    }
    text.push(']');
    let input = folder.join("items.json");
    fs::write(&input, &text).unwrap();
    let mut peaks: Vec<u64> = (0..7).map(|_| peak_memory(run(workflow).arg("--input").arg(&input))).collect();
    let peak = median(&mut peaks);
    println!(
        "{ITEMS} items of 20 fields: JSON text {:.1} MB, peak memory {:.1} MB, ratio {:.2} (target 3)",
        text.len() as f64 / 1e6,
        peak as f64 / 1e6,
        peak as f64 / text.len() as f64
    );
}

fn measure_start(workflow: &std::path::Path) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let status = run(workflow).status().expect("the binary runs");
            assert!(status.success());
            start.elapsed()
        })
        .collect();
    println!(
        "process start to result, two nodes, median of {ROUNDS}: {:.2?} (target 15 ms)",
        median(&mut times)
    );
}

fn run(workflow: &std::path::Path) -> Command {
    let mut command = heddle_tests::heddle();
    command.arg("run").arg(workflow).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
