//! Items: the records that travel along a workflow's connections (`spec/engine.md §2`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json::Json;

/// One record: its JSON, its files, where it came from, and the error that it stands for, if any.
///
/// Cloning an item copies pointers, never its JSON.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    /// The data. Nodes normally give an object.
    pub json: Json,
    /// Files by property name.
    pub binary: Option<Arc<BTreeMap<String, BinaryData>>>,
    /// The input item, or items, that this one stems from.
    pub paired_item: PairedItem,
    /// The error object of an item that failed and continues (`spec/engine.md §12.5`).
    pub error: Option<Arc<Json>>,
    /// Facts about where the item came from, such as the execution of a called workflow: `{ subExecution }`.
    pub metadata: Option<Arc<Json>>,
}

/// The items of one input or output, shared by all who read them.
pub type Items = Arc<Vec<Item>>;

/// The link from an output item back to the input it stems from (`spec/engine.md §13`).
///
/// Every item of every output holds one, so it is kept to 16 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PairedItem {
    /// Nothing is known; lookups through this item fail.
    #[default]
    None,
    /// Exactly one input item.
    One(ItemReference),
    /// Several input items, in the order in which the node named them.
    Many(Arc<Vec<ItemReference>>),
}

const _: () = assert!(size_of::<PairedItem>() == 16);

/// The position of an input item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemReference {
    /// Index within the input's items.
    pub item: u32,
    /// Which main input; 0 is left out in JSON.
    pub input: u16,
    /// Says nothing: the values that a `bool` leaves free tell the variants of [`PairedItem`] apart without making it
    /// longer.
    spare: bool,
    /// The node output to look in, in place of the one that the run data names (loops set it).
    pub source_overwrite: Option<Arc<Source>>,
}

/// Which output of which run of which node some items came from (`spec/engine.md §3.1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Name of the node.
    pub previous_node: String,
    /// Output index, from 0.
    #[serde(default)]
    pub previous_node_output: usize,
    /// Run index, from 0.
    #[serde(default)]
    pub previous_node_run: usize,
}

/// One file of an item (`spec/engine.md §2`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BinaryData {
    /// Base64 text, or the name of the storage mode when `id` is set.
    pub data: String,
    /// Media type, such as `image/png`.
    pub mime_type: String,
    /// Kind of preview: text, json, image, audio, video, pdf or html.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// Name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Folder of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// Extension without its dot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_extension: Option<String>,
    /// Size for display, such as `1.2 kB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<String>,
    /// Size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Place in the storage: `<mode>:<path>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Item {
    /// An item that holds only data.
    pub fn new(json: Json) -> Self {
        Self { json, ..Self::default() }
    }
}

impl From<Json> for Item {
    fn from(json: Json) -> Self {
        Self::new(json)
    }
}

impl ItemReference {
    /// Item `item` of main input `input`.
    pub fn new(item: u32, input: u16) -> Self {
        Self { item, input, spare: false, source_overwrite: None }
    }

    /// The same item, looked for in another output than the one that the run data names.
    pub fn in_output(self, source: impl Into<Arc<Source>>) -> Self {
        Self { source_overwrite: Some(source.into()), ..self }
    }
}

impl PairedItem {
    /// Item `item` of the first main input.
    pub fn item(item: u32) -> Self {
        Self::One(ItemReference::new(item, 0))
    }

    /// Several input items, in this order.
    pub fn many(references: impl IntoIterator<Item = ItemReference>) -> Self {
        Self::Many(Arc::new(references.into_iter().collect()))
    }

    /// The references in order; empty when nothing is known.
    pub fn references(&self) -> &[ItemReference] {
        match self {
            Self::None => &[],
            Self::One(reference) => std::slice::from_ref(reference),
            Self::Many(references) => references,
        }
    }
}
