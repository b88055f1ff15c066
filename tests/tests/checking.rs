//! `heddle check` and `heddle run` find the same, and all of it, before anything leaves.

use std::path::PathBuf;

use heddle_tests::{Finished, Service, heddle, recipient, recipients, sending_workflow};
use serde_json::{Value, json};

/// A folder with a workflow and those that it calls, and a service to send to.
struct Case {
    service: Service,
    workflow: PathBuf,
    items: PathBuf,
}

impl Case {
    fn new(workflow: &Value, others: &[(&str, &str)]) -> Self {
        let service = Service::start();
        for (name, text) in others {
            service.write(name, text);
        }
        let workflow = service.write("workflow.json", format!("{workflow:#}"));
        let items = service.write("items.ndjson", format!("{{\"to\": \"{}\"}}\n", recipient(0)));
        Self { service, workflow, items }
    }

    fn command(&self, command: &str, more: &[&str]) -> Finished {
        let credentials = self.workflow.with_file_name("credentials.json");
        let mut call = heddle();
        call.arg(command).arg(&self.workflow).arg("--input").arg(&self.items);
        if !more.contains(&"--dry-run") {
            call.arg("--credentials").arg(credentials);
        }
        Finished::of(call.args(more))
    }

    /// Neither `check` nor `run` lets it start, both in these words, and nothing leaves.
    fn refused(&self, more: &[&str], words: &[&str]) {
        let before = self.service.requests().len();
        for command in ["check", "run"] {
            let finished = self.command(command, more);
            assert_eq!(finished.status, 2, "{command}: {}\n{}", finished.stdout, finished.stderr);
            for word in words {
                assert!(
                    finished.stderr.contains(word),
                    "{command}: {word} is missing in:\n{}",
                    finished.stderr
                );
            }
            assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        }
        assert_eq!(self.service.requests().len(), before, "something left");
    }

    /// `check` warns in these words, and `run` begins and ends with this status.
    fn warned(&self, more: &[&str], status: i32, words: &[&str]) -> Finished {
        let checked = self.command("check", more);
        assert_eq!(checked.status, 0, "{}", checked.stderr);
        for word in words {
            assert!(checked.stderr.contains(word), "{word} is missing in:\n{}", checked.stderr);
        }
        let finished = self.command("run", more);
        assert_eq!(finished.status, status, "{}", finished.stderr);
        finished
    }
}

fn node(name: &str, node_type: &str, version: f64, parameters: Value) -> Value {
    json!({ "id": name, "name": name, "type": node_type, "typeVersion": version, "position": [400, 0], "parameters": parameters })
}

/// Adds a node behind one of the workflow.
fn then(mut workflow: Value, behind: &str, added: Value) -> Value {
    let name = added["name"].clone();
    workflow["nodes"].as_array_mut().expect("nodes").push(added);
    let outputs = &mut workflow["connections"][behind]["main"];
    if outputs.is_null() {
        *outputs = json!([[]]);
    }
    outputs[0].as_array_mut().expect("a list").push(json!({ "node": name, "type": "main", "index": 0 }));
    workflow
}

/// Start, Send, and this node behind the sending one.
fn sending_then(added: Value) -> Value {
    then(sending_workflow(json!({}), json!({})), "Send", added)
}

/// Start, and this node behind it: nothing is sent.
fn plain(added: Value) -> Value {
    let workflow = json!({
        "name": "Plain",
        "nodes": [node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({}))],
        "connections": {},
        "settings": { "executionOrder": "v1" },
    });
    then(workflow, "Start", added)
}

fn call(parameters: Value) -> Value {
    let mut all = json!({ "options": {} });
    for (key, value) in parameters.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    node("Call", "n8n-nodes-base.executeWorkflow", 1.2, all)
}

fn call_of(id: &str) -> Value {
    call(json!({ "workflowId": { "__rl": true, "mode": "id", "value": id } }))
}

/// A workflow to call with this node in it.
fn child(id: &str, added: Value) -> Value {
    let workflow = json!({
        "id": id,
        "name": format!("Workflow {id}"),
        "nodes": [node("Called", "n8n-nodes-base.executeWorkflowTrigger", 1.1, json!({ "inputSource": "passthrough" }))],
        "connections": {},
        "settings": { "executionOrder": "v1" },
    });
    then(workflow, "Called", added)
}

