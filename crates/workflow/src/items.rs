//! Items as n8n writes them: in pinned data, run data and input files (`docs/engine.md §2`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use heddle_data::{BinaryData, Files, Item, Json, JsonObject, PairedItem};
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
/// Names the first entry that is not an object.
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
    Ok(Item::new(data.clone())
        .with_binary(read_binary(object)?)
        .with_paired_item(object.get("pairedItem").map(PairedItem::from_json).unwrap_or_default())
        .with_error(object.get("error").filter(|error| !error.is_null()).cloned())
        .with_metadata(object.get("metadata").filter(|metadata| metadata.is_object()).cloned()))
}

/// Reads one row of an input file: an item as n8n writes it, or any other object, which becomes the item's data. An object
/// with a column `json` beside others that no item of n8n has is such data, too.
///
/// # Errors
/// As [`read_item`].
pub fn read_row(json: &Json) -> Result<Item, String> {
    match json.as_object() {
        Some(object) if !is_item(object) => Ok(Item::new(json.clone())),
        _ => read_item(json),
    }
}

/// Whether an object has the members of an item of n8n, and no others.
fn is_item(object: &JsonObject) -> bool {
    object.get("json").is_some_and(Json::is_object)
        && object.iter().all(|(key, value)| match key {
            "json" => true,
            "binary" | "metadata" | "evaluationData" | "sendMessage" | "redaction" => {
                value.is_object() || value.is_null()
            }
            "pairedItem" => !(value.is_string() || value.is_bool()),
            "error" => value.is_object() || value.is_string() || value.is_null(),
            "index" => value.is_number() || value.is_null(),
            _ => false,
        })
}

fn read_binary(object: &JsonObject) -> Result<Option<Files>, String> {
    let Some(files) = object.get("binary").filter(|files| !files.is_null()) else { return Ok(None) };
    let Some(files) = files.as_object() else {
        return Err(format!("has a \"binary\" that is {}, not an object", describe(files)));
    };
    let mut binary = BTreeMap::new();
    for (name, file) in files.iter() {
        let file = heddle_data::json::from_json::<BinaryData>(file)
            .map_err(|error| format!("has a file \"{name}\" that is no binary data: {error}"))?;
        binary.insert(name.to_owned(), file);
    }
    Ok((!binary.is_empty()).then(|| Arc::new(binary)))
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
        let item = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("json", &item.json)?;
        if let Some(binary) = item.binary() {
            map.serialize_entry("binary", &**binary)?;
        }
        if item.paired_item != PairedItem::None {
            map.serialize_entry("pairedItem", &item.paired_item)?;
        }
        if let Some(error) = item.error() {
            map.serialize_entry("error", error)?;
        }
        if let Some(metadata) = item.metadata() {
            map.serialize_entry("metadata", metadata)?;
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
