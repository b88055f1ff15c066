//! Filling in defaults and dropping what is hidden or unknown: n8n's `getNodeParameters` (`docs/parameters.md §7`).

use std::collections::HashSet;

use super::display::{FormNode, is_expression, is_shown};
use super::order::{Order, repeated_names};
use crate::description::{NodeProperty, PropertyType};
use heddle_data::javascript::is_truthy;
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
pub fn fill_defaults(properties: &[NodeProperty], values: &Json, node: impl Into<FormNode>) -> Json {
    let level = Level::top(node.into(), Mode::RUN);
    let properties: Vec<&NodeProperty> = properties.iter().collect();
    Json::from(level.fill(&properties, values, Parent::Other).unwrap_or_default())
}

/// Which parameters [`resolve_parameters`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// Defaults for what is missing; else only what differs from its default, as an editor stores it.
    pub with_defaults: bool,
    /// Parameters that are not shown, too.
    pub with_hidden: bool,
}

/// What n8n makes of stored parameters, to the letter: its `getNodeParameters`.
///
/// Unlike [`fill_defaults`] it loses what n8n loses. An editor stores what this gives without defaults and hidden
/// parameters; a node starts from what it gives with defaults.
///
/// # Errors
/// Where n8n throws, with its message: conditions of a level that wait for each other, rows that are no list, and a single
/// group of a fixedCollection whose default is not empty while nothing is stored.
pub fn resolve_parameters(
    properties: &[NodeProperty],
    values: &Json,
    node: impl Into<FormNode>,
    resolution: Resolution,
) -> Result<Json, String> {
    let Resolution { with_defaults, with_hidden } = resolution;
    let level = Level::top(node.into(), Mode { with_defaults, with_hidden, is_exact: true });
    let properties: Vec<&NodeProperty> = properties.iter().collect();
    level.fill(&properties, values, Parent::Other).map(Json::from)
}

/// The values that display conditions of a level are checked against: those of simple properties, with defaults, hidden
/// ones too. `root` is absent at the top.
pub(super) fn display_values(
    properties: &[&NodeProperty],
    values: &Json,
    node: FormNode,
    root: Option<&JsonObject>,
    in_collection: bool,
) -> JsonObject {
    let parent = if in_collection { Parent::Collection } else { Parent::Other };
    let order = Order::of(properties);
    Level { node, root, mode: Mode::RUN }.display_values(properties, values, parent, &order.places)
}

/// As [`fill_defaults`] for the value of one collection or fixedCollection whose node has the parameters `root`.
pub(super) fn fill_structure(
    property: &NodeProperty,
    value: Json,
    node: FormNode,
    root: &JsonObject,
) -> Json {
    let level = Level { node, root: Some(root), mode: Mode::RUN };
    let filled = if property.kind == PropertyType::Collection {
        level.fill_collection(property, Some(value))
    } else {
        level.fill_fixed_collection(property, Some(value))
    };
    filled.ok().flatten().unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Collection,
    Other,
}

#[derive(Clone, Copy)]
struct Mode {
    with_defaults: bool,
    with_hidden: bool,
    /// Loses and throws what n8n does.
    is_exact: bool,
}

impl Mode {
    /// What a run starts from.
    const RUN: Self = Self { with_defaults: true, with_hidden: false, is_exact: false };
}

#[derive(Clone, Copy)]
struct Level<'a> {
    node: FormNode,
    root: Option<&'a JsonObject>,
    mode: Mode,
}

