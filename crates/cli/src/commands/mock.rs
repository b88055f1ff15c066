//! `heddle mock`, and what `--mock` says: nodes that a run replaces.

use std::path::Path;

use heddle_node::{Json, Registry, printable_line};
use heddle_runner::{Host, Mocks, RunOptions, RunResult};
use heddle_workflow::Workflow;

use crate::arguments::SetupArguments;
use crate::diagnostics;
use crate::failure::{Failure, USAGE};
use crate::testing::layout::lay_out;

/// Prints what each node puts out that would be replaced: its pinned data, or an item with the fields that later ones read.
pub(crate) fn execute(registry: Registry, path: &Path) -> Result<u8, Failure> {
    let name = super::name_of(path);
    let workflow = super::read_workflow(path).map_err(|error| {
        super::print_rendered(&diagnostics::render(&name, error.text.as_deref(), &error.problems));
        Failure::silent(USAGE)
    })?;
    let host = Host::new(registry).with_workflows(super::workflow_folder_of(path));
    let mocks = super::runtime()?.block_on(host.mock_samples(&workflow));
    super::print(&lay_out(&mocks))?;
    Ok(0)
}

/// What a call says of nodes to replace.
pub(crate) fn read(setup: &SetupArguments) -> Result<Option<Mocks>, Failure> {
    let Some(file) = &setup.mock else { return Ok(None) };
    let mocks = match file {
        Some(path) => {
            let text = crate::input::read_text(path)?;
            let failure = |error: String| Failure::usage(format!("{}: {error}", super::name_of(path)));
            let json = Json::parse(&text).map_err(|error| failure(error.to_string()))?;
            Mocks::parse(&json).map_err(failure)?
        }
        None => Mocks::default(),
    };
    Ok(Some(mocks.with_real(setup.real.iter().cloned())))
}

/// Refuses mocks of nodes that there are not: whoever misspells a name would run the node for real.
pub(crate) async fn check_names(
    host: &Host,
    workflow: &Workflow,
    options: &RunOptions,
) -> Result<(), Failure> {
    match host.unknown_mocks(workflow, options).await.into_iter().next() {
        Some(unknown) => {
            let message = format!("--mock: the workflow has no node \"{}\"", printable_line(&unknown.name));
            Err(Failure::usage(message).with_help(unknown.help))
        }
        None => Ok(()),
    }
}

/// Requests of a node that a summary shows.
const SHOWN: usize = 3;

/// The nodes that a run has replaced, and the requests that these would have made.
pub(crate) fn summary(result: &RunResult) -> String {
    let quoted = |name: &String| format!("\"{}\"", printable_line(name));
    let names: Vec<String> = result.mocked.iter().map(quoted).collect();
    let mut text = format!("replaced by mocks: {}", names.join(", "));
    for name in &result.mocked {
        let requests: Vec<_> = result.requests.iter().filter(|request| request.node == *name).collect();
        for request in requests.iter().take(SHOWN) {
            let item = request.item.map_or_else(String::new, |item| format!(", item {item}"));
            let member = |name: &str| request.request.get(name).and_then(Json::as_str).unwrap_or_default();
            let told = match &request.error {
                Some(error) => format!("would fail: {}", printable_line(error)),
                None => format!("would send {} {}", member("method"), printable_line(member("url"))),
            };
            text.push_str(&format!("\n  {}{item}: {told}", printable_line(name)));
        }
        if requests.len() > SHOWN {
            text.push_str(&format!("\n  {}: and {} more", printable_line(name), requests.len() - SHOWN));
        }
    }
    text
}
