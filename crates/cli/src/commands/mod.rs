//! The commands, one file each, and what they share.

pub(crate) mod check;
pub(crate) mod eval;
pub(crate) mod nodes;
pub(crate) mod options;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod schema;

use std::io::Write as _;

use heddle_node::{Registry, Sandbox};
use heddle_runner::CredentialStore;

use crate::arguments::CredentialArguments;
use crate::failure::Failure;

/// Prints to standard output. A reader that has gone away, as `head` does, ends nothing.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line to standard error, where nobody can be told of a failure.
pub(crate) fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// A runtime on this thread: the work is waiting, not computing.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))
}

/// The credentials of a call: the environment's, then the file's, then the sandboxes' in their place. The sandboxes run
/// as long as what is returned.
pub(crate) async fn credentials(
    registry: &Registry,
    arguments: &CredentialArguments,
) -> Result<(CredentialStore, Vec<Box<dyn Sandbox>>), Failure> {
    if arguments.sandbox {
        let mut store = CredentialStore::default();
        let mut sandboxes = Vec::new();
        for registration in registry.credentials() {
            let Some(start) = registration.sandbox else { continue };
            let sandbox = start(0)
                .await
                .map_err(|error| Failure::failed(format!("the sandbox cannot start: {error}")))?;
            store.insert(registration.name, sandbox.credential()).map_err(Failure::failed)?;
            sandboxes.push(sandbox);
        }
        return Ok((store, sandboxes));
    }
    let mut store = match &arguments.file {
        Some(path) => {
            let text = crate::input::read_text(path)?;
            CredentialStore::parse(&text).map_err(|error| {
                Failure::usage(format!("{}: {error}", path.display())).with_help(
                    "Give {\"wtsApi\": {\"apiKey\": \"…\"}}, or what `n8n export:credentials --all --decrypted` writes.",
                )
            })?
        }
        None => CredentialStore::default(),
    };
    store
        .add_environment(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
        .map_err(|error| Failure::usage(error.to_string()))?;
    Ok((store, Vec::new()))
}
