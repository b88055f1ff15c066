//! `schemas/workflow.schema.json` checks a workflow file with the parameters of every node, as an editor does.

use std::error::Error;

use heddle_tests::{root, workflow};
use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};

/// The files of `schemas`, under an address of their own.
struct Committed;

const ADDRESS: &str = "https://schemas.invalid/";

impl Retrieve for Committed {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let path = uri.as_str().strip_prefix(ADDRESS).ok_or("an address of another place")?;
        let path = path.replace("%40", "@");
        Ok(serde_json::from_str(&std::fs::read_to_string(root().join("schemas").join(path))?)?)
    }
}

fn validator() -> Validator {
    let text = std::fs::read_to_string(root().join("schemas/workflow.schema.json")).expect("it is committed");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    jsonschema::options()
        .with_base_uri(format!("{ADDRESS}workflow.schema.json"))
        .with_retriever(Committed)
        .build(&schema)
        .expect("every reference leads to a file")
}

fn nodes(nodes: &Value) -> Value {
    json!({ "nodes": nodes, "connections": {} })
}

#[test]
fn the_example_fits() {
    let text = std::fs::read_to_string(workflow("send-chatbot.json")).expect("it is there");
    let example: Value = serde_json::from_str(&text).expect("it is JSON");
    if let Err(error) = validator().validate(&example) {
        panic!("{error} at {}", error.instance_path());
    }
}

#[test]
fn parameters_are_those_of_the_nodes_type() {
    let validator = validator();
    let wts = |parameters: Value| json!([{ "name": "A", "type": "n8n-nodes-wts.wtsChat", "typeVersion": 1, "parameters": parameters }]);
    let sending = json!({ "resource": "chatbot", "operation": "sendChatbot", "sessionId": "s", "chatbotId": "={{ $json.bot }}", "numberToSend": "1" });
    assert!(validator.is_valid(&nodes(&wts(sending.clone()))));
    for (field, value) in [
        ("forceStartSession", json!("perhaps")),
        ("operation", json!("sendNothing")),
        ("sessionMetadatas", json!("a")),
    ] {
        let mut wrong = sending.clone();
        wrong[field] = value;
        assert!(!validator.is_valid(&nodes(&wts(wrong.clone()))), "{wrong}");
    }
    let limit = |version: f64| json!([{ "name": "A", "type": "n8n-nodes-base.limit", "typeVersion": version, "parameters": { "maxItems": [1] } }]);
    assert!(!validator.is_valid(&nodes(&limit(1.0))));
    assert!(validator.is_valid(&nodes(&limit(99.0))), "a version that is not here");
    let stranger = json!([{ "name": "A", "type": "n8n-nodes-base.slack", "parameters": { "resource": 7 } }]);
    assert!(validator.is_valid(&nodes(&stranger)), "a type that is not here");
    // Without a version it is the newest.
    let newest = json!([{ "name": "A", "type": "n8n-nodes-base.limit", "parameters": { "maxItems": [1] } }]);
    assert!(!validator.is_valid(&nodes(&newest)));
}
