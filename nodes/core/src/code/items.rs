//! What code may return, checked in n8n's words (`docs/code.md §3`).

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_node::{
    BatchContext, BinaryData, ErrorKind, ErrorLevel, FileStore, Item, Json, JsonObject, NodeError,
    PairedItem, from_json,
};

use crate::binary;

/// Keys of an item. One that has any of them may have no others.
const ITEM_KEYS: [&str; 5] = ["json", "binary", "pairedItem", "error", "index"];

/// The items that code returned which ran once for all of them.
pub(super) fn of_all(returned: Option<Json>, files: &dyn FileStore) -> Result<Vec<Item>, NodeError> {
    let returned = returned.ok_or_else(no_items)?;
    if returned.is_null() {
        return Ok(Vec::new());
    }
    if let Some(items) = returned.as_array() {
        if !items.iter().all(Json::is_object) {
            return Err(no_items());
        }
        let objects = || items.iter().filter_map(Json::as_object);
        if objects().any(|object| object.keys().any(is_item_key)) {
            for (index, object) in objects().enumerate() {
                check_keys(object, index)?;
            }
        }
    } else if !returned.is_object() {
        return Err(no_items());
    }
    let items = normalize(returned)?;
    items.into_iter().enumerate().map(|(index, item)| to_item(item, index, files)).collect()
}

/// The item that code returned which ran for the one at `index`, if it returned any.
pub(super) fn of_one(
    returned: Option<Json>,
    index: usize,
    files: &dyn FileStore,
) -> Result<Option<Item>, NodeError> {
    let Some(returned) = returned.filter(is_truthy) else { return Ok(None) };
    let mut item = Json::object();
    match returned.as_object() {
        Some(object) if object.contains_key("json") || object.contains_key("binary") => {
            let json = object.get("json").cloned();
            item.insert("json", json.unwrap_or_else(Json::object));
            if let Some(binary) = object.get("binary").filter(|binary| is_truthy(binary)) {
                item.insert("binary", binary.clone());
            }
        }
        _ => drop(item.insert("json", returned)),
    }
    let pairing = PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX));
    to_item(item, index, files).map(|item| Some(item.with_paired_item(pairing)))
}

/// The item in the place of one whose code failed.
///
/// # Errors
/// The error itself, where the workflow does not go on after errors.
pub(super) fn failed_code(
    mut error: NodeError,
    index: usize,
    context: &BatchContext<'_>,
) -> Result<Item, NodeError> {
    error.item_index = Some(index);
    let failed =
        context.main_items().get(index).and_then(|item| context.services.failed_item(item, index, &error));
    failed.ok_or(error)
}

/// Items in any form that may be returned as those with a `json` key.
pub(super) fn normalize(returned: Json) -> Result<Vec<Json>, NodeError> {
    let of_json = |json: Json| {
        let mut item = Json::object();
        item.insert("json", json);
        item
    };
    if returned.is_object() {
        let is_item = returned.get("json").is_some_and(is_truthy);
        return Ok(vec![if is_item { returned } else { of_json(returned) }]);
    }
    let Some(items) = returned.as_array() else { return Ok(Vec::new()) };
    for key in ["json", "binary"] {
        let with_key = items.iter().filter(|item| item.get(key).is_some()).count();
        if with_key == 0 {
            continue;
        }
        if with_key < items.len() {
            return Err(error("Inconsistent item format"));
        }
        if key == "json" {
            return Ok(items.to_vec());
        }
        return Ok(items.iter().map(with_own_json).collect());
    }
    Ok(items.iter().cloned().map(of_json).collect())
}

/// An item of files alone: whatever else it has are its data.
fn with_own_json(item: &Json) -> Json {
    let mut json = item.clone();
    let mut files = Json::object();
    files.insert("binary", item.get("binary").cloned().unwrap_or_default());
    if let Some(object) = json.as_object_mut() {
        object.remove("binary");
    }
    files.insert("json", json);
    files
}

fn is_item_key(key: &str) -> bool {
    ITEM_KEYS.contains(&key)
}

/// Keys beside those of an item show that an item's data were meant to be in `json`.
fn check_keys(item: &JsonObject, index: usize) -> Result<(), NodeError> {
    let Some(unknown) = item.keys().find(|key| !is_item_key(key)) else { return Ok(()) };
    Err(match item.keys().find(|key| is_item_key(key)) {
        Some(reserved) => at_item(
            "Invalid output format",
            format!(
                "An output item contains the reserved key <code>{reserved}</code>. To get around this, please wrap \
                 each item in an object, under a key called <code>json</code>. \
                 <a href=\"https://docs.n8n.io/data/data-structure/#data-structure\" target=\"_blank\">Example</a>"
            ),
            index,
        ),
        None => at_item(
            format!("Unknown top-level item key: {unknown}"),
            "Access the properties of an item under `.json`, e.g. `item.json`",
            index,
        ),
    })
}

pub(super) fn to_item(item: Json, index: usize, files: &dyn FileStore) -> Result<Item, NodeError> {
    let no_object = |key: &str| {
        at_item(
            format!("A '{key}' property isn't an object"),
            format!("In the returned data, every key named '{key}' must point to an object."),
            index,
        )
    };
    let json = item.get("json").filter(|json| json.is_object()).cloned().ok_or_else(|| no_object("json"))?;
    let mut made = Item::new(json);
    if let Some(binary) = item.get("binary") {
        if !binary.is_object() {
            return Err(no_object("binary"));
        }
        made = made.with_binary(Some(Arc::new(read_files(binary, index, files)?)));
    }
    if let Some(paired) = item.get("pairedItem") {
        made = made.with_paired_item(PairedItem::from_json(paired));
    }
    Ok(made)
}

fn read_files(
    given: &Json,
    index: usize,
    files: &dyn FileStore,
) -> Result<BTreeMap<String, BinaryData>, NodeError> {
    let read: BTreeMap<String, BinaryData> = from_json(given).map_err(|problem| {
        at_item(
            "A 'binary' property is no file",
            format!("A file has `data` (base64) and `mimeType`, and may have `fileName`: {problem}."),
            index,
        )
    })?;
    read.into_iter().map(|(name, file)| Ok((name, binary::taken_over(file, files)?))).collect()
}

/// What JavaScript takes for true.
fn is_truthy(value: &Json) -> bool {
    match (value.as_bool(), value.as_f64(), value.as_str()) {
        (Some(value), ..) => value,
        (_, Some(number), _) => number != 0.0,
        (.., Some(text)) => !text.is_empty(),
        _ => !value.is_null(),
    }
}

fn no_items() -> NodeError {
    error("Code doesn't return items properly")
        .with_description("Please return an array of objects, one for each item you would like to output.")
}

fn at_item(message: impl Into<String>, description: impl Into<String>, index: usize) -> NodeError {
    let mut error = error(format!("{} [item {index}]", message.into())).with_description(description);
    error.item_index = Some(index);
    error
}

/// An error in what code returned.
pub(super) fn error(message: impl Into<String>) -> NodeError {
    let mut error = NodeError::new(ErrorKind::Operation, message);
    error.class = Some("ValidationError".into());
    error.level = ErrorLevel::Info;
    error
}
