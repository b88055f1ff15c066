//! One run of a node that takes its items all at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_node::node::ErasedBatchNode;
use heddle_node::{
    BatchContext, Effect, ErrorKind, Item, ItemParameters, ItemReference, Items, Json, NodeError, Outcome,
    PairedItem,
};
use heddle_workflow::OnError;
use tokio::sync::Mutex;

use crate::collected::Outcomes;
use crate::error_output::{tells_of_error, with_input};
use crate::evaluation::{CHUNK, Resolver};
use crate::events::{ItemEnd, SkipReason, Verdict};
use crate::item_loop::request_item;
use crate::item_record::ItemRecord;
use crate::log::UnknownItems;
use crate::node_run::ItemServices;
use crate::node_runner::{NodeRunEnd, NodeRunner, PURE};
use crate::selection::SelectedItems;

/// Resolves parameters for a node that takes its items all at once.
struct BatchParameters<'r, 'h> {
    items: Items,
    state: Mutex<BatchState<'r, 'h>>,
}

struct BatchState<'r, 'h> {
    resolver: &'r mut Resolver<'h>,
    /// The item behind the one that was asked for last, and how many from it on are worth resolving at once: a node
    /// that asks for one item after the other is likely to go on.
    next: usize,
    ahead: usize,
}

impl ItemParameters for BatchParameters<'_, '_> {
    fn resolve(&self, item: usize) -> BoxFuture<'_, Result<Json, NodeError>> {
        async move {
            let mut state = self.state.lock().await;
            state.ahead = if item == state.next { (state.ahead * 2).clamp(1, CHUNK) } else { 1 };
            state.next = item + 1;
            let mut parameters = Json::NULL;
            let count = state.ahead;
            state.resolver.resolve(&self.items, item, count, &mut parameters).await?;
            Ok(parameters)
        }
        .boxed()
    }
}

