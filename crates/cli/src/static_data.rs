//! The file of `--static-data`: what a workflow, and those that it calls, keep between runs.
//!
//! It holds n8n's static data of the workflow (`global`, `node:<name>`), and that of called workflows under
//! `workflow:<id>`.

use std::collections::BTreeMap;
use std::path::Path;

use heddle_node::Json;
use heddle_runner::{RunOptions, RunResult};

use crate::failure::Failure;

const CALLED: &str = "workflow:";

/// Reads the file into the options of a run; a file that does not exist yet is empty.
pub(crate) fn read(path: &Path, options: &mut RunOptions) -> Result<(), Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::file("read", path, &error)),
    };
    let json = Json::parse(&text).map_err(|error| {
        Failure::usage(format!("{} is not JSON: {error}", crate::commands::name_of(path)))
            .with_help("Give the file of an earlier run, or one that does not exist yet.")
    })?;
    let object = json.as_object().ok_or_else(|| {
        Failure::usage(format!("{} holds no object of static data", crate::commands::name_of(path)))
    })?;
    let mut own = Json::object();
    let mut called = BTreeMap::new();
    for (key, data) in object.iter() {
        match key.strip_prefix(CALLED) {
            Some(workflow) => drop(called.insert(workflow.to_owned(), data.clone())),
            None => drop(own.insert(key, data.clone())),
        }
    }
    options.static_data = Some(own);
    options.called_static_data = called;
    Ok(())
}

/// Writes what has changed, and leaves the rest as it was read. The file is replaced at once: it is never half written.
pub(crate) fn write(path: &Path, read: &RunOptions, result: &RunResult) -> Result<(), Failure> {
    if result.static_data.is_none() && result.called_static_data.is_empty() {
        return Ok(());
    }
    let mut json =
        result.static_data.clone().or_else(|| read.static_data.clone()).unwrap_or_else(Json::object);
    for (workflow, data) in read.called_static_data.iter().chain(&result.called_static_data) {
        json.insert(&format!("{CALLED}{workflow}"), data.clone());
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    std::fs::write(beside, format!("{json:#}\n"))
        .and_then(|()| std::fs::rename(beside, path))
        .map_err(|error| Failure::failed(format!("cannot write {}: {error}", crate::commands::name_of(path))))
}
