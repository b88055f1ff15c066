//! What must be kept from others, and what others say: secrets are masked however a service gives them back, and a text of
//! a service or a file cannot pass for a line of Heddle's.

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{Finished, Service, heddle};
use serde_json::{Value, json};

/// A workflow of a trigger and this node.
fn workflow(node: Value) -> Value {
    json!({
        "name": "Secrets",
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {} },
            node,
        ],
        "connections": { "Start": { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn http_request(parameters: Value) -> Value {
    let mut all = json!({ "method": "POST", "options": {} });
    for (key, value) in parameters.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    workflow(
        json!({ "name": "Node", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "parameters": all }),
    )
}

fn code(text: String) -> Value {
    let parameters = json!({ "mode": "runOnceForAllItems", "jsCode": text });
    workflow(
        json!({ "name": "Node", "type": "n8n-nodes-base.code", "typeVersion": 2, "parameters": parameters }),
    )
}

/// Runs or checks it: what it prints, on both ways.
fn told(service: &Service, command: &str, workflow: &Value, more: &[&str]) -> (Finished, String) {
    let file = service.write("workflow.json", format!("{workflow:#}"));
    let finished = Finished::of(heddle().arg(command).arg(file).args(more));
    let all = format!("{}{}", finished.stdout, finished.stderr);
    assert!(!all.contains("panicked"), "{all}");
    (finished, all)
}

/// An answer of a service that refuses, with this body.
fn refusal(body: &str) -> String {
    format!(
        "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_secret_is_masked_however_a_service_escapes_it() {
    const SECRET: &str = "s3cret \"K\\é/+Y123";
    // As Python, PHP, Go and JavaScript write it in JSON, where the header was read as Latin-1 or as UTF-8; in JSON within
    // JSON; in a URL; in HTML; in base64, at the beginning of a text and behind one.
    for echo in [
        r#"s3cret \"K\\\u00c3\u00a9/+Y123"#,
        r#"s3cret \"K\\\u00e9\/+Y123"#,
        r#"s3cret \u0022K\u005cé/\u002BY123"#,
        r#"s3cret \"K\\é/+Y123"#,
        r#"{\"key\":\"s3cret \\\"K\\\\\\u00e9/+Y123\"}"#,
        "/?key=s3cret%20%22K%5C%C3%A9%2F%2BY123",
        "/?key=s3cret+%22K%5c%c3%a9%2f%2bY123",
        "<b>s3cret &quot;K\\\\&#233;/+Y123</b>",
        "czNjcmV0ICJLXMOpLytZMTIz",
        "S2V5OiBzM2NyZXQgIktcw6kvK1kxMjM=",
    ] {
        let body = format!(r#"{{"message":"no: {echo}"}}"#);
        let refusing = HostileService::start(move |_| Reply::Raw(refusal(&body)));
        let service = Service::start();
        let credentials = json!({ "httpHeaderAuth": { "name": "X-Key", "value": SECRET } });
        let credentials = service.write("secret.json", credentials.to_string());
        let call = http_request(json!({
            "url": refusing.url(),
            "authentication": "genericCredentialType",
            "genericAuthType": "httpHeaderAuth",
        }));
        let more = [
            "--output",
            "run-data",
            "--log",
            "trace",
            "--credentials",
            credentials.to_str().expect("a path"),
        ];
        let (finished, all) = told(&service, "run", &call, &more);
        assert_eq!(finished.status, 1, "{echo}: {all}");
        assert!(all.contains("***"), "{echo}: {all}");
        for part in ["s3cret", "Y123", "czNjcmV0", "zM2NyZXQ"] {
            assert!(!all.contains(part), "{echo}: {part} shows in {all}");
        }
        let request = &refusing.requests()[0];
        assert!(request.contains("s3cret"), "the service has got it: {request}");
    }
}

#[test]
fn the_password_of_a_url_shows_nowhere_and_signs() {
    const PASSWORD: &str = "URLPASS99";
    let refusing = HostileService::start(|_| Reply::status("400 Bad", ""));
    let service = Service::start();
    let url = refusing.url().replace("http://", &format!("http://user:{PASSWORD}@"));
    let get = format!("return await this.helpers.httpRequest({{ method: 'GET', url: '{url}' }});");
    let broken = format!("ftp://user:{PASSWORD}@host/");
    let no_port = format!("http://user:{PASSWORD}@127.0.0.1:99999/");
    let by_expression = format!("=http://user:{PASSWORD}@127.0.0.1:{{{{ 99999 + $itemIndex }}}}/");
    for (what, call, leaves) in [
        ("a send", http_request(json!({ "url": url })), true),
        ("a read", http_request(json!({ "url": url, "method": "GET" })), true),
        ("a call of code", code(get), true),
        ("a scheme that there is not", http_request(json!({ "url": broken })), false),
        ("a port that there is not", http_request(json!({ "url": no_port })), false),
        ("the same of an expression", http_request(json!({ "url": by_expression })), false),
        ("an error of code", code(format!("throw new Error('no answer of {url}')")), false),
        ("a setting", http_request(json!({ "url": url, "Url": url })), true),
    ] {
        let before = refusing.requests().len();
        for (command, more) in [
            ("check", &[][..]),
            ("run", &["--output", "run-data"]),
            ("run", &["--log", "trace"]),
            ("run", &["--dry-run"]),
        ] {
            let (_, all) = told(&service, command, &call, more);
            // A dry run shows the items of code that it does not run.
            assert!(!all.contains(PASSWORD), "{what}, {command} {more:?}: {all}");
        }
        let requests = &refusing.requests()[before..];
        assert_eq!(!requests.is_empty(), leaves, "{what}");
        for request in requests {
            // user:URLPASS99, in base64.
            let request = request.to_lowercase();
            assert!(
                request.contains(&"authorization: Basic dXNlcjpVUkxQQVNTOTk=".to_lowercase()),
                "{request}"
            );
        }
    }
}

#[test]
fn a_text_from_outside_begins_no_line() {
    const FORGED: &str = "Sent: 99";
    let body = format!(r#"{{"message":"no\r\n{FORGED}\n{FORGED}\r{FORGED}"}}"#);
    let refusing = HostileService::start(move |_| Reply::Raw(refusal(&body)));
    let service = Service::start();
    let forged = format!("a\n{FORGED}\r\n{FORGED}");
    let thrown = json!(forged).to_string();
    let mut named = http_request(json!({ "url": refusing.url(), "method": forged }));
    named["nodes"][0]["name"] = json!(forged);
    named["connections"] =
        json!({ forged.as_str(): { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } });
    let unknown = format!("={{{{ $('{}').first() }}}}", forged.replace('\n', "\\n").replace('\r', "\\r"));
    for (what, call) in [
        ("an answer", http_request(json!({ "url": refusing.url() }))),
        ("an error of code", code(format!("throw new Error({thrown})"))),
        ("the console of code", code(format!("console.log({thrown}); console.error({thrown}); return []"))),
        ("names and parameters", named),
        ("an address", http_request(json!({ "url": forged }))),
        ("an expression", http_request(json!({ "url": unknown }))),
        (
            "a code of an expression",
            http_request(json!({ "url": format!("={{{{ null\n/*\n{FORGED}\n*/ }}}}x") })),
        ),
        ("a type", workflow(json!({ "name": "Node", "type": forged, "typeVersion": 1, "parameters": {} }))),
        (
            "a setting",
            workflow(json!({ "name": "Node", "type": "n8n-nodes-base.noOp", "typeVersion": 1,
            "parameters": {}, "onError": forged, "credentials": { forged.as_str(): { "id": "1", "name": forged } } })),
        ),
    ] {
        for (command, more) in
            [("check", &[][..]), ("run", &[]), ("run", &["--log", "trace"]), ("run", &["--dry-run"])]
        {
            let (finished, _) = told(&service, command, &call, more);
            let mut lines = finished.stderr.split(['\n', '\r']);
            let begins = lines.any(|line| line.starts_with(FORGED));
            assert!(!begins, "{what}, {command} {more:?}: {}", finished.stderr);
        }
    }
}
