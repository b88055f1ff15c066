//! The other commands: `nodes`, `describe`, `options`, `schema`, `sandbox`, and wrong calls.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use heddle_tests::{Finished, Service, heddle, recipient, recipients, root, sending_workflow, workflow};
use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule, seed};

const NODE_TYPE: &str = "n8n-nodes-wts.wtsChat";

#[test]
fn nodes_lists_every_node_type() {
    let finished = Finished::of(heddle().arg("nodes"));
    assert_eq!(finished.status, 0);
    let types: Vec<&str> = finished.stdout.lines().filter_map(|line| line.split('\t').next()).collect();
    for node_type in ["n8n-nodes-base.if", "n8n-nodes-base.manualTrigger", "n8n-nodes-base.set", NODE_TYPE] {
        assert!(types.contains(&node_type), "{node_type} is missing in {types:?}");
    }
    assert!(types.is_sorted());
}

#[test]
fn describe_gives_the_form_of_the_issue_and_a_schema() {
    let form = Finished::of(heddle().args(["describe", NODE_TYPE])).json();
    assert_eq!(form["displayName"], "WTS Chat");
    let names: Vec<&str> = form["properties"]
        .as_array()
        .expect("properties")
        .iter()
        .filter_map(|property| property["displayName"].as_str())
        .collect();
    for name in [
        "Session ID",
        "Bots Name or ID",
        "From Name or ID",
        "To",
        "Force Start Session",
        "Skip If Bot In Execution",
        "Skip If In Progress",
        "Session Metadata",
        "Contacts Metadata",
        "Options",
    ] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    let schema = Finished::of(heddle().args(["describe", NODE_TYPE, "--json-schema"])).json();
    assert!(schema["$schema"].is_string() || schema["type"].is_string(), "{schema}");
    let wrong = Finished::of(heddle().args(["describe", "n8n-nodes-wts.wtsChatt"]));
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains(NODE_TYPE), "{}", wrong.stderr);
}

#[test]
fn options_offers_all_bots_that_can_be_sent() {
    let service = Service::start();
    let credentials = service.write(
        "options.json",
        json!({ "wtsApi": { "apiKey": seed::TOKEN, "baseUrl": service.sandbox().url() } }).to_string(),
    );
    let load = |method: &str, more: &[&str]| {
        let mut command = heddle();
        command.args(["options", NODE_TYPE, method, "--credentials"]).arg(&credentials).args(more);
        Finished::of(&mut command)
    };
    let bots = load("getChatbots", &[]).json();
    let keys: Vec<&str> =
        bots.as_array().expect("a list").iter().filter_map(|bot| bot["value"].as_str()).collect();
    assert!(keys.len() > seed::GENERATED_CHATBOTS, "{} choices: a page is missing", keys.len());
    assert!(keys.contains(&seed::BOT_WELCOME_KEY) && keys.contains(&seed::BOT_UNICODE_KEY));
    for key in [seed::BOT_ARCHIVED_KEY, seed::BOT_DRAFT_KEY, seed::BOT_CAMPAIGN_KEY, seed::BOT_REACTIVE_KEY] {
        assert!(!keys.contains(&key), "{key} cannot be sent");
    }
    assert_eq!(load("getBots", &[]).json(), bots, "the older name gives the same");
    let found = load("getChatbots", &["--search", "cobrança"]).json();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    let channels = load("getChannelsIds", &[]).json();
    assert!(channels.to_string().contains(seed::CHANNEL_INSTAGRAM_ID));
    let wrong = load("getNothing", &[]);
    assert_eq!(wrong.status, 1);
    assert!(wrong.stderr.contains("getNothing"), "{}", wrong.stderr);
}

#[test]
fn schema_writes_the_committed_files_and_notices_stale_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("schemas");
    let finished = Finished::of(heddle().args(["schema", "--out"]).arg(&out));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let written = std::fs::read_to_string(out.join("workflow.schema.json")).expect("it is written");
    let committed =
        std::fs::read_to_string(root().join("schemas/workflow.schema.json")).expect("it is committed");
    assert_eq!(written, committed);
    let check = || Finished::of(heddle().args(["schema", "--check", "--out"]).arg(&out));
    assert_eq!(check().status, 0);
    std::fs::write(out.join("workflow.schema.json"), "{}").expect("it can be written");
    std::fs::write(out.join("nodes/n8n-nodes-base.noOp/v0.json"), "{}").expect("it can be written");
    let stale = check();
    assert_eq!(stale.status, 1);
    for name in ["workflow.schema.json", "v0.json"] {
        assert!(stale.stderr.contains(name), "{}", stale.stderr);
    }
}

