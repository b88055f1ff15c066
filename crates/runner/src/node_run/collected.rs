//! What came of the items of a node run: its outputs, in input order, and what is reported about each item.

use std::sync::Arc;

use heddle_node::{
    Effect, ErrorKind, Item, ItemOutput, Items, Json, JsonObject, NodeError, Outcome, PairedItem,
};
use heddle_workflow::OnError;

use crate::error_output::{tells_of_error, with_input};
use crate::events::{ItemEnd, Verdict};
use crate::item_loop::{ItemLoop, ItemResult, Prepared};
use crate::node_runner::{NodeRunEnd, NodeRunner};

/// The results of items, in input order.
pub(crate) struct Collected<'a> {
    runner: &'a NodeRunner<'a>,
    outputs: Vec<Vec<Item>>,
    outcomes: Outcomes,
    /// The first item that failed, where a failure stops the run.
    error: Option<NodeError>,
    pub(crate) stopped: bool,
    /// The items for which an output gets room when its first one comes: lists that grow need twice their memory for a
    /// moment, and room that stays unused none.
    pub(crate) room: usize,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(runner: &'a NodeRunner<'a>) -> Self {
        Self {
            runner,
            outputs: runner.empty_outputs(),
            outcomes: Outcomes::default(),
            error: None,
            stopped: false,
            room: 0,
        }
    }

    fn put(&mut self, output: usize, item: Item) {
        if output >= self.outputs.len() {
            self.outputs.resize_with(output + 1, Vec::new);
        }
        let items = &mut self.outputs[output];
        if items.capacity() == 0 {
            items.reserve_exact(self.room);
        }
        items.push(item);
    }

    /// Takes the result of an item; `None` when it was not started.
    pub(crate) fn take(
        &mut self,
        item: &Item,
        index: usize,
        result: Option<ItemResult>,
        effect: Option<Effect>,
    ) {
        let Some(result) = result else {
            self.stopped = true;
            self.note_not_started(index, effect);
            return;
        };
        self.outcomes.note(index, result.verdict, result.output.as_ref().err());
        let continues = self.runner.settings.continues_after_failure();
        match result.output {
            Ok(output) => self.place(item, index, output),
            // It is reported, and stops nothing any more: nothing comes out for it.
            Err(_) if result.is_past && !continues => {}
            Err(error) if error.kind == ErrorKind::Cancelled => self.stopped = true,
            Err(error) if continues => {
                let item = self.runner.failed_item(item, index, &error);
                self.put(self.runner.error_output(), item);
            }
            Err(error) => {
                self.stopped = true;
                if self.error.is_none() {
                    self.error = Some(error);
                }
            }
        }
    }

    /// Items cannot be prepared, and the node has an effect: nothing leaves at all. Every item that must be mended is
    /// told of; a credential that all of them lack, once.
    pub(crate) async fn refuse(
        &mut self,
        item_loop: &ItemLoop<'_>,
        (items, first): (&[Item], usize),
        prepared: &[Result<Prepared, NodeError>],
    ) {
        self.stopped = true;
        for (offset, item) in prepared.iter().enumerate() {
            let index = first + offset;
            if let Some(result) = item_loop.settle(&items[index], index).await {
                self.take(&items[index], index, Some(result), None);
                continue;
            }
            match item {
                Err(error) if self.error.is_none() || error.kind != ErrorKind::Credential => {
                    let mut error = error.clone();
                    error.item_index = Some(index);
                    self.settle_not_sent(index, Some(&error));
                    self.error.get_or_insert(error);
                }
                _ => self.note_not_started(index, None),
            }
        }
    }

    /// The run ends before these items begin.
    pub(crate) async fn leave_unstarted(
        &mut self,
        item_loop: &ItemLoop<'_>,
        (items, range): (&[Item], std::ops::Range<usize>),
        effect: Option<Effect>,
    ) {
        self.stopped = true;
        for index in range {
            match item_loop.settle(&items[index], index).await {
                Some(result) => self.take(&items[index], index, Some(result), effect),
                None => self.note_not_started(index, effect),
            }
        }
    }

    /// An item that never began was not sent, unless its node states that it has no effect.
    fn note_not_started(&mut self, index: usize, effect: Option<Effect>) {
        if effect != Some(Effect::Pure) {
            self.settle_not_sent(index, None);
        }
    }

    /// Tells and notes that an item which never began was not sent.
    fn settle_not_sent(&mut self, item: usize, error: Option<&NodeError>) {
        let context = self.runner.context;
        let verdict = Some(Verdict::NotSent);
        context.listeners.end_item(&context.at, item, &ItemEnd { verdict, error, ..ItemEnd::default() });
        self.outcomes.note(item, verdict, error);
    }

    fn place(&mut self, input: &Item, index: usize, output: ItemOutput) {
        let error_output = match self.runner.settings.on_error() {
            OnError::ContinueErrorOutput => Some(self.runner.error_output()),
            _ => None,
        };
        for (mut output, mut item) in output {
            if let Some(error_output) = error_output {
                if output >= error_output {
                    // The node declares no such output, and the item is not an error.
                    continue;
                }
                if tells_of_error(&item) {
                    (output, item) = (error_output, with_input(item, &input.json));
                }
            }
            if item.paired_item == PairedItem::None {
                item.paired_item = PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX));
            }
            self.put(output, item);
        }
    }

    /// Moves the items of the first output behind the `count` ones that stand in `places` already, up to `last`, and gives
    /// how many these are then. Where there are too few places, all of them are taken back.
    pub(crate) fn move_into(&mut self, places: &mut [Item], count: usize, last: usize) -> Option<usize> {
        let first = self.outputs.first_mut()?;
        if count + first.len() > last + 1 {
            first.splice(..0, places[..count].iter_mut().map(std::mem::take));
            return None;
        }
        let items = first.len();
        for (place, item) in places[count..].iter_mut().zip(first.drain(..)) {
            *place = item;
        }
        Some(count + items)
    }

    pub(crate) fn end(self) -> NodeRunEnd {
        NodeRunEnd {
            outputs: self.error.is_none().then(|| self.outputs.into_iter().map(shared).collect()),
            error: self.error,
            outcome: self.outcomes.gravest,
            metadata: self.outcomes.into_metadata(),
        }
    }
}

/// What became of each item of a node run with an effect, as its run data keeps it.
#[derive(Default)]
pub(crate) struct Outcomes {
    items: Vec<Json>,
    has_verdict: bool,
    gravest: Option<Outcome>,
}

impl Outcomes {
    /// Notes what became of an item; nothing where it has no verdict.
    pub(crate) fn note(&mut self, index: usize, verdict: Option<Verdict>, error: Option<&NodeError>) {
        let Some(verdict) = verdict else { return };
        self.has_verdict = true;
        self.gravest = self.gravest.max(verdict.outcome());
        let mut outcome = JsonObject::new();
        outcome.insert("item", Json::from(index));
        outcome.insert("outcome", Json::from(verdict.as_str()));
        if let Some(error) = error {
            outcome.insert("error", Json::from(error.message.as_str()));
        }
        self.items.push(Json::from(outcome));
    }

    /// The metadata of the node run; none where no item has a verdict.
    pub(crate) fn into_metadata(self) -> Option<Json> {
        self.has_verdict.then(|| {
            let mut metadata = Json::object();
            metadata.insert("items", Json::from(self.items));
            metadata
        })
    }
}

/// The list without room for more.
fn shared(mut items: Vec<Item>) -> Items {
    items.shrink_to_fit();
    Arc::new(items)
}
