//! JSON Schemas from a form.

use serde_json::{Map, Value, json};

use super::{SchemaForm, level};
use crate::description::{NodeProperty, PropertyGroup, PropertyType};
use heddle_data::Json;

/// What starts an expression.
pub(super) const EXPRESSION: &str = "^=";
/// What `Number` reads, for text in a number field.
const NUMBER_TEXT: &str =
    "^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)?\\s*$";

/// What is read as a boolean, for text in a boolean field.
const BOOLEAN_TEXT: &str = "^\\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[01])?\\s*$";

/// The JSON Schema (2020-12) of parameters with this form.
///
/// The stored one accepts whatever can be brought to the property's type, expressions where they are allowed, and
/// unknown parameters, which n8n drops. The resolved one accepts values of the properties' types.
pub fn schema_of_properties(properties: &[NodeProperty], form: SchemaForm) -> Value {
    let mut schema = match form {
        SchemaForm::Stored => level::root(properties),
        SchemaForm::Resolved => object_schema(properties, form),
    };
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    Value::Object(schema)
}

fn object_schema(properties: &[NodeProperty], form: SchemaForm) -> Map<String, Value> {
    if form == SchemaForm::Stored {
        return level::below(properties);
    }
    let mut fields = Map::new();
    let mut conditions = Vec::new();
    for property in properties {
        let field = property_schema(property, form);
        let is_repeated = properties.iter().filter(|other| other.name == property.name).count() > 1;
        if !is_repeated {
            fields.insert(property.name.clone(), field);
            continue;
        }
        fields.entry(property.name.clone()).or_insert_with(|| json!({ "title": property.display_name }));
        // Where nothing says when a property counts, any value may be right.
        if let Some(condition) = condition(property, properties) {
            let mut then = Map::new();
            then.insert(property.name.clone(), field);
            conditions.push(json!({ "if": condition, "then": { "properties": then } }));
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(fields));
    if !conditions.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(conditions));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

/// When a property is shown, if plain values of parameters beside it say so.
fn condition(property: &NodeProperty, properties: &[NodeProperty]) -> Option<Value> {
    let options = property.display_options.as_ref().filter(|options| options.hide.is_empty())?;
    let mut fields = Map::new();
    let mut required = Vec::new();
    for (name, values) in options.show.iter() {
        let values = values.as_array().filter(|_| !name.starts_with(['/', '@']))?;
        if values.iter().any(|value| value.is_object() || value.is_array()) {
            return None;
        }
        let is_default = properties.iter().any(|other| other.name == name && values.contains(&other.default));
        if !is_default {
            required.push(name.to_owned());
        }
        fields.insert(name.to_owned(), json!({ "enum": values }));
    }
    Some(json!({ "properties": fields, "required": required }))
}

pub(super) fn property_schema(property: &NodeProperty, form: SchemaForm) -> Value {
    let mut schema = match form {
        SchemaForm::Stored => stored(property),
        SchemaForm::Resolved => resolved(property),
    };
    let mut words = words(property);
    words.append(&mut schema);
    Value::Object(words)
}

/// What a form says of a property, without a word on its values.
pub(super) fn words_schema(property: &NodeProperty) -> Value {
    Value::Object(words(property))
}

fn words(property: &NodeProperty) -> Map<String, Value> {
    let mut words = Map::new();
    words.insert("title".to_owned(), json!(property.display_name));
    let texts = [&property.description, &property.hint].into_iter().flatten();
    let text = texts.map(String::as_str).collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        words.insert("description".to_owned(), json!(text));
    }
    if property.has_default() {
        words.insert("default".to_owned(), property.default.to_value());
    }
    if property.is_password() {
        words.insert("writeOnly".to_owned(), json!(true));
    }
    words
}

fn stored(property: &NodeProperty) -> Map<String, Value> {
    let mut alternatives = alternatives(property, SchemaForm::Stored);
    if alternatives.is_empty() {
        return Map::new();
    }
    if let [only] = alternatives.as_mut_slice()
        && let Some(types) =
            only.get_mut("type").and_then(Value::as_array_mut).filter(|_| !property.is_list())
    {
        // Any text is right already, and so is an expression.
        types.push(json!("null"));
        return alternatives.pop().unwrap_or_default();
    }
    alternatives.push(type_schema("null"));
    if property.is_structure() && !property.is_list() && least_rows(property).is_none() {
        alternatives.push(object(json!({ "enum": [[], "", 0, false] })));
    }
    if !property.no_data_expression {
        alternatives.push(expression_schema());
    }
    any_of(alternatives)
}

fn resolved(property: &NodeProperty) -> Map<String, Value> {
    let mut alternatives = alternatives(property, SchemaForm::Resolved);
    if property.default.is_null() && !alternatives.is_empty() {
        alternatives.push(type_schema("null"));
    }
    any_of(alternatives)
}

/// The schemas of a property's values, one of which must fit; none where anything is right.
fn alternatives(property: &NodeProperty, form: SchemaForm) -> Vec<Map<String, Value>> {
    let mut single = match property.kind {
        PropertyType::FixedCollection => return vec![groups_schema(property, form)],
        PropertyType::Collection => {
            let children: Vec<NodeProperty> = property.children().cloned().collect();
            vec![object_schema(&children, form)]
        }
        _ => leaf_alternatives(property, form),
    };
    if property.is_list() {
        if form == SchemaForm::Stored && !single.is_empty() && !property.no_data_expression {
            single.push(expression_schema());
        }
        return vec![object(json!({ "type": "array", "items": any_of(single) }))];
    }
    single
}

