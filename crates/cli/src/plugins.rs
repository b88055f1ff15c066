//! Where node packages are looked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heddle_node::Registry;
use heddle_plugin::{PluginOptions, Plugins};

use crate::arguments::{Command, PluginArguments};

/// The folder with packages beside a workflow.
const BESIDE: &str = "heddle_plugins";

/// The environment variable with folders of packages.
const VARIABLE: &str = "HEDDLE_PLUGINS";

/// Lets the registry look for types in packages. Nothing of them is read before somebody asks for one.
pub(crate) fn add(registry: &mut Registry, arguments: &PluginArguments, command: &Command) {
    let folders: Vec<PathBuf> =
        folders(arguments, command).into_iter().filter(|folder| folder.is_dir()).collect();
    if folders.is_empty() {
        return;
    }
    let options = PluginOptions { folders, prefer: arguments.prefer_plugins, ..PluginOptions::default() };
    registry.add_source(Arc::new(Plugins::new(options)));
}

/// The folders that are searched, in this order: those of the call, of the environment, beside the workflow, and the user's.
fn folders(arguments: &PluginArguments, command: &Command) -> Vec<PathBuf> {
    let mut folders = arguments.plugins.clone();
    if let Some(list) = std::env::var_os(VARIABLE) {
        folders.extend(std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()));
    }
    let beside = workflow_of(command).and_then(Path::parent).unwrap_or(Path::new(""));
    folders.push(beside.join(BESIDE));
    folders.extend(user_folder());
    folders
}

/// The folder with packages in the user's data.
pub(crate) fn user_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("heddle").join("plugins"))
}

/// The folders of a command that is about no workflow, as far as they are there.
pub(crate) fn known_folders(arguments: &PluginArguments) -> Vec<PathBuf> {
    let mut folders = arguments.plugins.clone();
    if let Some(list) = std::env::var_os(VARIABLE) {
        folders.extend(std::env::split_paths(&list));
    }
    folders.push(PathBuf::from(BESIDE));
    folders.extend(user_folder());
    folders.into_iter().filter(|folder| folder.is_dir()).collect()
}

fn workflow_of(command: &Command) -> Option<&Path> {
    match command {
        Command::Run(arguments) => Some(&arguments.workflow),
        Command::Check(arguments) => arguments.files.first().map(PathBuf::as_path),
        Command::Mock { workflow } => Some(workflow),
        _ => None,
    }
}
