//! Items that failed: what they become where their node continues, and those that a node itself marks as failed, which
//! leave through its error output (`docs/engine.md §12.3`).

use heddle_node::parameters::javascript::is_truthy;
use heddle_node::{ErrorKind, Item, Json, NodeError, PairedItem};

use crate::masking::masked_json;

/// What may be in an item beside its error.
const ERROR_KEYS: [&str; 3] = ["error", "message", "details"];

/// Whether an item of a node that succeeded is one that failed: it holds an error, and nothing else.
pub(crate) fn tells_of_error(item: &Item) -> bool {
    let Some(json) = item.json.as_object() else { return false };
    json.get("error").is_some_and(is_truthy) && json.keys().all(|key| ERROR_KEYS.contains(&key))
}

/// The item with the fields of the one that it stems from before its own.
pub(crate) fn with_input(mut item: Item, input: &Json) -> Item {
    let (Some(own), true) = (item.json.as_object(), input.is_object()) else { return item };
    let mut json = input.clone();
    for (key, value) in own.iter() {
        json.insert(key, value.clone());
    }
    item.json = json;
    item
}

/// The error object of an error at the node `node`, without the passwords of URLs.
pub(crate) fn error_details(error: &NodeError, node: &str, run_index: usize) -> Json {
    let mut json = error.to_json(run_index, crate::clock::now());
    if error.kind == ErrorKind::Input
        && let Some(context) = json.get_mut("context")
    {
        context.insert("nodeCause", Json::from(node));
    }
    masked_json(json)
}

/// What the item of a failure has under `error` in its data: its message, or what its node says instead.
pub(crate) fn error_value(error: &NodeError) -> Json {
    masked_json(error.item_error.clone().unwrap_or_else(|| Json::from(error.message.as_str())))
}

/// The item that a failed item becomes where its node continues: the input's fields with the error's text, the
/// details in `error`, and its lineage.
pub(crate) fn error_item(input: &Item, index: usize, error: &NodeError, details: Json) -> Item {
    let mut json = if input.json.is_object() { input.json.clone() } else { Json::object() };
    json.insert("error", error_value(error));
    let metadata = error.context.get("subExecution").map(|link| {
        let mut metadata = Json::object();
        metadata.insert("subExecution", link.clone());
        metadata
    });
    Item::new(json)
        .with_binary(input.binary().cloned())
        .with_paired_item(PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX)))
        .with_error(Some(details))
        .with_metadata(metadata)
}
