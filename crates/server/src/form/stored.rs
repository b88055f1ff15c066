//! Parameters as a workflow file holds them.

use heddle_node::description::PropertyOption;
use heddle_node::parameters::{Resolution, resolve_parameters, visit_parameters};
use heddle_node::{Json, JsonObject, NodeProperty};

use super::draft::MASK;
use crate::single_node::NodeType;

/// The parameters as n8n's editor stores them: without those that are hidden, and without those that are as they are by
/// default.
///
/// `filled` are the parameters with their defaults.
pub(crate) fn stored_parameters(node: &NodeType, filled: &Json) -> Json {
    let resolution = Resolution { with_defaults: false, with_hidden: false };
    let properties = &node.description.properties;
    if let Ok(stored) = resolve_parameters(properties, filled, node.version, resolution) {
        return stored;
    }
    // Where n8n gives up, what differs from the defaults is still known.
    let shown = super::shown::shown_at_top(node, filled);
    let mut stored = JsonObject::new();
    for (name, value) in filled.as_object().into_iter().flat_map(JsonObject::iter) {
        let is_default = shown.iter().any(|property| property.name == name && property.default == *value);
        if !is_default {
            stored.insert(name, value.clone());
        }
    }
    Json::from(stored)
}

/// Stored parameters for people to look at: secrets are masked.
pub(crate) fn masked(node: &NodeType, filled: &Json, stored: &Json) -> Json {
    let mut stored = stored.clone();
    for place in secrets(node, filled) {
        if let Some(secret) = stored.pointer_mut(&place) {
            *secret = Json::from(MASK);
        }
    }
    stored
}

/// The places of the secrets among the parameters: texts in fields for passwords, wherever these stand.
pub(super) fn secrets(node: &NodeType, filled: &Json) -> Vec<String> {
    let mut places = Vec::new();
    let properties = &node.description.properties;
    if !properties.iter().any(has_secret) {
        return places;
    }
    visit_parameters(properties, filled, node.version, |property, value, place| {
        let is_secret = value.as_str().is_some_and(|text| !text.is_empty() && !text.starts_with('='));
        if property.is_password() && is_secret {
            places.push(place);
        }
    });
    places
}

/// Whether a property, or one below it, is for a secret.
fn has_secret(property: &NodeProperty) -> bool {
    property.is_password()
        || property.options.iter().any(|option| match option {
            PropertyOption::Group(group) => group.values.iter().any(has_secret),
            PropertyOption::Property(child) => has_secret(child),
            PropertyOption::Choice(_) => false,
        })
}
