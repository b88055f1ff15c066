//! The one thread that writes a store. What comes in while it writes goes into the next transaction together.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use heddle_runner::log::{ClaimRefused, Record};
use heddle_runner::{SentItem, Status, fail_point};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::store::Synchronous;
use crate::{block, book, file};

/// Records of one transaction at most.
const MOST_RECORDS: usize = 4096;
/// How long runs that are over are kept, in milliseconds.
const KEPT_FOR: i64 = 30 * 24 * 60 * 60 * 1000;

/// Something to be written.
#[derive(Default)]
pub(crate) struct Job {
    pub(crate) run: Uuid,
    /// The hold under which it was sent: a claim of an older one is refused.
    pub(crate) epoch: i64,
    pub(crate) records: Vec<Record>,
    /// An item that was dropped on its way.
    pub(crate) abandoned: Option<SentItem>,
    /// Is told when it is written.
    pub(crate) done: Option<oneshot::Sender<io::Result<()>>>,
}

impl Job {
    fn has_claim(&self) -> bool {
        self.records.iter().any(Record::is_claim)
    }
}

/// Starts the thread for a store that it opens; gives what it is to write.
///
/// # Errors
/// When the store cannot be opened.
pub(crate) fn start(path: &Path, synchronous: Synchronous, changed: Arc<Notify>) -> io::Result<Sender<Job>> {
    let connection = file::open(path)?;
    if let Some(pages) = fail_point::limit("pages") {
        let set = connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
        set.map_err(|error| file::error(path, &error))?;
    }
    let (jobs, inbox) = channel();
    let writer = Writer {
        path: path.to_owned(),
        connection,
        synchronous,
        numbers: HashMap::new(),
        failures: HashMap::new(),
        has_pruned: false,
        changed,
    };
    std::thread::Builder::new().name("store".to_owned()).spawn(move || writer.serve(&inbox))?;
    Ok(jobs)
}

struct Writer {
    path: PathBuf,
    connection: Connection,
    synchronous: Synchronous,
    /// The numbers of the runs in the file.
    numbers: HashMap<Uuid, i64>,
    /// Runs of which a record is missing: nothing more of them may be claimed.
    failures: HashMap<Uuid, (io::ErrorKind, String)>,
    has_pruned: bool,
    /// Tells of changes of the book of sends.
    changed: Arc<Notify>,
}

/// Why a claim was not written.
enum Refusal {
    /// Another process has taken the run over.
    Lost,
    /// What it was to take with it is not free.
    Reserved(ClaimRefused),
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Lost => Self::other("another process has taken the run over"),
            Refusal::Reserved(refused) => refused.into(),
        }
    }
}

impl Writer {
    fn serve(mut self, inbox: &Receiver<Job>) {
        while let Ok(first) = inbox.recv() {
            let mut count = first.records.len();
            let mut jobs = vec![first];
            while count < MOST_RECORDS
                && let Ok(job) = inbox.try_recv()
            {
                count += job.records.len();
                jobs.push(job);
            }
            self.write(jobs);
            if !self.has_pruned {
                self.has_pruned = true;
                let before = jiff::Timestamp::now().as_millisecond() - KEPT_FOR;
                // What cannot be removed now is removed another time.
                let _ = prune(&mut self.connection, &self.path, before);
            }
        }
    }

