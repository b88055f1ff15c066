//! Whoever watches a run from the command line: the picture on the terminal, and the account of what became of each item.

use std::sync::{Mutex, MutexGuard, PoisonError};

use heddle_runner::events::{Event, EventSink};

use crate::progress::Progress;
use crate::signals::Told;
use crate::verdicts::Verdicts;

/// Watches one run.
pub(crate) struct Observer {
    quiet: bool,
    progress: Progress,
    verdicts: Mutex<Verdicts>,
}

impl Observer {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, progress: Progress::new(quiet), verdicts: Mutex::default() }
    }

    fn verdicts(&self) -> MutexGuard<'_, Verdicts> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what a signal has done.
    pub(crate) fn signalled(&self, told: Told) {
        match told {
            Told::Stopping if self.quiet => {}
            Told::Stopping => self.progress.print_error(
                "Interrupted: no new sends; waiting for those in flight. Once more ends at once.",
            ),
            Told::Ending => {
                self.close();
                self.print_summary(false);
            }
        }
    }

    /// The run is over: the picture goes, and what nobody has told the end of is settled.
    pub(crate) fn close(&self) {
        self.progress.finish();
        self.verdicts().close();
    }

    /// Prints what became of the items.
    pub(crate) fn print_summary(&self, ended_well: bool) {
        if self.quiet {
            return;
        }
        let summary = self.verdicts().summary(ended_well);
        if !summary.is_empty() {
            crate::commands::print_error(&summary);
        }
    }
}

impl EventSink for Observer {
    fn receive(&self, event: &Event) {
        self.progress.take(event);
        self.verdicts().take(event);
    }
}
