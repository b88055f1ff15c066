//! Where the runs of a user are kept.

use std::ffi::OsString;
use std::path::PathBuf;

/// The file in which the runs of the user are kept: `heddle/runs.db` in the user's folder for state. `variable` reads the
/// environment. `None` where it names no such folder.
pub fn default_path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(variable(name)?);
        // A relative path is to be ignored (XDG Base Directory Specification).
        path.is_absolute().then_some(path)
    };
    let state = match folder("XDG_STATE_HOME") {
        Some(state) => state,
        None if cfg!(windows) => folder("LOCALAPPDATA")?,
        None => folder("HOME")?.join(".local/state"),
    };
    Some(state.join("heddle").join("runs.db"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn runs_are_kept_in_the_users_state_folder() {
        let path = |state: &str, home: &str| {
            default_path(|name| match name {
                "XDG_STATE_HOME" => Some(state).filter(|state| !state.is_empty()).map(Into::into),
                "HOME" => Some(home).filter(|home| !home.is_empty()).map(Into::into),
                _ => None,
            })
        };
        assert_eq!(path("/state", "/home/a"), Some("/state/heddle/runs.db".into()));
        assert_eq!(path("state", "/home/a"), Some("/home/a/.local/state/heddle/runs.db".into()));
        assert_eq!(path("", "/home/a"), Some("/home/a/.local/state/heddle/runs.db".into()));
        assert_eq!(path("", ""), None);
    }
}
