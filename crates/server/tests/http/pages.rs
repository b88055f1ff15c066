//! The pages without script.

use std::sync::Arc;

use heddle_runner::RunOptions;
use heddle_server::{EarlierRuns, Settings, UnfinishedRun};
use heddle_workflow::Workflow;
use serde_json::json;

use crate::client::{Answer, Server};

const FORM: &str = "/nodes/n8n-nodes-base.set?version=3.4";
const CHOICES: &str = "/nodes/@tests%2Fnodes.choices?version=1";

fn hidden(answer: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let value = answer.body.split(&start).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn nodes_are_searched() {
    let server = Server::start().await;
    let all = server.get("/").await;
    assert_eq!(all.status, 200);
    assert!(all.body.contains("HTTP Request") && all.body.contains("Triggers"));
    let found = server.get("/?q=edit+fields").await;
    assert!(found.body.contains("1 node<") && !found.body.contains("HTTP Request"), "{}", found.body);
    assert!(server.get("/?category=trigger").await.body.contains("Webhook"));
}

#[tokio::test]
async fn a_form_is_filled_in_checked_and_run() {
    let server = Server::start().await;
    let page = server.get(FORM).await;
    let added =
        server.submit(FORM, &[("state", &hidden(&page, "state")), ("action", "add:/assignments")]).await;
    assert!(added.body.contains("text:/assignments/assignments/0/name"), "{}", added.body);
    let state = hidden(&added, "state");
    let fields = [
        ("state", state.as_str()),
        ("text:/assignments/assignments/0/name", "greeting"),
        ("text:/assignments/assignments/0/value", "=Hello {{ $json.name }}"),
        ("items", "name\nAna\nBeto"),
    ];
    let previewed = server.submit(FORM, &fields).await;
    assert!(previewed.body.contains("Hello Ana"), "{}", previewed.body);
    let token = hidden(&previewed, "token");
    let run = |token: String, items: &'static str| {
        let fields: Vec<(&str, String)> = vec![
            ("state", hidden(&previewed, "state")),
            ("items", items.to_owned()),
            ("token", token),
            ("action", "run".to_owned()),
        ];
        let server = &server;
        async move {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.submit(FORM, &fields).await
        }
    };
    let ran = run(token.clone(), "name\nAna\nBeto").await;
    assert!(ran.body.contains("Hello Beto") && ran.body.contains("2 items"), "{}", ran.body);
    // Two clicks start one run; a token is for one run alone, and given by this server.
    let again = run(token.clone(), "name\nAna\nBeto").await;
    assert_eq!(hidden(&again, "execution"), hidden(&ran, "execution"));
    assert_eq!(run(token, "name\nCarla").await.status, 409);
    assert_eq!(run("0".repeat(96), "name\nCarla").await.status, 403);
    let page = server.get(&format!("/executions/{}", hidden(&ran, "execution"))).await;
    assert!(page.body.contains("Hello Beto"));
}

