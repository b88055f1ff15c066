//! Bad input gets a clear error that names the place and the way out, and nothing is sent.

use heddle_tests::{Finished, Service, heddle, recipient, recipients, sending_workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule};

/// Runs the workflow text and expects that nothing leaves, with this exit status and these words on standard error.
fn refuses(service: &Service, workflow: &str, items: &str, status: i32, words: &[&str]) -> Finished {
    let path = service.write("bad.json", workflow);
    let items = service.write("bad-items.json", items);
    let credentials = service.write(
        "bad-credentials.json",
        json!({ "wtsApi": { "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": service.sandbox().url() } })
            .to_string(),
    );
    let mut command = heddle();
    command.arg("run").arg(path).arg("--input").arg(items).arg("--credentials").arg(credentials);
    let finished = Finished::of(&mut command);
    assert_eq!(finished.status, status, "{}", finished.stderr);
    for word in words {
        assert!(finished.stderr.contains(word), "{word} is missing in:\n{}", finished.stderr);
    }
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    assert!(service.ledger().is_empty());
    finished
}

fn refuses_workflow(workflow: &Value, words: &[&str]) {
    let service = Service::start();
    refuses(&service, &format!("{workflow:#}"), &recipients(2).to_string(), 2, words);
}

#[test]
fn a_file_that_is_not_there_or_no_workflow() {
    let finished = Finished::of(heddle().args(["run", "no-such-file.json"]));
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("no-such-file.json"), "{}", finished.stderr);
    let service = Service::start();
    refuses(&service, "{ \"nodes\": [ ", "[]", 2, &["bad.json:1:14", "not valid JSON"]);
    refuses(&service, "", "[]", 2, &["bad.json"]);
    refuses(&service, "[1, 2, 3]", "[]", 2, &["bad.json", "workflow"]);
    refuses(&service, "{\"name\": \"x\"}", "[]", 2, &["bad.json", "nodes"]);
}

#[test]
fn an_unknown_node_type_names_the_nearest() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][1]["type"] = json!("n8n-nodes-wts.wtsChatt");
    refuses_workflow(&workflow, &["bad.json:", "wtsChatt", "\"n8n-nodes-wts.wtsChat\"", "Send"]);
}

#[test]
fn two_nodes_of_one_name() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][1]["name"] = json!("Start");
    refuses_workflow(&workflow, &["bad.json:", "Two nodes have the name", "Start"]);
}

#[test]
fn a_connection_to_nowhere() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["connections"]["Start"]["main"][0][0]["node"] = json!("Sent");
    refuses_workflow(&workflow, &["bad.json:", "Sent", "no node of this workflow", "Start"]);
}

#[test]
fn an_unknown_operation() {
    let workflow = sending_workflow(json!({ "operation": "sendChatbots" }), json!({}));
    refuses_workflow(&workflow, &["bad.json:", "sendChatbots", "sendChatbot", "Send", "operation"]);
}

#[test]
fn an_expression_with_a_syntax_error_shows_its_place() {
    let workflow = sending_workflow(json!({ "numberToSend": "={{ $json.to + }}" }), json!({}));
    refuses_workflow(&workflow, &["bad.json:", "numberToSend", "Send", "syntax"]);
}

#[test]
fn a_syntax_error_in_json_text_names_the_parameter() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    let text = "={ \"a\": {{ $json.to }}, \"b\": {{ $json.to + }} }";
    workflow["nodes"].as_array_mut().expect("nodes").push(json!({
        "name": "Text", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [400, 0],
        "parameters": { "mode": "raw", "jsonOutput": text, "options": {} },
    }));
    workflow["connections"]["Send"] = json!({ "main": [[{ "node": "Text", "type": "main", "index": 0 }]] });
    refuses_workflow(&workflow, &["bad.json:", "parameter jsonOutput\n", "Text", "syntax"]);
}

#[test]
fn json_text_that_is_no_object_is_found_before_the_run() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][1]["type"] = json!("n8n-nodes-base.set");
    workflow["nodes"][1]["typeVersion"] = json!(3.4);
    workflow["nodes"][1]["parameters"] = json!({ "mode": "raw", "jsonOutput": "[1]", "options": {} });
    refuses_workflow(&workflow, &["bad.json:", "'jsonOutput' expects a object but we got '[1]'"]);
}

