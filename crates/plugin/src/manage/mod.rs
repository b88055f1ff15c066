//! Adding packages to a folder and taking them out again: fetched from a registry, a file or a folder, checked, unpacked within
//! bounds, and put in their place at once. No script of a package is ever run.

mod add;
mod archive;
pub(crate) mod hosts_in_code;
mod licence;
mod lock;
mod npmrc;
mod registry;

use std::path::{Path, PathBuf};

pub use add::{Added, Addition, add};

use heddle_data::Json;

use crate::package::Manifest;

/// A package that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// The packages in a folder, by name.
pub fn list(folder: &Path) -> Vec<Installed> {
    let (found, _) = crate::package::find_packages(&[folder.to_owned()]);
    let own = |(name, (place, manifest)): (String, (crate::package::Place, Manifest))| Installed {
        name,
        version: manifest.version,
        folder: place.folder,
    };
    found.into_iter().map(own).collect()
}

/// Takes a package out of a folder.
///
/// # Errors
/// When it is not there, or its files cannot be removed.
pub fn remove(folder: &Path, name: &str) -> Result<Installed, String> {
    let own = list(folder).into_iter().find(|own| own.name == name);
    let own = own.ok_or_else(|| format!("there is no package {name} in {}", folder.display()))?;
    // It goes out of sight at once; what cannot be removed then harms nobody.
    let gone = folder.join(format!(".removed-{}", std::process::id()));
    std::fs::rename(&own.folder, &gone)
        .map_err(|error| format!("{} cannot be removed: {error}", own.folder.display()))?;
    lock::forget(folder, name)?;
    let _ = std::fs::remove_dir_all(&gone);
    Ok(own)
}

/// What a package may not bring along: our own package takes its place, or n8n's licence is in the way.
pub(crate) fn is_provided(name: &str) -> bool {
    matches!(name, "n8n-workflow" | "n8n-core" | "n8n-nodes-base" | "n8n") || name.starts_with("@n8n/")
}

/// A text of a package's `package.json`.
pub(crate) fn text_of(json: &Json, name: &str) -> String {
    json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}
