//! Two hundred files of ten megabytes each pass through a workflow in little memory. The test stands alone, since the peak
//! that it reads is that of its whole process.

use heddle_node::{Item, Json, Registry};
use heddle_nodes as _;
use heddle_runner::{Host, KeptOutputs, RunOptions, Status};
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_workflow::Workflow;
use serde_json::json;

const FILES: usize = 200;
const SIZE: u64 = 10 << 20;
const MOST: u64 = 150 << 20;

/// The most memory that this process has had, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(mark.trim().trim_end_matches(" kB").parse::<u64>().ok()? << 10)
}

#[tokio::test]
async fn two_gigabytes_of_files_pass_through_four_nodes() {
    if peak().is_none() {
        eprintln!("skipped: this system does not tell how much memory a process has had");
        return;
    }
    let service = HostileService::start(|_| Reply::Large { bytes: SIZE, told: true });
    let node = |name: &str, kind: &str, version: f64, parameters| {
        json!({
            "id": name, "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [0, 0], "parameters": parameters,
        })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let response =
        json!({ "response": { "response": { "responseFormat": "file", "outputPropertyName": "data" } } });
    let workflow = json!({
        "name": "Files",
        "nodes": [
            node("Get", "httpRequest", 4.2, json!({ "url": service.url(), "options": response })),
            node("Set", "set", 3.4, json!({
                "assignments": { "assignments": [
                    { "id": "1", "name": "size", "type": "number", "value": "={{ $binary.data.bytes }}" },
                ] },
                "includeOtherFields": true, "options": {},
            })),
            node("Code", "code", 2.0, json!({ "jsCode": "return $input.all()" })),
            node("Filter", "filter", 2.2, json!({
                "conditions": {
                    "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
                    "conditions": [{ "id": "1", "leftValue": "={{ $json.size }}", "rightValue": 5,
                        "operator": { "type": "number", "operation": "gt" } }],
                    "combinator": "and",
                },
                "options": {},
            })),
        ],
        "connections": { "Get": to("Set"), "Set": to("Code"), "Code": to("Filter") },
        "settings": { "executionOrder": "v1" },
    });
    let host = Host::new(Registry::linked().expect("nodes"));
    let items = (0..FILES).map(|number| Item::new(heddle_node::json!({ "number": number }))).collect();
    let options = RunOptions {
        start: Some("Get".to_owned()),
        items: Some(items),
        kept_outputs: KeptOutputs::All,
        ..RunOptions::default()
    };
    let result = host.run(&Workflow::from_json(&Json::from(workflow)), options).await.expect("it begins");
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let outputs = result.last_outputs("Filter").expect("it ran");
    let items: Vec<&Item> = outputs.iter().flat_map(|items| items.iter()).collect();
    assert_eq!(items.len(), FILES);
    for item in items {
        let content = &item.binary().expect("files")["data"].content;
        assert_eq!(content.size(), Some(SIZE));
        let mut reader = content.open().expect("it is at hand");
        assert_eq!(&reader.next_block(8).expect("it is read")[..], b"        ");
    }
    let peak = peak().expect("it was told before");
    assert!(peak < MOST, "the process took {} MB", peak >> 20);
    println!("{FILES} files of {} MB: {} MB of memory at the most", SIZE >> 20, peak >> 20);
}
