//! Values on their way in and out: numbers, encodings, rows, files with lists for objects, and what eval shows.

use heddle_tests::{Finished, Service, heddle, recipients, sending_workflow};
use serde_json::{Value, json};

/// A folder with a workflow of a manual trigger and one more node.
struct Files(tempfile::TempDir);

impl Files {
    fn new(node: Value) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        let workflow = json!({
            "name": "Values",
            "nodes": [
                { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
                  "position": [0, 0], "parameters": {} },
                node,
            ],
            "connections": { "Start": { "main": [[{ "node": "N", "type": "main", "index": 0 }]] } },
            "settings": { "executionOrder": "v1", "timezone": "Europe/Berlin" },
        });
        folder.write("workflow.json", workflow.to_string());
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(name), text).expect("it can be written");
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(heddle().current_dir(self.0.path()).arg("run").arg("workflow.json").args(arguments))
    }
}

fn passes_on() -> Value {
    json!({ "name": "N", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [200, 0], "parameters": {} })
}

fn set(value: &str) -> Value {
    json!({ "name": "N", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0],
            "parameters": { "assignments": { "assignments": [
                { "id": "1", "name": "value", "type": "string", "value": value } ] }, "options": {} } })
}

#[test]
fn whole_numbers_are_printed_as_javascript_prints_them() {
    let files = Files::new(passes_on());
    files.write(
        "items.json",
        "[{\"id\":17841405793187218,\"a\":[7615917337495251231,1e20,-9007199254740993,1e21,0.5,-0.0]}]",
    );
    let numbers = "{\"id\":17841405793187218,\"a\":[7615917337495251000,100000000000000000000,-9007199254740992,1e+21,0.5,0]}";
    let items = files.run(&["--input", "items.json"]);
    assert!(items.stdout.contains(numbers), "{}", items.stdout);
    let run_data = files.run(&["--input", "items.json", "--output", "run-data"]);
    let data = run_data.stdout.split_whitespace().collect::<String>();
    assert!(data.contains(numbers), "{}", run_data.stdout);
    let eval =
        Finished::of(heddle().current_dir(files.0.path()).args(["eval", "$json", "--input", "items.json"]));
    assert!(eval.stdout.contains(numbers), "{}", eval.stdout);
}

#[test]
fn items_are_read_in_the_encodings_of_windows_tools() {
    let files = Files::new(passes_on());
    let expected = json!([{ "name": "Zoë 🐚" }, { "name": "Ada" }]);
    for text in [expected.to_string(), "{\"name\":\"Zoë 🐚\"}\r\n{\"name\":\"Ada\"}\r\n".to_owned()] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            [&[0xff, 0xfe], little.as_slice()].concat(),
            [&[0xfe, 0xff], big.as_slice()].concat(),
            little,
            big,
            [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
        ] {
            files.write("items.json", &bytes);
            let finished = files.run(&["--input", "items.json"]);
            assert_eq!(finished.status, 0, "{:?}: {}", &bytes[..4], finished.stderr);
            let printed = finished.json();
            let data: Value =
                printed.as_array().into_iter().flatten().map(|item| item["json"].clone()).collect();
            assert_eq!(data, expected, "{:?}", &bytes[..4]);
        }
    }
    files.write("items.json", [0xff, 0xfe, b'[', 0, b'{']);
    let broken = files.run(&["--input", "items.json"]);
    assert_eq!(broken.status, 2);
    assert!(broken.stderr.contains("items.json begins as UTF-16 text but is broken"), "{}", broken.stderr);
}

#[test]
fn a_row_with_a_column_called_json_keeps_its_other_columns() {
    let files = Files::new(passes_on());
    let row = |row: Value| {
        files.write("items.json", json!([row]).to_string());
        files.run(&["--input", "items.json"]).json()[0]["json"].clone()
    };
    let plain = json!({ "id": 7, "json": { "a": 1 }, "name": "Ada" });
    assert_eq!(row(plain.clone()), plain);
    let table = json!({ "json": { "a": 1 }, "binary": "0101" });
    assert_eq!(row(table.clone()), table);
    assert_eq!(row(json!({ "json": "{}", "name": "Ada" })), json!({ "json": "{}", "name": "Ada" }));
    // Items as n8n writes them.
    assert_eq!(row(json!({ "json": { "a": 1 } })), json!({ "a": 1 }));
    assert_eq!(row(json!({ "json": { "a": 1 }, "pairedItem": { "item": 0 } })), json!({ "a": 1 }));
    files.write("items.jsonl", format!("{plain}\n"));
    assert_eq!(files.run(&["--input", "items.jsonl"]).json()[0]["json"], plain);
}

