//! Renewed tokens in a file of their own: nobody else may read it, and it is never half-written.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use heddle_node::{Json, JsonObject};

/// Token data by credential.
pub(crate) struct TokenFile {
    path: PathBuf,
    tokens: Mutex<JsonObject>,
}

impl TokenFile {
    /// The file at `path`, with what it holds; nothing where there is none yet.
    ///
    /// # Errors
    /// When it cannot be read. The message quotes nothing of it.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let tokens = match std::fs::read_to_string(path) {
            Ok(text) => Json::parse(&text)
                .ok()
                .and_then(|json| json.as_object().cloned())
                .ok_or_else(|| format!("{} holds no tokens: it is not JSON. Remove it", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => JsonObject::new(),
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        };
        Ok(Self { path: path.to_owned(), tokens: Mutex::new(tokens) })
    }

    /// The token data of a credential.
    pub(crate) fn get(&self, key: &str) -> Option<Json> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps the token data of a credential.
    ///
    /// # Errors
    /// When the file cannot be written; then it holds what it held.
    pub(crate) fn keep(&self, key: &str, data: &Json) -> Result<(), String> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = tokens.clone();
        changed.insert(key, data.clone());
        write(&self.path, &Json::from(changed.clone()).to_string())
            .map_err(|error| format!("{} cannot be written: {error}", self.path.display()))?;
        *tokens = changed;
        Ok(())
    }
}

/// Writes another file, and puts it in the place of the one that is there.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    let beside = path.with_file_name(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    drop(file);
    written.and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| {
        // What is left of it is of no use.
        let _ = std::fs::remove_file(&beside);
    })
}
