//! Data that somebody made to do harm, or nobody thought of: an error with node, item and way out, or n8n's own result;
//! never the end of the process, and never all of its time or memory.

use std::time::{Duration, Instant};

use heddle_node::{Json, Registry, json};
use heddle_nodes as _;
use heddle_runner::{RunOptions, RunResult, Status};
use heddle_testkit::NodeTest;
use heddle_tests::hostile_service::{HostileService, Reply};
use heddle_tests::{Finished, heddle};
use heddle_workflow::read_items;

/// More than any of these runs takes on a busy machine, and far less than what hangs takes.
const MINUTES: Duration = Duration::from_secs(100);

async fn run(test: NodeTest) -> RunResult {
    let begun = Instant::now();
    let result = test.run(&Registry::linked().expect("nodes")).await.expect("it begins");
    assert!(begun.elapsed() < MINUTES, "{:?}", begun.elapsed());
    result
}

fn data(result: &RunResult) -> Json {
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result.last_outputs("Node").expect("outputs")[0][0].json.clone()
}

/// The failure, which must name the node and the item.
fn failure(result: &RunResult) -> String {
    assert_eq!(result.status, Status::Error);
    let run = serde_json::to_value(result).expect("JSON");
    let error = &run["data"]["resultData"]["error"];
    assert_eq!(error["node"]["name"], "Node", "{error}");
    assert_eq!(error["context"]["itemIndex"], 0, "{error}");
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    format!("{}: {}", text("message"), text("description"))
}

fn xml(text: &str) -> NodeTest {
    NodeTest::new("n8n-nodes-base.xml", 1.0, json!({ "dataPropertyName": "data" }))
        .with_items([json!({ "data": text })])
}

