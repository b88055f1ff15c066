//! Whatever ends a run, it says who got the message: which items were sent, not sent and unknown.

#![cfg(unix)]

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use heddle_tests::{Finished, Service, recipient, recipients, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// A service that answers late.
fn slow_service(milliseconds: u64) -> Service {
    let service = Service::start();
    service
        .fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(milliseconds) }));
    service
}

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()));
}

fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn end(child: Child) -> Finished {
    child.wait_with_output().expect("it ends").into()
}

fn assert_lines(finished: &Finished, lines: &[&str]) {
    for line in lines {
        assert!(finished.stderr.lines().any(|found| found == *line), "{line}\n{}", finished.stderr);
    }
}

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [0, 0], "parameters": parameters })
}

fn to(names: &[&str]) -> Value {
    let targets: Vec<Value> =
        names.iter().map(|name| json!({ "node": name, "type": "main", "index": 0 })).collect();
    json!({ "main": [targets] })
}

/// The workflow of one sending node with a further node behind it.
fn with_node_behind(mut workflow: Value, behind: Value) -> Value {
    workflow["connections"]["Send"] = to(&[behind["name"].as_str().expect("a name")]);
    workflow["nodes"].as_array_mut().expect("nodes").push(behind);
    workflow
}

/// A workflow that calls `child-file.json`, for all items at once or for each.
fn calling(mode: &str, options: Value) -> Value {
    let parameters = json!({ "workflowId": { "__rl": true, "mode": "id", "value": "child-file" }, "mode": mode,
                             "options": options });
    json!({ "name": "Parent", "settings": { "executionOrder": "v1" },
            "nodes": [node("Start", "manualTrigger", 1.0, json!({})), node("Call", "executeWorkflow", 1.2, parameters)],
            "connections": { "Start": to(&["Call"]) } })
}

/// The called workflow: it sends to each item.
fn called() -> Value {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][0] =
        node("Start", "executeWorkflowTrigger", 1.1, json!({ "inputSource": "passthrough" }));
    workflow
}

/// 14 people, of whom the fourth has no number that the service takes.
fn one_of_14_is_bad(service: &Service) -> Value {
    service.fault(FaultRule::new(Fault::FormError).to(recipient(3)));
    recipients(14)
}

#[test]
fn each_signal_ends_a_run_as_ctrl_c_does_with_a_status_of_its_own() {
    for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let service = slow_service(300);
        let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(30));
        let child = start(command.args(["--concurrency", "4"]));
        wait_for("sends", || service.ledger().len() >= 5);
        signal(&child, name);
        let finished = end(child);
        assert_eq!(finished.status, status, "{name}: {}", finished.stderr);
        let sent = service.ledger().len();
        assert!((5..30).contains(&sent), "{sent}");
        assert!(finished.stderr.contains("Interrupted: no new sends"), "{}", finished.stderr);
        assert_lines(
            &finished,
            &[
                &format!("Send: {sent} sent, {} not sent, 0 unknown", 30 - sent),
                &format!("  sent: 0-{}", sent - 1),
                &format!("  not sent: {sent}-29"),
                "  unknown: none",
            ],
        );
    }
}

#[test]
fn a_signal_decides_the_status_also_when_an_item_has_failed() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(0)));
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(400) }));
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(20));
    let child = start(command.args(["--concurrency", "4"]));
    wait_for("a refusal", || service.requests().len() >= 4);
    signal(&child, "INT");
    let finished = end(child);
    assert_eq!(finished.status, 130, "{}", finished.stderr);
    assert!(finished.stderr.contains("item 0 not sent"), "{}", finished.stderr);
}

#[test]
fn a_second_signal_ends_at_once_and_what_was_under_way_is_unknown() {
    let service = slow_service(30_000);
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(10));
    let child = start(command.args(["--concurrency", "3"]));
    wait_for("sends", || service.ledger().len() == 3);
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    let begin = Instant::now();
    signal(&child, "INT");
    let finished = end(child);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(finished.status, 130, "{}", finished.stderr);
    assert_lines(
        &finished,
        &["Send: 0 sent, 7 not sent, 3 unknown", "  sent: none", "  not sent: 3-9", "  unknown: 0-2"],
    );
}

#[test]
fn a_terminal_that_goes_away_says_so_twice_and_loses_no_answer() {
    let service = slow_service(1500);
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(10));
    let child = start(command.args(["--concurrency", "3"]));
    wait_for("sends", || service.ledger().len() == 3);
    signal(&child, "HUP");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "HUP");
    let finished = end(child);
    assert_eq!(finished.status, 129, "{}", finished.stderr);
    assert_lines(&finished, &["Send: 3 sent, 7 not sent, 0 unknown"]);
}

