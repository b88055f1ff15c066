//! The form of a node: what a UI shows, what a workflow file may hold, and how stored parameters become the values that a
//! node receives (`docs/parameters.md`).
//!
//! [`schema`] makes the form and the JSON Schemas from one Rust type; [`parameters`] fills defaults, decides what is
//! shown, brings resolved values to their types and finds what is wrong.

pub mod description;
pub mod parameters;
pub mod schema;

pub use description::{CredentialDescription, NodeDescription, NodeProperty, PropertyType};
