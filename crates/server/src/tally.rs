//! How far an execution is.

use heddle_runner::events::Verdict;
use serde::Serialize;

/// How far an execution is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tally {
    /// Items that the node has to handle, once it has begun.
    pub(crate) items: usize,
    /// Items that have ended.
    pub(crate) done: usize,
    /// Items that failed.
    pub(crate) failed: usize,
    pub(crate) sent: usize,
    pub(crate) not_sent: usize,
    pub(crate) unknown: usize,
    pub(crate) skipped: usize,
    /// Times that a call had to wait.
    pub(crate) waits: usize,
}

impl Tally {
    /// Counts an item that has ended.
    pub(crate) fn count(&mut self, verdict: Option<Verdict>, has_failed: bool) {
        self.failed += usize::from(has_failed);
        match verdict {
            Some(Verdict::Sent) => self.sent += 1,
            Some(Verdict::NotSent) => self.not_sent += 1,
            Some(Verdict::Unknown) => self.unknown += 1,
            Some(Verdict::Skipped) => self.skipped += 1,
            None => {}
        }
    }
}
