//! Filling in defaults and dropping what is hidden or unknown: n8n's `getNodeParameters(…, true, false)`
//! (`docs/parameters.md §7`).

use std::collections::{HashMap, HashSet, VecDeque};

use super::display::{is_expression, is_shown};
use crate::description::{NodeProperty, PropertyType};
use heddle_data::{Json, JsonObject};

/// The parameters that a node starts from: what is stored, with defaults for what is missing, without parameters that
/// are hidden or that no property names.
///
/// Unchanged values stay shared with `values`. Where n8n would throw, or would silently lose a value because it has
/// another shape than its property (rows that are no list, an expression in place of a whole collection), the value
/// stays as it is, and [`ParameterPlan`](super::ParameterPlan) reports it or resolves it.
///
/// ```
/// use heddle_data::{Json, json};
/// use heddle_form::parameters::fill_defaults;
/// use heddle_form::schema::derive_properties;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Parameters {
///     /// Who is greeted.
///     #[schemars(title = "Name")]
///     #[serde(default)]
///     name: String,
///     /// Greet loudly.
///     #[schemars(title = "Loud")]
///     #[serde(default)]
///     loud: bool,
/// }
///
/// let form = derive_properties::<Parameters>().expect("every field can be shown");
/// // A workflow file keeps only what differs from the defaults.
/// let filled = fill_defaults(&form, &json!({ "name": "={{ $json.name }}" }), 1.0);
/// assert_eq!(filled, json!({ "name": "={{ $json.name }}", "loud": false }));
/// ```
pub fn fill_defaults(properties: &[NodeProperty], values: &Json, type_version: f64) -> Json {
    let properties: Vec<&NodeProperty> = properties.iter().collect();
    Json::from(Level { type_version, root: None }.fill(&properties, values, Parent::Other))
}

/// The values that display conditions of a level are checked against: those of simple properties, with defaults, hidden
/// ones too. `root` is absent at the top.
pub(super) fn display_values(
    properties: &[&NodeProperty],
    values: &Json,
    type_version: f64,
    root: Option<&JsonObject>,
    in_collection: bool,
) -> JsonObject {
    let parent = if in_collection { Parent::Collection } else { Parent::Other };
    let order = resolve_order(properties);
    Level { type_version, root }.display_values(properties, values, parent, &order)
}

/// As [`fill_defaults`] for the value of one collection or fixedCollection whose node has the parameters `root`.
pub(super) fn fill_structure(
    property: &NodeProperty,
    value: Json,
    type_version: f64,
    root: &JsonObject,
) -> Json {
    let level = Level { type_version, root: Some(root) };
    if property.kind == PropertyType::Collection {
        level.fill_collection(property, Some(value))
    } else {
        level.fill_fixed_collection(property, Some(value))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Collection,
    Other,
}

#[derive(Clone, Copy)]
struct Level<'a> {
    type_version: f64,
    root: Option<&'a JsonObject>,
}

