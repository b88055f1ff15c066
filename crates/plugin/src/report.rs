//! What a package holds, and what it asks for that is not to be had.

use std::collections::BTreeSet;
use std::path::Path;

use heddle_data::Json;

use crate::manage::text_of;
use crate::package::{for_own_code, read_json};

/// What there is to know of a package.
#[derive(Debug, Clone, Default)]
pub struct PackageReport {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence.
    pub licence: String,
    /// Its files with nodes.
    pub nodes: Vec<NodeReport>,
    /// Its credential types.
    pub credentials: Vec<String>,
    /// Hosts that it may reach, beside those of its credentials.
    pub hosts: Vec<String>,
    /// What it depends on, with versions.
    pub dependencies: Vec<String>,
    /// Modules and helpers that its code names and that are not to be had.
    pub lacks: Vec<String>,
}

/// A file with a node.
#[derive(Debug, Clone, Default)]
pub struct NodeReport {
    /// The file.
    pub file: String,
    /// The types that it holds, with versions.
    pub types: Vec<String>,
    /// Why it does not load.
    pub problem: Option<String>,
}

/// Modules that are there by name only.
const MODULES: [&str; 15] = [
    "fs",
    "fs/promises",
    "net",
    "tls",
    "dgram",
    "dns",
    "http",
    "https",
    "http2",
    "child_process",
    "cluster",
    "worker_threads",
    "vm",
    "v8",
    "inspector",
];

/// Functions of nodes that are not to be had.
const FUNCTIONS: [&str; 12] = [
    "executeWorkflow",
    "getInputConnectionData",
    "putExecutionToWait",
    "sendResponse",
    "getWorkflowDataProxy",
    "getSignedResumeUrl",
    "createReadStream",
    "writeContentToFile",
    "getSSHClient",
    "checkProcessedAndRecord",
    "getDataTableProxy",
    "copyBinaryFile",
];

/// What a package's own code asks for that is not to be had.
pub(crate) fn lacks(folder: &Path) -> Vec<String> {
    let mut found = BTreeSet::new();
    for_own_code(folder, &["js"], &mut |text| {
        let asks = |module: &&&str| {
            [
                format!("require(\"{module}\")"),
                format!("require('{module}')"),
                format!("require('node:{module}')"),
                format!("require(\"node:{module}\")"),
            ]
            .iter()
            .any(|call| text.contains(call.as_str()))
        };
        found.extend(MODULES.iter().filter(asks).map(|module| format!("module {module}")));
        let calls = |name: &&&str| text.contains(&format!(".{name}("));
        found.extend(FUNCTIONS.iter().filter(calls).map(|name| (*name).to_owned()));
    });
    found.into_iter().collect()
}

/// The licence, and what a package depends on.
pub(crate) fn licence_and_dependencies(folder: &Path) -> (String, Vec<String>) {
    let json = read_json(&folder.join("package.json")).ok().flatten().unwrap_or_else(Json::object);
    let version = |name: &str| {
        let own = read_json(&folder.join("node_modules").join(name).join("package.json")).ok().flatten();
        own.map_or_else(|| "missing".to_owned(), |own| text_of(&own, "version"))
    };
    let list = json.get("dependencies").and_then(Json::as_object);
    let names = list.into_iter().flat_map(|own| own.keys()).filter(|name| !crate::manage::is_provided(name));
    let dependencies = names.map(|name| format!("{name} {}", version(name))).collect();
    let licence = text_of(&json, "license");
    (if licence.is_empty() { "no licence".to_owned() } else { licence }, dependencies)
}
