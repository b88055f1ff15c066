//! What n8n did, asked once and kept in a file.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use heddle_tests::oracle::Oracle;
use heddle_tests::scripted_service::ScriptedService;
use serde_json::{Value, json};

use crate::judge::Deed;

/// n8n ends a run after so many milliseconds.
const LONGEST_RUN: u64 = 6000;
/// So long a process is waited for.
const LONGEST_LOOK: Duration = Duration::from_secs(40);
/// After so many runs n8n is started anew, since it keeps every node in memory.
const RUNS_OF_A_PROCESS: usize = 400;

/// n8n, behind what it is known to do.
pub(crate) struct Kept {
    known: HashMap<u64, Value>,
    file: File,
    packages: Vec<PathBuf>,
    oracle: Option<Oracle>,
    runs: usize,
}

impl Kept {
    pub(crate) fn open(path: Option<PathBuf>, packages: &[PathBuf]) -> Result<Self, String> {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let path = path.unwrap_or_else(|| home.join(".cache/heddle/operations.ndjson"));
        let told = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let mut known = HashMap::new();
        if let Ok(file) = File::open(&path) {
            for line in BufReader::new(file).lines().map_while(Result::ok) {
                // A line that a run left half written is asked for again.
                let Ok(entry) = serde_json::from_str::<Value>(&line) else { continue };
                if let Some(key) = entry["key"].as_u64() {
                    known.insert(key, entry["value"].clone());
                }
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(told)?;
        Ok(Self { known, file, packages: packages.to_vec(), oracle: None, runs: 0 })
    }

    /// The answer to a question, as it is kept or as n8n gives it.
    fn ask(&mut self, question: &Value) -> Result<Value, String> {
        let key = key_of(question);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let value = self.ask_n8n(question)?;
        self.keep(key, &value)?;
        Ok(value)
    }

    fn keep(&mut self, key: u64, value: &Value) -> Result<(), String> {
        writeln!(self.file, "{}", json!({ "key": key, "value": value }))
            .map_err(|error| error.to_string())?;
        self.known.insert(key, value.clone());
        Ok(())
    }

    fn ask_n8n(&mut self, question: &Value) -> Result<Value, String> {
        self.runs += 1;
        if self.runs.is_multiple_of(RUNS_OF_A_PROCESS) {
            self.oracle = None;
        }
        if self.oracle.is_none() {
            let mut arguments = Vec::new();
            // n8n's own nodes are there by themselves.
            for package in self.packages.iter().filter(|own| !own.ends_with("n8n-nodes-base")) {
                arguments.extend(["--packages".to_owned(), package.display().to_string()]);
            }
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            self.oracle = Oracle::start_with(&arguments);
        }
        let Some(oracle) = &mut self.oracle else {
            return Err("skipped: there is no n8n to compare with".to_owned());
        };
        let watch = Watch::over(oracle.process_id());
        let told = oracle.ask_once(question);
        drop(watch);
        told.map_err(|_| {
            self.oracle = None;
            "skipped: n8n dies of it, or never ends".to_owned()
        })
    }

    /// The description of a node type: `{ version, description }`.
    pub(crate) fn describe(&mut self, type_name: &str) -> Result<(f64, Value), String> {
        let told = self.ask(&json!({ "describe": type_name }))?;
        let own = &told["description"];
        if let Some(versions) = own["versions"].as_object() {
            let version = own["defaultVersion"].as_f64().unwrap_or(1.0);
            let description =
                versions.iter().find(|(known, _)| known.parse() == Ok(version)).map(|(_, own)| own.clone());
            return description
                .map(|own| (version, own))
                .ok_or_else(|| format!("{type_name} has no version {version}"));
        }
        let description = own["description"].clone();
        if !description.is_object() {
            return Err(format!("skipped: n8n does not describe it: {}", told["error"]["message"]));
        }
        let latest = match &description["version"] {
            Value::Array(list) => list.iter().filter_map(Value::as_f64).fold(1.0, f64::max),
            version => version.as_f64().unwrap_or(1.0),
        };
        let version = description["defaultVersion"].as_f64().unwrap_or(latest);
        Ok((version, description))
    }

    /// The description of a credential type.
    pub(crate) fn credential(&mut self, name: &str) -> Value {
        let told = self.ask(&json!({ "describeCredential": { "type": name } }));
        told.map(|told| told["result"].clone()).unwrap_or_default()
    }

    /// What n8n did with a workflow, with the answers that it got.
    pub(crate) fn run(
        &mut self,
        workflow: &Value,
        credentials: &Value,
        items: &Value,
    ) -> Result<(Deed, Value), String> {
        let question = json!({ "workflow": workflow, "credentials": used(workflow, credentials), "items": items, "timeoutMs": LONGEST_RUN });
        let key = key_of(&question);
        if let Some(known) = self.known.get(&key) {
            return read(known);
        }
        let mut best: Option<Value> = None;
        for answers in answers() {
            let service = ScriptedService::start(&answers);
            let mut question = question.clone();
            question["routes"] = json!({ "*": service.url() });
            let told = match self.ask_n8n(&question) {
                Ok(told) => told,
                Err(reason) => {
                    self.keep(key, &json!({ "skipped": reason }))?;
                    return Err(reason);
                }
            };
            let deed = Deed::of_oracle(&told, service.requests());
            let has_ended = told["status"] != "canceled";
            let is_good = deed.gave_items();
            let sends = !deed.requests.is_empty();
            let entry = match has_ended {
                true => json!({ "deed": deed.to_json(), "answers": answers }),
                false => json!({ "skipped": "skipped: n8n does not end within the time" }),
            };
            if is_good || best.is_none() || best.as_ref().is_some_and(|best| best.get("skipped").is_some()) {
                best = Some(entry);
            }
            // Another answer changes nothing where none was asked for.
            if is_good || !sends {
                break;
            }
        }
        let best = best.unwrap_or_default();
        self.keep(key, &best)?;
        read(&best)
    }
}

/// Ends a process that takes too long.
struct Watch(Arc<AtomicBool>);

impl Watch {
    fn over(process: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for _ in 0..LONGEST_LOOK.as_millis() / 100 {
                std::thread::sleep(Duration::from_millis(100));
                if own.load(Ordering::SeqCst) {
                    return;
                }
            }
            // It may be over by now.
            let _ = std::process::Command::new("kill").args(["-9", &process.to_string()]).status();
        });
        Self(is_over)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn read(known: &Value) -> Result<(Deed, Value), String> {
    match known["skipped"].as_str() {
        Some(reason) => Err(reason.to_owned()),
        None => Ok((Deed::from_json(&known["deed"]), known["answers"].clone())),
    }
}

/// The credentials that a workflow names.
fn used(workflow: &Value, credentials: &Value) -> Value {
    let names = workflow["nodes"][1]["credentials"].as_object().cloned().unwrap_or_default();
    names
        .keys()
        .map(|name| (name.clone(), credentials[name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn key_of(question: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    question.to_string().hash(&mut hasher);
    hasher.finish()
}

/// Answers that services may give: an object, a list, an object in an object.
fn answers() -> Vec<Value> {
    let record = json!({
        "id": "r1", "_id": "r1", "uuid": "r1", "key": "K-1", "name": "Ann", "title": "Title", "email": "ann@example.com", "value": "v1",
        "type": "person", "status": "open", "text": "text", "slug": "ann", "created_at": "2024-01-02T03:04:05Z", "count": 1,
        "url": "https://service.example.com/r1", "fields": { "name": "Ann" }, "properties": {}, "attributes": { "name": "Ann" },
    });
    let mut object = record.clone();
    for name in [
        "data",
        "items",
        "results",
        "records",
        "contacts",
        "users",
        "list",
        "messages",
        "members",
        "channels",
        "issues",
        "projects",
        "tasks",
        "files",
        "values",
        "bases",
        "tables",
        "lists",
        "boards",
        "cards",
        "pages",
        "posts",
        "comments",
        "groups",
        "accounts",
        "leads",
        "deals",
        "campaigns",
        "forms",
        "invoices",
        "payments",
        "documents",
        "folders",
        "workspaces",
        "teams",
        "labels",
        "tags",
        "rows",
        "choices",
        "entries",
        "objects",
        "response",
        "companies",
        "deals",
        "orders",
        "products",
        "customers",
        "tickets",
        "events",
    ] {
        object[name] = json!([record]);
    }
    for (name, value) in [
        ("ok", json!(true)),
        ("success", json!(true)),
        ("has_more", json!(false)),
        ("hasMore", json!(false)),
        ("total", json!(1)),
        ("access_token", json!("given-token")),
        ("token", json!("given-token")),
        ("token_type", json!("Bearer")),
        ("expires_in", json!(3600)),
    ] {
        object[name] = value;
    }
    for name in [
        "channel", "user", "message", "file", "contact", "person", "issue", "ticket", "task", "project",
        "result", "record", "item", "page", "profile",
    ] {
        object[name] = record.clone();
    }
    let mut nested = record.clone();
    nested["data"] = object.clone();
    nested["result"] = object.clone();
    nested["ok"] = json!(true);
    nested["success"] = json!(true);
    let answer = |body: Value| json!([{ "body": body, "headers": { "content-type": "application/json" } }]);
    vec![answer(object), answer(json!([record])), answer(nested)]
}