#[cfg(unix)]
#[test]
fn the_sandbox_serves_until_ctrl_c() {
    let mut server =
        heddle().arg("sandbox").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut line).expect("it prints");
    let credential: Value = serde_json::from_str(&line).expect("a credential");
    assert!(credential["wtsApi"]["baseUrl"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:")));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials.json");
    std::fs::write(&file, &line).expect("it can be written");
    let finished = Finished::of(
        heddle().arg("run").arg(workflow("send-chatbot.json")).args(["--pins", "--credentials"]).arg(file),
    );
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("3 sent"), "{}", finished.stderr);
    let killed = std::process::Command::new("kill")
        .args(["-INT", &server.id().to_string()])
        .status()
        .expect("it runs");
    assert!(killed.success());
    assert!(server.wait().expect("it ends").success());
}

#[test]
fn a_wrong_call_says_what_is_right() {
    for (arguments, word) in [
        (vec!["run"], "WORKFLOW"),
        (vec!["run", "x.json", "--concurrency", "0"], "concurrency"),
        (vec!["run", "x.json", "--time-limit=-1"], "time-limit"),
        (vec!["fly"], "fly"),
    ] {
        let finished = Finished::of(heddle().args(&arguments));
        assert_eq!(finished.status, 2, "{arguments:?}");
        assert!(finished.stderr.contains(word), "{}", finished.stderr);
    }
    let example = workflow("send-chatbot.json");
    for option in ["--start", "--node"] {
        let finished =
            Finished::of(heddle().arg("run").arg(&example).args(["--sandbox", option, "Welcome each"]));
        assert_eq!(finished.status, 2, "{option}");
        assert!(finished.stderr.contains("\"Welcome each contact\""), "{}", finished.stderr);
    }
}

#[test]
fn pinned_data_counts_only_where_it_is_asked_for() {
    let service = Service::start();
    let mut sending = sending_workflow(json!({}), json!({}));
    sending["pinData"] = json!({ "Start": [{ "json": { "to": recipient(7) } }] });
    let finished = Finished::of(service.run(&sending, &recipients(1)).arg("--pins"));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger()[0].to, recipient(7));
    Finished::of(&mut service.run(&sending, &recipients(1)));
    assert_eq!(service.ledger()[1].to, recipient(0));
}

#[test]
fn a_disabled_node_sends_nothing_and_passes_its_items() {
    let service = Service::start();
    let sending = sending_workflow(json!({}), json!({ "disabled": true }));
    let finished = Finished::of(&mut service.run(&sending, &recipients(2)));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(finished.json()[1]["json"]["to"], recipient(1));
    assert!(service.requests().is_empty());
}

#[test]
fn the_key_shows_nowhere() {
    let service = Service::start();
    service.fault(FaultRule::new(Fault::ServerError).to(recipient(1)));
    service.fault(FaultRule::new(Fault::CutAfterAccepting).to(recipient(2)));
    service.fault(FaultRule::new(Fault::Html).to(recipient(3)));
    let workflow = sending_workflow(json!({}), json!({ "onError": "continueErrorOutput" }));
    for more in [vec!["--output", "run-data"], vec!["--output", "run-data", "--dry-run"], vec![]] {
        let mut command = service.run(&workflow, &recipients(5));
        let finished = Finished::of(command.args(more));
        let _ = finished.json();
        assert!(!finished.stdout.contains(seed::TOKEN), "{}", finished.stdout);
        assert!(!finished.stderr.contains(seed::TOKEN), "{}", finished.stderr);
    }
    for entry in heddle_tests::files_below(&root().join("schemas")) {
        assert!(
            !std::fs::read_to_string(&entry).unwrap_or_default().contains(seed::TOKEN),
            "{}",
            entry.display()
        );
    }
}

