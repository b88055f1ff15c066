//! Runs workflows: the scheduler, the item loop, parameters, policies, the journal, events, HTTP, and `check`.
//!
//! [`Host::run`] runs a workflow to its end. What a program must decide is in [`RunOptions`]; what happened is in
//! [`RunResult`], and on the way in [`events`]. The [`scheduler`] alone can be driven by another engine.

mod beside;
mod blanks;
mod cancel;
mod check;
mod clock;
mod collected;
mod constant_check;
mod credential_expressions;
mod credentials;
mod error_output;
mod error_workflow;
mod evaluation;
pub mod events;
mod executor;
mod filter;
mod host;
mod http;
mod item_loop;
pub mod journal;
mod keeping;
mod lineage;
mod lookup;
mod masking;
mod misspelt;
mod node_facts;
mod node_run;
mod node_runner;
pub mod pacing;
pub mod policy;
mod preflight;
mod prepared;
mod prepared_workflow;
mod proxy;
mod reach;
mod reachability;
mod run;
pub mod run_data;
mod run_error;
mod run_view;
pub mod scheduler;
pub mod schemas;
mod selection;
mod static_data;
mod stored_problems;
mod sub_workflow;
mod suggest;
mod transport;
mod unset;
mod variables;

pub use cancel::CancelReason;
pub use check::Checked;
pub use credentials::{CredentialStore, CredentialsError, ENVIRONMENT_PREFIX};
pub use heddle_expression::EngineLimits;
pub use host::{DEFAULT_CONCURRENCY, DEFAULT_TIMEZONE, Host, RunOptions};
pub use keeping::KeptOutputs;
pub use lookup::{WorkflowFolder, WorkflowLookup};
pub use run_data::{RunResult, Status, WorkflowFailure};
pub use run_error::RunError;
pub use scheduler::DestinationMode;
pub use selection::{CallerKey, ItemSelection, NodeRunKey, SelectedItems};
pub use sub_workflow::{BackgroundRun, DEEPEST_CALL};
pub use suggest::{suggest, suggest_node_types};
pub use variables::Variables;