    fn write(&mut self, jobs: Vec<Job>) {
        let mut accepted = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            match self.failures.get(&job.run) {
                Some((kind, message)) => {
                    let error = io::Error::new(*kind, message.clone());
                    job.done.take().map(|done| done.send(Err(error)));
                }
                None => accepted.push(job),
            }
        }
        if accepted.is_empty() {
            return;
        }
        match self.commit(&accepted) {
            Ok(refusals) => {
                for (job, refusal) in std::iter::zip(accepted, refusals) {
                    let told = refusal.map_or(Ok(()), |refusal| Err(refusal.into()));
                    job.done.map(|done| done.send(told));
                }
            }
            Err(error) => {
                for job in accepted.into_iter().filter(|job| !job.records.is_empty()) {
                    self.failures.insert(job.run, (error.kind(), error.to_string()));
                    let told = io::Error::new(error.kind(), error.to_string());
                    job.done.map(|done| done.send(Err(told)));
                }
            }
        }
    }

    /// Writes all of it in one transaction; gives for each job why a claim of it was refused.
    fn commit(&mut self, jobs: &[Job]) -> io::Result<Vec<Option<Refusal>>> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| file::error(&path, &error);
        let lasts = jobs.iter().any(Job::has_claim) && self.synchronous == Synchronous::Full;
        let level = if lasts { "FULL" } else { "NORMAL" };
        self.connection.pragma_update(None, "synchronous", level).map_err(failed)?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut refusals: Vec<Option<Refusal>> = jobs.iter().map(|_| None).collect();
        let mut runs: Vec<(Uuid, i64)> = Vec::new();
        for job in jobs.iter().filter(|job| !job.records.is_empty()) {
            if !runs.contains(&(job.run, job.epoch)) {
                runs.push((job.run, job.epoch));
            }
        }
        let mut has_changed = false;
        for (run, epoch) in runs {
            let of_run = || jobs.iter().enumerate().filter(|(_, job)| (job.run, job.epoch) == (run, epoch));
            let number = match self.numbers.get(&run) {
                Some(number) => *number,
                None => {
                    let number = number_of(&transaction, run, of_run().flat_map(|(_, job)| &job.records))
                        .map_err(|error| error.into_io(&path))?;
                    self.numbers.insert(run, number);
                    number
                }
            };
            let now: i64 = transaction
                .prepare_cached("SELECT epoch FROM runs WHERE number = ?1")
                .and_then(|mut statement| statement.query_row([number], |row| row.get(0)))
                .map_err(failed)?;
            let mut records: Vec<&Record> = Vec::new();
            for (index, record) in
                of_run().flat_map(|(index, job)| job.records.iter().map(move |record| (index, record)))
            {
                // What has happened is kept, whoever reports it; what is to happen is the holder's to say.
                if record.is_claim() && now != epoch {
                    refusals[index] = Some(Refusal::Lost);
                    continue;
                }
                if let Some(reservation) = record.reservation() {
                    has_changed = true;
                    let reserved = book::reserve(&transaction, &path, epoch, reservation);
                    if let Err(refused) = reserved.map_err(failed)? {
                        refusals[index] = Some(Refusal::Reserved(refused));
                        continue;
                    }
                }
                if let Record::ItemDone(done) = record
                    && done.reserved
                {
                    has_changed = true;
                    book::settle(&transaction, done).map_err(failed)?;
                }
                records.push(record);
            }
            if records.is_empty() {
                continue;
            }
            let (body, checksum) = block::write(records.iter().copied())?;
            transaction
                .prepare_cached("INSERT INTO blocks (run, body, checksum) VALUES (?1, ?2, ?3)")
                .and_then(|mut statement| statement.execute(params![number, body, checksum]))
                .map_err(failed)?;
            for record in records {
                note(&transaction, (run, number), record).map_err(failed)?;
            }
        }
        for item in jobs.iter().filter_map(|job| job.abandoned.as_ref()) {
            has_changed = true;
            book::abandon(&transaction, item).map_err(failed)?;
        }
        fail_point::reach("commit before");
        let ends =
            jobs.iter().flat_map(|job| &job.records).any(|record| matches!(record, Record::RunEnded(_)));
        if fail_point::fails("disk full") || (ends && fail_point::fails("end full")) {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("the store {}: the disk is full", path.display()),
            ));
        }
        transaction.commit().map_err(failed)?;
        fail_point::reach("commit after");
        if has_changed {
            self.changed.notify_waiters();
        }
        Ok(refusals)
    }
}

enum NumberError {
    Sqlite(rusqlite::Error),
    Unknown(Uuid),
}

