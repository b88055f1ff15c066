//! The stored parameters of a level as a schema: one branch for each resource and operation, and below them what the
//! display conditions say.

use serde_json::{Map, Value, json};

use super::SchemaForm;
use super::stored::{EXPRESSION, least_rows, property_schema, words_schema};
use crate::description::{DisplayOptions, NodeProperty, PropertyType};
use crate::parameters::{FormNode, matches_display_options};
use heddle_data::javascript::is_truthy;
use heddle_data::{Json, JsonObject};

/// Properties whose choices are branches, in this order.
const SELECTORS: [&str; 2] = ["resource", "operation"];

/// The schema of a node's stored parameters.
pub(super) fn root(properties: &[NodeProperty]) -> Map<String, Value> {
    let mut schema = branches(properties.to_vec(), &[], &SELECTORS);
    schema.insert("type".to_owned(), json!("object"));
    schema
}

/// The schema of the stored parameters in a collection or row. What looks at the root's parameters is left to
/// [`root_conditions`].
pub(super) fn below(properties: &[NodeProperty]) -> Map<String, Value> {
    let own: Vec<NodeProperty> =
        properties.iter().filter(|property| !looks_at_root(property)).cloned().collect();
    let mut schema = plain(&own, &[], false);
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    if let Some(fields) = fields {
        for property in properties.iter().filter(|property| looks_at_root(property)) {
            fields.entry(property.name.clone()).or_insert_with(|| words_schema(property));
        }
    }
    schema.insert("type".to_owned(), json!("object"));
    schema
}

/// What a selector's choice decides goes into its branch, everything else stands beside the branches. `around` are the
/// properties of the branches around.
fn branches(
    properties: Vec<NodeProperty>,
    around: &[NodeProperty],
    selectors: &[&str],
) -> Map<String, Value> {
    let Some((name, deeper)) = selectors.split_first() else { return plain(&properties, around, true) };
    let Some(selector) = selector(&properties, name) else { return branches(properties, around, deeper) };
    let (depending, common): (Vec<_>, Vec<_>) =
        properties.into_iter().partition(|property| looks_at(property, name));
    let around: Vec<NodeProperty> = around.iter().chain(&common).cloned().collect();
    let mut schema = plain(&common, &around, true);
    let mut alternatives = Vec::new();
    for choice in selector.choices() {
        let chosen =
            depending.iter().filter_map(|property| narrowed(property, name, &choice.value)).collect();
        let mut branch = Map::new();
        branch.insert("title".to_owned(), json!(choice.name));
        if let Some(words) = choice.action.as_ref().or(choice.description.as_ref()) {
            branch.insert("description".to_owned(), json!(words));
        }
        branch.append(&mut branches(chosen, &around, deeper));
        let is_default = choice.value == selector.default;
        select(&mut branch, name, json!({ "const": choice.value }), !is_default);
        alternatives.push(Value::Object(branch));
    }
    // Null is the default, without the fields that a choice shows; an expression leaves all of them open.
    let mut others = vec![json!({ "title": "None", "type": "null" })];
    if !selector.no_data_expression {
        others.push(json!({ "title": "Expression", "type": "string", "pattern": EXPRESSION }));
    }
    for mut value in others {
        let mut branch = Map::new();
        let title = value.as_object_mut().and_then(|value| value.shift_remove("title"));
        branch.insert("title".to_owned(), title.unwrap_or_default());
        select(&mut branch, name, value, true);
        alternatives.push(Value::Object(branch));
    }
    schema.insert("oneOf".to_owned(), Value::Array(alternatives));
    schema
}

/// The selector of this name, if it is always there and its choices are known.
fn selector(properties: &[NodeProperty], name: &str) -> Option<NodeProperty> {
    let mut found = properties.iter().filter(|property| property.name == name);
    let selector = found.next().filter(|_| found.next().is_none())?;
    let is_plain = selector.kind == PropertyType::Options
        && selector.display_options.is_none()
        && selector.load_options_method().is_none()
        && !selector.allow_arbitrary_values;
    let has_default = selector.choices().any(|choice| choice.value == selector.default);
    let decides = properties.iter().any(|property| looks_at(property, name));
    (is_plain && has_default && decides).then(|| selector.clone())
}

/// Adds what a selector's value is in a branch.
fn select(branch: &mut Map<String, Value>, name: &str, value: Value, is_required: bool) {
    if let Some(fields) = branch.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
    if is_required
        && let Some(required) = branch.entry("required").or_insert_with(|| json!([])).as_array_mut()
    {
        required.push(json!(name));
    }
}

