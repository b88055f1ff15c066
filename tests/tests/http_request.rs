//! HTTP Request against services on loopback: what leaves, how often, with which secrets, and to whom.

use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Json, Outcome, Registry};
use heddle_nodes as _;
use heddle_runner::log::{MemoryLog, Record};
use heddle_runner::{CredentialStore, Host, RunOptions, RunResult, Status};
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::scripted_service::{HOSTS, ScriptedService};
use heddle_tests::{Finished, heddle};
use heddle_workflow::Workflow;
use serde_json::{Value, json};

/// A workflow of one HTTP Request.
fn workflow(parameters: &Value, settings: &Value) -> Value {
    let mut node = json!({
        "id": "1", "name": "Call", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "position": [0, 0],
        "parameters": parameters,
    });
    for (key, value) in settings.as_object().into_iter().flatten() {
        node[key] = value.clone();
    }
    json!({ "name": "Calls", "nodes": [node], "connections": {}, "settings": { "executionOrder": "v1" } })
}

/// What one run has shown.
struct Ran {
    result: RunResult,
    /// The calls that left, with what they do and what they came to.
    calls: Vec<(String, String, Option<Outcome>)>,
}

impl Ran {
    fn error(&self) -> String {
        let error = self.result.error.as_ref();
        error.map_or_else(String::new, |error| {
            let cause = error.cause.as_ref().and_then(|cause| cause.description.clone());
            format!("{} {}", error.message, cause.unwrap_or_default())
        })
    }

    fn items(&self) -> Vec<Value> {
        let outputs = self.result.last_outputs("Call").unwrap_or_default();
        outputs.into_iter().flatten().map(|item| item.json.to_value()).collect()
    }
}

async fn run_on(host: Host, parameters: Value, settings: Value, options: RunOptions) -> Ran {
    let log = Arc::new(MemoryLog::of_calls());
    let host = host.with_log(log.clone());
    let workflow = Workflow::from_json(&Json::from(workflow(&parameters, &settings)));
    let options = RunOptions { start: Some("Call".to_owned()), ..options };
    let result = host.run(&workflow, options).await.expect("it begins");
    let records = log.records();
    let calls = records.iter().filter_map(|record| match record {
        Record::CallStarted(call) => {
            let ended = records.iter().find_map(|record| match record {
                Record::CallEnded { key, outcome, .. } if *key == call.key => Some(*outcome),
                _ => None,
            });
            Some((call.request.clone(), call.effect.as_str().to_owned(), ended))
        }
        _ => None,
    });
    Ran { calls: calls.collect(), result }
}

fn host(service: &ScriptedService) -> Host {
    let host = Host::new(Registry::linked().expect("nodes"));
    HOSTS.into_iter().fold(host, |host, name| host.with_route(name, service.address()))
}

async fn run(answers: Value, parameters: Value, settings: Value) -> (Ran, Vec<Value>) {
    let service = ScriptedService::start(&answers);
    let ran = run_on(host(&service), parameters, settings, RunOptions::default()).await;
    (ran, service.requests())
}

fn store(credentials: &Value) -> CredentialStore {
    CredentialStore::parse(&credentials.to_string()).expect("credentials")
}

#[tokio::test]
async fn a_post_leaves_once_unless_its_author_says_what_it_does() {
    let answers = json!([{ "status": 500 }, { "status": 500 }, { "body": "ok" }]);
    let post = json!({ "method": "POST", "url": "http://service.test/search" });
    for (settings, tries, effect) in [
        (json!({}), 1, "send"),
        (json!({ "retryOnFail": true, "waitBetweenTries": 1 }), 1, "send"),
        (json!({ "effect": "pure" }), 3, "pure"),
        (json!({ "effect": "idempotent" }), 3, "idempotent"),
        (json!({ "idempotencyKey": "Idempotency-Key" }), 3, "idempotent"),
    ] {
        let (ran, requests) = run(answers.clone(), post.clone(), settings.clone()).await;
        assert_eq!(requests.len(), tries, "{settings}");
        assert!(ran.calls.iter().all(|(_, known, _)| known == effect), "{settings}: {:?}", ran.calls);
        assert_eq!(ran.result.status == Status::Success, tries == 3, "{settings}: {}", ran.error());
        let keys: Vec<&Value> =
            requests.iter().map(|request| &request["headers"]["idempotency-key"]).collect();
        let has_key = settings.get("idempotencyKey").is_some();
        assert!(keys.iter().all(|key| key.is_string() == has_key && key == &keys[0]), "{settings}: {keys:?}");
    }
    // A GET that does something is a send when its author says so.
    let (ran, requests) =
        run(answers, json!({ "url": "http://service.test/do" }), json!({ "effect": "send" })).await;
    assert_eq!((requests.len(), ran.result.status), (1, Status::Error));
}

