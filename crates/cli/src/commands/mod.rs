//! The commands, one file each, and what they share.

pub(crate) mod check;
pub(crate) mod completions;
mod conclude;
pub(crate) mod credentials;
pub(crate) mod describe;
pub(crate) mod eval;
mod follow;
mod kept;
pub(crate) mod mock;
pub(crate) mod new_node;
pub(crate) mod nodes;
pub(crate) mod options;
pub(crate) mod plugins;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod sending;
pub(crate) mod serve;
pub(crate) mod test;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use heddle_node::{Json, Registry, Sandbox, printable, printable_line, without_passwords};
use heddle_runner::{CredentialStore, Elsewhere, Host, RunOptions, WorkflowFolder};
use heddle_workflow::{Problem, Workflow, WorkflowError};

use crate::arguments::{CredentialArguments, NetworkArguments, SetupArguments};
use crate::failure::Failure;

/// Prints to standard output. A reader that has gone away, as `head` does, ends nothing.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(crate::terminal::standard_output(), text)
}

/// As [`print`], for text in which everything from outside has been escaped and the colours are ours.
pub(crate) fn print_painted(text: &str) -> Result<(), Failure> {
    write(std::io::stdout().lock(), text)
}

fn write(mut output: impl std::io::Write, text: &str) -> Result<(), Failure> {
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a message to standard error, where nobody can be notified of a failure. What a terminal would obey is escaped, and
/// further lines are indented: what a file or a service says cannot pass for a message of its own.
pub(crate) fn print_error(text: &str) {
    let text = without_passwords(text);
    let mut lines = text.trim_end().lines();
    let mut shown = printable(lines.next().unwrap_or_default()).into_owned();
    for line in lines {
        let indent = if line.starts_with("  ") { "" } else { "    " };
        shown.push_str(&format!("\n{indent}{}", printable(line)));
    }
    print_rendered(&shown);
}

/// As [`print_error`], for several lines of ours, in which no text from outside breaks one.
pub(crate) fn print_lines(text: &str) {
    print_rendered(&printable(&without_passwords(text)));
}

/// As [`print_error`], for text in which everything from outside has been escaped and the colours are ours.
pub(crate) fn print_rendered(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// How messages call standard input.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// How messages call a file: its path, or standard input for `-`.
pub(crate) fn name_of(path: &Path) -> String {
    if is_standard_input(path) {
        STANDARD_INPUT.to_owned()
    } else {
        printable_line(&path.display().to_string()).into_owned()
    }
}

/// Whether a path stands for standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a workflow file, or standard input for `-`.
pub(crate) fn read_workflow(path: &Path) -> Result<Workflow, WorkflowError> {
    if !is_standard_input(path) {
        return Workflow::read(path);
    }
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Workflow::parse_bytes(STANDARD_INPUT, &bytes),
        Err(error) => Err(WorkflowError {
            name: STANDARD_INPUT.to_owned(),
            text: None,
            problems: vec![Problem::error(format!("It cannot be read: {error}"))],
        }),
    }
}

/// Refuses a call that reads standard input for two things: the second would get nothing.
pub(crate) fn read_standard_input_once<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    if paths.into_iter().filter(|path| is_standard_input(path)).count() > 1 {
        return Err(Failure::usage("standard input (-) can be read for one thing only")
            .with_help("Give the path of a file for the other."));
    }
    Ok(())
}

/// A runtime on this thread: the work is waiting, not computing.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))
}

/// Whether users other than its owner can read a file: it lets them, and so do all the folders that lead to it.
#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    const OF_GROUP: (u32, u32) = (0o040, 0o010);
    const OF_ALL: (u32, u32) = (0o004, 0o001);
    let Ok(path) = std::fs::canonicalize(path) else { return false };
    let mode = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.mode());
    [OF_GROUP, OF_ALL].into_iter().any(|(read, enter)| {
        mode(&path) & read != 0 && path.ancestors().skip(1).all(|folder| mode(folder) & enter != 0)
    })
}

/// Where renewed tokens of the credentials in a file are kept: beside it.
fn token_file(path: &Path) -> std::path::PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tokens");
    path.with_file_name(name)
}

