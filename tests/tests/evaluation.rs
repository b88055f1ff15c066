//! Evaluating holds nothing up: a run ends when it is told to, whatever its expressions do, and no expression ends the
//! process.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use heddle_node::{Item, Json, Registry};
use heddle_nodes as _;
use heddle_runner::{EngineLimits, Host, RunOptions, RunResult, Status};
use heddle_tests::{Finished, Service, heddle, recipients, sending_workflow};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// Some tenths of a second of JavaScript, then the recipient.
const HEAVY: &str =
    "={{ (() => { let sum = 0; for (let i = 0; i < 2e6; i++) sum += i; return $json.to })() }}";

/// One call of the engine that nothing interrupts, for some seconds.
const UNINTERRUPTIBLE: &str = "={{ ((1n << 999000n) - 1n).toString().length }}";

/// More than any of these runs takes on a busy machine, and far less than what hangs takes.
const MINUTES: Duration = Duration::from_secs(100);

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

#[test]
fn nothing_leaves_once_the_run_is_interrupted_while_parameters_are_evaluated() {
    for concurrency in ["1", "10", "60"] {
        let service = Service::start();
        let workflow = sending_workflow(json!({ "numberToSend": HEAVY }), json!({}));
        let mut command = service.run(&workflow, &recipients(60));
        command.args(["--concurrency", concurrency]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the binary runs");
        std::thread::sleep(Duration::from_secs(1));
        signal(&child, "INT");
        let interrupted = Instant::now();
        let finished = Finished::from(child.wait_with_output().expect("it ends"));
        assert!(interrupted.elapsed() < MINUTES, "an evaluation in flight is interrupted");
        assert_eq!(service.ledger().len(), 0, "{}", finished.stderr);
        assert_eq!(finished.status, 130, "{}", finished.stderr);
        assert!(finished.stderr.contains("0 sent, 60 not sent, 0 unknown"), "{}", finished.stderr);
    }
}

#[test]
fn nothing_leaves_once_the_time_is_over_while_parameters_are_evaluated() {
    let endless = "={{ (() => { while (true) {} })() }}";
    for expression in [HEAVY, endless, UNINTERRUPTIBLE] {
        let service = Service::start();
        let workflow = sending_workflow(json!({ "numberToSend": expression }), json!({}));
        let mut command = service.run(&workflow, &recipients(60));
        let begun = Instant::now();
        let finished = Finished::of(command.args(["--timeout", "1"]));
        assert!(begun.elapsed() < MINUTES, "{expression}: {:?}", begun.elapsed());
        assert_eq!(service.ledger().len(), 0, "{}", finished.stderr);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert!(finished.stderr.contains("0 sent, 60 not sent, 0 unknown"), "{}", finished.stderr);
    }
}

#[test]
fn an_interruption_ends_a_node_without_effects_that_evaluates() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("workflow.json");
    std::fs::write(&file, setting(&["={{ (() => { while (true) {} })() }}"], json!({})).to_string())
        .expect("it can be written");
    let mut command = heddle();
    let child = command.arg("run").arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the binary runs");
    std::thread::sleep(Duration::from_millis(700));
    signal(&child, "INT");
    let interrupted = Instant::now();
    let finished = Finished::from(child.wait_with_output().expect("it ends"));
    assert_eq!(finished.status, 130, "{}", finished.stderr);
    assert!(interrupted.elapsed() < MINUTES);
}

