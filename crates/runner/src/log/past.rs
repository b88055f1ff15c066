//! What the log of a run says has happened, for whoever takes the run up or tells about it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use heddle_node::{Delivery, Effect, Json, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    CallKey, Counts, ItemDone, NodeDone, NodeKey, Origin, Record, RunEnded, RunStarted, StoredAnswer,
    StoredCall, StoredFailure, WorkflowText,
};
use crate::events::{SkipReason, Verdict};
use crate::policy::Happened;
use crate::selection::{CallerKey, NodeRunKey};
use crate::stored_options::StoredOptions;

/// What becomes of items of which nobody can tell whether they were sent, where a run is taken up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnknownItems {
    /// They stay unknown, take the error way of their node, and do not stop the run.
    #[default]
    Keep,
    /// They count as sent, and go on with the fields of their input.
    Sent,
    /// They are sent, perhaps for a second time.
    Resend,
}

/// What has happened in a run and the runs within it.
#[derive(Debug, Default)]
pub struct Past {
    runs: HashMap<Uuid, RunPast>,
    /// The executions in the order in which they began, the outermost first.
    order: Vec<Uuid>,
    texts: HashMap<String, Arc<str>>,
    called: BTreeMap<String, WorkflowText>,
    /// The error workflows of executions.
    failures: HashMap<Uuid, Vec<Uuid>>,
    /// Whether the run waits, and until when.
    waits_until: Option<i64>,
}

/// What has happened in one run of a workflow.
#[derive(Debug)]
pub struct RunPast {
    /// What it began with.
    pub started: RunStarted,
    /// How it last ended; absent while it has not.
    pub ended: Option<RunEnded>,
    nodes: Vec<Arc<NodePast>>,
    by_name: HashMap<(Arc<str>, usize), usize>,
}

/// What has happened in one run of a node.
#[derive(Debug, Clone)]
pub struct NodePast {
    /// The node run.
    pub key: NodeKey,
    /// Its items, where it began with an effect to have.
    pub started: Option<PastItems>,
    /// How it last ended.
    pub done: Option<NodeDone>,
    /// The runs that it has called.
    pub children: Vec<PastChild>,
    /// The last try of a node that takes its items all at once, when it last ended.
    done_in_try: u32,
    items: HashMap<usize, ItemDone>,
    calls: HashMap<usize, Vec<PastCall>>,
    /// How far has come what the service had accepted, as it last said.
    deliveries: HashMap<usize, Delivery>,
}

/// A run that a node has called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastChild {
    /// The execution, as the log knows it.
    pub execution: Uuid,
    /// The item that it was called for; `None` when it was called for all at once.
    pub item: Option<usize>,
    /// The try of the item.
    pub item_try: u32,
}

/// The items that a node run has begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastItems {
    /// How many there are.
    pub count: usize,
    /// Tells them from others.
    pub digest: String,
    /// The gravest effect that any of them can have.
    pub effect: Effect,
    /// Whether the node takes them all at once.
    pub all_at_once: bool,
}

/// A call that has left.
#[derive(Debug, Clone)]
pub struct PastCall {
    /// What has left.
    pub started: StoredCall,
    /// What came of each attempt; `None` for one without an end.
    pub(crate) attempts: Vec<Option<PastEnd>>,
}

/// How an attempt at a call has ended.
#[derive(Debug, Clone)]
pub(crate) struct PastEnd {
    pub(crate) happened: Happened,
    pub(crate) outcome: Outcome,
    pub(crate) answer: Option<Box<StoredAnswer>>,
    pub(crate) failure: Option<Box<StoredFailure>>,
}

