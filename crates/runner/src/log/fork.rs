//! The log of a run that runs items of another one again: it begins with what happened there before the first of them, so
//! that nothing before it runs again, and expressions read what was.

use std::collections::HashSet;
use std::sync::Arc;

use heddle_node::{Effect, Json};
use uuid::Uuid;

use super::{NodeKey, NodeOutputs, Past, Record, RunStarted};
use crate::events::{SkipReason, Verdict};
use crate::selection::ItemSelection;

/// A run that runs items of the run `of` again.
pub(crate) struct Fork {
    of: Uuid,
    run: Uuid,
    /// The node runs that the new run takes over.
    kept: HashSet<(Arc<str>, usize)>,
}

impl Fork {
    /// The new run `run`: what has ended before the first node run with selected items is taken over.
    pub(crate) fn new(past: &Past, of: Uuid, run: Uuid, only: &ItemSelection) -> Self {
        let selected: HashSet<(&str, usize)> = only
            .runs()
            .filter(|(_, selected)| !selected.items.is_empty())
            .map(|(key, _)| match key.callers.first() {
                Some(caller) => (caller.node.as_str(), caller.run),
                None => (key.node.as_str(), key.run),
            })
            .collect();
        let nodes = past.outermost().into_iter().flat_map(|outermost| outermost.nodes());
        let kept = nodes
            .take_while(|node| !selected.contains(&(&*node.key.node, node.key.run)))
            .filter(|node| {
                let done = node.done.as_ref().filter(|_| node.is_finished());
                // What sends, and can only be had again by running it, does not run: nothing of it is selected.
                done.is_some_and(|done| {
                    done.effect == Effect::Pure || !matches!(done.outputs, Some(NodeOutputs::Again))
                })
            })
            .map(|node| (Arc::clone(&node.key.node), node.key.run))
            .collect();
        Self { of, run, kept }
    }

    /// The records that the new run begins with, of those of the other one; `began` changes what it begins with.
    pub(crate) fn records(&self, records: Vec<Record>, began: impl FnOnce(&mut RunStarted)) -> Vec<Record> {
        let mut began = Some(began);
        records
            .into_iter()
            .filter_map(|record| match record {
                Record::RunStarted(mut started) if started.execution == self.of => {
                    (started.execution, started.id) = (self.run, self.run);
                    began.take()?(&mut started);
                    Some(Record::RunStarted(started))
                }
                Record::NodeStarted { mut key, items, digest, effect, all_at_once } => {
                    self.takes_over(&mut key)?;
                    Some(Record::NodeStarted { key, items, digest, effect, all_at_once })
                }
                Record::ItemDone(mut item) => {
                    self.takes_over(&mut item.key)?;
                    // It was sent there, not here.
                    item.verdict = item.verdict.map(|_| Verdict::Skipped);
                    item.skipped = item.verdict.map(|_| SkipReason::TakenOver { from: self.of });
                    item.reserved = false;
                    item.calls.clear();
                    Some(Record::ItemDone(item))
                }
                Record::NodeDone(mut done) => {
                    self.takes_over(&mut done.key)?;
                    done.outcome = None;
                    done.metadata = done.metadata.as_ref().and_then(skipped);
                    // What it has kept since is newer.
                    done.static_data = None;
                    Some(Record::NodeDone(done))
                }
                _ => None,
            })
            .collect()
    }

    fn takes_over(&self, key: &mut NodeKey) -> Option<()> {
        let is_kept = key.execution == self.of && self.kept.contains(&(Arc::clone(&key.node), key.run));
        key.execution = self.run;
        is_kept.then_some(())
    }
}

/// What metadata tells of items, none of which was sent in this run.
fn skipped(metadata: &Json) -> Option<Json> {
    let items = metadata.get("items")?.as_array()?.iter().map(|told| {
        let mut told = told.clone();
        told.insert("outcome", Json::from(Verdict::Skipped.as_str()));
        told
    });
    let mut metadata = Json::object();
    metadata.insert("items", items.collect::<Json>());
    Some(metadata)
}
