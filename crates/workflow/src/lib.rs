//! The workflow file: its model, and reading with positions (`docs/engine.md §1`).
//!
//! Reading is in three steps, so that the fast path pays for nothing that it does not need:
//!
//! 1. [`Workflow::parse`] turns text into a model. It takes what n8n exports, of any age, and is an error only when
//!    the text is not a workflow at all. Whatever it does not know stays in the model and is written back unchanged.
//! 2. [`Workflow::problems`] finds everything that is wrong with the structure, all at once.
//! 3. Positions in the text are looked up by JSON pointer ([`SourceMap`]) only when a problem has to be shown.
//!
//! [`Graph`] answers the questions that running a workflow asks about its connections.
//!
//! ```
//! use heddle_workflow::Workflow;
//!
//! let text = r#"{
//!     "nodes": [{ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {} }],
//!     "connections": { "Start": { "main": [[{ "node": "Gone", "type": "main", "index": 0 }]] } }
//! }"#;
//! let workflow = Workflow::parse("greet.json", text)?;
//! assert_eq!(workflow.nodes[0].name, "Start");
//!
//! let problems = workflow.problems();
//! assert!(problems.iter().any(|problem| problem.message.contains("Gone")));
//! # Ok::<(), heddle_workflow::WorkflowError>(())
//! ```

mod check;
mod connections;
mod encoding;
mod head;
mod input;
mod items;
mod node;
mod problem;
mod read;
mod schema;
mod settings;
mod source;
mod start;
mod table;
mod trigger;
mod workflow;

pub use connections::{Connection, Connections};
pub use encoding::{EncodingError, decode_table, decode_text, is_utf16};
pub use heddle_data::TriggerKind;
pub use heddle_data::graph::{ConnectionFilter, ConnectionType, Edge, Graph, NodeIndex};
pub use input::{Input, InputError, read_input};
pub use items::{ItemsError, SerializedItem, SerializedItems, read_item, read_items, read_row};
pub use node::{CredentialReference, IDEMPOTENCY_HEADER, Node, OnError};
pub use problem::{CalledPlace, ERROR_WORKFLOW_CALLER, Problem, Severity, WorkflowError};
pub use schema::workflow_schema;
pub use settings::{ExecutionOrder, Settings};
pub use source::{SourceMap, Span};
pub use start::{find_start_node, highest_nodes};
pub use trigger::{call_start_rank, is_trigger_type, trigger_kind};
pub use workflow::Workflow;
