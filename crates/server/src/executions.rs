//! Executions: runs that somebody started here, what they have told so far, and how they ended.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use futures_util::Stream;
use heddle_runner::RunResult;
use heddle_runner::events::{Event, ItemVerdict, Verdict};
use heddle_workflow::Problem;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::earlier::UnfinishedRun;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::tally::Tally;

/// Executions that are remembered. Those that run are never forgotten.
const MOST: usize = 200;
/// Events of an execution that are kept for those who come late.
const MOST_LINES: usize = 20_000;
/// Items of an execution whose end is kept one by one.
const MOST_ITEMS: usize = 100_000;

/// The executions that are known.
pub(crate) struct Executions {
    known: Mutex<Known>,
    /// How many may run at a time.
    most_running: usize,
}

#[derive(Default)]
struct Known {
    by_id: HashMap<Uuid, Arc<Execution>>,
    order: VecDeque<Uuid>,
}

/// What was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) node_type: String,
    pub(crate) display_name: String,
    pub(crate) dry_run: bool,
}

/// A run of a node.
pub(crate) struct Execution {
    pub(crate) id: Uuid,
    pub(crate) asked: Asked,
    pub(crate) cancel: CancellationToken,
    log: Mutex<Log>,
    /// The number of the next line; those who follow wait for it to change.
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Log {
    lines: VecDeque<Line>,
    next: u64,
    tally: Tally,
    items: Vec<ItemEnd>,
    end: Option<Arc<End>>,
}

/// One event, as it is streamed.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) data: Arc<str>,
}

/// How an item ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ItemEnd {
    /// The item, from 0.
    pub(crate) item: usize,
    /// What became of what it sends; absent where it sends nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// The parameter at fault, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
}

/// How an execution ended.
pub(crate) enum End {
    /// It ran.
    Ended(Arc<RunResult>),
    /// It could not begin.
    Refused(Vec<Problem>),
    /// An earlier one of the same is not complete.
    Unfinished(UnfinishedRun),
    /// It could not begin, or a fault of ours ended it.
    Failed(String),
}

impl End {
    /// n8n's word for how it ended.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Ended(result) => result.status.as_str(),
            Self::Refused(_) | Self::Unfinished(_) | Self::Failed(_) => "error",
        }
    }
}

impl Executions {
    pub(crate) fn new(most_running: usize) -> Self {
        Self { known: Mutex::default(), most_running }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new execution that is about to begin.
    ///
    /// # Errors
    /// When too many run already.
    pub(crate) fn begin(&self, id: Uuid, asked: Asked) -> Result<Arc<Execution>, ApiError> {
        let mut known = self.known();
        let running = known.by_id.values().filter(|execution| execution.end().is_none()).count();
        if running >= self.most_running {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!("{running} runs are under way, and no more may be at a time"),
            )
            .with_help("Wait until one of them ends, or cancel one."));
        }
        let execution = Arc::new(Execution {
            id,
            asked,
            cancel: CancellationToken::new(),
            log: Mutex::default(),
            changed: watch::Sender::new(0),
        });
        known.by_id.insert(id, Arc::clone(&execution));
        known.order.push_back(id);
        while known.by_id.len() > MOST {
            let oldest =
                known.order.iter().position(|id| known.by_id.get(id).is_none_or(|old| old.end().is_some()));
            let Some(id) = oldest.and_then(|position| known.order.remove(position)) else { break };
            known.by_id.remove(&id);
        }
        Ok(execution)
    }

    /// The execution `id`, while it is remembered.
    pub(crate) fn get(&self, id: Uuid) -> Option<Arc<Execution>> {
        self.known().by_id.get(&id).cloned()
    }

    /// Those that have not ended.
    pub(crate) fn running(&self) -> Vec<Arc<Execution>> {
        self.known().by_id.values().filter(|execution| execution.end().is_none()).cloned().collect()
    }
}

impl Execution {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is.
    pub(crate) fn tally(&self) -> Tally {
        self.log().tally.clone()
    }

    /// How the items ended that have, in the order in which they did.
    pub(crate) fn items(&self) -> Vec<ItemEnd> {
        self.log().items.clone()
    }

