//! The book of sends in a store: who was sent to, and how many were. It is written by the claims and the ends of items
//! alone, in one transaction with them.

use std::path::Path;

use heddle_runner::events::Verdict;
use heddle_runner::log::{ClaimRefused, ItemDone};
use heddle_runner::{CountClaim, KeyClaim, Reservation, SendKey, SentItem, Taken};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::lock;

pub(crate) const SCHEMA: &str = "
CREATE TABLE keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    execution TEXT NOT NULL,
    outermost TEXT NOT NULL,
    node TEXT NOT NULL,
    run INTEGER NOT NULL,
    item INTEGER NOT NULL,
    time INTEGER NOT NULL,
    until INTEGER,
    state INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX keys_item ON keys (execution, node, run, item);
CREATE TABLE counts (
    scope TEXT NOT NULL,
    begin INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, begin)
) WITHOUT ROWID;
CREATE TABLE counted (
    execution TEXT NOT NULL,
    node TEXT NOT NULL,
    run INTEGER NOT NULL,
    item INTEGER NOT NULL,
    scope TEXT NOT NULL,
    begin INTEGER NOT NULL,
    PRIMARY KEY (execution, node, run, item, scope, begin)
) WITHOUT ROWID;
";

/// States of keys: the send is under way, or its process has died; it was sent; nobody can tell.
const OPEN: i64 = 0;
const SENT: i64 = 1;
const UNKNOWN: i64 = 2;

/// Counts are of days at most: older ones than this, in milliseconds, nobody asks for.
const COUNTS_KEPT_FOR: i64 = 3 * 24 * 60 * 60 * 1000;

/// Who has a key.
pub(crate) struct Holder {
    item: SentItem,
    state: i64,
    /// Whether the process that took it may still be about to send.
    is_alive: bool,
}

/// What a holder means for an item that wants the key.
pub(crate) enum Standing {
    /// The item may take it.
    Free,
    /// It is not known yet whether the holder is sent.
    Waits,
    /// Another item has it.
    Held,
}

impl Holder {
    pub(crate) fn standing(&self, claim: &KeyClaim) -> Standing {
        if claim.may_have(&self.item, self.is_unknown()) {
            Standing::Free
        } else if self.state == OPEN && self.is_alive {
            Standing::Waits
        } else if claim.is_past(self.item.time) {
            Standing::Free
        } else {
            Standing::Held
        }
    }

    fn is_unknown(&self) -> bool {
        self.state == UNKNOWN || (self.state == OPEN && !self.is_alive)
    }

    pub(crate) fn taken(self) -> Taken {
        Taken::By { is_unknown: self.is_unknown(), item: self.item }
    }
}

fn number(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Who has a key.
pub(crate) fn holder(
    connection: &Connection,
    path: &Path,
    key: &SendKey,
) -> rusqlite::Result<Option<Holder>> {
    let mut statement = connection.prepare_cached(
        "SELECT keys.execution, outermost, node, run, item, time, state, keys.epoch, runs.epoch
         FROM keys LEFT JOIN runs ON runs.id = keys.outermost WHERE scope = ?1 AND key = ?2",
    )?;
    let read = |row: &Row<'_>| {
        let id = |index| row.get::<_, String>(index).map(|id| Uuid::parse_str(&id).unwrap_or_default());
        let count = |index| row.get::<_, i64>(index).map(|count| usize::try_from(count).unwrap_or(0));
        let item = SentItem {
            execution: id(0)?,
            outermost: id(1)?,
            node: row.get(2)?,
            run: count(3)?,
            item: count(4)?,
            time: row.get(5)?,
        };
        let state = row.get(6)?;
        let is_of_its_holder = row.get::<_, Option<i64>>(8)? == Some(row.get(7)?);
        let is_alive = state == OPEN && is_of_its_holder && lock::is_held(path, item.outermost);
        Ok(Holder { item, state, is_alive })
    };
    statement.query_row(params![key.scope, key.key], read).optional()
}

