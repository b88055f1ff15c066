//! The report of `--report`: JSON lines that say what becomes of each item of each node that sends, written as it happens
//! (`docs/report.md`).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heddle_node::{Effect, hexadecimal};
use heddle_runner::events::{Event, NodeSite, Origin, RunSite};
use heddle_runner::log::{Record, StoredCall};
use heddle_runner::{ItemSelection, NodeRunKey, SelectedItems};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::failure::Failure;
use crate::verdicts::{OpenItem, ranges};

/// The version of the format.
pub(crate) const VERSION: u64 = 1;

/// What a report is about: with others, its item numbers would mean other items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The workflow file, and the SHA-256 of its text.
    pub(crate) workflow: (String, String),
    /// The items' file, and the SHA-256 of what was read.
    pub(crate) input: Option<(String, String)>,
    /// The node that the run was told to start at.
    pub(crate) start: Option<String>,
    /// Whether pinned data counts.
    pub(crate) pins: bool,
    /// The SHA-256 of the variables that expressions see, where it is known.
    pub(crate) variables: Option<String>,
}

/// An item: its execution, its node, the node's run and its number.
type Item = (Uuid, String, usize, usize);

/// Whom an item is for, and the id under which the service knows it.
#[derive(Clone, Default)]
struct Addressee {
    recipient: Option<String>,
    sender_id: Option<String>,
}

/// A report that is being written. A line is in the file before anything else happens.
pub(crate) struct Report {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    runs: HashMap<Uuid, Arc<RunSite>>,
    /// Whom the items are for whose call has left and that have not ended.
    started: HashMap<Item, Addressee>,
    /// Why lines are missing.
    error: Option<io::Error>,
}

