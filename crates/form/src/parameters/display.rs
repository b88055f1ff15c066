//! When a property is shown (`docs/parameters.md §6`).

use std::cmp::Ordering;

use super::path::get_path;
use crate::description::{DisplayOptions, NodeDescription, NodeProperty, PropertyChoice, PropertyOption};
use heddle_data::javascript::{compare, is_truthy, to_text};
use heddle_data::{Json, JsonObject};

/// What display conditions know of a node beside its parameters. A version does, for a node that is no tool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormNode {
    /// The version in the workflow file, which conditions know as `@version`.
    pub type_version: f64,
    /// Whether the description is of a tool, which conditions know as `@tool`.
    pub is_tool: bool,
}

impl FormNode {
    /// A node of the description's type.
    pub fn of(description: &NodeDescription, type_version: f64) -> Self {
        Self { type_version, is_tool: description.is_tool() }
    }
}

impl From<f64> for FormNode {
    fn from(type_version: f64) -> Self {
        Self { type_version, is_tool: false }
    }
}

/// The form of a node of this version: without what other versions have, and without conditions that the version alone
/// decides.
pub fn properties_at(properties: &[NodeProperty], node: impl Into<FormNode>) -> Vec<NodeProperty> {
    let node = node.into();
    properties.iter().filter_map(|property| property_at(property, node)).collect()
}

fn property_at(property: &NodeProperty, node: FormNode) -> Option<NodeProperty> {
    let mut property = property.clone();
    if let Some(options) = &mut property.display_options {
        let mut decided = DisplayOptions::default();
        for (from, to) in [(&mut options.show, &mut decided.show), (&mut options.hide, &mut decided.hide)] {
            for key in ["@version", "@tool"] {
                if let Some(conditions) = from.remove(key) {
                    to.insert(key, conditions);
                }
            }
        }
        let nothing = JsonObject::new();
        if !matches_display_options(&decided, &nothing, &nothing, node) {
            return None;
        }
        if options.show.is_empty() && options.hide.is_empty() && options.show_on_deployment.is_none() {
            property.display_options = None;
        }
    }
    for option in &mut property.options {
        match option {
            PropertyOption::Group(group) => group.values = properties_at(&group.values, node),
            PropertyOption::Property(_) | PropertyOption::Choice(_) => {}
        }
    }
    property.options.retain_mut(|option| match option {
        PropertyOption::Property(child) => match property_at(child, node) {
            Some(at) => {
                **child = at;
                true
            }
            None => false,
        },
        PropertyOption::Choice(choice) => choice.display_options.as_ref().is_none_or(|options| {
            // Conditions on other parameters are a form's matter.
            let of_version = DisplayOptions {
                show: options
                    .show
                    .iter()
                    .filter(|(key, _)| *key == "@version")
                    .map(|(key, value)| (key, value.clone()))
                    .collect(),
                hide: options
                    .hide
                    .iter()
                    .filter(|(key, _)| *key == "@version")
                    .map(|(key, value)| (key, value.clone()))
                    .collect(),
                ..DisplayOptions::default()
            };
            let nothing = JsonObject::new();
            matches_display_options(&of_version, &nothing, &nothing, node)
        }),
        PropertyOption::Group(_) => true,
    });
    Some(property)
}

/// Whether `property` is shown.
///
/// `level` holds the parameters that stand beside it, `root` those of the node.
pub fn is_shown(
    property: &NodeProperty,
    level: &JsonObject,
    root: &JsonObject,
    node: impl Into<FormNode>,
) -> bool {
    let options = property.display_options.as_ref();
    options.is_none_or(|options| matches_display_options(options, level, root, node))
}

/// The choices of `property` that are offered, without those that are loaded. `level` and `root` are those of [`is_shown`].
pub fn offered_choices<'p>(
    property: &'p NodeProperty,
    level: &JsonObject,
    root: &JsonObject,
    node: impl Into<FormNode>,
) -> impl Iterator<Item = &'p PropertyChoice> {
    let node = node.into();
    property.choices().filter(move |choice| {
        let options = choice.display_options.as_deref();
        options.is_none_or(|options| matches_display_options(options, level, root, node))
    })
}

/// Whether the conditions let a field be seen: every key of `show` matches, and no key of `hide`.
///
/// A parameter of `show` that is an expression shows the field at once, since its value is not known yet.
pub fn matches_display_options(
    options: &DisplayOptions,
    level: &JsonObject,
    root: &JsonObject,
    node: impl Into<FormNode>,
) -> bool {
    let node = node.into();
    for (name, conditions) in options.show.iter() {
        let values = Values::of(name, level, root, node);
        if values.iter().any(is_expression) {
            return true;
        }
        if !any_condition_holds(conditions, &values) {
            return false;
        }
    }
    options.hide.iter().all(|(name, conditions)| {
        let values = Values::of(name, level, root, node);
        values.is_empty() || !any_condition_holds(conditions, &values)
    })
}

