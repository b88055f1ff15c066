//! The values that travel through Heddle: JSON with JavaScript's numbers and property order, items, the links between
//! them, and their files. Everything else is built on these.
//!
//! ```
//! use heddle_data::{Item, ItemReference, Json, PairedItem, json};
//!
//! // An item is its data, its files, and the link back to what it stems from.
//! let item = Item::new(Json::parse(r#"{"name": "Ana", "orders": [{"total": 9.5}]}"#)?)
//!     .with_paired_item(PairedItem::item(3));
//! assert_eq!(item.json.pointer("/orders/0/total").and_then(Json::as_f64), Some(9.5));
//! assert_eq!(item.paired_item.references()[0].item, 3);
//!
//! // Numbers are JavaScript's, and print as there.
//! assert_eq!(Json::from(1e21).to_string(), "1e+21");
//! # Ok::<(), heddle_data::JsonError>(())
//! ```

pub mod bytes;
pub mod field_type;
pub mod file;
pub mod filter_operators;
pub mod graph;
pub mod item;
pub mod javascript;
pub mod json;
pub mod paired_item;
mod printable;
pub mod suggest;
mod trigger;

pub use bytes::hexadecimal;
pub use file::{BinaryData, FileContent, FileReader, StoredFile};
pub use graph::{ConnectionFilter, ConnectionType, Edge, Graph, Link, NodeIndex};
pub use item::{Files, Item, Items};
pub use json::{Json, JsonError, JsonObject, View, from_json, number_to_string, to_json};
pub use paired_item::{ItemReference, PairedItem, Source};
pub use printable::{passwords, printable, printable_block, printable_line, without_passwords};
pub use trigger::TriggerKind;

/// The key of an object's member whose expression is taken as `JSON.stringify` writes its value, and not as values of
/// parameters are: nodes that take a parameter apart (`ItemNode::upgrade`) put expressions under it that they will write
/// as JSON.
pub const STRINGIFIED_KEY: &str = "\0json";

/// Whether a stored value is an expression, or holds one.
pub fn holds_expression(value: &Json) -> bool {
    if let Some(text) = value.as_str() {
        return text.starts_with('=');
    }
    let members = value.as_object().into_iter().flat_map(JsonObject::iter).map(|(_, member)| member);
    value.as_array().unwrap_or_default().iter().chain(members).any(holds_expression)
}
