//! Runs in which nodes are replaced by what they might put out (`docs/mocks.md`).

use heddle_node::{Json, Registry};
use heddle_nodes as _;
use heddle_runner::{Host, Mocks, RunError, RunOptions, RunResult, Status};
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({
        "id": name, "name": name, "type": kind, "typeVersion": version, "position": [0, 0],
        "parameters": parameters,
    })
}

/// A workflow of nodes one behind the other.
fn chain(nodes: Vec<Value>) -> Value {
    let names: Vec<String> =
        nodes.iter().map(|node| node["name"].as_str().expect("a name").to_owned()).collect();
    let mut connections = serde_json::Map::new();
    for pair in names.windows(2) {
        connections
            .insert(pair[0].clone(), json!({ "main": [[{ "node": pair[1], "type": "main", "index": 0 }]] }));
    }
    json!({ "name": "Mocked", "nodes": nodes, "connections": connections, "settings": { "executionOrder": "v1" } })
}

fn start() -> Value {
    node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({}))
}

async fn run(workflow: &Value, mocks: Value, real: &[&str]) -> Result<RunResult, RunError> {
    let mocks = Mocks::parse(&Json::from(mocks))
        .expect("mocks")
        .with_real(real.iter().map(|name| (*name).to_owned()));
    let workflow = Workflow::parse("mocked", &workflow.to_string()).expect("a workflow");
    let items = [1, 2].map(|id| heddle_node::Item::new(Json::from(json!({ "id": id })))).to_vec();
    let options = RunOptions { items: Some(items), mocks: Some(mocks), ..RunOptions::default() };
    Host::new(Registry::linked().expect("nodes")).run(&workflow, options).await
}

/// The items that a node put out last, by output.
fn outputs(result: &RunResult, node: &str) -> Value {
    let outputs = result.last_outputs(node).expect("the node ran");
    let items =
        outputs.into_iter().map(|items| items.iter().map(|item| item.json.to_value()).collect::<Value>());
    items.collect()
}

#[tokio::test]
async fn nodes_of_unknown_types_and_those_that_send_pass_their_items_on() {
    let workflow = chain(vec![
        start(),
        node("Fetch", "n8n-nodes-acme.acme", 1.0, json!({ "url": "={{ $json.broken( }}" })),
        node("Send", "n8n-nodes-wts.wtsChat", 1.0, json!({ "resource": "chatbot" })),
        node("After", "n8n-nodes-base.noOp", 1.0, json!({})),
    ]);
    let result = run(&workflow, json!({}), &[]).await.expect("it runs");
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    assert_eq!(result.mocked, ["Fetch", "Send"]);
    assert_eq!(outputs(&result, "After"), json!([[{ "id": 1 }, { "id": 2 }]]));
    let item = &result.last_outputs("After").expect("items")[0][1];
    assert_eq!(item.paired_item.references()[0].item, 1, "the pairing leads through");
    let shown = serde_json::to_value(&result).expect("JSON");
    assert_eq!(shown["mocked"], json!(["Fetch", "Send"]));
}

#[tokio::test]
async fn a_node_that_only_reads_calls_out_too() {
    let workflow = chain(vec![
        start(),
        node(
            "Read",
            "n8n-nodes-base.httpRequest",
            4.2,
            json!({ "url": "http://127.0.0.1:9/", "options": {} }),
        ),
    ]);
    let result = run(&workflow, json!({ "Read": [{ "ok": true }] }), &[]).await.expect("it runs");
    assert_eq!(outputs(&result, "Read"), json!([[{ "ok": true }]]));
    let result = run(&workflow, json!({}), &[]).await.expect("it runs");
    assert_eq!((result.status, result.mocked), (Status::Success, vec!["Read".to_owned()]));
}

