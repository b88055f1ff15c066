//! Code of a workflow's author: what it sends, what it writes to its console, and what it cannot do to its host.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use heddle_node::{HttpExchange, Json, Registry, json};
use heddle_nodes as _;
use heddle_runner::events::{Event, EventSink, Verdict};
use heddle_runner::{EngineLimits, Host, RunOptions, RunResult, Status};
use heddle_testkit::{FakeService, NodeTest};
use heddle_workflow::Workflow;

#[derive(Default)]
struct Seen {
    lines: Mutex<Vec<(String, String)>>,
    verdicts: Mutex<Vec<Option<Verdict>>>,
}

impl EventSink for Seen {
    fn receive(&self, event: &Event) {
        match event {
            Event::ConsoleLine { level, text, .. } => {
                self.lines.lock().unwrap().push((level.clone(), text.clone()));
            }
            Event::ItemDone { verdict, .. } => self.verdicts.lock().unwrap().push(*verdict),
            _ => {}
        }
    }
}

fn code(code: &str) -> NodeTest {
    NodeTest::new("n8n-nodes-base.code", 2.0, json!({ "jsCode": code })).with_items([json!({ "n": 1 })])
}

fn exchange(method: &'static str, path: &'static str, status: u16, answer: Json) -> HttpExchange {
    HttpExchange { method, path, status, answer }
}

async fn run(test: NodeTest) -> RunResult {
    test.run(&Registry::linked().expect("nodes")).await.expect("it can run")
}

/// The data of the first item that came out.
fn first(result: &RunResult) -> Json {
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result.last_outputs("Node").expect("outputs")[0][0].json.clone()
}

/// The message and description of the node's error.
fn failure(result: &RunResult) -> (String, String) {
    assert_eq!(result.status, Status::Error);
    let run = serde_json::to_value(result).expect("JSON");
    let error = &run["data"]["resultData"]["runData"]["Node"][0]["error"];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    (text("message"), text("description"))
}

#[tokio::test]
async fn requests_leave_through_the_host() {
    let service = FakeService::start(&[
        exchange("GET", "/users", 200, json!([{ "name": "Ada" }])),
        exchange("POST", "/users", 201, json!({ "id": 7 })),
    ])
    .await
    .expect("a port");
    let url = service.url();
    let seen = Arc::new(Seen::default());
    let test = code(&format!(
        "const users = await this.helpers.httpRequest({{ url: '{url}/users', qs: {{ a: [1, 2], b: 'x y' }} }});
         const made = await helpers.httpRequest({{ method: 'POST', url: '/users', baseURL: '{url}', body: {{ name: 'Bob' }},
           json: true, returnFullResponse: true }});
         const answer = await fetch('{url}/users', {{ method: 'POST', body: JSON.stringify({{ name: 'Cid' }}) }});
         return [{{ users, status: made.statusCode, id: made.body.id, ok: answer.ok, none: answer.headers.get('x-none'),
           fetched: await answer.json() }}];"
    ));
    let result = run(test.with_events(Arc::clone(&seen) as Arc<dyn EventSink>)).await;
    let json = first(&result);
    assert_eq!(
        json.to_string(),
        r#"{"users":[{"name":"Ada"}],"status":201,"id":7,"ok":true,"none":null,"fetched":{"id":7}}"#
    );
    let requests = service.requests();
    let shown: Vec<String> = requests
        .iter()
        .map(|request| format!("{} {} {}", request.method, request.path, request.body))
        .collect();
    assert_eq!(shown, ["GET /users null", r#"POST /users {"name":"Bob"}"#, r#"POST /users {"name":"Cid"}"#]);
    assert_eq!(*seen.verdicts.lock().unwrap(), [Some(Verdict::Sent)]);
}

#[tokio::test]
async fn failures_of_requests_are_errors_that_code_can_catch() {
    let service = FakeService::start(&[exchange("GET", "/gone", 404, json!({ "why": "moved" }))])
        .await
        .expect("a port");
    let url = service.url();
    let result = run(code(&format!("return await helpers.httpRequest({{ url: '{url}/gone' }})"))).await;
    assert_eq!(failure(&result).0, "Request failed with status code 404");
    let result = run(code(&format!(
        "try {{ await helpers.httpRequest('{url}/gone') }} catch (e) {{
           return {{ message: e.message, code: e.httpCode, why: e.response.body.why }} }}"
    )))
    .await;
    assert_eq!(
        first(&result).to_string(),
        r#"{"message":"Request failed with status code 404","code":"404","why":"moved"}"#
    );
    let result = run(code("return await fetch('http://127.0.0.1:1/')")).await;
    assert!(failure(&result).0.contains("could not be reached"), "{:?}", failure(&result));
}