#[test]
fn eval_gives_a_value_for_each_item() {
    let folder = tempfile::tempdir().expect("a folder");
    let items = folder.path().join("items.jsonl");
    std::fs::write(&items, "{\"first\":\"Ada\",\"qty\":2}\n{\"first\":\"Zoë\",\"qty\":3}\n")
        .expect("it can be written");
    let eval =
        |arguments: &[&str]| Finished::of(heddle().arg("eval").args(arguments).arg("--input").arg(&items));
    assert_eq!(eval(&["$json.qty * 2"]).stdout, "4\n6\n");
    assert_eq!(eval(&["Hello {{ $json.first.toUpperCase() }}!"]).stdout, "\"Hello ADA!\"\n\"Hello ZOË!\"\n");
    assert_eq!(eval(&["={{ [$json.first, $itemIndex] }}"]).stdout, "[\"Ada\",0]\n[\"Zoë\",1]\n");
    let wrong = eval(&["$json.qty +"]);
    assert_eq!((wrong.status, wrong.stdout.as_str()), (1, ""));
    assert!(wrong.stderr.contains("invalid syntax"), "{}", wrong.stderr);
    let now = Finished::of(heddle().args(["eval", "$now.toUTC().toISO()", "--now", "2026-11-25T12:00:00Z"]));
    assert_eq!(now.stdout, "\"2026-11-25T12:00:00.000Z\"\n");
}

#[test]
fn eval_replays_recorded_cases() {
    let data = root().join("tests/conformance/expressions");
    let mut command = heddle();
    command.arg("eval").arg("--cases").arg(data.join("cases/template.json"));
    command.arg("--fixtures").arg(data.join("fixtures.json")).args(["--now", "2025-03-14T15:09:26.535Z"]);
    let results = Finished::of(&mut command).json();
    let cases: Value = serde_json::from_str(
        &std::fs::read_to_string(data.join("cases/template.json")).expect("the cases are there"),
    )
    .expect("JSON");
    let cases = cases.as_array().expect("a list");
    assert_eq!(results.as_array().map(Vec::len), Some(cases.len()));
    for (case, result) in cases.iter().zip(results.as_array().into_iter().flatten()) {
        assert_eq!(result["id"], case["id"]);
        if case.get("error").is_none() && case.get("quirk").is_none() {
            assert_eq!((&result["value"], &result["type"]), (&case["expected"], &case["type"]), "{case}");
        }
    }
}

/// Runs a command with a text on standard input.
fn fed(arguments: &[&str], text: &[u8]) -> Finished {
    let mut command = heddle();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().expect("a pipe").write_all(text);
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn a_workflow_may_come_on_standard_input() {
    let example = std::fs::read(workflow("send-chatbot.json")).expect("the example is there");
    let run = fed(&["run", "-", "--pins", "--sandbox"], &example);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.json().as_array().map(Vec::len), Some(3));
    let check = fed(&["check", "-", "--sandbox"], &example);
    assert_eq!(
        (check.status, check.stdout.as_str()),
        (0, "standard input: no problems\n"),
        "{}",
        check.stderr
    );
    for command in ["run", "check"] {
        let broken = fed(&[command, "-"], b"{\"nodes\": [}");
        assert_eq!(broken.status, 2);
        assert!(broken.stderr.contains("standard input:1:12: "), "{}", broken.stderr);
    }
}

#[test]
fn standard_input_is_not_read_for_two_things() {
    for arguments in
        [&["run", "-", "--input", "-"][..], &["check", "-", "-"], &["check", "-", "--input", "-"]]
    {
        let twice = fed(arguments, b"{}");
        assert_eq!((twice.status, twice.stdout.as_str()), (2, ""));
        assert!(
            twice.stderr.contains("standard input (-) can be read for one thing only"),
            "{}",
            twice.stderr
        );
    }
}

#[test]
fn completions_are_given_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Finished::of(heddle().args(["completions", shell]));
        assert_eq!(script.status, 0, "{}", script.stderr);
        for word in ["heddle", "static-data", "describe"] {
            assert!(script.stdout.contains(word), "{shell}: {word} is missing");
        }
    }
    assert_eq!(Finished::of(heddle().args(["completions", "cmd"])).status, 2);
}

