//! What can be known before a run is found before it, by `check` and `run` alike, and nothing leaves.

use std::net::TcpListener;
use std::path::PathBuf;

use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{Finished, Service, heddle};
use serde_json::{Value, json};

fn node(name: &str, kind: &str, version: f64, parameters: Value) -> Value {
    let kind = format!("n8n-nodes-base.{kind}");
    json!({ "name": name, "type": kind, "typeVersion": version, "position": [0, 0], "parameters": parameters })
}

/// A trigger, and these nodes one behind the other.
fn chain(trigger: &str, nodes: Vec<Value>) -> Value {
    let mut all = vec![node("Start", trigger, 1.0, json!({}))];
    all.extend(nodes);
    let mut connections = json!({});
    for pair in all.windows(2) {
        let name = pair[0]["name"].as_str().expect("a name");
        connections[name] = json!({ "main": [[{ "node": pair[1]["name"], "type": "main", "index": 0 }]] });
    }
    json!({ "name": "Known", "nodes": all, "connections": connections, "settings": { "executionOrder": "v1" } })
}

struct Case {
    service: HostileService,
    folder: Service,
}

impl Case {
    fn new() -> Self {
        Self { service: HostileService::start(|_| Reply::status("200 OK", "")), folder: Service::start() }
    }

    fn post(&self, name: &str, more: Value) -> Value {
        let mut parameters = json!({ "method": "POST", "url": self.service.url(), "options": {} });
        for (key, value) in more.as_object().into_iter().flatten() {
            parameters[key] = value.clone();
        }
        node(name, "httpRequest", 4.2, parameters)
    }

    fn signed(&self, kind: &str) -> Value {
        self.post("Send", json!({ "authentication": "genericCredentialType", "genericAuthType": kind }))
    }

    fn write(&self, workflow: &Value) -> PathBuf {
        self.folder.write("workflow.json", format!("{workflow:#}"))
    }

    fn call(&self, command: &str, workflow: &Value, more: &[&str]) -> Finished {
        let finished = Finished::of(heddle().arg(command).arg(self.write(workflow)).args(more));
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        finished
    }

    /// Neither `check` nor `run` lets it start, in these words, and nothing leaves.
    fn refused(&self, workflow: &Value, more: &[&str], words: &[&str]) {
        for command in ["check", "run"] {
            let finished = self.call(command, workflow, more);
            assert_eq!(finished.status, 2, "{command} {words:?}: {}{}", finished.stdout, finished.stderr);
            for word in words {
                assert!(finished.stderr.contains(word), "{command}: {word} is missing: {}", finished.stderr);
            }
        }
        assert!(self.service.requests().is_empty(), "something left");
    }

    /// `check` says nothing of it.
    fn sound(&self, workflow: &Value) {
        let finished = self.call("check", workflow, &[]);
        assert_eq!(finished.status, 0, "{}", finished.stderr);
        assert!(!finished.stderr.contains("workflow.json:"), "{}", finished.stderr);
    }

    /// `check` warns of it in these words.
    fn warned(&self, workflow: &Value, words: &[&str]) {
        let finished = self.call("check", workflow, &[]);
        assert_eq!(finished.status, 0, "{words:?}: {}", finished.stderr);
        for word in words {
            assert!(finished.stderr.contains(word), "{word} is missing: {}", finished.stderr);
        }
    }
}

fn date(parameters: Value) -> Value {
    node("Date", "dateTime", 2.0, parameters)
}

fn code(text: &str) -> Value {
    node("Code", "code", 2.0, json!({ "mode": "runOnceForAllItems", "jsCode": text }))
}