#[tokio::test]
async fn entities_of_xml_do_not_multiply() {
    let mut bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [\n<!ENTITY e0 \"ha\">\n".to_owned();
    for level in 1..40 {
        bomb.push_str(&format!("<!ENTITY e{level} \"&e{0};&e{0};\">\n", level - 1));
    }
    bomb.push_str("]>\n<a>&e39;</a>");
    let told = failure(&run(xml(&bomb)).await);
    assert!(told.contains("e39"), "{told}");

    let outside = "<!DOCTYPE a [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><a>&file;</a>";
    let told = failure(&run(xml(outside)).await);
    assert!(told.contains("file") && !told.contains("root"), "{told}");

    let deep = format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let told = failure(&run(xml(&deep)).await);
    assert!(told.contains("deep") || told.contains("levels"), "{told}");
    for text in ["<a", "<a></b>", "<a b=c>", "", "x", "<a>&</a>", "<a/><b/>", "\u{feff}", "<![CDATA["] {
        let result = run(xml(text)).await;
        assert!(result.status == Status::Success || failure(&result).len() > 4, "{text}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced_or_refused() {
    // As Node.js reads them.
    let page = json!([{ "json": {}, "binary": { "data": {
        "data": "PHA+/2E8L3A+", "mimeType": "text/html",
    } } }]);
    let items = read_items(&page).expect("items");
    let parameters = json!({
        "operation": "extractHtmlContent", "sourceData": "binary", "dataPropertyName": "data",
        "extractionValues": { "values": [{ "key": "text", "cssSelector": "p", "returnValue": "text" }] },
    });
    let host = heddle_runner::Host::new(Registry::linked().expect("nodes"));
    let workflow = json!({
        "nodes": [{ "id": "1", "name": "Node", "type": "n8n-nodes-base.html", "typeVersion": 1.2, "position": [0, 0], "parameters": parameters }],
        "settings": { "executionOrder": "v1" },
    });
    let options = RunOptions { start: Some("Node".to_owned()), items: Some(items), ..RunOptions::default() };
    let result =
        host.run(&heddle_workflow::Workflow::from_json(&workflow), options).await.expect("it begins");
    assert_eq!(data(&result), json!({ "text": "\u{fffd}a" }));

    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    };
    let workflow = write("workflow.json", json!({
        "nodes": [{ "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {} }],
        "connections": {},
    }).to_string().as_bytes());
    for (name, bytes) in
        [("items.json", &b"[{\"a\":\"\xff\xfe\"}]"[..]), ("lines.json", b"{\"a\":1}\n{\"a\":\"\xc3\x28\"}\n")]
    {
        let items = write(name, bytes);
        let finished = Finished::of(heddle().arg("run").arg(&workflow).arg("--input").arg(&items));
        assert_eq!(finished.status, 2, "{}", finished.stderr);
        assert!(
            finished.stderr.contains(name) && !finished.stderr.contains("panicked"),
            "{}",
            finished.stderr
        );
    }
    let broken = write("broken.json", b"{\"nodes\":[{\"name\":\"\xff\"}]}");
    let finished = Finished::of(heddle().arg("check").arg(&broken));
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("broken.json"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_hundred_megabytes_of_text_pass() {
    const SIZE: usize = 100 << 20;
    let text = "0123456789".repeat(SIZE / 10);
    let items = || [json!({ "text": text.as_str() })];
    let assignment = |value: &str, kind: &str| {
        json!({
            "assignments": { "assignments": [{ "id": "1", "name": "found", "type": kind, "value": value }] }, "options": {},
        })
    };
    let set = NodeTest::new("n8n-nodes-base.set", 3.4, assignment("={{ $json.text.length }}", "number"));
    assert_eq!(data(&run(set.with_items(items())).await)["found"], SIZE / 10 * 10);
    let code = "return [{ json: { size: $input.first().json.text.length, end: $input.first().json.text.slice(-3) } }]";
    let code = NodeTest::new("n8n-nodes-base.code", 2.0, json!({ "jsCode": code }));
    assert_eq!(data(&run(code.with_items(items())).await), json!({ "size": SIZE / 10 * 10, "end": "789" }));
    let hash = NodeTest::new(
        "n8n-nodes-base.crypto",
        1.0,
        json!({
            "action": "hash", "type": "MD5", "value": "={{ $json.text }}", "dataPropertyName": "hash",
        }),
    );
    assert_eq!(data(&run(hash.with_items(items())).await)["hash"].as_str().map(str::len), Some(32));
}

#[tokio::test]
async fn html_that_has_nothing_of_what_is_asked_for() {
    let extract = |selector: &str| {
        let row = json!({ "key": "found", "cssSelector": selector, "returnValue": "text" });
        NodeTest::new(
            "n8n-nodes-base.html",
            1.2,
            json!({
                "operation": "extractHtmlContent", "sourceData": "json", "dataPropertyName": "page",
                "extractionValues": { "values": [row] },
            }),
        )
    };
    for page in ["", "no html", "<p>", "<div><div><div>", "<!--", "<p title='"] {
        let result = run(extract("article .price").with_items([json!({ "page": page })])).await;
        assert_eq!(data(&result), json!({ "found": "" }), "{page}");
    }
    for (levels, is_refused) in [(1_900, false), (200_000, true)] {
        let page = "<div>".repeat(levels);
        let result = run(extract("span").with_items([json!({ "page": page.as_str() })])).await;
        assert_eq!(result.status == Status::Error, is_refused, "{levels}");
        assert!(!is_refused || failure(&result).contains("levels deep"));
    }
    for (levels, is_refused) in [(250, false), (200_000, true)] {
        let markdown = json!({ "mode": "htmlToMarkdown", "html": "<div>".repeat(levels), "options": {} });
        let markdown = NodeTest::new("n8n-nodes-base.markdown", 1.0, markdown).with_items([json!({})]);
        assert_eq!(run(markdown).await.status == Status::Error, is_refused, "{levels}");
    }
    let wrong = extract("p:::").with_items([json!({ "page": "<p>x</p>" })]);
    let error = wrong.run(&Registry::linked().expect("nodes")).await;
    let told = match &error {
        Err(problems) => format!("{problems:?}"),
        Ok(result) => failure(result),
    };
    assert!(told.contains("p:::") && told.contains("selector"), "{told}");
}

#[tokio::test]
async fn json_that_nests_a_thousand_levels_deep() {
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{deep}",
        deep.len()
    );
    let service = HostileService::start(move |_| Reply::Raw(answer.clone()));
    let call = NodeTest::new("n8n-nodes-base.httpRequest", 4.2, json!({ "url": service.url() }));
    let told = failure(&run(call.with_items([json!({})])).await);
    assert!(told.contains("JSON"), "{told}");

    let set = json!({ "mode": "raw", "jsonOutput": format!("={{\"a\":{deep}}}"), "options": {} });
    let result = NodeTest::new("n8n-nodes-base.set", 3.4, set)
        .with_items([json!({})])
        .run(&Registry::linked().expect("nodes"))
        .await;
    let told = match &result {
        Err(problems) => format!("{problems:?}"),
        Ok(result) => failure(result),
    };
    assert!(told.contains("JSON") || told.contains("deep"), "{told}");

    // What JavaScript nests comes out, as far as the stack of this build allows.
    let deeply = |levels: u32| {
        let code = format!(
            "let deep = 1; for (let level = 0; level < {levels}; level++) deep = [deep]; return [{{ json: {{ deep }} }}]"
        );
        NodeTest::new("n8n-nodes-base.code", 2.0, json!({ "jsCode": code })).with_items([json!({})])
    };
    let result = run(deeply(100_000)).await;
    assert!(result.error.is_some_and(|error| error.message.contains("nests too deeply")));
    let deep = data(&run(deeply(300)).await);
    let mut levels = 0;
    let mut value = deep.get("deep");
    while let Some(inner) = value.and_then(|value| value.get_index(0)) {
        levels += 1;
        value = Some(inner);
    }
    assert_eq!(levels, 300);
}

#[tokio::test]
async fn an_answer_that_never_ends() {
    for (reply, told) in [
        (Reply::Drip, "more time"),
        (Reply::Large { bytes: u64::MAX, told: false }, "larger than"),
        (Reply::Large { bytes: u64::MAX >> 1, told: true }, "larger than"),
    ] {
        for format in ["autodetect", "file"] {
            let reply = reply.clone();
            let service = HostileService::start(move |_| reply.clone());
            let options =
                json!({ "timeout": 3000, "response": { "response": { "responseFormat": format } } });
            let call = json!({ "method": "POST", "url": service.url(), "options": options });
            let options = RunOptions { file_limit: 1 << 20, answer_limit: 1 << 20, ..RunOptions::default() };
            let call = NodeTest::new("n8n-nodes-base.httpRequest", 4.2, call).with_items([json!({})]);
            let told_of = failure(&run(call.with_options(options)).await);
            assert!(told_of.contains(told), "{format}: {told_of}");
        }
    }
}

#[tokio::test]
async fn code_that_gives_nonsense() {
    for code in [
        "throw undefined",
        "throw null",
        "throw 5",
        "throw { toString() { throw this } }",
        "throw new Proxy({}, { get() { throw 1 } })",
        "return 5",
        "return 'text'",
        "return () => 1",
        "return Symbol('x')",
        "return [1, 2]",
        "return [[{ json: {} }]]",
        "return [{ json: 1 }]",
        "return new Proxy([], { get() { throw new Error('no') } })",
        "const a = {}; a.a = a; return [{ json: a }]",
        "return [{ json: { toJSON() { throw new Error('no') } } }]",
        "await new Promise(() => {})",
        "return new Promise(() => {})",
        "return { then() {} }",
        "Array.prototype.map = null; return undefined",
        "Object.prototype.toJSON = () => 1; return 1",
        "return $input.all().concat([undefined])",
        "return Array(1e9)",
        "return [{ json: { big: 'x'.repeat(2 ** 29) } }]",
        "return (function f() { return f() })()",
    ] {
        let test =
            NodeTest::new("n8n-nodes-base.code", 2.0, json!({ "jsCode": code })).with_items([json!({})]);
        let result = run(test).await;
        assert_eq!(result.status, Status::Error, "{code}");
        let error = serde_json::to_value(&result).expect("JSON")["data"]["resultData"]["error"].clone();
        assert_eq!(error["node"]["name"], "Node", "{code}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{code}: {error}");
    }
}
