//! JSON as people write it: with comments, without quotes, with a comma too many.

use heddle_node::Json;

/// The value that `text` means, if it can be made out.
///
/// What an expression puts into a text often breaks it, as a name with a quotation mark in it does; n8n repairs that, too.
pub(crate) fn parse(text: &str) -> Option<Json> {
    if let Ok(json) = Json::parse(text) {
        return Some(json);
    }
    if text.trim().is_empty() {
        return None;
    }
    let repaired = jsonrepair_rs::jsonrepair(text).ok()?;
    Json::parse(&repaired).ok()
}
