//! Which nodes and credential types there are.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::credential::{Credential, CredentialType};
use crate::error::NodeError;
use crate::json::Json;
use crate::node::{BatchNode, ItemNode, Node, batch_node, item_node};
use crate::schema::SchemaError;

/// A node that a linked crate announces. Made by [`register_item_node!`](crate::register_item_node) and
/// [`register_batch_node!`](crate::register_batch_node).
pub struct NodeRegistration {
    crate_name: &'static str,
    build: fn() -> Arc<dyn Node>,
}

/// A credential type that a linked crate announces. Made by
/// [`register_credential!`](crate::register_credential).
#[derive(Clone, Copy)]
pub struct CredentialRegistration {
    /// Name of the type.
    pub name: &'static str,
    /// The crate that holds it.
    pub crate_name: &'static str,
    /// Builds its description.
    pub describe: fn() -> Result<CredentialType, SchemaError>,
    /// Says what is wrong with the fields of a credential, so that it is found before a run begins.
    pub check: Option<CheckCredential>,
    /// Starts a sandbox of the service, where the crate has one.
    pub sandbox: Option<StartSandbox>,
}

/// Looks at the fields of a credential, filled and evaluated. Its error holds no value of them.
pub type CheckCredential = fn(&Credential) -> Result<(), NodeError>;

/// Starts a sandbox on a loopback port, 0 for any free one.
pub type StartSandbox = fn(u16) -> BoxFuture<'static, std::io::Result<Box<dyn Sandbox>>>;

/// A running sandbox. Dropping it ends it.
pub trait Sandbox: Send + Sync {
    /// Its base URL.
    fn url(&self) -> String;

    /// Data of a credential that it accepts.
    fn credential(&self) -> Json;
}

/// What the names of the crates with Heddle's own nodes begin with.
const HEDDLE_NODES: &str = "heddle-nodes";

inventory::collect!(NodeRegistration);
inventory::collect!(CredentialRegistration);
inventory::collect!(CredentialCatalogue);

/// Credential types that a linked crate knows by name without announcing each. Made by
/// [`register_credential_catalogue!`](crate::register_credential_catalogue).
#[derive(Clone, Copy)]
pub struct CredentialCatalogue {
    /// Describes a type that it knows.
    pub find: fn(&str) -> Option<CredentialType>,
}

/// Announces a function that describes many credential types by name.
#[macro_export]
macro_rules! register_credential_catalogue {
    ($find:expr) => {
        $crate::inventory::submit! {
            $crate::registry::CredentialCatalogue { find: $find }
        }
    };
}

impl NodeRegistration {
    /// Announces an [`ItemNode`].
    pub const fn item<N: ItemNode + Default>(crate_name: &'static str) -> Self {
        Self { crate_name, build: || item_node(N::default()) }
    }

    /// Announces a node that is its own [`Node`].
    pub const fn node<N: Node + Default + 'static>(crate_name: &'static str) -> Self {
        Self { crate_name, build: || Arc::new(N::default()) }
    }

    /// Announces a [`BatchNode`].
    pub const fn batch<N: BatchNode + Default>(crate_name: &'static str) -> Self {
        Self { crate_name, build: || batch_node(N::default()) }
    }
}

/// Announces an item node of this crate to every program that links it.
#[macro_export]
macro_rules! register_item_node {
    ($node:ty) => {
        $crate::inventory::submit! {
            $crate::NodeRegistration::item::<$node>(::core::env!("CARGO_PKG_NAME"))
        }
    };
}

/// Announces a batch node of this crate to every program that links it.
#[macro_export]
macro_rules! register_batch_node {
    ($node:ty) => {
        $crate::inventory::submit! {
            $crate::NodeRegistration::batch::<$node>(::core::env!("CARGO_PKG_NAME"))
        }
    };
}

/// Announces a type of this crate that implements [`Node`] itself.
#[macro_export]
macro_rules! register_node {
    ($node:ty) => {
        $crate::inventory::submit! {
            $crate::NodeRegistration::node::<$node>(::core::env!("CARGO_PKG_NAME"))
        }
    };
}

/// Announces a credential type of this crate, with the function that describes it. `check = …` and `sandbox = …` behind
/// it name the functions of [`CredentialRegistration`] that it has.
#[macro_export]
macro_rules! register_credential {
    ($name:expr, $describe:expr $(, $member:ident = $function:expr)* $(,)?) => {
        $crate::inventory::submit! {{
            #[allow(unused_mut)]
            let mut registration = $crate::CredentialRegistration {
                name: $name,
                crate_name: ::core::env!("CARGO_PKG_NAME"),
                describe: $describe,
                check: ::core::option::Option::None,
                sandbox: ::core::option::Option::None,
            };
            $(registration.$member = ::core::option::Option::Some($function);)*
            registration
        }}
    };
}

