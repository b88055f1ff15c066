//! What a form shows for some parameters: for a UI that asks, and never judges by itself.

use super::coerce::ParameterError;
use super::defaults::{display_values, fill_defaults};
use super::display::{FormNode, is_shown, offered_choices};
use super::issues::find_issues;
use super::place::Place;
use crate::description::{NodeProperty, PropertyChoice, PropertyType};
use heddle_data::field_type::is_date_text;
use heddle_data::{Json, JsonObject};

/// A property that a form shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownProperty<'a> {
    /// Where its value stands in the parameters, as a JSON pointer.
    pub pointer: String,
    /// The property.
    pub property: &'a NodeProperty,
    /// Its value: what is stored, else the default.
    pub value: Json,
    /// The choices that are offered with these parameters, without those that are loaded.
    pub choices: Vec<&'a PropertyChoice>,
}

/// The properties that a form shows for stored parameters, in the form's order: those of collections that the user added,
/// and those of every row. The rules are those of a run.
///
/// ```
/// use heddle_data::json;
/// use heddle_form::NodeProperty;
/// use heddle_form::parameters::shown_properties;
///
/// let form: Vec<NodeProperty> = heddle_data::from_json(&json!([
///     { "displayName": "Loud", "name": "loud", "type": "boolean", "default": false },
///     { "displayName": "How Loud", "name": "volume", "type": "number", "default": 5,
///       "displayOptions": { "show": { "loud": [true] } } },
/// ]))
/// .expect("a form");
/// let shown = shown_properties(&form, &json!({ "loud": true }), 1.0);
/// let pointers: Vec<&str> = shown.iter().map(|shown| shown.pointer.as_str()).collect();
/// assert_eq!(pointers, ["/loud", "/volume"]);
/// assert_eq!(shown_properties(&form, &json!({}), 1.0).len(), 1);
/// ```
pub fn shown_properties<'a>(
    properties: &'a [NodeProperty],
    parameters: &Json,
    node: impl Into<FormNode>,
) -> Vec<ShownProperty<'a>> {
    let node = node.into();
    let filled = fill_defaults(properties, parameters, node);
    let all: Vec<&NodeProperty> = properties.iter().collect();
    let root = display_values(&all, parameters, node, None, false);
    let mut shown = Vec::new();
    Search { node, root: &root, shown: &mut shown }.level(&all, &filled, &root, false, &Place::Root);
    shown
}

/// Everything that is wrong with stored parameters, with n8n's messages and a JSON pointer each: see [`find_issues`], which
/// takes parameters with their defaults and the host's word on dates.
pub fn parameter_issues(
    properties: &[NodeProperty],
    parameters: &Json,
    node: impl Into<FormNode>,
) -> Vec<ParameterError> {
    let node = node.into();
    find_issues(properties, &fill_defaults(properties, parameters, node), node, is_date_text)
}

struct Search<'s, 'a> {
    node: FormNode,
    root: &'s JsonObject,
    shown: &'s mut Vec<ShownProperty<'a>>,
}

impl<'a> Search<'_, 'a> {
    fn level(
        &mut self,
        properties: &[&'a NodeProperty],
        values: &Json,
        check: &JsonObject,
        in_collection: bool,
        place: &Place<'_>,
    ) {
        for &property in properties {
            let stored = values.get(&property.name);
            if in_collection && stored.is_none() || !is_shown(property, check, self.root, self.node) {
                continue;
            }
            let here = Place::Key(place, &property.name);
            self.shown.push(ShownProperty {
                pointer: here.pointer(),
                property,
                value: stored.unwrap_or(&property.default).clone(),
                choices: offered_choices(property, check, self.root, self.node).collect(),
            });
            if let Some(value) = stored {
                self.below(property, value, &here);
            }
        }
    }

    fn below(&mut self, property: &'a NodeProperty, value: &Json, place: &Place<'_>) {
        match property.kind {
            PropertyType::Collection => {
                let children: Vec<&NodeProperty> = property.children().collect();
                self.fields(&children, value, property.has_multiple_values(), true, place);
            }
            PropertyType::FixedCollection => {
                for group in property.groups() {
                    let Some(rows) = value.get(&group.name) else { continue };
                    let fields: Vec<&NodeProperty> = group.values.iter().collect();
                    let here = Place::Key(place, &group.name);
                    self.fields(&fields, rows, property.has_multiple_values(), false, &here);
                }
            }
            _ => {}
        }
    }

    /// The fields of one collection or row, or of each of several.
    fn fields(
        &mut self,
        fields: &[&'a NodeProperty],
        value: &Json,
        is_list: bool,
        in_collection: bool,
        place: &Place<'_>,
    ) {
        if !is_list {
            let check = display_values(fields, value, self.node, Some(self.root), in_collection);
            return self.level(fields, value, &check, in_collection, place);
        }
        for (index, row) in value.as_array().into_iter().flatten().enumerate() {
            self.fields(fields, row, false, in_collection, &Place::Index(place, index));
        }
    }
}
