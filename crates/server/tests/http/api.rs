//! The API as programs use it.

use serde_json::{Value, json};

use crate::client::{SECRET, Server};
use crate::test_node::PATH;

const NODE: &str = "/api/v1/nodes/n8n-nodes-base.set";

fn set(value: &str) -> Value {
    json!({ "assignments": { "assignments": [{ "id": "1", "name": "a", "type": "string", "value": value }] } })
}

#[tokio::test]
async fn nodes_are_listed_described_and_have_schemas() {
    let server = Server::start().await;
    let list = server.get("/api/v1/nodes").await.expect(200);
    let found = list.as_array().expect("a list").iter().find(|node| node["type"] == "n8n-nodes-base.set");
    assert_eq!(found.expect("it is there")["displayName"], "Edit Fields");
    let description = server.get(&format!("{NODE}?version=3.4")).await.expect(200);
    assert_eq!(description["name"], "n8n-nodes-base.set");
    assert!(description["properties"].as_array().is_some_and(|properties| properties.len() > 2));
    let schema = server.get(&format!("{NODE}/schema?form=stored")).await.expect(200);
    assert!(jsonschema::draft202012::new(&schema).expect("a schema").is_valid(&set("x")));
    server.get(&format!("{NODE}/schema?form=other")).await.expect(400);
    // A type with a slash in its name.
    let versions = server.get(PATH).await.expect(200)["version"].clone();
    assert!(versions.as_array().is_some_and(|versions| versions.len() == 2), "{versions}");
}

#[tokio::test]
async fn a_check_says_what_the_runner_would() {
    let server = Server::start().await;
    let good =
        server.post(&format!("{PATH}/check"), &json!({ "parameters": { "text": "x" } })).await.expect(200);
    assert_eq!(good["ok"], true, "{good}");
    let bad = server
        .post(&format!("{PATH}/check"), &json!({ "parameters": { "text": "", "pause": "long" } }))
        .await
        .expect(200);
    assert_eq!(bad["ok"], false);
    let pointers: Vec<&str> = bad["issues"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|issue| issue["pointer"].as_str())
        .collect();
    assert_eq!(pointers, ["/pause", "/text"], "{bad}");
    let run =
        server.post(&format!("{PATH}/run"), &json!({ "parameters": { "text": "", "pause": "long" } })).await;
    let error = run.expect(422);
    assert_eq!(error["error"]["pointer"], "/parameters/pause", "{error}");
    assert_eq!(error["error"]["issues"], bad["issues"]);
}

#[tokio::test]
async fn parameters_are_resolved_at_an_item() {
    let server = Server::start().await;
    let body = json!({ "parameters": { "text": "={{ $json.name.toUpperCase() }}", "gone": 1 }, "item": { "name": "ana" } });
    let answer = server.post(&format!("{PATH}/resolve"), &body).await.expect(200);
    assert_eq!(answer["resolved"], json!({ "choice": "", "pause": 0, "text": "ANA" }), "{answer}");
    assert_eq!(answer["stored"], json!({ "text": "={{ $json.name.toUpperCase() }}" }));
    assert_eq!(answer["previews"]["/text"]["value"], "ANA");
    let shown: Vec<&str> = answer["shown"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|shown| shown["pointer"].as_str())
        .collect();
    assert_eq!(shown, ["/choice", "/pause", "/text"]);
    let body =
        json!({ "parameters": { "text": "={{ $json.name.toDateTime() }}" }, "item": { "name": "ana" } });
    let answer = server.post(&format!("{PATH}/resolve"), &body).await.expect(200);
    assert!(answer["previews"]["/text"]["error"]["message"].is_string(), "{answer}");
    assert!(answer.get("resolved").is_none());
}

#[tokio::test]
async fn a_run_answers_and_is_remembered_with_its_events() {
    let server = Server::start().await;
    let body =
        json!({ "parameters": set("={{ $json.n * 2 }}"), "items": [{ "n": 1 }, { "json": { "n": 2 } }] });
    let answer = server.post(&format!("{NODE}/run"), &body).await.expect(200);
    assert_eq!(answer["status"], "success", "{answer}");
    assert_eq!(answer["output"], json!([[{ "a": "2" }, { "a": "4" }]]));
    let path = format!("/api/v1/executions/{}", answer["executionId"].as_str().expect("an id"));
    assert_eq!(server.get(&path).await.expect(200)["output"], answer["output"]);
    let events = server.get(&format!("{path}/events")).await;
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    let ids: Vec<&str> = events.body.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert!(ids.len() >= 4 && events.body.contains("event: ended"), "{}", events.body);
    let late = server.request("GET", &format!("{path}/events"), &[("Last-Event-ID", ids[1])], "").await;
    let rest: Vec<&str> = late.body.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!(rest, ids[2..]);
    let wrong = server.request("GET", &format!("{path}/events"), &[("Last-Event-ID", "x")], "").await;
    wrong.expect(400);
}