#[tokio::test]
async fn a_request_that_nobody_awaits_is_sent_to_its_end() {
    let service = FakeService::start(&[exchange("POST", "/log", 200, json!({}))]).await.expect("a port");
    let url = service.url();
    let seen = Arc::new(Seen::default());
    let test = code(&format!(
        "helpers.httpRequest({{ method: 'POST', url: '{url}/log', body: {{ a: 1 }} }}); return [];"
    ));
    let result = run(test.with_events(Arc::clone(&seen) as Arc<dyn EventSink>)).await;
    assert_eq!(result.status, Status::Success);
    assert_eq!(service.requests().len(), 1);
    assert_eq!(*seen.verdicts.lock().unwrap(), [Some(Verdict::Sent)]);
}

#[tokio::test]
async fn a_send_of_code_that_counts_as_pure_is_refused() {
    let service = FakeService::start(&[exchange("POST", "/log", 200, json!({}))]).await.expect("a port");
    let url = service.url();
    let hidden = format!(
        "const h = this['help' + 'ers']; await h.httpRequest({{ method: 'POST', url: '{url}/log' }}); return []"
    );
    let (message, _) = failure(&run(code(&hidden)).await);
    assert!(message.contains("states that it is pure"), "{message}");
    assert!(service.requests().is_empty());
}

