//! `heddle nodes` and `heddle describe`.

use heddle_node::schema::SchemaForm;
use heddle_node::{Node, Registry};

use crate::failure::Failure;

pub(crate) fn list(registry: &Registry) -> Result<u8, Failure> {
    let mut text = String::new();
    for node in registry.nodes() {
        let header = node.header();
        let versions: Vec<String> = header.versions.iter().map(f64::to_string).collect();
        text.push_str(&format!(
            "{}\t{}\t{}\t{}\n",
            header.type_name,
            versions.join(", "),
            header.display_name,
            header.description
        ));
    }
    super::print(&text)?;
    Ok(0)
}

pub(crate) fn describe(registry: &Registry, node_type: &str, json_schema: bool) -> Result<u8, Failure> {
    let node = find(registry, node_type)?;
    let value = if json_schema {
        node.parameter_schema(SchemaForm::Stored)
    } else {
        node.describe().map(|description| serde_json::json!(*description))
    };
    let value = value.map_err(|error| Failure::failed(error.to_string()))?;
    super::print(&format!("{value:#}\n"))?;
    Ok(0)
}

/// The newest version of a node type, or a failure that names the nearest types.
pub(crate) fn find<'a>(registry: &'a Registry, node_type: &str) -> Result<&'a dyn Node, Failure> {
    registry.node(node_type, None).map(|node| &**node).ok_or_else(|| {
        Failure::usage(format!("there is no node type {node_type}"))
            .with_help(heddle_runner::suggest_node_types(registry, node_type))
    })
}
