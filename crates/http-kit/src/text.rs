//! Texts of unknown length.

/// Texts of a server are cut after so many characters.
const LONGEST: usize = 500;

/// The beginning of a text that may be of any length.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