impl Level<'_> {
    fn fill(self, properties: &[&NodeProperty], values: &Json, parent: Parent) -> JsonObject {
        let mut filled = JsonObject::new();
        if !heddle_data::javascript::is_truthy(values) {
            return filled;
        }
        let order = resolve_order(properties);
        let check = self.display_values(properties, values, parent, &order);
        let root = self.root.unwrap_or(&check);
        let level = Level { root: Some(root), type_version: self.type_version };
        for &index in &order {
            let Some(property) = properties.get(index) else { continue };
            let stored = values.get(&property.name);
            if stored.is_none() && parent == Parent::Collection
                || !is_shown(property, &check, root, self.type_version)
            {
                continue;
            }
            let value = match property.kind {
                PropertyType::Collection => level.fill_collection(property, stored.cloned()),
                PropertyType::FixedCollection => level.fill_fixed_collection(property, stored.cloned()),
                _ => simple_value(property, stored),
            };
            filled.insert(&property.name, value);
        }
        filled
    }

    /// The values that display conditions are checked against: simple types only, hidden ones too.
    fn display_values(
        self,
        properties: &[&NodeProperty],
        values: &Json,
        parent: Parent,
        order: &[usize],
    ) -> JsonObject {
        let mut filled = JsonObject::new();
        if self.root.is_some() && properties.iter().all(|property| property.display_options.is_none()) {
            // Nothing on this level looks at them, and what is below looks at the root's.
            return filled;
        }
        let repeated = repeated_names(properties);
        for &index in order {
            let Some(property) = properties.get(index) else { continue };
            if matches!(property.kind, PropertyType::Collection | PropertyType::FixedCollection) {
                continue;
            }
            let stored = values.get(&property.name);
            if stored.is_none() && parent == Parent::Collection {
                continue;
            }
            if repeated.contains(property.name.as_str())
                && !is_shown(property, &filled, self.root.unwrap_or(&filled), self.type_version)
            {
                continue;
            }
            filled.insert(&property.name, simple_value(property, stored));
        }
        filled
    }

    fn fill_collection(self, property: &NodeProperty, stored: Option<Json>) -> Json {
        let Some(value) = stored else {
            let default = &property.default;
            let fits = !property.has_multiple_values() || default.is_array();
            return if fits { default.clone() } else { Json::array() };
        };
        if property.has_multiple_values() || is_misshapen(&value) {
            return value;
        }
        let children: Vec<&NodeProperty> = property.children().collect();
        Json::from(self.fill(&children, &value, Parent::Collection))
    }

    fn fill_fixed_collection(self, property: &NodeProperty, stored: Option<Json>) -> Json {
        let value = stored.unwrap_or_else(|| property.default.clone());
        if is_misshapen(&value) {
            return value;
        }
        let multiple = property.has_multiple_values();
        let mut filled = JsonObject::new();
        for (name, group_value) in value.as_object().into_iter().flat_map(JsonObject::iter) {
            let Some(group) = property.groups().find(|group| group.name == name) else { continue };
            let fields: Vec<&NodeProperty> = group.values.iter().collect();
            if multiple {
                let Some(rows) = group_value.as_array() else {
                    filled.insert(name, group_value.clone());
                    continue;
                };
                let rows: Vec<Json> = rows
                    .iter()
                    .map(|row| match is_misshapen(row) {
                        true => row.clone(),
                        false => Json::from(self.fill(&fields, row, Parent::Other)),
                    })
                    .collect();
                filled.insert(name, Json::from(rows));
            } else if is_misshapen(group_value) {
                filled.insert(name, group_value.clone());
            } else {
                let values = self.fill(&fields, group_value, Parent::Other);
                if !values.is_empty() {
                    filled.insert(name, Json::from(values));
                }
            }
        }
        Json::from(filled)
    }
}

/// Whether a value in the place of an object is one that would be lost: neither an object nor empty.
fn is_misshapen(value: &Json) -> bool {
    !value.is_object()
        && heddle_data::javascript::is_truthy(value)
        && value.as_array().is_none_or(|array| !array.is_empty())
}

fn simple_value(property: &NodeProperty, stored: Option<&Json>) -> Json {
    let value = match property.kind {
        PropertyType::Boolean | PropertyType::Number | PropertyType::Options => {
            stored.cloned().unwrap_or_else(|| property.default.clone())
        }
        PropertyType::ResourceLocator if property.default.is_object() => {
            stored.cloned().unwrap_or_else(|| with_defaults(&property.default, [("__rl", Json::from(true))]))
        }
        PropertyType::Filter if stored.is_some_and(|value| value.is_object() || value.is_array()) => {
            stored.map_or(Json::NULL, complete_filter)
        }
        _ => stored.filter(|value| !value.is_null()).cloned().unwrap_or_else(|| property.default.clone()),
    };
    if property.no_data_expression && is_expression(Some(&value)) {
        let text = value.as_str().unwrap_or_default();
        if !is_from_ai_call(text) {
            return Json::from(text.get(1..).unwrap_or_default());
        }
    }
    value
}