impl Level<'_> {
    fn top(node: FormNode, mode: Mode) -> Self {
        Self { node, root: None, mode }
    }

    fn fill(self, properties: &[&NodeProperty], values: &Json, parent: Parent) -> Result<JsonObject, String> {
        self.fill_counting(properties, values, parent).map(|(filled, _)| filled)
    }

    /// As [`Level::fill`], with whether nothing was filled in, not even `undefined`.
    fn fill_counting(
        self,
        properties: &[&NodeProperty],
        values: &Json,
        parent: Parent,
    ) -> Result<(JsonObject, bool), String> {
        let mode = self.mode;
        let mut has_undefined = false;
        let mut filled = JsonObject::new();
        let order = Order::of(properties);
        if mode.is_exact && order.is_endless {
            return Err(ENDLESS.to_owned());
        }
        if !is_truthy(values) {
            return Ok((filled, true));
        }
        // Hidden ones come without a look at conditions, but for several of one name: these look at what came before.
        let check =
            (!mode.with_hidden).then(|| self.display_values(properties, values, parent, &order.places));
        let repeated = if mode.with_hidden { repeated_names(properties) } else { HashSet::new() };
        for &index in &order.places {
            let Some(property) = properties.get(index) else { continue };
            let stored = values.get(&property.name);
            if stored.is_none() && (parent == Parent::Collection || !mode.with_defaults) {
                continue;
            }
            let level = check.as_ref().unwrap_or(&filled);
            let root = self.root.unwrap_or(level);
            let looks =
                !mode.with_hidden || !property.is_structure() && repeated.contains(property.name.as_str());
            if looks && !is_shown(property, level, root, self.node) {
                continue;
            }
            if !mode.with_defaults
                && property.is_explicitly_single()
                && stored.is_some_and(is_empty_structure)
            {
                // n8n then takes the whole level as it is stored.
                return Ok((values.as_object().cloned().unwrap_or_default(), false));
            }
            let below = Level { root: Some(root), ..self };
            let value = match property.kind {
                PropertyType::Collection => below.fill_collection(property, stored.cloned())?,
                PropertyType::FixedCollection => below.fill_fixed_collection(property, stored.cloned())?,
                _ if mode.with_defaults => simple_value(property, stored),
                _ => stored
                    .filter(|stored| parent == Parent::Collection || !is_default(property, stored))
                    .cloned(),
            };
            match value {
                Some(value) => drop(filled.insert(&property.name, value)),
                // JavaScript's `undefined` takes the place of what another property of the name gave.
                None if mode.with_defaults => {
                    filled.remove(&property.name);
                    has_undefined = true;
                }
                None => {}
            }
        }
        let is_empty = filled.is_empty() && !has_undefined;
        Ok((filled, is_empty))
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
            if property.is_structure() {
                continue;
            }
            let stored = values.get(&property.name);
            if stored.is_none() && parent == Parent::Collection {
                continue;
            }
            if repeated.contains(property.name.as_str())
                && !is_shown(property, &filled, self.root.unwrap_or(&filled), self.node)
            {
                continue;
            }
            match simple_value(property, stored) {
                Some(value) => drop(filled.insert(&property.name, value)),
                None => drop(filled.remove(&property.name)),
            }
        }
        filled
    }

    fn fill_collection(self, property: &NodeProperty, stored: Option<Json>) -> Result<Option<Json>, String> {
        let Some(value) = stored else {
            let default = &property.default;
            if property.has_multiple_values() && !default.is_array() {
                return Ok(Some(Json::array()));
            }
            return Ok(property.has_default().then(|| default.clone()));
        };
        if property.has_multiple_values() || is_misshapen(&value) && !self.mode.is_exact {
            return Ok(Some(value));
        }
        let children: Vec<&NodeProperty> = property.children().collect();
        self.fill(&children, &value, Parent::Collection).map(|filled| Some(Json::from(filled)))
    }

    fn fill_fixed_collection(
        self,
        property: &NodeProperty,
        stored: Option<Json>,
    ) -> Result<Option<Json>, String> {
        let is_stored = stored.is_some();
        let value = match stored {
            Some(value) => value,
            None if property.has_default() => property.default.clone(),
            None => Json::object(),
        };
        if is_misshapen(&value) && !self.mode.is_exact {
            return Ok(Some(value));
        }
        let is_multiple = property.has_multiple_values();
        let mut filled = JsonObject::new();
        for (name, group_value) in value.as_object().into_iter().flat_map(JsonObject::iter) {
            let Some(group) = property.groups().find(|group| group.name == name) else { continue };
            let fields: Vec<&NodeProperty> = group.values.iter().collect();
            if is_multiple {
                filled.insert(name, self.fill_rows(&fields, group_value)?);
            } else if !is_stored && self.mode.is_exact {
                return Err(format!("Cannot read properties of undefined (reading '{name}')"));
            } else if is_misshapen(group_value) && !self.mode.is_exact {
                filled.insert(name, group_value.clone());
            } else {
                let (values, is_empty) = self.fill_counting(&fields, group_value, Parent::Other)?;
                // An editor keeps a group that was added, though all of its values are defaults.
                let says_defaults = |field: &&NodeProperty| {
                    group_value.get(&field.name).is_none_or(|stored| is_default(field, stored))
                };
                if !is_empty || !self.mode.with_defaults && fields.iter().all(says_defaults) {
                    filled.insert(name, Json::from(values));
                }
            }
        }
        Ok((self.mode.with_defaults || !filled.is_empty()).then(|| Json::from(filled)))
    }

    fn fill_rows(self, fields: &[&NodeProperty], rows: &Json) -> Result<Json, String> {
        let characters: Vec<Json>;
        let rows = match (rows.as_array(), rows.as_str()) {
            (Some(rows), _) => rows,
            _ if !self.mode.is_exact => return Ok(rows.clone()),
            // JavaScript goes through the characters of a text.
            (None, Some(text)) => {
                characters = text.chars().map(Json::from).collect();
                &characters
            }
            (None, None) => return Err("propertyValues[itemName] is not iterable".to_owned()),
        };
        let row = |row: &Json| match is_misshapen(row) && !self.mode.is_exact {
            true => Ok(row.clone()),
            false => self.fill(fields, row, Parent::Other).map(Json::from),
        };
        rows.iter().map(row).collect()
    }
}