impl NodeRunner<'_> {
    /// Runs a node that takes its items all at once; again where it asks for retries and nothing can happen twice.
    pub(super) async fn run_batch(
        &self,
        node: &dyn ErasedBatchNode,
        resolver: &mut Resolver<'_>,
    ) -> NodeRunEnd {
        if let Some(only) = self.context.only.as_ref().filter(|only| only.items.len() < self.items().len()) {
            return self.skip_batch(only);
        }
        let resolver = BatchParameters {
            items: self.inputs.get(self.main_input).cloned().flatten().unwrap_or_default(),
            state: Mutex::new(BatchState { resolver, next: 0, ahead: 0 }),
        };
        let retries = self.retries();
        if let Some(end) = self.settle_batch() {
            return end;
        }
        let past = self.context.past.as_deref();
        let first_try = past.map_or(1, |past| past.next_try_of_all(self.context.recorder.unknown()));
        let mut tries = 1;
        let mut before = Outcome::NotDone;
        loop {
            let item_try = first_try + tries - 1;
            let prepared = resolver.resolve(0).await.and_then(|parameters| node.prepare(&parameters));
            let stated = prepared.as_ref().map_or(node.stated_effect(), |prepared| prepared.effect);
            let stated = self.context.effects.apply(stated);
            let services = ItemServices::for_all_items(self.context, stated, item_try);
            let context = BatchContext {
                inputs: &self.inputs,
                main_input: self.main_input,
                sources: self.sources,
                parameters: &resolver,
                type_version: self.type_version,
                services: &services,
            };
            let output = match prepared {
                Ok(prepared) => node.run(&prepared, &context).await,
                Err(error) => Err(error),
            };
            let parts = services.http.take_parts();
            let mut record = services.http.take_record();
            if let Some(request) = record.dry_run_request.take() {
                return self.show_batch(request, parts, stated.max(record.effect));
            }
            let output = record.settle(output, before);
            if let Err(error) = &output
                && let Some(pause) = record.next_try(&retries, tries, stated, error)
            {
                before = error.outcome;
                tries += 1;
                if self.context.pause(pause).await {
                    continue;
                }
            }
            if let Some(ended) = services.take_ended() {
                let (gravest, metadata) = self.tell_of_each(&ended, parts, stated, output.as_ref().err());
                let outcome = record.outcome.max(gravest);
                return NodeRunEnd { outcome, metadata, ..self.end_batch(output) };
            }
            // What called workflows have sent is reported by themselves.
            let verdict = if record.called_workflow && record.outcome.is_none() {
                None
            } else {
                let verdict = record.verdict(stated, output.as_ref().err());
                let is_mixed = record.least_outcome != record.outcome || output.is_err();
                match verdict {
                    // Something was sent, and not everything for certain: nobody can tell to which items.
                    Some(Verdict::Sent) if is_mixed && self.items().len() > 1 => Some(Verdict::Unknown),
                    verdict => verdict,
                }
            };
            let outcome = record.outcome.max(record.called_outcome).max(verdict.and_then(Verdict::outcome));
            let metadata = self.tell_of_batch(verdict, output.as_ref().err(), record.sender_id.as_deref());
            let mut end = NodeRunEnd { outcome, metadata, ..self.end_batch(output) };
            let is_past = past.is_some_and(|past| past.has_claims_of(0) || past.has_called(0));
            if is_past && end.error.as_ref().is_some_and(|error| error.outcome == Outcome::Unknown) {
                // What became unknown before the run was taken up stops it no more.
                end.outputs.get_or_insert_with(|| self.shared_empty_outputs());
            }
            return end;
        }
    }

    /// How a node that takes its items all at once ended before the run was taken up, where it must not run again.
    fn settle_batch(&self) -> Option<NodeRunEnd> {
        let past = self.context.past.as_deref().filter(|past| !past.has_called(0))?;
        let unknown = self.context.recorder.unknown();
        let error = past.done_of_all().and_then(|done| done.error.as_ref());
        let is_unknown = match error {
            Some(error) => error.outcome == Outcome::Unknown,
            None => past.is_open(0),
        };
        if is_unknown && unknown == UnknownItems::Sent {
            let verdict = Some(Verdict::Sent);
            let metadata = self.tell_of_batch(verdict, None, None);
            let mut outputs = self.shared_empty_outputs();
            outputs[0] = self.inputs.get(self.main_input).cloned().flatten().unwrap_or_default();
            return Some(NodeRunEnd {
                outputs: Some(outputs),
                error: None,
                metadata,
                outcome: Some(Outcome::Done),
            });
        }
        let error = error.filter(|error| error.outcome != Outcome::NotDone)?;
        if is_unknown && unknown == UnknownItems::Resend {
            return None;
        }
        let verdict = Some(Verdict::of(error.outcome));
        let metadata = self.tell_of_batch(verdict, Some(error), None);
        let mut end =
            NodeRunEnd { outcome: Some(error.outcome), metadata, ..self.end_batch(Err(error.clone())) };
        end.outputs.get_or_insert_with(|| self.shared_empty_outputs());
        Some(end)
    }

    fn shared_empty_outputs(&self) -> Vec<Items> {
        self.empty_outputs().into_iter().map(Arc::new).collect()
    }

    /// Some of the items are not to run, of a node that takes them all at once: it runs for none, or not at all.
    fn skip_batch(&self, only: &SelectedItems) -> NodeRunEnd {
        if !only.items.is_empty() {
            let error =
                NodeError::operation("The node takes its items all at once, so it cannot run a part of them")
                    .with_description("Nothing was sent. Run it for all items, or for none.");
            return NodeRunEnd::failed(error);
        }
        for item in 0..self.items().len() {
            let (verdict, skipped) = (Some(Verdict::Skipped), Some(&SkipReason::NotSelected));
            let end = ItemEnd { verdict, skipped, ..ItemEnd::default() };
            self.context.listeners.end_item(&self.context.at, item, &end);
        }
        let outputs = self.empty_outputs().into_iter().map(Arc::new).collect();
        NodeRunEnd { outputs: Some(outputs), error: None, metadata: None, outcome: None }
    }

    /// Tells what became of a batch: of each of its items the same, and of one where it has none. Gives what is kept of it.
    fn tell_of_batch(
        &self,
        verdict: Option<Verdict>,
        error: Option<&NodeError>,
        sender_id: Option<&str>,
    ) -> Option<Json> {
        verdict?;
        let mut outcomes = Outcomes::default();
        for item in 0..self.items().len().max(1) {
            let end = ItemEnd { verdict, error, sender_id, ..ItemEnd::default() };
            self.context.listeners.end_item(&self.context.at, item, &end);
            outcomes.note(item, verdict, error);
        }
        outcomes.into_metadata()
    }

    /// Tells what became of each item of a node that goes through its items itself, one by one: `ended` are those that it
    /// came to, `calls` what the calls for each have shown. Gives the gravest outcome, and what is kept of them.
    fn tell_of_each(
        &self,
        ended: &[Option<NodeError>],
        mut calls: BTreeMap<usize, ItemRecord>,
        stated: Option<Effect>,
        failure: Option<&NodeError>,
    ) -> (Option<Outcome>, Option<Json>) {
        let mut outcomes = Outcomes::default();
        let mut gravest = None;
        for item in 0..self.items().len() {
            let record = calls.remove(&item);
            let error = match ended.get(item) {
                Some(error) => error.as_ref(),
                // One that it never came to failed with all others, or was left out after another's failure.
                None if record.is_some() || ended.is_empty() => failure,
                None => None,
            };
            let was_reached = record.is_some() || item < ended.len();
            let record = record.unwrap_or_default();
            let error = error.cloned().map(|mut error| {
                error.outcome = record.outcome.unwrap_or(Outcome::NotDone);
                error.item_index = Some(item);
                error
            });
            let verdict = match was_reached {
                true => record.verdict(stated, error.as_ref()),
                false => (stated != PURE).then_some(Verdict::NotSent),
            };
            if verdict.is_none() {
                continue;
            }
            let (error, sender_id) = (error.as_ref(), record.sender_id.as_deref());
            let end = ItemEnd { verdict, error, sender_id, ..ItemEnd::default() };
            self.context.listeners.end_item(&self.context.at, item, &end);
            outcomes.note(item, verdict, error);
            gravest = gravest.max(verdict.and_then(Verdict::outcome));
        }
        (gravest, outcomes.into_metadata())
    }

    /// The end of a batch in a dry run: one item that shows the request that would have left, or one for each item where
    /// the node knows for which ones it calls.
    fn show_batch(
        &self,
        request: Json,
        parts: BTreeMap<usize, ItemRecord>,
        effect: Option<Effect>,
    ) -> NodeRunEnd {
        let verdict = (effect != PURE).then_some(Verdict::NotSent);
        let metadata = self.tell_of_batch(verdict, None, None);
        let inputs = u32::try_from(self.items().len()).unwrap_or(u32::MAX);
        let all = || PairedItem::many((0..inputs).map(|item| ItemReference::new(item, 0)));
        let mut shown: Vec<_> = parts
            .into_iter()
            .filter_map(|(item, record)| {
                let pairing = PairedItem::item(u32::try_from(item).unwrap_or(u32::MAX));
                Some((record.dry_run_request?, pairing))
            })
            .collect();
        if shown.is_empty() {
            shown.push((request, all()));
        }
        let mut outputs = self.empty_outputs();
        for (request, pairing) in shown {
            let items = request_item(request).into_iter();
            outputs[0].extend(items.map(|(_, item)| item.with_paired_item(pairing.clone())));
        }
        let outputs = Some(outputs.into_iter().map(Arc::new).collect());
        NodeRunEnd { outputs, error: None, metadata, outcome: verdict.and_then(Verdict::outcome) }
    }

    fn end_batch(&self, outputs: Result<Vec<Items>, NodeError>) -> NodeRunEnd {
        let error = match outputs {
            Ok(mut outputs) => {
                if !outputs.is_empty() && self.settings.on_error() == OnError::ContinueErrorOutput {
                    // What leaves through an output that was not declared is not an error.
                    let declared = self.declared_outputs();
                    outputs.truncate(declared);
                    let failed = self.take_errors(&mut outputs);
                    outputs.resize_with(declared, Items::default);
                    outputs.push(Arc::new(failed));
                }
                return NodeRunEnd { outputs: Some(outputs), error: None, metadata: None, outcome: None };
            }
            Err(error) => error,
        };
        let continues = self.settings.continues_after_failure() && error.kind != ErrorKind::Cancelled;
        let outputs = continues.then(|| {
            let mut outputs = self.empty_outputs();
            let output = self.error_output();
            let input = self.items();
            outputs[output] =
                input.iter().enumerate().map(|(index, item)| self.failed_item(item, index, &error)).collect();
            outputs.into_iter().map(Arc::new).collect()
        });
        NodeRunEnd { outputs, error: Some(error), metadata: None, outcome: None }
    }

    /// Takes the items out of the outputs that report an error.
    fn take_errors(&self, outputs: &mut [Items]) -> Vec<Item> {
        let mut failed = Vec::new();
        for output in outputs.iter_mut().filter(|items| items.iter().any(tells_of_error)) {
            let (errors, rest) =
                std::mem::take(output).iter().cloned().partition::<Vec<_>, _>(tells_of_error);
            *output = Arc::new(rest);
            failed.extend(errors.into_iter().map(|item| {
                let stems_from = item.paired_item.references().first();
                let input = stems_from.and_then(|reference| {
                    let items = self.inputs.get(reference.input as usize)?.as_ref()?;
                    Some(items.get(reference.item as usize)?.json.clone())
                });
                match input {
                    Some(input) => with_input(item, &input),
                    None => item,
                }
            }));
        }
        failed
    }
}