#[test]
fn constants_that_no_item_can_use_are_found_before_a_send() {
    let case = Case::new();
    let headers = |name: &str, value: &str| {
        let rows = json!([{ "name": "X-Good", "value": "é" }, { "name": name, "value": value }]);
        case.post("Second", json!({ "sendHeaders": true, "headerParameters": { "parameters": rows } }))
    };
    for (added, words) in [
        (
            date(json!({ "operation": "formatDate", "date": "notadate", "format": "yyyy" })),
            ["notadate", "date"],
        ),
        (
            date(json!({ "operation": "extractDate", "date": "31.12.2024x", "part": "month" })),
            ["31.12.2024x", "date"],
        ),
        (
            date(json!({ "operation": "extractDate", "date": "2024-12-31", "part": "fortnight" })),
            ["fortnight", "part"],
        ),
        (
            date(
                json!({ "operation": "addToDate", "magnitude": "2024-01-01", "timeUnit": "fortnight", "duration": 1 }),
            ),
            ["fortnight", "timeUnit"],
        ),
        (
            date(
                json!({ "operation": "roundDate", "date": "2024-01-01", "mode": "roundDown", "toNearest": "fortnight" }),
            ),
            ["fortnight", "toNearest"],
        ),
        (
            date(
                json!({ "operation": "getTimeBetweenDates", "startDate": "2024-01-01", "endDate": "2024-13-01", "units": ["day"] }),
            ),
            ["2024-13-01", "endDate"],
        ),
        (headers("X A\n", "v"), ["Header name", "X A"]),
        (headers("X-B", "a\r\nX-C: 1"), ["Invalid character in header content", "X-B"]),
        (headers("X-B", "snow ☃"), ["Invalid character in header content", "X-B"]),
        (case.post("Second", json!({ "method": "POTS" })), ["POTS", "\"POST\""]),
        (
            node("Hash", "crypto", 1.0, json!({ "action": "hash", "type": "MD55", "value": "x" })),
            ["MD55", "SHA256"],
        ),
        (
            node("Wait", "wait", 1.1, json!({ "resume": "timeInterval", "amount": 1e300, "unit": "days" })),
            ["wait amount", "smaller"],
        ),
        (code("const a = 1;\nreturn $('Nope').all()"), ["\"Nope\"", "line 2"]),
        (code("return $node['Nada'].json"), ["\"Nada\"", "line 1"]),
    ] {
        let workflow = chain("manualTrigger", vec![case.post("First", json!({})), added.clone()]);
        case.refused(&workflow, &[], &words);
        if added["name"] != "Second" {
            // Without a send it runs as in n8n.
            case.warned(&chain("manualTrigger", vec![added]), &words);
        }
    }
}

#[test]
fn constants_that_can_be_used_are_no_problem() {
    let case = Case::new();
    let rows = json!([{ "name": "X-É".trim_end_matches('É'), "value": "é" }, { "name": "", "value": "\n" }, { "name": "A", "value": "={{ 1 }}" }]);
    for added in [
        date(json!({ "operation": "formatDate", "date": "1735689600", "format": "yyyy" })),
        date(
            json!({ "operation": "formatDate", "date": "31.12.2024", "format": "yyyy", "options": { "fromFormat": "dd.MM.yyyy" } }),
        ),
        date(json!({ "operation": "extractDate", "date": "2024-12-31T10:00:00+02:00", "part": "week" })),
        date(
            json!({ "operation": "addToDate", "magnitude": "={{ $now }}", "timeUnit": "days", "duration": 1 }),
        ),
        date(
            json!({ "operation": "subtractFromDate", "magnitude": "2024-01-01", "timeUnit": "hour", "duration": 1 }),
        ),
        date(
            json!({ "operation": "getTimeBetweenDates", "startDate": "2024-01-01", "endDate": "2024-03-01", "units": ["day", "month"] }),
        ),
        case.post("Second", json!({ "sendHeaders": true, "headerParameters": { "parameters": rows } })),
        case.post("Second", json!({ "method": "propfind" })),
        node("Wait", "wait", 1.1, json!({ "resume": "timeInterval", "amount": 10000, "unit": "days" })),
        code("try { $('Nope').all() } catch { /* it need not be there */ }\nreturn $('First').all()"),
        code("const $ = (selector) => selector; return [{ json: { a: $('h1') } }]"),
        code("return [{ json: { a: $vars.a ?? 'none' } }]"),
    ] {
        case.sound(&chain("manualTrigger", vec![case.post("First", json!({})), added]));
    }
}

#[test]
fn a_workflow_that_sends_and_calls_itself_is_refused_whatever_sends() {
    let case = Case::new();
    for version in [4.2, 2.0] {
        let mut send = case.post("Send", json!({ "requestMethod": "POST" }));
        send["typeVersion"] = json!(version);
        let own = json!({ "workflowId": { "__rl": true, "mode": "id", "value": "own" } });
        let mut workflow =
            chain("executeWorkflowTrigger", vec![send, node("Again", "executeWorkflow", 1.2, own)]);
        workflow["id"] = json!("own");
        case.refused(&workflow, &[], &["calls itself without end", "Again"]);
    }
}