fn unknown(name: &str) -> Value {
    node(name, "n8n-nodes-base.notion", 4.2, json!({ "url": "http://localhost" }))
}

#[test]
fn every_problem_of_a_node_is_told() {
    let parameters = json!({
        "numberToSend": "={{ $json.to + }}",
        "channelId": "={{ $('Nobody').item.json.channel }}",
        "options": { "senderId": "={{ ) }}", "longestWait": "soon" },
        "forceStartSession": "perhaps",
    });
    let case = Case::new(&sending_workflow(parameters, json!({})), &[]);
    case.refused(
        &[],
        &["numberToSend", "\"Nobody\"", "channelId", "options.senderId", "longestWait", "forceStartSession"],
    );
}

#[test]
fn a_called_workflow_that_cannot_run_keeps_everything_from_being_sent() {
    let broken = child("child", unknown("Fetch")).to_string();
    let sending = sending_then(call_of("child"));
    Case::new(&sending, &[("child.json", &broken)])
        .refused(&[], &["child.json:", "n8n-nodes-base.notion", "Fetch", "called by", "\"Call\""]);
    Case::new(&sending, &[("child.json", "{nodes:")]).refused(&[], &["child.json", "not valid JSON", "Call"]);
    Case::new(&sending, &[]).refused(&[], &["Workflow does not exist", "\"child\"", "Call"]);
    let closed = child("child", node("Nothing", "n8n-nodes-base.noOp", 1.0, json!({})));
    let mut closed = closed;
    closed["settings"]["callerPolicy"] = json!("none");
    Case::new(&sending, &[("child.json", &closed.to_string())]).refused(&[], &["cannot be called", "Call"]);
    closed["settings"]["callerPolicy"] = json!("any");
    closed["nodes"][0]["type"] = json!("n8n-nodes-base.noOp");
    Case::new(&sending, &[("child.json", &closed.to_string())])
        .refused(&[], &["Missing node to start", "Call"]);
}

