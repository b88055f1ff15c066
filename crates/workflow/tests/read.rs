//! Reading workflow files: what the model says, and that nothing gets lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use heddle_data::{Item, Json, PairedItem, json};
use heddle_workflow::{ConnectionType, ExecutionOrder, OnError, Workflow};

fn read(file: &str) -> Workflow {
    Workflow::read(format!("{}/tests/workflows/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn parse(json: Json) -> Workflow {
    Workflow::parse("test.json", &json.to_string()).unwrap()
}

fn node(settings: Json) -> heddle_workflow::Node {
    let mut node = json!({ "name": "A", "type": "t", "position": [0, 0], "parameters": {} });
    for (key, value) in settings.as_object().unwrap().iter() {
        node.insert(key, value.clone());
    }
    heddle_workflow::Node::from_json(&node)
}

#[test]
fn a_current_export_is_read() {
    let workflow = read("newsletter.json");
    assert_eq!(workflow.id.as_deref(), Some("q1W2e3R4t5Y6u7I8"));
    assert_eq!(workflow.name, "Send the weekly newsletter");
    assert_eq!(workflow.settings.execution_order, ExecutionOrder::V1);
    assert_eq!(workflow.settings.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(workflow.settings.error_workflow.as_deref(), Some("kX2p9rQ0ZsWm3uTa"));
    assert_eq!(workflow.settings.execution_timeout, Some(Duration::from_secs(90)));
    let trigger = workflow.node("Every Monday").unwrap();
    assert_eq!(trigger.type_version, Some(1.2));
    assert_eq!(trigger.position, [-420.5, 112.25]);
    let get = workflow.node("Get subscribers").unwrap();
    assert_eq!(
        get.parameters.pointer("/options/batching/batch/batchSize").and_then(Json::as_f64),
        Some(20.0)
    );
    assert_eq!((get.tries(), get.wait_between_tries()), (5, Duration::from_secs(1)));
    let credential = get.credential("httpHeaderAuth").unwrap();
    assert_eq!(
        (credential.id.as_deref(), credential.name.as_str()),
        (Some("Zk3bQ1x8mU7w2L0p"), "Mailer key")
    );
    let send = workflow.node("Send").unwrap();
    assert_eq!(send.on_error(), OnError::ContinueErrorOutput);
    assert_eq!(send.concurrency, Some(4));
    assert_eq!(send.time_limit, Some(Duration::from_millis(1500)));
    assert_eq!(send.webhook_id.as_deref(), Some("7b9f5a0a-7b5e-4a54-8a1c-8c1b2f6f9e10"));
    assert_eq!(send.notes.as_deref(), Some("Plain text only"));
    assert!(workflow.node("Skip").unwrap().disabled);
    assert!(workflow.node("Sticky Note").unwrap().is_sticky_note());
    assert!(!send.is_sticky_note());
    assert_eq!(workflow.problems(), []);
}

#[test]
fn pinned_items_are_read() {
    let workflow = read("newsletter.json");
    let items = workflow.pinned_items("Get subscribers").unwrap().unwrap();
    assert_eq!(items[0].json, json!({ "email": "ada@example.com", "confirmed": true }));
    assert_eq!(items[0].paired_item, PairedItem::item(0));
    assert_eq!(
        items[1].paired_item.references().iter().map(|r| (r.item, r.input)).collect::<Vec<_>>(),
        [(0, 1), (2, 0)]
    );
    assert_eq!(workflow.pinned_items("Send"), Ok(None));
}

#[test]
fn a_very_old_export_is_read() {
    let workflow = read("from-2020.json");
    assert_eq!(workflow.id.as_deref(), Some("17"));
    assert_eq!(workflow.settings.execution_order, ExecutionOrder::V0);
    let read = workflow.node("Read").unwrap();
    assert_eq!(read.type_version, Some(1.0));
    assert_eq!(read.position, [450.0, 300.0]);
    assert_eq!(read.on_error(), OnError::ContinueRegularOutput);
    assert!(!read.always_output_data, "only true counts, as in n8n");
    assert_eq!(
        read.credential("mySql").map(|c| (c.id.as_deref(), c.name.as_str())),
        Some((None, "Shop database"))
    );
    let join = workflow.node("Join").unwrap();
    assert_eq!(join.type_version, None, "version 0 means the type's default version");
    assert_eq!(join.parameters, Json::object());
    assert_eq!(workflow.node("Start").unwrap().type_version, None);
    assert_eq!(workflow.static_data, json!({ "global": { "last": 3 } }));
    assert!(workflow.is_runnable());
}

#[test]
fn writing_gives_the_file_back() {
    for file in ["newsletter.json", "from-2020.json", "agent.json"] {
        let path = format!("{}/tests/workflows/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let written = serde_json::to_string(&read(file)).unwrap();
        assert_eq!(written, Json::parse(&text).unwrap().to_string(), "{file}: every key, in its order");
    }
}

#[test]
fn writing_gives_changed_fields_and_leaves_the_others() {
    let mut workflow = read("from-2020.json");
    workflow.name = "New name".to_owned();
    workflow.settings.execution_order = ExecutionOrder::V1;
    workflow.nodes[1].parameters.insert("query", Json::from("select 2"));
    workflow.nodes[1].type_version = Some(2.4);
    workflow.nodes[0].disabled = true;
    let written = workflow.to_json();
    assert_eq!(written.pointer("/name"), Some(&Json::from("New name")));
    assert_eq!(written.pointer("/settings"), Some(&json!({ "executionOrder": "v1" })));
    assert_eq!(
        written.pointer("/nodes/1"),
        Some(&json!({
            "name": "Read", "type": "n8n-nodes-base.mySql", "typeVersion": 2.4, "position": ["450", 300],
            "parameters": { "query": "select 2" }, "credentials": { "mySql": "Shop database" },
            "continueOnFail": true, "alwaysOutputData": "yes"
        }))
    );
    assert_eq!(written.pointer("/nodes/0/disabled"), Some(&Json::from(true)));
    assert_eq!(written.pointer("/connections"), read("from-2020.json").to_json().pointer("/connections"));
    assert_eq!(Workflow::from_json(&written), workflow);
}

#[test]
fn wrapped_workflows_are_found() {
    let plain = json!({ "name": "W", "nodes": [{ "name": "A", "type": "t", "position": [0, 0] }], "connections": {} });
    for (wrapped, pointer) in [
        (json!([plain.clone()]), "/0/nodes/0"),
        (json!({ "workflow": plain.clone() }), "/workflow/nodes/0"),
        (json!({ "data": plain.clone() }), "/data/nodes/0"),
        (json!({ "data": [plain.clone()], "nextCursor": null }), "/data/0/nodes/0"),
        (json!({ "data": { "resultData": {} }, "workflowData": plain.clone() }), "/workflowData/nodes/0"),
    ] {
        let workflow = parse(wrapped.clone());
        assert_eq!(workflow.name, "W", "{wrapped}");
        assert_eq!(workflow.node_pointer(0), pointer);
        assert_eq!(workflow.to_json(), plain);
        let span = workflow.span(&workflow.node_pointer(0)).unwrap();
        assert!(workflow.text().unwrap()[span.range].starts_with(r#"{"name":"A""#));
    }
}

#[test]
fn text_in_other_encodings_is_read() {
    let text = r#"{ "name": "Grüße", "nodes": [] }"#;
    let utf16 = |order: fn(u16) -> [u8; 2]| {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(order).collect::<Vec<u8>>()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ] {
        let workflow = Workflow::parse_bytes("test.json", &bytes).unwrap();
        assert_eq!(workflow.name, "Grüße");
        assert_eq!(workflow.text(), Some(text));
    }
}

#[test]
fn coercions_of_a_node_are_those_of_n8n() {
    // docs/engine.md §11: recorded values
    for (max_tries, tries) in
        [(json!(1), 2), (json!(9), 5), (json!(0), 3), (json!(4), 4), (json!(null), 3), (json!("x"), 3)]
    {
        let node = node(json!({ "retryOnFail": true, "maxTries": max_tries.clone() }));
        assert_eq!(node.tries(), tries, "maxTries {max_tries}");
    }
    assert_eq!(node(json!({ "maxTries": 4 })).tries(), 1, "without retryOnFail");
    assert_eq!(node(json!({ "retryOnFail": "true", "maxTries": 4 })).tries(), 1, "only true counts");
    for (wait, milliseconds) in
        [(json!(0), 1000), (json!(-5), 0), (json!(9000), 5000), (json!(250), 250), (json!(null), 1000)]
    {
        let node = node(json!({ "waitBetweenTries": wait.clone() }));
        assert_eq!(node.wait_between_tries(), Duration::from_millis(milliseconds), "waitBetweenTries {wait}");
    }
    for (settings, on_error, whole_node) in [
        (json!({}), OnError::StopWorkflow, false),
        (json!({ "onError": "stopWorkflow" }), OnError::StopWorkflow, false),
        (json!({ "onError": "continueRegularOutput" }), OnError::ContinueRegularOutput, true),
        (json!({ "onError": "continueErrorOutput" }), OnError::ContinueErrorOutput, true),
        (json!({ "continueOnFail": true }), OnError::ContinueRegularOutput, true),
        (json!({ "continueOnFail": true, "onError": "stopWorkflow" }), OnError::StopWorkflow, true),
        (
            json!({ "continueOnFail": true, "onError": "continueErrorOutput" }),
            OnError::ContinueErrorOutput,
            true,
        ),
        (json!({ "continueOnFail": 1 }), OnError::StopWorkflow, false),
        (json!({ "onError": "whatever" }), OnError::StopWorkflow, false),
    ] {
        let node = node(settings.clone());
        assert_eq!((node.on_error(), node.continues_after_failure()), (on_error, whole_node), "{settings}");
    }
    for (version, read) in [
        (json!(3.4), Some(3.4)),
        (json!("1.1"), Some(1.1)),
        (json!(""), None),
        (json!(null), None),
        (json!({}), None),
    ] {
        assert_eq!(
            node(json!({ "typeVersion": version.clone() })).type_version,
            read,
            "typeVersion {version}"
        );
    }
    for (concurrency, read) in [
        (json!(3), Some(3)),
        (json!(0), None),
        (json!(-1), None),
        (json!(1e300), None),
        (json!("2"), Some(2)),
    ] {
        assert_eq!(
            node(json!({ "concurrency": concurrency.clone() })).concurrency,
            read,
            "concurrency {concurrency}"
        );
    }
    assert_eq!(node(json!({ "timeLimit": 1e300 })).time_limit, None);
}

#[test]
fn connections_without_a_target_count_as_none() {
    let workflow = parse(json!({
        "nodes": [],
        "connections": {
            "A": { "main": [null, [], [{ "node": "B", "type": "main", "index": 2 }, null, 5, { "node": "C" }]], "ai_tool": null },
            "B": null,
            "C": { "main": [[{ "node": "A", "type": "main", "index": "1" }, { "node": "A", "type": "main", "index": -1 }]] }
        }
    }));
    let all = workflow.connections.iter().map(|(from, kind, output, to)| {
        (from.to_owned(), kind.as_str().to_owned(), output, to.node.to_string(), to.index)
    });
    let main = || "main".to_owned();
    assert_eq!(
        all.collect::<Vec<_>>(),
        [
            ("A".to_owned(), main(), 2, "B".to_owned(), 2),
            ("A".to_owned(), main(), 2, "C".to_owned(), 0),
            ("C".to_owned(), main(), 0, "A".to_owned(), 1),
        ]
    );
    assert!(ConnectionType::new("main").is_main() && !ConnectionType::new("ai_tool").is_main());
}

#[test]
fn items_are_read_from_both_forms() {
    let read = |json: Json| heddle_workflow::read_items(&json);
    let plain = || vec![Item::new(json!({ "a": 1 }))];
    assert_eq!(read(json!([{ "json": { "a": 1 } }])), Ok(plain()));
    assert_eq!(read(json!([{ "a": 1 }])), Ok(plain()));
    assert_eq!(read(json!({ "a": 1 })), Ok(plain()));
    assert_eq!(read(json!({ "json": { "a": 1 } })), Ok(plain()));
    assert_eq!(read(json!([])), Ok(Vec::new()));
    assert_eq!(read(json!([{ "json": "text" }])), Ok(vec![Item::new(json!({ "json": "text" }))]));
    let error = read(json!([{}, "text"])).unwrap_err();
    assert_eq!((error.index, error.to_string().as_str()), (Some(1), "item 1 is a text, not an object"));
    assert_eq!(read(json!(5)).unwrap_err().to_string(), "the value is a number, not an object");
    let error = read(json!([{ "json": {}, "binary": { "file": { "mimeType": 5 } } }])).unwrap_err();
    assert!(error.to_string().starts_with("item 0 has a file \"file\" that is no binary data"), "{error}");
}

#[test]
fn items_are_written_as_they_were_read() {
    let items = json!([
        { "json": { "b": 1, "a": [1.5, null] }, "pairedItem": { "item": 3 } },
        { "json": {}, "pairedItem": [{ "item": 0 }, { "item": 1, "input": 2 }] },
        {
            "json": {},
            "binary": { "data": { "data": "aGk=", "mimeType": "text/plain", "fileType": "text", "fileName": "hi.txt", "bytes": 2 } },
            "pairedItem": { "item": 0, "sourceOverwrite": { "previousNode": "A", "previousNodeOutput": 1, "previousNodeRun": 2 } },
            "error": { "message": "no" }
        },
        { "json": {} }
    ]);
    let read = heddle_workflow::read_items(&items).unwrap();
    let written = serde_json::to_string(&heddle_workflow::SerializedItems(&read)).unwrap();
    assert_eq!(written, items.to_string());
    let short = heddle_workflow::read_item(&json!({ "json": {}, "pairedItem": 7 })).unwrap();
    assert_eq!(short.paired_item, PairedItem::item(7));
}