#[test]
fn a_text_that_was_meant_as_an_expression_is_told_of() {
    let case = Case::new();
    let condition = json!({ "id": "1", "leftValue": "{{ $json.name }}", "rightValue": "Ana",
        "operator": { "type": "string", "operation": "equals" } });
    let conditions = json!({ "options": { "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2 },
        "conditions": [condition], "combinator": "and" });
    let filter = node("If", "if", 2.2, json!({ "conditions": conditions, "options": {} }));
    case.warned(&chain("manualTrigger", vec![filter]), &["{{ $json.name }}", "`=`", "compared", "If"]);
    let rules = json!({ "values": [{ "conditions": conditions, "outputKey": "a" }] });
    let switch = node("Switch", "switch", 3.2, json!({ "rules": rules, "options": {} }));
    case.warned(&chain("manualTrigger", vec![switch]), &["{{ $json.name }}", "`=`", "compared", "Switch"]);
    let url = format!("{}/?to={{{{ $json.to }}}}", case.service.url());
    let body = json!({ "parameters": [{ "name": "a", "value": "{{ $('Start').first().json.b }}" }] });
    for (send, words) in [
        (json!({ "url": url }), ["{{ $json.to }}", "url"]),
        (json!({ "sendBody": true, "bodyParameters": body }), ["$('Start')", "bodyParameters"]),
    ] {
        case.warned(&chain("manualTrigger", vec![case.post("Send", send)]), &words);
    }
    // Braces of other languages, and texts that go nowhere.
    let set = json!({ "assignments": { "assignments": [{ "id": "1", "name": "a", "type": "string", "value": "{{ $json.a }}" }] } });
    case.sound(&chain("manualTrigger", vec![node("Set", "set", 3.4, set)]));
    let mustache = json!({ "sendBody": true, "contentType": "raw", "body": "Dear {{name}}, $ 5" });
    case.sound(&chain("manualTrigger", vec![case.post("Send", mustache)]));
}

#[test]
fn a_switch_in_the_shape_of_older_versions_is_refused() {
    let case = Case::new();
    for parameters in [
        json!({ "dataType": "string", "value1": "={{ $json.name }}",
            "rules": { "rules": [{ "operation": "equal", "value2": "Ana", "output": 0 }] } }),
        json!({ "value1": "={{ $json.name }}" }),
    ] {
        for version in [3.0, 3.2] {
            let switch = node("Switch", "switch", version, parameters.clone());
            case.refused(
                &chain("manualTrigger", vec![switch]),
                &[],
                &["versions 1 and 2", "leftValue", "typeVersion"],
            );
        }
    }
}

#[test]
fn what_gives_nothing_does_not_leave() {
    let case = Case::new();
    let url = format!("={}/?a={{{{ $secrets.vault.token }}}}", case.service.url());
    let send = case.post("Send", json!({ "url": url }));
    case.refused(&chain("manualTrigger", vec![send]), &[], &["$secrets.vault", "credential"]);
    let set = json!({ "assignments": { "assignments": [{ "id": "1", "name": "a", "type": "string", "value": "={{ $secrets.vault.token }}" }] } });
    case.warned(&chain("manualTrigger", vec![node("Set", "set", 3.4, set)]), &["$secrets.vault"]);
    case.warned(
        &chain(
            "manualTrigger",
            vec![code("let a;\nreturn [{ json: { a: $vars.token } }]"), case.post("Send", json!({}))],
        ),
        &["\"token\"", "line 2", "--var token="],
    );
}

#[test]
fn a_credential_that_signs_with_a_gap_is_refused() {
    let case = Case::new();
    let workflow = chain("manualTrigger", vec![case.signed("httpHeaderAuth")]);
    for (fields, words) in [
        (
            json!({ "name": "X-Key", "value": "={{ 'k-' + $vars.key }}" }),
            &["\"key\"", "\"value\"", "httpHeaderAuth", "--var key="][..],
        ),
        (json!({ "name": "X-Key", "value": "={{ $secrets.vault.token }}" }), &["\"vault\"", "--secrets"]),
        (
            json!({ "nmae": "X-Key", "value": "hidden-word" }),
            &["\"nmae\"", "did you mean \"name\"", "names no header"],
        ),
        (json!({ "name": "X-Key", "Value": "hidden-word" }), &["\"Value\"", "did you mean \"value\""]),
    ] {
        let file = case.folder.write("secret.json", json!({ "httpHeaderAuth": fields }).to_string());
        let file = file.to_str().expect("a path");
        case.refused(&workflow, &["--credentials", file], words);
        assert!(!case.call("check", &workflow, &["--credentials", file]).stderr.contains("hidden-word"));
    }
}

#[test]
fn a_dry_run_needs_no_credential_of_any_kind() {
    let case = Case::new();
    for kind in [
        "httpHeaderAuth",
        "httpQueryAuth",
        "httpBasicAuth",
        "httpBearerAuth",
        "httpDigestAuth",
        "httpCustomAuth",
        "oAuth2Api",
    ] {
        let workflow = chain("manualTrigger", vec![case.signed(kind)]);
        let finished = case.call("run", &workflow, &["--dry-run"]);
        assert_eq!(finished.status, 0, "{kind}: {}", finished.stderr);
        let request = &finished.json()[0]["json"]["request"];
        assert_eq!(request["method"], "POST", "{kind}: {request}");
        if kind == "httpHeaderAuth" {
            assert!(request["headers"].to_string().contains(":\"***\""), "{kind}: {request}");
        }
    }
    assert!(case.service.requests().is_empty());
}

#[test]
fn a_proxy_that_refuses_is_named_and_not_the_service() {
    let case = Case::new();
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr()).expect("a port");
    let proxy = format!("http://user:hidden-word@{closed}");
    let by_option = chain("manualTrigger", vec![case.post("Send", json!({ "options": { "proxy": proxy } }))]);
    let by_environment =
        chain("manualTrigger", vec![case.post("Send", json!({ "url": "http://service.test/" }))]);
    for (workflow, variable) in [(by_option, None), (by_environment, Some(proxy.as_str()))] {
        let mut call = heddle();
        call.arg("run").arg(case.write(&workflow)).args(["--output", "run-data"]);
        if let Some(proxy) = variable {
            call.env("HTTP_PROXY", proxy).env("http_proxy", proxy);
        }
        let finished = Finished::of(&mut call);
        let all = format!("{}{}", finished.stdout, finished.stderr);
        assert_eq!(finished.status, 1, "{all}");
        assert!(
            finished.stderr.contains("the proxy ") && finished.stderr.contains(&closed.to_string()),
            "{all}"
        );
        assert!(finished.stderr.contains("Check the proxy"), "{all}");
        assert!(!all.contains("whether the service is up") && !all.contains("hidden-word"), "{all}");
    }
}

