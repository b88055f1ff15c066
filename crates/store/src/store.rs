//! The log of runs in a file.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use heddle_runner::log::{Counts, Record, RunLog};
use heddle_runner::{SendBook, SentItem, Status};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::lock::{self, RunLock};
use crate::summary::{RunStatus, RunSummary, Subject};
use crate::writer::{self, Job};
use crate::{block, file};

/// What a claim outlasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// The end of the process, and that of the system.
    #[default]
    Full,
    /// The end of the process alone, which costs less.
    Normal,
}

/// The log of runs in a file.
///
/// Several processes may use one file; each run is held by one of them. Claims that come at the same time are written
/// together.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    synchronous: Synchronous,
    state: Mutex<State>,
    /// For looks at the book of sends, once there is a file.
    reader: Mutex<Option<Connection>>,
    /// Tells of changes of the book of sends.
    pub(crate) changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    jobs: Option<Sender<Job>>,
    runs: HashMap<Uuid, Run>,
}

/// A run of this process.
#[derive(Debug)]
enum Run {
    /// It has done nothing yet that must be kept.
    Beginning(Vec<Record>),
    /// It is in the file, and held.
    Held { epoch: i64, _lock: RunLock },
}

impl Store {
    /// The store in the file `path`, which is opened, and made, when there is something to be kept.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            synchronous: Synchronous::default(),
            state: Mutex::default(),
            reader: Mutex::default(),
            changed: Arc::default(),
        }
    }

    /// The same, with claims that outlast this.
    #[must_use]
    pub fn with_synchronous(self, synchronous: Synchronous) -> Self {
        Self { synchronous, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, opened; `None` where there is none yet.
    fn connect(&self) -> io::Result<Option<Connection>> {
        match std::fs::metadata(&self.path) {
            Ok(found) if found.len() == 0 => Ok(None),
            Ok(_) => file::connect(&self.path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(io::Error::new(error.kind(), format!("the store {}: {error}", self.path.display())))
            }
        }
    }

    /// What the file says; `None` where there is none yet.
    pub(crate) fn look_up<T>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> io::Result<Option<T>> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.is_none() {
            *reader = self.connect()?;
        }
        reader.as_ref().map(|connection| look(connection).map_err(|error| self.failed(&error))).transpose()
    }

    /// The writer, started where it was not.
    fn jobs<'s>(&self, state: &'s mut State) -> io::Result<&'s Sender<Job>> {
        if state.jobs.is_none() {
            let changed = Arc::clone(&self.changed);
            state.jobs = Some(writer::start(&self.path, self.synchronous, changed)?);
        }
        state.jobs.as_ref().ok_or_else(|| io::Error::other("the store is closed"))
    }

    /// Has it written that an item was dropped on its way, behind its claim.
    pub(crate) fn pass_on_abandoned(&self, item: SentItem) {
        if let Some(jobs) = &self.state().jobs {
            let _ = jobs.send(Job { abandoned: Some(item), ..Job::default() });
        }
    }

    fn failed(&self, error: &rusqlite::Error) -> io::Error {
        file::error(&self.path, error)
    }

    /// All runs, the last one first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs(&self) -> io::Result<Vec<RunSummary>> {
        self.select("ORDER BY number DESC", params![])
    }

    /// The runs whose ids begin with a text, the last one first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs_named(&self, beginning: &str) -> io::Result<Vec<RunSummary>> {
        let beginning = beginning.to_lowercase();
        self.select("WHERE substr(id, 1, length(?1)) = ?1 ORDER BY number DESC", params![beginning])
    }

    /// Whether there are runs of a workflow of this digest.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn knows_workflow(&self, digest: &str) -> io::Result<bool> {
        Ok(!self.select("WHERE workflow_digest = ?1 LIMIT 1", params![digest])?.is_empty())
    }

    /// The runs that were to do the same, the last one first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs_of(&self, subject: &Subject) -> io::Result<Vec<RunSummary>> {
        self.select(
            "WHERE workflow_digest = ?1 AND items_digest = ?2 AND start = ?3 ORDER BY number DESC",
            params![subject.workflow_digest, subject.items_digest, subject.start],
        )
    }

    fn select(&self, condition: &str, parameters: impl rusqlite::Params) -> io::Result<Vec<RunSummary>> {
        let Some(connection) = self.connect()? else { return Ok(Vec::new()) };
        let query = format!(
            "SELECT id, workflow, status, started_at, ended_at, wait_till, error, sent, not_sent, unknown, skipped, note
             FROM runs {condition}"
        );
        let read = || {
            let mut statement = connection.prepare(&query)?;
            let runs = statement.query_map(parameters, |row| self.summary(row))?;
            runs.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failed(&error))
    }

    fn summary(&self, row: &Row<'_>) -> rusqlite::Result<RunSummary> {
        let id: String = row.get(0)?;
        let id = Uuid::parse_str(&id).unwrap_or_default();
        let status: String = row.get(2)?;
        let count = |index| row.get::<_, i64>(index).map(|count| usize::try_from(count).unwrap_or(0));
        let is_running = || lock::is_held(&self.path, id);
        Ok(RunSummary {
            id,
            workflow: row.get(1)?,
            status: match status.as_str() {
                "success" => RunStatus::Ended(Status::Success),
                "error" => RunStatus::Ended(Status::Error),
                "canceled" => RunStatus::Ended(Status::Canceled),
                "waiting" => RunStatus::Ended(Status::Waiting),
                _ if is_running() => RunStatus::Running,
                _ => RunStatus::Interrupted,
            },
            started_at: row.get(3)?,
            ended_at: row.get(4)?,
            wait_till: row.get(5)?,
            error: row.get(6)?,
            counts: Counts { sent: count(7)?, not_sent: count(8)?, unknown: count(9)?, skipped: count(10)? },
            note: row.get(11)?,
        })
    }

    /// Takes a run up: it is this process's to go on with, until the store is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when another process runs it; the message says which one. When there is no such run,
    /// or the store cannot be written.
    pub fn take_up(&self, run: Uuid) -> io::Result<()> {
        let Some(connection) = self.connect()? else { return Err(self.no_run(run)) };
        let taken = lock::take(&self.path, run)?;
        // Whoever held it before may still be there, stopped: what it claims from now on is refused.
        let epoch = connection
            .query_row(
                "UPDATE runs SET epoch = epoch + 1 WHERE id = ?1 RETURNING epoch",
                [run.to_string()],
                |row| row.get::<_, i64>(0),
            )
            .optional()
            .map_err(|error| self.failed(&error))?
            .ok_or_else(|| self.no_run(run))?;
        let mut state = self.state();
        self.jobs(&mut state)?;
        state.runs.insert(run, Run::Held { epoch, _lock: taken });
        Ok(())
    }

    fn no_run(&self, run: Uuid) -> io::Error {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("the store {} holds no run {run}", self.path.display()),
        )
    }

    /// Lets go of a run that was taken up.
    pub fn let_go(&self, run: Uuid) {
        self.state().runs.remove(&run);
    }

    /// Removes the runs that ended before a moment, in milliseconds since 1970, and gives how many these were. A run that
    /// is not over stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn prune(&self, before: i64) -> io::Result<usize> {
        match self.connect()? {
            Some(mut connection) => writer::prune(&mut connection, &self.path, before),
            None => Ok(0),
        }
    }

    /// Passes a record on to the writer, where it is to be kept; gives what is told when it is.
    fn pass_on(&self, run: Uuid, record: Record) -> io::Result<Option<oneshot::Receiver<io::Result<()>>>> {
        let state = &mut *self.state();
        let is_end = matches!(&record, Record::RunEnded(ended) if ended.execution == run);
        let (epoch, records) = match state.runs.get_mut(&run) {
            Some(Run::Held { epoch, .. }) => (*epoch, vec![record]),
            Some(Run::Beginning(records)) => {
                let begins = match &record {
                    Record::Waiting { .. } => true,
                    Record::RunEnded(ended) if is_end => ended.status == Status::Waiting,
                    _ => record.is_claim(),
                };
                if !begins {
                    if is_end {
                        state.runs.remove(&run);
                    } else {
                        records.push(record);
                    }
                    return Ok(None);
                }
                let mut records = std::mem::take(records);
                records.push(record);
                self.jobs(state)?;
                let taken = lock::take(&self.path, run)?;
                state.runs.insert(run, Run::Held { epoch: 1, _lock: taken });
                (1, records)
            }
            None => {
                if matches!(&record, Record::RunStarted(started) if started.options.is_some()) {
                    state.runs.insert(run, Run::Beginning(vec![record]));
                }
                return Ok(None);
            }
        };
        let lasts = |record: &Record| record.is_claim() || matches!(record, Record::Delivery { .. });
        let is_awaited = is_end || records.iter().any(lasts) || records.len() > 1;
        let (done, is_done) = oneshot::channel();
        let job = Job { run, epoch, records, abandoned: None, done: is_awaited.then_some(done) };
        self.jobs(state)?.send(job).map_err(|_| io::Error::other("the store's thread has ended"))?;
        Ok(is_awaited.then_some(is_done))
    }
}

