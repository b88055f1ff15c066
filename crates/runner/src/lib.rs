//! Runs workflows: the scheduler, the item loop, parameters, policies, the log, events, HTTP, and `check`.
//!
//! [`Host::run`] runs a workflow to its end; [`Host::start`] gives a handle of a run that goes on by itself. What a program
//! must decide is in [`RunOptions`]; what happened is in [`RunResult`], and on the way in [`events`]. The [`scheduler`] alone
//! can be driven by another engine.

mod check;
mod code;
mod credential_expressions;
mod credential_store;
mod credentials;
mod evaluation;
pub mod events;
#[doc(hidden)]
pub mod fail_point;
mod file_store;
mod filter;
mod host;
mod http;
mod load_options;
pub mod log;
mod node_run;
mod prepare;
mod run;
pub mod scheduler;
pub mod schemas;
mod sending;
mod site;
mod test_credential;
mod token_file;
mod workflows;

// A module is addressed by its own name, whatever folder it lies in.
use self::http::{
    call, digest, domains, effects, elsewhere, escapes, item_record, masking, network, oauth, proxy,
    reachability, redirect, stored_answer, transport,
};
pub use self::http::{pacing, policy};
use node_run::{collected, computing, error_output, item_loop, node_runner};
use prepare::{
    blanks, cache, constant_check, literal_templates, missing_credentials, misspelt, mocks, preflight,
    prepared, prepared_workflow, reach, selection, starts, stored_problems, suggest, unset,
};
pub use run::run_data;
use run::{
    cancel, clock, executor, follow, handle, keeping, mode, node_facts, options, replaced, resume, run_error,
    run_view, scope, static_data, stored_options, variables,
};
use workflows::{beside, call_site, error_workflow, find, lineage, lookup};

pub use cancel::CancelReason;
pub use check::Checked;
pub use credential_store::{
    CredentialName, CredentialSource, CredentialStore, CredentialsError, ENVIRONMENT_PREFIX, FoundCredential,
};
pub use elsewhere::Elsewhere;
pub use file_store::TemporaryFiles;
pub use find::DEEPEST_CALL;
pub use follow::{Followed, Following};
pub use handle::Run;
pub use heddle_expression::EngineLimits;
pub use host::{DEFAULT_TIMEZONE, Host};
pub use keeping::KeptOutputs;
pub use load_options::OptionsRequest;
pub use lookup::{WorkflowFolder, WorkflowLookup};
pub use mocks::{Mocks, UnknownMock};
pub use mode::ExecutionMode;
pub use options::{DEFAULT_CONCURRENCY, DEFAULT_TIME_LIMIT, RunOptions};
pub use prepared_workflow::PreparedWorkflow;
pub use replaced::PlannedRequest;
pub use resume::Resumption;
pub use run_data::{BackgroundRun, RunResult, Status, WorkflowFailure};
pub use run_error::RunError;
pub use scheduler::DestinationMode;
pub use selection::{CallerKey, ItemSelection, NodeRunKey, SelectedItems};
pub use sending::book::{
    CountClaim, KeyClaim, MemorySendBook, Reservation, SendBook, SendKey, SentItem, Taken,
};
pub use sending::exclusions::Exclusions;
pub use sending::hours::{SendCap, SendingHours};
pub use sending::plan::{ConfirmSends, SendPlan, SkippedItems, Through};
pub use sending::rules::SendingRules;
pub use starts::starts;
pub use stored_options::StoredOptions;
pub use suggest::{suggest, suggest_node_types};
pub use variables::Variables;