/// What is known of an item whose node run is taken up.
pub(crate) enum Settled<'a> {
    /// It has ended so.
    Done(&'a ItemDone),
    /// Nobody can tell whether it was sent, and it is to count as sent.
    CountsAsSent(Option<&'a ItemDone>),
}

impl Past {
    /// Reads the records of a run, in their order.
    pub fn read(records: Vec<Record>) -> Self {
        let mut past = Self::default();
        for record in records {
            past.take(record);
        }
        past.leave_out();
        past
    }

    /// Notes the items that were not to run: they were not reached, and are skipped all the same.
    fn leave_out(&mut self) {
        let options = self.outermost().and_then(|run| run.started.options.as_deref());
        let Some(only) = options.and_then(StoredOptions::only) else { return };
        for execution in self.order.clone() {
            let Some(callers) = self.callers(execution) else { continue };
            let Some(run) = self.runs.get_mut(&execution) else { continue };
            for node in &mut run.nodes {
                let (name, index) = (node.key.node.to_string(), node.key.run);
                let key = NodeRunKey { callers: callers.clone(), node: name, run: index };
                let count = node.started.as_ref().map_or(0, |started| started.count);
                let Some(selected) = only.items_of_run(&key) else { continue };
                let node = Arc::make_mut(node);
                for item in (0..count).filter(|item| !selected.items.contains(item)) {
                    let key = node.key.clone();
                    node.items.entry(item).or_insert_with(|| ItemDone::skipped(key, item));
                }
            }
        }
    }

    /// The calls that lead to a run, outermost first; `None` for an error workflow.
    pub fn callers(&self, execution: Uuid) -> Option<Vec<CallerKey>> {
        let mut callers = Vec::new();
        let mut origin = self.run(execution)?.started.origin.as_ref();
        while let Some(found) = origin {
            let Origin::Call { by, item, .. } = found else { return None };
            callers.push(CallerKey { node: by.node.to_string(), run: by.run, item: *item });
            origin = self.run(by.execution)?.started.origin.as_ref();
        }
        callers.reverse();
        Some(callers)
    }

    /// What has happened in the outermost run; `None` where nothing is kept of it.
    pub fn outermost(&self) -> Option<&RunPast> {
        self.runs.get(self.order.first()?)
    }

    /// What has happened in a run.
    pub fn run(&self, execution: Uuid) -> Option<&RunPast> {
        self.runs.get(&execution)
    }

    /// All runs, in the order in which they began.
    pub fn runs(&self) -> impl Iterator<Item = &RunPast> {
        self.order.iter().filter_map(|execution| self.runs.get(execution))
    }

    /// The error workflows of an execution.
    pub(crate) fn failures_of(&self, execution: Uuid) -> &[Uuid] {
        self.failures.get(&execution).map_or(&[], Vec::as_slice)
    }

    /// Until when the run waits, in milliseconds since 1970, where it last began to wait.
    pub fn waits_until(&self) -> Option<i64> {
        self.waits_until
    }

    /// The text of a workflow.
    pub fn text(&self, digest: &str) -> Option<&Arc<str>> {
        self.texts.get(digest)
    }

    /// The workflows that it has called or may call, by what they are called by.
    pub(crate) fn called(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.called
            .iter()
            .filter_map(|(source, workflow)| Some((source.as_str(), self.text(&workflow.digest)?)))
    }

    pub(crate) fn has_text(&self, digest: &str) -> bool {
        self.texts.contains_key(digest)
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::RunStarted(started) => self.begin(*started),
            Record::Resumed { .. } | Record::Reserved { .. } => {}
            Record::NodeStarted { key, items, digest, effect, all_at_once } => {
                if let Some(node) = self.node(&key) {
                    node.started = Some(PastItems { count: items, digest, effect, all_at_once });
                }
            }
            Record::CallStarted(call) => {
                if let Some(node) = self.node(&node_of(&call.key)) {
                    node.call(*call);
                }
            }
            Record::CallEnded { key, happened, outcome, answer, failure } => {
                if let Some(node) = self.node(&node_of(&key)) {
                    node.end(&key, PastEnd { happened, outcome, answer, failure });
                }
            }
            Record::ItemDone(item) => {
                self.waits_until = None;
                if let Some(node) = self.node(&item.key) {
                    node.items.insert(item.item, *item);
                }
            }
            Record::Delivery { key, item, delivery, .. } => {
                if let Some(node) = self.node(&key) {
                    node.deliveries.insert(item, delivery);
                }
            }
            Record::NodeDone(done) => {
                self.waits_until = None;
                if let Some(node) = self.node(&done.key) {
                    node.done_in_try = node.last_try(0);
                    node.done = Some(*done);
                }
            }
            Record::Waiting { until, .. } => self.waits_until = Some(until),
            Record::RunEnded(ended) => {
                if let Some(run) = self.runs.get_mut(&ended.execution) {
                    run.ended = Some(*ended);
                }
            }
        }
    }

    fn begin(&mut self, mut started: RunStarted) {
        let mut keep = |workflow: &mut WorkflowText| {
            if let Some(text) = workflow.text.take() {
                self.texts.insert(workflow.digest.clone(), text);
            }
        };
        keep(&mut started.workflow);
        for (source, mut workflow) in std::mem::take(&mut started.called) {
            keep(&mut workflow);
            self.called.insert(source, workflow);
        }
        let execution = started.execution;
        if let Some(Origin::Call { by, item, item_try }) = started.origin.clone() {
            let child = PastChild { execution, item, item_try };
            if let Some(caller) = self.node(&by)
                && !caller.children.contains(&child)
            {
                caller.children.push(child);
            }
        }
        if let Some(Origin::FailureOf(failed)) = started.origin {
            let told = self.failures.entry(failed).or_default();
            if !told.contains(&execution) {
                told.push(execution);
            }
        }
        match self.runs.get_mut(&execution) {
            // The first record of a run that nobody waits for says less.
            Some(run) => run.started = started,
            None => {
                self.order.push(execution);
                let run = RunPast { started, ended: None, nodes: Vec::new(), by_name: HashMap::new() };
                self.runs.insert(execution, run);
            }
        }
    }

    fn node(&mut self, key: &NodeKey) -> Option<&mut NodePast> {
        let run = self.runs.get_mut(&key.execution)?;
        let next = run.nodes.len();
        let index = *run.by_name.entry((Arc::clone(&key.node), key.run)).or_insert(next);
        if index == next {
            run.nodes.push(Arc::new(NodePast::new(key.clone())));
        }
        // It is shared only once everything has been read.
        run.nodes.get_mut(index).map(Arc::make_mut)
    }
}