/// The nodes and credential types of a program, sorted by name.
#[derive(Clone, Default)]
pub struct Registry {
    nodes: BTreeMap<String, Vec<RegisteredNode>>,
    credentials: BTreeMap<String, CredentialRegistration>,
    catalogues: Vec<CredentialCatalogue>,
    sources: Vec<Arc<dyn NodeSource>>,
}

/// Node types and credential types that are looked for when somebody asks for one, such as those of packages in a folder.
pub trait NodeSource: Send + Sync {
    /// The node of this type that serves `version`, or its newest where no version is asked for.
    fn node(&self, type_name: &str, version: Option<f64>) -> Option<&Arc<dyn Node>>;

    /// All versions of the type, in any order.
    fn versions(&self, type_name: &str) -> Vec<f64>;

    /// All nodes.
    fn nodes(&self) -> Vec<&Arc<dyn Node>>;

    /// The credential type of this name.
    fn credential(&self, name: &str) -> Option<CredentialType>;

    /// Why a node type cannot be had that ought to be here.
    fn problem(&self, type_name: &str) -> Option<String>;

    /// Whether its nodes come before those of the program.
    fn comes_first(&self) -> bool {
        false
    }
}

#[derive(Clone)]
struct RegisteredNode {
    crate_name: &'static str,
    node: Arc<dyn Node>,
}