#[tokio::test]
async fn a_file_says_what_nodes_put_out_and_pinned_data_comes_next() {
    let mut workflow = chain(vec![
        start(),
        node("Fetch", "n8n-nodes-acme.acme", 1.0, json!({})),
        node("Pinned", "n8n-nodes-acme.acme", 1.0, json!({})),
    ]);
    workflow["pinData"] =
        json!({ "Fetch": [{ "json": { "pinned": 1 } }], "Pinned": [{ "json": { "pinned": 2 } }] });
    let result =
        run(&workflow, json!({ "Fetch": [{ "a": 1 }, { "json": { "a": 2 } }] }), &[]).await.expect("it runs");
    assert_eq!(outputs(&result, "Fetch"), json!([[{ "a": 1 }, { "a": 2 }]]));
    assert_eq!(outputs(&result, "Pinned"), json!([[{ "pinned": 2 }]]));

    let mocks = json!({ "Fetch": { "outputs": [[], [{ "a": 1 }]] } });
    let result = run(&workflow, mocks, &[]).await.expect("it runs");
    assert_eq!(outputs(&result, "Fetch"), json!([[], [{ "a": 1 }]]));
}

#[tokio::test]
async fn a_trigger_that_waits_begins_with_what_is_known() {
    for kind in ["n8n-nodes-base.webhook", "n8n-nodes-acme.acmeTrigger"] {
        let mut workflow = chain(vec![
            node("Begin", kind, 1.0, json!({})),
            node("After", "n8n-nodes-base.noOp", 1.0, json!({})),
        ]);
        let begin = |workflow: &Value, mocks: Value| {
            let mocks = Mocks::parse(&Json::from(mocks)).expect("mocks");
            let workflow = Workflow::parse("mocked", &workflow.to_string()).expect("a workflow");
            async move {
                let options = RunOptions { mocks: Some(mocks), ..RunOptions::default() };
                Host::new(Registry::linked().expect("nodes")).run(&workflow, options).await
            }
        };
        let refused = begin(&workflow, json!({})).await.expect_err("nothing is known");
        assert!(matches!(refused, RunError::NoItems { .. }), "{kind}: {refused}");
        let result = begin(&workflow, json!({ "Begin": [{ "a": 1 }] })).await.expect("it runs");
        assert_eq!(outputs(&result, "After"), json!([[{ "a": 1 }]]), "{kind}");
        workflow["pinData"] = json!({ "Begin": [{ "json": { "pinned": 1 } }] });
        let result = begin(&workflow, json!({})).await.expect("it runs");
        assert_eq!(outputs(&result, "After"), json!([[{ "pinned": 1 }]]), "{kind}");
        let result = run(&workflow, json!({}), &[]).await.expect("it runs");
        assert_eq!(
            outputs(&result, "After"),
            json!([[{ "id": 1 }, { "id": 2 }]]),
            "{kind}: items that are given count"
        );
    }
}

#[tokio::test]
async fn a_mock_may_fail_and_the_node_s_setting_counts() {
    let mut workflow = chain(vec![
        start(),
        node("Pay", "n8n-nodes-acme.acme", 1.0, json!({})),
        node("After", "n8n-nodes-base.noOp", 1.0, json!({})),
    ]);
    let mocks = json!({ "Pay": { "error": { "message": "The card was declined", "description": "Ask for another." } } });
    let result = run(&workflow, mocks.clone(), &[]).await.expect("it runs");
    let error = result.error.expect("it fails");
    assert_eq!((error.message.as_str(), error.node.as_deref()), ("The card was declined", Some("Pay")));
    assert_eq!(error.description.as_deref(), Some("Ask for another."));

    workflow["nodes"][1]["onError"] = json!("continueErrorOutput");
    workflow["connections"]["Pay"]["main"] = json!([[], [{ "node": "After", "type": "main", "index": 0 }]]);
    let result = run(&workflow, mocks, &[]).await.expect("it runs");
    assert_eq!(result.status, Status::Success);
    let items = outputs(&result, "After");
    assert_eq!(
        (items[0][1]["id"].clone(), items[0].as_array().map(Vec::len)),
        (json!(2), Some(2)),
        "{items}"
    );
}

