//! `heddle plugins`: node packages in a folder.

use std::path::PathBuf;

use heddle_plugin::manage::{self, Addition};
use heddle_plugin::{PluginOptions, Plugins};

use crate::arguments::{PluginArguments, PluginCommand};
use crate::failure::{FAILED, Failure};

pub(crate) fn execute(arguments: &PluginArguments, command: &PluginCommand) -> Result<u8, Failure> {
    match command {
        PluginCommand::Add { package, accept_licence } => add(arguments, package, *accept_licence),
        PluginCommand::List => list(arguments),
        PluginCommand::Remove { name } => {
            let removed = manage::remove(&target(arguments)?, name).map_err(Failure::failed)?;
            super::print(&format!("removed {} {}\n", removed.name, removed.version))?;
            Ok(0)
        }
        PluginCommand::Check { name } => check(arguments, name),
    }
}

/// The folder that packages come into.
fn target(arguments: &PluginArguments) -> Result<PathBuf, Failure> {
    arguments.plugins.first().cloned().or_else(crate::plugins::user_folder).ok_or_else(|| {
        Failure::usage("there is no folder for packages").with_help("Name one: `--plugins DIR`.")
    })
}

fn add(arguments: &PluginArguments, package: &str, accepts_licence: bool) -> Result<u8, Failure> {
    let addition = Addition { what: package.to_owned(), folder: target(arguments)?, accepts_licence };
    let added = super::runtime()?.block_on(manage::add(&addition)).map_err(Failure::failed)?;
    let mut text = format!("added {} {} to {}\n", added.name, added.version, added.folder.display());
    text.push_str(&format!("  licence: {}\n", added.licence));
    let dependencies: Vec<String> =
        added.dependencies.iter().map(|(name, version)| format!("{name} {version}")).collect();
    for (what, list) in [("depends on", &dependencies), ("may reach", &added.hosts)] {
        let list = if list.is_empty() { "nothing else".to_owned() } else { list.join(", ") };
        text.push_str(&format!("  {what}: {list}\n"));
    }
    text.push_str(
        "  and the hosts in its credentials; `hosts` in the package's heddle.json says which others\n",
    );
    super::print(&text)?;
    Ok(0)
}

fn list(arguments: &PluginArguments) -> Result<u8, Failure> {
    let mut text = String::new();
    for folder in crate::plugins::known_folders(arguments) {
        for own in manage::list(&folder) {
            text.push_str(&format!("{}\t{}\t{}\n", own.name, own.version, own.folder.display()));
        }
    }
    super::print(&text)?;
    Ok(0)
}

fn check(arguments: &PluginArguments, name: &str) -> Result<u8, Failure> {
    let folders = crate::plugins::known_folders(arguments);
    let plugins = Plugins::new(PluginOptions { folders, ..PluginOptions::default() });
    let report = plugins.check(name).ok_or_else(|| {
        Failure::usage(format!("there is no package {name}")).with_help("`heddle plugins list` names them.")
    })?;
    let mut text = format!("{} {} ({})\n", report.name, report.version, report.licence);
    for node in &report.nodes {
        match &node.problem {
            None => text.push_str(&format!("  {}: {}\n", node.file, node.types.join(", "))),
            Some(problem) => text.push_str(&format!("  {}: does not load: {problem}\n", node.file)),
        }
    }
    for (what, list) in [
        ("credentials", &report.credentials),
        ("may reach", &report.hosts),
        ("depends on", &report.dependencies),
        ("asks for what is not to be had", &report.lacks),
    ] {
        if !list.is_empty() {
            text.push_str(&format!("  {what}: {}\n", list.join(", ")));
        }
    }
    super::print(&text)?;
    Ok(if report.nodes.iter().all(|node| node.problem.is_none()) { 0 } else { FAILED })
}
