//! `--report`, which says what becomes of each item as it happens, and `--only`, which runs what is left.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{Finished, Service, recipient, recipients, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the report is there");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

fn path(service: &Service, name: &str) -> PathBuf {
    service.write("anchor", "").with_file_name(name)
}

fn run(service: &Service, workflow: &Value, items: &Value, more: &[&str], report: &Path) -> Finished {
    let mut command = service.run(workflow, items);
    Finished::of(command.args(more).arg("--report").arg(report))
}

/// How often each of `count` recipients got a message.
fn times_sent(service: &Service, count: usize) -> Vec<usize> {
    let ledger = service.ledger();
    (0..count).map(|number| ledger.iter().filter(|entry| entry.to == recipient(number)).count()).collect()
}

fn continuing() -> Value {
    json!({ "onError": "continueErrorOutput" })
}

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [0, 0], "parameters": parameters })
}

fn to(name: &str) -> Value {
    json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] })
}

fn sending_node(name: &str) -> Value {
    let mut node = sending_workflow(json!({}), json!({}))["nodes"][1].clone();
    node["name"] = json!(name);
    node
}

fn calling(mode: &str) -> Value {
    let parameters = json!({ "workflowId": { "__rl": true, "mode": "id", "value": "child-file" }, "mode": mode,
                             "options": {} });
    json!({ "name": "Parent", "settings": { "executionOrder": "v1" },
            "nodes": [node("Start", "manualTrigger", 1.0, json!({})), node("Call", "executeWorkflow", 1.2, parameters)],
            "connections": { "Start": to("Call") } })
}

fn called() -> Value {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][0] =
        node("Start", "executeWorkflowTrigger", 1.1, json!({ "inputSource": "passthrough" }));
    workflow
}

#[test]
fn every_send_is_told_before_it_leaves_and_when_it_has_ended() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(1)));
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(2)));
    let report = path(&service, "report.jsonl");
    let workflow = sending_workflow(json!({}), continuing());
    let finished = run(&service, &workflow, &recipients(4), &[], &report);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let lines = read(&report);
    let head = &lines[0];
    assert_eq!((&head["type"], &head["version"]), (&json!("head"), &json!(1)));
    for (part, name) in [("workflow", "workflow.json"), ("input", "items.json")] {
        let file = path(&service, name);
        assert_eq!(head[part]["file"], file.display().to_string());
        assert_eq!(head[part]["sha256"].as_str().map(str::len), Some(64));
    }
    assert_eq!(of_type(&lines, "node")[0]["items"], 4);
    let ledger = service.ledger();
    for (item, verdict) in ["sent", "notSent", "unknown", "sent"].into_iter().enumerate() {
        let position = |kind: &str| {
            lines.iter().position(|line| line["type"] == kind && line["item"] == item).expect("a line")
        };
        let (started, ended) = (position("started"), position("ended"));
        assert!(started < ended);
        let (started, ended) = (&lines[started], &lines[ended]);
        assert_eq!(ended["verdict"], verdict);
        assert_eq!(
            (&ended["node"], &ended["run"], &ended["callers"]),
            (&json!("Send"), &json!(0), &json!([]))
        );
        assert_eq!(ended["recipient"], recipient(item));
        assert_eq!(started["senderId"], ended["senderId"]);
        if let Some(entry) = ledger.iter().find(|entry| entry.to == recipient(item)) {
            assert_eq!(ended["senderId"].as_str(), entry.sender_id.as_deref());
        }
        assert_eq!(ended["reason"].is_null(), verdict == "sent", "{ended}");
        assert!(ended["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{ended}");
    }
    assert_eq!(lines.last().expect("lines")["status"], "success");
}

