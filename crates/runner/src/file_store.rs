//! The files of a host's runs, in one temporary file without a name: it is gone with the process, however that ends.
//!
//! The file is divided into blocks of one size. A stored file is a list of them; when nobody holds it any more, its blocks
//! are used again.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use heddle_data::{FileContent, StoredFile};
use heddle_node::files::{FileStore, FileWriter, KEPT_IN_MEMORY};
use uuid::Uuid;

/// Size of a block in bytes.
const BLOCK: usize = 256 * 1024;

/// n8n's name of the storage of files on a disk, by which workflows tell it.
const MODE: &str = "filesystem-v2";

/// Keeps files beyond 64 KiB on the disk, in the system's folder for temporary files or in one of the caller's.
#[derive(Clone, Default)]
pub struct TemporaryFiles {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    folder: Option<PathBuf>,
    blocks: Mutex<Blocks>,
}

#[derive(Default)]
struct Blocks {
    /// Made for the first file that needs it.
    file: Option<Arc<File>>,
    /// How many blocks the file has.
    count: u64,
    /// Those among them that nobody uses.
    free: Vec<u64>,
    /// Files that somebody holds, by id.
    known: HashMap<String, Weak<Spooled>>,
}

/// A file of the store.
struct Spooled {
    id: String,
    size: u64,
    file: Arc<File>,
    blocks: OwnBlocks,
}

/// Blocks that are given back when they are no longer needed.
struct OwnBlocks {
    shared: Arc<Shared>,
    numbers: Vec<u64>,
}

struct SpoolWriter {
    shared: Arc<Shared>,
    /// What is not written yet: less than a block.
    rest: Vec<u8>,
    size: u64,
    written: Option<(Arc<File>, OwnBlocks)>,
}

impl TemporaryFiles {
    /// A store in this folder.
    pub fn in_folder(folder: impl AsRef<Path>) -> Self {
        let folder = Some(folder.as_ref().to_owned());
        Self { shared: Arc::new(Shared { folder, blocks: Mutex::default() }) }
    }

    /// Bytes that its files take on the disk.
    pub fn size_on_disk(&self) -> u64 {
        self.shared.blocks().count * BLOCK as u64
    }
}

impl FileStore for TemporaryFiles {
    fn begin(&self) -> Box<dyn FileWriter> {
        Box::new(SpoolWriter { shared: Arc::clone(&self.shared), rest: Vec::new(), size: 0, written: None })
    }

    fn find(&self, id: &str) -> Option<FileContent> {
        let file = self.shared.blocks().known.get(id)?.upgrade()?;
        Some(FileContent::Stored(file))
    }
}

impl Shared {
    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> io::Result<Arc<File>> {
        let mut blocks = self.blocks();
        if let Some(file) = &blocks.file {
            return Ok(Arc::clone(file));
        }
        let made = match &self.folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        };
        let place = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        let made = made.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("no temporary file can be made in {}: {error}", place.display()),
            )
        })?;
        let made = Arc::new(made);
        blocks.file = Some(Arc::clone(&made));
        Ok(made)
    }

    fn take_block(&self) -> u64 {
        let mut blocks = self.blocks();
        match blocks.free.pop() {
            Some(number) => number,
            None => {
                blocks.count += 1;
                blocks.count - 1
            }
        }
    }
}

impl Drop for OwnBlocks {
    fn drop(&mut self) {
        if self.numbers.is_empty() {
            return;
        }
        let mut blocks = self.shared.blocks();
        blocks.free.append(&mut self.numbers);
        if blocks.free.len() as u64 == blocks.count {
            // Nothing is left: the disk gets its room back. A file that cannot be cut short is used again as it is.
            if let Some(file) = &blocks.file
                && file.set_len(0).is_ok()
            {
                blocks.free.clear();
                blocks.count = 0;
            }
        }
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        self.blocks.shared.blocks().known.remove(&self.id);
    }
}