#[tokio::test]
async fn a_run_is_watched_and_cancelled() {
    let server = Server::start().await;
    let body = json!({ "parameters": { "pause": 30 }, "items": [{}, {}], "wait": 0 });
    let answer = server.post(&format!("{PATH}/run"), &body).await.expect(202);
    assert_eq!(answer["status"], "running");
    let path = format!("/api/v1/executions/{}", answer["executionId"].as_str().expect("an id"));
    let events = format!("{path}/events");
    let watched = server.get(&events);
    let cancelled = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        server.post(&format!("{path}/cancel"), &json!({})).await.expect(202);
    };
    let (events, ()) = tokio::join!(watched, cancelled);
    assert!(events.body.contains("\"status\":\"canceled\""), "{}", events.body);
    assert_eq!(server.get(&path).await.expect(200)["status"], "canceled");
}

#[tokio::test]
async fn one_key_starts_one_run() {
    let server = Server::start().await;
    let path = format!("{PATH}/run");
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "k1")];
    let body = json!({ "parameters": { "pause": 0.3 } }).to_string();
    let requests = (0..20).map(|_| server.request("POST", &path, &headers, &body));
    let answers = futures_util::future::join_all(requests).await;
    let ids: std::collections::BTreeSet<String> =
        answers.iter().map(|answer| answer.expect(200)["executionId"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let other = json!({ "parameters": { "pause": 0.2 } }).to_string();
    server.request("POST", &path, &headers, &other).await.expect(409);
    server
        .request("POST", &path, &[("Content-Type", "application/json"), ("Idempotency-Key", "")], &other)
        .await
        .expect(400);
}

#[tokio::test]
async fn expressions_are_evaluated_and_completed() {
    let server = Server::start().await;
    let answer = server
        .post("/api/v1/eval", &json!({ "expression": "$json.a + 1", "items": [{ "a": 1 }, { "a": 2 }] }))
        .await;
    assert_eq!(answer.expect(200)["results"], json!([{ "value": 2 }, { "value": 3 }]));
    let answer =
        server.post("/api/v1/eval", &json!({ "expression": "={{ while (true) {} }}" })).await.expect(200);
    assert!(answer["results"][0]["error"]["message"].is_string(), "{answer}");
    server.post("/api/v1/eval", &json!({ "expression": "1", "index": 3 })).await.expect(422);
    let answer = server
        .post("/api/v1/complete", &json!({ "text": "{{ $json.na", "item": { "name": 1 } }))
        .await
        .expect(200);
    assert_eq!(answer["completions"][0]["text"], "name");
}

#[tokio::test]
async fn credentials_are_named_and_never_shown() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/api/v1/credentials").await.expect(200),
        json!([{ "type": "wtsApi", "name": "" }])
    );
    for path in [
        "/api/v1/credentials",
        "/nodes/n8n-nodes-wts.wtsChat",
        "/metrics",
        "/api/v1/nodes/n8n-nodes-wts.wtsChat",
    ] {
        assert!(!server.get(path).await.body.contains(SECRET), "{path}");
    }
}

#[tokio::test]
async fn the_description_of_the_api_is_true() {
    let server = Server::start().await;
    let document = server.get("/api/v1/openapi.json").await.expect(200);
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 16);
    for (path, operations) in paths {
        let asked = path
            .replace("{type}", "n8n-nodes-base.set")
            .replace("{id}", "00000000-0000-4000-8000-000000000000");
        for (method, operation) in operations.as_object().expect("methods") {
            let answer = match method.as_str() {
                "get" => server.get(&asked).await,
                _ => server.post(&asked, &json!({ "expression": "1", "text": "" })).await,
            };
            let described = operation["responses"].as_object().expect("responses");
            assert!(
                described.contains_key(&answer.status.to_string()),
                "{method} {path}: {} {}",
                answer.status,
                answer.body
            );
            let schema = &described[&answer.status.to_string()]["content"]["application/json"]["schema"];
            if schema.is_object() {
                let whole = json!({ "allOf": [schema], "components": document["components"] });
                let validator = jsonschema::draft202012::new(&whole).expect("a schema");
                let errors: Vec<String> =
                    validator.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{method} {path}: {errors:?}");
            }
        }
    }
}

#[tokio::test]
async fn choices_that_are_all_there_are_searched_and_columns_are_told() {
    let server = Server::start().await;
    let ask = |kind: &'static str, method: &'static str, search: &'static str| {
        let server = &server;
        async move {
            let body = json!({ "kind": kind, "method": method, "search": search });
            server.post(&format!("{PATH}/options"), &body).await.expect(200)["options"].clone()
        }
    };
    let found = ask("loadOptions", "many", "CHOICE 999").await;
    assert_eq!(found.as_array().map(Vec::len), Some(11), "{found}");
    let columns = ask("resourceMapping", "columns", "").await;
    assert_eq!(columns[0]["value"], json!({ "id": "name", "displayName": "name" }), "{columns}");
}
