//! A node says which of its inputs must have data before it runs with others empty (`docs/engine.md §9.3`).

use heddle_node::{
    BatchContext, BatchNode, Items, Json, NodeError, NodeHeader, Registry, RequiredInputs, async_trait,
};
use heddle_nodes as _;
use heddle_runner::{Host, RunOptions, RunResult, Status};
use heddle_workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Parameters {
    /// What the expression of one of the nodes asks.
    #[schemars(title = "Mode")]
    mode: String,
}

/// A node that puts out all items of its two inputs.
macro_rules! node_with_two_inputs {
    ($node:ident, $name:literal, $required:expr) => {
        struct $node;

        #[async_trait]
        impl BatchNode for $node {
            type Parameters = Parameters;

            const HEADER: NodeHeader = NodeHeader {
                type_name: $name,
                versions: &[1.0],
                display_name: "Two Inputs",
                description: "Puts out all items",
                inputs: 2,
                required_inputs: $required,
                ..NodeHeader::DEFAULT
            };

            async fn execute(
                &self,
                _: &Parameters,
                context: &BatchContext<'_>,
            ) -> Result<Vec<Items>, NodeError> {
                let items = context.inputs.iter().flatten().flat_map(|items| items.iter().cloned());
                Ok(vec![Items::new(items.collect())])
            }
        }
    };
}

const BY_MODE: &str =
    "={{ $parameter[\"mode\"] === \"both\" ? [0, 1] : $parameter.mode === \"first\" ? [0] : 1 }}";

node_with_two_inputs!(Any, "test.any", &RequiredInputs::Any);
node_with_two_inputs!(One, "test.one", &RequiredInputs::AtLeast(1));
node_with_two_inputs!(Both, "test.both", &RequiredInputs::AtLeast(2));
node_with_two_inputs!(First, "test.first", &RequiredInputs::These(Cow::Borrowed(&[0])));
node_with_two_inputs!(Listed, "test.listed", &RequiredInputs::These(Cow::Borrowed(&[0, 1])));
node_with_two_inputs!(ByMode, "test.byMode", &RequiredInputs::Expression(Cow::Borrowed(BY_MODE)));

fn registry() -> Registry {
    let mut registry = Registry::linked().expect("nodes");
    let nodes = [
        heddle_node::node::batch_node(Any),
        heddle_node::node::batch_node(One),
        heddle_node::node::batch_node(Both),
        heddle_node::node::batch_node(First),
        heddle_node::node::batch_node(Listed),
        heddle_node::node::batch_node(ByMode),
    ];
    for node in nodes {
        registry.register(env!("CARGO_PKG_NAME"), node).expect("no other node has this name");
    }
    registry
}

/// Runs a workflow in which items arrive at one input of a node alone: the other comes from a branch of an If that no item
/// takes.
async fn run_with_one_input(node_type: &str, mode: &str, input: usize, order: &str) -> RunResult {
    let edge = |node: &str, index: usize| json!([{ "node": node, "type": "main", "index": index }]);
    let condition = json!({
        "id": "c", "leftValue": "={{ true }}", "rightValue": "",
        "operator": { "type": "boolean", "operation": "true", "singleValue": true },
    });
    let conditions = json!({
        "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
        "conditions": [condition], "combinator": "and",
    });
    let workflow = json!({
        "name": "Two inputs",
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0] },
            { "name": "Choose", "type": "n8n-nodes-base.if", "typeVersion": 2.2, "position": [100, 0],
              "parameters": { "conditions": conditions, "options": {} } },
            { "name": "Join", "type": node_type, "typeVersion": 1, "position": [200, 0], "parameters": { "mode": mode } },
        ],
        "connections": {
            "Start": { "main": [edge("Choose", 0)] },
            "Choose": { "main": [edge("Join", input), edge("Join", 1 - input)] },
        },
        "settings": { "executionOrder": order },
    });
    let host = Host::new(registry());
    host.run(&Workflow::from_json(&Json::from(workflow)), RunOptions::default()).await.expect("it begins")
}

async fn runs(node_type: &str, mode: &str, input: usize) -> bool {
    let result = run_with_one_input(node_type, mode, input, "v1").await;
    // A node that never gets what it needs is left out in silence.
    assert_eq!(result.status, Status::Success, "{node_type}");
    !result.run_data.runs_of("Join").is_empty()
}

#[tokio::test]
async fn a_node_runs_when_its_required_inputs_have_data() {
    for input in [0, 1] {
        assert!(runs("test.any", "", input).await, "input {input}");
        assert!(runs("test.one", "", input).await, "input {input}");
        assert!(!runs("test.both", "", input).await, "input {input}");
        assert!(!runs("test.listed", "", input).await, "input {input}");
    }
    assert!(runs("test.first", "", 0).await);
    assert!(!runs("test.first", "", 1).await);
}

#[tokio::test]
async fn an_expression_over_the_parameters_says_what_is_required() {
    for input in [0, 1] {
        assert!(runs("test.byMode", "", input).await, "input {input}");
        assert!(!runs("test.byMode", "both", input).await, "input {input}");
        assert_eq!(runs("test.byMode", "first", input).await, input == 0);
    }
}

#[tokio::test]
async fn in_order_v0_empty_outputs_arrive_too() {
    for node_type in ["test.both", "test.first", "test.listed"] {
        let result = run_with_one_input(node_type, "", 0, "v0").await;
        assert_eq!(result.run_data.runs_of("Join").len(), 1, "{node_type}");
    }
}

#[tokio::test]
async fn a_missing_input_is_empty() {
    let result = run_with_one_input("test.one", "", 1, "v1").await;
    let [task] = result.run_data.runs_of("Join") else { panic!("it runs once") };
    let sources = serde_json::to_value(&task.sources).expect("JSON");
    assert_eq!(sources[0], Value::Null);
    assert_eq!(sources[1]["previousNode"], "Choose");
    assert_eq!(result.last_outputs("Join").expect("it ran")[0].len(), 1);
}

#[test]
fn descriptions_say_what_is_required() {
    let registry = registry();
    let described = |node_type: &str| {
        let node = registry.node(node_type, None).expect("it is there");
        serde_json::to_value(&*node.describe().expect("a description")).expect("JSON")
    };
    assert_eq!(described("test.any").get("requiredInputs"), None);
    assert_eq!(described("test.one")["requiredInputs"], json!(1));
    assert_eq!(described("test.first")["requiredInputs"], json!([0]));
    assert_eq!(described("test.listed")["requiredInputs"], json!([0, 1]));
    assert_eq!(described("test.byMode")["requiredInputs"], json!(BY_MODE));
}
