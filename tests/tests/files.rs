//! Files of items: they come in and leave piece by piece, lie outside of memory meanwhile, and are gone afterwards.

use std::sync::Arc;

use heddle_node::{FileContent, Json, Registry};
use heddle_nodes as _;
use heddle_runner::{CredentialStore, Host, RunOptions, RunResult, Status, TemporaryFiles};
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::scripted_service::ScriptedService;
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// Larger than what stays in memory.
const SIZE: usize = 300_000;

fn text() -> String {
    (0..SIZE).map(|index| char::from(b'a' + (index % 23) as u8)).collect()
}

/// A node named as its type, of the newest version that these tests need.
fn node(name: &str, kind: &str, parameters: Value) -> Value {
    let version = match kind {
        "httpRequest" => 4.2,
        "set" => 3.4,
        "filter" => 2.2,
        "code" => 2.0,
        _ => 1.0,
    };
    json!({
        "id": name, "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version, "position": [0, 0],
        "parameters": parameters,
    })
}

fn download(url: &str) -> Value {
    let options =
        json!({ "response": { "response": { "responseFormat": "file", "outputPropertyName": "data" } } });
    node("Get", "httpRequest", json!({ "url": url, "options": options }))
}

/// A workflow of nodes one behind the other.
fn chain(nodes: &[Value]) -> Value {
    let mut connections = json!({});
    for pair in nodes.windows(2) {
        connections[pair[0]["name"].as_str().expect("a name")] =
            json!({ "main": [[{ "node": pair[1]["name"], "type": "main", "index": 0 }]] });
    }
    json!({ "name": "Files", "nodes": nodes, "connections": connections, "settings": { "executionOrder": "v1" } })
}

async fn run(store: &TemporaryFiles, nodes: &[Value], options: RunOptions) -> RunResult {
    run_on(Host::new(Registry::linked().expect("nodes")), store, nodes, options).await
}

async fn run_on(host: Host, store: &TemporaryFiles, nodes: &[Value], options: RunOptions) -> RunResult {
    let host = host.with_file_store(Arc::new(store.clone()));
    let start = nodes[0]["name"].as_str().map(str::to_owned);
    let workflow = Workflow::from_json(&Json::from(chain(nodes)));
    host.run(&workflow, RunOptions { start, ..options }).await.expect("it begins")
}

fn file_of(result: &RunResult, node: &str) -> heddle_node::BinaryData {
    let outputs = result.last_outputs(node).expect("it ran");
    let item = outputs.iter().flat_map(|items| items.iter()).next().expect("an item");
    item.binary().expect("files")["data"].clone()
}

fn service() -> ScriptedService {
    ScriptedService::start(&json!([
        { "method": "GET", "headers": { "content-type": "application/octet-stream" }, "body": text() },
        { "method": "POST", "body": "ok" },
    ]))
}

#[tokio::test]
async fn a_file_comes_in_and_leaves_as_it_was() {
    let (service, store) = (service(), TemporaryFiles::default());
    let body = node(
        "Raw",
        "httpRequest",
        json!({
            "method": "POST", "url": service.url(), "sendBody": true, "contentType": "binaryData",
            "inputDataFieldName": "data",
        }),
    );
    let result = run(&store, &[download(&service.url()), body], RunOptions::default()).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let file = file_of(&result, "Get");
    assert!(matches!(&file.content, FileContent::Stored(_)), "{file:?}");
    assert_eq!((file.bytes, file.file_size.as_deref()), (Some(SIZE as u64), Some("300 kB")));
    let sent = &service.requests()[1];
    assert!(sent["body"] == text(), "the whole file arrives");
    assert!(
        sent["headers"].get("transfer-encoding").is_none(),
        "its length is told before: {}",
        sent["headers"]
    );

    let part = |name: &str, kind: &str, value: Value| {
        let mut part = json!({ "name": name, "parameterType": kind });
        part[if kind == "formData" { "value" } else { "inputDataFieldName" }] = value;
        part
    };
    let parts = json!({ "parameters": [
        part("note", "formData", json!("hello")), part("file", "formBinaryData", json!("data")),
    ] });
    let form = node(
        "Form",
        "httpRequest",
        json!({
            "method": "POST", "url": service.url(), "sendBody": true, "contentType": "multipart-form-data",
            "bodyParameters": parts,
        }),
    );
    let result = run(&store, &[download(&service.url()), form], RunOptions::default()).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let sent = service.requests()[3]["body"].to_string();
    assert!(sent.contains("hello") && sent.contains(&text()), "both parts arrive");
}