#[tokio::test]
async fn a_redirect_tells_whether_a_send_is_done() {
    let to =
        |status: u16, to: &str| json!({ "path": "/path", "status": status, "headers": { "location": to } });
    let post = json!({ "method": "POST", "url": "http://service.test/path" });
    let (ran, requests) =
        run(json!([to(303, "/there"), { "path": "/there" }]), post.clone(), json!({})).await;
    let calls: Vec<_> = ran.calls.iter().map(|(_, effect, outcome)| (effect.as_str(), *outcome)).collect();
    assert_eq!(calls, [("send", Some(Outcome::Done)), ("pure", Some(Outcome::Done))]);
    assert_eq!(requests[1]["method"], "GET");

    let (ran, requests) = run(json!([to(307, "/there"), { "path": "/there" }]), post, json!({})).await;
    assert_eq!((requests.len(), ran.calls[0].2), (1, Some(Outcome::Unknown)));
    assert!(ran.error().contains("Follow Redirects"), "{}", ran.error());

    let endless = json!([to(302, "/path")]);
    let (ran, requests) = run(endless, json!({ "url": "http://service.test/path" }), json!({})).await;
    assert_eq!(requests.len(), 22);
    assert!(ran.error().contains("Maximum number of redirects"), "{}", ran.error());
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let answers = json!([
        { "path": "/path", "status": 302, "headers": { "location": "http://other.test/there" } },
        { "path": "/there" },
    ]);
    let signed = |more: Value| {
        json!({
            "url": "http://service.test/path", "authentication": "genericCredentialType",
            "genericAuthType": "httpHeaderAuth", "options": more,
        })
    };
    for (options, goes_along) in
        [(json!({}), false), (json!({ "sendCredentialsOnCrossOriginRedirect": true }), true)]
    {
        let service = ScriptedService::start(&answers);
        let host = host(&service).with_credentials(store(
            &json!({ "httpHeaderAuth": { "name": "X-Api-Key", "value": "secret-1" } }),
        ));
        run_on(host, signed(options.clone()), json!({}), RunOptions::default()).await;
        let requests = service.requests();
        let header = |number: usize| requests[number]["headers"].get("x-api-key").is_some();
        assert_eq!((header(0), header(1)), (true, goes_along), "{options}");
    }
}

#[tokio::test]
async fn private_addresses_are_out_of_reach_where_they_are_closed() {
    let service = ScriptedService::start(&json!([
        { "path": "/away", "status": 302, "headers": { "location": "http://localhost:1/" } },
        { "body": "here" },
    ]));
    let closed = || Host::new(Registry::linked().expect("nodes")).without_private_network();
    for url in [
        service.url(),
        service.url().replace("127.0.0.1", "localhost"),
        service.url().replace("127.0.0.1", "2130706433"),
    ] {
        let ran = run_on(closed(), json!({ "url": url }), json!({}), RunOptions::default()).await;
        assert!(ran.error().contains("private address"), "{url}: {}", ran.error());
        assert!(ran.error().contains("--allow-host"), "{url}: {}", ran.error());
    }
    assert!(service.requests().is_empty());
    let open = closed().with_allowed_host("127.0.0.1", Some(service.address().port()));
    let ran = run_on(open, json!({ "url": service.url() }), json!({}), RunOptions::default()).await;
    assert_eq!(ran.items(), [json!({ "data": "here" })]);
    // A redirect is looked at as any other address.
    let open = closed().with_allowed_host("127.0.0.1", None);
    let away = json!({ "url": format!("{}/away", service.url()) });
    let ran = run_on(open, away, json!({}), RunOptions::default()).await;
    assert!(ran.error().contains("localhost leads to the private address"), "{}", ran.error());
}

#[tokio::test]
async fn a_type_that_the_credentials_describe_signs() {
    let service = ScriptedService::start(&json!([{ "echo": true }]));
    let described = json!({ "acmeApi": {
        "data": { "apiKey": "key-of-acme", "region": "eu" },
        "authenticate": { "type": "generic", "properties": {
            "headers": { "X-Acme": "=Key {{$credentials.apiKey}}", "X-Region": "={{ $credentials.region.toUpperCase() }}" },
            "qs": { "v": "2" },
        } },
    } });
    let parameters = json!({
        "url": "http://service.test/path", "authentication": "predefinedCredentialType", "nodeCredentialType": "acmeApi",
    });
    let signed = host(&service).with_credentials(store(&described));
    let ran = run_on(signed, parameters.clone(), json!({}), RunOptions::default()).await;
    assert_eq!(ran.result.status, Status::Success, "{}", ran.error());
    let request = &service.requests()[0];
    assert_eq!(request["headers"]["x-acme"], "Key key-of-acme");
    assert_eq!(request["headers"]["x-region"], "EU");
    assert_eq!(request["url"], "/path?v=2");
    assert!(!json!(ran.items()).to_string().contains("key-of-acme"), "what comes back of a secret is masked");

    let unknown = host(&service).with_credentials(store(&json!({ "acmeApi": { "apiKey": "key-of-acme" } })));
    let workflow = Workflow::from_json(&Json::from(workflow(&parameters, &json!({}))));
    let error = unknown.run(&workflow, RunOptions::default()).await.expect_err("nobody knows how it signs");
    assert!(format!("{error:?}").contains("authenticate"), "{error:?}");
}

