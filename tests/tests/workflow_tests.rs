//! `heddle test`: tests of workflows (`docs/testing.md`).

use std::path::Path;

use heddle_tests::{Finished, heddle, root};
use serde_json::{Value, json};

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    json!({
        "id": name, "name": name, "type": kind, "typeVersion": version, "position": [0, 0],
        "parameters": parameters,
    })
}

/// A webhook that fetches orders, keeps the large ones, and announces each.
fn orders() -> Value {
    let condition = json!({
        "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 }, "combinator": "and",
        "conditions": [{
            "id": "1", "leftValue": "={{ $json.total }}", "rightValue": 100,
            "operator": { "type": "number", "operation": "gt" },
        }],
    });
    let body = "={{ { text: `Order ${$json.id} of ${$('Called').item.json.body.shop}, ${$now.toISODate()}, ${$vars.tone}` } }}";
    let post = json!({
        "method": "POST", "url": "https://chat.example.com/", "sendBody": true, "contentType": "json",
        "specifyBody": "json", "jsonBody": body, "options": {},
    });
    let get = json!({ "url": "=https://shop.example.com/{{ $json.body.shop }}", "options": {} });
    let nodes = [
        node(
            "Called",
            "n8n-nodes-base.webhook",
            2.0,
            json!({ "path": "orders", "httpMethod": "POST", "options": {} }),
        ),
        node("Fetch", "n8n-nodes-base.httpRequest", 4.2, get),
        node("Large", "n8n-nodes-base.if", 2.2, json!({ "conditions": condition, "options": {} })),
        node("Announce", "n8n-nodes-base.httpRequest", 4.2, post),
        node("Small", "n8n-nodes-base.noOp", 1.0, json!({})),
    ];
    let to = |name: &str| json!([{ "node": name, "type": "main", "index": 0 }]);
    json!({
        "name": "Orders", "nodes": nodes, "settings": { "executionOrder": "v1" },
        "connections": {
            "Called": { "main": [to("Fetch")] }, "Fetch": { "main": [to("Large")] },
            "Large": { "main": [to("Announce"), to("Small")] },
        },
    })
}

fn write(folder: &Path, name: &str, value: &Value) {
    std::fs::write(folder.join(name), format!("{value:#}")).expect("it can be written");
}

fn read(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).expect("it can be read");
    serde_json::from_str(&text).expect("JSON")
}

/// A folder with the workflow and a test of it.
fn with_test(test: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "orders.json", &orders());
    write(folder.path(), "orders.test.json", test);
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Finished {
    Finished::of(heddle().current_dir(folder).arg("test").args(arguments))
}

fn given() -> Value {
    json!({
        "name": "large orders are announced",
        "trigger": { "body": { "shop": "north" } },
        "now": "2026-03-01T09:00:00Z", "vars": { "tone": "kind" },
        "mocks": { "Fetch": [{ "id": 1, "total": 120 }, { "id": 2, "total": 40 }] },
    })
}

fn expecting(expect: &Value) -> Value {
    let mut test = given();
    test["expect"] = expect.clone();
    test
}