#[test]
fn a_report_is_continued_where_it_ends_and_nobody_gets_a_message_twice() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(3)).times(1));
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(5)).times(1));
    let workflow = sending_workflow(json!({}), continuing());
    let (first, second, third) =
        (path(&service, "1.jsonl"), path(&service, "2.jsonl"), path(&service, "3.jsonl"));
    run(&service, &workflow, &recipients(8), &[], &first);
    let finished = run(&service, &workflow, &recipients(8), &["--only", &first.to_string_lossy()], &second);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("Send: 1 sent, 0 not sent, 0 unknown, 7 skipped"),
        "{}",
        finished.stderr
    );
    assert_eq!(times_sent(&service, 8), [1; 8]);
    let output = finished.json();
    assert_eq!(output.as_array().map(Vec::len), Some(1), "what is skipped puts nothing out");
    assert_eq!(output[0]["pairedItem"]["item"], 3);
    // What was skipped stays left out.
    let finished = run(&service, &workflow, &recipients(8), &["--only", &second.to_string_lossy()], &third);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("nothing to do"), "{}", finished.stderr);
    assert_eq!(times_sent(&service, 8), [1; 8]);
    let unknown = format!("{}:unknown", first.display());
    let finished = run(&service, &workflow, &recipients(8), &["--only", &unknown], &third);
    assert!(finished.stderr.contains("1 sent, 0 not sent, 0 unknown, 7 skipped"), "{}", finished.stderr);
    assert_eq!(times_sent(&service, 8)[5], 2, "asked for by its verdict");
}

#[test]
fn a_complete_report_leaves_nothing_to_do() {
    let service = Service::start();
    let report = path(&service, "report.jsonl");
    let workflow = sending_workflow(json!({}), json!({}));
    run(&service, &workflow, &recipients(3), &[], &report);
    let finished = Finished::of(service.run(&workflow, &recipients(3)).arg("--only").arg(&report));
    assert_eq!((finished.status, service.ledger().len()), (0, 3), "{}", finished.stderr);
    assert!(finished.stderr.contains("nothing to do"), "{}", finished.stderr);
}

#[test]
fn a_report_of_other_files_is_refused() {
    let service = Service::start();
    let report = path(&service, "report.jsonl");
    let workflow = sending_workflow(json!({}), continuing());
    run(&service, &workflow, &recipients(3), &[], &report);
    let report = report.to_string_lossy().into_owned();
    let changed = sending_workflow(json!({ "hiddenSession": true }), continuing());
    let again = |workflow: &Value, items: &Value, more: &[&str]| {
        Finished::of(service.run(workflow, items).args(["--only", &report]).args(more))
    };
    for (finished, words) in [
        (again(&changed, &recipients(3), &[]), "another workflow"),
        (again(&workflow, &recipients(4), &[]), "other items"),
        (again(&workflow, &recipients(3), &["--start", "Send"]), "another start node"),
        (again(&workflow, &recipients(3), &["--pins"]), "--pins"),
    ] {
        assert_eq!(finished.status, 2, "{words}: {}", finished.stderr);
        assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    }
    let items = service.write("no-report.jsonl", "{\"to\":\"1\"}\n");
    let finished = Finished::of(service.run(&workflow, &recipients(3)).arg("--only").arg(items));
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 3);
}

#[test]
fn items_are_named_by_number() {
    let service = Service::start();
    let workflow = sending_workflow(json!({}), json!({}));
    let only = |what: &str| Finished::of(service.run(&workflow, &recipients(10)).args(["--only", what]));
    let finished = only("Send:1,7-8");
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("Send: 3 sent, 0 not sent, 0 unknown, 7 skipped"),
        "{}",
        finished.stderr
    );
    assert_eq!(times_sent(&service, 10), [0, 1, 0, 0, 0, 0, 0, 1, 1, 0]);
    let before = service.ledger().len();
    for (what, status, words) in [
        ("Sned:1", 2, "\"Send\""),
        ("Send", 2, "which items"),
        ("nothing.jsonl", 2, "neither"),
        ("Send:10", 1, "Item 10 is selected"),
    ] {
        let finished = only(what);
        assert_eq!(finished.status, status, "{what}: {}", finished.stderr);
        assert!(finished.stderr.contains(words), "{what}: {}", finished.stderr);
    }
    assert_eq!(service.ledger().len(), before);
}

