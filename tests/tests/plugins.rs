//! Node packages made for n8n, as they come: found, described, checked, run, and kept within their limits.

use std::path::{Path, PathBuf};

use heddle_tests::scripted_service::ScriptedService;
use heddle_tests::{Finished, heddle, root};
use serde_json::{Value, json};

/// A folder for the files of one test, with what all of them need.
struct Scene {
    folder: tempfile::TempDir,
    service: ScriptedService,
}

impl Scene {
    fn new(answers: &Value) -> Self {
        let scene =
            Self { folder: tempfile::tempdir().expect("a folder"), service: ScriptedService::start(answers) };
        let credential = json!({ "probeApi": { "url": scene.service.url(), "key": "a-secret-key" } });
        scene.write("credentials.json", &credential.to_string());
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        std::fs::write(&path, text).expect("it can be written");
        path
    }

    /// A package with one node, whose `execute` has this body.
    fn package(&self, name: &str, execute: &str, settings: &Value) {
        let package = json!({ "name": name, "version": "1.0.0", "n8n": { "nodes": ["One.node.js"] } });
        self.write(&format!("plugins/{name}/package.json"), &package.to_string());
        self.write(&format!("plugins/{name}/heddle.json"), &settings.to_string());
        let source = format!(
            "exports.One = class One {{\n  constructor() {{\n    this.description = {{ displayName: 'One', name: 'one', \
             group: [], version: 1, description: '', defaults: {{ name: 'One' }}, inputs: ['main'], outputs: ['main'], \
             properties: [] }};\n  }}\n  async execute() {{\n    {execute}\n  }}\n}};\n"
        );
        self.write(&format!("plugins/{name}/One.node.js"), &source);
    }

    /// Runs a workflow of one node on items, and gives the run's data.
    fn run(&self, node: &Value, items: &Value) -> Finished {
        self.run_with(node, items, &[])
    }

    fn run_with(&self, node: &Value, items: &Value, more: &[&str]) -> Finished {
        let workflow = self.write("workflow.json", &workflow(node).to_string());
        let items = self.write("items.json", &items.to_string());
        Finished::of(
            plugged(&mut heddle())
                .arg("run")
                .arg(workflow)
                .arg("--plugins")
                .arg(self.path("plugins"))
                .arg("--credentials")
                .arg(self.path("credentials.json"))
                .arg("--input")
                .arg(items)
                .args(["--output", "run-data"])
                .args(more),
        )
    }
}

fn own_packages() -> PathBuf {
    root().join("tests/plugins")
}

fn plugged(command: &mut std::process::Command) -> &mut std::process::Command {
    command.env("HEDDLE_PLUGINS", own_packages()).env("XDG_DATA_HOME", "/nonexistent")
}