const ENDLESS: &str = "Could not resolve parameter dependencies. Max iterations reached! Hint: If `displayOptions` are \
    specified in any child parameter of a parent `collection` or `fixedCollection`, remove the `displayOptions` from \
    the child parameter.";

/// Whether a stored value is truthy and has no keys.
fn is_empty_structure(value: &Json) -> bool {
    is_truthy(value)
        && !value.is_string()
        && value.as_object().is_none_or(JsonObject::is_empty)
        && value.as_array().is_none_or(<[Json]>::is_empty)
}

/// Whether a stored value is the property's default, and not stored by an editor.
fn is_default(property: &NodeProperty, stored: &Json) -> bool {
    property.has_default() && *stored == property.default
}

/// Whether a value in the place of an object is one that would be lost: neither an object nor empty.
fn is_misshapen(value: &Json) -> bool {
    !value.is_object()
        && heddle_data::javascript::is_truthy(value)
        && value.as_array().is_none_or(|array| !array.is_empty())
}

/// The value of a property without properties of its own; none where nothing is stored and the form has no default.
fn simple_value(property: &NodeProperty, stored: Option<&Json>) -> Option<Json> {
    let default = || property.has_default().then(|| property.default.clone());
    let value = match property.kind {
        PropertyType::Boolean | PropertyType::Number | PropertyType::Options => {
            stored.cloned().or_else(default)
        }
        PropertyType::ResourceLocator if property.default.is_object() => {
            stored.cloned().or_else(|| Some(with_defaults(&property.default, [("__rl", Json::from(true))])))
        }
        PropertyType::Filter if stored.is_some_and(|value| value.is_object() || value.is_array()) => {
            stored.map(complete_filter)
        }
        _ => stored.filter(|value| !value.is_null()).cloned().or_else(default),
    };
    if property.no_data_expression && is_expression(value.as_ref()) {
        let text = value.as_ref().and_then(Json::as_str).unwrap_or_default();
        if !is_from_ai_call(text) {
            return Some(Json::from(text.get(1..).unwrap_or_default()));
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
