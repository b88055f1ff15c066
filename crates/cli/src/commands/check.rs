//! `heddle check`: every problem at once, without running.

use std::path::Path;

use heddle_node::Registry;
use heddle_runner::{CredentialStore, Host, RunOptions};
use heddle_workflow::{Problem, Severity};
use serde::Serialize;

use crate::arguments::CheckArguments;
use crate::diagnostics;
use crate::failure::{Failure, USAGE};

/// Form of what `--json` prints; a change that breaks readers counts it up. `docs/check.md` describes it.
const VERSION: u32 = 1;

/// What was found in all files.
#[derive(Serialize)]
struct Report {
    version: u32,
    errors: usize,
    warnings: usize,
    files: Vec<FileReport>,
}

/// What was found in one file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileReport {
    file: String,
    errors: usize,
    warnings: usize,
    start: Option<String>,
    has_effect: bool,
    problems: Vec<Problem>,
    #[serde(skip)]
    text: Option<String>,
}

pub(crate) fn execute(registry: &Registry, arguments: &CheckArguments) -> Result<u8, Failure> {
    let files = arguments.files.iter().map(std::path::PathBuf::as_path);
    super::read_standard_input_once(files.chain(arguments.setup.input.as_deref()))?;
    let items = arguments.setup.input.as_deref().map(crate::input::read).transpose()?;
    let options = RunOptions { items, ..super::options_of(&arguments.setup)? };
    let files = super::runtime()?.block_on(async {
        let (store, _sandboxes) =
            super::credentials(registry, &arguments.setup.credentials, !arguments.json).await?;
        let mut files = Vec::new();
        for path in &arguments.files {
            let file = check_file(registry, &store, arguments, &options, path).await?;
            if !arguments.json {
                print_file(&file)?;
            }
            files.push(file);
        }
        Ok::<_, Failure>(files)
    })?;
    let report = Report {
        version: VERSION,
        errors: files.iter().map(|file| file.errors).sum(),
        warnings: files.iter().map(|file| file.warnings).sum(),
        files,
    };
    if arguments.json {
        super::print(&format!("{:#}\n", serde_json::json!(report)))?;
    }
    if report.errors > 0 { Ok(USAGE) } else { Ok(0) }
}

async fn check_file(
    registry: &Registry,
    store: &CredentialStore,
    arguments: &CheckArguments,
    options: &RunOptions,
    path: &Path,
) -> Result<FileReport, Failure> {
    let (start, has_effect, problems, text) = match super::read_workflow(path) {
        Ok(workflow) => {
            let host = Host::new(registry.clone())
                .with_credentials(store.clone())
                .with_workflows(super::workflow_folder(&arguments.setup, path)?);
            super::mock::check_names(&host, &workflow, options).await?;
            let checked = host.check(&workflow, options).await;
            (checked.start, checked.has_effect, checked.problems, workflow.text().map(str::to_owned))
        }
        Err(error) => (None, false, error.problems, error.text.as_deref().map(str::to_owned)),
    };
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let file = super::name_of(path);
    Ok(FileReport { file, errors, warnings, start, has_effect, problems, text })
}

fn print_file(file: &FileReport) -> Result<(), Failure> {
    let name = &file.file;
    if file.problems.is_empty() {
        return super::print(&format!("{name}: no problems\n"));
    }
    super::print_rendered(&diagnostics::render(name, file.text.as_deref(), &file.problems));
    super::print(&format!("{name}: {}\n", count(file)))
}

fn count(file: &FileReport) -> String {
    let part = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> =
        [part(file.errors, "error"), part(file.warnings, "warning")].into_iter().flatten().collect();
    parts.join(", ")
}