fn workflow(node: &Value) -> Value {
    let mut own =
        json!({ "id": "2", "name": "Node", "typeVersion": 1, "position": [0, 0], "parameters": {} });
    let object = own.as_object_mut().expect("an object");
    object.extend(node.as_object().expect("an object").clone());
    json!({
        "name": "plugins",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {} },
            own,
        ],
        "connections": { "Start": { "main": [[{ "node": "Node", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn courier() -> Value {
    json!({
        "type": "n8n-nodes-probe.courier", "typeVersion": 2,
        "parameters": { "to": "={{ $json.to }}", "text": "=Hello {{ $json.name }}" },
        "credentials": { "probeApi": { "id": "1", "name": "own" } },
    })
}

fn people(count: usize) -> Value {
    (0..count).map(|at| json!({ "to": format!("+49{at}"), "name": format!("N{at}") })).collect()
}

/// The items of the last run of the node, and what became of each input item.
fn of_node(finished: &Finished) -> (Vec<Value>, Vec<Value>) {
    let data = finished.json();
    let run = data.pointer("/data/resultData/runData/Node/0").cloned().unwrap_or_default();
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    (list(run.pointer("/data/main/0")), list(run.pointer("/metadata/items")))
}

#[test]
fn a_package_is_listed_described_and_checked() {
    let listed = Finished::of(plugged(&mut heddle()).arg("nodes"));
    assert!(listed.stdout.contains("n8n-nodes-probe.courier\t1, 2\tCourier"), "{}", listed.stdout);
    let described = Finished::of(plugged(&mut heddle()).args(["describe", "n8n-nodes-probe.courier"])).json();
    assert_eq!(described["displayName"], "Courier");
    assert_eq!(described["properties"][0]["options"][0]["value"], "send");
    let scene = Scene::new(&json!([]));
    let mut node = courier();
    node["parameters"] = json!({ "to": "", "text": "x" });
    let file = scene.write("workflow.json", &workflow(&node).to_string());
    let checked = Finished::of(
        plugged(&mut heddle())
            .arg("check")
            .arg(file)
            .arg("--credentials")
            .arg(scene.path("credentials.json")),
    );
    assert_eq!(checked.status, 2, "{}", checked.stderr);
    assert!(checked.stderr.contains("Parameter \"To\" is required."), "{}", checked.stderr);
}

#[test]
fn a_workflow_without_plugins_reads_none() {
    let scene = Scene::new(&json!([]));
    scene.write("plugins/broken/package.json", "this is no JSON");
    let noop = json!({ "type": "n8n-nodes-base.noOp" });
    let finished = scene.run(&noop, &json!([{ "a": 1 }]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
}

#[test]
fn all_items_at_once_leave_signed_and_are_accounted_for() {
    let scene = Scene::new(&json!([{ "path": "/messages", "echo": true }]));
    let finished = scene.run(&courier(), &people(3));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let (items, outcomes) = of_node(&finished);
    assert_eq!(items.len(), 3);
    assert_eq!(items[1]["json"]["version"], 2);
    assert_eq!(items[1]["pairedItem"], json!({ "item": 1 }));
    assert!(outcomes.iter().all(|own| own["outcome"] == "sent"), "{outcomes:?}");
    let requests = scene.service.requests();
    assert_eq!(requests.len(), 3);
    let body = &requests[2]["body"];
    let body = body.as_str().map_or_else(|| body.clone(), |text| serde_json::from_str(text).expect("JSON"));
    assert_eq!(body, json!({ "to": "+492", "text": "Hello N2" }));
    assert!(requests[2].to_string().contains("a-secret-key"), "it is signed: {}", requests[2]);
    assert!(!finished.stdout.contains("a-secret-key"), "the answer echoes a secret");
}

#[test]
fn item_by_item_each_has_its_own_verdict_and_error_branch() {
    let answers = json!([
        { "path": "/messages", "body": { "ok": 1 }, "headers": { "content-type": "application/json" } },
        { "path": "/messages", "status": 503, "body": "busy" },
        { "path": "/messages", "body": { "ok": 2 }, "headers": { "content-type": "application/json" } },
    ]);
    let scene = Scene::new(&answers);
    let mut node = courier();
    node["itemByItem"] = json!(true);
    node["concurrency"] = json!(1);
    node["onError"] = json!("continueRegularOutput");
    let finished = scene.run(&node, &people(3));
    let (items, outcomes) = of_node(&finished);
    let told: Vec<&Value> = outcomes.iter().map(|own| &own["outcome"]).collect();
    assert_eq!(told, ["sent", "unknown", "sent"], "{}", finished.stderr);
    assert_eq!(scene.service.requests().len(), 3, "a send that got a 503 is not repeated");
    assert_eq!(items.len(), 3);
    let paired: Vec<&Value> = items.iter().map(|item| &item["pairedItem"]["item"]).collect();
    assert_eq!(paired, [0, 1, 2]);
}

#[test]
fn a_redirect_that_asks_for_a_second_send_is_not_followed() {
    for status in [307, 308] {
        let scene = Scene::new(&json!([
            { "path": "/messages", "status": status, "headers": { "location": "/again" } },
            { "path": "/again", "body": { "ok": 1 }, "headers": { "content-type": "application/json" } },
        ]));
        let finished = scene.run(&courier(), &people(1));
        let (_, outcomes) = of_node(&finished);
        assert_eq!(outcomes[0]["outcome"], "unknown", "{status}: {}", finished.stderr);
        assert_eq!(scene.service.requests().len(), 1, "{status}");
    }
}

#[test]
fn a_failure_is_told_in_n8ns_words() {
    let scene = Scene::new(
        &json!([{ "path": "/messages", "status": 404, "body": { "message": "no such person" }, "headers": { "content-type": "application/json" } }]),
    );
    let finished = scene.run(&courier(), &people(1));
    assert_eq!(finished.status, 1);
    assert!(
        finished.stderr.contains("The resource you are requesting could not be found"),
        "{}",
        finished.stderr
    );
}

#[test]
fn choices_are_loaded_by_the_packages_own_method() {
    let scene = Scene::new(
        &json!([{ "path": "/channels", "body": [{ "id": 7, "title": "General" }], "headers": { "content-type": "application/json" } }]),
    );
    let finished = Finished::of(
        plugged(&mut heddle())
            .args(["options", "n8n-nodes-probe.courier", "getChannels", "--credentials"])
            .arg(scene.path("credentials.json")),
    );
    assert_eq!(finished.json(), json!([{ "name": "General", "value": 7 }]), "{}", finished.stderr);
}

#[test]
fn another_host_is_refused_with_the_line_to_add() {
    let scene = Scene::new(&json!([{ "echo": true }]));
    let url = scene.service.url();
    let send = format!("return [[{{ json: await this.helpers.httpRequest({{ url: '{url}/x' }}) }}]];");
    scene.package("n8n-nodes-far", &send, &json!({}));
    let node = json!({ "type": "n8n-nodes-far.one" });
    let refused = scene.run(&node, &json!([{}]));
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("may not reach the host 127.0.0.1"), "{}", refused.stderr);
    assert!(refused.stderr.contains("heddle.json"), "{}", refused.stderr);
    assert!(scene.service.requests().is_empty());
    scene.package("n8n-nodes-far", &send, &json!({ "hosts": ["127.0.0.1"] }));
    let allowed = scene.run(&node, &json!([{}]));
    assert_eq!(allowed.status, 0, "{}", allowed.stderr);
    assert_eq!(scene.service.requests().len(), 1);
}

#[test]
fn code_that_does_not_end_is_ended() {
    let cases = [
        ("for (;;) {}", "computes for more than"),
        ("await null; try { for (;;) {} } catch { for (;;) {} }", "computes for more than"),
        ("await (function f() { return Promise.resolve().then(f); })();", "computes for more than"),
        ("await new Promise(() => {});", "waits for a promise that nothing will resolve"),
        ("/(a+)+b/.test('a'.repeat(40));", "computes for more than"),
        ("const kept = []; for (;;) kept.push(new Array(1000).fill(1.5));", "MB of memory"),
        ("(function f() { f(); })();", "stack"),
    ];
    for (code, told) in cases {
        let scene = Scene::new(&json!([]));
        scene.package("n8n-nodes-endless", code, &json!({ "limits": { "time": if told.contains("memory") { 60_000 } else { 400 }, "memory": if told.contains("memory") { 64 } else { 512 } } }));
        let finished = scene.run(&json!({ "type": "n8n-nodes-endless.one" }), &json!([{}]));
        assert_eq!(finished.status, 1, "{code}: {}", finished.stderr);
        assert!(finished.stderr.contains(told), "{code}: {}", finished.stderr);
        assert!(finished.stderr.contains("node: Node"), "{code}: {}", finished.stderr);
    }
}

#[test]
fn nothing_of_the_machine_is_to_be_had() {
    let cases = [
        ("require('fs').readFileSync('/etc/passwd')", "fs.readFileSync is not to be had"),
        ("require('child_process').execSync('id')", "child_process.execSync is not to be had"),
        ("require('net').connect(1)", "net.connect is not to be had"),
        ("require('../../../../../../../../etc/passwd')", "Cannot find module"),
        ("require('/etc/hostname')", "Cannot find module"),
        ("process.binding('fs')", "not to be had"),
        (
            "this.constructor.constructor('return process')().mainModule.require('fs').readFileSync('/etc/passwd')",
            "",
        ),
        ("(await import('fs')).default.readFileSync('/etc/passwd')", "fs.readFileSync is not to be had"),
        ("await import('/etc/hostname')", "Cannot find module"),
        ("await import('../../../../../../../../etc/passwd')", "Cannot find module"),
        (
            "if (Object.keys(process.env).length > 0) return [[]]; throw new Error('no environment')",
            "no environment",
        ),
    ];
    for (code, told) in cases {
        let scene = Scene::new(&json!([]));
        scene.package(
            "n8n-nodes-curious",
            &format!("{code};\nreturn [[{{ json: {{ escaped: true }} }}]];"),
            &json!({}),
        );
        let finished = scene.run(&json!({ "type": "n8n-nodes-curious.one" }), &json!([{}]));
        assert_eq!(finished.status, 1, "{code}: {}", finished.stdout);
        assert!(finished.stderr.contains(told), "{code}: {}", finished.stderr);
    }
}

#[test]
fn what_a_package_puts_out_must_be_items() {
    for code in [
        "return 5;",
        "return [[5]];",
        "return [{ json: {} }];",
        "const a = {}; a.a = a; return [[{ json: a }]];",
    ] {
        let scene = Scene::new(&json!([]));
        scene.package("n8n-nodes-odd", code, &json!({}));
        let finished = scene.run(&json!({ "type": "n8n-nodes-odd.one" }), &json!([{}]));
        assert_eq!(finished.status, 1, "{code}: {}", finished.stdout);
        assert!(finished.stderr.contains("node: Node"), "{code}: {}", finished.stderr);
    }
    let scene = Scene::new(&json!([]));
    scene.package(
        "n8n-nodes-odd",
        "return [[{ json: { f() {}, d: new Date(0), u: undefined, n: NaN } }]];",
        &json!({}),
    );
    let finished = scene.run(&json!({ "type": "n8n-nodes-odd.one" }), &json!([{}]));
    let (items, _) = of_node(&finished);
    assert_eq!(
        items[0]["json"],
        json!({ "d": "1970-01-01T00:00:00.000Z", "n": null }),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_package_that_does_not_load_is_named() {
    let cases: [(&str, &str); 3] = [
        ("exports.One = class {", "SyntaxError"),
        ("throw new Error('at the top');", "at the top"),
        ("require('./native.node');", "native module"),
    ];
    for (source, told) in cases {
        let scene = Scene::new(&json!([]));
        scene.package("n8n-nodes-broken", "", &json!({}));
        scene.write("plugins/n8n-nodes-broken/One.node.js", source);
        scene.write("plugins/n8n-nodes-broken/native.node", "\u{7f}ELF");
        let finished = scene.run(&json!({ "type": "n8n-nodes-broken.one" }), &json!([{}]));
        assert_eq!(finished.status, 2, "{source}: {}", finished.stderr);
        for part in ["n8n-nodes-broken", "One.node.js", told] {
            assert!(finished.stderr.contains(part), "{source}: {part} in {}", finished.stderr);
        }
        // The others go on.
        assert!(Path::new(&own_packages()).is_dir());
        let listed =
            Finished::of(plugged(&mut heddle()).arg("--plugins").arg(scene.path("plugins")).arg("nodes"));
        assert!(listed.stdout.contains("n8n-nodes-probe.courier"), "{}", listed.stdout);
    }
}

#[test]
fn modules_in_es_syntax_are_required_and_import_what_is_none() {
    let scene = Scene::new(&json!([]));
    let execute = "const kept = require('kept');\n    const late = await import('kept/late');\n    \
                   return [[{ json: { ...kept.all(), default: kept.default, isMarked: kept.__esModule, late: late.text } }]];";
    scene.package("n8n-nodes-es", execute, &json!({}));
    let below = "plugins/n8n-nodes-es/node_modules";
    let package = json!({
        "name": "kept", "version": "1.0.0", "type": "module",
        "exports": { ".": { "import": "./main.js" }, "./late": { "import": "./late.js", "require": "./wrong.cjs" } },
    });
    scene.write(&format!("{below}/kept/package.json"), &package.to_string());
    let main = "import old, { named } from 'old';\nimport { basename } from 'node:path';\nimport * as other from './other.js';\n\
                export const own = 1;\nexport default 'default';\n\
                export const all = () => ({ named, of: old.of, base: basename('/a/b.txt'), other: other.text(), own });\n";
    scene.write(&format!("{below}/kept/main.js"), main);
    // The two import each other.
    scene.write(
        &format!("{below}/kept/other.js"),
        "import { own } from './main.js';\nexport const text = () => `own ${own}`;\n",
    );
    scene.write(
        &format!("{below}/kept/late.js"),
        "const waited = await Promise.resolve('late');\nexport const text = waited;\n",
    );
    scene
        .write(&format!("{below}/old/package.json"), &json!({ "name": "old", "main": "old.js" }).to_string());
    scene.write(
        &format!("{below}/old/old.js"),
        "module.exports = { named: require('./named.json').name, of: 'CommonJS' };",
    );
    scene.write(&format!("{below}/old/named.json"), "{ \"name\": \"Ann\" }");
    let finished = scene.run(&json!({ "type": "n8n-nodes-es.one" }), &json!([{}]));
    let (items, _) = of_node(&finished);
    let expected = json!({
        "named": "Ann", "of": "CommonJS", "base": "b.txt", "other": "own 1", "own": 1, "default": "default",
        "isMarked": true, "late": "late",
    });
    assert_eq!(items[0]["json"], expected, "{}", finished.stderr);
}

#[test]
fn bytes_are_packed_and_unpacked() {
    let scene = Scene::new(&json!([]));
    let execute = "const zlib = require('zlib');\n    const { promisify } = require('util');\n    \
                   const packed = zlib.gzipSync('hello '.repeat(1000));\n    \
                   const text = (await promisify(zlib.gunzip)(packed)).toString();\n    \
                   const known = zlib.inflateSync(Buffer.from('eJzLSM3JyQcABiwCFQ==', 'base64')).toString();\n    \
                   let refused; try { zlib.gunzipSync('no gzip'); } catch (error) { refused = error.code; }\n    \
                   let bounded; try { zlib.gunzipSync(packed, { maxOutputLength: 100 }); } catch (error) { bounded = error.code; }\n    \
                   return [[{ json: { isSmaller: packed.length < 200, length: text.length, known, refused, bounded } }]];";
    scene.package("n8n-nodes-zipped", execute, &json!({}));
    let finished = scene.run(&json!({ "type": "n8n-nodes-zipped.one" }), &json!([{}]));
    let (items, _) = of_node(&finished);
    let expected = json!({
        "isSmaller": true, "length": 6000, "known": "hello", "refused": "Z_DATA_ERROR", "bounded": "ERR_BUFFER_TOO_LARGE",
    });
    assert_eq!(items[0]["json"], expected, "{}", finished.stderr);
}

#[test]
fn a_token_that_a_credential_fetches_signs_requests_and_is_fetched_again_when_refused() {
    let json_answer = |path: &str, status: u16, body: Value| json!({ "path": path, "status": status, "body": body, "headers": { "content-type": "application/json" } });
    let scene = Scene::new(&json!([
        json_answer("/login", 200, json!({ "token": "first-token" })),
        json_answer("/login", 200, json!({ "token": "second-token" })),
        json_answer("/things", 200, json!({ "ok": 1 })),
        json_answer("/things", 401, json!({ "message": "expired" })),
        json_answer("/things", 200, json!({ "ok": 2 })),
    ]));
    let package = json!({ "name": "n8n-nodes-token", "version": "1.0.0", "n8n": { "nodes": ["One.node.js"], "credentials": ["TokenApi.credentials.js"] } });
    scene.write("plugins/n8n-nodes-token/package.json", &package.to_string());
    scene.write("plugins/n8n-nodes-token/heddle.json", "{}");
    scene.write(
        "plugins/n8n-nodes-token/TokenApi.credentials.js",
        "exports.TokenApi = class {\n  name = 'tokenApi';\n  displayName = 'Token';\n  properties = [\n    \
         { displayName: 'URL', name: 'url', type: 'string', default: '' },\n    \
         { displayName: 'Token', name: 'token', type: 'hidden', default: '', typeOptions: { expirable: true, password: true } },\n  ];\n  \
         async preAuthentication(credentials) {\n    const { token } = await this.helpers.httpRequest({ method: 'POST', url: `${credentials.url}/login`, body: { who: 'me' } });\n    \
         return { token };\n  }\n  \
         authenticate = { type: 'generic', properties: { headers: { 'x-token': '={{ $credentials.token }}' }, qs: { v: 2 } } };\n};\n",
    );
    scene.write(
        "plugins/n8n-nodes-token/One.node.js",
        "exports.One = class {\n  description = { displayName: 'One', name: 'one', group: [], version: 1, description: '', defaults: { name: 'One' }, \
         inputs: ['main'], outputs: ['main'], properties: [], credentials: [{ name: 'tokenApi', required: true }] };\n  \
         async execute() {\n    const { url } = await this.getCredentials('tokenApi');\n    const made = [];\n    \
         for (const item of this.getInputData()) made.push({ json: await this.helpers.httpRequestWithAuthentication.call(this, 'tokenApi', { url: `${url}/things` }) });\n    \
         return [made];\n  }\n};\n",
    );
    scene.write("credentials.json", &json!({ "tokenApi": { "url": scene.service.url() } }).to_string());
    let node =
        json!({ "type": "n8n-nodes-token.one", "credentials": { "tokenApi": { "id": "1", "name": "own" } } });
    let finished = scene.run(&node, &json!([{}, {}]));
    let (items, _) = of_node(&finished);
    assert_eq!(items.len(), 2, "{}", finished.stderr);
    let signed: Vec<String> = scene
        .service
        .requests()
        .iter()
        .map(|own| {
            format!(
                "{} {}",
                own["url"].as_str().unwrap_or_default(),
                own["headers"]["x-token"].as_str().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        signed,
        [
            "/login -",
            "/things?v=2 first-token",
            "/things?v=2 first-token",
            "/login -",
            "/things?v=2 second-token"
        ]
    );
}
