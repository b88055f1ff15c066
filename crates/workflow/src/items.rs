//! Items as n8n writes them: in pinned data, run data and input files (`spec/engine.md §2`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use heddle_node::{BinaryData, Item, ItemReference, Json, JsonObject, PairedItem, Source};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A value that cannot be read as items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemsError {
    /// Index of the item, when the value is a list.
    pub index: Option<usize>,
    /// What is wrong, as the end of a sentence about the item: `is a text, not an object`.
    pub message: String,
}

impl fmt::Display for ItemsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "item {index} {}", self.message),
            None => write!(f, "the value {}", self.message),
        }
    }
}

impl std::error::Error for ItemsError {}

/// Reads the items of pinned data or of an input file: a list, or one item alone. Each is either an item as n8n writes
/// it (`{ "json": { … } }`) or a plain object, which becomes the item's data.
///
/// # Errors
/// Names the first entry that is no object.
pub fn read_items(json: &Json) -> Result<Vec<Item>, ItemsError> {
    match json.as_array() {
        Some(list) => list
            .iter()
            .enumerate()
            .map(|(index, json)| {
                read_item(json).map_err(|message| ItemsError { index: Some(index), message })
            })
            .collect(),
        None => Ok(vec![read_item(json).map_err(|message| ItemsError { index: None, message })?]),
    }
}

/// Reads one item: `{ "json": { … } }`, or a plain object, which becomes the item's data.
///
/// # Errors
/// Says what is wrong, as the end of a sentence about the item.
pub fn read_item(json: &Json) -> Result<Item, String> {
    let Some(object) = json.as_object() else {
        return Err(format!("is {}, not an object", describe(json)));
    };
    let Some(data) = object.get("json").filter(|data| data.is_object()) else {
        return Ok(Item::new(json.clone()));
    };
    Ok(Item {
        json: data.clone(),
        binary: read_binary(object)?,
        paired_item: object.get("pairedItem").map(read_paired_item).unwrap_or_default(),
        error: object.get("error").filter(|error| !error.is_null()).map(|error| Arc::new(error.clone())),
        metadata: object.get("metadata").filter(|json| json.is_object()).map(|json| Arc::new(json.clone())),
    })
}

fn read_binary(object: &JsonObject) -> Result<Option<Arc<BTreeMap<String, BinaryData>>>, String> {
    let Some(files) = object.get("binary").filter(|files| !files.is_null()) else { return Ok(None) };
    let Some(files) = files.as_object() else {
        return Err(format!("has a \"binary\" that is {}, not an object", describe(files)));
    };
    let mut binary = BTreeMap::new();
    for (name, file) in files.iter() {
        let file = heddle_node::json::from_json::<BinaryData>(file)
            .map_err(|error| format!("has a file \"{name}\" that is no binary data: {error}"))?;
        binary.insert(name.to_owned(), file);
    }
    Ok((!binary.is_empty()).then(|| Arc::new(binary)))
}

/// A link is only a hint for later look-ups, so one that makes no sense counts as none.
fn read_paired_item(json: &Json) -> PairedItem {
    match json.as_array() {
        Some(list) => PairedItem::many(list.iter().filter_map(read_reference)),
        None => read_reference(json).map_or(PairedItem::None, PairedItem::One),
    }
}

fn read_reference(json: &Json) -> Option<ItemReference> {
    if json.is_number() {
        return Some(ItemReference::new(to_u32(json)?, 0));
    }
    let item = to_u32(json.get("item")?)?;
    let input = match json.get("input") {
        None => 0,
        Some(input) if input.is_null() => 0,
        Some(input) => to_u32(input)?,
    };
    let reference = ItemReference::new(item, u16::try_from(input).ok()?);
    let source =
        json.get("sourceOverwrite").and_then(|source| heddle_node::json::from_json::<Source>(source).ok());
    Some(match source {
        Some(source) => reference.in_output(source),
        None => reference,
    })
}

fn to_u32(json: &Json) -> Option<u32> {
    let number = json.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}

/// What a value is, for messages: `a text`, `a list`, ….
pub(crate) fn describe(json: &Json) -> &'static str {
    if json.is_null() {
        "null"
    } else if json.is_string() {
        "a text"
    } else if json.is_number() {
        "a number"
    } else if json.is_bool() {
        "true or false"
    } else if json.is_array() {
        "a list"
    } else {
        "an object"
    }
}

/// An item in n8n's form: `{ json, binary?, pairedItem?, error? }`.
#[derive(Debug, Clone, Copy)]
pub struct SerializedItem<'a>(pub &'a Item);

impl Serialize for SerializedItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Item { json, binary, paired_item, error, metadata } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("json", json)?;
        if let Some(binary) = binary {
            map.serialize_entry("binary", &**binary)?;
        }
        match paired_item {
            PairedItem::None => {}
            PairedItem::One(reference) => {
                map.serialize_entry("pairedItem", &SerializedReference(reference))?
            }
            PairedItem::Many(references) => {
                map.serialize_entry("pairedItem", &SerializedReferences(references))?
            }
        }
        if let Some(error) = error {
            map.serialize_entry("error", &**error)?;
        }
        if let Some(metadata) = metadata {
            map.serialize_entry("metadata", &**metadata)?;
        }
        map.end()
    }
}

/// A list of items in n8n's form.
#[derive(Debug, Clone, Copy)]
pub struct SerializedItems<'a>(pub &'a [Item]);

impl Serialize for SerializedItems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            seq.serialize_element(&SerializedItem(item))?;
        }
        seq.end()
    }
}

struct SerializedReference<'a>(&'a ItemReference);

impl Serialize for SerializedReference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("item", &self.0.item)?;
        if self.0.input != 0 {
            map.serialize_entry("input", &self.0.input)?;
        }
        if let Some(source) = &self.0.source_overwrite {
            map.serialize_entry("sourceOverwrite", &**source)?;
        }
        map.end()
    }
}

struct SerializedReferences<'a>(&'a [ItemReference]);

impl Serialize for SerializedReferences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for reference in self.0 {
            seq.serialize_element(&SerializedReference(reference))?;
        }
        seq.end()
    }
}
