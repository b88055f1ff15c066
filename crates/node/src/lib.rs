//! The contract of Heddle: everything that the author of a node imports, and nothing else.
//!
//! A node implements [`ItemNode`] (what happens to one item), [`OperationNode`] (the same, with a type for each
//! operation) or [`BatchNode`] (whole inputs), and is announced with
//! [`register_item_node!`] or added to a [`Registry`] by hand. Its parameters are one Rust type: the value that it
//! receives, the form, the JSON Schemas and the documentation all come from it. There is no runtime and no HTTP
//! client in here.

mod call_answer;
mod code_call;
pub mod context;
pub mod credential;
pub mod date;
mod delivery;
pub mod error;
pub mod example;
pub mod files;
pub mod http;
pub mod node;
pub mod options;
pub mod registry;
pub mod secret;
pub mod stored;
mod system_error;
mod views;
mod workflow_call;

pub use async_trait::async_trait;
pub use heddle_data::{filter_operators, item, json, paired_item};
pub use heddle_form::{description, parameters, schema};
#[doc(hidden)]
pub use inventory;

pub use call_answer::{AnswerBody, CallAnswer};
pub use code_call::{CodeAnswer, CodeCall, CodeDialect, CodeProblem};
pub use context::{BatchContext, ItemContext, ItemParameters, NodeState, Services, StaticScope};
pub use credential::{Credential, CredentialType, RateLimit};
pub use date::DateQuestion;
pub use delivery::{Delivery, DeliveryState};
pub use error::{ErrorKind, ErrorLevel, Functionality, NodeError, Outcome};
pub use example::{HttpExchange, NodeExample};
pub use files::{FileStore, FileWriter};
pub use heddle_data::{
    BinaryData, FileContent, FileReader, Files, Item, ItemReference, Items, Json, JsonError, JsonObject,
    PairedItem, Source, TriggerKind, View, from_json, hexadecimal, number_to_string, passwords, printable,
    printable_block, printable_line, to_json, without_passwords,
};
pub use heddle_form::description::RequiredInputs;
pub use heddle_form::{NodeDescription, NodeProperty, PropertyType};
pub use http::{
    Connection, FileAnswers, HttpClient, HttpError, HttpErrorKind, HttpRequest, Redirects, Upload,
};
pub use node::{
    BatchNode, DynamicPorts, Effect, ItemNode, ItemOutput, Node, NodeHeader, Operation, OperationNode, Ports,
    Recipient, Tier,
};
pub use options::{OptionEntry, OptionPage, OptionsQuery};
pub use registry::{CredentialRegistration, NodeRegistration, NodeSource, Registry, RegistryError, Sandbox};
pub use secret::Secret;
pub use stored::{CheckHost, StoredParameters, StoredProblem, Weight, holds_expression, pointer_of};
pub use views::{Assignment, Assignments, Filter};
pub use workflow_call::{CalledWorkflow, WorkflowAnswer, WorkflowCall, WorkflowSource, sub_execution};
