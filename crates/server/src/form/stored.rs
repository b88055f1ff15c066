//! Parameters as a workflow file holds them.

use heddle_node::parameters::{Resolution, resolve_parameters, visit_parameters};
use heddle_node::{Json, JsonObject};

use super::draft::MASK;
use crate::single_node::NodeType;

/// The parameters as n8n's editor stores them: without those that are hidden, and without those that are as they are by
/// default.
pub(crate) fn stored_parameters(node: &NodeType, parameters: &Json) -> Json {
    let resolution = Resolution { with_defaults: false, with_hidden: false };
    let properties = &node.description.properties;
    let filled = node.fill(parameters);
    if let Ok(stored) = resolve_parameters(properties, &filled, node.version, resolution) {
        return stored;
    }
    // Where n8n gives up, what differs from the defaults is still known.
    let shown = super::shown::shown_at_top(node, &filled);
    let mut stored = JsonObject::new();
    for (name, value) in filled.as_object().into_iter().flat_map(JsonObject::iter) {
        let is_default = shown.iter().any(|property| property.name == name && property.default == *value);
        if !is_default {
            stored.insert(name, value.clone());
        }
    }
    Json::from(stored)
}

/// The same for people to look at: secrets are masked.
pub(crate) fn shown_parameters(node: &NodeType, parameters: &Json) -> Json {
    let mut stored = stored_parameters(node, parameters);
    for place in secrets(node, parameters) {
        if let Some(secret) = stored.pointer_mut(&place) {
            *secret = Json::from(MASK);
        }
    }
    stored
}

/// The places of the secrets among the parameters: texts in fields for passwords, wherever these stand.
pub(super) fn secrets(node: &NodeType, parameters: &Json) -> Vec<String> {
    let mut places = Vec::new();
    let filled = node.fill(parameters);
    visit_parameters(&node.description.properties, &filled, node.version, |property, value, place| {
        let is_secret = value.as_str().is_some_and(|text| !text.is_empty() && !text.starts_with('='));
        if property.is_password() && is_secret {
            places.push(place);
        }
    });
    places
}
