//! The contract of Heddle: everything that the author of a node imports, and nothing else.
//!
//! A node implements [`ItemNode`] (what happens to one item) or [`BatchNode`] (whole inputs), and is announced with
//! [`register_item_node!`] or added to a [`Registry`] by hand. Its parameters are one Rust type: the value that it
//! receives, the form, the JSON Schemas and the documentation all come from it. There is no runtime and no HTTP
//! client in here.

pub mod context;
pub mod credential;
pub mod description;
pub mod error;
pub mod example;
pub mod http;
pub mod item;
pub mod json;
pub mod node;
pub mod options;
pub mod paired_item;
pub mod parameters;
mod printable;
pub mod registry;
pub mod schema;
pub mod secret;
pub mod stored;
mod system_error;
mod workflow_call;

pub use async_trait::async_trait;
#[doc(hidden)]
pub use inventory;

pub use context::{BatchContext, ItemContext, ItemParameters, Services, StaticScope};
pub use credential::{Credential, CredentialType, RateLimit};
pub use description::{NodeDescription, NodeProperty, PropertyType};
pub use error::{ErrorKind, ErrorLevel, Functionality, NodeError, Outcome};
pub use example::{HttpExchange, NodeExample};
pub use http::{HttpClient, HttpError, HttpErrorKind, HttpRequest};
pub use item::{BinaryData, Files, Item, Items};
pub use json::{Json, JsonError, JsonObject, from_json, number_to_string, to_json};
pub use node::{BatchNode, Effect, ItemNode, ItemOutput, Node, NodeHeader, RequiredInputs, Tier};
pub use options::{OptionEntry, OptionPage, OptionsQuery};
pub use paired_item::{ItemReference, PairedItem, Source};
pub use printable::{printable, printable_line};
pub use registry::{CredentialRegistration, NodeRegistration, Registry, RegistryError, Sandbox};
pub use secret::Secret;
pub use stored::{CheckHost, StoredParameters, StoredProblem, Weight, holds_expression, pointer_of};
pub use workflow_call::{CalledWorkflow, WorkflowAnswer, WorkflowCall, WorkflowSource, sub_execution};
