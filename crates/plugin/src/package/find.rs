//! Finding packages in folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;

/// A package's folder, and the folder that its files may not leave.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) root: PathBuf,
}

/// The packages in folders, by name: each is a `node_modules`, one package, or a folder of packages. The first one of a name
/// counts. With them comes what could not be read.
pub(crate) fn find_packages(folders: &[PathBuf]) -> (BTreeMap<String, (Place, Manifest)>, Vec<String>) {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for folder in folders {
        let mut add = |place: Place| match Manifest::read(&place.folder) {
            Ok(Some(manifest)) => {
                found.entry(manifest.name.clone()).or_insert((place, manifest));
                true
            }
            Ok(None) => false,
            Err(problem) => {
                problems.push(problem);
                false
            }
        };
        let Ok(folder) = folder.canonicalize() else { continue };
        if folder.join("package.json").is_file() {
            // A package brings its own node_modules along, or stands in one.
            let root = enclosing_modules(&folder).unwrap_or_else(|| folder.clone());
            if add(Place { folder: folder.clone(), root }) {
                continue;
            }
        }
        let inner = folder.join("node_modules");
        for below in [Some(folder.clone()), inner.is_dir().then_some(inner)].into_iter().flatten() {
            // What stands in a node_modules may use what stands beside it.
            let is_shared = below.ends_with("node_modules");
            let place = |folder: PathBuf| Place {
                root: if is_shared { below.clone() } else { folder.clone() },
                folder,
            };
            for entry in folders_in(&below) {
                let name = entry.file_name().map(|name| name.to_string_lossy().into_owned());
                match name {
                    Some(name) if name.starts_with('@') => {
                        for scoped in folders_in(&entry) {
                            add(place(scoped));
                        }
                    }
                    Some(name) if !name.starts_with('.') && name != "node_modules" => {
                        add(place(entry));
                    }
                    _ => {}
                }
            }
        }
    }
    (found, problems)
}

/// The `node_modules` that a package stands in.
fn enclosing_modules(folder: &Path) -> Option<PathBuf> {
    let parent = folder.ancestors().skip(1).take(2).find(|parent| parent.ends_with("node_modules"))?;
    Some(parent.to_owned())
}

/// Reads the code of a package, without what it depends on: the files below its folder with one of these extensions.
pub(crate) fn for_own_code(folder: &Path, extensions: &[&str], read: &mut dyn FnMut(&str)) {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != "node_modules" {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|own| extensions.iter().any(|known| own == *known))
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                read(&text);
            }
        }
    }
}

/// The folders in a folder, by name.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