#[test]
fn an_empty_list_stands_for_an_empty_object() {
    let files = Files::new(json!({
        "name": "N", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [200, 0],
        "parameters": [], "credentials": [],
    }));
    for command in ["check", "run"] {
        let finished = Finished::of(heddle().current_dir(files.0.path()).args([command, "workflow.json"]));
        assert_eq!(finished.status, 0, "{}", finished.stderr);
    }
    let alone = json!({
        "nodes": [{ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
                    "position": [0, 0], "parameters": [] }],
        "connections": [], "settings": [], "pinData": [], "staticData": [],
    });
    files.write("workflow.json", alone.to_string());
    let check = Finished::of(heddle().current_dir(files.0.path()).args(["check", "workflow.json"]));
    assert_eq!(
        (check.status, check.stdout.as_str()),
        (0, "workflow.json: no problems\n"),
        "{}",
        check.stderr
    );
    assert_eq!(files.run(&[]).status, 0);
    // A list with something in it is not an object.
    let mut wrong = alone;
    wrong["connections"] = json!(["Start"]);
    files.write("workflow.json", wrong.to_string());
    assert_eq!(files.run(&[]).status, 2);
}

#[test]
fn the_length_of_items_is_how_many_there_are() {
    let files = Files::new(set("={{ $items.length }} of {{ $items().length }}"));
    files.write("items.json", "[{},{},{},{}]");
    assert_eq!(files.run(&["--input", "items.json"]).json()[3]["json"]["value"], "4 of 4");
}

#[test]
fn a_dry_run_does_not_sit_through_waits() {
    let service = Service::start();
    let mut workflow = sending_workflow(json!({}), json!({ "retryOnFail": true, "waitBetweenTries": 5000 }));
    let wait = |name: &str, parameters: Value| {
        json!({ "name": name, "type": "n8n-nodes-base.wait", "typeVersion": 1.1, "position": [100, 0],
                "parameters": parameters })
    };
    let nodes = workflow["nodes"].as_array_mut().expect("a list");
    nodes.push(wait("Short", json!({ "amount": 50, "unit": "seconds" })));
    nodes.push(wait("Long", json!({ "amount": 3, "unit": "days" })));
    nodes.push(wait("Late", json!({ "resume": "specificTime", "dateTime": "2999-01-01T00:00:00" })));
    let to = |node: &str| json!({ "main": [[{ "node": node, "type": "main", "index": 0 }]] });
    workflow["connections"] =
        json!({ "Start": to("Short"), "Short": to("Long"), "Long": to("Late"), "Late": to("Send") });
    let mut command = service.run(&workflow, &recipients(2));
    // Were it to wait, it would end so, with status 1.
    let finished = Finished::of(command.args(["--dry-run", "--timeout", "40"]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let printed = finished.json();
    assert_eq!(printed.as_array().map(Vec::len), Some(2), "{printed}");
    assert!(printed[1]["json"]["request"]["url"].is_string(), "{printed}");
    assert!(service.requests().is_empty());
}

#[test]
fn a_character_that_cannot_be_seen_is_found_in_code() {
    let files = Files::new(set("={{ $json.name\u{200b} }}"));
    let check = Finished::of(heddle().current_dir(files.0.path()).args(["check", "workflow.json"]));
    assert!(check.stderr.contains("invalid syntax"), "{}", check.stderr);
    // Nothing can be sent here, so the run fails where n8n's does.
    let run = files.run(&[]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("invalid syntax"), "{}", run.stderr);
}

#[test]
fn eval_shows_what_a_run_would_store_and_nothing_made_up() {
    let eval = |arguments: &[&str]| Finished::of(heddle().arg("eval").args(arguments)).stdout;
    assert_eq!(eval(&["$vars"]), "{}\n");
    for absent in ["$vars.region", "$execution.id", "$execution.resumeUrl", "$secrets", "$executionId"] {
        assert_eq!(eval(&[absent]), "null\n", "{absent}");
    }
    assert_eq!(eval(&["DateTime.fromISO('x')"]), "\"Invalid DateTime\"\n");
    assert_eq!(
        eval(&["[DateTime.fromISO('x'), { at: DateTime.fromISO('x') }]"]),
        "[null,{\"at\":\"Invalid DateTime\"}]\n"
    );
    assert_eq!(eval(&["7615917337495251231"]), "7615917337495251000\n");
    assert_eq!(eval(&["$items.length + $('Input').all().length"]), "2\n");
}
