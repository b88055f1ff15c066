//! Items in records: all that they hold, and nothing of the leniency with which files of items are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::{BinaryData, Item, Items, Json, PairedItem};
use serde::de::Deserializer;
use serde::ser::{SerializeSeq as _, Serializer};
use serde::{Deserialize, Serialize};

/// An item to be written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "j")]
    json: &'a Json,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    paired_item: Option<&'a PairedItem>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    binary: Option<&'a BTreeMap<String, BinaryData>>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    error: Option<&'a Json>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Json>,
}

/// An item that was read.
#[derive(Deserialize)]
struct Read {
    #[serde(rename = "j")]
    json: Json,
    #[serde(rename = "p", default)]
    paired_item: Json,
    #[serde(rename = "b", default)]
    binary: Option<BTreeMap<String, BinaryData>>,
    #[serde(rename = "e", default)]
    error: Option<Json>,
    #[serde(rename = "m", default)]
    metadata: Option<Json>,
}

/// An item as records have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StoredItem(pub(super) Item);

fn written(item: &Item) -> Written<'_> {
    Written {
        json: &item.json,
        paired_item: (item.paired_item != PairedItem::None).then_some(&item.paired_item),
        binary: item.binary().map(|files| &**files),
        error: item.error(),
        metadata: item.metadata(),
    }
}

impl Serialize for StoredItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let item = Item::new(read.json)
            .with_paired_item(PairedItem::from_json(&read.paired_item))
            .with_binary(read.binary.map(Arc::new))
            .with_error(read.error)
            .with_metadata(read.metadata);
        Ok(Self(item))
    }
}

/// Writes a list of items for a digest of them: what tells one list from another.
pub(super) struct WrittenItems<'a>(pub(super) &'a [Item]);

impl Serialize for WrittenItems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            list.serialize_element(&written(item))?;
        }
        list.end()
    }
}

/// `#[serde(with)]` of a shared list that may be absent.
pub(super) mod optional_list {
    use super::*;

    pub(in crate::log) fn serialize<S: Serializer>(
        items: &Option<Items>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        items.as_ref().map(|items| WrittenItems(items)).serialize(serializer)
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Items>, D::Error> {
        let items = Option::<Vec<StoredItem>>::deserialize(deserializer)?;
        Ok(items.map(|items| Arc::new(items.into_iter().map(|item| item.0).collect())))
    }
}

/// `#[serde(with)]` of the lists of several outputs.
pub(super) mod lists {
    use super::*;

    pub(in crate::log) fn serialize<S: Serializer>(
        outputs: &[Items],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(outputs.iter().map(|items| WrittenItems(items)))
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Items>, D::Error> {
        let outputs = Vec::<Vec<StoredItem>>::deserialize(deserializer)?;
        Ok(outputs
            .into_iter()
            .map(|items| Arc::new(items.into_iter().map(|item| item.0).collect()))
            .collect())
    }
}

/// `#[serde(with)]` of what one item put out: the outputs with their items.
pub(super) mod output {
    use super::*;

    pub(in crate::log) fn serialize<S: Serializer>(
        output: &Option<Vec<(usize, Item)>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let output = output
            .as_ref()
            .map(|items| items.iter().map(|(output, item)| (*output, written(item))).collect::<Vec<_>>());
        output.serialize(serializer)
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<(usize, Item)>>, D::Error> {
        let output = Option::<Vec<(usize, StoredItem)>>::deserialize(deserializer)?;
        Ok(output.map(|items| items.into_iter().map(|(output, item)| (output, item.0)).collect()))
    }
}