#[test]
fn what_comes_out_and_what_would_leave_is_held_against_what_is_expected() {
    let folder = with_test(&expecting(&json!({
        "status": "success",
        "ran": ["Called", "Fetch", "Large", "Small", "Announce"],
        "nodes": {
            "Large": { "outputs": [[{ "id": 1, "total": 120 }], { "count": 1, "every": { "total": { "$type": "number" } } }] },
            "Small": [{ "id": 2, "total": 40 }],
        },
        "requests": { "like": [
            { "node": "Fetch", "method": "GET", "url": "https://shop.example.com/north" },
            { "node": "Announce", "item": 0, "body": { "text": "Order 1 of north, 2026-03-01, kind" } },
        ] },
    })));
    let finished = run(folder.path(), &[]);
    assert_eq!(finished.status, 0, "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("✓ large orders are announced"), "{}", finished.stdout);
    assert!(finished.stdout.contains("1 passed"), "{}", finished.stdout);
}

#[test]
fn a_difference_is_told_at_its_field_with_its_place_in_the_file() {
    let folder = with_test(&expecting(&json!({
        "nodes": { "Small": [{ "id": 2, "total": 41 }], "Large": [{ "id": 1, "total": 120 }, { "id": 9, "total": 1 }] },
        "ran": { "exclude": ["Small"] },
        "requests": { "some": [{ "method": "DELETE" }] },
    })));
    let finished = run(folder.path(), &["--junit", "out.xml"]);
    assert_eq!(finished.status, 1, "{}{}", finished.stdout, finished.stderr);
    let text = std::fs::read_to_string(folder.path().join("orders.test.json")).expect("it can be read");
    let line = text.lines().position(|line| line.contains("41")).expect("the line") + 1;
    for words in [
        format!("node \"Small\", item 0, total  orders.test.json:{line}:"),
        "expected  41\n        found     40".to_owned(),
        "node \"Large\", item 1".to_owned(),
        "expected  {\"id\":9,\"total\":1}\n        found     nothing".to_owned(),
        "\"Small\" was not to run, and did".to_owned(),
        "no request is like {\"method\":\"DELETE\"}".to_owned(),
    ] {
        assert!(finished.stdout.contains(&words), "{words}\n{}", finished.stdout);
    }
    let xml = std::fs::read_to_string(folder.path().join("out.xml")).expect("it is written");
    assert!(xml.contains("tests=\"1\" failures=\"1\"") && xml.contains("expected  41"), "{xml}");
}

#[test]
fn an_error_fails_its_test_unless_it_is_expected() {
    let mut test = given();
    test["mocks"] = json!({ "Fetch": { "error": "Not found" } });
    let folder = with_test(&test);
    let finished = run(folder.path(), &[]);
    assert!(
        finished.status == 1 && finished.stdout.contains("ended as error: Not found"),
        "{}",
        finished.stdout
    );
    for (error, status) in [
        (json!("found"), 0),
        (json!({ "node": "Fetch", "message": "Not found" }), 0),
        (json!({ "node": "Large" }), 1),
    ] {
        test["expect"] = json!({ "error": error });
        write(folder.path(), "orders.test.json", &test);
        assert_eq!(run(folder.path(), &[]).status, status, "{error}");
    }
}

#[test]
fn what_came_out_is_recorded_in_the_form_that_the_file_has() {
    let folder = with_test(&json!({ "tests": [given(), expecting(&json!({
        "nodes": { "Small": { "like": [{ "id": { "$type": "number" }, "total": 1 }] }, "Large": null },
        "requests": { "count": 5 },
    }))] }));
    let finished = run(folder.path(), &["--record"]);
    assert_eq!(finished.status, 0, "{}{}", finished.stdout, finished.stderr);
    let recorded = read(folder.path(), "orders.test.json");
    let first = &recorded["tests"][0]["expect"];
    assert_eq!(first["nodes"]["Announce"], json!([{ "id": 1, "total": 120 }]), "{first}");
    assert_eq!(first["requests"]["like"][0]["url"], "https://shop.example.com/north", "{first}");
    assert_eq!(
        recorded["tests"][1]["expect"],
        json!({
            "nodes": {
                "Small": { "like": [{ "id": { "$type": "number" }, "total": 40 }] },
                "Large": { "outputs": [[{ "id": 1, "total": 120 }], [{ "id": 2, "total": 40 }]] },
            },
            "requests": { "count": 2 },
        })
    );
    let again = run(folder.path(), &[]);
    assert_eq!(again.status, 0, "{}", again.stdout);
}

#[test]
fn a_first_test_is_written_beside_a_workflow() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut workflow = orders();
    workflow["pinData"] = json!({ "Called": [{ "json": { "body": { "shop": "south" } } }] });
    write(folder.path(), "orders.json", &workflow);
    let none = run(folder.path(), &[]);
    assert!(none.status == 2 && none.stderr.contains("--record"), "{}", none.stderr);
    assert_eq!(run(folder.path(), &["--record", "orders.json"]).status, 0);
    let written = read(folder.path(), "orders.test.json");
    assert_eq!(
        written["expect"]["requests"]["like"][0]["url"], "https://shop.example.com/south",
        "{written}"
    );
    assert_eq!(run(folder.path(), &["orders.json"]).status, 0);
}

