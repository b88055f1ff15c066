//! The item loop: bounded concurrency, order per recipient, retries, stop and continue.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use heddle_node::node::{ErasedItemNode, PreparedItem};
use heddle_node::{Effect, Item, ItemContext, Json, NodeError, Outcome};
use tracing::Instrument as _;

use crate::call_site::CallRecord;
use crate::events::{Event, ItemEnd, SkipReason, Verdict};
use crate::fail_point;
use crate::log::past::Settled;
use crate::log::{ItemDone, Record, UnknownItems};
use crate::node_run::{ItemServices, NodeRunContext};
use crate::policy::ItemRetries;
use crate::sending::gate::Sending;

/// How the items of one node run are to be run.
pub(crate) struct ItemLoop<'a> {
    pub(crate) node: &'a dyn ErasedItemNode,
    pub(crate) run: &'a NodeRunContext<'a>,
    pub(crate) type_version: f64,
    /// Parameters as stored and filled; expressions are still in them.
    pub(crate) stored: &'a Json,
    /// Items at a time.
    pub(crate) concurrency: usize,
    /// Whether a failure keeps later items from starting.
    pub(crate) stop_on_failure: bool,
    /// How often an item that failed is run again.
    pub(crate) retries: ItemRetries,
}

/// An item whose parameters are resolved and typed.
pub(crate) struct Prepared {
    /// Absent for an item that is skipped.
    pub(crate) typed: Option<Arc<PreparedItem>>,
    /// The resolved parameters, where the node reads some as they are.
    pub(crate) parameters: Json,
}

/// How one item ended.
pub(crate) struct ItemResult {
    pub(crate) output: Result<heddle_node::ItemOutput, NodeError>,
    /// For an item with an effect, what became of it.
    pub(crate) verdict: Option<Verdict>,
    /// The id under which the service knows what was sent.
    pub(crate) sender_id: Option<String>,
    /// Why it was left out.
    pub(crate) skipped: Option<SkipReason>,
    /// The workflows that it called.
    calls: Vec<CallRecord>,
    /// The try that it ended with.
    item_try: u32,
    /// It ended, or its outcome became unknown, before the run was taken up: how it ended stops nothing any more.
    pub(crate) is_past: bool,
}

impl ItemResult {
    fn new(output: Result<heddle_node::ItemOutput, NodeError>, verdict: Option<Verdict>) -> Self {
        Self {
            output,
            verdict,
            sender_id: None,
            skipped: None,
            calls: Vec::new(),
            item_try: 1,
            is_past: false,
        }
    }

    /// An item that was left out: it puts out nothing.
    fn skipped(reason: SkipReason) -> Self {
        let nothing = Self::new(Ok(heddle_node::ItemOutput::nothing()), Some(Verdict::Skipped));
        Self { skipped: Some(reason), ..nothing }
    }
}