/// A workflow of a manual trigger and a Set node with these expressions, whose further keys are `keys`.
fn setting(expressions: &[&str], keys: Value) -> Value {
    let assignments: Vec<Value> = expressions
        .iter()
        .enumerate()
        .map(|(index, expression)| {
            json!({ "id": index.to_string(), "name": format!("v{index}"), "value": expression, "type": "string" })
        })
        .collect();
    let mut set = json!({
        "id": "2", "name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0],
        "parameters": { "assignments": { "assignments": assignments }, "includeOtherFields": true, "options": {} },
    });
    for (key, value) in keys.as_object().into_iter().flatten() {
        set[key] = value.clone();
    }
    json!({
        "name": "Set",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
              "position": [0, 0], "parameters": {} },
            set,
        ],
        "connections": { "Start": { "main": [[{ "node": "Set", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

/// Runs a workflow on items `{n}` for `count` numbers, an evaluation having 200 ms.
fn run(workflow: &Value, count: usize) -> RunResult {
    run_within(Duration::from_millis(200), workflow, count)
}

/// Runs it with this limit for an evaluation.
fn run_within(limit: Duration, workflow: &Value, count: usize) -> RunResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let limits = EngineLimits { time: limit, ..EngineLimits::default() };
    let host = Host::new(Registry::linked().expect("nodes")).with_expression_limits(limits);
    let workflow = Workflow::parse("workflow.json", &workflow.to_string()).expect("a workflow");
    let items = (0..count).map(|number| Item::new(Json::from(json!({ "n": number })))).collect();
    let options = RunOptions { items: Some(items), ..RunOptions::default() };
    runtime.block_on(host.run(&workflow, options)).expect("the workflow can run")
}

fn outputs(result: &RunResult) -> Vec<Value> {
    let outputs = result.last_outputs("Set").expect("an output");
    let items = outputs.iter().flat_map(|items| items.iter());
    items.map(|item| serde_json::to_value(&item.json).expect("JSON")).collect()
}

#[test]
fn an_evaluation_that_cannot_be_interrupted_is_an_error_of_its_item() {
    let expression = "={{ [1, 3].includes($json.n) ? ((1n << 999000n) - 1n).toString().length : [$json.n].map(n => n * 2)[0] }}";
    let begun = Instant::now();
    let result = run(&setting(&[expression], json!({ "onError": "continueRegularOutput" })), 6);
    assert!(begun.elapsed() < MINUTES, "{:?}", begun.elapsed());
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let outputs = outputs(&result);
    assert_eq!(outputs.len(), 6);
    for (n, output) in outputs.iter().enumerate() {
        match n {
            1 | 3 => assert_eq!(output["error"], "Expression timed out", "{output}"),
            _ => assert_eq!(output["v0"], (n * 2).to_string(), "{output}"),
        }
    }
}

#[test]
fn a_run_ends_when_four_evaluations_hang() {
    let begun = Instant::now();
    let limit = Duration::from_millis(50);
    let result =
        run_within(limit, &setting(&[UNINTERRUPTIBLE], json!({ "onError": "continueRegularOutput" })), 100);
    assert!(begun.elapsed() < MINUTES, "{:?}", begun.elapsed());
    assert_eq!(result.status, Status::Error, "{:?}", outputs(&result).first());
    let error = result.error.expect("an error");
    assert!(error.message.contains("could not be interrupted"), "{}", error.message);
}

#[test]
fn items_keep_their_order_and_are_all_there_when_threads_and_slices_change() {
    // Slices end after some time, some items need no JavaScript, and some fail.
    let expression = "={{ $json.n % 7 ? $json.n : (() => { if ($json.n % 5 === 0) null.x; let s = 0; \
                      for (let i = 0; i < 2e4; i++) s += i; return $json.n })() }}";
    let result = run_within(MINUTES, &setting(&[expression, "={{ $json.n + 1 }}"], json!({})), 3000);
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let outputs = outputs(&result);
    assert_eq!(outputs.len(), 3000);
    for (n, output) in outputs.iter().enumerate() {
        assert_eq!(output["n"], json!(n));
        assert_eq!(output["v1"], (n + 1).to_string());
        if n % 35 != 0 {
            assert_eq!(output["v0"], n.to_string(), "{output}");
        }
    }
}

#[test]
fn no_expression_ends_the_process() {
    let flat = format!("={{{{ $jmespath({{a: 1}}, 'a' + '{}') }}}}", "[]".repeat(5000));
    let expressions = [
        flat.as_str(),
        "={{ $jmespath({a: 1}, 'a' + ' || a'.repeat(20000)) }}",
        "={{ $jmespath({a: 1}, '!'.repeat(20000) + 'a') }}",
        "={{ $jmespath({a: 1}, 'a' + '.a'.repeat(20000)) }}",
        "={{ new Array(4294967295).reverse().length }}",
        "={{ new Array(4294967295) }}",
        "={{ new Array(4294967295).first() }}",
        "={{ new Array(4294967295).last() }}",
        "={{ (() => { let all = []; for (let i = 0; i < 1e6; i++) all = [all]; return all })() }}",
        "={{ (() => { let all = {}; for (let i = 0; i < 1e6; i++) all = { all }; return all })() }}",
        "={{ (() => { let all = { when: DateTime.now() }; for (let i = 0; i < 1e5; i++) all = { all }; return all })() }}",
        "={{ (() => { let all = [DateTime.now()]; for (let i = 0; i < 1e5; i++) all = [all]; return all.isEmpty() })() }}",
        "={{ JSON.parse('['.repeat(100000) + ']'.repeat(100000)) }}",
        "={{ ('['.repeat(100000) + ']'.repeat(100000)).parseJson() }}",
        "={{ '>'.repeat(100000).removeMarkdown() }}",
        "={{ DateTime.now().toFormat(\"'\".repeat(100000) + '['.repeat(100000)) }}",
        "={{ DateTime.fromFormat('1', 'd'.repeat(100000)) }}",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for expression in expressions {
        let file = folder.path().join("workflow.json");
        let workflow = setting(&[expression], json!({ "onError": "continueRegularOutput" }));
        std::fs::write(&file, workflow.to_string()).expect("it can be written");
        let finished = Finished::of(heddle().args(["run", "--quiet"]).arg(&file));
        let short: String = expression.chars().take(90).collect();
        assert!(matches!(finished.status, 0 | 1), "{short}: {} {}", finished.status, finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{short}: {}", finished.stderr);
    }
}

/// A function of ours that works on a long text, and asks nobody whether it may go on.
const LONG_WORK: &str = "={{ $json.text.removeMarkdown().length }}";

#[test]
fn functions_of_ours_are_bounded_as_those_of_javascript_are() {
    let workflow = setting(&[LONG_WORK], json!({ "onError": "continueRegularOutput" }));
    let workflow = Workflow::parse("workflow.json", &workflow.to_string()).expect("a workflow");
    let limits = EngineLimits { time: Duration::from_millis(1), ..EngineLimits::default() };
    let host = Host::new(Registry::linked().expect("nodes")).with_expression_limits(limits);
    let items = ["*ab* ".repeat(400_000), "*ab*".to_owned()];
    let items = items.into_iter().map(|text| Item::new(Json::from(json!({ "text": text })))).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = RunOptions { items: Some(items), ..RunOptions::default() };
    let result = runtime.block_on(host.run(&workflow, options)).expect("the workflow can run");
    let outputs = outputs(&result);
    assert_eq!(outputs[0]["error"], "Expression timed out");
    assert_eq!(outputs[1]["v0"], "2");
}

#[test]
fn nothing_leaves_once_the_time_is_over_while_a_function_of_ours_works() {
    let service = Service::start();
    let workflow = sending_workflow(
        json!({ "numberToSend": "={{ $json.text.removeMarkdown() ? $json.to : '' }}" }),
        json!({}),
    );
    let items: Vec<Value> = (0..3)
        .map(|number| json!({ "to": heddle_tests::recipient(number), "text": "*a* _b_ ".repeat(4_000_000) }))
        .collect();
    let mut command = service.run(&workflow, &json!(items));
    let finished = Finished::of(command.args(["--timeout", "0.3"]));
    assert_eq!(service.ledger().len(), 0, "{}", finished.stderr);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("0 sent, 3 not sent, 0 unknown"), "{}", finished.stderr);
}
