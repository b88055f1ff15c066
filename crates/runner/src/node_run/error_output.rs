//! Items that a node itself marks as failed: they leave through its error output (`docs/engine.md §12.3`).

use heddle_node::parameters::javascript::is_truthy;
use heddle_node::{Item, Json};

/// What may stand in an item beside its error.
const ERROR_KEYS: [&str; 3] = ["error", "message", "details"];

/// Whether an item of a node that succeeded is one that failed: it tells of an error, and of nothing else.
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
