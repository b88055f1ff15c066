//! JSON as people write it: with comments, without quotes, with a comma too many.

use heddle_node::Json;

/// Texts longer than this are read strictly: repairing is for what people write, not for data.
const MAX_REPAIR: usize = 1024 * 1024;

/// The value that `text` means, if it can be made out.
///
/// What an expression puts into a text often breaks it, as a name with a quotation mark in it does; n8n repairs that, too.
pub(crate) fn parse(text: &str) -> Option<Json> {
    if let Ok(json) = Json::parse(text) {
        return Some(json);
    }
    if text.len() > MAX_REPAIR || text.trim().is_empty() {
        return None;
    }
    let repaired = jsonrepair_rs::jsonrepair(text).ok()?;
    Json::parse(&repaired).ok()
}
