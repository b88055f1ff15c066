//! Examples of a node: data that feeds tests, documentation and form presets.

use crate::json::Json;

/// A use of a node with the answers of the service it talks to.
#[derive(Debug, Clone)]
pub struct NodeExample {
    /// What it shows.
    pub title: &'static str,
    /// Version of the node.
    pub type_version: f64,
    /// Parameters as stored: expressions allowed.
    pub parameters: Json,
    /// Input items.
    pub items: Vec<Json>,
    /// An input item that the node must refuse; none when no item can be bad.
    pub bad_item: Option<Json>,
    /// Credentials by type.
    pub credentials: Vec<(&'static str, Json)>,
    /// What the service answers, in the order of the calls of one item.
    pub exchanges: Vec<HttpExchange>,
}

/// One request that a node is expected to send, and the answer.
#[derive(Debug, Clone)]
pub struct HttpExchange {
    /// Method.
    pub method: &'static str,
    /// Path, without base URL and query.
    pub path: &'static str,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer; a text is the body itself.
    pub answer: Json,
}
