//! Which file a module asks for, by Node.js's rules, and reading it. Paths are as the package sees them: absolute below the
//! folder that its files may not leave.

use std::path::{Component, Path, PathBuf};

use heddle_data::Json;

use super::manifest::{LARGEST_FILE, read_json};

/// The files of a package and of what it depends on.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// Nothing outside of it is read.
    root: PathBuf,
    /// The package's own folder, below it.
    package: PathBuf,
}

/// What a module asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A script.
    Script(String),
    /// A module in ES syntax.
    Module(String),
    /// A JSON file.
    Json(String),
}

/// How a module asks for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Require,
    Import,
}

impl Files {
    /// The files of the package in `package`, and of all else below `root`.
    pub(crate) fn new(root: PathBuf, package: PathBuf) -> Self {
        Self { root, package }
    }

    /// The package's own folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.package
    }

    /// A file of the package as modules name it.
    pub(crate) fn own_path(&self, file: &str) -> String {
        let path = self.package.join(file.trim_start_matches("./").trim_start_matches('/'));
        self.shown(&path)
    }

    /// The name of a path below the root.
    fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        format!("/{}", parts.join("/"))
    }

    /// The path on the disk.
    ///
    /// # Errors
    /// When it leads out of the root, by itself or through a link.
    fn real(&self, path: &str) -> Result<PathBuf, String> {
        let path = normal(&self.root.join(path.trim_start_matches('/')));
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        if path.starts_with(&self.root) && whole.starts_with(&self.root) {
            Ok(path)
        } else {
            Err("a package reads no file outside of its folder".to_owned())
        }
    }

    /// Finds what the module `from` asks for.
    ///
    /// # Errors
    /// When there is no such module.
    pub(crate) fn resolve(&self, from: &str, request: &str, by: By) -> Result<Found, String> {
        let missing = || format!("Cannot find module '{request}'\nRequire stack:\n- {from}");
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let found = if request.starts_with('/') {
            self.file_or_folder(request)
        } else if request.starts_with("./") || request.starts_with("../") || matches!(request, "." | "..") {
            let path = normal(Path::new(&format!("{folder}/{request}")));
            self.file_or_folder(&path.to_string_lossy())
        } else if request.starts_with('#') {
            self.imported(folder, request, by)
        } else {
            self.module(folder, request, by)?
        };
        let found = found.ok_or_else(missing)?;
        // A link may not lead out.
        self.real(&found)?;
        if found.ends_with(".json") {
            return Ok(Found::Json(found));
        }
        if found.ends_with(".node") {
            return Err(format!("{found} is a native module, which no plugin may load"));
        }
        Ok(if self.is_module(&found) { Found::Module(found) } else { Found::Script(found) })
    }

    /// Whether a file is in ES syntax by its name, or by what its package says.
    pub(crate) fn is_module(&self, path: &str) -> bool {
        if !path.ends_with(".js") {
            return path.ends_with(".mjs");
        }
        let mut above = path.rsplit_once('/').map(|(folder, _)| folder);
        while let Some(folder) = above {
            if let Some(json) = self.package_json(folder) {
                return json.get("type").and_then(Json::as_str) == Some("module");
            }
            if folder.ends_with("/node_modules") {
                return false;
            }
            above = folder.rsplit_once('/').map(|(above, _)| above);
        }
        false
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is too large, or cannot be read.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        let real = self.real(path)?;
        let size = std::fs::metadata(&real).map_err(|error| format!("{path}: {error}"))?.len();
        if size > LARGEST_FILE {
            return Err(format!("{path} is larger than {} MB", LARGEST_FILE >> 20));
        }
        let bytes = std::fs::read(&real).map_err(|error| format!("{path}: {error}"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_file(&self, path: &str) -> bool {
        self.real(path).is_ok_and(|path| path.is_file())
    }

    fn is_folder(&self, path: &str) -> bool {
        self.real(path).is_ok_and(|path| path.is_dir())
    }

    fn package_json(&self, folder: &str) -> Option<Json> {
        let path = self.real(&format!("{folder}/package.json")).ok()?;
        read_json(&path).ok().flatten()
    }

    fn file(&self, path: &str) -> Option<String> {
        let endings = ["", ".js", ".json", ".cjs", ".mjs", ".node"];
        endings.iter().map(|ending| format!("{path}{ending}")).find(|path| self.is_file(path))
    }

    fn file_or_folder(&self, path: &str) -> Option<String> {
        if let Some(file) = (!path.ends_with('/')).then(|| self.file(path)).flatten() {
            return Some(file);
        }
        let folder = path.trim_end_matches('/');
        if !self.is_folder(folder) {
            return None;
        }
        let main = self.package_json(folder);
        let main = main.as_ref().and_then(|package| package.get("main")).and_then(Json::as_str);
        let main = main.and_then(|main| {
            let path = normal(Path::new(&format!("{folder}/{main}"))).to_string_lossy().into_owned();
            self.file(&path).or_else(|| self.file(&format!("{path}/index")))
        });
        main.or_else(|| self.file(&format!("{folder}/index")))
    }

    /// A package in one of the `node_modules` above, with the path in it.
    fn module(&self, folder: &str, request: &str, by: By) -> Result<Option<String>, String> {
        let parts = if request.starts_with('@') { 2 } else { 1 };
        let end = request.match_indices('/').nth(parts - 1).map_or(request.len(), |(at, _)| at);
        let (name, rest) = request.split_at(end);
        let mut above = Some(folder);
        while let Some(folder) = above {
            let place = if folder.ends_with("/node_modules") {
                format!("{folder}/{name}")
            } else {
                format!("{folder}/node_modules/{name}")
            };
            if self.is_folder(&place) {
                return self.in_package(&place, rest, request, by);
            }
            above = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above));
        }
        // The root may be a folder of packages itself.
        let beside = format!("/{name}");
        if self.is_folder(&beside) { self.in_package(&beside, rest, request, by) } else { Ok(None) }
    }

    fn in_package(&self, package: &str, rest: &str, request: &str, by: By) -> Result<Option<String>, String> {
        if let Some(json) = self.package_json(package)
            && let Some(exports) = json.get("exports").filter(|exports| !exports.is_null())
        {
            let wanted = if rest.is_empty() { ".".to_owned() } else { format!(".{rest}") };
            return match exported(exports, &wanted, by) {
                Some(target) => {
                    let path = normal(Path::new(&format!("{package}/{target}")));
                    Ok(Some(path.to_string_lossy().into_owned()).filter(|path| self.is_file(path)))
                }
                None => Err(format!("Package subpath '{wanted}' is not defined by \"exports\" in {request}")),
            };
        }
        Ok(self.file_or_folder(&format!("{package}{rest}")))
    }

    /// What a package's own `imports` name.
    fn imported(&self, folder: &str, request: &str, by: By) -> Option<String> {
        let mut above = Some(folder);
        while let Some(folder) = above {
            if let Some(json) = self.package_json(folder) {
                let target = exported(json.get("imports")?, request, by)?;
                let path = normal(Path::new(&format!("{folder}/{target}")));
                return Some(path.to_string_lossy().into_owned()).filter(|path| self.is_file(path));
            }
            above = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above));
        }
        None
    }
}

