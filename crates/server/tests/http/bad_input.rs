//! What is not as it should be: each line of it is answered, and nothing of it breaks the server.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use heddle_server::Settings;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Server;
use crate::test_node::{ASKED, DROPPED, MARKUP, PATH};

fn options(method: &str) -> Value {
    json!({ "kind": "loadOptions", "method": method })
}

#[tokio::test]
async fn unknown_types_methods_and_properties_are_named() {
    let server = Server::start().await;
    let error = server.get("/api/v1/nodes/n8n-nodes-base.sett").await.expect(404);
    assert!(
        error["error"]["help"].as_str().is_some_and(|help| help.contains("n8n-nodes-base.set")),
        "{error}"
    );
    let error = server.get(&format!("{PATH}?version=9")).await.expect(404);
    assert!(
        error["error"]["message"].as_str().is_some_and(|message| message.contains("no version 9")),
        "{error}"
    );
    let error = server.post(&format!("{PATH}/options"), &options("none")).await.expect(422);
    assert!(
        error["error"]["message"].as_str().is_some_and(|message| message.contains("\"none\"")),
        "{error}"
    );
    let error = server.post(&format!("{PATH}/run"), &json!({ "parameter": {} })).await.expect(422);
    assert!(
        error["error"]["message"].as_str().is_some_and(|message| message.contains("parameter")),
        "{error}"
    );
    server.get("/nothing").await.expect(404);
    server.post("/api/v1/nodes", &json!({})).await.expect(405);
    server.get("/api/v1/executions/x").await.expect(404);
}

#[tokio::test]
async fn wrong_types_are_told_with_their_place() {
    let server = Server::start().await;
    for (body, pointer) in [
        (json!({ "parameters": [] }), Some("/parameters")),
        (json!({ "items": {} }), Some("/items")),
        (json!({ "items": [1] }), Some("/items/0")),
        (json!({ "dryRun": "yes" }), Some("/dryRun")),
        (json!({ "credentials": { "a": 1 } }), Some("/credentials/a")),
        (json!([]), None),
    ] {
        let error = server.post(&format!("{PATH}/run"), &body).await.expect(422);
        assert_eq!(
            error["error"]["pointer"].as_str().filter(|pointer| !pointer.is_empty()),
            pointer,
            "{body}: {error}"
        );
    }
    let json_type = [("Content-Type", "application/json")];
    for body in ["", "{", "\u{0}", "nul", &"[".repeat(100_000)] {
        server.request("POST", &format!("{PATH}/run"), &json_type, body).await.expect(400);
    }
    for path in [format!("{PATH}?version=x"), "/api/v1/nodes/%FF".to_owned()] {
        let error = server.get(&path).await.expect(400);
        assert!(
            error["error"]["message"].as_str().is_some_and(|message| message.contains("does not fit")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn loaders_may_fail_hang_and_give_much_or_markup() {
    let settings = Settings { options_time: Duration::from_millis(300), ..Settings::default() };
    let server = Server::start_with(settings).await;
    let path = format!("{PATH}/options");
    let error = server.post(&path, &options("fails")).await.expect(422);
    assert!(error["error"]["message"].as_str().is_some_and(|message| message.contains(MARKUP)), "{error}");
    let many = server.post(&path, &options("many")).await.expect(200);
    assert_eq!(many["options"].as_array().map(Vec::len), Some(10_000));
    let markup = server.post(&path, &options("markup")).await;
    assert_eq!(markup.header("content-type"), Some("application/json"));
    assert_eq!(markup.expect(200)["options"][0]["name"], MARKUP);
    let before = DROPPED.load(Ordering::SeqCst);
    let started = Instant::now();
    let error = server.post(&path, &options("hangs")).await.expect(504);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(
        error["error"]["message"].as_str().is_some_and(|message| message.contains("did not come")),
        "{error}"
    );
    // Nobody waits for it any more, so it ends.
    for _ in 0..100 {
        if DROPPED.load(Ordering::SeqCst) > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the load goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_asked_once_by_all() {
    let server = Server::start().await;
    let before = ASKED.load(Ordering::SeqCst);
    let path = format!("{PATH}/options");
    let body = options("slow");
    let answers = futures_util::future::join_all((0..200).map(|_| server.post(&path, &body))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|answer| answer.status).max()
    );
    assert_eq!(ASKED.load(Ordering::SeqCst) - before, 1);
}

#[tokio::test]
async fn markup_is_text_wherever_it_stands() {
    let server = Server::start().await;
    let page = "/nodes/@tests%2Fnodes.choices?version=1";
    let token = |html: &str| {
        html.split("name=\"token\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a token")
            .to_owned()
    };
    let shown = server.get(page).await;
    let token = token(&shown.body);
    let items = json!([{ "fails": true }, { MARKUP: MARKUP }]).to_string();
    let state = json!({ "text": MARKUP, "choice": MARKUP }).to_string();
    let fields = [
        ("state", state.as_str()),
        ("items", items.as_str()),
        ("token", token.as_str()),
        ("loaded:/choice", "true"),
        ("json", MARKUP),
        ("action", "run"),
    ];
    let ran = server.submit(page, &fields).await;
    assert!(ran.body.contains("It fails: &lt;script&gt;"), "{}", ran.body);
    let broken = server.submit(page, &[("json", MARKUP), ("action", "json")]).await;
    let list = server.get(&format!("/?q={}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E")).await;
    let nodes = server.get("/").await;
    let lost = server
        .request("GET", "/nodes/%3Cscript%3Ealert(1)%3C%2Fscript%3E", &[("Accept", "text/html")], "")
        .await;
    for answer in [shown, ran, broken, list, nodes, lost] {
        let html = answer.body.to_lowercase();
        assert!(!html.contains("<script>") && !html.contains("<img"), "{}", answer.body);
    }
}

#[tokio::test]
async fn large_and_slow_bodies_are_bounded() {
    let settings = Settings {
        body_time: Duration::from_millis(300),
        head_time: Duration::from_millis(300),
        body_limit: 1 << 20,
        ..Settings::default()
    };
    let server = Server::start_with(settings).await;
    let large = json!({ "items": [{ "a": "x".repeat(2 << 20) }] });
    assert_eq!(server.post(&format!("{PATH}/run"), &large).await.status, 413);
    let head = format!(
        "POST {PATH}/run HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        server.address
    );
    assert_eq!(server.raw(head.as_bytes()).await.status, 408);
    let mut stream = TcpStream::connect(server.address).await.expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.expect("it reads");
    let started = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(started.elapsed() < Duration::from_secs(10));
    // Others are answered all the while.
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn items_of_fifty_megabytes_run() {
    let server = Server::start().await;
    let text = "x".repeat(1 << 20);
    let items: Vec<Value> = (0..50).map(|number| json!({ "n": number, "text": text })).collect();
    let body = json!({ "parameters": { "options": {}, "includeOtherFields": false }, "items": items });
    let answer = server.post("/api/v1/nodes/n8n-nodes-base.set/run", &body).await;
    assert_eq!(answer.expect(200)["progress"]["done"], 50);
}

#[tokio::test]
async fn requests_beyond_the_limit_are_told_to_come_back() {
    let settings = Settings { concurrency: 2, ..Settings::default() };
    let server = Server::start_with(settings).await;
    let body = json!({ "parameters": { "pause": 0.5 } });
    let path = format!("{PATH}/run");
    let answers = futures_util::future::join_all((0..4).map(|_| server.post(&path, &body))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 503, 503]);
}