#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}

/// What a call says of how its runs begin and end.
pub(crate) fn options_of(setup: &SetupArguments) -> Result<RunOptions, Failure> {
    Ok(RunOptions {
        start: setup.start.clone(),
        destination: setup.destination.clone(),
        pins: setup.pins,
        dry_run: setup.dry_run,
        mocks: mock::read(setup)?,
        variables: crate::variables::read(&setup.variables)?,
        timezone: crate::variables::timezone(&setup.variables)?,
        ..RunOptions::default()
    })
}

/// Where the workflows are that the one of a file calls.
pub(crate) fn workflow_folder(setup: &SetupArguments, file: &Path) -> Result<Arc<WorkflowFolder>, Failure> {
    let folder = match &setup.workflows {
        Some(folder) if !folder.is_dir() => {
            return Err(Failure::usage(format!("there is no folder {}", name_of(folder))));
        }
        Some(folder) => folder,
        None => file.parent().unwrap_or(Path::new(".")),
    };
    Ok(Arc::new(WorkflowFolder::new(folder)))
}

/// The same for a call that names no folder.
pub(crate) fn workflow_folder_of(file: &Path) -> Arc<WorkflowFolder> {
    Arc::new(WorkflowFolder::new(file.parent().unwrap_or(Path::new("."))))
}

/// Where requests go instead of their services.
fn elsewhere(arguments: &NetworkArguments) -> Result<Elsewhere, Failure> {
    let mut elsewhere = Elsewhere::default();
    for (host, url) in &arguments.route {
        elsewhere.add_route(host, url).map_err(|problem| Failure::usage(format!("--route: {problem}")))?;
    }
    if let Some(path) = &arguments.http_mocks {
        let text = crate::input::read_text(path)?;
        let refuse = |problem: String| Failure::usage(format!("{}: {problem}", name_of(path)));
        let mocks = Json::parse(&text)
            .map_err(|error| refuse(format!("no JSON (line {}, column {})", error.line(), error.column())))?;
        elsewhere.add_mocks(&mocks).map_err(refuse)?;
    }
    Ok(elsewhere)
}

/// What of the network a call's nodes may reach. The sandboxes are in reach.
pub(crate) fn with_network(
    mut host: Host,
    arguments: &NetworkArguments,
    sandboxes: &[Box<dyn Sandbox>],
) -> Result<Host, Failure> {
    host = host.with_elsewhere(elsewhere(arguments)?);
    if !arguments.no_private_network {
        return Ok(host);
    }
    host = host.without_private_network();
    let own: Vec<String> =
        sandboxes.iter().map(|sandbox| sandbox.url().trim_start_matches("http://").to_owned()).collect();
    for text in arguments.allow_host.iter().chain(&own) {
        let (name, port) = match text.rsplit_once(':') {
            // Several colons are an address of IPv6, which has its port behind brackets.
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                let port = port.parse().map_err(|_| {
                    Failure::usage(format!("--allow-host: \"{text}\" is no host, or host with a port"))
                })?;
                (name, Some(port))
            }
            _ => (text.as_str(), None),
        };
        host = host.with_allowed_host(name.trim_matches(['[', ']']), port);
    }
    Ok(host)
}

/// The credentials of a call: the environment's, then the file's, then the sandboxes' in their place. The sandboxes run
/// as long as what is returned.
pub(crate) async fn credentials(
    registry: &Registry,
    arguments: &CredentialArguments,
    warns: bool,
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
            if warns && others_can_read(path) {
                print_error(&format!(
                    "warning: other users of this computer can read the credentials in {0}\n  help: chmod 600 {0}",
                    name_of(path)
                ));
            }
            let store = CredentialStore::parse(&text).map_err(|error| {
                Failure::usage(format!("{}: {error}", name_of(path))).with_help(
                    "Give {\"wtsApi\": {\"apiKey\": \"…\"}}, or what `n8n export:credentials --all --decrypted` writes.",
                )
            })?;
            match is_standard_input(path) {
                true => store,
                false => store
                    .with_token_file(&token_file(path))
                    .map_err(|error| Failure::usage(error.to_string()))?,
            }
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
