//! Locks of runs: files that the system holds locked for a process, and releases when it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A run that this process holds, as long as the lock lives.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

/// The folder with the locks of a store.
pub(crate) fn folder(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".locks");
    PathBuf::from(name)
}

fn open(store: &Path, run: Uuid) -> io::Result<File> {
    let folder = folder(store);
    crate::file::create_folder(&folder)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    crate::file::for_owner_alone(&mut options);
    options.open(folder.join(run.to_string()))
}

/// Takes the lock of a run.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when another process holds it; the message names that.
pub(crate) fn take(store: &Path, run: Uuid) -> io::Result<RunLock> {
    let mut file = open(store, run)?;
    match file.try_lock() {
        Ok(()) => {
            // Whoever is refused is told who holds it.
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())?;
            Ok(RunLock { _file: file })
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = match holder.trim() {
                "" => "another process".to_owned(),
                process => format!("the process {process}"),
            };
            Err(io::Error::new(io::ErrorKind::WouldBlock, format!("{holder} runs it")))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether a process holds the lock of a run.
pub(crate) fn is_held(store: &Path, run: Uuid) -> bool {
    let path = folder(store).join(run.to_string());
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Forgets the lock of a run that is gone.
pub(crate) fn forget(store: &Path, run: Uuid) {
    let _ = std::fs::remove_file(folder(store).join(run.to_string()));
}
