//! Which fields tell whether items are alike, and their values.

use std::borrow::Cow;
use std::collections::HashSet;

use heddle_node::{Item, Json, NodeError};

use super::{Compare, RemoveDuplicatesParameters, TypeRule};
use crate::fields::{self, Field};

/// The names of the fields that count.
///
/// With dot notation, fields of inner objects and elements of arrays count by their paths, and an empty object or array is
/// no field at all.
pub(super) fn keys(
    items: &[Item],
    parameters: &RemoveDuplicatesParameters,
) -> Result<Vec<String>, NodeError> {
    let dots = !parameters.options.disable_dot_notation;
    match parameters.compare {
        Compare::AllFields => Ok(union(items, dots)),
        Compare::AllFieldsExcept => {
            let excluded: HashSet<&str> = fields::names(&parameters.fields_to_exclude).collect();
            if excluded.is_empty() {
                return Err(none_named(parameters.compare));
            }
            // With dot notation the first item tells which fields there are.
            let first = if dots { items.get(..1).unwrap_or_default() } else { items };
            let mut names = union(first, dots);
            names.retain(|name| !excluded.contains(name.as_str()));
            Ok(names)
        }
        Compare::SelectedFields => {
            let names: Vec<String> =
                fields::names(&parameters.fields_to_compare).map(str::to_owned).collect();
            if names.is_empty() { Err(none_named(parameters.compare)) } else { Ok(names) }
        }
    }
}

/// The error of a list without a name.
pub(super) fn none_named(compare: Compare) -> NodeError {
    match compare {
        Compare::AllFieldsExcept => NodeError::parameter(
            "fieldsToExclude",
            "No fields specified. Please add a field to exclude from comparison",
        ),
        _ => NodeError::parameter("fieldsToCompare", "No fields specified. Please add a field to compare on"),
    }
}

/// The fields that any of the items has, in the order in which they turn up.
fn union(items: &[Item], dots: bool) -> Vec<String> {
    let mut found = Found::default();
    let mut path = String::new();
    for item in items {
        for (key, value) in item.json.as_object().into_iter().flat_map(heddle_node::JsonObject::iter) {
            path.clear();
            path.push_str(key);
            if dots {
                found.add_leaves(value, &mut path);
            } else {
                found.add(key);
            }
        }
    }
    found.names
}

#[derive(Default)]
struct Found {
    names: Vec<String>,
    seen: HashSet<String>,
}

impl Found {
    fn add(&mut self, name: &str) {
        if !self.seen.contains(name) {
            self.seen.insert(name.to_owned());
            self.names.push(name.to_owned());
        }
    }

    /// Adds the paths of all values without parts.
    fn add_leaves(&mut self, value: &Json, path: &mut String) {
        let length = path.len();
        if let Some(object) = value.as_object() {
            for (key, value) in object.iter() {
                path.push('.');
                path.push_str(key);
                self.add_leaves(value, path);
                path.truncate(length);
            }
        } else if let Some(elements) = value.as_array() {
            for (index, value) in elements.iter().enumerate() {
                path.push('.');
                path.push_str(&index.to_string());
                self.add_leaves(value, path);
                path.truncate(length);
            }
        } else {
            self.add(path);
        }
    }
}

/// The values of the fields, item by item.
///
/// # Errors
/// When an item lacks a field, or a field is not of one type in all items.
pub(super) fn columns<'a>(
    items: &'a [Item],
    fields: &[Field],
    rule: TypeRule,
    dots: bool,
) -> Result<Vec<Vec<Cow<'a, Json>>>, NodeError> {
    let column = |field: &Field| {
        let mut seen: Option<(usize, &'static str)> = None;
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = field.get(&item.json).ok_or_else(|| missing(field.name(), dots))?;
            let kind = javascript_type(&value);
            if rule == TypeRule::One || (rule == TypeRule::OneOrNull && !value.is_null()) {
                match seen {
                    Some((before, other)) if other != kind => {
                        return Err(mixed(field.name(), (before, other), (index, kind), rule));
                    }
                    _ => seen = Some((index, kind)),
                }
            }
            values.push(value);
        }
        Ok(values)
    };
    fields.iter().map(column).collect()
}

/// What `typeof` says.
fn javascript_type(value: &Json) -> &'static str {
    match value.type_name() {
        "null" | "array" => "object",
        kind => kind,
    }
}

fn missing(name: &str, dots: bool) -> NodeError {
    let error = NodeError::operation(format!("'{name}' field is missing from some input items"));
    if dots || !name.contains('.') {
        return error;
    }
    error.with_description(
        "If you're trying to use a nested field, make sure you turn off 'disable dot notation' in the node options",
    )
}

fn mixed(name: &str, before: (usize, &str), here: (usize, &str), rule: TypeRule) -> NodeError {
    let mut description = "The type of this field varies between items".to_owned();
    if rule == TypeRule::OneOrNull {
        let ((before, other), (index, kind)) = (before, here);
        description
            .push_str(&format!(", in item [{before}] it's a {other} and in item [{index}] it's a {kind} "));
    }
    NodeError::operation(format!("'{name}' isn't always the same type")).with_description(description)
}
