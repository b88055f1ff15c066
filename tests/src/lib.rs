//! What the end-to-end tests share: the built binary, files of this folder, and a sandbox to talk to.

pub mod compare;
pub mod hostile_service;
#[cfg(unix)]
pub mod kept;
pub mod measure;
pub mod oracle;
pub mod readers;
pub mod recorded;
pub mod sandbox_process;
pub mod scripted_service;
pub mod serving;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use wts_sandbox::{Fault, FaultRule, LedgerEntry, RecordedRequest, Sandbox, SandboxOptions};

/// The `heddle` binary of this build, built at its first use, without this environment's credentials.
///
/// # Panics
/// When it cannot be built.
pub fn heddle() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    command(BINARY.get_or_init(|| build(&["--bin", "heddle"]).join("heddle")))
}

/// An example of the command line's package, built as the binary is.
///
/// # Panics
/// When it cannot be built.
pub fn example(name: &str) -> Command {
    command(&build(&["--example", name]).join("examples").join(name))
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
    // Tests keep no runs but where they say so.
    command.env_remove("HEDDLE_CREDENTIAL_WTSAPI").env("HEDDLE_STORE", "").stdin(Stdio::null());
    command
}

/// Builds a part of the command line's package, and gives the folder that it lies in.
fn build(part: &[&str]) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("the test lies in target/<profile>/deps");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--locked", "--package", "heddle"]).args(part).current_dir(root());
    if profile.ends_with("release") {
        build.arg("--release");
    }
    // What cargo tells this test of its own package would have build scripts run again that look at it.
    for (name, _) in std::env::vars_os() {
        let is_of_package = name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"));
        if is_of_package {
            build.env_remove(name);
        }
    }
    let status = build.status().expect("cargo runs");
    assert!(status.success(), "{part:?} does not build");
    profile.to_owned()
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this folder lies in the repository")
}

/// A file of `tests/workflows`.
pub fn workflow(name: &str) -> PathBuf {
    root().join("tests/workflows").join(name)
}

/// Every file in a folder and the folders in it.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// What a finished command has printed.
pub struct Finished {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        command.output().expect("the binary runs").into()
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// A WTS Chat sandbox in this process, a folder for files, and the credential that reaches it.
pub struct Service {
    // The sandbox ends before its runtime.
    sandbox: Option<Sandbox>,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Service {
    /// A sandbox without rate limits.
    pub fn start() -> Self {
        Self::start_with(SandboxOptions::unlimited())
    }

    /// A sandbox that is set up so. Its credential file turns the host's own pacing off.
    pub fn start_with(options: SandboxOptions) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let sandbox = runtime.block_on(Sandbox::start(options)).expect("the sandbox starts");
        let folder = tempfile::tempdir().expect("a folder can be made");
        let service = Self { sandbox: Some(sandbox), runtime, folder };
        service.write_credential(json!({ "rateLimits": [] }));
        service
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("it runs until the end")
    }

    /// Adds a fault rule.
    pub fn fault(&self, rule: FaultRule) {
        self.sandbox().add_fault(rule).expect("the rule is valid");
    }

    /// The accepted sends.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.sandbox().ledger()
    }

    /// The requests that arrived.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.sandbox().requests()
    }

    /// Writes a file into the service's folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("the file can be written");
        path
    }

    /// Writes the credential file anew, with further fields.
    pub fn write_credential(&self, more: Value) {
        let mut data = json!({ "apiKey": wts_sandbox::seed::TOKEN, "baseUrl": self.sandbox().url() });
        for (key, value) in more.as_object().into_iter().flatten() {
            data[key] = value.clone();
        }
        let path = self.write("credentials.json", json!({ "wtsApi": data }).to_string());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let owner_alone = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&path, owner_alone).expect("it is ours");
        }
        drop(path);
    }

    /// `heddle run` of a workflow with items and the service's credential.
    pub fn run(&self, workflow: &Value, items: &Value) -> Command {
        let workflow = self.write("workflow.json", workflow.to_string());
        let items = self.write("items.json", items.to_string());
        let mut command = heddle();
        command
            .arg("run")
            .arg(workflow)
            .arg("--input")
            .arg(items)
            .arg("--credentials")
            .arg(self.folder.path().join("credentials.json"));
        command
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        self.sandbox.take();
    }
}

