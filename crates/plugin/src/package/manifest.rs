//! What a package says of itself: its `package.json`, and the `heddle.json` beside it.

use std::path::Path;

use heddle_data::Json;

/// The largest file that is read of a package, in bytes.
pub(crate) const LARGEST_FILE: u64 = 32 << 20;

/// The parts of a `package.json` that count here.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Files with nodes, relative to the package.
    pub(crate) nodes: Vec<String>,
    /// Files with credential types.
    pub(crate) credentials: Vec<String>,
    /// What the folder's `heddle.json` says; an empty object where there is none.
    pub(crate) settings: Json,
}

impl Manifest {
    /// Reads the manifest of the package in `folder`; `None` where that is no package with nodes of n8n.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let Some(json) = read_json(&folder.join("package.json"))? else { return Ok(None) };
        let Some(parts) = json.get("n8n") else { return Ok(None) };
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let list = |key: &str| {
            let list = parts.get(key).and_then(Json::as_array).unwrap_or_default();
            list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let settings = read_json(&folder.join("heddle.json"))?.unwrap_or_else(Json::object);
        Ok(Some(Self {
            name: text("name"),
            version: text("version"),
            nodes: list("nodes"),
            credentials: list("credentials"),
            settings,
        }))
    }
}

/// Reads a JSON file; `None` where there is none.
pub(crate) fn read_json(path: &Path) -> Result<Option<Json>, String> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    if size > LARGEST_FILE {
        return Err(format!("{} is larger than {} MB", path.display(), LARGEST_FILE >> 20));
    }
    let text = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let json = Json::parse_slice(&text)
        .map_err(|error| format!("{} is no JSON (line {})", path.display(), error.line()))?;
    Ok(Some(json))
}