/// The target that `exports` (or `imports`) names for a subpath, for the way in which it is asked for; the other one where a
/// module has nothing but that.
fn exported(exports: &Json, wanted: &str, by: By) -> Option<String> {
    let is_map = exports
        .as_object()
        .is_some_and(|map| map.keys().next().is_some_and(|key| key.starts_with('.') || key.starts_with('#')));
    if !is_map {
        return if wanted == "." { by_condition(exports, "", by) } else { None };
    }
    if let Some(target) = exports.get(wanted) {
        return by_condition(target, "", by);
    }
    let mut best: Option<(&str, &Json, &str)> = None;
    for (pattern, target) in exports.as_object()?.iter() {
        let Some((before, after)) = pattern.split_once('*') else { continue };
        let middle = wanted.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        if let Some(middle) = middle
            && best.is_none_or(|(known, ..)| known.len() < before.len())
        {
            best = Some((before, target, middle));
        }
    }
    let (_, target, middle) = best?;
    by_condition(target, middle, by)
}

fn by_condition(target: &Json, middle: &str, by: By) -> Option<String> {
    if let Some(text) = target.as_str() {
        return Some(text.replace('*', middle));
    }
    if let Some(list) = target.as_array() {
        return list.iter().find_map(|target| by_condition(target, middle, by));
    }
    let map = target.as_object()?;
    let first = |names: &[&str]| {
        map.iter()
            .filter(|(name, _)| names.contains(name))
            .find_map(|(_, target)| by_condition(target, middle, by))
    };
    match by {
        By::Require => {
            first(&["node", "require", "default"]).or_else(|| first(&["import", "module", "module-sync"]))
        }
        By::Import => {
            first(&["node", "import", "module-sync", "module", "default"]).or_else(|| first(&["require"]))
        }
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                made.pop();
            }
            other => made.push(other),
        }
    }
    made
}