#[tokio::test]
async fn each_run_of_a_node_in_a_loop_has_its_own_answer() {
    let mut workflow = chain(vec![
        start(),
        node("Loop", "n8n-nodes-base.splitInBatches", 3.0, json!({ "batchSize": 1, "options": {} })),
        node("Done", "n8n-nodes-base.noOp", 1.0, json!({})),
        node("Page", "n8n-nodes-acme.acme", 1.0, json!({})),
    ]);
    workflow["connections"]["Done"] = json!({});
    workflow["connections"]["Loop"] = json!({ "main": [
        [{ "node": "Done", "type": "main", "index": 0 }], [{ "node": "Page", "type": "main", "index": 0 }],
    ] });
    workflow["connections"]["Page"] = json!({ "main": [[{ "node": "Loop", "type": "main", "index": 0 }]] });
    let mocks = json!({ "Page": { "runs": [[{ "page": 1 }], [{ "page": 2 }, { "page": 3 }]] } });
    let result = run(&workflow, mocks, &[]).await.expect("it runs");
    assert_eq!(outputs(&result, "Done"), json!([[{ "page": 1 }, { "page": 2 }, { "page": 3 }]]));
}

#[tokio::test]
async fn nodes_without_an_effect_and_real_ones_run() {
    let set = json!({ "assignments": { "assignments": [{ "id": "1", "name": "x", "value": 1, "type": "number" }] }, "options": {} });
    let workflow = chain(vec![
        start(),
        node("Set", "n8n-nodes-base.set", 3.4, set),
        node("Send", "n8n-nodes-wts.wtsChat", 1.0, json!({})),
    ]);
    let result = run(&workflow, json!({}), &[]).await.expect("it runs");
    assert_eq!(
        (result.mocked.as_slice(), outputs(&result, "Set")),
        (&["Send".to_owned()][..], json!([[{ "x": 1 }, { "x": 1 }]]))
    );
    let result = run(&workflow, json!({ "Set": [{ "y": 1 }] }), &[]).await.expect("it runs");
    assert_eq!(result.mocked, ["Set", "Send"], "a node that is named is replaced whatever it does");
    let refused = run(&workflow, json!({}), &["Send"]).await.expect_err("it needs its credential");
    assert!(refused.to_string().contains("wtsApi"), "{refused}");
}

/// Runs with mocks, in a host that knows further workflows by their ids.
async fn run_with(workflow: &Value, others: &[(&str, &Value)], mocks: Value) -> RunResult {
    let folder = tempfile::tempdir().expect("a folder");
    for (id, other) in others {
        std::fs::write(folder.path().join(format!("{id}.json")), other.to_string())
            .expect("it can be written");
    }
    let workflow = Workflow::parse("mocked", &workflow.to_string()).expect("a workflow");
    let items = [1, 2].map(|id| heddle_node::Item::new(Json::from(json!({ "id": id })))).to_vec();
    let mocks = Mocks::parse(&Json::from(mocks)).expect("mocks");
    let options = RunOptions { items: Some(items), mocks: Some(mocks), ..RunOptions::default() };
    let host = Host::new(Registry::linked().expect("nodes"))
        .with_workflows(std::sync::Arc::new(heddle_runner::WorkflowFolder::new(folder.path())));
    host.run(&workflow, options).await.expect("it runs")
}

