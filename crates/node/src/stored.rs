//! Parameters as a workflow file stores them, for what a node can tell of them before anything runs.

use crate::json::{Json, JsonObject};

/// Parameters of a node, upgraded and filled with defaults. A text in them that begins with `=` is an expression, which
/// only an item can answer; everything else is what every item gets.
#[derive(Clone, Copy)]
pub struct StoredParameters<'a> {
    /// The parameters: an object.
    pub values: &'a Json,
    /// Version of the node type.
    pub type_version: f64,
    /// What the host knows of values.
    pub host: &'a dyn CheckHost,
}

/// What a host can tell a node about constant values.
pub trait CheckHost {
    /// Whether a text names a moment.
    fn is_moment(&self, text: &str) -> bool;
}

impl<'a> StoredParameters<'a> {
    /// The value of a parameter, unless an expression stands there, or anywhere in it.
    pub fn constant(&self, name: &str) -> Option<&'a Json> {
        self.values.get(name).filter(|value| !holds_expression(value))
    }

    /// The text of a parameter, unless it is an expression or no text.
    pub fn constant_text(&self, name: &str) -> Option<&'a str> {
        self.constant(name).and_then(Json::as_str)
    }
}

/// Whether a stored value is an expression, or holds one.
pub fn holds_expression(value: &Json) -> bool {
    if let Some(text) = value.as_str() {
        return text.starts_with('=');
    }
    let members = value.as_object().into_iter().flat_map(JsonObject::iter).map(|(_, member)| member);
    value.as_array().unwrap_or_default().iter().chain(members).any(holds_expression)
}