#[async_trait]
impl RunLog for Store {
    async fn append(&self, run: Uuid, record: Record) -> io::Result<()> {
        let is_end = matches!(&record, Record::RunEnded(ended) if ended.execution == run);
        if let Some(is_done) = self.pass_on(run, record)? {
            let told =
                is_done.await.unwrap_or_else(|_| Err(io::Error::other("the store's thread has ended")));
            if is_end {
                self.let_go(run);
            }
            return told;
        }
        Ok(())
    }

    fn send_book(self: Arc<Self>) -> Option<Arc<dyn SendBook>> {
        Some(self)
    }

    async fn load(&self, run: Uuid) -> io::Result<Vec<Record>> {
        let Some(connection) = self.connect()? else { return Ok(Vec::new()) };
        let failed = |error: rusqlite::Error| self.failed(&error);
        let mut statement = connection
            .prepare(
                "SELECT body, checksum FROM blocks WHERE run = (SELECT number FROM runs WHERE id = ?1) ORDER BY number",
            )
            .map_err(failed)?;
        let mut rows = statement.query([run.to_string()]).map_err(failed)?;
        let mut records = Vec::new();
        let mut count = 0;
        while let Some(row) = rows.next().map_err(failed)? {
            count += 1;
            let body = row.get_ref(0).and_then(|body| Ok(body.as_blob()?)).map_err(failed)?;
            let checksum: u32 = row.get(1).map_err(failed)?;
            block::read(body, checksum, &mut records).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "the store {}: record {count} of the run {run} is damaged ({error}), so the run cannot be taken up",
                        self.path.display()
                    ),
                )
            })?;
        }
        Ok(records)
    }
}
