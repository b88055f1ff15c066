//! Unpacking the archive of a package: files and folders only, none of them outside, and not too much of it.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

/// The largest archive, what it may unpack to, and how many files it may hold.
pub(crate) const LARGEST_ARCHIVE: usize = 100 << 20;
const LARGEST_CONTENT: u64 = 300 << 20;
const MOST_FILES: usize = 50_000;

/// Unpacks an archive into a folder, without the first folder of its paths.
///
/// # Errors
/// When it is none, holds a link, a path that leads out, or too much.
pub(crate) fn unpack(bytes: &[u8], folder: &Path) -> Result<(), String> {
    let broken = |error: std::io::Error| format!("the archive cannot be read: {error}");
    let mut archive = Archive::new(GzDecoder::new(bytes).take(LARGEST_CONTENT + 1));
    let (mut content, mut files) = (0, 0);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let path = entry.path().map_err(broken)?.into_owned();
        match kind {
            EntryType::Regular | EntryType::Continuous => {}
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            _ => {
                return Err(format!(
                    "{} is a link or a device, which a package may not hold",
                    path.display()
                ));
            }
        }
        let Some(target) = below(folder, &path)? else { continue };
        files += 1;
        content += entry.size();
        if files > MOST_FILES {
            return Err(format!("the archive holds more than {MOST_FILES} files"));
        }
        if content > LARGEST_CONTENT {
            return Err(format!("the archive unpacks to more than {} MB", LARGEST_CONTENT >> 20));
        }
        let parent = target.parent().unwrap_or(folder);
        let wrote = std::fs::create_dir_all(parent).and_then(|()| {
            let mut file = std::fs::File::create(&target)?;
            std::io::copy(&mut entry, &mut file)
        });
        wrote.map_err(|error| format!("{}: {error}", target.display()))?;
    }
    if files == 0 { Err("the archive holds no file".to_owned()) } else { Ok(()) }
}

/// Where a path of an archive lies; `None` for its first folder itself.
fn below(folder: &Path, path: &Path) -> Result<Option<PathBuf>, String> {
    let leads_out = || format!("the path {} leads out of the package", path.display());
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            _ => return Err(leads_out()),
        }
    }
    if parts.len() < 2 {
        return Ok(None);
    }
    Ok(Some(parts.iter().skip(1).fold(folder.to_owned(), |path, part| path.join(part))))
}

/// Copies a package's folder: files and folders only, without what it depends on.
///
/// # Errors
/// When it holds a link, or too much.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let mut open = vec![PathBuf::new()];
    let (mut content, mut files) = (0, 0);
    while let Some(below) = open.pop() {
        let folder = from.join(&below);
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
            let kind = entry.file_type().map_err(|error| error.to_string())?;
            let path = below.join(entry.file_name());
            if kind.is_dir() {
                if !matches!(entry.file_name().to_str(), Some(".git")) {
                    open.push(path);
                }
                continue;
            }
            if !kind.is_file() {
                return Err(format!("{} is a link, which a package may not hold", path.display()));
            }
            files += 1;
            content += entry.metadata().map_or(0, |metadata| metadata.len());
            if files > MOST_FILES || content > LARGEST_CONTENT {
                return Err(format!(
                    "the folder holds more than {MOST_FILES} files or {} MB",
                    LARGEST_CONTENT >> 20
                ));
            }
            let target = to.join(&path);
            let parent = target.parent().unwrap_or(to);
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::copy(entry.path(), &target))
                .map_err(|error| format!("{}: {error}", target.display()))?;
        }
    }
    Ok(())
}