#[tokio::test]
async fn the_requests_that_replaced_nodes_would_have_made_are_known() {
    let post = json!({
        "method": "POST", "url": "=https://api.example.com/{{ $json.id }}", "sendBody": true, "contentType": "json",
        "specifyBody": "json", "jsonBody": "={{ { n: $json.id } }}", "options": {},
    });
    let code = "await helpers.httpRequest({ url: 'https://code.example.com/' + $input.first().json.id }); return [];";
    let workflow = chain(vec![
        start(),
        node("Post", "n8n-nodes-base.httpRequest", 4.2, post),
        node(
            "Feed",
            "n8n-nodes-base.rssFeedRead",
            1.1,
            json!({ "url": "https://feed.example.com/", "options": {} }),
        ),
        node("Code", "n8n-nodes-base.code", 2.0, json!({ "jsCode": code })),
        node(
            "Broken",
            "n8n-nodes-base.httpRequest",
            4.2,
            json!({ "url": "={{ $('Nobody').item.json.x }}", "options": {} }),
        ),
        node("After", "n8n-nodes-base.noOp", 1.0, json!({})),
    ]);
    let result = run_with(&workflow, &[], json!({ "Post": [{ "id": 7 }] })).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    assert_eq!(result.mocked, ["Post", "Feed", "Code", "Broken"], "reading calls out, too");
    assert_eq!(outputs(&result, "After"), json!([[{ "id": 7 }]]));
    let shown = serde_json::to_value(&result).expect("JSON");
    let requests = shown["requests"].as_array().expect("a list");
    let short: Vec<(&Value, &Value, &Value)> =
        requests.iter().map(|request| (&request["node"], &request["item"], &request["url"])).collect();
    assert_eq!(requests.len(), 5, "{requests:?}");
    assert_eq!(short[0], (&json!("Post"), &json!(0), &json!("https://api.example.com/1")));
    assert_eq!(short[1], (&json!("Post"), &json!(1), &json!("https://api.example.com/2")));
    assert_eq!(requests[1]["body"], json!({ "n": 2 }));
    assert_eq!(short[2], (&json!("Feed"), &json!(0), &json!("https://feed.example.com/")));
    assert_eq!(short[3], (&json!("Code"), &Value::Null, &json!("https://code.example.com/7")));
    assert!(
        requests[4]["error"].as_str().is_some_and(|error| error.contains("Referenced node")),
        "{}",
        requests[4]
    );
}

#[tokio::test]
async fn nodes_of_called_workflows_are_replaced_by_the_names_of_both() {
    let mut called = chain(vec![
        node("Called", "n8n-nodes-base.executeWorkflowTrigger", 1.1, json!({ "inputSource": "passthrough" })),
        node(
            "Fetch",
            "n8n-nodes-base.httpRequest",
            4.2,
            json!({ "url": "https://inner.example.com/", "options": {} }),
        ),
    ]);
    called["name"] = json!("Inner");
    let call = json!({ "workflowId": { "__rl": true, "mode": "id", "value": "inner" }, "options": {} });
    let workflow = chain(vec![
        start(),
        node("Fetch", "n8n-nodes-acme.acme", 1.0, json!({})),
        node("Call", "n8n-nodes-base.executeWorkflow", 1.2, call),
    ]);
    let mocks = json!({ "Fetch": [{ "outer": 1 }], "Inner/Fetch": [{ "inner": 1 }] });
    let result = run_with(&workflow, &[("inner", &called)], mocks).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    assert_eq!(outputs(&result, "Call"), json!([[{ "inner": 1 }]]));
    assert_eq!(result.mocked, ["Fetch", "Inner/Fetch"]);
    let requests: Vec<String> = result
        .requests
        .iter()
        .map(|request| format!("{} {}", request.node, request.request["url"]))
        .collect();
    assert_eq!(requests, ["Inner/Fetch \"https://inner.example.com/\""]);
}

#[tokio::test]
async fn an_agent_is_replaced_as_one_with_its_sub_nodes() {
    let mut workflow = chain(vec![
        start(),
        node("Agent", "n8n-nodes-base.noOp", 1.0, json!({})),
        node("After", "n8n-nodes-base.noOp", 1.0, json!({})),
    ]);
    let nodes = workflow["nodes"].as_array_mut().expect("nodes");
    nodes.push(node("Model", "@n8n/n8n-nodes-langchain.lmChatOpenAi", 1.0, json!({})));
    workflow["connections"]["Model"] =
        json!({ "ai_languageModel": [[{ "node": "Agent", "type": "ai_languageModel", "index": 0 }]] });
    let parsed = Workflow::parse("agent", &workflow.to_string()).expect("a workflow");
    let host = Host::new(Registry::linked().expect("nodes"));
    let checked = host.check(&parsed, &RunOptions::default()).await;
    let told = checked.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(told.contains("\"Model\" (ai_languageModel)") && told.contains("--mock"), "{told}");
    let result = run_with(&workflow, &[], json!({ "Agent": [{ "output": "Hello" }] })).await;
    assert_eq!(outputs(&result, "After"), json!([[{ "output": "Hello" }]]));
    assert_eq!(result.mocked, ["Agent"]);
}

