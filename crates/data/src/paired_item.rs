//! The link from an output item back to the input items that it stems from (`docs/engine.md §13`).

use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::json::{Json, from_json};

/// The input item, or items, that an output item stems from.
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
#[derive(Debug, Clone)]
pub struct ItemReference {
    /// Index within the input's items.
    pub item: u32,
    /// Which main input.
    pub input: u16,
    written_as: WrittenAs,
    /// The node output to look in, in place of the one that the run data names (loops set it).
    pub source_overwrite: Option<Arc<Source>>,
}

/// How a reference to the first input is written in JSON: all mean the same, and what was read is written as it was.
#[derive(Debug, Clone, Copy)]
enum WrittenAs {
    /// `{ "item": 2 }`
    Object,
    /// `{ "item": 2, "input": 0 }`
    ObjectWithInput,
    /// `2`
    Number,
}

/// Which output of which run of which node some items came from (`docs/engine.md §3.1`).
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

impl PairedItem {
    /// Item `item` of the first main input.
    pub fn item(item: u32) -> Self {
        Self::One(ItemReference::new(item, 0))
    }

    /// Several input items, in this order.
    pub fn many(references: impl IntoIterator<Item = ItemReference>) -> Self {
        Self::Many(Arc::new(references.into_iter().collect()))
    }

    /// The `pairedItem` of an item in JSON. A link is only a hint for later look-ups, so one that makes no sense counts as
    /// none.
    pub fn from_json(json: &Json) -> Self {
        match json.as_array() {
            Some(list) => Self::many(list.iter().filter_map(ItemReference::from_json)),
            None => ItemReference::from_json(json).map_or(Self::None, Self::One),
        }
    }

    /// The item of the first main input, where nothing else is known, and JSON has it as `{ "item": 2 }`.
    pub fn as_plain_item(&self) -> Option<u32> {
        match self {
            Self::One(ItemReference {
                item,
                input: 0,
                written_as: WrittenAs::Object,
                source_overwrite: None,
            }) => Some(*item),
            _ => None,
        }
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

/// `null` when nothing is known.
impl Serialize for PairedItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::One(reference) => reference.serialize(serializer),
            Self::Many(references) => references.serialize(serializer),
        }
    }
}

impl ItemReference {
    /// Item `item` of main input `input`.
    pub fn new(item: u32, input: u16) -> Self {
        Self { item, input, written_as: WrittenAs::Object, source_overwrite: None }
    }

    /// The same item, looked for in another output than the one that the run data names.
    pub fn in_output(self, source: impl Into<Arc<Source>>) -> Self {
        Self { source_overwrite: Some(source.into()), ..self }
    }

    /// The same, with its input in JSON even when that is the first.
    #[must_use]
    pub fn naming_input(self) -> Self {
        Self { written_as: WrittenAs::ObjectWithInput, ..self }
    }

    fn from_json(json: &Json) -> Option<Self> {
        if json.is_number() {
            return Some(Self { written_as: WrittenAs::Number, ..Self::new(to_u32(json)?, 0) });
        }
        let input = json.get("input").filter(|input| !input.is_null());
        let reference = Self {
            item: to_u32(json.get("item")?)?,
            input: input.map_or(Some(0), |input| u16::try_from(to_u32(input)?).ok())?,
            written_as: if input.is_some() { WrittenAs::ObjectWithInput } else { WrittenAs::Object },
            source_overwrite: None,
        };
        let source = json.get("sourceOverwrite").and_then(|source| from_json::<Source>(source).ok());
        Some(match source {
            Some(source) => reference.in_output(source),
            None => reference,
        })
    }
}

impl PartialEq for ItemReference {
    fn eq(&self, other: &Self) -> bool {
        (self.item, self.input, &self.source_overwrite) == (other.item, other.input, &other.source_overwrite)
    }
}

impl Eq for ItemReference {}

impl Serialize for ItemReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let WrittenAs::Number = self.written_as {
            return self.item.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("item", &self.item)?;
        if self.input != 0 || matches!(self.written_as, WrittenAs::ObjectWithInput) {
            map.serialize_entry("input", &self.input)?;
        }
        if let Some(source) = &self.source_overwrite {
            map.serialize_entry("sourceOverwrite", &**source)?;
        }
        map.end()
    }
}

fn to_u32(json: &Json) -> Option<u32> {
    let number = json.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}
