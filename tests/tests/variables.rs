//! What expressions see beside the items: variables, environment variables, the time zone.

use std::process::Command;

use heddle_node::{Json, Registry, Secret};
use heddle_nodes as _;
use heddle_runner::{Host, RunOptions, Variables};
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// A workflow whose only node sets a field for each expression.
fn setting(expressions: &[&str]) -> Value {
    let fields = expressions.iter().enumerate().map(|(index, value)| {
        json!({ "id": index.to_string(), "name": index.to_string(), "type": "string", "value": value })
    });
    let fields = fields.collect::<Value>();
    json!({
        "name": "Variables",
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {} },
            { "name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0],
              "parameters": { "assignments": { "assignments": fields }, "options": {} } },
        ],
        "connections": { "Start": { "main": [[{ "node": "Set", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn run(workflow: &Value, prepare: impl FnOnce(&mut Command)) -> Finished {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("workflow.json"), workflow.to_string()).expect("it can be written");
    std::fs::write(
        folder.path().join("vars.json"),
        r#"{"region": "file", "limit": 25, "only": "file", "on": true}"#,
    )
    .expect("it can be written");
    std::fs::write(
        folder.path().join("list.json"),
        r#"{"data": [{"id": "1", "key": "region", "value": "list", "type": "string"}]}"#,
    )
    .expect("it can be written");
    let mut command = heddle();
    command.current_dir(folder.path()).args(["run", "workflow.json"]);
    command.env_remove("GENERIC_TIMEZONE");
    prepare(&mut command);
    Finished::of(&mut command)
}

fn fields(finished: &Finished) -> Value {
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    finished.json()[0]["json"].clone()
}

#[test]
fn variables_come_from_the_file_the_environment_and_the_command_line_in_turn() {
    let workflow = setting(&[
        "=[{{ $vars.region }}]",
        "=[{{ $vars.limit }}]",
        "={{ typeof $vars.limit }}",
        "={{ $vars.on }}",
    ]);
    let region = |prepare: &dyn Fn(&mut Command)| fields(&run(&workflow, prepare))["0"].clone();
    assert_eq!(region(&|_| {}), "[]");
    assert_eq!(
        region(&|command| {
            command.args(["--vars", "vars.json"]);
        }),
        "[file]"
    );
    assert_eq!(
        region(&|command| {
            command.args(["--vars", "list.json"]);
        }),
        "[list]"
    );
    let environment = |command: &mut Command| {
        command.args(["--vars", "vars.json"]).env("HEDDLE_VAR_region", "environment");
    };
    assert_eq!(region(&environment), "[environment]");
    let all = |command: &mut Command| {
        environment(command);
        command.args(["--var", "region=a=b", "--var", "other="]);
    };
    assert_eq!(region(&all), "[a=b]");
    // A variable of n8n is a text.
    let typed = fields(&run(&workflow, environment));
    assert_eq!((&typed["1"], &typed["2"], &typed["3"]), (&json!("[25]"), &json!("string"), &json!("true")));
}

#[test]
fn wrong_variables_are_wrong_calls() {
    let workflow = setting(&["x"]);
    for (arguments, word) in [
        (vec!["--var", "region"], "NAME=VALUE"),
        (vec!["--var", "=x"], "NAME=VALUE"),
        (vec!["--vars", "nowhere.json"], "nowhere.json"),
        (vec!["--vars", "workflow.json"], "\"nodes\" is no text"),
        (vec!["--secrets", "vars.json"], "providers"),
        (vec!["--timezone", "Mars/Olympus"], "Mars/Olympus"),
    ] {
        let finished = run(&workflow, |command| {
            command.args(&arguments);
        });
        assert_eq!(finished.status, 2, "{arguments:?}");
        assert!(finished.stderr.contains(word), "{}", finished.stderr);
    }
    let finished = run(&workflow, |command| {
        command.env("GENERIC_TIMEZONE", "Mars/Olympus");
    });
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("GENERIC_TIMEZONE"), "{}", finished.stderr);
}

#[test]
fn environment_variables_are_read_where_they_are_allowed() {
    let env = |arguments: &[&str]| {
        let workflow = setting(&["=[{{ $env.SHOWN }}]", "={{ process.env.HIDDEN ?? 'none' }}"]);
        run(&workflow, |command| {
            command.env("SHOWN", "yes").env("HIDDEN", "no").env_remove("ABSENT").args(arguments);
        })
    };
    let denied = env(&[]);
    assert_eq!(denied.status, 1, "{}", denied.stdout);
    assert!(denied.stderr.contains("access to env vars denied"), "{}", denied.stderr);
    let denied = env(&["--env", "HIDDEN"]);
    assert!(denied.stderr.contains("access to env vars denied"), "{}", denied.stderr);
    assert_eq!(fields(&env(&["--env", "SHOWN"])), json!({ "0": "[yes]", "1": "none" }));
    assert_eq!(fields(&env(&["--env", "SHOWN,HIDDEN"]))["1"], "no");
    let absent = run(&setting(&["={{ $env.ABSENT ?? 'absent' }}"]), |command| {
        command.env_remove("ABSENT").args(["--env", "ABSENT", "--env", "SHOWN"]);
    });
    assert_eq!(fields(&absent)["0"], "absent");
}

#[test]
fn a_file_without_a_time_zone_runs_in_the_instances() {
    let mut workflow =
        setting(&["={{ DateTime.fromISO('2025-08-14T13:00:00Z').hour }}", "={{ $now.zoneName }}"]);
    let zone =
        |workflow: &Value, prepare: &dyn Fn(&mut Command)| fields(&run(workflow, prepare))["1"].clone();
    assert_eq!(zone(&workflow, &|_| {}), "America/New_York");
    let generic = |command: &mut Command| {
        command.env("GENERIC_TIMEZONE", "America/Sao_Paulo");
    };
    assert_eq!(zone(&workflow, &generic), "America/Sao_Paulo");
    assert_eq!(fields(&run(&workflow, generic))["0"], "10");
    let given = |command: &mut Command| {
        generic(command);
        command.args(["--timezone", "Asia/Tokyo"]);
    };
    assert_eq!(zone(&workflow, &given), "Asia/Tokyo");
    workflow["settings"]["timezone"] = json!("DEFAULT");
    assert_eq!(zone(&workflow, &given), "Asia/Tokyo");
    workflow["settings"]["timezone"] = json!("Europe/Berlin");
    assert_eq!(zone(&workflow, &given), "Europe/Berlin");

    let eval = |zone: &[&str]| {
        let mut command = heddle();
        command.args(["eval", "$now.zoneName", "--now", "2026-11-25T12:00:00"]).args(zone);
        Finished::of(command.env("GENERIC_TIMEZONE", "America/Sao_Paulo")).stdout
    };
    assert_eq!(eval(&[]), "\"America/Sao_Paulo\"\n");
    assert_eq!(eval(&["--timezone", "Asia/Tokyo"]), "\"Asia/Tokyo\"\n");
}

#[test]
fn eval_sees_variables() {
    let mut command = heddle();
    command.args(["eval", "[$vars.region, $env.SHOWN]", "--var", "region=eu", "--env", "SHOWN"]);
    let finished = Finished::of(command.env("SHOWN", "yes"));
    assert_eq!(finished.stdout, "[\"eu\",\"yes\"]\n", "{}", finished.stderr);
}

/// An embedder sets them in the options; called workflows and error workflows see them too.
#[test]
fn called_workflows_and_error_workflows_see_the_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, workflow: &Value| {
        std::fs::write(folder.path().join(name), workflow.to_string()).expect("it can be written");
    };
    let node = |name: &str, kind: &str, version: f64, x: i32, parameters: Value| {
        json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
                "position": [x, 0], "parameters": parameters })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let mut child = setting(&["={{ $vars.region }} {{ $env.SHOWN }} {{ $now.zoneName }}"]);
    child["id"] = json!("child");
    child["nodes"][0] =
        node("Start", "executeWorkflowTrigger", 1.1, 0, json!({ "inputSource": "passthrough" }));
    write("child.json", &child);
    write(
        "parent.json",
        &json!({
            "nodes": [
                node("Start", "manualTrigger", 1.0, 0, json!({})),
                node("Call", "executeWorkflow", 1.2, 200, json!({
                    "workflowId": { "__rl": true, "mode": "id", "value": "child" }, "options": {} })),
            ],
            "connections": { "Start": to("Call") },
            "settings": { "executionOrder": "v1" },
        }),
    );
    let arguments = ["--var", "region=eu", "--env", "SHOWN", "--timezone", "Asia/Tokyo"];
    let finished = Finished::of(
        heddle().env("SHOWN", "yes").current_dir(folder.path()).args(["run", "parent.json"]).args(arguments),
    );
    assert_eq!(fields(&finished)["0"], "eu yes Asia/Tokyo");

    // The error workflow fails with what it sees.
    write(
        "parent.json",
        &json!({
            "nodes": [
                node("Start", "manualTrigger", 1.0, 0, json!({})),
                node("Stop", "stopAndError", 1.0, 200, json!({ "errorMessage": "first" })),
                node("Error", "errorTrigger", 1.0, 0, json!({})),
                node("Tell", "stopAndError", 1.0, 200, json!({
                    "errorMessage": "={{ $vars.region }} {{ $env.SHOWN }} {{ $now.zoneName }}" })),
            ],
            "connections": { "Start": to("Stop"), "Error": to("Tell") },
            "settings": { "executionOrder": "v1" },
        }),
    );
    let finished = Finished::of(
        heddle().env("SHOWN", "yes").current_dir(folder.path()).args(["run", "parent.json"]).args(arguments),
    );
    assert_eq!(finished.status, 1);
    assert!(finished.stderr.contains("eu yes Asia/Tokyo"), "{}", finished.stderr);
}

#[tokio::test]
async fn an_embedder_sets_variables_in_the_options() {
    let workflow =
        setting(&["={{ $vars.region }} {{ $env.SHOWN }} {{ $now.zoneName }} {{ typeof $secrets }}"]);
    let workflow = Workflow::from_json(&Json::from(workflow));
    let object = |value: Value| Json::from(value);
    let options = RunOptions {
        variables: Variables {
            vars: object(json!({ "region": "eu" })),
            env: object(json!({ "SHOWN": "yes" })),
            secrets: Secret::new(object(json!({ "vault": { "key": "canary" } }))),
        },
        timezone: Some("Asia/Tokyo".to_owned()),
        ..RunOptions::default()
    };
    let shown = format!("{options:?}");
    assert!(shown.contains("region") && !shown.contains("canary") && !shown.contains("\"yes\""), "{shown}");
    let host = Host::new(Registry::linked().expect("nodes"));
    let result = host.run(&workflow, options).await.expect("it runs");
    let items = result.last_outputs("Set").expect("it ran");
    assert_eq!(items[0][0].json.get("0").and_then(Json::as_str), Some("eu yes Asia/Tokyo undefined"));
}