#[tokio::test]
async fn what_a_service_does_wrong_is_told() {
    for (reply, told) in [
        (Reply::Stall, "more time"),
        (Reply::Cut, "closed unexpectedly"),
        (Reply::Large { bytes: 64 << 20, told: false }, "larger"),
        (Reply::status("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), ""),
        (
            Reply::Raw(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{a}"
                    .to_owned(),
            ),
            "Invalid JSON",
        ),
        (Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nshort".to_owned()), "closed unexpectedly"),
        (Reply::Raw("nonsense\r\n\r\n".to_owned()), ""),
    ] {
        let service = HostileService::start(move |_| reply.clone());
        let host = Host::new(Registry::linked().expect("nodes"));
        let settings = json!({ "onError": "continueErrorOutput" });
        let options = RunOptions {
            time_limit: Some(Duration::from_millis(300)),
            answer_limit: 1 << 20,
            ..RunOptions::default()
        };
        let ran = run_on(host, json!({ "url": service.url(), "method": "POST" }), settings, options).await;
        let outputs = ran.result.last_outputs("Call").expect("outputs");
        let error =
            outputs[1].first().and_then(|item| item.error()).map(ToString::to_string).unwrap_or_default();
        assert!(!error.is_empty() && error.contains(told), "{told}: {error}");
        assert!(error.contains("\"itemIndex\":0"), "{error}");
    }
}

#[tokio::test]
async fn batches_leave_apart() {
    let service = ScriptedService::start(&json!([{ "body": "ok" }]));
    let items =
        (0..4).map(|number| heddle_node::Item::new(heddle_node::json!({ "number": number }))).collect();
    let parameters = json!({
        "url": "http://service.test/path",
        "options": { "batching": { "batch": { "batchSize": 2, "batchInterval": 150 } } },
    });
    let started = std::time::Instant::now();
    let options = RunOptions { items: Some(items), ..RunOptions::default() };
    let ran = run_on(host(&service), parameters, json!({}), options).await;
    assert_eq!(ran.items().len(), 4);
    assert!(started.elapsed() >= Duration::from_millis(150));
}

/// The command line: a test of a credential, and a refresh token that counts once.
#[test]
fn a_renewed_token_is_kept_before_it_is_used() {
    let json_type = json!({ "content-type": "application/json" });
    let service = ScriptedService::start(&json!([
        { "path": "/token", "headers": json_type, "body": { "access_token": "token-2", "refresh_token": "refresh-2" } },
        { "path": "/me", "status": 401, "times": 1 },
        { "path": "/me", "headers": json_type, "body": { "ok": true } },
    ]));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials.json");
    let credential = json!({ "oAuth2Api": {
        "accessTokenUrl": format!("{}/token", service.url()), "clientId": "id", "clientSecret": "client-secret",
        "oauthTokenData": { "access_token": "token-1", "refresh_token": "refresh-1" },
    } });
    std::fs::write(&file, credential.to_string()).expect("it can be written");
    let test = || {
        let mut command = heddle();
        command.args(["credentials", "test", "oAuth2Api", "--url", &format!("{}/me", service.url())]);
        Finished::of(command.arg("--credentials").arg(&file))
    };
    let finished = test();
    assert_eq!(finished.status, 0, "{}{}", finished.stdout, finished.stderr);
    let tokens = folder.path().join("credentials.json.tokens");
    let kept = std::fs::read_to_string(&tokens).expect("the tokens are kept");
    assert!(kept.contains("refresh-2") && kept.contains("token-2"), "{kept}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&tokens).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // The next process goes on with the new token.
    assert_eq!(test().status, 0);
    let signed: Vec<String> =
        service.requests().iter().map(|request| request["headers"]["authorization"].to_string()).collect();
    assert_eq!(signed.len(), 4, "{signed:?}");
    assert!(
        signed[0].contains("token-1") && signed[2].contains("token-2") && signed[3].contains("token-2"),
        "{signed:?}"
    );
    assert!(!finished.stdout.contains("token-") && !finished.stderr.contains("secret"));

    let mut closed = heddle();
    closed.args(["credentials", "test", "oAuth2Api", "--no-private-network", "--url", &service.url()]);
    let finished = Finished::of(closed.arg("--credentials").arg(&file));
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("private address"), "{}", finished.stderr);
}
