//! Node packages made for n8n, run unmodified: found in folders, described as n8n describes them, and run in a sandbox
//! whose only way out is the host's HTTP.
//!
//! [`Plugins`] is a source of node types for a [`Registry`](heddle_node::Registry). Nothing of a package is read before
//! somebody asks for one of its types.

mod credential;
mod engine;
mod hosts;
pub mod manage;
mod node;
mod package;
mod plugins;
mod report;

pub use engine::Limits;
pub use plugins::{PluginOptions, Plugins};
pub use report::{NodeReport, PackageReport};