impl ItemLoop<'_> {
    /// Runs the prepared ones of `items`, from `first` on, of which the node states `effect`, and gives their results in
    /// input order; `None` for those that were not started.
    pub(crate) async fn run(
        &self,
        items: &[Item],
        first: usize,
        prepared: &[Result<Prepared, NodeError>],
        effect: Option<Effect>,
    ) -> Vec<Option<ItemResult>> {
        let mut results: Vec<Option<ItemResult>> = Vec::new();
        results.resize_with(prepared.len(), || None);
        if self.run.past.is_some() {
            for (offset, result) in results.iter_mut().enumerate() {
                *result = self.settle(&items[first + offset], first + offset).await;
            }
        }
        let mut turns = Turns::new(prepared);
        let mut running = FuturesUnordered::new();
        let mut stopped = false;
        loop {
            while !stopped && !self.run.cancel.is_cancelled() && running.len() < self.concurrency.max(1) {
                let Some(offset) = turns.next() else { break };
                if results[offset].is_some() {
                    turns.finish(offset);
                    continue;
                }
                running.push(async move {
                    let index = first + offset;
                    let result = match &prepared[offset] {
                        Ok(Prepared { typed: None, .. }) => self.skip_item(index),
                        Ok(Prepared { typed: Some(typed), parameters }) => {
                            self.run_item(&items[index], index, Ok((typed, parameters)), effect).await
                        }
                        Err(error) => self.run_item(&items[index], index, Err(error), effect).await,
                    };
                    let typed = prepared[offset].as_ref().ok().and_then(|item| item.typed.as_ref());
                    self.keep(index, &result, typed.and_then(|typed| typed.order_key.as_ref())).await;
                    (offset, result)
                });
            }
            let Some((offset, result)) = running.next().await else { break };
            stopped |= result.output.is_err() && self.stop_on_failure && !result.is_past;
            results[offset] = Some(result);
            turns.finish(offset);
        }
        results
    }

    /// Keeps in the log how an item has ended.
    async fn keep(&self, index: usize, result: &ItemResult, order_key: Option<&String>) {
        if !self.run.recorder.keeps() {
            return;
        }
        let output = result.output.as_ref().ok();
        let done = ItemDone {
            key: self.run.key(),
            item: index,
            item_try: result.item_try,
            output: output
                .map(|output| output.iter().map(|(output, item)| (*output, item.clone())).collect()),
            error: result.output.as_ref().err().cloned(),
            verdict: result.verdict,
            skipped: result.skipped.clone(),
            order_key: order_key.cloned(),
            sender_id: result.sender_id.clone(),
            reserved: self.run.sending.as_ref().is_some_and(Sending::reserves),
            calls: result.calls.clone(),
        };
        self.run.recorder.keep(Record::ItemDone(Box::new(done))).await;
        fail_point::reach("item done");
    }

    /// How an item has ended already, where its run is taken up; it is told once more.
    pub(crate) async fn settle(&self, item: &Item, index: usize) -> Option<ItemResult> {
        let past = self.run.past.as_ref()?;
        let is_left_out = self.run.only.as_ref().is_some_and(|only| !only.items.contains(&index));
        let settled = past.settled(index, self.run.recorder.unknown()).filter(|_| !is_left_out)?;
        let (result, order_key) = match settled {
            Settled::Done(done) => {
                let output = match &done.error {
                    Some(error) => Err(error.clone()),
                    None => Ok(done.output.iter().flatten().cloned().collect()),
                };
                let mut calls = self.run.calls.lock().unwrap_or_else(PoisonError::into_inner);
                calls.extend(done.calls.iter().cloned());
                let result = ItemResult {
                    sender_id: done.sender_id.clone(),
                    skipped: done.skipped.clone(),
                    item_try: done.item_try,
                    is_past: true,
                    ..ItemResult::new(output, done.verdict)
                };
                (result, done.order_key.clone())
            }
            Settled::CountsAsSent(done) => {
                let passed_on = Item::new(item.json.clone()).with_binary(item.binary().cloned());
                let result = ItemResult {
                    sender_id: done.and_then(|done| done.sender_id.clone()),
                    item_try: past.next_try(index, UnknownItems::Keep),
                    is_past: true,
                    ..ItemResult::new(Ok(passed_on.into()), Some(Verdict::Sent))
                };
                let order_key = done.and_then(|done| done.order_key.clone());
                self.keep(index, &result, order_key.as_ref()).await;
                (result, order_key)
            }
        };
        let end = ItemEnd {
            verdict: result.verdict,
            error: result.output.as_ref().err(),
            recipient: order_key.as_deref(),
            sender_id: result.sender_id.as_deref(),
            skipped: result.skipped.as_ref(),
        };
        self.run.listeners.end_item(&self.run.at, index, &end);
        Some(result)
    }

    /// Leaves out an item: it puts out nothing.
    pub(crate) fn skip_item(&self, index: usize) -> ItemResult {
        let verdict = Some(Verdict::Skipped);
        let skipped = SkipReason::NotSelected;
        let end = ItemEnd { verdict, skipped: Some(&skipped), ..ItemEnd::default() };
        self.run.listeners.end_item(&self.run.at, index, &end);
        ItemResult::skipped(skipped)
    }

    /// Runs one item, with its typed and its resolved parameters or why it has none.
    pub(crate) async fn run_item(
        &self,
        item: &Item,
        index: usize,
        prepared: Result<(&PreparedItem, &Json), &NodeError>,
        effect: Option<Effect>,
    ) -> ItemResult {
        let result = match prepared {
            Ok((typed, parameters)) => {
                let span = tracing::debug_span!("item", item = index);
                self.try_item(item, index, typed, parameters).instrument(span).await
            }
            Err(error) => {
                let mut error = error.clone();
                error.item_index = Some(index);
                ItemResult::new(Err(error), not_sent(effect))
            }
        };
        let recipient = prepared.ok().and_then(|(typed, _)| self.recipient(index, typed));
        if let Some(sending) = &self.run.sending {
            sending.settle(index, result.verdict).await;
        }
        if let Err(error) = &result.output {
            let verdict = result.verdict.map(Verdict::as_str);
            tracing::warn!(item = index, verdict, error = %error.message, "the item failed");
        }
        let end = ItemEnd {
            verdict: result.verdict,
            error: result.output.as_ref().err(),
            skipped: result.skipped.as_ref(),
            recipient: recipient.as_deref(),
            sender_id: result.sender_id.as_deref(),
        };
        self.run.listeners.end_item(&self.run.at, index, &end);
        result
    }

    /// Whom an item is for.
    fn recipient(&self, index: usize, typed: &PreparedItem) -> Option<String> {
        let sending = self.run.sending.as_ref();
        sending.and_then(|sending| sending.addressee(index).recipient).or_else(|| typed.order_key.clone())
    }

    /// Runs one item, again where its node asks for retries and nothing can happen twice.
    async fn try_item(
        &self,
        item: &Item,
        index: usize,
        typed: &PreparedItem,
        parameters: &Json,
    ) -> ItemResult {
        let mut tries = 1;
        let past = self.run.past.as_ref();
        let first_try = past.map_or(1, |past| past.next_try(index, self.run.recorder.unknown()));
        // What a try before has left unknown stays so, unless a later one succeeds.
        let mut before = Outcome::NotDone;
        loop {
            let item_try = first_try + tries - 1;
            let tried = self.run_once(item, index, typed, parameters, before, (tries, item_try)).await;
            let Tried { mut result, pause } = tried;
            result.item_try = item_try;
            result.is_past = past.is_some_and(|past| past.has_claims_of(index) || past.has_called(index))
                && result.output.as_ref().is_err_and(|error| error.outcome == Outcome::Unknown);
            let (Some(pause), Err(error)) = (pause, &result.output) else { return result };
            before = error.outcome;
            tries += 1;
            if error.retry_after == Some(pause) {
                let at = &self.run.at;
                self.run.listeners.tell(|| Event::Waiting {
                    at: Arc::clone(at),
                    item: index,
                    duration: pause,
                });
            }
            if !self.run.pause(pause).await {
                return result;
            }
        }
    }

    async fn run_once(
        &self,
        item: &Item,
        index: usize,
        typed: &PreparedItem,
        parameters: &Json,
        before: Outcome,
        (tries, item_try): (u32, u32),
    ) -> Tried {
        let recipient = self.recipient(index, typed);
        let services = ItemServices::new(self.run, index, typed.effect, recipient.as_deref(), item_try);
        let context =
            ItemContext { item, index, type_version: self.type_version, parameters, services: &services };
        let output = self.node.run_item(typed, &context).await;
        let mut record = services.http.take_record();
        if let Some(reason) = record.skipped.take() {
            return Tried { result: ItemResult::skipped(reason), pause: None };
        }
        if let Some(request) = record.dry_run_request {
            let verdict = not_sent(typed.effect.max(record.effect));
            let result = ItemResult::new(Ok(request_item(request)), verdict);
            return Tried { result, pause: None };
        }
        let output = record.settle(output, before).map_err(|mut error| {
            error.item_index = Some(index);
            self.node.explain(error, self.stored, self.type_version)
        });
        let pause = output
            .as_ref()
            .err()
            .and_then(|error| record.next_try(&self.retries, tries, typed.effect, error));
        let verdict = if record.called_workflow {
            record.outcome.max(record.called_outcome).map(Verdict::of)
        } else {
            record.verdict(typed.effect, output.as_ref().err())
        };
        let sender_id = record.sender_id.filter(|_| !record.called_workflow);
        let result = ItemResult { sender_id, calls: record.calls, ..ItemResult::new(output, verdict) };
        Tried { result, pause }
    }
}

