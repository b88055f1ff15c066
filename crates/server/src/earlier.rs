//! Earlier runs of the same: where one is not complete, none is begun a second time unasked.

use std::fmt;

use heddle_runner::RunOptions;
use heddle_workflow::Workflow;

/// Knows the runs that a host's log keeps.
pub trait EarlierRuns: fmt::Debug + Send + Sync {
    /// The last run of `workflow` with the items of `options`, where it is not complete: to begin anew may send twice.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn unfinished(&self, workflow: &Workflow, options: &RunOptions)
    -> std::io::Result<Option<UnfinishedRun>>;
}

/// An earlier run that is not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// How it stands, in a sentence.
    pub message: String,
    /// How it is taken up.
    pub help: String,
}