/// Takes what a claim of a run reserves that is held in its `epoch`.
pub(crate) fn reserve(
    connection: &Connection,
    path: &Path,
    epoch: i64,
    reservation: &Reservation,
) -> rusqlite::Result<Result<(), ClaimRefused>> {
    if let Some(claim) = &reservation.key {
        let holder = holder(connection, path, &claim.key)?;
        if holder.is_some_and(|holder| !matches!(holder.standing(claim), Standing::Free)) {
            return Ok(Err(ClaimRefused::KeyIsTaken));
        }
    }
    if let Some(claim) = &reservation.count
        && !count(connection, claim)?
    {
        return Ok(Err(ClaimRefused::LimitIsReached));
    }
    if let Some(KeyClaim { key, item, until, .. }) = &reservation.key {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO keys
                 (scope, key, execution, outermost, node, run, item, time, until, state, epoch)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                key.scope,
                key.key,
                item.execution.to_string(),
                item.outermost.to_string(),
                item.node,
                number(item.run),
                number(item.item),
                item.time,
                until,
                OPEN,
                epoch,
            ])?;
    }
    Ok(Ok(()))
}

/// Counts an item where there is room for it; one that is counted already is not counted again.
fn count(connection: &Connection, claim: &CountClaim) -> rusqlite::Result<bool> {
    if is_counted(connection, claim)? {
        return Ok(true);
    }
    let CountClaim { scope, begin, most, .. } = claim;
    if counted(connection, scope, *begin)? >= *most {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "INSERT INTO counted (execution, node, run, item, scope, begin) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(row_of(claim))?;
    connection
        .prepare_cached(
            "INSERT INTO counts (scope, begin, count) VALUES (?1, ?2, 1)
             ON CONFLICT (scope, begin) DO UPDATE SET count = count + 1",
        )?
        .execute(params![scope, begin])?;
    Ok(true)
}

pub(crate) fn is_counted(connection: &Connection, claim: &CountClaim) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM counted WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4
             AND scope = ?5 AND begin = ?6",
        )?
        .exists(row_of(claim))
}

/// The row of an item that is counted.
fn row_of(claim: &CountClaim) -> (String, &str, i64, i64, &str, i64) {
    let CountClaim { item, scope, begin, .. } = claim;
    (item.execution.to_string(), &item.node, number(item.run), number(item.item), scope, *begin)
}

pub(crate) fn counted(connection: &Connection, scope: &str, begin: i64) -> rusqlite::Result<u64> {
    let count: Option<i64> = connection
        .prepare_cached("SELECT count FROM counts WHERE scope = ?1 AND begin = ?2")?
        .query_row(params![scope, begin], |row| row.get(0))
        .optional()?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// What became of an item that may have reserved something: what it holds is free again where it was not sent.
pub(crate) fn settle(connection: &Connection, done: &ItemDone) -> rusqlite::Result<()> {
    let (execution, run, item) = (done.key.execution.to_string(), number(done.key.run), number(done.item));
    let place = params![execution, &*done.key.node, run, item];
    let set_state = |state: i64| {
        let set = format!(
            "UPDATE keys SET state = {state} WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4"
        );
        connection.prepare_cached(&set)?.execute(place).map(drop)
    };
    match done.verdict {
        Some(Verdict::Sent) => set_state(SENT),
        Some(Verdict::Unknown) => set_state(UNKNOWN),
        Some(Verdict::NotSent | Verdict::Skipped) | None => {
            for change in [
                "DELETE FROM keys WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4",
                "UPDATE counts SET count = count - 1 WHERE (scope, begin) IN
                 (SELECT scope, begin FROM counted WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4)",
                "DELETE FROM counted WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4",
            ] {
                connection.prepare_cached(change)?.execute(place)?;
            }
            Ok(())
        }
    }
}

/// An item was dropped on its way: whether it was sent is unknown.
pub(crate) fn abandon(connection: &Connection, item: &SentItem) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE keys SET state = ?5
             WHERE execution = ?1 AND node = ?2 AND run = ?3 AND item = ?4 AND state = 0",
        )?
        .execute(params![item.execution.to_string(), item.node, number(item.run), number(item.item), UNKNOWN])
        .map(drop)
}

/// Forgets what counts no more at a moment, in milliseconds since 1970.
pub(crate) fn prune(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM keys WHERE until < ?1 AND state <> ?2", params![now, OPEN])?;
    let before = now - COUNTS_KEPT_FOR;
    connection.execute("DELETE FROM counts WHERE begin < ?1", [before])?;
    connection.execute("DELETE FROM counted WHERE begin < ?1", [before]).map(drop)
}
