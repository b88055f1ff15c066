//! Packages in folders as a source of node types.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use heddle_data::{Json, JsonObject};
use heddle_node::{CredentialType, Node, NodeSource};

use crate::engine::Limits;
use crate::node::{PluginNode, describe_node};
use crate::package::{Code, Files, find_packages, read_json};
use crate::report::{self, NodeReport, PackageReport};

/// Where packages are, and how they are taken.
#[derive(Debug, Clone, Default)]
pub struct PluginOptions {
    /// Folders: each is a `node_modules`, one package, or a folder of packages. Those that are not there are left out.
    pub folders: Vec<PathBuf>,
    /// Whether a node of a package takes the place of a built-in one of the same type.
    pub prefer: bool,
    /// Whether packages reach the hosts that their own code names, as if each had been added and its list approved: for the
    /// packages of an installation that is trusted.
    pub trusts_code: bool,
    /// What the code of packages may take.
    pub limits: Limits,
}

/// The packages in some folders.
pub struct Plugins {
    options: PluginOptions,
    found: OnceLock<BTreeMap<String, Package>>,
}

/// A package with its nodes.
struct Package {
    code: Arc<Code>,
    folder: PathBuf,
    nodes: Vec<NodeFile>,
}

/// A file with a node.
struct NodeFile {
    /// As the package's manifest names it.
    file: String,
    loaded: OnceLock<Result<Vec<Arc<dyn Node>>, String>>,
}

impl Plugins {
    /// The packages in these folders. Nothing is read yet.
    pub fn new(options: PluginOptions) -> Self {
        Self { options, found: OnceLock::new() }
    }

    fn packages(&self) -> &BTreeMap<String, Package> {
        self.found.get_or_init(|| {
            let (found, _) = find_packages(&self.options.folders);
            let package =
                |(name, (place, manifest)): (String, (crate::package::Place, crate::package::Manifest))| {
                    let nodes = manifest.nodes.iter();
                    let nodes =
                        nodes.map(|file| NodeFile { file: file.clone(), loaded: OnceLock::new() }).collect();
                    let files = Files::new(place.root, place.folder.clone());
                    let limits = self.options.limits.with_settings(&manifest.settings);
                    let code = Arc::new(Code::new(manifest, files, limits, self.options.trusts_code));
                    (name, Package { code, folder: place.folder, nodes })
                };
            found.into_iter().map(package).collect()
        })
    }

    /// What there is to know of a package; `None` where there is none of this name.
    pub fn check(&self, name: &str) -> Option<PackageReport> {
        let package = self.packages().get(name)?;
        let (licence, dependencies) = report::licence_and_dependencies(&package.folder);
        let node = |file: &NodeFile| {
            let loaded = file.load(package);
            let types = loaded.as_deref().unwrap_or_default().iter().map(|node| {
                let header = node.header();
                let versions: Vec<String> = header.versions.iter().map(f64::to_string).collect();
                format!("{} ({})", header.type_name, versions.join(", "))
            });
            NodeReport {
                file: file.file.clone(),
                types: types.collect(),
                problem: loaded.as_ref().err().cloned(),
            }
        };
        let hosts =
            package.code.manifest().settings.get("hosts").and_then(Json::as_array).unwrap_or_default();
        Some(PackageReport {
            name: name.to_owned(),
            version: package.code.manifest().version.clone(),
            licence,
            nodes: package.nodes.iter().map(node).collect(),
            credentials: package.code.credentials().iter().map(|own| own.kind.name.clone()).collect(),
            hosts: hosts.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            dependencies,
            lacks: report::lacks(&package.folder),
        })
    }

    /// The package of a node type, with the name of the node in it.
    fn package_of<'t>(&self, type_name: &'t str) -> Option<(&Package, &'t str)> {
        let (package, node) = type_name.rsplit_once('.')?;
        Some((self.packages().get(package)?, node))
    }

    fn entries(&self, type_name: &str) -> Vec<&Arc<dyn Node>> {
        let Some((package, name)) = self.package_of(type_name) else { return Vec::new() };
        // Files are nearly always named for their node: then no other is loaded.
        let named = |file: &&NodeFile| file.base_name().eq_ignore_ascii_case(name);
        let likely = package.nodes.iter().filter(named);
        let others = package.nodes.iter().filter(|file| !named(file));
        for file in likely.chain(others) {
            let nodes = file.load(package).as_deref().unwrap_or_default();
            let own: Vec<_> = nodes.iter().filter(|node| node.header().type_name == type_name).collect();
            if !own.is_empty() {
                return own;
            }
        }
        Vec::new()
    }
}

