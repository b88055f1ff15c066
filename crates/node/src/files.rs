//! Where a host keeps the files of items.

use std::io;

use bytes::Bytes;
use heddle_data::FileContent;

/// A file of so many bytes, or fewer, stays in memory.
pub const KEPT_IN_MEMORY: usize = 64 * 1024;

/// Keeps files outside of items. A host has one for all runs; a file is gone when nobody holds its [`FileContent`] any
/// more.
///
/// ```
/// use heddle_node::files::{FileStore, MemoryFiles};
///
/// # fn main() -> std::io::Result<()> {
/// let mut file = MemoryFiles.begin();
/// file.write(b"Dear ")?;
/// file.write(b"Ada")?;
/// let content = file.finish()?;
/// assert_eq!(content.size(), Some(8));
/// assert_eq!(&content.read_all()?[..], b"Dear Ada");
/// # Ok(())
/// # }
/// ```
pub trait FileStore: Send + Sync {
    /// Begins a file.
    fn begin(&self) -> Box<dyn FileWriter>;

    /// The file with this id, while somebody holds it.
    fn find(&self, id: &str) -> Option<FileContent>;

    /// Keeps bytes that are there already.
    ///
    /// # Errors
    /// When they cannot be written.
    fn keep(&self, bytes: Bytes) -> io::Result<FileContent> {
        if bytes.len() <= KEPT_IN_MEMORY {
            return Ok(FileContent::Bytes(bytes));
        }
        let mut file = self.begin();
        file.write(&bytes)?;
        file.finish()
    }
}

/// A file that is being written. Dropped, it leaves nothing behind.
pub trait FileWriter: Send {
    /// Adds bytes at its end.
    ///
    /// # Errors
    /// When they cannot be written, such as on a full disk.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Ends it.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    fn finish(self: Box<Self>) -> io::Result<FileContent>;
}

/// A store that keeps all files in memory, for tests and for hosts that have nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryFiles;

impl FileStore for MemoryFiles {
    fn begin(&self) -> Box<dyn FileWriter> {
        Box::new(InMemory(Vec::new()))
    }

    fn find(&self, _id: &str) -> Option<FileContent> {
        None
    }

    fn keep(&self, bytes: Bytes) -> io::Result<FileContent> {
        Ok(FileContent::Bytes(bytes))
    }
}

struct InMemory(Vec<u8>);

impl FileWriter for InMemory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<FileContent> {
        Ok(FileContent::from(self.0))
    }
}