#[test]
fn a_connection_from_a_node_that_is_gone_keeps_nothing_from_running() {
    let mut workflow = sending_workflow(json!({}), json!({}));
    workflow["nodes"][1]["type"] = json!("n8n-nodes-base.noOp");
    workflow["nodes"][1]["typeVersion"] = json!(1);
    workflow["nodes"][1]["parameters"] = json!({});
    workflow["connections"]["Gone"] = workflow["connections"]["Start"].clone();
    let service = Service::start();
    let path = service.write("gone.json", format!("{workflow:#}"));
    let finished = Finished::of(heddle().arg("run").arg(path));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
}

#[test]
fn an_expression_that_names_a_missing_node() {
    let workflow = sending_workflow(json!({ "numberToSend": "={{ $('Strat').item.json.to }}" }), json!({}));
    refuses_workflow(&workflow, &["bad.json:", "Strat", "\"Start\"", "numberToSend"]);
}

#[test]
fn a_metadata_list_of_the_wrong_shape() {
    let rows = json!({ "sessionMetadatas": { "sessionMetadata": "plan=gold" } });
    refuses_workflow(&sending_workflow(rows, json!({})), &["sessionMetadatas", "Send"]);
    let rows =
        json!({ "sessionMetadatas": { "sessionMetadata": [{ "key": "plan", "value": "={{ [1] }}" }] } });
    refuses_workflow(&sending_workflow(rows, json!({})), &["row 1", "Send", "sessionMetadata[0].value"]);
    for row in [
        json!({ "key": "plan", "value": "={{ $json }}" }),
        json!({ "key": "plan", "value": "={{ [$json.to] }}" }),
    ] {
        let service = Service::start();
        let rows = json!({ "sessionMetadatas": { "sessionMetadata": [{ "key": "a", "value": 1 }, row] } });
        let workflow = sending_workflow(rows, json!({})).to_string();
        refuses(&service, &workflow, &recipients(1).to_string(), 1, &["row 2", "Send", "item"]);
    }
}

/// Constants beside expressions: each of them is reported, not the first alone.
#[test]
fn constants_of_a_send_that_no_item_can_use() {
    let rows = json!([
        { "key": "", "value": "x" }, { "key": "={{ $json.to }}", "value": "x" }, { "key": " ", "value": "y" },
    ]);
    for (parameters, words) in [
        (json!({ "chatbotId": "" }), vec!["Choose a bot", "chatbotId"]),
        (json!({ "chatbotId": "NOT_SEND" }), vec!["Choose a bot", "chatbotId"]),
        (json!({ "numberToSend": "" }), vec!["numberToSend", "Fill in the To field"]),
        (json!({ "numberToSend": " + " }), vec!["numberToSend", "Fill in the To field"]),
        (json!({ "channelId": "" }), vec!["Choose channel", "channelId"]),
        (
            json!({ "sessionMetadatas": { "sessionMetadata": rows } }),
            vec!["row 1", "row 3", "sessionMetadata[0].key"],
        ),
        (json!({ "options": { "delivery": "later" } }), vec!["delivery", "later"]),
        (
            json!({
                "chatbotId": "", "channelId": "", "options": { "longestWait": "soon", "delivery": "queued", "waitForFinalStatus": true },
                "contactMetadatas": { "contactMetadata": rows },
            }),
            vec![
                "Choose a bot",
                "Choose channel",
                "Longest Wait",
                "Contacts Metadata, row 1",
                "Contacts Metadata, row 3",
            ],
        ),
    ] {
        let workflow = sending_workflow(parameters, json!({}));
        refuses_workflow(&workflow, &words);
    }
    // A conversation has a recipient and a channel of its own, and an expression may give one.
    for session in ["5f2b0000-0000-4000-8000-000000000001", "={{ $json.session }}"] {
        let workflow =
            sending_workflow(json!({ "sessionId": session, "numberToSend": "", "channelId": "" }), json!({}));
        let service = Service::start();
        let file = service.write("session.json", workflow.to_string());
        let finished = Finished::of(heddle().args(["check", "--dry-run"]).arg(file));
        assert_eq!(finished.status, 0, "{}", finished.stderr);
    }
}

