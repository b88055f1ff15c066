//! A program with a node of its own that says nothing of its effect: what its summary says when calls break off.
//!
//! The tests run this very program again, as `heddle run`.

use std::process::{Command, ExitCode};

use heddle_node::http::{Bytes, Request};
use heddle_node::{HttpRequest, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeHeader, async_trait};
use heddle_tests::Finished;
use heddle_tests::hostile_service::{HostileService, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Parameters {
    /// Where to.
    #[schemars(title = "URL", extend("x-required" = true))]
    #[serde(default)]
    url: String,
}

#[derive(Default)]
struct Post;

#[async_trait]
impl ItemNode for Post {
    type Parameters = Parameters;
    const HEADER: NodeHeader = NodeHeader {
        type_name: "test.post",
        versions: &[1.0],
        display_name: "Post",
        description: "Posts",
        ..NodeHeader::DEFAULT
    };
    async fn execute_item(
        &self,
        to: &Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let request =
            Request::post(&to.url).body(Bytes::new()).map_err(|_| NodeError::operation("No URL"))?;
        let answer = context.send(HttpRequest::new(request)).await?;
        if !answer.status().is_success() {
            return Err(NodeError::api(answer.status().as_u16(), "It was refused"));
        }
        Ok(Json::object().into())
    }
}

heddle_node::register_item_node!(Post);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("run") {
        return heddle_cli::main();
    }
    for (name, reply) in [
        ("an answer of 500", Reply::status("500 Internal Server Error", "")),
        ("a cut after reading", Reply::Cut),
        ("a time-out", Reply::Stall),
    ] {
        let service = HostileService::start(move |_| reply.clone());
        let finished =
            run(&service.url(), json!({ "retryOnFail": true, "onError": "continueRegularOutput" }));
        assert_eq!(service.requests().len(), 3, "{name}: one request each\n{}", finished.stderr);
        assert!(
            finished.stderr.contains("Post: 0 sent, 0 not sent, 3 unknown"),
            "{name}\n{}",
            finished.stderr
        );
        assert!(finished.stderr.contains("unknown: 0-2"), "{name}\n{}", finished.stderr);
    }
    let service = HostileService::start(|_| Reply::status("200 OK", ""));
    let finished = run(&service.url(), json!({}));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Post: 3 sent, 0 not sent, 0 unknown"), "{}", finished.stderr);
    ExitCode::SUCCESS
}

/// Runs three items through the node, as a program of its own.
fn run(url: &str, keys: serde_json::Value) -> Finished {
    let mut node = json!({
        "name": "Post", "type": "test.post", "typeVersion": 1, "position": [0, 0], "parameters": { "url": url },
    });
    for (key, value) in keys.as_object().into_iter().flatten() {
        node[key] = value.clone();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let workflow = folder.path().join("workflow.json");
    let items = folder.path().join("items.json");
    std::fs::write(&workflow, json!({ "nodes": [node], "connections": {} }).to_string())
        .expect("it is written");
    std::fs::write(&items, json!([{}, {}, {}]).to_string()).expect("it is written");
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.arg("run").arg(workflow).args(["--start", "Post", "--time-limit", "0.5", "--input"]).arg(items);
    Finished::of(&mut command)
}
