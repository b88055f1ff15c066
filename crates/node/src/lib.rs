//! The contract of Heddle: everything that the author of a node imports, and nothing else.

pub mod item;
pub mod json;

pub use item::{BinaryData, Item, ItemReference, PairedItem, Source};
pub use json::{Json, JsonObject};
