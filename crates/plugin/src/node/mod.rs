//! The nodes of packages as the host has them.

mod declarative;
mod describe;
mod error;
mod items;
mod methods;
mod plugin_node;
mod request;
mod routing;
mod run;

pub(crate) use describe::describe_node;
pub(crate) use error::error_of_code;
pub(crate) use items::bytes_of;
pub(crate) use plugin_node::PluginNode;