impl NodeFile {
    fn base_name(&self) -> &str {
        let name = self.file.rsplit('/').next().unwrap_or(&self.file);
        name.split('.').next().unwrap_or(name)
    }

    fn load(&self, package: &Package) -> &Result<Vec<Arc<dyn Node>>, String> {
        self.loaded.get_or_init(|| {
            let code = &package.code;
            let path = code.files().own_path(&self.file);
            let told = code.describe("describeNode", &path).map_err(|error| format!("{path}: {error}"))?;
            let loaded = describe_node(&told, code.name(), &self.extras(package))
                .map_err(|problem| format!("{path}: {problem}"))?;
            let node = |described| {
                Arc::new(PluginNode::new(Arc::clone(code), path.clone(), described)) as Arc<dyn Node>
            };
            Ok(loaded.versions.into_iter().map(node).collect())
        })
    }

    /// What n8n's loader adds to a description: the codex of the `.node.json` beside the file.
    fn extras(&self, package: &Package) -> JsonObject {
        let mut extras = JsonObject::new();
        let codex = self.file.strip_suffix(".js").map(|file| package.folder.join(format!("{file}.json")));
        if let Some(Ok(Some(codex))) = codex.map(|path| read_json(&path)) {
            let mut own = JsonObject::new();
            for name in ["categories", "subcategories", "resources", "alias"] {
                if let Some(value) = codex.get(name) {
                    own.insert(name, value.clone());
                }
            }
            extras.insert("codex", Json::from(own));
        }
        extras.insert("communityNodePackageVersion", Json::from(package.code.manifest().version.as_str()));
        extras
    }
}

impl NodeSource for Plugins {
    fn node(&self, type_name: &str, version: Option<f64>) -> Option<&Arc<dyn Node>> {
        let mut entries = self.entries(type_name);
        match version {
            Some(version) => entries.into_iter().find(|node| node.header().versions.contains(&version)),
            None => {
                let latest =
                    |node: &&Arc<dyn Node>| node.header().versions.iter().copied().fold(f64::MIN, f64::max);
                entries.sort_by(|a, b| latest(a).total_cmp(&latest(b)));
                entries.pop()
            }
        }
    }

    fn versions(&self, type_name: &str) -> Vec<f64> {
        self.entries(type_name).iter().flat_map(|node| node.header().versions.iter().copied()).collect()
    }

    fn nodes(&self) -> Vec<&Arc<dyn Node>> {
        let loaded = |package: &'_ Package, file: &'_ NodeFile| file.load(package).as_ref().is_ok();
        let packages = self.packages().values();
        let files = packages.flat_map(|package| package.nodes.iter().map(move |file| (package, file)));
        files
            .filter(|(package, file)| loaded(package, file))
            .flat_map(|(package, file)| file.load(package).as_deref().unwrap_or_default())
            .collect()
    }

    fn credential(&self, name: &str) -> Option<CredentialType> {
        let all = self.packages().values().flat_map(|package| package.code.credentials());
        all.map(|own| &own.kind).find(|kind| kind.name == name).cloned()
    }

    fn problem(&self, type_name: &str) -> Option<String> {
        let (package, name) = self.package_of(type_name)?;
        let problems =
            package.nodes.iter().filter_map(|file| Some((file, file.load(package).as_ref().err()?)));
        let mut problems: Vec<_> = problems.collect();
        problems.sort_by_key(|(file, _)| !file.base_name().eq_ignore_ascii_case(name));
        Some(match problems.first() {
            Some((_, problem)) => format!("the package {} does not load: {problem}", package.code.name()),
            None => format!(
                "the package {} {} has no node of this type and version",
                package.code.name(),
                package.code.manifest().version
            ),
        })
    }

    fn comes_first(&self) -> bool {
        self.options.prefer
    }
}
