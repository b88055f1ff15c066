//! The ledger of compatibility reads folders of workflow files.

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn the_ledger_counts_what_is_known_and_what_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = |name: &str, node_type: &str, parameters: Value| json!({ "id": name, "name": name, "type": node_type, "typeVersion": 1, "position": [0, 0], "parameters": parameters });
    let chain = |second: Value| {
        let connections =
            json!({ "Start": { "main": [[{ "node": second["name"], "type": "main", "index": 0 }]] } });
        json!({ "nodes": [node("Start", "n8n-nodes-base.manualTrigger", json!({})), second], "connections": connections })
    };
    let files = [
        ("known.json", chain(node("Pass", "n8n-nodes-base.noOp", json!({}))).to_string()),
        (
            "service.json",
            chain(node("Rows", "n8n-nodes-base.airtable", json!({ "id": "={{ $json.id }}" }))).to_string(),
        ),
        (
            "logic.json",
            chain(node("Pdf", "n8n-nodes-base.readPDF", json!({ "a": "={{ 1 + }}" }))).to_string(),
        ),
        ("broken.json", "{".to_owned()),
        ("notes.txt", "no workflow".to_owned()),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let json_file = folder.path().join("ledger.out");
    let output = Command::new(env!("CARGO_BIN_EXE_compatibility"))
        .arg(folder.path())
        .arg("--json")
        .arg(&json_file)
        .output()
        .expect("it runs");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{table}");
    let ledger: Value =
        serde_json::from_str(&std::fs::read_to_string(json_file).expect("it is written")).expect("JSON");
    let figures = [
        "files",
        "loaded",
        "expressions",
        "expressionsCompiled",
        "nodes",
        "nodesKnown",
        "workflowsKnown",
        "logicKnown",
    ]
    .map(|key| ledger[key].as_u64().unwrap_or_default());
    assert_eq!(figures, [4, 3, 2, 1, 6, 4, 1, 2], "{table}");
    assert_eq!(ledger["mocked"]["succeeded"], 3, "{table}");
    assert_eq!(ledger["missing"], json!([["n8n-nodes-base.airtable", 1], ["n8n-nodes-base.readPDF", 1]]));
    assert!(table.contains("| workflows whose nodes are all known | 1 | 3 | 33.3 % |"), "{table}");
}
