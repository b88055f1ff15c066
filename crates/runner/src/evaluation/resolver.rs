//! Resolves the parameters of the items of one node run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use heddle_expression::{Engine, Watcher};
use heddle_node::{ErrorKind, Item, Items, Json, NodeError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::site::{Site, With};
use super::threads::{EvaluationThreads, MOST_HANGING, Ticket};
use super::watch::Watch;
use crate::cancel::StopSignal;

/// Items of a node without effects that are prepared before the first of them runs.
pub(crate) const CHUNK: usize = 1024;

/// After so long a thread hands over what it has: a node without effects goes on with it, and whoever looks at the run
/// sees it move.
const SLICE: Duration = Duration::from_millis(50);

/// How long an evaluation that is interrupted has to notice it.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

type Resolved = Result<Json, NodeError>;

/// Resolves parameters: on the thread that asks where no JavaScript is needed, ahead and on another thread where it is.
pub(crate) struct Resolver<'a> {
    threads: &'a EvaluationThreads,
    site: Arc<Site>,
    watch: Arc<Watch>,
    watcher: Arc<dyn Watcher>,
    stop: StopSignal,
    cancel: CancellationToken,
    /// What expressions see where the node sees the first item alone.
    all_items: Option<Items>,
    /// Whether an item that has no parameters ends the node run.
    pub(crate) stops_at_error: bool,
    needs_javascript: bool,
    /// What is resolved already: of the items from `ahead_from` on.
    ahead: VecDeque<Resolved>,
    ahead_from: usize,
    end: Option<Ending>,
}

/// Why nothing more is resolved.
enum Ending {
    /// The run was cancelled, or its time is over.
    Stopped,
    /// Too many threads hang.
    Failed(NodeError),
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        threads: &'a EvaluationThreads,
        site: Arc<Site>,
        stop: StopSignal,
        cancel: CancellationToken,
        all_items: Option<Items>,
    ) -> Self {
        let watch = Arc::new(Watch::new(stop.clone()));
        Self {
            threads,
            needs_javascript: site.needs_javascript(),
            site,
            watcher: Arc::clone(&watch) as Arc<dyn Watcher>,
            watch,
            stop,
            cancel,
            all_items,
            stops_at_error: false,
            ahead: VecDeque::new(),
            ahead_from: 0,
            end: None,
        }
    }

    /// Whether the run is to end: nothing more is resolved.
    pub(crate) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Why the run fails, whatever its nodes do about errors.
    pub(crate) fn failure(&self) -> Option<&NodeError> {
        match &self.end {
            Some(Ending::Failed(error)) => Some(error),
            Some(Ending::Stopped) | None => None,
        }
    }

    /// Resolves the parameters of the item at `index` into `parameters`, which may hold those of an item before. `None`
    /// when that takes another thread: then [`Resolver::resolve`] gives them.
    pub(crate) fn resolve_here(
        &mut self,
        items: &[Item],
        index: usize,
        parameters: &mut Json,
    ) -> Option<Result<(), NodeError>> {
        if self.needs_javascript {
            let place = index.checked_sub(self.ahead_from).filter(|place| *place < self.ahead.len())?;
            self.ahead.drain(..place);
            self.ahead_from = index + 1;
            return Some(self.ahead.pop_front()?.map(|resolved| *parameters = resolved));
        }
        if let Some(error) = self.ended() {
            return Some(Err(error));
        }
        if self.stop.is_over() {
            return Some(Err(self.stopped()));
        }
        let items = self.all_items.as_ref().map_or(items, |all| all.as_slice());
        let here = With::Native(self.threads.limits());
        match self.site.resolve(here, &self.watcher, items, index, parameters) {
            Ok(true) => Some(Ok(())),
            Ok(false) => {
                self.needs_javascript = true;
                self.ahead_from = index;
                None
            }
            Err(_) if self.stop.is_over() => Some(Err(self.stopped())),
            Err(error) => Some(Err(error)),
        }
    }

    /// Resolves the parameters of the item at `index` into `parameters`, and up to `count` items from it on ahead.
    pub(crate) async fn resolve(
        &mut self,
        items: &Items,
        index: usize,
        count: usize,
        parameters: &mut Json,
    ) -> Result<(), NodeError> {
        if let Some(resolved) = self.resolve_here(items, index, parameters) {
            return resolved;
        }
        if let Some(error) = self.ended() {
            return Err(error);
        }
        self.resolve_ahead(items, index, count.max(1)).await;
        match self.resolve_here(items, index, parameters) {
            Some(resolved) => resolved,
            None => Err(self.ended().unwrap_or_else(|| failed_to_evaluate(index))),
        }
    }

    fn ended(&self) -> Option<NodeError> {
        match &self.end {
            Some(Ending::Stopped) => Some(NodeError::new(ErrorKind::Cancelled, "The run was cancelled")),
            Some(Ending::Failed(error)) => Some(error.clone()),
            None => None,
        }
    }

    fn stopped(&mut self) -> NodeError {
        self.end = Some(Ending::Stopped);
        NodeError::new(ErrorKind::Cancelled, "The run was cancelled")
    }

    async fn resolve_ahead(&mut self, items: &Items, index: usize, count: usize) {
        self.ahead.clear();
        self.ahead_from = index;
        if self.threads.are_exhausted() {
            self.end = Some(Ending::Failed(exhausted(index)));
            return;
        }
        let results = Arc::new(Mutex::new(VecDeque::new()));
        let (done, mut is_done) = oneshot::channel();
        let job = Job {
            site: Arc::clone(&self.site),
            items: Arc::clone(self.all_items.as_ref().unwrap_or(items)),
            watch: Arc::clone(&self.watch),
            stops_at_error: self.stops_at_error,
            results: Arc::clone(&results),
        };
        let last = (index + count).min(items.len().max(index + 1));
        let started = self.threads.start(move |engine| {
            job.perform(engine, index..last);
            // The items are released by then, so that their node can have them to itself.
            let _ = done.send(());
        });
        let ticket = match started {
            Ok(ticket) => ticket,
            Err(error) => {
                let error = NodeError::operation("No thread could be started to evaluate expressions")
                    .with_source(error);
                self.ahead.push_back(Err(error));
                return;
            }
        };
        let waited = self.wait_for(&mut is_done).await;
        if waited != Waited::Done {
            self.leave(&ticket);
        }
        self.ahead = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
        if waited == Waited::Hangs {
            let hanging = index + self.ahead.len();
            self.ahead.push_back(Err(timed_out(hanging)));
            if self.threads.are_exhausted() {
                self.end = Some(Ending::Failed(exhausted(hanging)));
            }
        } else if self.ahead.is_empty() && self.stop.is_over() {
            self.end = Some(Ending::Stopped);
        }
    }

    /// Waits for a job, but neither for an evaluation that cannot be interrupted nor, once the run is to end, for long.
    async fn wait_for(&self, done: &mut oneshot::Receiver<()>) -> Waited {
        let limit = self.threads.limits().time;
        let mut until_stopped = None;
        loop {
            let patience = self.watch.patience(limit);
            let until = until_stopped.map_or(patience, |stopped: Instant| stopped.min(patience));
            tokio::select! {
                biased;
                _ = &mut *done => return Waited::Done,
                () = self.cancel.cancelled(), if until_stopped.is_none() => {
                    until_stopped = Some(Instant::now() + GRACE);
                }
                () = tokio::time::sleep_until(until.into()) => {}
            }
            if until_stopped.is_some_and(|stopped| stopped <= Instant::now()) {
                return Waited::Stopped;
            }
            if self.watch.is_overdue(limit) {
                return Waited::Hangs;
            }
        }
    }

    /// Leaves the thread that does a job to itself.
    fn leave(&mut self, ticket: &Ticket) {
        self.watch.give_up();
        self.threads.leave(ticket);
        self.watch = Arc::new(Watch::new(self.stop.clone()));
        self.watcher = Arc::clone(&self.watch) as Arc<dyn Watcher>;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    Done,
    /// The run is to end, and the evaluation goes on.
    Stopped,
    /// The evaluation has taken twice its time.
    Hangs,
}

