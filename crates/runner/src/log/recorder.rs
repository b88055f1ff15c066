//! Writes the log of one run, and knows what it says has happened already.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use heddle_node::{Items, Json, Upload, hexadecimal};
use heddle_workflow::Workflow;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::items::WrittenItems;
use super::{
    CalledWorkflows, ClaimRefused, Counts, NodePast, Past, Record, RunLog, RunPast, UnknownItems,
    WorkflowText,
};
use crate::events::Verdict;

/// The log of one run and of all runs within it.
pub(crate) struct Recorder {
    log: Arc<dyn RunLog>,
    run: Uuid,
    /// Whether more than calls is kept.
    keeps: AtomicBool,
    past: Past,
    /// What becomes of unknown items, where the run is taken up.
    unknown: Option<UnknownItems>,
    /// Whether only what has happened is shown, and nothing happens.
    shows_only: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Why nothing more can be kept.
    failure: Option<String>,
    /// The workflows that are called, by what they are called by.
    called: BTreeMap<String, Arc<Workflow>>,
    /// Digests of the texts that are in the log.
    texts: HashSet<String>,
    /// What became of the items of node runs.
    counts: HashMap<(Uuid, Arc<str>, usize), Counts>,
}

impl Recorder {
    /// The log of a run that begins. Where it does not keep runs, or `is_kept` says so, it is given calls alone.
    pub(crate) fn new(log: Arc<dyn RunLog>, run: Uuid, is_kept: bool) -> Self {
        Self {
            keeps: AtomicBool::new(is_kept && log.keeps_runs()),
            log,
            run,
            past: Past::default(),
            unknown: None,
            shows_only: false,
            state: Mutex::default(),
        }
    }

    /// The log of a run that is taken up, with what has happened.
    pub(crate) fn of_past(log: Arc<dyn RunLog>, run: Uuid, past: Past, unknown: UnknownItems) -> Self {
        let recorder = Self { unknown: Some(unknown), past, ..Self::new(log, run, true) };
        let called = recorder.past.called().filter_map(|(source, text)| {
            let workflow = Workflow::parse_bytes(source, text.as_bytes()).ok()?;
            Some((source.to_owned(), Arc::new(workflow)))
        });
        let called = called.collect();
        recorder.state().called = called;
        recorder
    }