#[test]
fn a_type_that_is_not_linked_is_met_with_the_crates_that_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("workflow.json");
    for node_type in ["example.local", "n8n-nodes-base.slack"] {
        let node = json!({ "id": "1", "name": "Local", "type": node_type, "typeVersion": 1, "position": [0, 0], "parameters": {} });
        std::fs::write(&file, json!({ "nodes": [node], "connections": {} }).to_string())
            .expect("it can be written");
        let described = Finished::of(heddle().args(["describe", node_type]));
        for finished in [Finished::of(heddle().arg("check").arg(&file)), described] {
            // Lines are broken where they end.
            let told = finished.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
            for word in ["heddle-nodes-core", "heddle-nodes-wts-chat", "use heddle_nodes as _;"] {
                assert!(told.contains(word), "{word} is missing in {told}");
            }
        }
    }
}

/// A description in which n8n's words stand in another order than ours, with keys of tomorrow.
fn parcel() -> Value {
    json!({
        "version": [1, 2], "later": { "key": [null, 1.5] }, "name": "parcel", "displayName": "Parcel",
        "inputs": ["main"], "outputs": "={{ ['main'] }}", "group": ["transform"], "defaults": {},
        "description": "Sends parcels", "usableAsTool": true,
        "properties": [
            { "name": "mode", "displayName": "Mode", "type": "options", "default": "a",
              "options": [{ "value": "a", "name": "A" }, { "value": "b", "name": "B" }] },
            { "displayName": "Weight", "name": "weight", "type": "number", "default": 1,
              "displayOptions": { "show": { "mode": ["b"], "@version": [2] } } },
            { "displayName": "To", "name": "to", "type": "string", "default": "home" }
        ]
    })
}

fn describe_input(input: &Value, arguments: &[&str]) -> Finished {
    let mut command = heddle();
    command.args(["describe", "--stdin"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(input.to_string().as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn describe_writes_descriptions_back_as_they_were() {
    let credential =
        json!({ "properties": [], "name": "parcelApi", "extends": ["oAuth2Api"], "displayName": "P" });
    for input in [parcel(), credential.clone(), json!([parcel(), credential])] {
        let finished = describe_input(&input, &[]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert_eq!(finished.json().to_string(), input.to_string());
    }
    let wrong = describe_input(&json!([parcel(), { "name": "a" }]), &[]);
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.stderr.contains("standard input [1]: the description has no list of \"properties\""),
        "{}",
        wrong.stderr
    );
}

#[test]
fn describe_resolves_parameters() {
    let service = Service::start();
    let file = service.write("parameters.json", r#"{"to":"home","weight":3,"stranger":1}"#);
    let file = file.to_str().expect("a path");
    let resolve = |arguments: &[&str]| {
        describe_input(&parcel(), &[&["--resolve", file], arguments].concat()).json().to_string()
    };
    assert_eq!(resolve(&[]), r#"{"mode":"a","to":"home"}"#);
    assert_eq!(resolve(&["--with-hidden"]), r#"{"mode":"a","weight":3,"to":"home"}"#);
    assert_eq!(resolve(&["--without-defaults"]), "{}");
    assert_eq!(resolve(&["--without-defaults", "--with-hidden"]), r#"{"weight":3}"#);
    let b = service.write("b.json", r#"{"mode":"b"}"#);
    let b = ["--resolve", b.to_str().expect("a path")];
    let one = describe_input(&parcel(), &[&b[..], &["--type-version", "1"]].concat()).json();
    assert_eq!(one.to_string(), r#"{"mode":"b","to":"home"}"#);
    assert_eq!(describe_input(&parcel(), &b).json().to_string(), r#"{"mode":"b","weight":1,"to":"home"}"#);
    let own = Finished::of(heddle().args(["describe", "n8n-nodes-base.noOp"]).args(b)).json();
    assert_eq!(own, json!({}));
    let list = describe_input(&json!([parcel()]), &b);
    assert_eq!(
        (list.status, list.stderr.contains("--resolve takes one description")),
        (2, true),
        "{}",
        list.stderr
    );
}

#[test]
fn describe_knows_versions_and_credential_types() {
    let credential = Finished::of(heddle().args(["describe", "wtsApi"])).json();
    assert_eq!(credential["displayName"], "WTS API");
    let wrong = Finished::of(heddle().args(["describe", NODE_TYPE, "--type-version", "7"]));
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("has no version 7"), "{}", wrong.stderr);
    let resolved = Finished::of(heddle().args(["describe", NODE_TYPE, "--resolved-schema"])).json();
    assert!(resolved["oneOf"].is_array(), "{resolved}");
}
