//! Which nodes are tried.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::kept::Kept;

/// A node of a package.
pub(crate) enum Subject {
    Node { type_name: String, version: f64, description: Value },
    LeftOut { type_name: String, reason: String },
}

/// Nodes that would do something to this machine, or wait for people.
const NOT_RUN: [(&str, &str); 14] = [
    ("executeCommand", "runs commands"),
    ("ssh", "runs commands"),
    ("git", "runs commands"),
    ("readWriteFile", "reads and writes files"),
    ("readBinaryFile", "reads files"),
    ("readBinaryFiles", "reads files"),
    ("writeBinaryFile", "writes files"),
    ("readPdf", "reads files"),
    ("wait", "waits"),
    ("form", "waits"),
    ("executeWorkflow", "calls another workflow"),
    ("code", "runs code"),
    ("function", "runs code"),
    ("functionItem", "runs code"),
];

/// The nodes of packages that act on items; triggers are none.
pub(crate) fn subjects(packages: &[PathBuf], n8n: &mut Kept) -> Result<Vec<Subject>, String> {
    let mut found = Vec::new();
    for folder in packages {
        let package = read(&folder.join("package.json"))?;
        let package_name = package["name"].as_str().unwrap_or_default().to_owned();
        let known = read(&folder.join("dist/known/nodes.json")).ok();
        let mut names: Vec<String> = match &known {
            Some(known) => known.as_object().into_iter().flat_map(|own| own.keys().cloned()).collect(),
            None => package["n8n"]["nodes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|file| name_of(file.as_str()?))
                .collect(),
        };
        names.sort();
        for name in names {
            let type_name = format!("{package_name}.{name}");
            if let Some((_, reason)) =
                NOT_RUN.iter().find(|(own, _)| *own == name).filter(|_| package_name == "n8n-nodes-base")
            {
                found.push(Subject::LeftOut { type_name, reason: format!("left out: it {reason}") });
                continue;
            }
            match n8n.describe(&type_name) {
                Ok((version, description)) => {
                    let group = description["group"].as_array().cloned().unwrap_or_default();
                    if !group.iter().any(|own| own == "trigger") && !name.to_lowercase().ends_with("trigger")
                    {
                        found.push(Subject::Node { type_name, version, description });
                    }
                }
                Err(reason) => found.push(Subject::LeftOut { type_name, reason }),
            }
        }
    }
    Ok(found)
}

/// The name of the node in a file, which is nearly always called for it.
fn name_of(file: &str) -> Option<String> {
    let base = file.rsplit('/').next()?.split('.').next()?;
    let mut chars = base.chars();
    let first = chars.next()?;
    Some(first.to_lowercase().chain(chars).collect())
}

fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
