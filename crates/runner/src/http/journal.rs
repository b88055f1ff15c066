//! The journal: one record before and one after every outgoing call.

use std::sync::{Arc, Mutex, PoisonError};

use heddle_node::{Effect, Outcome};
use uuid::Uuid;

/// Which call of which item a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallKey {
    /// The execution.
    pub execution: Uuid,
    /// Name of the node.
    pub node: Arc<str>,
    /// Run index of the node.
    pub run: usize,
    /// Input item, from 0.
    pub item: usize,
    /// Call of the item, from 0, repeats not counted.
    pub call: u32,
}

/// One record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The request is about to leave.
    Started {
        /// Whose call it is.
        key: CallKey,
        /// What it does.
        effect: Effect,
        /// Try, from 1.
        attempt: u32,
        /// Method and URL without query.
        request: String,
        /// Whom the item is for: [`ItemNode::order_key`](heddle_node::ItemNode::order_key).
        order_key: Option<String>,
        /// The id under which the service knows the call.
        sender_id: Option<String>,
    },
    /// The try has ended.
    Ended {
        /// Whose call it was.
        key: CallKey,
        /// Try, from 1.
        attempt: u32,
        /// Status of the answer, if one came.
        status: Option<u16>,
        /// What is known about its effect.
        outcome: Outcome,
    },
}

/// Keeps what happened to every outgoing call. A `Started` without an `Ended` is a call of unknown outcome.
pub trait Journal: Send + Sync {
    /// Keeps a record. When this returns, the record is as safe as the journal can make it.
    ///
    /// # Errors
    /// When the record cannot be kept; a call whose start cannot be kept does not leave.
    fn append(&self, record: Record) -> std::io::Result<()>;
}

/// A journal in memory: it lasts as long as the process.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    records: Mutex<Vec<Record>>,
}

impl MemoryJournal {
    /// The records so far.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Journal for MemoryJournal {
    fn append(&self, record: Record) -> std::io::Result<()> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        Ok(())
    }
}
