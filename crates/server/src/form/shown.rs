//! Which properties are shown, as a list.

use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};

use super::model::shows;
use super::pointer::child;
use crate::api::ShownProperty;
use crate::single_node::NodeType;

/// The properties that are shown with these parameters, filled with defaults: each before those within it.
pub(crate) fn shown_properties(node: &NodeType, filled: &Json) -> Vec<ShownProperty> {
    let empty = JsonObject::new();
    let mut list =
        List { root: filled.as_object().unwrap_or(&empty), version: node.version, found: Vec::new() };
    let properties: Vec<&NodeProperty> = node.description.properties.iter().collect();
    list.level(&properties, list.root, "");
    list.found
}

/// The properties of the first level that are shown, hidden fields with them; one for each name.
pub(super) fn shown_at_top<'a>(node: &'a NodeType, filled: &Json) -> Vec<&'a NodeProperty> {
    let empty = JsonObject::new();
    let root = filled.as_object().unwrap_or(&empty);
    let mut found: Vec<&NodeProperty> = Vec::new();
    for property in &node.description.properties {
        let is_known = found.iter().any(|other| other.name == property.name);
        let mut named = node.description.properties.iter().filter(|other| other.name == property.name);
        let is_alone = named.nth(1).is_none();
        if root.contains_key(&property.name)
            && !is_known
            && (is_alone || shows(property, root, root, node.version))
        {
            found.push(property);
        }
    }
    found
}

struct List<'a> {
    root: &'a JsonObject,
    version: f64,
    found: Vec<ShownProperty>,
}

impl List<'_> {
    fn level(&mut self, properties: &[&NodeProperty], values: &JsonObject, place: &str) {
        let mut seen: Vec<&str> = Vec::new();
        for property in properties {
            let is_alone = properties.iter().filter(|other| other.name == property.name).count() == 1;
            if property.kind == PropertyType::Hidden
                || !values.contains_key(&property.name)
                || seen.contains(&&*property.name)
                || !(is_alone || shows(property, values, self.root, self.version))
            {
                continue;
            }
            seen.push(&property.name);
            let here = child(place, &property.name);
            self.found.push(ShownProperty {
                pointer: here.clone(),
                display_name: property.display_name.clone(),
                kind: heddle_node::to_json(&property.kind).unwrap_or_default(),
                required: property.required,
            });
            if let Some(value) = values.get(&property.name) {
                self.within(property, value, &here);
            }
        }
    }

    fn within(&mut self, property: &NodeProperty, value: &Json, place: &str) {
        let rows = |value: &Json, place: &str| -> Vec<(String, JsonObject)> {
            match (value.as_array(), value.as_object()) {
                (Some(rows), _) => rows
                    .iter()
                    .enumerate()
                    .filter_map(|(index, row)| {
                        Some((child(place, &index.to_string()), row.as_object()?.clone()))
                    })
                    .collect(),
                (None, Some(object)) => vec![(place.to_owned(), object.clone())],
                (None, None) => Vec::new(),
            }
        };
        match property.kind {
            PropertyType::Collection => {
                let children: Vec<&NodeProperty> = property.children().collect();
                for (here, values) in rows(value, place) {
                    self.level(&children, &values, &here);
                }
            }
            PropertyType::FixedCollection => {
                for group in property.groups() {
                    let Some(value) = value.get(&group.name) else { continue };
                    let fields: Vec<&NodeProperty> = group.values.iter().collect();
                    for (here, values) in rows(value, &child(place, &group.name)) {
                        self.level(&fields, &values, &here);
                    }
                }
            }
            _ => {}
        }
    }
}