#[test]
fn what_is_wrong_in_a_test_file_is_shown_at_its_place() {
    for (test, words) in [
        (json!({ "expcet": {} }), "Did you mean \"expect\"?"),
        (json!({ "expect": { "nodes": { "Smal": [] } } }), "The workflow has no node \"Smal\""),
        (json!({ "expect": { "nodes": { "Small": { "lik": [] } } } }), "Did you mean \"like\"?"),
        (json!({ "mocks": { "Fetsh": [] } }), "\"Fetch\""),
        (json!({ "mocks": { "Fetch": 5 } }), "the mock of \"Fetch\""),
        (json!({ "now": "soon" }), "\"soon\" is no moment"),
        (json!({ "items": [1] }), "Item 0 is a number"),
        (json!({ "items": [], "trigger": {} }), "not both"),
        (json!({ "timezone": "Mars" }), "no time zone"),
        (json!({ "items": "none.csv" }), "none.csv"),
    ] {
        let folder = with_test(&test);
        let finished = run(folder.path(), &[]);
        assert_eq!(finished.status, 2, "{test}: {}{}", finished.stdout, finished.stderr);
        assert!(finished.stderr.contains(words), "{test}: {}", finished.stderr);
        assert!(finished.stderr.contains("orders.test.json:"), "{test}: {}", finished.stderr);
    }
    let folder = with_test(&json!({ "workflow": "none.json" }));
    let finished = run(folder.path(), &[]);
    assert!(finished.status == 1 && finished.stdout.contains("none.json"), "{}", finished.stdout);
}

#[test]
fn items_come_from_a_table_and_tests_are_chosen_by_name() {
    let folder = with_test(&json!({ "start": "Large", "tests": [
        { "name": "from a table", "items": "rows.csv", "expect": { "error": { "message": { "$contains": "number" } } } },
        { "name": "left out", "skip": "not yet" },
    ] }));
    std::fs::write(folder.path().join("rows.csv"), "id;total\n1;120\n").expect("it can be written");
    let finished = run(folder.path(), &[]);
    assert!(finished.status == 0 && finished.stdout.contains("1 passed, 1 skipped"), "{}", finished.stdout);
    let finished = run(folder.path(), &["--name", "table"]);
    assert!(
        finished.stdout.contains("from a table") && !finished.stdout.contains("left out"),
        "{}",
        finished.stdout
    );
    assert_eq!(run(folder.path(), &["--name", "nothing"]).status, 2);
}

#[test]
fn the_example_workflow_passes_its_tests() {
    let finished = run(root(), &["tests/workflows"]);
    assert_eq!(finished.status, 0, "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("3 passed"), "{}", finished.stdout);
}

#[test]
fn the_schema_knows_the_example() {
    let schema = read(root(), "schemas/workflow-test.schema.json");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let example = read(root(), "tests/workflows/send-chatbot.test.json");
    assert!(validator.is_valid(&example), "{:?}", validator.iter_errors(&example).next());
    assert!(!validator.is_valid(&json!({ "expcet": {} })));
}

#[test]
fn what_code_writes_is_printed_behind_its_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let code = "console.log('one\\ntwo', '\\u001b[31m'); console.warn({ a: 1 }); return $input.all();";
    let workflow = json!({
        "name": "Code", "settings": { "executionOrder": "v1" },
        "nodes": [
            node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({})),
            node("My code", "n8n-nodes-base.code", 2.0, json!({ "jsCode": code })),
        ],
        "connections": { "Start": { "main": [[{ "node": "My code", "type": "main", "index": 0 }]] } },
    });
    write(folder.path(), "code.json", &workflow);
    let run = |quiet: &[&str]| {
        Finished::of(heddle().current_dir(folder.path()).args(["run", "code.json"]).args(quiet))
    };
    let shown = run(&[]).stderr;
    for line in ["[My code] one\n", "[My code] two \\u001b[31m\n", "[My code] warn: "] {
        assert!(shown.contains(line), "{line:?} {shown}");
    }
    assert_eq!(run(&["--quiet"]).stderr, "");
}

#[test]
fn a_table_is_the_input_of_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        "pass.json",
        &json!({
            "name": "Pass", "settings": { "executionOrder": "v1" }, "connections": {},
            "nodes": [node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({}))],
        }),
    );
    std::fs::write(folder.path().join("contacts.csv"), b"name;phone\r\nJos\xe9;0049151\r\nAna\r\n")
        .expect("written");
    let finished = Finished::of(heddle().current_dir(folder.path()).args([
        "run",
        "pass.json",
        "--input",
        "contacts.csv",
    ]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let items = finished.json();
    assert_eq!(items[0]["json"], json!({ "name": "José", "phone": "0049151" }));
    assert_eq!(items[1]["json"], json!({ "name": "Ana", "phone": "" }));
    for words in ["Windows-1252", "1 row has fewer fields than the header: line 3"] {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
    std::fs::write(folder.path().join("contacts.csv"), "name;phone\nAna;1;2\n").expect("written");
    let refused = Finished::of(heddle().current_dir(folder.path()).args([
        "run",
        "pass.json",
        "--input",
        "contacts.csv",
    ]));
    assert!(
        refused.status == 2 && refused.stderr.contains("line 2 of contacts.csv has 3 fields"),
        "{}",
        refused.stderr
    );
}