    /// The same, to show what has happened: nothing is kept and nothing leaves.
    pub(crate) fn showing_only(mut self) -> Self {
        self.keeps = AtomicBool::new(false);
        self.shows_only = true;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether more than calls is kept.
    pub(crate) fn keeps(&self) -> bool {
        self.keeps.load(Ordering::Relaxed)
    }

    /// Whether the items of nodes with an effect are told from others.
    pub(crate) fn tells_items_apart(&self) -> bool {
        self.keeps() || self.log.tells_items_apart()
    }

    /// Keeps calls alone: the run has no effect.
    pub(crate) fn keep_calls_alone(&self) {
        self.keeps.store(false, Ordering::Relaxed);
    }

    /// Whether nothing happens but what has happened.
    pub(crate) fn shows_only(&self) -> bool {
        self.shows_only
    }

    /// The outermost run.
    pub(crate) fn run(&self) -> Uuid {
        self.run
    }

    /// Why the log could not take all that has happened; `None` where it could.
    pub(crate) fn failure(&self) -> Option<String> {
        self.state().failure.clone()
    }

    /// Whether the run of this execution is the outermost one.
    pub(crate) fn is_outermost(&self, execution: Uuid) -> bool {
        self.run == execution
    }

    /// What becomes of items of which nobody can tell whether they were sent.
    pub(crate) fn unknown(&self) -> UnknownItems {
        self.unknown.unwrap_or_default()
    }

    /// What has happened in a run.
    pub(crate) fn past_run(&self, execution: Uuid) -> Option<&RunPast> {
        self.past.run(execution)
    }

    /// The error workflows of an execution that were begun.
    pub(crate) fn failures_of(&self, execution: Uuid) -> Vec<&RunPast> {
        self.past.failures_of(execution).iter().filter_map(|run| self.past.run(*run)).collect()
    }

    /// All that has happened.
    pub(crate) fn past(&self) -> &Past {
        &self.past
    }

    /// What has happened in a run of a node.
    pub(crate) fn past_node(&self, execution: Uuid, node: &Arc<str>, run: usize) -> Option<Arc<NodePast>> {
        self.past.run(execution)?.node(node, run)
    }

    /// Keeps the record of a call.
    ///
    /// # Errors
    /// When it cannot be kept, or an earlier record of the run could not; with a [`ClaimRefused`] when it is a claim that the
    /// log could have kept.
    pub(crate) async fn append(&self, record: Record) -> io::Result<()> {
        if let Some(failure) = &self.state().failure {
            return Err(io::Error::other(failure.clone()));
        }
        self.log.append(self.run, record).await.inspect_err(|error| {
            if ClaimRefused::of(error).is_none() {
                self.state().failure.get_or_insert_with(|| error.to_string());
            }
        })
    }

    /// Keeps what an item reserves without a call of its own, where more than calls is kept.
    ///
    /// # Errors
    /// As of [`Self::append`].
    pub(crate) async fn reserve(&self, record: Record) -> io::Result<()> {
        if self.keeps() { self.append(record).await } else { Ok(()) }
    }

    /// Keeps a record, where more than calls is kept. One that cannot be kept lets no further call leave.
    pub(crate) async fn keep(&self, record: Record) {
        if self.keeps() {
            let _ = self.append(record).await;
        }
    }

    /// A workflow that is called by this, where the log or an earlier call has it.
    pub(crate) fn workflow(&self, source: &str) -> Option<Arc<Workflow>> {
        self.state().called.get(source).cloned()
    }

    /// Notes what a workflow is called by.
    pub(crate) fn note_workflow(&self, source: String, workflow: &Arc<Workflow>) {
        if self.keeps() {
            self.state().called.entry(source).or_insert_with(|| Arc::clone(workflow));
        }
    }

    /// The workflows that are known to be called, for the record of the run's start.
    pub(crate) fn called(&self) -> CalledWorkflows {
        let called = self.state().called.clone();
        called
            .into_iter()
            .map(|(source, workflow)| (source, self.text_of(&workflow, &OnceLock::new())))
            .collect()
    }

    /// A workflow as a record has it: with its text the first time. Its digest is worked out once.
    pub(crate) fn text_of(&self, workflow: &Workflow, digest: &OnceLock<String>) -> WorkflowText {
        let digest = digest.get_or_init(|| self::digest(&[text(workflow).as_bytes()])).clone();
        let is_new = !self.past.has_text(&digest) && self.state().texts.insert(digest.clone());
        WorkflowText {
            name: workflow.name.clone(),
            id: workflow.id.clone(),
            digest,
            text: is_new.then(|| text(workflow)),
        }
    }

    /// Counts what became of the items of a node run, as its metadata tells, those left out that `is_told_elsewhere`.
    pub(crate) fn count(
        &self,
        key: (Uuid, Arc<str>, usize),
        metadata: Option<&Json>,
        is_told_elsewhere: impl Fn(usize) -> bool,
    ) {
        let items = metadata.and_then(|metadata| metadata.get("items")?.as_array()).unwrap_or_default();
        let mut counts = Counts::default();
        for told in items {
            let item = told.get("item").and_then(Json::as_u64).and_then(|item| usize::try_from(item).ok());
            let verdict = told.get("outcome").and_then(Json::as_str).and_then(Verdict::named);
            if let (Some(verdict), false) = (verdict, item.is_some_and(&is_told_elsewhere)) {
                counts.add(verdict);
            }
        }
        self.add_counts(key, counts);
    }

    /// Counts what became of the items of a node run.
    pub(crate) fn add_counts(&self, key: (Uuid, Arc<str>, usize), counts: Counts) {
        if counts.all() > 0 {
            self.state().counts.insert(key, counts);
        }
    }

    /// What became of all items that were counted.
    pub(crate) fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for counts in self.state().counts.values() {
            sum.sent += counts.sent;
            sum.not_sent += counts.not_sent;
            sum.unknown += counts.unknown;
            sum.skipped += counts.skipped;
        }
        sum
    }
}

/// The text of a workflow.
pub(crate) fn text(workflow: &Workflow) -> Arc<str> {
    match workflow.text() {
        Some(text) => Arc::from(text),
        None => Arc::from(workflow.to_json().to_json_string()),
    }
}

/// The half of a SHA-256, in hexadecimal digits: enough to tell things apart.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    short(hasher)
}

/// The digest of a body that is sent piece by piece: of its bytes, wherever they lie.
pub(crate) fn digest_of_upload(upload: &Upload) -> String {
    const BLOCK: usize = 64 * 1024;
    let mut hasher = Sha256::new();
    hasher.update(upload.size().to_le_bytes());
    for piece in upload.pieces() {
        // What cannot be read now cannot leave either: the call says so.
        let Ok(mut reader) = piece.open() else { continue };
        while let Ok(block) = reader.next_block(BLOCK)
            && !block.is_empty()
        {
            hasher.update(&block);
        }
    }
    short(hasher)
}

fn short(hasher: Sha256) -> String {
    hexadecimal(&hasher.finalize()[..16])
}

/// Tells the items of inputs from others.
pub(crate) fn digest_of_items<'i>(inputs: impl IntoIterator<Item = Option<&'i Items>>) -> String {
    struct Hashing(Sha256);

    impl io::Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut writer = io::BufWriter::with_capacity(1 << 16, Hashing(Sha256::new()));
    for items in inputs {
        let items = items.map_or(&[][..], |items| items.as_slice());
        // Whatever cannot be written is the same for the same items.
        let _ = heddle_node::json::to_writer(&mut writer, &WrittenItems(items));
        let _ = io::Write::write_all(&mut writer, b"\n");
    }
    match writer.into_inner() {
        Ok(hashing) => short(hashing.0),
        Err(_) => String::new(),
    }
}
