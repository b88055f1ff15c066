//! `heddle mock`, and what `--mock` says: nodes that a run replaces.

use std::path::Path;

use heddle_node::{Json, Registry};
use heddle_runner::{Host, Mocks, RunOptions};
use heddle_workflow::Workflow;

use crate::arguments::SetupArguments;
use crate::diagnostics;
use crate::failure::{Failure, USAGE};

/// Prints what each node puts out that would be replaced: its pinned data, or an empty item.
pub(crate) fn execute(registry: Registry, path: &Path) -> Result<u8, Failure> {
    let name = super::name_of(path);
    let workflow = super::read_workflow(path).map_err(|error| {
        super::print_rendered(&diagnostics::render(&name, error.text.as_deref(), &error.problems));
        Failure::silent(USAGE)
    })?;
    let options = RunOptions { mocks: Some(Mocks::default()), ..RunOptions::default() };
    let mut mocks = Json::object();
    for node in Host::new(registry).mocked_nodes(&workflow, &options) {
        let pinned = workflow.pin_data.get(&node).filter(|items| items.is_array()).cloned();
        mocks.insert(&node, pinned.unwrap_or_else(|| Json::from(vec![Json::object()])));
    }
    super::print(&format!("{:#}\n", mocks.to_value()))?;
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

/// Refuses mocks of nodes that the workflow does not have: whoever misspells a name would run the node for real.
pub(crate) fn check_names(mocks: Option<&Mocks>, workflow: &Workflow) -> Result<(), Failure> {
    let names: Vec<&str> = workflow.nodes.iter().map(|node| node.name.as_str()).collect();
    for name in mocks.into_iter().flat_map(Mocks::names) {
        if !names.contains(&name) {
            return Err(Failure::usage(format!("--mock: the workflow has no node \"{name}\""))
                .with_help(heddle_runner::suggest("Its nodes", &names, name)));
        }
    }
    Ok(())
}