#[test]
fn an_api_key_that_is_missing_wrong_or_expired() {
    let service = Service::start();
    let path = service.write("workflow.json", sending_workflow(json!({}), json!({})).to_string());
    let finished = Finished::of(heddle().arg("run").arg(&path));
    assert_eq!(finished.status, 2);
    for word in ["--credentials", "HEDDLE_CREDENTIAL_WTSAPI", "Send"] {
        assert!(finished.stderr.contains(word), "{word}: {}", finished.stderr);
    }
    for key in ["", "pn_nobody", wts_sandbox::seed::EXPIRED_TOKEN] {
        service.write_credential(json!({ "apiKey": key }));
        let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(2));
        let finished = Finished::of(&mut command);
        let status = if key.is_empty() { 2 } else { 1 };
        assert_eq!(finished.status, status, "{}", finished.stderr);
        assert!(finished.stderr.to_lowercase().contains("credential"), "{}", finished.stderr);
        assert!(key.is_empty() || !finished.stderr.contains(key), "the key is shown");
    }
    let mut command = heddle();
    command.arg("run").arg(&path).env("HEDDLE_CREDENTIAL_WTSAPI", "{not json");
    let finished = Finished::of(&mut command);
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("HEDDLE_CREDENTIAL_WTSAPI"), "{}", finished.stderr);
    assert!(service.ledger().is_empty());
}

#[test]
fn the_environment_gives_a_credential() {
    let service = Service::start();
    let path = service.write("workflow.json", sending_workflow(json!({}), json!({})).to_string());
    let items = service.write("items.json", recipients(1).to_string());
    let data = json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": service.sandbox().url() });
    let mut command = heddle();
    command.arg("run").arg(path).arg("--input").arg(items);
    let finished = Finished::of(command.env("HEDDLE_CREDENTIAL_WTSAPI", data.to_string()));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 1);
}

#[test]
fn an_input_file_that_is_half_json_lines_or_empty() {
    let service = Service::start();
    let workflow = sending_workflow(json!({}), json!({})).to_string();
    let half = format!("{{\"to\":\"{}\"}}\n{{\"to\":\n", recipient(0));
    refuses(&service, &workflow, &half, 2, &["line 2", "bad-items.json"]);
    refuses(&service, &workflow, "", 2, &["bad-items.json", "empty"]);
    refuses(&service, &workflow, "  \n ", 2, &["bad-items.json", "empty"]);
    refuses(&service, &workflow, "[1, 2]", 2, &["bad-items.json", "item 0"]);
    refuses(&service, &workflow, "[{\"to\":", 2, &["bad-items.json"]);
}

#[test]
fn items_are_read_from_json_lines_and_standard_input() {
    use std::io::Write as _;
    use std::process::Stdio;

    let service = Service::start();
    let workflow = service.write("workflow.json", sending_workflow(json!({}), json!({})).to_string());
    service.write_credential(json!({}));
    let credentials = workflow.with_file_name("credentials.json");
    let mut child = heddle()
        .arg("run")
        .arg(&workflow)
        .args(["--input", "-", "--credentials"])
        .arg(credentials)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines =
        format!("\u{feff}{{\"to\":\"{}\"}}\n\n{{\"json\":{{\"to\":\"{}\"}}}}\n", recipient(0), recipient(1));
    child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it reads");
    let finished: Finished = child.wait_with_output().expect("it ends").into();
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 2);
}