/// Whether the condition of `name` looks at an expression.
pub(super) fn condition_has_expression(
    name: &str,
    level: &JsonObject,
    root: &JsonObject,
    node: FormNode,
) -> bool {
    Values::of(name, level, root, node).iter().any(is_expression)
}

/// Whether the value is an expression: a text that starts with `=`.
pub(crate) fn is_expression(value: Option<&Json>) -> bool {
    value.and_then(Json::as_str).is_some_and(|text| text.starts_with('='))
}

/// The values that a condition looks at; `None` is JavaScript's `undefined`.
enum Values<'a> {
    One(Option<&'a Json>),
    Version(Json),
    Many(&'a [Json]),
}

impl<'a> Values<'a> {
    fn of(name: &str, level: &'a JsonObject, root: &'a JsonObject, node: FormNode) -> Self {
        let found = match name.strip_prefix('/') {
            Some(path) => get_path(root, path),
            None if name == "@version" => {
                let version = if node.type_version.is_nan() { 0.0 } else { node.type_version };
                return Self::Version(Json::from(version));
            }
            None if name == "@tool" => return Self::Version(Json::from(node.is_tool)),
            // No description of ours declares features, so none is enabled.
            None if name == "@feature" => return Self::Many(&[]),
            None => get_path(level, name),
        };
        let is_locator = found.and_then(|value| value.get("__rl")).is_some_and(is_truthy);
        let value = if is_locator { found.and_then(|value| value.get("value")) } else { found };
        match value.and_then(Json::as_array) {
            Some(array) => Self::Many(array),
            None => Self::One(value),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Many(values) if values.is_empty())
    }

    fn iter(&self) -> impl Iterator<Item = Option<&Json>> {
        let (one, many) = match self {
            Self::One(value) => (Some(*value), [].as_slice()),
            Self::Version(value) => (Some(Some(value)), [].as_slice()),
            Self::Many(values) => (None, *values),
        };
        one.into_iter().chain(many.iter().map(Some))
    }
}

fn any_condition_holds(conditions: &Json, values: &Values<'_>) -> bool {
    let conditions = conditions.as_array().unwrap_or_else(|| std::slice::from_ref(conditions));
    conditions.iter().any(|condition| condition_holds(condition, values))
}

fn condition_holds(condition: &Json, values: &Values<'_>) -> bool {
    let Some(object) = condition.as_object() else {
        // An array is never one of the values: n8n compares by identity.
        return !condition.is_array() && values.iter().any(|value| value == Some(condition));
    };
    let Some(operators) = object.get("_cnd").filter(|_| object.len() == 1) else {
        return false;
    };
    let Some((operator, target)) = operators.as_object().and_then(|operators| operators.iter().next()) else {
        return false;
    };
    if values.is_empty() {
        return operator == "not";
    }
    if operator == "regex" {
        let Ok(regex) = regress::Regex::new(&to_text(target)) else { return false };
        return values
            .iter()
            .all(|value| value.and_then(Json::as_str).is_some_and(|text| regex.find(text).is_some()));
    }
    values.iter().all(|value| operator_holds(operator, value, target))
}

fn operator_holds(operator: &str, value: Option<&Json>, target: &Json) -> bool {
    let is_at_least =
        |bound: Option<&Json>| matches!(compare(value, bound), Some(Ordering::Greater | Ordering::Equal));
    let is_at_most =
        |bound: Option<&Json>| matches!(compare(value, bound), Some(Ordering::Less | Ordering::Equal));
    let text = value.and_then(Json::as_str);
    match operator {
        "eq" => value == Some(target),
        "not" => value != Some(target),
        "gte" => is_at_least(Some(target)),
        "lte" => is_at_most(Some(target)),
        "gt" => compare(value, Some(target)) == Some(Ordering::Greater),
        "lt" => compare(value, Some(target)) == Some(Ordering::Less),
        "between" => is_at_least(target.get("from")) && is_at_most(target.get("to")),
        "includes" => text.is_some_and(|text| text.contains(&*to_text(target))),
        "startsWith" => text.is_some_and(|text| text.starts_with(&*to_text(target))),
        "endsWith" => text.is_some_and(|text| text.ends_with(&*to_text(target))),
        "exists" => value.is_some_and(|value| !value.is_null() && text != Some("")),
        _ => false,
    }
}
