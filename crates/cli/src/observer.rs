//! Whoever watches a run from the command line: the picture on the terminal, the account of what became of each item, and
//! the report of it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use heddle_node::printable_line;
use heddle_runner::SendBook;
use heddle_runner::events::{Event, EventSink, NodeSite};
use heddle_runner::log::{Record, RunLog};
use uuid::Uuid;

use crate::failure::Failure;
use crate::progress::Progress;
use crate::report::Report;
use crate::signals::Told;
use crate::verdicts::{Verdicts, name_of, ranges};

/// Watches one run.
pub(crate) struct Observer {
    quiet: bool,
    progress: Progress,
    verdicts: Mutex<Verdicts>,
    report: Option<Report>,
}

impl Observer {
    /// `draws` is whether a terminal may show a picture.
    pub(crate) fn new(quiet: bool, draws: bool, report: Option<Report>) -> Self {
        Self { quiet, progress: Progress::new(quiet || !draws), verdicts: Mutex::default(), report }
    }

    fn verdicts(&self) -> MutexGuard<'_, Verdicts> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The report that is being written.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// Says what a signal has done.
    pub(crate) fn signalled(&self, told: Told) {
        match told {
            Told::Stopping if self.quiet => {}
            Told::Stopping => self.progress.print_error(
                "Interrupted: no new sends; waiting for those in flight. Once more ends at once.",
            ),
            Told::Ending => {
                self.settle();
                // Whoever reads it may be what holds the end up.
                let _ = self.end_report("canceled");
                self.progress.finish();
                self.print_summary(false);
            }
        }
    }

    /// The run is over: the picture goes, and what nobody has told the end of is settled.
    pub(crate) fn close(&self) {
        self.progress.finish();
        self.settle();
    }

    /// Prints what is to be known before and while many items are sent.
    fn announce(&self, event: &Event) {
        if self.quiet {
            return;
        }
        match event {
            Event::SendsPlanned { plan, .. } => self.print(&plan.to_string()),
            Event::RecipientsRepeated { at, recipients, first } => {
                let shown: Vec<String> =
                    first.iter().map(|(name, items)| format!("{name} (items {})", ranges(items))).collect();
                let more = if *recipients > first.len() { ", …" } else { "" };
                let count = match recipients {
                    1 => "1 recipient has".to_owned(),
                    count => format!("{count} recipients have"),
                };
                let node = name_of(&at.of, &at.node);
                self.print(&format!(
                    "warning: {node}: {count} several items, and each is sent: {}{more}\n  help: \"sendOnce\" at the node sends to each once.",
                    shown.join(", ")
                ));
            }
            Event::SendsWaiting { at, until, why } => {
                let node = name_of(&at.of, &at.node);
                self.print(&format!("{node}: waits {}, since {why}", self.progress.until(*until)));
            }
            _ => {}
        }
    }

    /// Prints a line, above the picture where there is one.
    pub(crate) fn print(&self, text: &str) {
        self.progress.print_error(text);
    }

    /// Takes the picture away as long as `work` uses the terminal.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.progress.suspend(work)
    }

    fn settle(&self) {
        let mut verdicts = self.verdicts();
        for open in verdicts.close() {
            if let Some(report) = &self.report {
                report.settle(&open);
            }
        }
    }

    /// Writes the end of the report.
    pub(crate) fn end_report(&self, status: &str) -> Result<(), Failure> {
        self.report.as_ref().map_or(Ok(()), |report| report.end(status))
    }

    /// Prints what became of the items.
    pub(crate) fn print_summary(&self, ended_well: bool) {
        if self.quiet {
            return;
        }
        let summary = self.verdicts().summary(ended_well);
        if !summary.is_empty() {
            crate::commands::print_lines(&summary);
        }
    }
}

impl EventSink for Observer {
    fn receive(&self, event: &Event) {
        if let Some(report) = &self.report {
            report.take(event);
        }
        if let Event::ConsoleLine { at, level, text } = event
            && !self.quiet
        {
            let lines = console_line(at, level, text);
            self.progress.suspend(|| crate::commands::print_lines(&lines));
        }
        self.progress.take(event);
        self.announce(event);
        self.verdicts().take(event);
    }
}

/// What code has written to its console, named by its node; every line of it, so that none can pass for one of ours.
fn console_line(at: &NodeSite, level: &str, text: &str) -> String {
    let name = printable_line(&name_of(&at.of, &at.node)).into_owned();
    let level = if matches!(level, "warn" | "error") { format!(" {level}:") } else { String::new() };
    let lines = text.split('\n').map(|line| format!("[{name}]{level} {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The log of a run from the command line: its report, where it has one, and its store.
pub(crate) struct Log {
    pub(crate) observer: Arc<Observer>,
    pub(crate) store: Option<Arc<dyn RunLog>>,
}

#[async_trait]
impl RunLog for Log {
    async fn append(&self, run: Uuid, record: Record) -> io::Result<()> {
        if let Some(report) = &self.observer.report {
            report.append(&record)?;
        }
        match &self.store {
            Some(store) => store.append(run, record).await,
            None => Ok(()),
        }
    }

    async fn load(&self, run: Uuid) -> io::Result<Vec<Record>> {
        match &self.store {
            Some(store) => store.load(run).await,
            None => Ok(Vec::new()),
        }
    }

    fn send_book(self: Arc<Self>) -> Option<Arc<dyn SendBook>> {
        self.store.clone()?.send_book()
    }

    fn keeps_runs(&self) -> bool {
        self.store.as_ref().is_some_and(|store| store.keeps_runs())
    }

    fn tells_items_apart(&self) -> bool {
        self.keeps_runs() || self.observer.report.is_some()
    }
}