impl NumberError {
    fn into_io(self, path: &Path) -> io::Error {
        match self {
            Self::Sqlite(error) => file::error(path, &error),
            Self::Unknown(run) => {
                io::Error::other(format!("the store {} holds no run {run}", path.display()))
            }
        }
    }
}

/// The number of a run in the file, which it gets with its first record.
fn number_of<'r>(
    transaction: &Transaction<'_>,
    run: Uuid,
    mut records: impl Iterator<Item = &'r Record>,
) -> Result<i64, NumberError> {
    let known = transaction
        .query_row("SELECT number FROM runs WHERE id = ?1", [run.to_string()], |row| row.get(0))
        .optional()
        .map_err(NumberError::Sqlite)?;
    if let Some(number) = known {
        return Ok(number);
    }
    let Some(Record::RunStarted(started)) = records.next() else { return Err(NumberError::Unknown(run)) };
    let options = started.options.as_deref();
    transaction
        .execute(
            "INSERT INTO runs (id, workflow, workflow_digest, items_digest, start, note, started_at, status, epoch)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'running', 1)",
            params![
                run.to_string(),
                started.workflow.name,
                started.workflow.digest,
                started.items_digest,
                options.and_then(|options| options.start()).unwrap_or_default(),
                options.map(|options| options.note().to_json_string()).unwrap_or_default(),
                started.started_at,
            ],
        )
        .map_err(NumberError::Sqlite)?;
    Ok(transaction.last_insert_rowid())
}

/// Notes in the list of runs what a record says of one.
fn note(transaction: &Transaction<'_>, (run, number): (Uuid, i64), record: &Record) -> rusqlite::Result<()> {
    match record {
        Record::Waiting { until, .. } => transaction
            .execute("UPDATE runs SET wait_till = ?2 WHERE number = ?1", params![number, until])
            .map(drop),
        Record::Resumed { .. } => transaction
            .execute(
                "UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE number = ?1",
                params![number],
            )
            .map(drop),
        Record::RunEnded(ended) if ended.execution == run => {
            let counts = ended.counts;
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let is_over = ended.status != Status::Waiting;
            transaction
                .execute(
                    "UPDATE runs SET status = ?2, ended_at = ?3, error = ?4, wait_till = ?5, sent = ?6, not_sent = ?7,
                     unknown = ?8, skipped = ?9 WHERE number = ?1",
                    params![
                        number,
                        ended.status.as_str(),
                        is_over.then_some(ended.at),
                        ended.error,
                        ended.wait_till,
                        count(counts.sent),
                        count(counts.not_sent),
                        count(counts.unknown),
                        count(counts.skipped),
                    ],
                )
                .map(drop)
        }
        _ => Ok(()),
    }
}

/// Removes the runs that ended before a moment, in milliseconds since 1970; none that is not over.
pub(crate) fn prune(connection: &mut Connection, path: &Path, before: i64) -> io::Result<usize> {
    let failed = |error: rusqlite::Error| file::error(path, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    const OVER: &str = "status IN ('success', 'error', 'canceled') AND ended_at < ?1";
    let gone: Vec<String> = transaction
        .prepare(&format!("SELECT id FROM runs WHERE {OVER}"))
        .and_then(|mut statement| {
            let ids = statement.query_map([before], |row| row.get::<_, String>(0))?;
            ids.collect::<rusqlite::Result<_>>()
        })
        .map_err(failed)?;
    if !gone.is_empty() {
        transaction
            .execute(
                &format!("DELETE FROM blocks WHERE run IN (SELECT number FROM runs WHERE {OVER})"),
                [before],
            )
            .and_then(|_| transaction.execute(&format!("DELETE FROM runs WHERE {OVER}"), [before]))
            .map_err(failed)?;
    }
    // What is sent once outlives the run that sent it.
    book::prune(&transaction, jiff::Timestamp::now().as_millisecond()).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    for id in gone.iter().filter_map(|id| Uuid::parse_str(id).ok()) {
        crate::lock::forget(path, id);
    }
    Ok(gone.len())
}