/// One try of an item, and the pause before the next one, where there is to be one.
struct Tried {
    result: ItemResult,
    pause: Option<Duration>,
}

/// The verdict on an item that proved not to have left.
fn not_sent(effect: Option<Effect>) -> Option<Verdict> {
    (effect != Some(Effect::Pure)).then_some(Verdict::NotSent)
}

/// Whose turn it is: lowest index first, and items of one order key one after another.
struct Turns {
    ready: BinaryHeap<Reverse<usize>>,
    /// For each item, the next one of its key.
    successors: Vec<Option<usize>>,
}

impl Turns {
    fn new(prepared: &[Result<Prepared, NodeError>]) -> Self {
        let mut turns = Self { ready: BinaryHeap::new(), successors: vec![None; prepared.len()] };
        let mut last_of_key: HashMap<&str, usize> = HashMap::new();
        for (index, item) in prepared.iter().enumerate() {
            let typed = item.as_ref().ok().and_then(|prepared| prepared.typed.as_ref());
            let key = typed.and_then(|typed| typed.order_key.as_deref());
            match key.and_then(|key| last_of_key.insert(key, index)) {
                Some(before) => turns.successors[before] = Some(index),
                None => turns.ready.push(Reverse(index)),
            }
        }
        turns
    }

    fn next(&mut self) -> Option<usize> {
        self.ready.pop().map(|Reverse(index)| index)
    }

    fn finish(&mut self, index: usize) {
        if let Some(next) = self.successors[index] {
            self.ready.push(Reverse(next));
        }
    }
}

/// What an item of a dry run shows: the request that would have left.
pub(crate) fn request_item(request: Json) -> heddle_node::ItemOutput {
    let mut json = Json::object();
    json.insert("request", request);
    json.into()
}
