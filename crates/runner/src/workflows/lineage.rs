//! Where items of a finished run came from: the items that entered at its start node (`docs/engine.md §13, §17`).

use std::collections::{BTreeSet, HashSet};

use heddle_node::{Item, ItemReference, PairedItem, Source};

use crate::run_data::{RunData, TaskData};

/// Look-ups for one item, so that no web of pairings costs more than it is worth.
const MOST_STEPS: usize = 100_000;

/// An output item whose origin is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place<'a> {
    node: &'a str,
    run: usize,
    output: usize,
    item: u32,
}

/// The items that entered a run from which an item of one of its node runs stems; [`PairedItem::None`] when the pairing
/// is broken on the way.
pub(crate) fn trace_to_start(run_data: &RunData, task: &TaskData, item: &Item) -> PairedItem {
    let mut origins = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut open: Vec<(&TaskData, &ItemReference)> = Vec::new();
    if !push(&mut open, task, item) {
        return PairedItem::None;
    }
    for _ in 0..MOST_STEPS {
        let Some((task, reference)) = open.pop() else { break };
        if task.sources.is_empty() {
            origins.insert(reference.item);
            continue;
        }
        let source = match &reference.source_overwrite {
            Some(source) => Some(&**source),
            None => task.sources.get(reference.input as usize).and_then(Option::as_ref),
        };
        let Some(Source { previous_node, previous_node_output, previous_node_run }) = source else {
            return PairedItem::None;
        };
        let place = Place {
            node: previous_node,
            run: *previous_node_run,
            output: *previous_node_output,
            item: reference.item,
        };
        if !seen.insert(place) {
            continue;
        }
        let Some(before) = run_data.runs_of(previous_node).get(place.run) else { return PairedItem::None };
        let items = before.outputs.as_ref().and_then(|outputs| outputs.get(place.output)?.as_ref());
        let Some(item) = items.and_then(|items| items.get(place.item as usize)) else {
            return PairedItem::None;
        };
        if !push(&mut open, before, item) {
            return PairedItem::None;
        }
    }
    if !open.is_empty() {
        return PairedItem::None;
    }
    let origins: Vec<ItemReference> = origins.into_iter().map(|item| ItemReference::new(item, 0)).collect();
    match <[ItemReference; 1]>::try_from(origins) {
        Ok([only]) => PairedItem::One(only),
        Err(origins) if origins.is_empty() => PairedItem::None,
        Err(origins) => PairedItem::many(origins),
    }
}

/// Adds what an item stems from; `false` when nothing is known.
fn push<'a>(open: &mut Vec<(&'a TaskData, &'a ItemReference)>, task: &'a TaskData, item: &'a Item) -> bool {
    let references = item.paired_item.references();
    open.extend(references.iter().map(|reference| (task, reference)));
    !references.is_empty()
}