fn node_of(key: &CallKey) -> NodeKey {
    NodeKey { execution: key.execution, node: Arc::clone(&key.node), run: key.run }
}

impl RunPast {
    /// The runs of its nodes, in the order in which they began.
    pub fn nodes(&self) -> impl Iterator<Item = &NodePast> {
        self.nodes.iter().map(|node| &**node)
    }

    /// What has happened in a run of the node `name`.
    pub(crate) fn node(&self, name: &Arc<str>, run: usize) -> Option<Arc<NodePast>> {
        let index = self.by_name.get(&(Arc::clone(name), run))?;
        self.nodes.get(*index).cloned()
    }
}

impl NodePast {
    fn new(key: NodeKey) -> Self {
        Self {
            key,
            started: None,
            done: None,
            children: Vec::new(),
            done_in_try: 0,
            items: HashMap::new(),
            calls: HashMap::new(),
            deliveries: HashMap::new(),
        }
    }

    /// What an item put out first, where it ended well.
    pub(crate) fn output_of(&self, item: usize) -> Option<&Json> {
        let output = self.items.get(&item)?.output.as_ref()?;
        output.first().map(|(_, item)| &item.json)
    }

    fn call(&mut self, call: StoredCall) {
        let calls = self.calls.entry(call.key.item).or_default();
        let is_same = |known: &&mut PastCall| {
            (known.started.key.item_try, known.started.key.call) == (call.key.item_try, call.key.call)
        };
        match calls.iter_mut().find(is_same) {
            Some(known) => known.attempts.push(None),
            None => calls.push(PastCall { started: call, attempts: vec![None] }),
        }
    }

    fn end(&mut self, key: &CallKey, end: PastEnd) {
        let calls = self.calls.get_mut(&key.item).into_iter().flatten();
        let mut same = calls
            .filter(|call| (call.started.key.item_try, call.started.key.call) == (key.item_try, key.call));
        let attempt = (key.attempt as usize).checked_sub(1);
        if let (Some(call), Some(attempt)) = (same.next(), attempt)
            && let Some(place) = call.attempts.get_mut(attempt)
        {
            *place = Some(end);
        }
    }

    /// Whether it has come to its end, so that the run went on after it.
    pub fn is_finished(&self) -> bool {
        self.done.as_ref().is_some_and(|done| done.outputs.is_some())
    }