#[test]
fn called_workflows_are_followed_as_deep_as_they_go() {
    let middle = child("middle", call_of("last")).to_string();
    let last = child("last", unknown("Fetch")).to_string();
    let files = [("middle.json", middle.as_str()), ("last.json", last.as_str())];
    Case::new(&sending_then(call_of("middle")), &files)
        .refused(&[], &["last.json:", "Fetch", "\"Call\" › \"Call\""]);
    // Who sends may stand at the end of the calls, too.
    let sends = child("last", sending_workflow(json!({}), json!({}))["nodes"][1].clone());
    let sends = then(sends, "Send", unknown("Fetch")).to_string();
    let files = [("middle.json", middle.as_str()), ("last.json", sends.as_str())];
    Case::new(&plain(call_of("middle")), &files).refused(&[], &["last.json:", "Fetch"]);
    // Workflows that call each other in a circle are no endless search.
    let circle = child("middle", call_of("middle")).to_string();
    let checked = Case::new(&plain(call_of("middle")), &[("middle.json", &circle)]).command("check", &[]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
}

#[test]
fn workflows_are_called_by_path_and_in_the_node_itself_too() {
    let broken = child("x", unknown("Fetch"));
    let by_path = node(
        "Call",
        "n8n-nodes-base.executeWorkflow",
        1.0,
        json!({ "source": "localFile", "workflowPath": "below.json" }),
    );
    Case::new(&sending_then(by_path.clone()), &[("below.json", &broken.to_string())])
        .refused(&[], &["below.json:", "Fetch"]);
    Case::new(&sending_then(by_path), &[]).refused(&[], &["below.json", "could not be found"]);
    let inline = |text: &str| call(json!({ "source": "parameter", "workflowJson": text }));
    Case::new(&sending_then(inline(&broken.to_string())), &[])
        .refused(&[], &["workflow \"Workflow x\"", "Fetch", "n8n-nodes-base.notion"]);
    Case::new(&sending_then(inline("{ \"nodes\" ")), &[])
        .refused(&[], &["workflowJson", "The workflow JSON", "Call"]);
}

#[test]
fn without_effects_a_workflow_runs_as_far_as_in_n8n() {
    let case = Case::new(&plain(call_of("child")), &[]);
    let finished = case.warned(&[], 1, &["Workflow does not exist"]);
    assert!(finished.stderr.contains("Workflow does not exist"), "{}", finished.stderr);
    let set = json!({ "options": {}, "assignments": { "assignments": [
        { "id": "1", "name": "n", "type": "string", "value": "={{ $('Nobody').first().json.n }}" },
    ] } });
    let case = Case::new(&plain(node("Set", "n8n-nodes-base.set", 3.4, set.clone())), &[]);
    case.warned(&[], 1, &["Nobody"]);
    Case::new(&sending_then(node("Set", "n8n-nodes-base.set", 3.4, set)), &[])
        .refused(&[], &["Nobody", "Set"]);
}

#[test]
fn a_node_that_goes_on_after_errors_is_only_warned_of() {
    let mut tolerant = call_of("child");
    tolerant["onError"] = json!("continueRegularOutput");
    let case = Case::new(&sending_then(tolerant), &[]);
    case.warned(&[], 0, &["Workflow does not exist"]);
    assert_eq!(case.service.ledger().len(), 1);
}

#[test]
fn only_what_can_be_reached_is_a_reason_to_refuse() {
    let mut aside = sending_workflow(json!({}), json!({}));
    aside["nodes"].as_array_mut().expect("nodes").push(unknown("Fetch"));
    let case = Case::new(&aside, &[]);
    case.warned(&[], 0, &["n8n-nodes-base.notion", "Fetch"]);
    assert_eq!(case.service.ledger().len(), 1);

    let mut disabled = unknown("Fetch");
    disabled["disabled"] = json!(true);
    Case::new(&sending_then(disabled), &[]).warned(&[], 0, &["Fetch"]);

    let mut pinned = sending_then(unknown("Fetch"));
    pinned["pinData"] = json!({ "Fetch": [{ "json": { "a": 1 } }] });
    let case = Case::new(&pinned, &[]);
    case.refused(&[], &["Fetch"]);
    case.warned(&["--pins"], 0, &["Fetch"]);

    let case = Case::new(&sending_then(unknown("Fetch")), &[]);
    case.refused(&[], &["Fetch"]);
    case.warned(&["--destination", "Send"], 0, &["Fetch"]);
    case.refused(&["--destination", "Sned"], &["Sned", "\"Send\""]);
    case.refused(&["--start", "Strat"], &["Strat", "\"Start\""]);
}

#[test]
fn an_error_workflow_that_cannot_run_is_found_before() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["settings"]["errorWorkflow"] = json!("alarm");
    Case::new(&workflow, &[]).refused(&[], &["error workflow", "alarm"]);
    let alarm = json!({
        "id": "alarm", "name": "Alarm",
        "nodes": [node("Failed", "n8n-nodes-base.errorTrigger", 1.0, json!({}))],
        "connections": {}, "settings": {},
    });
    let working =
        then(alarm.clone(), "Failed", node("Note", "n8n-nodes-base.noOp", 1.0, json!({}))).to_string();
    Case::new(&workflow, &[("alarm.json", &working)]).warned(&[], 0, &[]);
    let broken = then(alarm, "Failed", unknown("Fetch")).to_string();
    Case::new(&workflow, &[("alarm.json", &broken)]).refused(&[], &["alarm.json:", "Fetch"]);
    let mut plain = plain(node("Nothing", "n8n-nodes-base.noOp", 1.0, json!({})));
    plain["settings"]["errorWorkflow"] = json!("alarm");
    Case::new(&plain, &[]).warned(&[], 0, &["error workflow", "alarm"]);
}

#[test]
fn a_missing_node_type_is_told_once_with_all_nodes_that_use_it() {
    let workflow = sending_then(unknown("Fetch"));
    let workflow = then(workflow, "Fetch", unknown("Fetch again"));
    let workflow = then(workflow, "Fetch again", node("Odd", "n8n-nodes-other.thing", 1.0, json!({})));
    let case = Case::new(&workflow, &[]);
    case.refused(&[], &["\"Fetch\", \"Fetch again\"", "--pins", "--start", "n8n-nodes-other"]);
    let finished = case.command("check", &[]);
    let told = finished.stderr.matches("node type \"n8n-nodes-base.notion\"").count();
    assert_eq!(told, 1, "{}", finished.stderr);
    assert!(!finished.stderr.contains("Did you mean"), "{}", finished.stderr);
    for (written, meant) in [
        ("n8n-nodes-base.sett", "\"n8n-nodes-base.set\""),
        ("n8n-nodes-base.wtsChat", "\"n8n-nodes-wts.wtsChat\""),
        ("n8n-nodes-base.NoOp", "\"n8n-nodes-base.noOp\""),
    ] {
        Case::new(&sending_then(node("Odd", written, 1.0, json!({}))), &[])
            .refused(&[], &["Did you mean", meant]);
    }
}

