//! Which properties are shown, as a list.

use std::collections::HashSet;

use heddle_node::parameters::{self, is_shown};
use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};

use super::model::repeated_names;
use crate::api::ShownProperty;
use crate::single_node::NodeType;

/// The properties that are shown with these parameters, filled with defaults: each before those within it.
pub(crate) fn shown_properties(node: &NodeType, filled: &Json) -> Vec<ShownProperty> {
    let shown = parameters::shown_properties(&node.description.properties, filled, node.version);
    shown
        .into_iter()
        .filter(|shown| shown.property.kind != PropertyType::Hidden)
        .map(|shown| ShownProperty {
            display_name: shown.property.display_name.clone(),
            kind: heddle_node::to_json(&shown.property.kind).unwrap_or_default(),
            required: shown.property.required,
            pointer: shown.pointer,
        })
        .collect()
}

/// The properties of the first level that are shown, hidden fields with them; one for each name.
pub(super) fn shown_at_top<'a>(node: &'a NodeType, filled: &Json) -> Vec<&'a NodeProperty> {
    let empty = JsonObject::new();
    let root = filled.as_object().unwrap_or(&empty);
    let repeated = repeated_names(node.description.properties.iter());
    let mut seen = HashSet::new();
    let mut takes = |property: &&'a NodeProperty| {
        root.contains_key(&property.name)
            && !seen.contains(property.name.as_str())
            && (!repeated.contains(property.name.as_str()) || is_shown(property, root, root, node.version))
            && seen.insert(property.name.as_str())
    };
    node.description.properties.iter().filter(&mut takes).collect()
}