fn groups_schema(property: &NodeProperty, form: SchemaForm) -> Map<String, Value> {
    let mut groups = Map::new();
    let bounds = [("minItems", least_rows(property)), ("maxItems", property.type_options.max_allowed_fields)];
    let bounds = bounds.map(|(key, bound)| (key, bound.filter(|_| form == SchemaForm::Stored)));
    for group in property.groups() {
        let mut schema = group_schema(group, property.has_multiple_values(), form);
        for (key, bound) in bounds {
            if let Some(bound) = bound.filter(|bound| *bound > 0.0) {
                schema.insert(key.to_owned(), Json::from(bound).to_value());
            }
        }
        if form == SchemaForm::Stored && least_rows(property).is_some() {
            schema.insert("type".to_owned(), json!("array"));
        }
        groups.insert(group.name.clone(), Value::Object(schema));
    }
    let mut schema = object(json!({ "type": "object", "properties": groups }));
    if form == SchemaForm::Stored && least_rows(property).is_some() {
        let names: Vec<&str> = property.groups().map(|group| group.name.as_str()).collect();
        schema.insert("required".to_owned(), json!(names));
    }
    if form == SchemaForm::Resolved {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

/// How many rows each group must have, where that is said.
pub(super) fn least_rows(property: &NodeProperty) -> Option<f64> {
    property.type_options.min_required_fields.filter(|least| *least > 0.0)
}

fn group_schema(group: &PropertyGroup, has_rows: bool, form: SchemaForm) -> Map<String, Value> {
    let or_expression = |schema: Map<String, Value>| match form {
        SchemaForm::Stored => any_of(vec![schema, expression_schema()]),
        SchemaForm::Resolved => schema,
    };
    let row = object_schema(&group.values, form);
    let rows = if has_rows { object(json!({ "type": "array", "items": or_expression(row) })) } else { row };
    let mut schema = object(json!({ "title": group.display_name }));
    schema.append(&mut or_expression(rows));
    schema
}

fn leaf_alternatives(property: &NodeProperty, form: SchemaForm) -> Vec<Map<String, Value>> {
    let is_stored = form == SchemaForm::Stored;
    let schema = match property.kind {
        PropertyType::String
        | PropertyType::DateTime
        | PropertyType::Color
        | PropertyType::CredentialsSelect
        | PropertyType::CurlImport => match form {
            SchemaForm::Stored => json!({ "type": ["string", "number", "boolean"] }),
            SchemaForm::Resolved => json!({ "type": "string" }),
        },
        PropertyType::Number if is_stored => {
            return vec![type_schema("number"), object(json!({ "type": "string", "pattern": NUMBER_TEXT }))];
        }
        PropertyType::Number => json!({ "type": "number" }),
        PropertyType::Boolean if is_stored => {
            return vec![
                type_schema("boolean"),
                object(json!({ "enum": [0, 1] })),
                object(json!({ "type": "string", "pattern": BOOLEAN_TEXT })),
            ];
        }
        PropertyType::Boolean => json!({ "type": "boolean" }),
        PropertyType::Options | PropertyType::MultiOptions => return choice_alternatives(property),
        PropertyType::Filter => json!({
            "type": "object",
            "properties": {
                "combinator": { "enum": ["and", "or"] },
                "conditions": { "type": "array", "items": { "type": "object" } },
                "options": { "type": "object" },
            },
        }),
        PropertyType::AssignmentCollection => json!({
            "type": "object",
            "properties": {
                "assignments": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "id": { "type": "string" },
                            "name": { "type": "string" },
                            "type": { "type": "string" },
                        },
                    },
                },
            },
        }),
        PropertyType::ResourceMapper => json!({ "type": "object" }),
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            if is_stored {
                // A run takes any value here, and looks at those that name a mode.
                return Vec::new();
            }
            let locator =
                json!({ "type": "object", "properties": { "mode": { "type": "string" }, "value": {} } });
            return vec![object(locator), type_schema("string"), type_schema("number")];
        }
        _ => return Vec::new(),
    };
    vec![object(schema)]
}

fn choice_alternatives(property: &NodeProperty) -> Vec<Map<String, Value>> {
    let is_loaded = property.load_options_method().is_some() || property.type_options.load_options.is_some();
    if is_loaded || property.choices().next().is_none() {
        return vec![object(json!({ "type": ["string", "number", "boolean"] }))];
    }
    let mut choices: Vec<Map<String, Value>> = Vec::new();
    for choice in property.choices() {
        let mut schema = object(json!({ "const": choice.value, "title": choice.name }));
        if let Some(description) = &choice.description {
            schema.insert("description".to_owned(), json!(description));
        }
        choices.push(schema);
    }
    let is_single = property.kind == PropertyType::Options;
    if is_single && !choices.iter().any(|choice| choice.get("const") == Some(&property.default.to_value())) {
        choices.push(object(json!({ "const": property.default })));
    }
    choices
}

fn any_of(mut alternatives: Vec<Map<String, Value>>) -> Map<String, Value> {
    if alternatives.len() == 1 {
        return alternatives.pop().unwrap_or_default();
    }
    if alternatives.is_empty() || alternatives.iter().any(Map::is_empty) {
        return Map::new();
    }
    object(json!({ "anyOf": alternatives }))
}

fn expression_schema() -> Map<String, Value> {
    object(json!({ "type": "string", "pattern": EXPRESSION }))
}

fn type_schema(kind: &str) -> Map<String, Value> {
    object(json!({ "type": kind }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