    /// Whether a call with an effect has left, or a workflow was called.
    pub fn has_claims(&self) -> bool {
        let mut calls = self.calls.values().flatten();
        calls.any(|call| call.started.effect != Effect::Pure) || !self.children.is_empty()
    }

    /// What is known of an item; `None` where it is to run, again or for the first time.
    pub(crate) fn settled(&self, item: usize, unknown: UnknownItems) -> Option<Settled<'_>> {
        let Some(done) = self.done(item) else {
            let is_sent = unknown == UnknownItems::Sent && self.is_open(item);
            return is_sent.then_some(Settled::CountsAsSent(None));
        };
        let is_finished = self.is_finished();
        if done.error.is_some() && self.has_called(item) && !is_finished {
            // What it has called goes on where it stopped, over its own log.
            return None;
        }
        match (done.error.as_ref().map(|error| error.outcome), unknown) {
            // It failed without being sent: it runs once more, unless the run went on after it.
            (Some(Outcome::NotDone), _) if !is_finished => None,
            (Some(Outcome::Unknown), UnknownItems::Resend) => None,
            (Some(Outcome::Unknown), UnknownItems::Sent) => Some(Settled::CountsAsSent(Some(done))),
            _ => Some(Settled::Done(done)),
        }
    }

    /// The try with which an item goes on: the one that was under way, or a new one.
    pub(crate) fn next_try(&self, item: usize, unknown: UnknownItems) -> u32 {
        let last = self.last_try(item);
        if self.has_called(item) {
            return last;
        }
        let is_over = self.done(item).is_some() || (unknown == UnknownItems::Resend && self.is_open(item));
        if is_over { last + 1 } else { last.max(1) }
    }

    /// The try with which a node goes on that takes its items all at once.
    pub(crate) fn next_try_of_all(&self, unknown: UnknownItems) -> u32 {
        let last = self.last_try(0);
        if self.has_called(0) {
            return last;
        }
        let is_over = self.done_of_all().is_some() || (unknown == UnknownItems::Resend && self.is_open(0));
        if is_over { last + 1 } else { last.max(1) }
    }

    /// How an item ended, where no later try of it was under way.
    fn done(&self, item: usize) -> Option<&ItemDone> {
        self.items.get(&item).filter(|done| done.item_try >= self.last_try(item))
    }

    /// The same of a node that takes its items all at once.
    pub(crate) fn done_of_all(&self) -> Option<&NodeDone> {
        self.done.as_ref().filter(|_| self.done_in_try >= self.last_try(0))
    }

    /// The last try of an item that is known; 0 where none is.
    fn last_try(&self, item: usize) -> u32 {
        let of_calls = self.calls.get(&item).into_iter().flatten().map(|call| call.started.key.item_try);
        let of_children =
            self.children.iter().filter(|child| child.item.unwrap_or(0) == item).map(|child| child.item_try);
        let of_item = self.items.get(&item).map(|done| done.item_try);
        of_calls.chain(of_children).chain(of_item).max().unwrap_or(0)
    }

    /// Whether an item, or a node that takes them all at once, has called a workflow in its last try.
    pub(crate) fn has_called(&self, item: usize) -> bool {
        let last = self.last_try(item);
        self.children.iter().any(|child| child.item.unwrap_or(0) == item && child.item_try == last)
    }

    /// Whether a call with an effect has left for an item, or for all of them at once.
    pub(crate) fn has_claims_of(&self, item: usize) -> bool {
        self.calls.get(&item).into_iter().flatten().any(|call| call.started.effect != Effect::Pure)
    }

    /// The calls of a try of an item, in their order.
    pub(crate) fn calls_of(&self, item: usize, item_try: u32) -> Vec<PastCall> {
        let calls = self.calls.get(&item).into_iter().flatten();
        calls.filter(|call| call.started.key.item_try == item_try).cloned().collect()
    }

    /// Whether nobody can tell what became of a send in the last try of an item.
    pub(crate) fn is_open(&self, item: usize) -> bool {
        let last = self.last_try(item);
        let calls = self.calls.get(&item).into_iter().flatten();
        calls
            .filter(|call| call.started.key.item_try == last && call.started.effect == Effect::Send)
            .any(|call| call.outcome() == Outcome::Unknown)
    }

    /// What is known of each of its items that is to be told about: verdicts, whom they are for, and why they failed.
    pub fn told(&self) -> Vec<PastItem> {
        let Some(started) = self.started.as_ref().filter(|started| started.effect != Effect::Pure) else {
            return Vec::new();
        };
        if self.is_finished() && started.all_at_once {
            return self.told_by_metadata();
        }
        (0..started.count).filter_map(|item| self.told_of(item, started.all_at_once)).collect()
    }

    fn told_of(&self, item: usize, all_at_once: bool) -> Option<PastItem> {
        let calls = || self.calls.get(&if all_at_once { 0 } else { item }).into_iter().flatten();
        let last_send = calls().rev().find(|call| call.started.effect != Effect::Pure);
        let sender_id = || last_send.and_then(|call| call.started.sender_id.clone());
        let recipient = || last_send.and_then(|call| call.started.order_key.clone());
        if let Some(done) = self.done(item) {
            let verdict = done.verdict?;
            return Some(PastItem {
                item,
                verdict,
                recipient: done.order_key.clone().or_else(recipient),
                sender_id: done.sender_id.clone().or_else(sender_id),
                reason: done.error.as_ref().map(|error| error.message.clone()),
                skipped: done.skipped.clone(),
                delivery: self.deliveries.get(&item).cloned(),
                is_over: true,
            });
        }
        // An item that is not over may have sent something already, and goes on.
        let outcomes = calls().filter(|call| call.started.effect != Effect::Pure).map(PastCall::outcome);
        let verdict = match outcomes.max() {
            Some(Outcome::Done) if all_at_once => Verdict::Unknown,
            Some(outcome) => Verdict::of(outcome),
            None => Verdict::NotSent,
        };
        Some(PastItem {
            item,
            verdict,
            recipient: recipient(),
            sender_id: sender_id(),
            reason: Some("the run was ended before the item was".to_owned()),
            skipped: None,
            delivery: None,
            is_over: false,
        })
    }

    fn told_by_metadata(&self) -> Vec<PastItem> {
        let metadata = self.done.as_ref().and_then(|done| done.metadata.as_ref());
        let items = metadata.and_then(|metadata| metadata.get("items")?.as_array()).unwrap_or_default();
        let told = items.iter().filter_map(|told| {
            Some(PastItem {
                item: usize::try_from(told.get("item")?.as_u64()?).ok()?,
                verdict: Verdict::named(told.get("outcome")?.as_str()?)?,
                recipient: None,
                sender_id: None,
                reason: told.get("error").and_then(Json::as_str).map(str::to_owned),
                skipped: None,
                delivery: None,
                is_over: true,
            })
        });
        told.collect()
    }

    /// How many of its items ended in which way.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.told().iter().for_each(|told| counts.add(told.verdict));
        counts
    }
}

