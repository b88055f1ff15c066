//! Examples of a node: data that feeds tests, documentation and form presets.

use crate::json::Json;

/// A use of a node: what goes in, what comes out, and the answers of the service that it talks to. The behaviour suite of
/// `heddle-testkit` runs it.
///
/// ```
/// use heddle_node::{NodeExample, json};
///
/// let example = NodeExample {
///     title: "Greet somebody",
///     type_version: 1.0,
///     parameters: json!({ "name": "={{ $json.name }}" }),
///     items: vec![json!({ "name": "Ada" })],
///     outputs: vec![vec![json!({ "name": "Ada", "greeting": "Hello, Ada!" })]],
///     ..NodeExample::default()
/// };
/// assert_eq!(example.items.len(), example.outputs[0].len());
/// ```
#[derive(Debug, Clone, Default)]
pub struct NodeExample {
    /// What it shows.
    pub title: &'static str,
    /// Version of the node.
    pub type_version: f64,
    /// Parameters as stored: expressions allowed.
    pub parameters: Json,
    /// Input items.
    pub items: Vec<Json>,
    /// What comes out of each output: the data of its items. Outputs at the end through which nothing leaves may be
    /// missing.
    pub outputs: Vec<Vec<Json>>,
    /// Whether each output may put its items out in any order.
    pub in_any_order: bool,
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
