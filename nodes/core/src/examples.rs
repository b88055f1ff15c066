//! What the examples of these nodes put out, as n8n gave it: `examples.jsonl`, which `tests/tests/behaviour.rs` records. The
//! behaviour suite compares it.

use std::collections::HashMap;
use std::sync::LazyLock;

use heddle_node::{Json, NodeExample, NodeHeader, from_json};
use serde::Deserialize;

/// The outputs of one example.
#[derive(Deserialize)]
struct Recorded {
    #[serde(rename = "type")]
    node_type: String,
    version: Json,
    title: String,
    outputs: Vec<Vec<Json>>,
}

static RECORDED: LazyLock<HashMap<String, Vec<Vec<Json>>>> = LazyLock::new(|| {
    let lines = include_str!("examples.jsonl").lines();
    let read = lines.filter_map(|line| from_json::<Recorded>(&Json::parse(line).ok()?).ok());
    read.map(|recorded| (key(&recorded.node_type, &recorded.version, &recorded.title), recorded.outputs))
        .collect()
});

/// Completes examples with what they put out. One that is not recorded says that nothing comes out, which the suite
/// contradicts.
pub(crate) fn recorded(header: &NodeHeader, mut examples: Vec<NodeExample>) -> Vec<NodeExample> {
    for example in &mut examples {
        let key = key(header.type_name, &Json::from(example.type_version), example.title);
        example.outputs = RECORDED.get(&key).cloned().unwrap_or_default();
    }
    examples
}

fn key(node_type: &str, version: &Json, title: &str) -> String {
    format!("{node_type}\0{version}\0{title}")
}
