//! Items on their way into the world of a package, and out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use heddle_data::{BinaryData, FileContent, Item, Items, Json, JsonObject, PairedItem, from_json, to_json};
use heddle_node::{ErrorKind, NodeError};

use crate::engine::CallFiles;

/// Items as the world has them. Files stay here, under ids that lead back to them.
pub(crate) fn items_in(input: usize, items: &[Item], files: &mut CallFiles) -> Json {
    items.iter().enumerate().map(|(index, item)| item_in(input, index, item, files)).collect()
}

fn item_in(input: usize, index: usize, item: &Item, files: &mut CallFiles) -> Json {
    let mut made = JsonObject::new();
    made.insert("json", item.json.clone());
    if let Some(binary) = item.binary() {
        let mut own = JsonObject::new();
        for (name, file) in binary.iter() {
            let id = format!("heddle:{input}:{index}:{name}");
            let bare = BinaryData { content: FileContent::default(), ..file.clone() };
            let mut meta = to_json(&bare).unwrap_or_default();
            meta.remove("data");
            meta.insert("id", Json::from(id.as_str()));
            own.insert(name, meta);
            files.insert(id, file.clone());
        }
        made.insert("binary", Json::from(own));
    }
    let mut pairing = JsonObject::new();
    pairing.insert("item", Json::from(index));
    if input > 0 {
        pairing.insert("input", Json::from(input));
    }
    made.insert("pairedItem", Json::from(pairing));
    Json::from(made)
}

/// What a node put out: a list of items for each output. Nothing at all where it returned nothing.
///
/// # Errors
/// When it returned something else.
pub(crate) fn outputs_of(value: &Json, files: &CallFiles) -> Result<Vec<Items>, NodeError> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let Some(outputs) = value.as_array() else { return Err(no_items()) };
    let output = |items: &Json| match items.as_array() {
        Some(items) => {
            items.iter().map(|item| item_out(item, files)).collect::<Result<Vec<_>, _>>().map(Arc::new)
        }
        None if items.is_null() => Ok(Items::default()),
        None => Err(no_items()),
    };
    outputs.iter().map(output).collect()
}

fn item_out(item: &Json, files: &CallFiles) -> Result<Item, NodeError> {
    let Some(object) = item.as_object() else { return Err(no_items()) };
    let json = object.get("json").cloned().unwrap_or_else(Json::object);
    let mut made = Item::new(json);
    if let Some(pairing) = object.get("pairedItem") {
        made = made.with_paired_item(PairedItem::from_json(pairing));
    }
    if let Some(binary) = object.get("binary").and_then(Json::as_object) {
        let mut own = BTreeMap::new();
        for (name, file) in binary.iter() {
            own.insert(name.to_owned(), file_out(file, files)?);
        }
        made = made.with_binary(Some(Arc::new(own)));
    }
    if let Some(error) = object.get("error").filter(|error| !error.is_null()) {
        made = made.with_error(Some(error.clone()));
    }
    Ok(made)
}

fn file_out(file: &Json, files: &CallFiles) -> Result<BinaryData, NodeError> {
    let known = file.get("id").and_then(Json::as_str).and_then(|id| files.get(id));
    let mut meta = file.clone();
    meta.remove("id");
    if let Some(known) = known {
        meta.insert("data", Json::from(""));
        let made: BinaryData = from_json(&meta).map_err(|_| no_items())?;
        return Ok(BinaryData { content: known.content.clone(), ..made });
    }
    from_json(&meta).map_err(|_| no_items())
}

fn no_items() -> NodeError {
    NodeError::new(ErrorKind::Operation, "The node put out something other than lists of items").with_description(
        "This is a fault of the package: `execute` must return a list of items for each output, [[{ json: … }]].",
    )
}