#[test]
fn messages_name_what_is_meant() {
    let case = Case::new();
    let other = json!({ "workflowId": { "__rl": true, "mode": "id", "value": "nope" } });
    let calling = chain(
        "manualTrigger",
        vec![case.post("Send", json!({})), node("Call", "executeWorkflow", 1.2, other)],
    );
    let path = case.write(&calling);
    let folder = path.parent().expect("a folder");
    case.folder.write("one2.json", chain("executeWorkflowTrigger", vec![]).to_string());
    let finished = Finished::of(heddle().args(["check", "workflow.json"]).current_dir(folder));
    assert!(finished.stderr.contains(&format!("looked for in {}", folder.display())), "{}", finished.stderr);
    assert!(!finished.stderr.contains("Did you mean"), "{}", finished.stderr);

    let empty =
        case.call("check", &chain("manualTrigger", vec![case.post("Send", json!({ "url": "" }))]), &[]);
    assert_eq!(empty.status, 2);
    assert!(!empty.stderr.contains("Invalid URL: 0"), "{}", empty.stderr);

    let invisible = chain(
        "manualTrigger",
        vec![case.post(
            "Send",
            json!({ "url": format!("={}/{{{{ $('Start\u{200b}').first().json.a }}}}", case.service.url()) }),
        )],
    );
    case.refused(&invisible, &[], &["Did you mean \"Start\"", "look alike"]);
}
