//! Run data is written as n8n writes it: the same records give the same JSON, key by key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Json, Source};
use heddle_runner::run_data::{Hint, RunData, RunResult, Status, TaskData, TaskStatus, WorkflowFailure};
use heddle_runner::scheduler::Branches;
use heddle_workflow::{Node, Workflow, read_items};

/// Reads what n8n recorded into our records.
fn read_run(run: &Json) -> RunResult {
    let result_data = run.pointer("/data/resultData").unwrap();
    let nodes = result_data.get("runData").unwrap().as_object().unwrap();
    let mut workflow = Workflow::from_json(&Json::object());
    // Their order in the workflow does not matter, only that of their runs.
    workflow.nodes = nodes.keys().map(|name| Node::new(name, "test.node")).collect();
    workflow.nodes.reverse();
    let mut run_data = RunData::new(&workflow);
    for (name, runs) in nodes.iter() {
        for task in runs.as_array().unwrap() {
            run_data.push(workflow.node_index(name).unwrap(), read_task(task));
        }
    }
    let text = |key| result_data.get(key).and_then(Json::as_str).map(str::to_owned);
    RunResult {
        status: match run.get("status").and_then(Json::as_str).unwrap() {
            "success" => Status::Success,
            "error" => Status::Error,
            other => panic!("{other}"),
        },
        error: result_data.get("error").map(|json| WorkflowFailure {
            message: json.get("message").and_then(Json::as_str).unwrap().to_owned(),
            json: json.clone(),
            ..WorkflowFailure::endless_loop("")
        }),
        cancel_reason: None,
        last_node: text("lastNodeExecuted"),
        run_data,
        background: Vec::new(),
        wait_till: None,
        static_data: None,
        called_static_data: Default::default(),
        answer: None,
        not_kept: None,
        mocked: Vec::new(),
        requests: Vec::new(),
        started_at: time(run.get("startedAt").unwrap()),
        stopped_at: time(run.get("stoppedAt").unwrap()),
    }
}

fn read_task(task: &Json) -> TaskData {
    let number = |key: &str| task.get(key).and_then(Json::as_f64).unwrap();
    let list = |key: &str| task.get(key).and_then(Json::as_array).unwrap().to_vec();
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    TaskData {
        start_time: number("startTime") as i64,
        execution_time: Duration::from_micros(number("executionTime") as u64 * 1000 + 700),
        execution_index: number("executionIndex") as usize,
        status: match task.get("executionStatus").and_then(Json::as_str).unwrap() {
            "success" => TaskStatus::Success,
            "error" => TaskStatus::Error,
            other => panic!("{other}"),
        },
        sources: list("source")
            .iter()
            .map(|json| heddle_node::from_json::<Option<Source>>(json).unwrap())
            .collect(),
        outputs: task.pointer("/data/main").map(read_branches),
        error: task.get("error").cloned(),
        hints: list("hints")
            .iter()
            .map(|hint| Hint {
                message: text(hint, "message").unwrap(),
                level: text(hint, "type"),
                location: text(hint, "location"),
            })
            .collect(),
        metadata: task.get("metadata").cloned(),
        outcome: None,
    }
}

fn read_branches(json: &Json) -> Branches {
    json.as_array().unwrap().iter().map(|items| Some(Arc::new(read_items(items).unwrap()))).collect()
}

fn time(json: &Json) -> i64 {
    json.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn recorded() -> Vec<Json> {
    let recorded = Json::parse(include_str!("run-data.json")).unwrap();
    assert_eq!(recorded.get("recorded-with").and_then(Json::as_str), Some("n8n 2.40.7"));
    recorded.get("runs").unwrap().as_array().unwrap().to_vec()
}

#[test]
fn results_are_written_as_n8n_writes_them() {
    for case in recorded() {
        let mut expected = case.get("run").unwrap().clone();
        // How the run was started is not ours to say.
        expected.remove("mode");
        let written = heddle_node::to_json(&read_run(&expected)).unwrap();
        let name = case.get("name").unwrap();
        assert_eq!(written, expected, "{name}");
        assert_eq!(keys(&written), keys(&expected), "{name}: keys in their order");
    }
}

/// The keys of the result and of its task data. (Within a pairing n8n has no fixed order.)
fn keys(run: &Json) -> Vec<String> {
    let keys = |json: &Json| json.as_object().unwrap().keys().map(str::to_owned).collect::<Vec<_>>();
    let result_data = run.pointer("/data/resultData").unwrap();
    let mut all = [keys(run), keys(run.get("data").unwrap()), keys(result_data)].concat();
    for runs in result_data.get("runData").unwrap().as_object().unwrap().values() {
        all.extend(runs.as_array().unwrap().iter().flat_map(keys));
    }
    all
}

#[test]
fn outputs_of_the_last_run_are_found() {
    let run =
        recorded().into_iter().find(|case| case.get("name").and_then(Json::as_str) == Some("loop")).unwrap();
    let result = read_run(run.get("run").unwrap());
    assert_eq!(result.last_node_executed(), Some("End"));
    let outputs = result.last_outputs("Loop").unwrap();
    assert_eq!(outputs.iter().map(|items| items.len()).collect::<Vec<_>>(), [2, 0], "done, loop");
    assert_eq!(result.run_data.runs_of("Loop").len(), 3);
    assert_eq!(
        result.run_data.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["Start", "Loop", "Work", "End"]
    );
    assert_eq!(result.last_outputs("Nowhere"), None);
}

#[test]
fn an_output_without_items_is_an_empty_list() {
    let workflow = Workflow::from_json(&Json::object());
    let mut task = read_task(recorded()[0].pointer("/run/data/resultData/runData/End/0").unwrap());
    task.outputs = Some(vec![None, Some(Arc::default())]);
    task.metadata = Some(heddle_node::json!({ "items": 3 }));
    let written = heddle_node::to_json(&task).unwrap();
    assert_eq!(written.pointer("/data/main"), Some(&heddle_node::json!([[], []])));
    assert_eq!(written.pointer("/metadata/items"), Some(&Json::from(3)));
    let mut empty = RunData::new(&workflow);
    empty.push(5, task);
    assert_eq!(empty.iter().count(), 0, "a node that the workflow does not have");
    assert_eq!(empty.pop(5), None);
}