/// A workflow of a manual trigger and one WTS Chat node named `Send`, whose parameters are the minimal ones (recipient
/// `={{ $json.to }}`) with `parameters` over them, and whose further keys are `keys`.
pub fn sending_workflow(parameters: Value, keys: Value) -> Value {
    let mut all = json!({
        "resource": "chatbot",
        "operation": "sendChatbot",
        "chatbotId": wts_sandbox::seed::BOT_WELCOME_KEY,
        "channelId": wts_sandbox::seed::CHANNEL_WHATSAPP_ID,
        "numberToSend": "={{ $json.to }}",
    });
    add(&mut all, &parameters);
    let mut node = json!({
        "id": "2", "name": "Send", "type": "n8n-nodes-wts.wtsChat", "typeVersion": 1, "position": [200, 0],
        "parameters": all,
        "credentials": { "wtsApi": { "id": "1", "name": "WTS" } },
    });
    add(&mut node, &keys);
    json!({
        "name": "Send",
        "nodes": [
            { "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
              "position": [0, 0], "parameters": {} },
            node,
        ],
        "connections": { "Start": { "main": [[{ "node": "Send", "type": "main", "index": 0 }]] } },
        "settings": { "executionOrder": "v1" },
    })
}

fn add(object: &mut Value, members: &Value) {
    for (key, value) in members.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
}

/// A workflow whose first node is a trigger by hand, begun by a call in its place.
pub fn begun_by_call(mut workflow: Value) -> Value {
    add(
        &mut workflow["nodes"][0],
        &json!({
            "type": "n8n-nodes-base.executeWorkflowTrigger", "typeVersion": 1.1,
            "parameters": { "inputSource": "passthrough" },
        }),
    );
    workflow
}

/// A workflow whose node `Call` calls the one with the id `called` for each item. `parameters` and `keys` of the node are
/// added to it.
pub fn calling_workflow(parameters: Value, keys: Value) -> Value {
    let mut all = json!({
        "mode": "each", "options": {}, "workflowId": { "__rl": true, "mode": "id", "value": "called" },
    });
    add(&mut all, &parameters);
    let mut call = json!({
        "name": "Call", "type": "n8n-nodes-base.executeWorkflow", "typeVersion": 1.2, "position": [0, 0],
        "parameters": all,
    });
    add(&mut call, &keys);
    begun_by_hand("Parent", call)
}

/// A workflow whose node `Code` takes all items at once, and makes two calls to the `url` of the first.
pub fn code_with_two_calls() -> Value {
    let code = "for (const n of [1, 2]) { await this.helpers.httpRequest({ method: 'POST', url: $json.url, body: { n } }); }\n\
                return [{ json: { done: true } }];";
    let code = json!({
        "name": "Code", "type": "n8n-nodes-base.code", "typeVersion": 2, "position": [0, 0],
        "parameters": { "jsCode": code },
    });
    begun_by_hand("Code", code)
}

fn begun_by_hand(name: &str, node: Value) -> Value {
    let to = node["name"].clone();
    json!({
        "name": name, "settings": { "executionOrder": "v1" },
        "nodes": [
            { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0],
              "parameters": {} },
            node,
        ],
        "connections": { "Start": { "main": [[{ "node": to, "type": "main", "index": 0 }]] } },
    })
}

/// A refusal that proves nothing was sent, and that another try may not meet.
pub fn too_early() -> Fault {
    Fault::Custom {
        status: 425,
        content_type: "application/json".to_owned(),
        body: json!({ "text": "Too early" }).to_string(),
        accepted: false,
    }
}

/// Items `{to}` for `count` different recipients.
pub fn recipients(count: usize) -> Value {
    (0..count).map(|number| json!({ "to": recipient(number) })).collect()
}

/// The phone number of the recipient `number`.
pub fn recipient(number: usize) -> String {
    format!("55119{number:08}")
}
