//! Loop Over Items: batch after batch leaves, and comes back, until all items have left (`docs/engine.md §10`).

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, ItemReference, Items, Json, NodeError, NodeExample, NodeHeader,
    PairedItem, Source, StoredParameters, StoredProblem, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives its items in batches. Whatever comes back of a batch is kept until no item is left; then all of it leaves through
/// the output `done`.
///
/// Version 1 has no such output: its branch ends. Versions 2 and 3 differ in the order of their outputs.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoopOverItems<const VERSION: u8>;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LoopParameters {
    /// How many items leave at a time.
    pub batch_size: f64,
    /// Further settings.
    pub options: LoopOptions,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LoopOptions {
    /// Whether the node begins anew with the items that arrive.
    pub reset: bool,
}

/// What the node keeps between its runs.
struct Progress {
    left: VecDeque<Item>,
    /// What came back, each item paired with the output that it came from.
    processed: Vec<Item>,
    /// Where the items came from, for those who look back from the loop.
    source: Option<Arc<Source>>,
    batches: usize,
    run: usize,
}

#[async_trait]
impl<const VERSION: u8> BatchNode for LoopOverItems<VERSION> {
    type Parameters = LoopParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.splitInBatches",
        versions: match VERSION {
            1 => &[1.0],
            2 => &[2.0],
            _ => &[3.0],
        },
        display_name: if VERSION < 3 { "Split In Batches" } else { "Loop Over Items" },
        description: "Gives its items in batches, one after the other",
        group: &["organization"],
        outputs: match VERSION {
            1 => &[""],
            2 => &["loop", "done"],
            _ => &["done", "loop"],
        },
        icon: Some("node:loop-over-items"),
        category: Some("Flow"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.splitinbatches/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const MAY_GIVE_NOTHING: bool = VERSION == 1;

    async fn execute(
        &self,
        parameters: &LoopParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let size = batch_size(parameters.batch_size)?;
        let items = context.input(0);
        let source = context.sources.first().cloned().flatten().map(Arc::new);
        let state = context.services.node_state();
        let state = &mut *state.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = state.kept.as_mut().and_then(|kept| kept.downcast_mut::<Progress>());
        let (batch, ended) = match progress.filter(|_| !parameters.options.reset) {
            None => {
                let mut progress = Progress {
                    left: items.iter().cloned().collect(),
                    processed: Vec::new(),
                    source,
                    batches: items.len().div_ceil(size),
                    run: 0,
                };
                let batch = progress.take(size);
                state.context = progress.shown(VERSION, batch.is_empty());
                let ended = batch.is_empty().then(Items::default);
                state.kept = Some(Box::new(progress));
                (batch, ended)
            }
            Some(progress) => {
                progress.run += 1;
                let batch =
                    progress.take(size).into_iter().map(|item| looking_back(item, progress.source.as_ref()));
                let batch: Vec<Item> = batch.collect();
                progress.processed.extend(items.iter().enumerate().map(|(index, item)| {
                    let index = u32::try_from(index).unwrap_or(u32::MAX);
                    let reference = ItemReference::new(index, 0);
                    looking_back(item.clone().with_paired_item(PairedItem::One(reference)), source.as_ref())
                }));
                let ended = batch.is_empty().then(|| Arc::new(progress.processed.clone()));
                state.context = progress.shown(VERSION, batch.is_empty());
                (batch, ended)
            }
        };
        let batch = Arc::new(batch);
        Ok(match (VERSION, ended) {
            (1, Some(_)) => Vec::new(),
            (1, None) => vec![batch],
            (2, ended) => vec![batch, ended.unwrap_or_default()],
            (_, ended) => vec![ended.unwrap_or_default(), batch],
        })
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let size = stored.constant("batchSize").and_then(Json::as_f64);
        size.and_then(|size| batch_size(size).err()).map(StoredProblem::from).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&properties(if VERSION < 3 { 10 } else { 1 }))
    }

    fn examples() -> Vec<NodeExample> {
        let last = f64::from(VERSION);
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Two items at a time",
                type_version: last,
                parameters: json!({ "batchSize": 2, "options": {} }),
                items: vec![json!({ "id": 1 }), json!({ "id": 2 }), json!({ "id": 3 })],
                ..NodeExample::default()
            }],
        )
    }
}

impl Progress {
    /// The next batch.
    fn take(&mut self, size: usize) -> Vec<Item> {
        self.left.drain(..size.min(self.left.len())).collect()
    }

    /// What expressions read as `$("Loop").context`. The items themselves are not in it.
    fn shown(&self, version: u8, is_done: bool) -> Json {
        let mut shown = json!({
            "currentRunIndex": self.run,
            "maxRunIndex": self.batches,
            "noItemsLeft": self.left.is_empty(),
        });
        if version > 1 {
            shown.insert("done", Json::from(is_done));
        }
        shown
    }
}

/// The item, paired with the same place of another output than the one that the run data names.
fn looking_back(item: Item, source: Option<&Arc<Source>>) -> Item {
    let Some(source) = source else { return item };
    let references: Vec<ItemReference> = match item.paired_item.references() {
        [] => vec![ItemReference::new(0, 0)],
        references => references.to_vec(),
    };
    let mut references = references.into_iter().map(|reference| reference.in_output(Arc::clone(source)));
    let paired_item = match (&item.paired_item, references.len()) {
        (PairedItem::Many(_), _) => PairedItem::many(references),
        _ => references.next().map_or(PairedItem::None, PairedItem::One),
    };
    item.with_paired_item(paired_item)
}

fn batch_size(size: f64) -> Result<usize, NodeError> {
    if size >= 1.0 {
        return Ok(size as usize);
    }
    Err(NodeError::parameter("batchSize", format!("The batch size is {size}"))
        .with_description("Give a whole number that is 1 or greater: no item would ever leave."))
}

fn properties(batch_size: u8) -> Json {
    json!([
        {
            "displayName": "Nodes handle all of their items by themselves: a loop is seldom needed.",
            "name": "splitInBatchesNotice", "type": "notice", "default": "",
        },
        {
            "displayName": "Batch Size", "name": "batchSize", "type": "number", "default": batch_size,
            "typeOptions": { "minValue": 1 }, "description": "How many items leave at a time",
        },
        {
            "displayName": "Options", "name": "options", "type": "collection", "default": {},
            "placeholder": "Add option", "description": "Further settings",
            "options": [
                {
                    "displayName": "Reset", "name": "reset", "type": "boolean", "default": false,
                    "description": "Whether the node begins anew with the items that arrive",
                },
            ],
        },
    ])
}
