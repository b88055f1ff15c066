//! The options of one run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heddle_node::{Item, Json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::elsewhere::Elsewhere;
use crate::events::Events;
use crate::keeping::KeptOutputs;
use crate::mocks::Mocks;
use crate::mode::ExecutionMode;
use crate::scheduler::DestinationMode;
use crate::selection::ItemSelection;
use crate::sending::plan::ConfirmSends;
use crate::sending::rules::SendingRules;
use crate::variables::Variables;

/// Items of a node at a time, where nothing else is said.
pub const DEFAULT_CONCURRENCY: usize = 10;
/// The longest time that one try of a call may take, where nothing else is said.
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(60);
/// The largest body of an answer that is held in memory, in bytes, where nothing else is said.
const DEFAULT_ANSWER_LIMIT: usize = 16 << 20;
/// The largest file that an answer may bring, in bytes, where nothing else is said.
pub(crate) const DEFAULT_FILE_LIMIT: u64 = 2 << 30;

/// How one run is to go.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Identifies the execution; ids of outgoing calls are made from it.
    pub execution: Uuid,
    /// How the execution was started; when absent, by hand with [`RunOptions::pins`], else by its trigger.
    pub mode: Option<ExecutionMode>,
    /// Node to start at; the workflow's trigger when absent.
    pub start: Option<String>,
    /// Items that enter at the start node; one empty item when absent.
    pub items: Option<Vec<Item>>,
    /// Node to stop after.
    pub destination: Option<String>,
    /// Whether the destination runs itself.
    pub destination_mode: DestinationMode,
    /// Items of a node at a time; what the node's JSON says, else [`DEFAULT_CONCURRENCY`], when absent.
    pub concurrency: Option<usize>,
    /// Which outputs the result holds.
    pub kept_outputs: KeptOutputs,
    /// Use pinned data in place of running the nodes that have some, as n8n's manual mode.
    pub pins: bool,
    /// Replace nodes that would call out or change anything, and those whose types are not there.
    pub mocks: Option<Mocks>,
    /// The items that are to run at some nodes; the others of these nodes are skipped.
    pub only: Option<Arc<ItemSelection>>,
    /// What the clock shows all the time, in milliseconds since 1970; the present, which passes, when absent.
    pub now: Option<i64>,
    /// Let nothing leave; each item of a node with an effect shows its request.
    pub dry_run: bool,
    /// The longest time that one try of a call may take, where its node's JSON says nothing; as long as its node usually
    /// allows, else [`DEFAULT_TIME_LIMIT`], when absent.
    pub time_limit: Option<Duration>,
    /// The longest time that one call may wait for permits and rate limits, all waits together.
    pub wait_budget: Duration,
    /// The largest body of an answer that is held in memory, in bytes, where neither the call nor its node's JSON says
    /// another.
    pub answer_limit: usize,
    /// Where requests go instead of their services, in place of what the host says.
    pub elsewhere: Arc<Elsewhere>,
    /// The largest file that an answer may bring, in bytes. It goes to the file store, not into memory.
    pub file_limit: u64,
    /// How long the whole run may take, in place of what the workflow's settings say; zero for as long as it wants. When
    /// the time is over, the run ends as if it had been cancelled.
    pub timeout: Option<Duration>,
    /// End the run at a wait, with [`Status::Waiting`](crate::Status) and the moment to go on, instead of waiting. Workflows
    /// that it calls, and waits of about a minute, are waited for all the same.
    pub stop_at_wait: bool,
    /// Fail an item of a node with an effect where an expression inside a text gives nothing; nodes may ask for it
    /// themselves (`strict`).
    pub strict: bool,
    /// `$vars`, `$env` and `$secrets`.
    pub variables: Variables,
    /// IANA time zone of workflows that name none; the host's when absent.
    pub timezone: Option<String>,
    /// What the workflow kept of earlier runs, in place of what its file holds (`docs/engine.md §1.6`).
    pub static_data: Option<Json>,
    /// The same for workflows that it calls, by id, or by name where one has none.
    pub called_static_data: BTreeMap<String, Json>,
    /// What whoever begins the run wants to find beside it in its log, such as where its files lie. No secret.
    pub note: Json,
    /// The run whose items this one runs again ([`Host::retry`](crate::Host::retry)).
    pub retry_of: Option<Uuid>,
    /// Who is left out, and when and how many sends may leave.
    pub sending: SendingRules,
    /// Decides whether more than 100 sends of a node begin; they do when absent.
    pub confirm: Option<Arc<dyn ConfirmSends>>,
    /// Cancels the run: no new sends, those in flight end.
    pub cancel: CancellationToken,
    /// What it tells on its way, to whoever subscribes.
    pub events: Events,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            execution: Uuid::new_v4(),
            mode: None,
            start: None,
            items: None,
            destination: None,
            destination_mode: DestinationMode::Inclusive,
            concurrency: None,
            kept_outputs: KeptOutputs::All,
            pins: false,
            mocks: None,
            only: None,
            now: None,
            dry_run: false,
            time_limit: None,
            wait_budget: Duration::from_secs(15 * 60),
            answer_limit: DEFAULT_ANSWER_LIMIT,
            elsewhere: Arc::default(),
            file_limit: DEFAULT_FILE_LIMIT,
            timeout: None,
            stop_at_wait: false,
            strict: false,
            variables: Variables::default(),
            timezone: None,
            static_data: None,
            called_static_data: BTreeMap::new(),
            note: Json::NULL,
            retry_of: None,
            sending: SendingRules::default(),
            confirm: None,
            cancel: CancellationToken::new(),
            events: Events::default(),
        }
    }
}

impl RunOptions {
    /// n8n's mode of an execution that nothing calls (`docs/engine.md §4.1`).
    pub(crate) fn mode(&self) -> ExecutionMode {
        let usual = if self.pins { ExecutionMode::Manual } else { ExecutionMode::Trigger };
        self.mode.unwrap_or(usual)
    }
}