/// The keys of the conditions that look at a parameter of the root.
fn keys_of(name: &str) -> [String; 2] {
    [name.to_owned(), format!("/{name}")]
}

fn looks_at(property: &NodeProperty, name: &str) -> bool {
    let keys = keys_of(name);
    property.display_options.as_ref().is_some_and(|options| {
        options.show.keys().chain(options.hide.keys()).any(|key| keys.iter().any(|known| known == key))
    })
}

/// The property where a parameter has this value, without the conditions that look at it; none where it is hidden.
fn narrowed(property: &NodeProperty, name: &str, value: &Json) -> Option<NodeProperty> {
    let mut property = property.clone();
    let Some(options) = property.display_options.as_mut() else { return Some(property) };
    let mut decided = DisplayOptions::default();
    for key in keys_of(name) {
        for (from, to) in [(&mut options.show, &mut decided.show), (&mut options.hide, &mut decided.hide)] {
            if let Some(conditions) = from.remove(&key) {
                to.insert(name, conditions);
            }
        }
    }
    let is_always = options.show.is_empty() && options.hide.is_empty();
    if is_always {
        property.display_options = None;
    }
    let level = JsonObject::from_iter([(name, value.clone())]);
    matches_display_options(&decided, &level, &level, FormNode::from(f64::NAN)).then_some(property)
}

/// Properties without branches: what is always shown has its schema, everything else under its condition.
fn plain(properties: &[NodeProperty], around: &[NodeProperty], is_root: bool) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut conditions = Vec::new();
    let mut required = Vec::new();
    for property in properties {
        let (field, is_needed) = field(property);
        let Some(options) = &property.display_options else {
            fields.insert(property.name.clone(), field);
            if is_needed {
                required.push(json!(property.name));
            }
            continue;
        };
        fields.entry(property.name.clone()).or_insert_with(|| words_schema(property));
        // Where nothing says when a property counts, any value may be right.
        if let Some(condition) = condition(options, properties, around) {
            let mut then = json!({ "properties": { property.name.as_str(): field } });
            if is_needed {
                then["required"] = json!([property.name]);
            }
            conditions.push(json!({ "if": condition, "then": then }));
        }
    }
    if is_root {
        for property in properties {
            root_conditions(property, properties, around, &mut conditions);
        }
    }
    let mut schema = Map::new();
    schema.insert("properties".to_owned(), Value::Object(fields));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    if !conditions.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(conditions));
    }
    schema
}

/// Conditions of the root for what lies in a collection or in rows and looks at the root's parameters.
fn root_conditions(
    property: &NodeProperty,
    properties: &[NodeProperty],
    around: &[NodeProperty],
    conditions: &mut Vec<Value>,
) {
    let own = property.display_options.as_ref();
    let mut add = |fields: &[NodeProperty], wrap: &dyn Fn(Value) -> Value| {
        for field in fields.iter().filter(|field| looks_at_root(field)) {
            let mut field = field.clone();
            let Some(mut options) = field.display_options.take() else { continue };
            let mut root = own.cloned().unwrap_or_default();
            let mut local = DisplayOptions::default();
            for (from, root, local) in [
                (&mut options.show, &mut root.show, &mut local.show),
                (&mut options.hide, &mut root.hide, &mut local.hide),
            ] {
                for (key, values) in from.iter() {
                    match key.strip_prefix('/') {
                        Some(key) => root.insert(key, values.clone()),
                        None => local.insert(key, values.clone()),
                    };
                }
            }
            let is_local = !local.show.is_empty() || !local.hide.is_empty();
            field.display_options = is_local.then_some(local);
            let Some(condition) = condition(&root, properties, around) else { continue };
            let mut inner = plain(&[field], fields, false);
            inner.insert("type".to_owned(), json!("object"));
            let inner = json!({ "anyOf": [inner, { "not": { "type": "object" } }] });
            let then = json!({ "properties": { property.name.as_str(): wrap(inner) } });
            conditions.push(json!({ "if": condition, "then": then }));
        }
    };
    match property.kind {
        PropertyType::Collection => {
            let children: Vec<NodeProperty> = property.children().cloned().collect();
            let is_list = property.has_multiple_values();
            add(&children, &|inner| if is_list { json!({ "items": inner }) } else { inner });
        }
        PropertyType::FixedCollection => {
            let is_list = property.has_multiple_values();
            for group in property.groups() {
                add(&group.values, &|inner| {
                    let rows = if is_list { json!({ "items": inner }) } else { inner };
                    json!({ "properties": { group.name.as_str(): rows } })
                });
            }
        }
        _ => {}
    }
}

