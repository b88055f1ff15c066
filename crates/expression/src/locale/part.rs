//! Formatted text in parts.

use heddle_node::{Json, JsonObject};

/// A piece of a formatted number, date or list, with the name that `formatToParts` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// What it is: `literal`, `year`, `integer`, …
    pub(crate) kind: &'static str,
    /// The text.
    pub(crate) text: String,
}

impl Part {
    /// A piece.
    pub(super) fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The object that JavaScript sees.
    pub(crate) fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("type", Json::from(self.kind));
        object.insert("value", Json::from(self.text.as_str()));
        Json::from(object)
    }
}

/// All pieces together.
pub(super) fn join(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Adds a piece of text that is neither number nor word; neighbours of that kind become one.
pub(super) fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(last) if last.kind == "literal" => last.text.push_str(text),
        _ => parts.push(Part::new("literal", text)),
    }
}
