//! The nodes of packages as the host has them.

mod declarative;
mod describe;
mod items;
mod methods;
mod plugin_node;
mod request;
mod routing;
mod run;

pub(crate) use describe::describe_node;
pub(crate) use plugin_node::PluginNode;