#[test]
fn ten_megabytes_and_unicode_in_every_field() {
    let service = Service::start();
    let long = "Ä💳日".repeat(1_100_000);
    let items = json!([{ "to": recipient(0), "note": long, "ключ": "значение – 日本語 💳" }]);
    let metadata = json!([
        { "key": "ключ", "value": "={{ $json['ключ'] }}" },
        { "key": "length", "value": "={{ $json.note.length }}" },
    ]);
    let mut workflow =
        sending_workflow(json!({ "sessionMetadatas": { "sessionMetadata": metadata } }), json!({}));
    workflow["nodes"][1]["name"] = json!("Отправить 送信 💬");
    workflow["connections"]["Start"]["main"][0][0]["node"] = json!("Отправить 送信 💬");
    let finished = Finished::of(&mut service.run(&workflow, &items));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Отправить 送信 💬: 1 sent"), "{}", finished.stderr);
    let metadata = service.ledger()[0].session_metadata.clone().expect("metadata");
    assert_eq!(metadata["ключ"], "значение – 日本語 💳");
    assert_eq!(metadata["length"], "4400000");

    let all = json!([{ "key": "note", "value": "={{ $json.note }}" }]);
    let workflow = sending_workflow(json!({ "sessionMetadatas": { "sessionMetadata": all } }), json!({}));
    let finished = Finished::of(&mut service.run(&workflow, &items));
    assert_eq!(finished.status, 1, "more than the service takes");
    assert!(finished.stderr.contains("Send: 0 sent, 1 not sent, 0 unknown"), "{}", finished.stderr);
    assert!(finished.stderr.len() < 10_000, "the text is not printed");
}

#[test]
fn a_redirect_is_not_followed() {
    let service = Service::start();
    let elsewhere = Service::start();
    let location = format!("{}/chat/v1/chatbot/send", elsewhere.sandbox().url());
    service.fault(FaultRule::new(Fault::Redirect { status: 307, location }));
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(1));
    let finished = Finished::of(&mut command);
    assert_eq!(finished.status, 1);
    assert!(finished.stderr.contains("redirect"), "{}", finished.stderr);
    assert!(elsewhere.requests().is_empty() && service.ledger().is_empty());
}

#[test]
fn check_finds_every_problem_at_once() {
    let service = Service::start();
    let mut workflow = sending_workflow(
        json!({ "operation": "send", "numberToSend": "={{ $('X').item.json.a + }}" }),
        json!({}),
    );
    workflow["nodes"][0]["type"] = json!("n8n-nodes-base.manualTriger");
    workflow["connections"]["Start"]["main"][0].as_array_mut().expect("a list").push(json!(
        { "node": "Nowhere", "type": "main", "index": 0 }
    ));
    let path = service.write("many.json", format!("{workflow:#}"));
    let finished = Finished::of(heddle().arg("check").arg(&path));
    assert_eq!(finished.status, 2);
    for word in ["manualTriger", "Nowhere", "many.json:"] {
        assert!(finished.stderr.contains(word), "{word} is missing in:\n{}", finished.stderr);
    }
    let good =
        Finished::of(heddle().arg("check").arg("--sandbox").arg(heddle_tests::workflow("send-chatbot.json")));
    assert_eq!(good.status, 0, "{}", good.stderr);
    assert!(good.stdout.contains("no problems"), "{}", good.stdout);
    assert!(service.requests().is_empty());
}

/// Version as text or absent, fractional positions, gaps in the connections, unknown keys, notes: as files in the wild.
#[test]
fn exports_as_they_are_in_the_wild_run() {
    let service = Service::start();
    let mut workflow =
        sending_workflow(json!({}), json!({ "typeVersion": "1", "position": [200.5, -0.25], "color": 7 }));
    workflow["nodes"][0].as_object_mut().expect("a node").remove("typeVersion");
    workflow["nodes"].as_array_mut().expect("a list").push(json!(
        { "name": "Note", "type": "n8n-nodes-base.stickyNote", "position": [0, 0], "parameters": { "content": "# Hi" } }
    ));
    workflow["connections"]["Start"]["main"] =
        json!([[null, { "node": "Send", "type": "main", "index": 0 }], null]);
    workflow["settings"] = json!({ "executionOrder": "v1", "callerPolicy": "any" });
    workflow["tags"] = json!([{ "name": "sales" }]);
    let finished = Finished::of(&mut service.run(&workflow, &recipients(2)));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 2);
}
