//! What [`heddle_data::Json`] promises: JavaScript's behaviour, copy on write, and serde both ways.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod array_reader;
mod copies;
mod depth;
mod macros;
mod model;
mod recorded;
mod typed;
