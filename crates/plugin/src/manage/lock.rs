//! What was added, in a file beside the packages: names, versions, and what their archives must be.

use std::path::Path;

use heddle_data::{Json, JsonObject};

/// The name of the file.
const FILE: &str = "heddle-plugins.lock.json";

/// Notes a package.
///
/// # Errors
/// When the file cannot be read or written.
pub(crate) fn note(folder: &Path, name: &str, entry: Json) -> Result<(), String> {
    change(folder, |packages| drop(packages.insert(name, entry)))
}

/// Forgets a package.
///
/// # Errors
/// When the file cannot be read or written.
pub(crate) fn forget(folder: &Path, name: &str) -> Result<(), String> {
    change(folder, |packages| drop(packages.remove(name)))
}

fn change(folder: &Path, work: impl FnOnce(&mut JsonObject)) -> Result<(), String> {
    let path = folder.join(FILE);
    let known = crate::package::read_json(&path)?.unwrap_or_else(Json::object);
    let mut packages = known.get("packages").and_then(Json::as_object).cloned().unwrap_or_default();
    work(&mut packages);
    let mut made = JsonObject::new();
    made.insert("version", Json::from(1));
    made.insert("packages", Json::from(packages));
    let text = heddle_data::json::to_string_pretty(&Json::from(made)).map_err(|error| error.to_string())?;
    let new = folder.join(format!(".{FILE}.new"));
    std::fs::write(&new, text + "\n")
        .and_then(|()| std::fs::rename(&new, &path))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