/// What is known of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct PastItem {
    /// The item, from 0.
    pub item: usize,
    /// What became of it.
    pub verdict: Verdict,
    /// Whom it is for.
    pub recipient: Option<String>,
    /// The id under which the service knows it.
    pub sender_id: Option<String>,
    /// Why it failed, or is not over.
    pub reason: Option<String>,
    /// Why it was left out, if it was.
    pub skipped: Option<SkipReason>,
    /// How far it has come since the service accepted it, where that was asked ([`Host::follow`](crate::Host::follow)).
    pub delivery: Option<Delivery>,
    /// Whether it has come to its end.
    pub is_over: bool,
}

impl PastCall {
    /// Whether a read can be answered from the log. One that cannot is made again.
    pub(crate) fn can_be_recalled(&self) -> bool {
        self.attempts
            .last()
            .is_some_and(|last| last.as_ref().is_none_or(|end| end.answer.is_some() || end.failure.is_some()))
    }

    /// What is known of its effect after all its attempts.
    pub(crate) fn outcome(&self) -> Outcome {
        let mut known = Outcome::NotDone;
        for attempt in &self.attempts {
            let outcome = attempt.as_ref().map_or(Outcome::Unknown, |end| end.outcome);
            known = if outcome == Outcome::Done { outcome } else { known.max(outcome) };
        }
        known
    }
}
