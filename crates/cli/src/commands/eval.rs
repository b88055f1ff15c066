//! `heddle eval`: evaluates an expression over items, or recorded cases.

use std::path::{Path, PathBuf};

use heddle_expression::Clock;
use heddle_expression::cases::{Recording, evaluate_cases};
use heddle_node::{Json, json};
use heddle_workflow::SerializedItems;

use crate::failure::{FAILED, Failure};

/// What to evaluate.
pub(crate) enum Request {
    /// An expression, for each item of a file or for one empty item.
    Expression { expression: String, input: Option<PathBuf> },
    /// Cases with the scenes that they are evaluated in.
    Cases { cases: PathBuf, fixtures: PathBuf },
}

pub(crate) fn execute(request: &Request, now: Option<&str>) -> Result<u8, Failure> {
    let recording = Recording::at(milliseconds(now)?);
    match request {
        Request::Expression { expression, input } => {
            evaluate_expression(expression, input.as_deref(), &recording)
        }
        Request::Cases { cases, fixtures } => {
            let results =
                evaluate_cases(&read(cases)?, &read(fixtures)?, &recording).map_err(Failure::usage)?;
            super::print(&format!("{}\n", Json::from(results)))?;
            Ok(0)
        }
    }
}

/// Prints the value for each item, a line each.
fn evaluate_expression(expression: &str, input: Option<&Path>, recording: &Recording) -> Result<u8, Failure> {
    let items = match input {
        Some(path) => crate::input::read(path)?,
        None => vec![heddle_node::Item::new(Json::object())],
    };
    let cases: Vec<Json> = (0..items.len())
        .map(|index| json!({ "id": index.to_string(), "fixture": "input", "itemIndex": index, "expression": as_template(expression) }))
        .collect();
    let items =
        heddle_node::to_json(&SerializedItems(&items)).map_err(|error| Failure::usage(error.to_string()))?;
    let fixtures = json!({ "input": {
        "workflow": {
            "name": "Expression",
            "nodes": [
                { "id": "1", "name": "Input", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {} },
                { "id": "2", "name": "Expression", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "parameters": {} },
            ],
            "connections": { "Input": { "main": [[{ "node": "Expression", "type": "main", "index": 0 }]] } },
            "settings": {},
        },
        "active": "Expression",
        "mode": "trigger",
        "runIndex": 0,
        "source": { "main": [{ "previousNode": "Input", "previousNodeOutput": 0, "previousNodeRun": 0 }] },
        "runData": { "Input": [{ "source": [], "items": [items] }] },
        "inputFrom": { "node": "Input", "run": 0, "output": 0 },
    } });
    let results = evaluate_cases(&Json::from(cases), &fixtures, recording).map_err(Failure::usage)?;
    let mut status = 0;
    for (index, result) in results.iter().enumerate() {
        if let Some(error) = result.get("error").and_then(Json::as_str) {
            super::print_error(&format!("item {index}: {error}"));
            status = FAILED;
        } else {
            super::print(&format!("{}\n", result.get("value").unwrap_or(&Json::NULL)))?;
        }
    }
    Ok(status)
}

/// A parameter's text: as it is with its `=`, else a template, else the code of one.
fn as_template(expression: &str) -> String {
    if expression.starts_with('=') {
        expression.to_owned()
    } else if expression.contains("{{") {
        format!("={expression}")
    } else {
        format!("={{{{ {expression} }}}}")
    }
}

fn milliseconds(now: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = now else {
        let since_1970 =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        return Ok(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX));
    };
    let clock = Clock::new(0, "UTC").map_err(|error| Failure::usage(error.to_string()))?;
    heddle_expression::parse_moment(text, &clock)
        .map(|milliseconds| milliseconds as i64)
        .ok_or_else(|| Failure::usage(format!("--now: \"{text}\" is no moment such as 2026-11-25T12:00:00Z")))
}

fn read(path: &Path) -> Result<Json, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Json::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