#[tokio::test]
async fn files_are_gone_with_the_run_however_it_ends() {
    let (service, store) = (service(), TemporaryFiles::default());
    let result = run(&store, &[download(&service.url())], RunOptions::default()).await;
    assert!(store.size_on_disk() > 0);
    drop(result);
    assert_eq!(store.size_on_disk(), 0);

    let fails = node("Fail", "code", json!({ "jsCode": "throw new Error('no')" }));
    let result = run(&store, &[download(&service.url()), fails], RunOptions::default()).await;
    assert_eq!(result.status, Status::Error);
    drop(result);
    assert_eq!(store.size_on_disk(), 0);

    for told in [true, false] {
        let large = HostileService::start(move |_| Reply::Large { bytes: 40 << 20, told });
        let options = RunOptions { file_limit: 1 << 20, ..RunOptions::default() };
        let result = run(&store, &[download(&large.url())], options).await;
        let error = format!("{:?}", result.error);
        assert!(error.contains("larger than 1 MB") && error.contains("--file-limit"), "{error}");
        assert_eq!(store.size_on_disk(), 0, "{told}");
        assert!(large.written() < 20 << 20, "the rest is not read");
    }
}

#[tokio::test]
async fn code_reads_files_and_passes_them_on() {
    let (service, store) = (service(), TemporaryFiles::default());
    let code = "const buffer = await this.helpers.getBinaryDataBuffer(0, 'data');\n\
                const again = await this.helpers.getBinaryDataBuffer(0, $input.first().binary.data);\n\
                return $input.all().map((item) => ({ json: { size: buffer.length, again: again.length, kind: item.binary.data.data,\n\
                begin: buffer.toString().slice(0, 4) }, binary: { data: item.binary.data, more: { ...item.binary.data, fileName: 'b' } } }));";
    let nodes = [
        download(&service.url()),
        node("Code", "code", json!({ "jsCode": code })),
        node(
            "Set",
            "set",
            json!({
                "assignments": { "assignments": [
                    { "id": "1", "name": "id", "type": "string", "value": "={{ $binary.data.id }}" },
                    { "id": "2", "name": "copy", "type": "binary", "value": "={{ $('Get').item.binary.data }}" },
                ] },
                "includeOtherFields": true, "options": {},
            }),
        ),
    ];
    let result = run(&store, &nodes, RunOptions::default()).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let outputs = result.last_outputs("Set").expect("it ran");
    let item = outputs.iter().flat_map(|items| items.iter()).next().expect("an item");
    let json = item.json.to_value();
    assert_eq!((&json["size"], &json["again"], &json["begin"]), (&json!(SIZE), &json!(SIZE), &json!("abcd")));
    assert_eq!(json["kind"], "filesystem-v2");
    let files = item.binary().expect("files");
    assert_eq!(json["id"].as_str(), files["data"].content.id());
    for name in ["data", "more", "copy"] {
        let content = files[name].content.read_all().expect("it is at hand");
        assert!(content == text().as_bytes(), "{name}");
    }
    // Code that makes a large file has it taken over by the store.
    let makes = "return [{ json: {}, binary: { data: await this.helpers.prepareBinaryData(Buffer.alloc(200000, 'x'), 'x.txt') } }]";
    let result =
        run(&store, &[node("Code", "code", json!({ "jsCode": makes }))], RunOptions::default()).await;
    assert!(matches!(file_of(&result, "Code").content, FileContent::Stored(_)), "{:?}", result.error);
}

#[tokio::test]
async fn a_secret_in_a_file_is_masked() {
    let service = ScriptedService::start(&json!([{ "echo": true }]));
    let credentials = json!({ "httpHeaderAuth": { "name": "X-Key", "value": "secret-of-service" } });
    let store = TemporaryFiles::default();
    let mut get = download(&service.url());
    get["parameters"]["authentication"] = json!("genericCredentialType");
    get["parameters"]["genericAuthType"] = json!("httpHeaderAuth");
    let host = Host::new(Registry::linked().expect("nodes"))
        .with_credentials(CredentialStore::parse(&credentials.to_string()).expect("credentials"));
    let result = run_on(host, &store, &[get], RunOptions::default()).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let content = file_of(&result, "Get").content.read_all().expect("it is at hand");
    let content = String::from_utf8_lossy(&content);
    assert!(content.contains("x-key") && content.contains("***"), "{content}");
    assert!(!content.contains("secret-of-service"));
}

#[test]
fn results_hold_files_as_base64() {
    use base64::prelude::{BASE64_STANDARD, Engine as _};

    let service = service();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("workflow.json");
    let start = node("Start", "manualTrigger", json!({}));
    let workflow = chain(&[start, download(&service.url()), node("End", "noOp", json!({}))]);
    std::fs::write(&file, workflow.to_string()).expect("it can be written");
    let finished = Finished::of(heddle().arg("run").arg(&file));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let items = finished.json();
    let data = &items[0]["binary"]["data"];
    assert_eq!(data["mimeType"], "application/octet-stream");
    let content = BASE64_STANDARD.decode(data["data"].as_str().expect("text")).expect("base64");
    assert!(content == text().as_bytes());
    assert!(data.get("id").is_none(), "the place in the store is gone with the run");

    let finished = Finished::of(heddle().args(["run", "--file-limit", "0.2"]).arg(&file));
    assert_eq!(finished.status, 1);
    assert!(finished.stderr.contains("larger than 0.2 MB"), "{}", finished.stderr);
}
