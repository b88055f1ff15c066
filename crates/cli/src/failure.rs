//! How a command fails: a message for people, and an exit status.

use std::fmt;
use std::path::Path;

use heddle_node::{printable_block, printable_line};

/// Exit status of a workflow that failed.
pub(crate) const FAILED: u8 = 1;
/// Exit status of a wrong call or file.
pub(crate) const USAGE: u8 = 2;
/// Exit status where an earlier run is not complete, or under way.
pub(crate) const INCOMPLETE: u8 = 3;
/// Exit status after Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Ends a command with a message and an exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong; empty when it has been printed already.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// Exit status.
    pub(crate) status: u8,
}

impl Failure {
    /// The call or a file is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, status: USAGE }
    }

    /// There is nothing to do, which is no failure.
    pub(crate) fn done(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, status: 0 }
    }

    /// The command did what it could and failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, status: FAILED }
    }

    /// All has been said already.
    pub(crate) fn silent(status: u8) -> Self {
        Self { message: String::new(), help: None, status }
    }

    /// A file cannot be read or written.
    pub(crate) fn file(doing: &str, path: &Path, error: &dyn fmt::Display) -> Self {
        Self::usage(format!("cannot {doing} {}: {error}", printable_line(&path.display().to_string())))
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.status == 0 {
            return formatter.write_str(&self.message);
        }
        write!(formatter, "error: {}", printable_block(&self.message))?;
        match &self.help {
            Some(help) => write!(formatter, "\n  help: {}", printable_block(help)),
            None => Ok(()),
        }
    }
}