#[test]
fn a_node_that_would_send_again_is_refused() {
    let service = Service::start();
    let mut workflow = sending_workflow(json!({}), json!({}));
    let mut remind = sending_node("Remind");
    remind["parameters"]["numberToSend"] = json!("={{ $('Start').item.json.to }}");
    workflow["nodes"].as_array_mut().expect("nodes").push(remind);
    workflow["connections"]["Send"] = to("Remind");
    let only = |what: &[&str]| {
        let mut command = service.run(&workflow, &recipients(3));
        for what in what {
            command.args(["--only", what]);
        }
        Finished::of(&mut command)
    };
    let finished = only(&["Remind:1"]);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("\"Send\" sends too"), "{}", finished.stderr);
    assert!(service.ledger().is_empty());
    let finished = only(&["Send:1"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Remind: 1 sent"), "{}", finished.stderr);

    let report = path(&service, "report.jsonl");
    service.fault(FaultRule::new(Fault::FormError).to(recipient(1)).skip(1));
    run(&service, &workflow, &recipients(3), &["--concurrency", "1"], &report);
    let before = service.ledger().len();
    let finished = only(&[&report.to_string_lossy()]);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("\"Remind\" gets its items from \"Send\""), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), before);
}

#[test]
fn what_called_workflows_left_is_sent_through_the_same_calls() {
    for mode in ["each", "once"] {
        let service = Service::start();
        service.write("child-file.json", called().to_string());
        service.fault(FaultRule::new(Fault::FormError).to(recipient(3)).times(1));
        let report = path(&service, "report.jsonl");
        let finished = run(&service, &calling(mode), &recipients(6), &["--concurrency", "1"], &report);
        assert_eq!(finished.status, 1, "{}", finished.stderr);
        assert_eq!(times_sent(&service, 6), [1, 1, 1, 0, 0, 0]);
        let lines = read(&report);
        let sends: Vec<&Value> =
            of_type(&lines, "ended").into_iter().filter(|line| line["node"] == "Send").collect();
        let item = if mode == "each" { json!(0) } else { Value::Null };
        assert_eq!(sends[0]["callers"], json!([{ "node": "Call", "run": 0, "item": item }]));
        let mut command = service.run(&calling(mode), &recipients(6));
        let finished = Finished::of(command.arg("--only").arg(&report));
        assert_eq!(finished.status, 0, "{mode}: {}", finished.stderr);
        assert_eq!(times_sent(&service, 6), [1; 6], "{mode}: {}", finished.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_is_killed_leaves_a_report_that_can_be_continued() {
    let service = Service::start();
    service
        .fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_millis(200) }).times(9));
    let report = path(&service, "report.jsonl");
    let workflow = sending_workflow(json!({}), json!({}));
    let mut command = service.run(&workflow, &recipients(20));
    command.args(["--concurrency", "3", "--report"]).arg(&report);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let begin = Instant::now();
    while service.ledger().len() < 6 {
        assert!(begin.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    let killed = Command::new("kill").args(["-KILL", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    child.wait().expect("it ends");
    let lines = read(&report);
    assert!(of_type(&lines, "end").is_empty());
    let ended = of_type(&lines, "ended").len();
    let accepted = service.ledger().len();
    assert!(of_type(&lines, "started").len() >= accepted, "every send is told before it leaves");
    let finished = Finished::of(service.run(&workflow, &recipients(20)).arg("--only").arg(&report));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let times = times_sent(&service, 20);
    assert!(times.iter().all(|times| *times <= 1), "{times:?}");
    let missing = times.iter().filter(|times| **times == 0).count();
    assert!(missing + ended <= 20 && missing <= 3, "only what was in flight may be missing: {times:?}");
}

#[test]
fn a_report_that_cannot_be_written_keeps_everything_from_leaving() {
    let service = Service::start();
    let workflow = sending_workflow(json!({}), json!({}));
    let finished =
        run(&service, &workflow, &recipients(2), &[], &path(&service, "no/such/folder/report.jsonl"));
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    if Path::new("/dev/full").exists() {
        let finished = run(&service, &workflow, &recipients(2), &[], Path::new("/dev/full"));
        assert_ne!(finished.status, 0, "{}", finished.stderr);
    }
    assert!(service.ledger().is_empty());
}

#[test]
fn an_earlier_report_of_the_name_is_kept() {
    let service = Service::start();
    let report = path(&service, "report.jsonl");
    let workflow = sending_workflow(json!({}), json!({}));
    run(&service, &workflow, &recipients(1), &[], &report);
    let first = std::fs::read_to_string(&report).expect("a report");
    run(&service, &workflow, &recipients(1), &[], &report);
    assert_eq!(std::fs::read_to_string(path(&service, "report.jsonl.1")).expect("it is kept"), first);
}

#[test]
fn items_that_a_second_signal_leaves_open_keep_their_recipient_and_their_id() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::SlowAfterAccepting { duration: Duration::from_secs(30) }));
    let report = path(&service, "report.jsonl");
    let mut command = service.run(&heddle_tests::sending_workflow(json!({}), json!({})), &recipients(4));
    command.args(["--concurrency", "2", "--report"]).arg(&report);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    while service.ledger().len() < 2 {
        std::thread::sleep(Duration::from_millis(50));
    }
    for _ in 0..2 {
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        std::thread::sleep(Duration::from_millis(300));
    }
    child.wait().expect("it ends");
    let lines = read(&report);
    for started in of_type(&lines, "started") {
        let ended = of_type(&lines, "ended").into_iter().find(|line| line["item"] == started["item"]);
        let ended = ended.unwrap_or_else(|| panic!("{started} has no end"));
        assert_eq!(ended["verdict"], "unknown");
        assert!(started["recipient"].is_string() && started["senderId"].is_string(), "{started}");
        assert_eq!(ended["recipient"], started["recipient"]);
        assert_eq!(ended["senderId"], started["senderId"]);
    }
    let others: Vec<&Value> =
        of_type(&lines, "ended").into_iter().filter(|line| line["verdict"] == "notSent").collect();
    assert_eq!(others.len(), 2);
    assert!(others.iter().all(|line| line.get("recipient").is_some_and(|to| to.as_str() != Some(""))));
}

#[test]
fn numbers_of_other_items_are_refused_whatever_made_them_others() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::FormError).to(recipient(0)));
    let report = path(&service, "report.jsonl");
    let order = |code: &str| node("Order", "code", 2.0, json!({ "jsCode": code }));
    let mut workflow = sending_workflow(json!({}), continuing());
    let send = workflow["nodes"][1]["name"].clone();
    let start = workflow["nodes"][0]["name"].as_str().expect("a name").to_owned();
    let nodes = workflow["nodes"].as_array_mut().expect("nodes");
    nodes.push(order("return $vars.order === 'up' ? $input.all() : $input.all().reverse()"));
    workflow["connections"] = json!({ start: to("Order"), "Order": to(send.as_str().expect("a name")) });
    let finished = run(&service, &workflow, &recipients(3), &["--var", "order=up"], &report);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let sent = times_sent(&service, 3);
    let only = report.display().to_string();
    let again = path(&service, "again.jsonl");
    let finished =
        run(&service, &workflow, &recipients(3), &["--var", "order=down", "--only", &only], &again);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("other variables"), "{}", finished.stderr);
    // A workflow that is called may have changed, too.
    let lines = std::fs::read_to_string(&report).expect("a report");
    let other: Vec<String> = lines
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).expect("JSON");
            if line["type"] == "head" {
                line["variables"] = Value::Null;
            }
            line.to_string()
        })
        .collect();
    std::fs::write(&report, other.join("\n")).expect("it can be written");
    let finished =
        run(&service, &workflow, &recipients(3), &["--var", "order=down", "--only", &only], &again);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("Other items reach the node"), "{}", finished.stderr);
    assert_eq!(times_sent(&service, 3), sent);
}