    /// How it ended, once it has.
    pub(crate) fn end(&self) -> Option<Arc<End>> {
        self.log().end.clone()
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&self) -> Arc<End> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(end) = self.end() {
                return end;
            }
            if changed.changed().await.is_err() {
                return Arc::new(End::Failed("The run was lost".to_owned()));
            }
        }
    }

    /// Takes an event of its run.
    pub(crate) fn take(&self, event: &Event) {
        let is_own = event.run().is_some_and(|run| run.origin.is_none());
        let data: Arc<str> = serde_json::to_string(event).unwrap_or_default().into();
        let mut log = self.log();
        if is_own {
            log.count(event);
        }
        let id = log.write(name_of(event), data);
        drop(log);
        self.changed.send_replace(id);
    }

    /// Takes over what the run knows of its items, in the place of what its events told.
    pub(crate) fn settle(&self, verdicts: &[ItemVerdict]) {
        let own: Vec<&ItemVerdict> =
            verdicts.iter().filter(|verdict| verdict.at.of.origin.is_none()).collect();
        if own.is_empty() {
            return;
        }
        let mut log = self.log();
        let before = std::mem::take(&mut log.tally);
        log.tally = Tally {
            items: before.items.max(own.len()),
            done: own.len(),
            waits: before.waits,
            ..Tally::default()
        };
        for verdict in own {
            log.tally.count(Some(verdict.verdict), verdict.error.is_some());
        }
    }

    /// Says how it ended.
    pub(crate) fn finish(&self, end: End, metrics: &Metrics) {
        let mut log = self.log();
        let status = end.status();
        metrics.count_items(&log.tally);
        let data = serde_json::json!({ "event": "ended", "status": status, "progress": log.tally });
        log.end = Some(Arc::new(end));
        let id = log.write("ended", data.to_string().into());
        drop(log);
        self.changed.send_replace(id);
    }

    /// What it has told after the line `last`, and tells from now on; first, where lines are no longer kept, how far it is.
    pub(crate) fn follow(self: &Arc<Self>, last: Option<u64>) -> impl Stream<Item = Line> + Send + 'static {
        let execution = Arc::clone(self);
        let changed = self.changed.subscribe();
        futures_util::stream::unfold(
            (execution, changed, last.map_or(0, |last| last.saturating_add(1)), VecDeque::new()),
            |(execution, mut changed, mut next, mut waiting)| async move {
                loop {
                    if let Some(line) = waiting.pop_front() {
                        return Some((line, (execution, changed, next, waiting)));
                    }
                    let (lines, has_ended) = execution.lines_from(next);
                    match lines.back() {
                        Some(line) => next = line.id + 1,
                        None if has_ended => return None,
                        None => changed.changed().await.ok()?,
                    }
                    waiting = lines;
                }
            },
        )
    }

    fn lines_from(&self, next: u64) -> (VecDeque<Line>, bool) {
        let log = self.log();
        let mut lines: VecDeque<Line> = log.lines.iter().filter(|line| line.id >= next).cloned().collect();
        if lines.front().is_some_and(|first| first.id > next) {
            // What came between is gone; how far it is stands for that.
            let data = serde_json::json!({ "event": "progress", "progress": log.tally });
            let id = lines.front().map_or(0, |first| first.id - 1);
            lines.push_front(Line { id, name: "progress", data: data.to_string().into() });
        }
        (lines, log.end.is_some())
    }
}

impl Log {
    fn write(&mut self, name: &'static str, data: Arc<str>) -> u64 {
        let id = self.next;
        self.next += 1;
        self.lines.push_back(Line { id, name, data });
        if self.lines.len() > MOST_LINES {
            self.lines.pop_front();
        }
        id
    }

    fn count(&mut self, event: &Event) {
        match event {
            Event::NodeStarted { items, .. } => self.tally.items = *items,
            Event::Waiting { .. } => self.tally.waits += 1,
            Event::ItemDone { item, verdict, error, .. } => {
                self.tally.done += 1;
                self.tally.count(*verdict, error.is_some());
                if self.items.len() < MOST_ITEMS {
                    self.items.push(ItemEnd {
                        item: *item,
                        verdict: *verdict,
                        error: error.as_ref().map(|error| error.message.clone()),
                        help: error.as_ref().and_then(|error| error.description.clone()),
                        parameter: error.as_ref().and_then(|error| error.parameter.clone()),
                    });
                }
            }
            _ => {}
        }
    }
}

fn name_of(event: &Event) -> &'static str {
    match event {
        Event::RunStarted { .. } => "runStarted",
        Event::NodeStarted { .. } => "nodeStarted",
        Event::CallStarted { .. } => "callStarted",
        Event::ConsoleLine { .. } => "consoleLine",
        Event::ItemDone { .. } => "itemDone",
        Event::Waiting { .. } => "waiting",
        Event::GapInText { .. } => "gapInText",
        Event::RunWaiting { .. } => "runWaiting",
        Event::NodeFinished { .. } => "nodeFinished",
        Event::RunFinished { .. } => "runFinished",
        _ => "event",
    }
}