fn looks_at_root(property: &NodeProperty) -> bool {
    property
        .display_options
        .as_ref()
        .is_some_and(|options| options.show.keys().chain(options.hide.keys()).any(|key| key.starts_with('/')))
}

/// The schema of a field that is shown, and whether it must be there: it is required, and its default is empty.
fn field(property: &NodeProperty) -> (Value, bool) {
    let mut schema = property_schema(property, SchemaForm::Stored);
    if property.kind == PropertyType::FixedCollection && least_rows(property).is_some() {
        let is_enough = property.groups().all(|group| property.default.get(&group.name).is_some());
        return (schema, !is_enough);
    }
    if !property.required || property.has_multiple_values() {
        return (schema, false);
    }
    // What a run finds missing, and an expression without anything in it.
    let mut refused = vec![json!(""), json!("=")];
    let mut empty = Vec::new();
    match property.kind {
        PropertyType::String | PropertyType::DateTime | PropertyType::Options => {}
        PropertyType::MultiOptions => refused.push(json!([])),
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            let nothing = json!({ "enum": ["", null, false] });
            empty.push(json!({ "type": "object", "not": { "required": ["value"] } }));
            empty
                .push(json!({ "type": "object", "properties": { "value": nothing }, "required": ["value"] }));
        }
        _ => return (schema, false),
    }
    let default = &property.default;
    let is_needed = match property.kind {
        PropertyType::MultiOptions => default.as_array().is_some_and(<[Json]>::is_empty),
        _ => !is_truthy(default.get("value").filter(|_| default.is_object()).unwrap_or(default)),
    };
    if is_needed {
        refused.push(Value::Null);
    }
    empty.push(json!({ "enum": refused }));
    if let Some(object) = schema.as_object_mut() {
        object.insert(
            "not".to_owned(),
            if empty.len() > 1 { json!({ "anyOf": empty }) } else { empty.remove(0) },
        );
    }
    (schema, is_needed)
}

/// When a property is shown and no expression decides it, as a schema of the level; none where the level alone does not
/// tell.
fn condition(
    options: &DisplayOptions,
    properties: &[NodeProperty],
    around: &[NodeProperty],
) -> Option<Value> {
    let mut parts = Vec::new();
    for (conditions, is_show) in [(&options.show, true), (&options.hide, false)] {
        for (name, values) in conditions.iter() {
            parts.push(key_condition(name, values, is_show, properties, around)?);
        }
    }
    Some(match parts.len() {
        1 => parts.pop()?,
        _ => json!({ "allOf": parts }),
    })
}

fn key_condition(
    name: &str,
    conditions: &Json,
    is_show: bool,
    properties: &[NodeProperty],
    around: &[NodeProperty],
) -> Option<Value> {
    let name = name.strip_prefix('/').unwrap_or(name);
    let mut found = properties.iter().chain(around).filter(|property| property.name == name);
    let looked_at = found.next()?;
    let is_single = matches!(
        looked_at.kind,
        PropertyType::Options
            | PropertyType::Boolean
            | PropertyType::String
            | PropertyType::Number
            | PropertyType::Hidden
    );
    if !is_single || looked_at.has_multiple_values() || found.any(|other| other.default != looked_at.default)
    {
        return None;
    }
    let one = DisplayOptions {
        show: JsonObject::from_iter([(name, conditions.clone())]),
        ..DisplayOptions::default()
    };
    let matches = |value: &Json| {
        let level = JsonObject::from_iter([(name, value.clone())]);
        matches_display_options(&one, &level, &level, FormNode::from(f64::NAN))
    };
    let plain =
        conditions.as_array().filter(|list| !list.iter().any(|value| value.is_object() || value.is_array()));
    let values: Vec<Json> = match (plain, looked_at.kind) {
        (Some(values), _) => values.to_vec(),
        (None, PropertyType::Boolean) => [true, false].map(Json::from).into_iter().filter(matches).collect(),
        (None, PropertyType::Options) if looked_at.load_options_method().is_none() => {
            looked_at.choices().map(|choice| choice.value.clone()).filter(matches).collect()
        }
        _ => return None,
    };
    let is_default = matches(&looked_at.default);
    let value = if is_show {
        json!({ "enum": values })
    } else {
        json!({ "not": { "anyOf": [{ "enum": values }, { "type": "string", "pattern": EXPRESSION }] } })
    };
    let mut condition = json!({ "properties": { name: value } });
    if is_default != is_show {
        condition["required"] = json!([name]);
    }
    Some(condition)
}
