//! Recipients that want no messages: files that are looked at again at the moment of each send.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::phone::is_phone;
use super::recipient::RecipientForm;

/// Files of recipients that are to be left out, a line each: a phone number in any way of writing, or another text as the
/// recipients have it. Of a line with commas, semicolons or tabs the first field counts; what begins with `#` is a remark.
/// A file that changes while a run goes on counts as it is then.
#[derive(Debug, Clone, Default)]
pub struct Exclusions(Vec<Arc<ExclusionFile>>);

#[derive(Debug)]
struct ExclusionFile {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    stamp: Option<(Option<SystemTime>, u64)>,
    entries: Vec<String>,
    /// The keys of the entries, by how recipients are read.
    keys: HashMap<RecipientForm, HashSet<String>>,
}

impl Exclusions {
    /// The recipients of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn add_file(&mut self, path: impl Into<PathBuf>) -> io::Result<()> {
        let file = ExclusionFile { path: path.into(), known: Mutex::default() };
        file.look(|_| ())?;
        self.0.push(Arc::new(file));
        Ok(())
    }

    /// The files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|file| file.path.as_path())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a recipient is to be left out now.
    ///
    /// # Errors
    /// When a file cannot be read any more: then nobody knows who is to be left out.
    pub(crate) fn has(&self, key: &str, form: RecipientForm) -> io::Result<bool> {
        for file in &self.0 {
            if file.look(|known| known.keys_for(form).contains(key))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Files that are read when they are needed: one that is gone lets nothing be sent.
impl FromIterator<PathBuf> for Exclusions {
    fn from_iter<T: IntoIterator<Item = PathBuf>>(paths: T) -> Self {
        let file = |path| Arc::new(ExclusionFile { path, known: Mutex::default() });
        Self(paths.into_iter().map(file).collect())
    }
}

impl ExclusionFile {
    /// Looks at what the file holds now.
    fn look<T>(&self, look: impl FnOnce(&mut Known) -> T) -> io::Result<T> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = std::fs::metadata(&self.path).map_err(|error| named(&self.path, &error))?;
        let stamp = Some((found.modified().ok(), found.len()));
        if known.stamp != stamp {
            let bytes = std::fs::read(&self.path).map_err(|error| named(&self.path, &error))?;
            let text = String::from_utf8_lossy(&bytes);
            let entries = text.trim_start_matches('\u{feff}').lines().filter_map(entry).collect();
            *known = Known { stamp, entries, keys: HashMap::new() };
        }
        Ok(look(&mut known))
    }
}

impl Known {
    fn keys_for(&mut self, form: RecipientForm) -> &HashSet<String> {
        let Self { entries, keys, .. } = self;
        keys.entry(form).or_insert_with(|| {
            let all = entries.iter().flat_map(|entry| {
                // A list of phone numbers counts, too, where the recipients are texts that are numbers.
                let as_phone = RecipientForm { is_phone: form.is_phone || is_phone(entry), ..form };
                [form.key(entry), as_phone.key(entry)]
            });
            all.flatten().collect()
        })
    }
}

/// The recipient of a line.
fn entry(line: &str) -> Option<String> {
    let field = line.split([',', ';', '\t']).next().unwrap_or_default();
    let field = field.trim().trim_matches(['"', '\'']).trim();
    (!field.is_empty() && !field.starts_with('#')).then(|| field.to_owned())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