#[tokio::test]
async fn the_node_says_what_its_code_may_do_at_most() {
    let service =
        FakeService::start(&[exchange("GET", "/a", 200, json!(1)), exchange("POST", "/a", 200, json!(2))])
            .await
            .expect("a port");
    let url = service.url();
    let reads = format!("return {{ read: await helpers.httpRequest('{url}/a') }}");
    let seen = Arc::new(Seen::default());
    let test =
        code(&reads).with_setting("effect", "pure").with_events(Arc::clone(&seen) as Arc<dyn EventSink>);
    assert_eq!(first(&run(test).await).to_string(), r#"{"read":1}"#);
    assert_eq!(*seen.verdicts.lock().unwrap(), []);
    let sends = format!("await helpers.httpRequest({{ method: 'POST', url: '{url}/a' }}); return []");
    let (message, _) = failure(&run(code(&sends).with_setting("effect", "idempotent")).await);
    assert!(message.contains("states that it is idempotent"), "{message}");
    assert_eq!(service.requests().len(), 1);
}

#[tokio::test]
async fn a_dry_run_shows_the_request() {
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let test = code(
        "return await helpers.httpRequest({ method: 'POST', url: 'http://127.0.0.1:1/x', body: { a: 1 } })",
    );
    let json = first(&run(test.with_options(options)).await);
    assert_eq!(json.pointer("/request/body").map(Json::to_string).as_deref(), Some(r#"{"a":1}"#));
}

#[tokio::test]
async fn the_console_writes_to_the_events() {
    let seen = Arc::new(Seen::default());
    let test = code(
        "console.log('a', 1, { b: [true] }); console.warn(new TypeError('x')); console.table([]); console.group('g');
         for (let i = 0; i < 3000; i += 1) console.debug('x'.repeat(40000));
         return []",
    );
    let result = run(test.with_events(Arc::clone(&seen) as Arc<dyn EventSink>)).await;
    assert_eq!(result.status, Status::Success);
    let lines = seen.lines.lock().unwrap();
    let line = |at: usize| (lines[at].0.as_str(), lines[at].1.as_str());
    assert_eq!(line(0), ("log", r#"a 1 {"b":[true]}"#));
    assert_eq!(line(1), ("warn", "TypeError: x"));
    assert_eq!(lines.len(), 1001);
    assert_eq!(line(1000).1, "2003 more lines were left out");
    assert!(lines[999].1.len() < 17_000);
}

#[tokio::test]
async fn digests_are_those_of_openssl() {
    let result = run(code(
        "const { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } = require('crypto');
         const hmac = createHmac('sha256', 'key').update('The quick brown fox ').update(Buffer.from('jumps over the lazy dog'));
         return { md5: createHash('md5').update('abc').digest('hex'), sha1: createHash('SHA1').update('abc').digest('base64'),
           sha512: createHash('sha512').update('').digest('hex').slice(0, 16), hmac: hmac.digest('hex'),
           long: createHmac('sha1', 'k'.repeat(200)).update('x').digest('hex'),
           random: randomBytes(8).toString('hex').length, uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(randomUUID()),
           same: timingSafeEqual(Buffer.from('a'), Buffer.from('a')) }",
    ))
    .await;
    assert_eq!(
        first(&result).to_string(),
        concat!(
            r#"{"md5":"900150983cd24fb0d6963f7d28e17f72","sha1":"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=","sha512":"cf83e1357eefb8bd","#,
            r#""hmac":"f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8","#,
            r#""long":"e2e4a90d1cee5e796e99915a47e0c725cf932393","random":16,"uuid":true,"same":true}"#
        )
    );
}

#[tokio::test]
async fn addresses_are_taken_apart_and_put_together() {
    let result = run(code(
        "const u = new URL('/a b?x=1&y=%20z#h', 'https://user:pw@example.org:8443/base/');
         u.searchParams.append('é', 'a&b'); u.searchParams.delete('x'); u.pathname = '/c/d'; u.hash = '';
         const p = new URLSearchParams({ a: 1, b: 'x y' }); p.append('a', 2);
         let wrong; try { new URL('nope') } catch (e) { wrong = e.code + ': ' + e.message }
         return { href: u.href, host: u.host, origin: u.origin, search: u.search, y: u.searchParams.get('y'), p: `${p}`, a: p.getAll('a'),
           text: JSON.stringify({ u }).length > 20, wrong, can: URL.canParse('x:y'), entries: [...p] }",
    ))
    .await;
    assert_eq!(
        first(&result).to_string(),
        concat!(
            r#"{"href":"https://user:pw@example.org:8443/c/d?y=+z&%C3%A9=a%26b","host":"example.org:8443","#,
            r#""origin":"https://example.org:8443","search":"?y=+z&%C3%A9=a%26b","y":" z","p":"a=1&b=x+y&a=2","a":["1","2"],"#,
            r#""text":true,"wrong":"ERR_INVALID_URL: Invalid URL","can":true,"entries":[["a","1"],["b","x y"],["a","2"]]}"#
        )
    );
}

/// Runs code with little time and memory, and gives the message of its failure.
async fn attack(code: &str) -> (String, Duration) {
    attack_for(Duration::from_millis(400), code).await
}

async fn attack_for(time: Duration, code: &str) -> (String, Duration) {
    let limits = EngineLimits { time, memory: 64 << 20 };
    let host = Host::new(Registry::linked().expect("nodes")).with_code_limits(limits);
    let node = |name: &str, kind: &str, version: f64, parameters: Json| json!({ "name": name, "type": kind, "typeVersion": version, "position": [0, 0], "parameters": parameters });
    let workflow = json!({
        "nodes": [
            node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({})),
            node("Node", "n8n-nodes-base.code", 2.0, json!({ "jsCode": code })),
        ],
        "connections": { "Start": { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    });
    let begun = Instant::now();
    let options = RunOptions { items: Some(vec![json!({ "n": 1 }).into()]), ..RunOptions::default() };
    let result = host.run(&Workflow::from_json(&workflow), options).await.expect("it can run");
    let time = begun.elapsed();
    // The same host goes on.
    let again = workflow
        .to_string()
        .replace(&json!(code).to_string(), r#""return [{ json: { fine: [3, 1].sort().map(n => n) } }]""#);
    let options = RunOptions { items: Some(vec![json!({ "n": 1 }).into()]), ..RunOptions::default() };
    let after = host
        .run(&Workflow::from_json(&Json::parse(&again).expect("JSON")), options)
        .await
        .expect("it can run");
    assert_eq!(first(&after).to_string(), r#"{"fine":[1,3]}"#);
    (failure(&result).0, time)
}

#[tokio::test]
async fn a_chain_of_promises_that_takes_all_memory_says_so() {
    let chain = "const again = () => Promise.resolve().then(again); await again()";
    let (message, _) = attack_for(Duration::from_secs(60), chain).await;
    assert_eq!(message, "The code needs more than 64 MB of memory");
    let (message, _) = attack_for(Duration::from_secs(60), "await new Promise(() => {})").await;
    assert_eq!(message, "The code waits for a promise that nothing will resolve");
}

#[tokio::test]
async fn code_that_never_ends_is_ended() {
    for never in [
        "while (true) {}",
        "for (;;) await null",
        "const again = () => Promise.resolve().then(again); await again()",
        "await new Promise(r => setTimeout(r, 1e9))",
        "return [{ json: { toJSON() { for (;;); } } }]",
        "return [{ json: new Proxy({}, { ownKeys() { for (;;); } }) }]",
        "try { for (;;); } finally { for (;;); }",
        "for (;;) try { for (;;); } catch {}",
        "/^(a+)+$/.test('a'.repeat(64) + 'b')",
        "return [{ json: { get x() { for (;;); } } }]",
        "setInterval(() => {}, 0); await new Promise(() => {})",
        "throw { get message() { for (;;); } }",
        "Object.prototype.then = function () { for (;;); }; return {}",
    ] {
        let (message, time) = attack(never).await;
        // Promises that wait for each other take memory, too.
        let ended =
            ["Task execution timed out after 0.4 seconds", "The code needs more than 64 MB of memory"];
        assert!(ended.contains(&message.as_str()), "{never}: {message}");
        assert!(time < Duration::from_secs(20), "{never} took {time:?}");
    }
}

#[tokio::test]
async fn code_that_takes_all_memory_is_ended() {
    for greedy in [
        "const all = []; for (;;) all.push(new Array(1000).fill({}))",
        "let text = 'x'; for (;;) text += text",
        "return [{ json: { x: Array.from({ length: 1e9 }) } }]",
        "new Uint8Array(1e9)",
        "const m = new Map(); for (let i = 0; ; i += 1) m.set(i, { i })",
        "const o = {}; for (let i = 0; ; i += 1) o['key' + i] = i",
        "function* g() { for (;;) yield {} } return [...g()]",
    ] {
        let (message, _) = attack(greedy).await;
        let known = [
            "more than 64 MB",
            "timed out",
            "Invalid array",
            "array too large",
            "invalid array",
            "string too long",
        ];
        assert!(known.iter().any(|part| message.contains(part)), "{greedy}: {message}");
    }
}

#[tokio::test]
async fn odd_ends_are_errors() {
    for (odd, expected) in [
        ("await new Promise(() => {})", "The code waits for a promise that nothing will resolve"),
        ("throw undefined", "Unknown error"),
        ("throw Symbol('x')", "Unknown error"),
        ("throw () => 1", "Unknown error"),
        ("throw new Proxy({}, { get() { throw 1 } })", "Unknown error"),
        ("const a = {}; a.a = a; throw a", "Unknown error"),
        (
            "const a = {}; a.a = a; return [{ json: a }]",
            "What the code returns refers to itself, or nests too deeply",
        ),
        (
            "let a = {}; for (let i = 0; i < 1e5; i += 1) a = { a }; return [{ json: a }]",
            "What the code returns refers to itself, or nests too deeply",
        ),
        ("function f() { return f() + 1 } f()", "Maximum call stack size exceeded [line 1]"),
        ("return [{ json: { get x() { throw new Error('got') } } }]", "got [line 1]"),
        ("return [{ json: { toJSON() { throw 5 } } }]", "5"),
        ("}", "Unexpected token [line 1]"),
        ("return 1 }); (async function () {", "Unexpected token [line 1]"),
        ("return 1 }\n\nasync function more() {", "The code closes a brace that it has not opened [line 1]"),
        (
            "globalThis.undefined = 1; delete globalThis.Object; Promise = null; return 1",
            "Code doesn't return items properly",
        ),
        (
            "Array.prototype.map = Object.keys = JSON.stringify = () => { throw new Error('mine') }; return 1",
            "Code doesn't return items properly",
        ),
        (
            "Promise.prototype.then = () => { throw new Error('mine') }; return 1",
            "Code doesn't return items properly",
        ),
    ] {
        let (message, _) = attack(odd).await;
        assert_eq!(message, expected, "{odd}");
    }
}

#[tokio::test]
async fn nothing_of_code_is_left_for_other_nodes() {
    let spoils = "Array.prototype.push = Object.prototype.json = String.prototype.trim = null;
        Date = Math = JSON = DateTime = undefined; globalThis.leak = 1; $json.n = 99; $('Start').first().json.n = 98;
        Object.defineProperty(Object.prototype, 'n', { value: 97 }); return $('Start').all()";
    let node = |name: &str, kind: &str, version: f64, parameters: Json| json!({ "name": name, "type": kind, "typeVersion": version, "position": [0, 0], "parameters": parameters });
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let workflow = json!({
        "nodes": [
            node("Start", "n8n-nodes-base.manualTrigger", 1.0, json!({})),
            node("Spoil", "n8n-nodes-base.code", 2.0, json!({ "jsCode": spoils })),
            node("Next", "n8n-nodes-base.code", 2.0, json!({
                "jsCode": "const list = []; list.push(typeof leak); return [{ json: { list, n: $('Start').first().json.n, t: ' x '.trim() } }]",
            })),
            node("Node", "n8n-nodes-base.set", 3.4, json!({
                "assignments": { "assignments": [
                    { "id": "1", "name": "r", "type": "string", "value": "={{ [1].map(n => { return n + 1 }).join() + $json.list + $('Start').first().json.n }}" },
                ] },
                "options": {},
            })),
        ],
        "connections": { "Start": to("Spoil"), "Spoil": to("Next"), "Next": to("Node") },
        "settings": { "executionOrder": "v1" },
    });
    let host = Host::new(Registry::linked().expect("nodes"));
    let options = RunOptions { items: Some(vec![json!({ "n": 1 }).into()]), ..RunOptions::default() };
    let result = host.run(&Workflow::from_json(&workflow), options).await.expect("it can run");
    assert_eq!(first(&result).to_string(), r#"{"r":"2undefined1"}"#);
}

#[tokio::test]
async fn the_node_says_how_long_its_code_may_take() {
    let test = code("for (;;);").with_setting("timeLimit", 1000.0);
    assert_eq!(failure(&run(test).await).0, "Task execution timed out after 1 second");
}

#[tokio::test]
async fn a_run_that_is_cancelled_ends_its_code() {
    let options = RunOptions::default();
    let cancel = options.cancel.clone();
    let test = code("for (;;);").with_options(options);
    let begun = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(run(test), stop);
    assert_eq!(result.status, Status::Canceled);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn python_is_refused_before_the_run() {
    let test =
        NodeTest::new("n8n-nodes-base.code", 2.0, json!({ "language": "python", "pythonCode": "return []" }));
    let refused = test.run(&Registry::linked().expect("nodes")).await.expect_err("it is refused");
    assert!(refused.to_string().contains("Python"), "{refused}");
}