impl Report {
    /// Begins a report. What a file of that name holds is kept, with a number behind the name.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let failure = |error: io::Error| Failure::file("write the report", path, &error);
        if std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0) {
            std::fs::rename(path, free_name(path)).map_err(failure)?;
        }
        let file = File::create(path).map_err(failure)?;
        let state = State { file, runs: HashMap::new(), started: HashMap::new(), error: None };
        Ok(Self { path: path.to_owned(), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the first line, and what of the workflow is to run.
    pub(crate) fn begin(
        &self,
        execution: Uuid,
        subject: &Subject,
        only: Option<&ItemSelection>,
    ) -> Result<(), Failure> {
        let file = |(file, hash): &(String, String)| json!({ "file": file, "sha256": hash });
        let mut state = self.state();
        state.write(json!({
            "type": "head",
            "version": VERSION,
            "heddle": env!("CARGO_PKG_VERSION"),
            "execution": execution.to_string(),
            "workflow": file(&subject.workflow),
            "input": subject.input.as_ref().map(file),
            "start": subject.start,
            "pins": subject.pins,
            "variables": subject.variables,
            "time": now(),
        }));
        let mut runs: Vec<(&NodeRunKey, &SelectedItems)> =
            only.into_iter().flat_map(ItemSelection::runs).collect();
        runs.sort_by_key(|(key, _)| *key);
        for (key, selected) in runs {
            let callers: Vec<Value> = key
                .callers
                .iter()
                .map(|caller| json!({ "node": caller.node, "run": caller.run, "item": caller.item }))
                .collect();
            let items: Vec<usize> = selected.items.iter().copied().collect();
            state.write(json!({
                "type": "selected", "callers": callers, "node": key.node, "run": key.run,
                "items": ranges(&items), "of": selected.of,
            }));
        }
        for node in only.into_iter().flat_map(ItemSelection::closed) {
            state.write(json!({ "type": "selected", "callers": [], "node": node, "run": null, "items": "" }));
        }
        match state.error.take() {
            None => Ok(()),
            Some(error) => Err(Failure::file("write the report", &self.path, &error)),
        }
    }

    /// Takes an event.
    pub(crate) fn take(&self, event: &Event) {
        match event {
            Event::RunStarted { run, sending_nodes, .. } => {
                let mut state = self.state();
                state.runs.insert(run.execution, Arc::clone(run));
                if !sending_nodes.is_empty() {
                    let mut line = Map::new();
                    line.insert("type".to_owned(), json!("run"));
                    line.insert("callers".to_owned(), callers(run));
                    line.insert("workflow".to_owned(), json!(run.workflow));
                    line.insert("sendingNodes".to_owned(), json!(sending_nodes));
                    state.write_timed(line);
                }
            }
            Event::RunFinished { run, .. } => drop(self.state().runs.remove(&run.execution)),
            Event::NodeStarted { at, items, effect, digest } if *effect != Effect::Pure => {
                let mut line = place("node", at);
                line.insert("items".to_owned(), json!(items));
                line.insert("digest".to_owned(), json!(digest));
                self.state().write_timed(line);
            }
            Event::ItemDone { at, item, verdict: Some(verdict), error, skipped, recipient, sender_id } => {
                let mut line = place("ended", at);
                line.insert("item".to_owned(), json!(item));
                let mut state = self.state();
                let started = state.started.remove(&item_of(at, *item)).unwrap_or_default();
                let recipient = filled(recipient.as_deref()).or(started.recipient);
                let sender_id = filled(sender_id.as_deref()).or(started.sender_id);
                line.insert("recipient".to_owned(), json!(recipient));
                line.insert("verdict".to_owned(), json!(verdict.as_str()));
                line.insert("senderId".to_owned(), json!(sender_id));
                let reason = error.as_ref().map(|error| error.message.clone());
                let reason = reason.or(skipped.as_ref().map(ToString::to_string));
                line.insert("reason".to_owned(), json!(reason));
                state.write_timed(line);
            }
            _ => {}
        }
    }

    /// Writes what is known of an item that did not come to its end.
    pub(crate) fn settle(&self, open: &OpenItem) {
        let mut state = self.state();
        let started = state.started.remove(&item_of(&open.at, open.item)).unwrap_or_default();
        let mut line = place("ended", &open.at);
        line.insert("item".to_owned(), json!(open.item));
        line.insert("recipient".to_owned(), json!(started.recipient));
        line.insert("verdict".to_owned(), json!(open.verdict.as_str()));
        line.insert("senderId".to_owned(), json!(started.sender_id));
        line.insert("reason".to_owned(), json!("the run was ended before the item was"));
        state.write_timed(line);
    }

    /// Writes the last line.
    pub(crate) fn end(&self, status: &str) -> Result<(), Failure> {
        let mut state = self.state();
        state.write(json!({ "type": "end", "status": status, "time": now() }));
        match state.error.take() {
            None => Ok(()),
            Some(error) => Err(Failure::failed(format!(
                "the report {} is not complete: {error}",
                crate::commands::name_of(&self.path)
            ))),
        }
    }
}

impl Report {
    /// Writes the start of a call with an effect. A call whose start cannot be written does not leave.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn append(&self, record: &Record) -> io::Result<()> {
        let call = match record {
            Record::CallStarted(call) if call.effect != Effect::Pure => &**call,
            _ => return Ok(()),
        };
        let StoredCall { key, id, request, order_key, sender_id, named_item, .. } = call;
        let item = named_item.unwrap_or(key.item);
        let mut state = self.state();
        let Some(of) = state.runs.get(id).cloned() else {
            return Err(io::Error::other("nobody has told of this run"));
        };
        let at = NodeSite { of, node: Arc::clone(&key.node), run: key.run };
        let addressee =
            Addressee { recipient: filled(order_key.as_deref()), sender_id: filled(sender_id.as_deref()) };
        let mut line = place("started", &at);
        line.insert("item".to_owned(), json!(item));
        line.insert("recipient".to_owned(), json!(addressee.recipient));
        line.insert("senderId".to_owned(), json!(addressee.sender_id));
        state.started.insert(item_of(&at, item), addressee);
        line.insert("call".to_owned(), json!(key.call));
        line.insert("attempt".to_owned(), json!(key.attempt));
        line.insert("request".to_owned(), json!(request));
        state.write_timed(line);
        match &state.error {
            None => Ok(()),
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

impl State {
    fn write_timed(&mut self, mut line: Map<String, Value>) {
        line.insert("time".to_owned(), json!(now()));
        self.write(Value::Object(line));
    }

    /// One write a line: whatever ends the process, the file holds whole lines.
    fn write(&mut self, line: Value) {
        if let Err(error) = self.file.write_all(format!("{line}\n").as_bytes()) {
            self.error.get_or_insert(error);
        }
    }
}

/// The start of a line: its type, and the node run that it is about.
fn place(kind: &str, at: &NodeSite) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("type".to_owned(), json!(kind));
    line.insert("callers".to_owned(), callers(&at.of));
    line.insert("node".to_owned(), json!(at.node));
    line.insert("run".to_owned(), json!(at.run));
    line
}

fn item_of(at: &NodeSite, item: usize) -> Item {
    (at.of.execution, at.node.to_string(), at.run, item)
}

/// A text that says something.
fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The calls that lead to a run, outermost first.
fn callers(run: &RunSite) -> Value {
    run.origins()
        .into_iter()
        .map(|origin| match origin {
            Origin::Call { by, item } => json!({ "node": by.node, "run": by.run, "item": item }),
            Origin::FailureOf(run) => json!({ "failureOf": run.execution.to_string() }),
        })
        .collect()
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn hash(text: &[u8]) -> String {
    hexadecimal(Sha256::digest(text))
}

/// The first of `FILE.1`, `FILE.2` and so on that does not exist.
fn free_name(path: &Path) -> PathBuf {
    let mut number = 1_u64;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        if !Path::new(&name).exists() {
            return PathBuf::from(name);
        }
        number += 1;
    }
}

/// Passes on what is read, and hashes it.
pub(crate) struct HashingReader<R> {
    reader: R,
    hasher: Sha256,
}

impl<R: io::Read> HashingReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, hasher: Sha256::new() }
    }

    /// The hash of everything, also of what nobody has read.
    pub(crate) fn finish(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(hexadecimal(self.hasher.finalize()))
    }
}

impl<R: io::Read> io::Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
