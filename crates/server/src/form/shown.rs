//! Which properties are shown, as a list.

use std::collections::HashSet;

use heddle_node::{Json, JsonObject, NodeProperty, PropertyType};

use super::model::{repeated_names, shows};
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
    let repeated = repeated_names(node.description.properties.iter());
    let mut seen = HashSet::new();
    let mut is_shown = |property: &&'a NodeProperty| {
        root.contains_key(&property.name)
            && !seen.contains(property.name.as_str())
            && (!repeated.contains(property.name.as_str()) || shows(property, root, root, node.version))
            && seen.insert(property.name.as_str())
    };
    node.description.properties.iter().filter(&mut is_shown).collect()
}

struct List<'a> {
    root: &'a JsonObject,
    version: f64,
    found: Vec<ShownProperty>,
}

impl List<'_> {
    fn level(&mut self, properties: &[&NodeProperty], values: &JsonObject, place: &str) {
        let repeated = repeated_names(properties.iter().copied());
        let mut seen = HashSet::new();
        for property in properties {
            let name = property.name.as_str();
            if property.kind == PropertyType::Hidden
                || !values.contains_key(name)
                || seen.contains(name)
                || repeated.contains(name) && !shows(property, values, self.root, self.version)
            {
                continue;
            }
            seen.insert(name);
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