#[test]
fn a_run_that_reads_its_items_from_a_reader_who_gives_none_ends_at_once() {
    let service = Service::start();
    let workflow = service.write("waiting.json", sending_workflow(json!({}), json!({})).to_string());
    let mut command = heddle_tests::heddle();
    command.arg("run").arg(workflow).args(["--input", "-", "--sandbox"]).stdin(Stdio::piped());
    let mut child = start(&mut command);
    let items = child.stdin.take();
    std::thread::sleep(Duration::from_millis(1000));
    signal(&child, "TERM");
    assert_eq!(end(child).status, 143);
    drop(items);
}

#[test]
fn a_later_node_that_fails_keeps_back_nothing_of_what_was_sent() {
    let service = Service::start();
    let stop = node("Stop", "stopAndError", 1.0, json!({ "errorMessage": "x" }));
    let workflow = with_node_behind(sending_workflow(json!({}), json!({})), stop);
    let finished = Finished::of(&mut service.run(&workflow, &recipients(14)));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 14);
    assert_lines(&finished, &["Send: 14 sent, 0 not sent, 0 unknown", "  sent: 0-13", "  not sent: none"]);
}

#[test]
fn a_sending_node_that_never_ran_is_named() {
    let service = Service::start();
    let items = one_of_14_is_bad(&service);
    let mut second = sending_workflow(json!({}), json!({}))["nodes"][1].clone();
    second["name"] = json!("Remind");
    let workflow = with_node_behind(sending_workflow(json!({}), json!({})), second);
    let finished = Finished::of(service.run(&workflow, &items).args(["--concurrency", "1"]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(
        &finished,
        &[
            "Send: 3 sent, 11 not sent, 0 unknown",
            "  sent: 0-2",
            "  not sent: 3-13",
            "Remind: did not run, nothing was sent",
        ],
    );
}

#[test]
fn items_of_called_workflows_are_named_by_the_items_that_called_them() {
    let service = Service::start();
    let items = one_of_14_is_bad(&service);
    service.write("child-file.json", called().to_string());
    let finished = Finished::of(&mut service.run(&calling("each", json!({})), &items));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(
        &finished,
        &[
            "Call: 3 sent, 11 not sent, 0 unknown",
            "  sent: 0-2",
            "  not sent: 3-13",
            "Call › Send: 3 sent, 1 not sent, 0 unknown",
            "  sent: 0 for each of the items 0-2 of Call",
            "  not sent: 0 for item 3 of Call",
        ],
    );
    let finished =
        Finished::of(service.run(&calling("once", json!({})), &items).args(["--concurrency", "1"]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(
        &finished,
        &["Call › Send: 3 sent, 11 not sent, 0 unknown", "  sent: 0-2", "  not sent: 3-13"],
    );
}

#[test]
fn background_runs_and_error_workflows_are_told_too() {
    let service = slow_service(300);
    service.write("child-file.json", called().to_string());
    let options = json!({ "waitForSubWorkflow": false });
    let mut command = service.run(&calling("once", options), &recipients(10));
    let child = start(command.args(["--concurrency", "2"]));
    wait_for("sends", || service.ledger().len() >= 3);
    signal(&child, "TERM");
    let finished = end(child);
    assert_eq!(finished.status, 143, "{}", finished.stderr);
    let sent = service.ledger().len();
    assert_lines(
        &finished,
        &[
            &format!("Call › Send: {sent} sent, {} not sent, 0 unknown", 10 - sent),
            &format!("  not sent: {sent}-9"),
        ],
    );

    let service = Service::start();
    let mut workflow = with_node_behind(
        sending_workflow(json!({}), json!({})),
        node("Stop", "stopAndError", 1.0, json!({ "errorMessage": "x" })),
    );
    let mut teller = called();
    teller["nodes"][0] = node("Start", "errorTrigger", 1.0, json!({}));
    teller["nodes"][1]["parameters"]["numberToSend"] = json!(recipient(99));
    service.write("teller.json", teller.to_string());
    workflow["settings"]["errorWorkflow"] = json!("teller");
    let finished = Finished::of(&mut service.run(&workflow, &recipients(2)));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(
        &finished,
        &["  sent: 0-1", "Error workflow › Send: 1 sent, 0 not sent, 0 unknown", "  sent: 0"],
    );
}

#[test]
fn runs_of_one_node_are_told_apart() {
    let service = Service::start();
    // Two ways lead to Send, which runs once for each of them.
    let mut workflow = sending_workflow(json!({}), json!({}));
    for name in ["A", "B"] {
        workflow["nodes"].as_array_mut().expect("nodes").push(node(name, "noOp", 1.0, json!({})));
        workflow["connections"][name] = to(&["Send"]);
    }
    workflow["connections"]["Start"] = to(&["A", "B"]);
    service.fault(FaultRule::new(Fault::FormError).to(recipient(2)).skip(1));
    let finished = Finished::of(service.run(&workflow, &recipients(4)).args(["--concurrency", "1"]));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(
        &finished,
        &[
            "Send: 6 sent, 2 not sent, 0 unknown",
            "  sent: 0-3 of run 0; 0-1 of run 1",
            "  not sent: 2-3 of run 1",
        ],
    );
}

#[test]
fn an_output_that_nobody_reads_any_more_keeps_back_nothing() {
    let service = Service::start();
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(200));
    let mut child = start(&mut command);
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("UTF-8");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("Send: 200 sent, 0 not sent, 0 unknown\n  sent: 0-199\n"), "{stderr}");
}

#[test]
fn a_time_limit_bounds_error_workflows_and_workflows_that_nobody_waits_for() {
    let service = Service::start();
    let endless = |trigger: Value| {
        json!({ "name": "Endless", "settings": { "executionOrder": "v1" },
                "nodes": [trigger, node("A", "noOp", 1.0, json!({})), node("B", "noOp", 1.0, json!({}))],
                "connections": { "Start": to(&["A"]), "A": to(&["B"]), "B": to(&["A"]) } })
    };
    let trigger = node("Start", "executeWorkflowTrigger", 1.1, json!({ "inputSource": "passthrough" }));
    service.write("child-file.json", endless(trigger).to_string());
    for options in [json!({}), json!({ "waitForSubWorkflow": false })] {
        let begin = Instant::now();
        let finished =
            Finished::of(service.run(&calling("once", options), &recipients(2)).args(["--timeout", "1"]));
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert!(finished.stderr.contains("timed out"), "{}", finished.stderr);
    }
    service.write("teller.json", endless(node("Start", "errorTrigger", 1.0, json!({}))).to_string());
    let mut workflow = with_node_behind(
        sending_workflow(json!({}), json!({})),
        node("Stop", "stopAndError", 1.0, json!({ "errorMessage": "x" })),
    );
    workflow["settings"]["errorWorkflow"] = json!("teller");
    let begin = Instant::now();
    let finished = Finished::of(service.run(&workflow, &recipients(2)).args(["--timeout", "1"]));
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    for words in ["the error workflow \"Endless\" ended as canceled", "timed out", "  sent: 0-1"] {
        assert!(finished.stderr.contains(words), "{words}\n{}", finished.stderr);
    }
}

#[test]
fn credentials_that_others_can_read_are_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;

    let service = Service::start();
    let file = service.write("anchor", "").with_file_name("credentials.json");
    let run = |file_mode: u32, folder_mode: u32, more: &[&str]| {
        let set = |path: &std::path::Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
        };
        let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(1));
        set(&file, file_mode);
        set(file.parent().expect("a folder"), folder_mode);
        let finished = Finished::of(command.args(more));
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        finished.stderr.contains("can read the credentials")
    };
    assert!(run(0o644, 0o755, &[]));
    assert!(!run(0o600, 0o755, &[]));
    assert!(!run(0o644, 0o700, &[]), "nobody else gets to it");
    assert!(!run(0o644, 0o755, &["--quiet"]));
}

#[test]
fn a_node_that_fails_is_told_with_the_items_that_it_got() {
    let service = Service::start();
    let condition = json!({
        "id": "c", "leftValue": "={{ $json.v }}", "rightValue": 1,
        "operator": { "type": "number", "operation": "equals" },
    });
    let options = json!({ "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 });
    let filter = json!({ "options": options, "conditions": [condition], "combinator": "and" });
    let workflow = json!({
        "name": "Failing",
        "nodes": [
            node("Start", "manualTrigger", 1.0, json!({})),
            node("If", "if", 2.2, json!({ "conditions": filter, "options": {} })),
        ],
        "connections": { "Start": to(&["If"]) },
        "settings": { "executionOrder": "v1" },
    });
    let mut command = service.run(&workflow, &json!([{ "v": "a" }, { "v": 1 }]));
    let finished = Finished::of(&mut command);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert_lines(&finished, &["If: 2 items, 1 failed"]);
    // n8n's description is HTML; a terminal shows its text.
    assert!(finished.stderr.contains("Try either: (1)"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("<p>") && !finished.stderr.contains("<li>"), "{}", finished.stderr);
}