/// Why a registry cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryError {
    /// No node is linked: the program must name the crate that holds them.
    Empty,
    /// Nodes are linked, but none of Heddle's: most likely the linker left them out.
    OnlyOthers {
        /// The crates whose nodes are linked, sorted.
        crates: Vec<&'static str>,
    },
    /// Two nodes have one type and version.
    DuplicateNode {
        /// The type and version.
        node: String,
        /// The crates that hold them.
        crates: [&'static str; 2],
    },
    /// Two credential types have one name.
    DuplicateCredential {
        /// The name.
        credential: String,
        /// The crates that hold them.
        crates: [&'static str; 2],
    },
}

impl Registry {
    /// A registry with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// All that the linked crates announce.
    ///
    /// # Errors
    /// When no node is linked, or two have one type and version; and when no node of Heddle's is among them, since the linker
    /// leaves out a crate that nobody names ([`linked_as_is`](Self::linked_as_is) does without them).
    pub fn linked() -> Result<Self, RegistryError> {
        let registry = Self::linked_as_is()?;
        let crates = registry.crates();
        if crates.iter().any(|name| name.starts_with(HEDDLE_NODES)) {
            Ok(registry)
        } else {
            Err(RegistryError::OnlyOthers { crates })
        }
    }

    /// All that the linked crates announce, in a program that is meant to do without Heddle's own nodes.
    ///
    /// # Errors
    /// When no node is linked, or two have one type and version.
    pub fn linked_as_is() -> Result<Self, RegistryError> {
        let mut registry = Self::new();
        for registration in inventory::iter::<NodeRegistration> {
            registry.register(registration.crate_name, (registration.build)())?;
        }
        for registration in inventory::iter::<CredentialRegistration> {
            registry.register_credential(*registration)?;
        }
        registry.catalogues = inventory::iter::<CredentialCatalogue>.into_iter().copied().collect();
        if registry.nodes.is_empty() { Err(RegistryError::Empty) } else { Ok(registry) }
    }

    /// Adds a node without any macro. `crate_name` is named when it clashes with another.
    ///
    /// # Errors
    /// When a node of the same type and version is there.
    pub fn register(&mut self, crate_name: &'static str, node: Arc<dyn Node>) -> Result<(), RegistryError> {
        let header = *node.header();
        let entries = self.nodes.entry(header.type_name.to_owned()).or_default();
        for entry in entries.iter() {
            if let Some(version) =
                header.versions.iter().find(|version| entry.node.header().versions.contains(version))
            {
                return Err(RegistryError::DuplicateNode {
                    node: format!("{} version {version}", header.type_name),
                    crates: [entry.crate_name, crate_name],
                });
            }
        }
        entries.push(RegisteredNode { crate_name, node });
        entries.sort_by(|a, b| latest_version(&*a.node).total_cmp(&latest_version(&*b.node)));
        Ok(())
    }

    /// Adds a credential type without any macro.
    ///
    /// # Errors
    /// When a type of the same name is there.
    pub fn register_credential(&mut self, registration: CredentialRegistration) -> Result<(), RegistryError> {
        if let Some(present) = self.credentials.get(registration.name) {
            return Err(RegistryError::DuplicateCredential {
                credential: registration.name.to_owned(),
                crates: [present.crate_name, registration.crate_name],
            });
        }
        self.credentials.insert(registration.name.to_owned(), registration);
        Ok(())
    }

    /// Looks for types in `source`, too.
    pub fn add_source(&mut self, source: Arc<dyn NodeSource>) {
        self.sources.push(source);
    }

    fn sources(&self, first: bool) -> impl Iterator<Item = &Arc<dyn NodeSource>> {
        self.sources.iter().filter(move |source| source.comes_first() == first)
    }

    /// Why a node type cannot be had that ought to be in one of the sources.
    pub fn problem(&self, type_name: &str) -> Option<String> {
        self.sources.iter().find_map(|source| source.problem(type_name))
    }

    /// The node of type `type_name` that serves `version`, or its newest where no version is asked for.
    pub fn node(&self, type_name: &str, version: Option<f64>) -> Option<&Arc<dyn Node>> {
        let find = |source: &'_ Arc<dyn NodeSource>| source.node(type_name, version).is_some();
        if let Some(source) = self.sources(true).find(|source| find(source)) {
            return source.node(type_name, version);
        }
        if let Some(node) = self.own_node(type_name, version) {
            return Some(node);
        }
        self.sources(false).find_map(|source| source.node(type_name, version))
    }

    fn own_node(&self, type_name: &str, version: Option<f64>) -> Option<&Arc<dyn Node>> {
        let entries = self.nodes.get(type_name)?;
        let found = match version {
            Some(version) => entries.iter().find(|entry| entry.node.header().versions.contains(&version)),
            None => entries.last(),
        };
        found.map(|entry| &entry.node)
    }

    /// All versions of the type `type_name`, ascending.
    pub fn versions(&self, type_name: &str) -> Vec<f64> {
        let mut versions: Vec<f64> = self
            .nodes
            .get(type_name)
            .into_iter()
            .flatten()
            .flat_map(|entry| entry.node.header().versions.iter().copied())
            .chain(self.sources.iter().flat_map(|source| source.versions(type_name)))
            .collect();
        versions.sort_by(f64::total_cmp);
        versions.dedup();
        versions
    }

    /// All nodes: by type name and version, and behind them those of the sources.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<dyn Node>> {
        let own = self.nodes.values().flatten().map(|entry| &entry.node);
        own.chain(self.sources.iter().flat_map(|source| source.nodes()))
    }

    /// The crates that hold the nodes, sorted.
    pub fn crates(&self) -> Vec<&'static str> {
        let mut crates: Vec<_> = self.nodes.values().flatten().map(|entry| entry.crate_name).collect();
        crates.sort_unstable();
        crates.dedup();
        crates
    }

    /// The credential type `name`.
    pub fn credential(&self, name: &str) -> Option<&CredentialRegistration> {
        self.credentials.get(name)
    }

    /// The description of the credential type `name`, announced or in a catalogue; `None` where nobody knows it.
    ///
    /// # Errors
    /// When its form is broken.
    pub fn describe_credential(&self, name: &str) -> Result<Option<CredentialType>, SchemaError> {
        match self.credentials.get(name) {
            Some(registration) => (registration.describe)().map(Some),
            None => {
                let own = self.catalogues.iter().find_map(|catalogue| (catalogue.find)(name));
                Ok(own.or_else(|| self.sources.iter().find_map(|source| source.credential(name))))
            }
        }
    }

    /// All credential types that are announced, by name.
    pub fn credentials(&self) -> impl Iterator<Item = &CredentialRegistration> {
        self.credentials.values()
    }
}

fn latest_version(node: &dyn Node) -> f64 {
    node.header().versions.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

impl fmt::Display for RegistryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(
                formatter,
                "no node is linked into this program: name the crate that holds them, for example `use heddle_nodes as _;`"
            ),
            Self::OnlyOthers { crates } => write!(
                formatter,
                "only nodes of {} are linked into this program, none of Heddle's: the linker leaves out a crate that nobody \
                 names. Name it with `use heddle_nodes as _;`, or do without its nodes with `Registry::linked_as_is()`",
                crates.join(", ")
            ),
            Self::DuplicateNode { node, crates: [first, second] } => {
                write!(formatter, "the node {node} is in the crates {first} and {second}: remove one of them")
            }
            Self::DuplicateCredential { credential, crates: [first, second] } => write!(
                formatter,
                "the credential type {credential} is in the crates {first} and {second}: remove one of them"
            ),
        }
    }
}

impl std::error::Error for RegistryError {}