#[test]
fn a_report_is_not_written_over_what_the_run_reads() {
    let service = Service::start();
    let workflow = sending_workflow(json!({}), json!({}));
    let items = path(&service, "items.json");
    let before = recipients(2);
    let finished = run(&service, &workflow, &before, &[], &items);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("--input"), "{}", finished.stderr);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&items).expect("items")).expect("JSON");
    assert_eq!((kept, service.ledger().len()), (before, 0));
}

/// A workflow of one Code node that runs once for each item.
fn code_for_each(service: &HostileService, code: &str, on_error: &str) -> Value {
    let code = code.replace(
        "POST",
        &format!("await this.helpers.httpRequest({{ method: 'POST', url: '{}' }})", service.url()),
    );
    let mut each = node("Each", "code", 2.0, json!({ "mode": "runOnceForEachItem", "jsCode": code }));
    each["onError"] = json!(on_error);
    json!({ "name": "Code", "settings": { "executionOrder": "v1" },
            "nodes": [node("Start", "manualTrigger", 1.0, json!({})), each], "connections": { "Start": to("Each") } })
}

/// The verdicts of the report's items, and whether each has an error.
fn verdicts(report: &Path) -> Vec<(u64, String, bool)> {
    let lines = read(report);
    let items = of_type(&lines, "ended").into_iter();
    items
        .map(|line| {
            let verdict = line["verdict"].as_str().unwrap_or_default().to_owned();
            (line["item"].as_u64().expect("a number"), verdict, line["reason"].is_string())
        })
        .collect()
}

