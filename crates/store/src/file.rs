//! The file of a store: made for its owner alone, opened, and checked.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::book;

/// Marks a file of SQLite as a store of runs.
const APPLICATION: i64 = 0x4845_444C;
/// The version of the schema.
const VERSION: i64 = 2;
/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits between two looks where SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(5);

const SCHEMA: &str = "
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    workflow TEXT NOT NULL,
    workflow_digest TEXT NOT NULL,
    items_digest TEXT NOT NULL,
    start TEXT NOT NULL,
    note TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    status TEXT NOT NULL,
    error TEXT,
    wait_till INTEGER,
    epoch INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    not_sent INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_subject ON runs (workflow_digest, items_digest, start);
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number),
    body BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE INDEX blocks_run ON blocks (run, number);
";

/// A message about a store, with the file that it is about.
pub(crate) fn error(path: &Path, error: &rusqlite::Error) -> io::Error {
    let (kind, what) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (io::ErrorKind::InvalidData, format!("it is damaged ({error})"))
        }
        Some(ErrorCode::ReadOnly) => (io::ErrorKind::PermissionDenied, "it can only be read".to_owned()),
        Some(ErrorCode::DiskFull) => (io::ErrorKind::StorageFull, "the disk is full".to_owned()),
        Some(ErrorCode::CannotOpen) => {
            (io::ErrorKind::PermissionDenied, format!("it cannot be opened ({error})"))
        }
        _ => (io::ErrorKind::Other, error.to_string()),
    };
    io::Error::new(kind, format!("the store {}: {what}", path.display()))
}

/// Opens a store, and makes it where there is none.
///
/// # Errors
/// When it cannot be made, opened or written, is damaged, or is of a newer version.
pub(crate) fn open(path: &Path) -> io::Result<Connection> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    for_owner_alone(&mut options);
    // SQLite gives the files beside it the rights of this one.
    drop(options.open(path).map_err(|error| {
        io::Error::new(error.kind(), format!("the store {} cannot be opened: {error}", path.display()))
    })?);
    connect(path)
}

/// Opens a store that is there.
///
/// # Errors
/// As [`open`].
pub(crate) fn connect(path: &Path) -> io::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |failure: rusqlite::Error| error(path, &failure);
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let number = |connection: &Connection, pragma: &str| {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0)).map_err(failed)
    };
    // Another process may be making it: of one moment.
    let moment = connection.transaction().map_err(failed)?;
    let (application, version, tables) = (
        number(&moment, "application_id")?,
        number(&moment, "user_version")?,
        number(&moment, "schema_version")?,
    );
    moment.commit().map_err(failed)?;
    if (application, version) == (0, 0) {
        if tables != 0 {
            return Err(other(path, "is a file of another program"));
        }
        write_ahead(&connection).map_err(failed)?;
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have been quicker.
        if number(&transaction, "user_version")? == 0 {
            transaction.execute_batch(SCHEMA).map_err(failed)?;
            transaction.execute_batch(book::SCHEMA).map_err(failed)?;
            transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
            transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        return Ok(connection);
    }
    if application != APPLICATION {
        return Err(other(path, "is a file of another program"));
    }
    if version > VERSION {
        return Err(other(path, "was written by a newer version of Heddle: use that one, or another store"));
    }
    write_ahead(&connection).map_err(failed)?;
    if version < VERSION {
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        // Version 1 knew of no keys and counts.
        if number(&transaction, "user_version")? < VERSION {
            transaction.execute_batch(book::SCHEMA).map_err(failed)?;
            transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
    }
    Ok(connection)
}

/// Lets the store write to a log ahead of its file. SQLite waits for no other process here, as it does everywhere else.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}

fn other(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the store {} {what}", path.display()))
}

/// Makes a folder that its owner alone may look into, with those above it.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        io::Error::new(error.kind(), format!("the folder {} cannot be made: {error}", folder.display()))
    })
}

/// Lets a new file be read and written by its owner alone.
pub(crate) fn for_owner_alone(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_store_is_opened_by_many_at_once() {
        for round in 0..40 {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("runs.db");
            let openings = (0..8).map(|_| {
                let path = path.clone();
                std::thread::spawn(move || open(&path).map(drop))
            });
            for opening in openings.collect::<Vec<_>>() {
                let opened = opening.join().expect("it ends");
                assert!(opened.is_ok(), "round {round}: {opened:?}");
            }
        }
    }
}