#[tokio::test]
async fn problems_are_listed_once_a_form_was_checked() {
    let server = Server::start().await;
    let fields = [("state", r#"{"text":""}"#), ("number:/pause", "long")];
    let before = server.submit(CHOICES, &fields).await;
    assert!(!before.body.contains("is required"), "{}", before.body);
    let checked = server.submit(CHOICES, &[&fields[..], &[("action", "check")]].concat()).await;
    assert!(
        checked.body.contains("href=\"#f/text\"") && checked.body.contains("2 problems"),
        "{}",
        checked.body
    );
    assert!(checked.body.contains("value=\"long\""));
    let mended = server
        .submit(CHOICES, &[("state", r#"{"text":"x"}"#), ("checked", "true"), ("action", "refresh")])
        .await;
    assert!(mended.body.contains("Nothing is wrong."), "{}", mended.body);
}

#[tokio::test]
async fn choices_are_loaded_by_a_button_and_a_lost_one_stays() {
    let server = Server::start().await;
    let loaded =
        server.submit(CHOICES, &[("state", r#"{"choice":"gone"}"#), ("action", "load:/choice")]).await;
    assert!(loaded.body.contains("Choice 9999"), "the choices are there");
    assert!(loaded.body.contains("gone (no longer offered)"));
}

#[tokio::test]
async fn values_become_expressions_and_back() {
    let server = Server::start().await;
    let made = server.submit(CHOICES, &[("state", r#"{"pause":2}"#), ("action", "expression:/pause")]).await;
    assert!(made.body.contains("name=\"expression:/pause\""), "{}", made.body);
    assert!(hidden(&made, "state").contains("={{ 2 }}"), "{}", hidden(&made, "state"));
    let back = server
        .submit(
            CHOICES,
            &[
                ("state", r#"{"pause":"={{ $json.n + 1 }}"}"#),
                ("items", "[{\"n\":4}]"),
                ("action", "fixed:/pause"),
            ],
        )
        .await;
    assert!(back.body.contains("name=\"number:/pause\" autocomplete=\"off\" value=\"5\""), "{}", back.body);
}

/// A log in which every run of these items stopped halfway.
#[derive(Debug)]
struct Halfway;

impl EarlierRuns for Halfway {
    fn unfinished(&self, _: &Workflow, options: &RunOptions) -> std::io::Result<Option<UnfinishedRun>> {
        let is_known = options.items.as_ref().is_some_and(|items| items[0].json.get("n").is_some());
        let earlier = UnfinishedRun {
            message: "the run 1f0c stopped".to_owned(),
            help: "Take it up: heddle resume 1f0c".to_owned(),
        };
        Ok(is_known.then_some(earlier))
    }
}

#[tokio::test]
async fn what_an_earlier_run_did_not_complete_is_begun_anew_only_if_asked() {
    let settings = Settings { earlier: Some(Arc::new(Halfway)), ..Settings::default() };
    let server = Server::start_with(settings).await;
    let run = |action: &'static str, items: &'static str| {
        let server = &server;
        async move {
            let token = hidden(&server.get(CHOICES).await, "token");
            let fields = [("state", "{}"), ("items", items), ("token", token.as_str()), ("action", action)];
            server.submit(CHOICES, &fields).await.body
        }
    };
    let refused = run("run", r#"[{"n":1}]"#).await;
    assert!(refused.contains("The run 1f0c stopped") && refused.contains("heddle resume 1f0c"), "{refused}");
    assert!(refused.contains("value=\"run-anew\"") && !refused.contains("1 item"), "{refused}");
    for (action, items) in [("run-anew", r#"[{"n":1}]"#), ("dry-run", r#"[{"n":1}]"#), ("run", "[{}]")] {
        let ran = run(action, items).await;
        assert!(ran.contains("Output: 1 item"), "{action} {items}: {ran}");
    }
}

#[tokio::test]
async fn what_only_a_run_knows_is_told() {
    let server = Server::start().await;
    let preview = |text: &'static str| {
        let server = &server;
        async move {
            let state = json!({ "text": text }).to_string();
            let fields = [("state", state.as_str()), ("sample", r#"{"n":1}"#), ("items", "")];
            let page = server.submit(CHOICES, &fields).await.body;
            page.split("id=\"v/text\"")
                .nth(1)
                .and_then(|rest| rest.split("</output>").next())
                .expect("a preview")
                .to_owned()
        }
    };
    assert!(preview("={{ $('Other').item.json.n }}").await.contains("reads the node &quot;Other&quot;"));
    assert!(preview("={{ $vars.key }}").await.contains("reads the variable &quot;key&quot;"));
    assert!(preview("={{ $execution.id }}").await.contains("reads the execution"));
    assert!(preview("={{ $input.all().length }}").await.contains("reads other items"));
    assert!(preview("={{ $json.n + 1 }}").await.contains("<code>2</code>"));
    // Where all items are there, previews read them.
    let fields = [("state", r#"{"text":"={{ $input.all().length }}"}"#), ("items", "n\n1\n2\n3")];
    assert!(server.submit(CHOICES, &fields).await.body.contains("<code>3</code>"));
}

#[tokio::test]
async fn parameters_as_json_are_taken_over() {
    let server = Server::start().await;
    let node = json!({ "nodes": [{ "type": "@tests/nodes.choices", "parameters": { "text": "pasted" } }] })
        .to_string();
    let taken = server.submit(CHOICES, &[("state", "{}"), ("json", &node), ("action", "json")]).await;
    assert!(taken.body.contains("value=\"pasted\""), "{}", taken.body);
    let broken =
        server.submit(CHOICES, &[("state", r#"{"text":"kept"}"#), ("json", "{"), ("action", "json")]).await;
    assert!(broken.body.contains("The form is as it was before") && broken.body.contains("value=\"kept\""));
}

#[tokio::test]
async fn every_node_has_a_form() {
    let server = Server::start().await;
    let nodes = server.get("/api/v1/nodes").await.expect(200);
    for node in nodes.as_array().expect("a list") {
        let name = node["type"].as_str().expect("a name").replace('/', "%2F");
        for version in node["versions"].as_array().expect("a list") {
            let path = format!("/nodes/{name}?version={version}");
            let page = server.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            // Ids are there once.
            let mut ids: Vec<&str> =
                page.body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), count, "{path}: an id is there twice");
        }
    }
}
