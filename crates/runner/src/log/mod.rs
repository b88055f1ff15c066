//! The log of runs: what happened, in order, so that a run can be told about and taken up whatever has ended it
//! (`docs/runs.md`).
//!
//! A call is in the log before it leaves; a start without an end reads as *unknown*, whatever kept the end from being
//! written. Where a run is taken up, it is executed again over its log: what the log says has happened does not happen
//! again.

mod error_form;
pub(crate) mod fork;
mod items;
mod memory;
pub(crate) mod past;
mod record;
pub(crate) mod recorder;

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use heddle_node::Item;
use heddle_workflow::Workflow;
use uuid::Uuid;

use crate::sending::book::SendBook;

pub(crate) use error_form::known_code;
pub use memory::MemoryLog;
pub use past::{NodePast, Past, PastCall, PastChild, PastItem, PastItems, RunPast, UnknownItems};
pub use record::{
    CallKey, CalledWorkflows, Counts, ItemDone, NodeDone, NodeKey, NodeOutputs, Origin, Record, RunEnded,
    RunStarted, StoredAnswer, StoredCall, StoredFailure, WorkflowText,
};

/// Keeps what happens in runs.
///
/// The records of a run, and of all runs within it, are kept together, under the id of the outermost one.
#[async_trait]
pub trait RunLog: Send + Sync {
    /// Keeps a record of the run `run`, behind those before it.
    ///
    /// For a [`Record::CallStarted`] of a call with an effect this returns when the record, and all before it, are as safe
    /// as the log can make them. Other records may be kept a little later, but in their order.
    ///
    /// # Errors
    /// When the record cannot be kept; a call whose start cannot be kept does not leave.
    async fn append(&self, run: Uuid, record: Record) -> io::Result<()>;

    /// The records of the run `run` in their order; none where nothing is kept of it.
    ///
    /// # Errors
    /// When they cannot be read, or one of them is damaged.
    async fn load(&self, run: Uuid) -> io::Result<Vec<Record>>;

    /// The book of sends that it keeps beside its runs, where it does. Such a log takes what a claim reserves
    /// ([`Record::reservation`]) in one step with it, or refuses it with a [`ClaimRefused`].
    fn send_book(self: Arc<Self>) -> Option<Arc<dyn SendBook>> {
        None
    }

    /// Whether it keeps all that a run is taken up from. Else it is given the records of calls alone.
    fn keeps_runs(&self) -> bool {
        true
    }

    /// Whether [`Event::NodeStarted`](crate::events::Event::NodeStarted) tells the items of nodes with an effect from others,
    /// for whoever selects some of them later.
    fn tells_items_apart(&self) -> bool {
        self.keeps_runs()
    }
}

/// Why a log refuses a claim that it could have kept: what the claim was to take with it is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimRefused {
    /// Another send has the key.
    KeyIsTaken,
    /// As many sends have left as may.
    LimitIsReached,
}

impl ClaimRefused {
    /// The refusal that an error is.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<ClaimRefused> for io::Error {
    fn from(refused: ClaimRefused) -> Self {
        Self::other(refused)
    }
}

impl fmt::Display for ClaimRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::KeyIsTaken => "another send has its key",
            Self::LimitIsReached => "as many sends have left as may",
        })
    }
}

impl Error for ClaimRefused {}

/// Tells the text of a workflow from others.
pub fn digest_of_workflow(workflow: &Workflow) -> String {
    recorder::digest(&[recorder::text(workflow).as_bytes()])
}

/// Tells the items that a run begins with from others; `None` where it is given none.
pub fn digest_of_items(items: Option<&[Item]>) -> String {
    recorder::digest_of_items([items.map(|items| Arc::new(items.to_vec())).as_ref()])
}