/// Items to be resolved on another thread. It owns, or shares, all that it reads.
struct Job {
    site: Arc<Site>,
    items: Items,
    watch: Arc<Watch>,
    stops_at_error: bool,
    results: Arc<Mutex<VecDeque<Resolved>>>,
}

impl Job {
    fn perform(self, engine: &mut Engine, indexes: std::ops::Range<usize>) {
        let begun = Instant::now();
        let watcher: Arc<dyn Watcher> = Arc::clone(&self.watch) as Arc<dyn Watcher>;
        for index in indexes {
            if self.watch.interrupts() {
                return;
            }
            let mut parameters = Json::NULL;
            let with = With::Engine(&mut *engine);
            let resolved = self.site.resolve(with, &watcher, &self.items, index, &mut parameters);
            let has_failed = resolved.is_err();
            if has_failed && self.watch.interrupts() {
                // That it was interrupted is not an error of the item.
                return;
            }
            let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push_back(resolved.map(|_| parameters));
            drop(results);
            if (has_failed && self.stops_at_error) || begun.elapsed() >= SLICE {
                return;
            }
        }
    }
}

fn timed_out(item: usize) -> NodeError {
    let mut error = NodeError::new(ErrorKind::Expression, "Expression timed out").with_description(
        "It could not even be interrupted: it gives a very long text or list to a function of JavaScript.",
    );
    error.class = Some("ExpressionError".into());
    error.item_index = Some(item);
    error
}

fn exhausted(item: usize) -> NodeError {
    let mut error = NodeError::new(
        ErrorKind::Expression,
        format!("{MOST_HANGING} expressions could not be interrupted, so the run ends"),
    )
    .with_description(
        "They give very long texts or lists to functions of JavaScript. Make these shorter first.",
    );
    error.class = Some("ExpressionError".into());
    error.item_index = Some(item);
    error
}

fn failed_to_evaluate(item: usize) -> NodeError {
    let mut error = NodeError::new(ErrorKind::Expression, "The expression could not be evaluated")
        .with_description("The evaluation ended without a result, which is a defect of this program.");
    error.item_index = Some(item);
    error
}