impl StoredFile for Spooled {
    fn id(&self) -> &str {
        &self.id
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let (index, within) = (offset / BLOCK as u64, offset % BLOCK as u64);
        let left = self.size.saturating_sub(offset).min(BLOCK as u64 - within);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let number = usize::try_from(index).ok().and_then(|index| self.blocks.numbers.get(index));
        match number {
            Some(number) if length > 0 => {
                read_exact_at(&self.file, &mut buffer[..length], number * BLOCK as u64 + within)?;
                Ok(length)
            }
            _ => Ok(0),
        }
    }
}

impl SpoolWriter {
    fn write_block(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.written.is_none() {
            let blocks = OwnBlocks { shared: Arc::clone(&self.shared), numbers: Vec::new() };
            self.written = Some((self.shared.file()?, blocks));
        }
        if let Some((file, blocks)) = &mut self.written {
            let number = self.shared.take_block();
            blocks.numbers.push(number);
            write_all_at(file, bytes, number * BLOCK as u64)?;
        }
        Ok(())
    }
}

impl FileWriter for SpoolWriter {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        while self.rest.len() + bytes.len() >= BLOCK {
            let (begin, end) = bytes.split_at(BLOCK - self.rest.len());
            if self.rest.is_empty() {
                self.write_block(begin)?;
            } else {
                self.rest.extend_from_slice(begin);
                let block = std::mem::take(&mut self.rest);
                self.write_block(&block)?;
                self.rest = block;
                self.rest.clear();
            }
            bytes = end;
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<FileContent> {
        let rest = std::mem::take(&mut self.rest);
        if self.written.is_none() && rest.len() <= KEPT_IN_MEMORY {
            return Ok(FileContent::from(rest));
        }
        if !rest.is_empty() {
            self.write_block(&rest)?;
        }
        let Some((file, blocks)) = self.written.take() else { return Ok(FileContent::default()) };
        let id = format!("{MODE}:temporary/{}", Uuid::new_v4());
        let stored = Arc::new(Spooled { id: id.clone(), size: self.size, file, blocks });
        self.shared.blocks().known.insert(id, Arc::downgrade(&stored));
        Ok(FileContent::Stored(stored))
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[count..];
        offset += count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(store: &TemporaryFiles, size: usize, piece: usize) -> FileContent {
        let bytes: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let mut writer = store.begin();
        bytes.chunks(piece).for_each(|piece| writer.write(piece).expect("it is written"));
        let content = writer.finish().expect("it is written");
        assert_eq!(content.read_all().expect("it is read"), bytes, "{size} bytes by {piece}");
        content
    }

    #[test]
    fn files_come_back_and_small_ones_stay_in_memory() {
        let store = TemporaryFiles::default();
        for (size, is_stored) in [
            (0, false),
            (KEPT_IN_MEMORY, false),
            (KEPT_IN_MEMORY + 1, true),
            (BLOCK - 1, true),
            (BLOCK, true),
            (3 * BLOCK + 7, true),
        ] {
            for piece in [1000, 64 * 1024, 5 * BLOCK] {
                let content = written(&store, size, piece);
                assert_eq!(matches!(content, FileContent::Stored(_)), is_stored, "{size}");
            }
        }
        assert_eq!(store.size_on_disk(), 0, "all are gone");
    }

    #[test]
    fn blocks_are_used_again_and_a_file_is_found_while_it_is_held() {
        let store = TemporaryFiles::default();
        let kept = written(&store, BLOCK, BLOCK);
        for _ in 0..10 {
            drop(written(&store, 2 * BLOCK, 1000));
        }
        let mut left = store.begin();
        left.write(&vec![0; 2 * BLOCK]).expect("it is written");
        drop(left);
        assert_eq!(store.size_on_disk(), 3 * BLOCK as u64);
        let id = kept.id().expect("it is stored").to_owned();
        assert_eq!(store.find(&id), Some(kept.clone()));
        drop(kept);
        assert_eq!(store.find(&id), None);
        assert_eq!(store.size_on_disk(), 0);
    }
}