#[test]
fn a_trigger_whose_type_is_missing_is_stood_in_for_by_items() {
    for (kind, name) in
        [("n8n-nodes-base.telegramTrigger", "Message"), ("n8n-nodes-acme.acmeTrigger", "Order")]
    {
        let mut workflow = sending_workflow(json!({}), json!({}));
        workflow["nodes"][0]["type"] = json!(kind);
        workflow["nodes"][0]["name"] = json!(name);
        workflow["connections"] = json!({ name: workflow["connections"]["Start"] });
        let case = Case::new(&workflow, &[]);
        for command in ["check", "run"] {
            let mut call = heddle();
            call.arg(command).arg(&case.workflow).arg("--credentials");
            let finished = Finished::of(call.arg(case.workflow.with_file_name("credentials.json")));
            assert_eq!(finished.status, 2, "{}", finished.stderr);
            for word in [kind, name, "--start", "--input"] {
                assert!(finished.stderr.contains(word), "{word}: {}", finished.stderr);
            }
        }
        case.warned(&["--start", name], 0, &[]);
        assert_eq!(case.service.ledger().len(), 1, "the items go to the node behind the trigger");
        case.warned(&[], 0, &[]);
        assert_eq!(case.service.ledger().len(), 2, "the only trigger need not be named");
    }
}

#[test]
fn a_workflow_with_an_error_branch_does_not_start_at_it() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][0]["type"] = json!("n8n-nodes-base.scheduleTrigger");
    let workflow = then(workflow, "Alarm", node("Told", "n8n-nodes-base.noOp", 1.0, json!({})));
    let mut workflow = workflow;
    workflow["nodes"].as_array_mut().expect("nodes").push(node(
        "Alarm",
        "n8n-nodes-base.errorTrigger",
        1.0,
        json!({}),
    ));
    let case = Case::new(&workflow, &[]);
    case.warned(&[], 0, &[]);
    assert_eq!(case.service.ledger().len(), 1);
}