#[tokio::test]
async fn outputs_by_number_and_lists_for_each_run_are_understood() {
    let workflow = chain(vec![start(), node("Route", "n8n-nodes-acme.acme", 1.0, json!({}))]);
    let result = run_with(&workflow, &[], json!({ "Route": { "2": [{ "a": 1 }] } })).await;
    assert_eq!(outputs(&result, "Route"), json!([[], [], [{ "a": 1 }]]));
    let result = run_with(&workflow, &[], json!({ "Route": [[{ "run": 0 }], [{ "run": 1 }]] })).await;
    assert_eq!(outputs(&result, "Route"), json!([[{ "run": 0 }]]));
    let result = run_with(&workflow, &[], json!({ "Route": { "2": "no list" } })).await;
    assert_eq!(outputs(&result, "Route"), json!([[{ "2": "no list" }]]), "an item may have such a field");
}

#[test]
fn mocks_that_cannot_be_read_name_their_node() {
    for (mocks, words) in [
        (json!([]), "names of nodes"),
        (json!({ "A": 5 }), "\"A\""),
        (json!({ "A": { "outputs": 5 } }), "\"A\""),
        (json!({ "A": { "error": 5 } }), "\"A\" has an error without a message"),
        (json!({ "A": { "runs": [] } }), "\"A\" has no runs"),
    ] {
        let error = Mocks::parse(&Json::from(mocks)).expect_err("no mocks");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn the_command_line_writes_mocks_takes_them_and_names_what_was_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut workflow = chain(vec![start(), node("Fetch", "n8n-nodes-acme.acme", 1.0, json!({}))]);
    workflow["pinData"] = json!({ "Fetch": [{ "json": { "pinned": 1 } }] });
    let file = folder.path().join("workflow.json");
    std::fs::write(&file, workflow.to_string()).expect("it can be written");
    let refused = Finished::of(heddle().arg("run").arg(&file));
    assert!(refused.status == 2 && refused.stderr.contains("--mock"), "{}", refused.stderr);

    let written = Finished::of(heddle().arg("mock").arg(&file));
    let mocks: Value = serde_json::from_str(&written.stdout).expect("JSON");
    assert_eq!(mocks, json!({ "Fetch": [{ "json": { "pinned": 1 } }] }));
    let mocks = folder.path().join("mocks.json");
    std::fs::write(&mocks, r#"{"Fetch": [{"id": 7}]}"#).expect("it can be written");
    let finished = Finished::of(heddle().arg("run").arg(&file).arg(format!("--mock={}", mocks.display())));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(serde_json::from_str::<Value>(&finished.stdout).expect("JSON")[0]["json"], json!({ "id": 7 }));
    assert!(finished.stderr.contains("\"Fetch\""), "{}", finished.stderr);
    let plain = Finished::of(heddle().arg("run").arg(&file).arg("--mock"));
    assert_eq!(plain.status, 0, "{}", plain.stderr);
    assert_eq!(Finished::of(heddle().arg("check").arg(&file).arg("--mock")).status, 0);

    std::fs::write(&mocks, r#"{"Fetsh": []}"#).expect("it can be written");
    let misspelt = Finished::of(heddle().arg("run").arg(&file).arg(format!("--mock={}", mocks.display())));
    assert!(misspelt.status == 2 && misspelt.stderr.contains("\"Fetch\""), "{}", misspelt.stderr);
}