#[test]
fn code_that_runs_once_for_each_item_has_a_verdict_for_each() {
    let service = Service::start();
    let received = HostileService::start(|number| match number {
        2 => Reply::Cut,
        _ => Reply::status("200 OK", ""),
    });
    let report = path(&service, "report.jsonl");
    let code = "if ($json.number !== 1) POST; if ($json.number > 3) throw new Error('too late'); return {}";
    let items: Vec<Value> = (0..5).map(|number| json!({ "number": number })).collect();
    let workflow = code_for_each(&received, code, "continueRegularOutput");
    let finished = run(&service, &workflow, &json!(items), &[], &report);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Each: 3 sent, 0 not sent, 1 unknown"), "{}", finished.stderr);
    assert_eq!(
        verdicts(&report),
        [
            (0, "sent".to_owned(), false),
            (2, "sent".to_owned(), false),
            (3, "unknown".to_owned(), true),
            (4, "sent".to_owned(), true)
        ]
    );
    let started: Vec<Value> =
        of_type(&read(&report), "started").iter().map(|line| line["item"].clone()).collect();
    assert_eq!(started, [0, 2, 3, 4]);
}

#[test]
fn code_that_stops_at_an_item_has_not_sent_for_those_behind_it() {
    let service = Service::start();
    let received = HostileService::start(|number| match number {
        1 => Reply::status("400 Bad Request", ""),
        _ => Reply::status("200 OK", ""),
    });
    let report = path(&service, "report.jsonl");
    let items: Vec<Value> = (0..4).map(|number| json!({ "number": number })).collect();
    let workflow = code_for_each(&received, "POST; return {}", "stopWorkflow");
    let finished = run(&service, &workflow, &json!(items), &[], &report);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("Each: 1 sent, 3 not sent, 0 unknown"), "{}", finished.stderr);
    assert_eq!(
        verdicts(&report),
        [
            (0, "sent".to_owned(), false),
            (1, "notSent".to_owned(), true),
            (2, "notSent".to_owned(), false),
            (3, "notSent".to_owned(), false)
        ]
    );
    let finished = run(&service, &workflow, &json!(items), &["--dry-run"], &path(&service, "dry.jsonl"));
    let shown: Vec<Value> = serde_json::from_str(&finished.stdout).expect("items");
    assert_eq!((shown.len(), received.requests().len()), (4, 2), "{}", finished.stderr);
}