#[test]
fn a_missing_credential_is_a_problem_before_the_run() {
    let case = Case::new(&sending_workflow(json!({}), json!({})), &[]);
    case.service.write("credentials.json", "{}");
    case.refused(&[], &["No credential", "wtsApi", "--credentials", "HEDDLE_CREDENTIAL_WTSAPI", "Send"]);
    case.service.write("credentials.json", json!({ "wtsApii": { "apiKey": "pn_x" } }).to_string());
    case.refused(&[], &["\"wtsApii\"", "did you mean \"wtsApi\"", "Send"]);
    case.service.write("credentials.json", json!({ "wtsApi": { "apiKey": "" } }).to_string());
    case.refused(&[], &["Send", "credential"]);
    let key = json!({ "apiKey": "pn_x" });
    case.service.write("credentials.json", json!({ "wtsapi": key }).to_string());
    case.refused(&[], &["\"wtsapi\"", "did you mean \"wtsApi\"", "Send"]);
    case.service.write("credentials.json", json!({ "wtsApi": { "apiKey": "={{ $json. }}" } }).to_string());
    case.refused(&[], &["invalid syntax", "`apiKey`", "Send"]);
    let nowhere = json!({ "wtsApi": { "apiKey": "pn_x", "baseUrl": "api.wts.chat" } });
    case.service.write("credentials.json", nowhere.to_string());
    case.refused(&[], &["Base URL", "https://api.wts.chat", "Send"]);

    let shown = case.command("run", &["--dry-run"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("***") && shown.stdout.contains(&recipient(0)), "{}", shown.stdout);
    assert_eq!(case.command("check", &["--dry-run"]).status, 0);

    let misspelt = json!({ "credentials": { "wtsapi": { "id": "1", "name": "WTS" } } });
    Case::new(&sending_workflow(json!({}), misspelt), &[])
        .refused(&[], &["\"wtsapi\"", "\"wtsApi\"", "Send"]);

    // That of a called workflow is needed as much.
    let sends = child("child", sending_workflow(json!({}), json!({}))["nodes"][1].clone()).to_string();
    let case = Case::new(&plain(call_of("child")), &[("child.json", &sends)]);
    case.service.write("credentials.json", "{}");
    case.refused(&[], &["child.json:", "No credential", "Send"]);
}

#[test]
fn a_wait_for_what_cannot_come_is_found_before() {
    for (parameters, words) in [
        (json!({ "resume": "webhook" }), ["webhook", "resume"]),
        (json!({ "resume": "form" }), ["form", "resume"]),
        (json!({ "amount": -1, "unit": "seconds" }), ["Invalid wait amount", "amount"]),
        (json!({ "amount": 1, "unit": "weeks" }), ["Invalid wait unit", "unit"]),
        (json!({ "resume": "specificTime", "dateTime": "someday" }), ["not a valid date", "dateTime"]),
    ] {
        let wait = node("Wait", "n8n-nodes-base.wait", 1.1, parameters);
        Case::new(&sending_then(wait.clone()), &[]).refused(&[], &[words[0], words[1], "Wait"]);
        Case::new(&plain(wait), &[]).warned(&[], 1, &words);
    }
}

#[test]
fn a_file_in_one_line_shows_the_place() {
    let filler = "x".repeat(2000);
    let parameters = json!({ "chatbotId": filler, "numberToSend": "={{ $json.to + }}", "zzz": filler });
    let service = Service::start();
    let path = service.write("line.json", sending_workflow(parameters, json!({})).to_string());
    let finished = Finished::of(heddle().arg("check").arg("--dry-run").arg(path));
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    let shown = finished.stderr.lines().find(|line| line.contains("…") && line.contains("$json.to +"));
    assert!(shown.is_some_and(|line| line.chars().count() < 250), "{}", finished.stderr);
    for word in ["line.json:1:", "node \"Send\"", "parameter numberToSend"] {
        assert!(finished.stderr.contains(word), "{word}: {}", finished.stderr);
    }
}

#[test]
fn json_is_for_programs() {
    let broken = child("child", unknown("Fetch")).to_string();
    let workflow = then(sending_then(call_of("child")), "Call", unknown("Other"));
    let workflow = then(workflow, "Other", unknown("Another"));
    let case = Case::new(&workflow, &[("child.json", &broken)]);
    let finished = case.command("check", &["--json"]);
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.is_empty(), "{}", finished.stderr);
    let report = finished.json();
    assert_eq!(
        (&report["version"], &report["errors"], &report["warnings"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let file = &report["files"][0];
    assert_eq!(file["file"], json!(case.workflow.display().to_string()));
    assert_eq!((&file["start"], &file["hasEffect"]), (&json!("Start"), &json!(true)));
    let problem = &file["problems"][0];
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["node"], "Other");
    assert_eq!(problem["nodes"], json!(["Other", "Another"]));
    assert_eq!(problem["pointer"], "/nodes/3/type");
    assert!(problem["span"]["line"].is_u64() && problem["help"].is_string(), "{problem}");
    let called = &file["problems"][1];
    assert_eq!(called["node"], "Fetch");
    assert_eq!(called["called"]["callers"], json!(["Call"]));
    assert!(called["called"]["file"].as_str().is_some_and(|file| file.ends_with("child.json")), "{called}");

    let fine = Case::new(&sending_workflow(json!({}), json!({})), &[]).command("check", &["--json"]).json();
    assert_eq!(fine["files"][0]["problems"], json!([]));
}

#[test]
fn a_called_workflow_is_found_by_file_name_or_id() {
    let call = plain(call_of("wanted"));
    let shows = |text: &str| {
        let set = json!({ "options": {}, "assignments": { "assignments": [
            { "id": "1", "name": "from", "type": "string", "value": text },
        ] } });
        node("Set", "n8n-nodes-base.set", 3.4, set)
    };
    let found = |files: &[(&str, &str)]| {
        let finished = Case::new(&call, files).command("run", &[]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        finished.json()[0]["json"]["from"].clone()
    };
    let of = |id: &str, from: &str| child(id, shows(from)).to_string();
    assert_eq!(found(&[("wanted.json", &of("wanted", "name")), ("a.json", "{broken")]), "name");
    assert_eq!(found(&[("other.json", &of("wanted", "id")), ("a.json", "[1, 2"), ("b.json", "[]")]), "id");
    // A file that says it is another workflow gives way to the one that says it is this.
    assert_eq!(found(&[("wanted.json", &of("else", "name")), ("other.json", &of("wanted", "id"))]), "id");
    assert_eq!(found(&[("wanted.json", &of("else", "name"))]), "name");
    let twice = Case::new(&call, &[("a.json", &of("wanted", "a")), ("b.json", &of("wanted", "b"))]);
    twice.warned(&[], 1, &["two workflow files", "a.json", "b.json"]);
}

#[test]
fn several_files_are_checked_in_one_call() {
    let case = Case::new(&sending_workflow(json!({}), json!({})), &[]);
    let other = case.service.write("other.json", sending_then(unknown("Fetch")).to_string());
    let mut call = heddle();
    call.arg("check").arg(&case.workflow).arg(&other).arg("--credentials");
    let finished = Finished::of(call.arg(case.workflow.with_file_name("credentials.json")));
    assert_eq!(finished.status, 2);
    assert!(finished.stdout.contains("workflow.json: no problems"), "{}", finished.stdout);
    assert!(finished.stdout.contains("other.json: 1 error"), "{}", finished.stdout);
    assert_eq!(recipients(1).as_array().map(Vec::len), Some(1));
}

/// An If behind the sending node whose right value is this pattern.
fn pattern(source: &str) -> Value {
    let condition = json!({
        "id": "c", "leftValue": "={{ $json.id }}", "rightValue": source,
        "operator": { "type": "string", "operation": "regex" },
    });
    let options = json!({ "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 });
    let filter = json!({ "options": options, "conditions": [condition], "combinator": "and" });
    node("If", "n8n-nodes-base.if", 2.2, json!({ "conditions": filter, "options": {} }))
}

fn set(kind: &str, value: &str) -> Value {
    let field = json!({ "id": "f", "name": "n", "type": kind, "value": value });
    node(
        "Set",
        "n8n-nodes-base.set",
        3.4,
        json!({ "assignments": { "assignments": [field] }, "includeOtherFields": true, "options": {} }),
    )
}

#[test]
fn constant_expressions_that_can_only_fail_are_found_before_anything_leaves() {
    let behind = |added: Value, words: &[&str]| Case::new(&sending_then(added), &[]).refused(&[], words);
    for value in ["={{ 'abc' }}", "={{ 'a' + 'bc' }}", "={{ \"ABC\".toLowerCase() }}", "=a{{ 'bc' }}"] {
        behind(set("number", value), &["\"Set\"", "abc"]);
    }
    for value in ["={{ 'maybe' }}", "={{ ['maybe'][0] }}"] {
        behind(set("boolean", value), &["\"Set\"", "maybe"]);
    }
    for source in ["={{ '([' }}", "={{ '(' + '[' }}", "=([{{ '' }}"] {
        behind(pattern(source), &["\"If\"", "rightValue"]);
    }
    behind(call_of("={{ 'nope' }}"), &["\"Call\"", "does not exist", "nope"]);
    behind(
        node("Wait", "n8n-nodes-base.wait", 1.1, json!({ "amount": "={{ -5 }}", "unit": "seconds" })),
        &["\"Wait\"", "amount"],
    );
    for (parameter, value) in [
        ("numberToSend", "={{ '' }}"),
        ("numberToSend", "={{ null }}"),
        ("numberToSend", "={{ ' '.trim() }}"),
        ("numberToSend", "={{ undefined }}"),
        ("chatbotId", "={{ '' }}"),
    ] {
        let workflow = sending_workflow(json!({ parameter: value }), json!({}));
        Case::new(&workflow, &[]).refused(&[], &["\"Send\"", parameter]);
    }
}

#[test]
fn expressions_that_only_a_run_can_answer_are_no_problem() {
    for value in [
        "={{ Math.random() > 2 ? 'abc' : 1 }}",
        "={{ $now.year > 3000 ? 'abc' : 1 }}",
        "={{ $json.n ?? 'abc' }}",
        "={{ '5' }}",
    ] {
        let case = Case::new(&sending_then(set("number", value)), &[]);
        let checked = case.command("check", &[]);
        assert_eq!(checked.status, 0, "{value}: {}", checked.stderr);
        assert!(!checked.stderr.contains("\"Set\""), "{value}: {}", checked.stderr);
    }
    let workflow = sending_workflow(json!({ "numberToSend": "={{ '' || $json.to }}" }), json!({}));
    assert_eq!(Case::new(&workflow, &[]).command("run", &[]).status, 0);
}

#[test]
fn a_workflow_that_calls_itself_without_end_is_found_before_anything_leaves() {
    let itself = child("a", call_of("a"));
    let case = Case::new(&sending_then(call_of("a")), &[("a.json", &itself.to_string())]);
    case.refused(&[], &["calls itself without end", "a.json", "called by \"Call\""]);
    // Through another one, with nodes on the way that pass everything on.
    let first = child("a", call_of("b"));
    let second = then(child("b", node("Pass", "n8n-nodes-base.noOp", 1.0, json!({}))), "Pass", call_of("a"));
    let case = Case::new(
        &sending_then(call_of("a")),
        &[("a.json", &first.to_string()), ("b.json", &second.to_string())],
    );
    case.refused(&[], &["calls itself without end"]);
    // A condition on the way may end it, and so may a list that is empty.
    let split = node(
        "Split",
        "n8n-nodes-base.splitOut",
        1.0,
        json!({ "fieldToSplitOut": "children", "options": {} }),
    );
    for on_the_way in [pattern("x"), split] {
        let name = on_the_way["name"].as_str().expect("a name").to_owned();
        let ends = then(child("a", on_the_way), &name, call_of("a"));
        let case = Case::new(&sending_then(call_of("a")), &[("a.json", &ends.to_string())]);
        let checked = case.command("check", &[]);
        assert_eq!(checked.status, 0, "{}", checked.stderr);
    }
}

#[test]
fn run_tells_as_many_problems_as_check_with_their_places() {
    let count = |text: &str| text.matches("workflow.json").count();
    let alike = |workflow: Value, words: &[&str]| {
        let case = Case::new(&workflow, &[]);
        let call = |command: &str| {
            Finished::of(heddle().arg(command).arg(&case.workflow).arg("--input").arg(&case.items))
        };
        let (checked, run) = (call("check"), call("run"));
        assert_eq!((checked.status, run.status), (2, 2), "{}\n{}", checked.stderr, run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{word} is missing in:\n{}", run.stderr);
        }
        assert_eq!(count(&checked.stderr), count(&run.stderr), "{}\n{}", checked.stderr, run.stderr);
    };
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][0]["type"] = json!("n8n-nodes-base.noOp");
    alike(workflow, &["no node starts the workflow", "No credential"]);
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["settings"]["timezone"] = json!("Mars/One");
    alike(workflow, &["workflow.json:", "Mars/One", "No credential"]);
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][0]["type"] = json!("n8n-nodes-base.telegramTrigger");
    let mut both = workflow.clone();
    both["nodes"].as_array_mut().expect("nodes").push(node(
        "Other",
        "n8n-nodes-base.slackTrigger",
        1.0,
        json!({}),
    ));
    alike(both, &["telegramTrigger", "No credential"]);
}

#[test]
fn one_problem_is_told_once() {
    let mode =
        node("Set", "n8n-nodes-base.set", 3.4, json!({ "mode": "json", "jsonOutput": "{}", "options": {} }));
    let case = Case::new(&plain(mode), &[]);
    let checked = case.command("check", &[]);
    assert_eq!(checked.stderr.matches("parameter mode").count(), 1, "{}", checked.stderr);
}

#[test]
fn misspelt_kinds_of_connections_and_words_of_on_error_are_warnings_with_the_nearest() {
    let mut workflow = plain(node("Pass", "n8n-nodes-base.noOp", 1.0, json!({})));
    workflow["nodes"][1]["onError"] = json!("continue");
    workflow["connections"] = json!({
        "Start": { "mian": [[{ "node": "Pass", "type": "main", "index": 0 }]] },
        "Pass": { "main": [[{ "node": "Pass", "type": "Main", "index": 0 }]] },
    });
    let checked = Case::new(&workflow, &[]).command("check", &[]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    for word in [
        "\"mian\"",
        "\"Main\"",
        "Did you mean \"main\"?",
        "\"continueRegularOutput\" or \"continueErrorOutput\"",
    ] {
        assert!(checked.stderr.contains(word), "{word} is missing in:\n{}", checked.stderr);
    }
    workflow["connections"]["Start"] =
        json!({ "ai_tool": [[{ "node": "Pass", "type": "ai_tool", "index": 0 }]] });
    workflow["connections"]["Pass"] = json!({});
    let checked = Case::new(&workflow, &[]).command("check", &[]);
    assert!(!checked.stderr.contains("of the kind"), "{}", checked.stderr);
}