/// The object with `defaults` before its own keys.
fn with_defaults<const N: usize>(object: &Json, defaults: [(&str, Json); N]) -> Json {
    let mut filled = JsonObject::new();
    for (key, value) in defaults {
        filled.insert(key, value);
    }
    for (key, value) in object.as_object().into_iter().flat_map(JsonObject::iter) {
        filled.insert(key, value.clone());
    }
    Json::from(filled)
}

/// A filter with what n8n's editor would have added.
fn complete_filter(stored: &Json) -> Json {
    let options = with_defaults(
        stored.get("options").unwrap_or(&Json::NULL),
        [
            ("caseSensitive", Json::from(true)),
            ("leftValue", Json::from("")),
            ("typeValidation", Json::from("strict")),
            ("version", Json::from(1)),
        ],
    );
    if !stored.is_object() {
        return stored.clone();
    }
    let mut filter = stored.clone();
    if stored.get("combinator").is_none_or(Json::is_null) {
        filter.insert("combinator", Json::from("and"));
    }
    filter.insert("options", options);
    filter
}

/// Whether the expression is a single `$fromAI(…)` call with literal arguments, which keeps its `=`.
fn is_from_ai_call(expression: &str) -> bool {
    const NAME: &str = "$fromAI";
    const MARKER: &str = "/*n8n-auto-generated-fromAI-override*/";
    let mut text = expression.strip_prefix('=').unwrap_or(expression).trim();
    if let Some(inner) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        text = inner.trim();
    }
    text = text.strip_prefix(MARKER).map_or(text, str::trim);
    let Some((name, rest)) = text.split_at_checked(NAME.len()) else { return false };
    let Some(arguments) = rest.trim_start().strip_prefix('(').filter(|_| name.eq_ignore_ascii_case(NAME))
    else {
        return false;
    };
    let mut quote = None;
    let mut before = ' ';
    let mut characters = arguments.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some('`'), '$') if characters.peek().is_some_and(|&(_, next)| next == '{') => return false,
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '`') if before.is_ascii_alphanumeric() || before == '_' => return false,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, ')') => return arguments.get(index + 1..).is_some_and(|rest| rest.trim().is_empty()),
            (None, '.' | ',' | '-') => {}
            (None, _) if character.is_ascii_alphanumeric() || character.is_whitespace() => {}
            (None, _) => return false,
        }
        if !character.is_whitespace() {
            before = character;
        }
    }
    false
}

/// Names that several properties share.
fn repeated_names<'a>(properties: &[&'a NodeProperty]) -> HashSet<&'a str> {
    let mut seen = HashSet::new();
    properties.iter().map(|property| property.name.as_str()).filter(|&name| !seen.insert(name)).collect()
}

/// The order in which properties are resolved: after those that they depend on. A property that comes before one that
/// it depends on is resolved again after it, and the last result stands.
fn resolve_order(properties: &[&NodeProperty]) -> Vec<usize> {
    if properties.iter().all(|property| property.display_options.is_none()) {
        return (0..properties.len()).collect();
    }
    let mut dependencies: HashMap<&str, Vec<&str>> = HashMap::new();
    for property in properties {
        let names = dependencies.entry(&property.name).or_default();
        if let Some(options) = &property.display_options {
            for key in options.show.keys().chain(options.hide.keys()) {
                if !key.starts_with('@') && !names.contains(&key) {
                    names.push(key);
                }
            }
        }
    }
    let mut queue: VecDeque<usize> = (0..properties.len()).collect();
    let mut order = Vec::with_capacity(properties.len());
    let mut resolved = HashSet::new();
    // n8n gives up on a form that it cannot put in order within these rounds; ours then ends with what is known.
    let mut rounds = properties.len().saturating_mul(properties.len()).saturating_add(16);
    while let Some(index) = queue.pop_front() {
        let Some(property) = properties.get(index) else { continue };
        if rounds > 0 {
            rounds -= 1;
            for dependency in dependencies.get(property.name.as_str()).into_iter().flatten() {
                if !resolved.contains(dependency) && dependencies.contains_key(dependency) {
                    queue.push_back(index);
                }
            }
        }
        order.push(index);
        resolved.insert(property.name.as_str());
    }
    order
}
