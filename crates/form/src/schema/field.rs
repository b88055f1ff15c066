//! One field: from its schema to its property.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{Faults, SchemaError};
use super::extension::Extensions;
use super::form;
use crate::description::{
    NodeProperty, Part, PropertyChoice, PropertyGroup, PropertyOption, PropertyType, TypeOptions,
};
use heddle_data::{Json, JsonObject};

/// The property of the field `name`.
pub(super) fn property(name: &str, schema: &Value, pointer: &str) -> Result<NodeProperty, SchemaError> {
    let error = |message: String| SchemaError::new(pointer, message);
    let schema = schema.as_object().ok_or_else(|| {
        error("the field has no title: add `#[schemars(title = \"…\")]` and a doc comment".to_owned())
    })?;
    let schema = &*without_null(schema);
    if schema.contains_key("$ref") {
        return Err(error("the type holds itself, which no form can show".to_owned()));
    }
    let extensions = Extensions::of(schema, pointer);
    let mut faults = Faults::default();
    faults.keep(extensions.check_names());
    let display_name = extensions.text("x-displayName").and_then(|found| {
        let found = found.or_else(|| text(schema, "title"));
        found.ok_or_else(|| error("the field has no title: add `#[schemars(title = \"…\")]`".to_owned()))
    });
    let display_name = faults.keep(display_name).unwrap_or_default();
    let words = extensions.text("x-description").and_then(|found| {
        let found = found.or_else(|| description(schema));
        found.ok_or_else(|| error("the field has no doc comment, which is its description".to_owned()))
    });
    let words = faults.keep(words);
    let property = shaped_property(name, schema, extensions, pointer);
    let Some(property) = faults.keep(property) else { return faults.finish(NodeProperty::default()) };
    faults.finish(NodeProperty { display_name, description: words, ..property })
}

/// The property without its words.
fn shaped_property(
    name: &str,
    schema: &Map<String, Value>,
    extensions: Extensions<'_>,
    pointer: &str,
) -> Result<NodeProperty, SchemaError> {
    let mut type_options = extensions.type_options()?;
    let is_list = type_options.get("multipleValues").and_then(Json::as_bool) == Some(true);
    let kind = kind(schema, is_list, pointer)?;
    let options = match kind {
        PropertyType::Options | PropertyType::MultiOptions => choices(schema, pointer)?,
        PropertyType::Collection => children(schema, pointer)?,
        PropertyType::FixedCollection => {
            let (groups, has_rows) = groups(schema, pointer)?;
            if has_rows {
                type_options.insert("multipleValues", Json::from(true));
            }
            groups
        }
        _ => Vec::new(),
    };
    if kind == PropertyType::Number {
        for (bound, option) in [("minimum", "minValue"), ("maximum", "maxValue")] {
            if let (Some(value), false) = (schema.get(bound), type_options.contains_key(option)) {
                type_options.insert(option, Json::from(value.clone()));
            }
        }
    }
    let is_password = type_options.get("password").and_then(Json::as_bool) == Some(true);
    let default = default(schema, kind, &options, is_password, pointer)?;
    Ok(NodeProperty {
        name: name.to_owned(),
        kind,
        default,
        hint: extensions.text("x-hint")?,
        placeholder: extensions.text("x-placeholder")?,
        required: extensions.flag("x-required")?,
        no_data_expression: extensions.flag("x-noDataExpression")?,
        options,
        type_options: type_options_of(&type_options, pointer)?,
        display_options: extensions.read_model("x-displayOptions", "an object with `show` and `hide`")?,
        validate_type: extensions.text("x-validateType")?,
        ignore_validation_during_execution: extensions.flag("x-ignoreValidationDuringExecution")?,
        modes: extensions.read_model("x-modes", "a list of modes")?.unwrap_or_default(),
        extract_value: extensions.read_model("x-extractValue", "an object with `type` and `regex`")?,
        ..NodeProperty::default()
    })
}

/// The settings of a field. A key that does not exist, or has a value of another type, is a misspelt one.
fn type_options_of(options: &JsonObject, pointer: &str) -> Result<Part<TypeOptions>, SchemaError> {
    if options.is_empty() {
        return Ok(Part::default());
    }
    let error = |key: &str| {
        SchemaError::new(
            pointer,
            format!("\"{key}\" is no setting of a field, or has a value of another type"),
        )
    };
    let options = TypeOptions::from_entries(options);
    let unknown = options.rest.iter().next().map(|(key, _)| error(key));
    unknown.map_or_else(|| Ok(Part::from(options)), Err)
}

/// The doc comment of a schema as one line.
pub(super) fn description(schema: &Map<String, Value>) -> Option<String> {
    let text = text(schema, "description")?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn text(schema: &Map<String, Value>, key: &str) -> Option<String> {
    schema.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// The schema of what an `Option` holds, with the words and extensions of the field around it.
fn without_null(schema: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        let kinds: Vec<&Value> = kinds.iter().filter(|kind| *kind != "null").collect();
        if let [kind] = kinds.as_slice() {
            let mut schema = schema.clone();
            schema.insert("type".to_owned(), (*kind).clone());
            return Cow::Owned(schema);
        }
    }
    let Some(parts) = schema.get("anyOf").and_then(Value::as_array) else { return Cow::Borrowed(schema) };
    let is_null = |part: &Value| part.get("type").is_some_and(|kind| kind == "null");
    let mut others = parts.iter().filter(|part| !is_null(part));
    match (others.next().and_then(Value::as_object), others.next()) {
        (Some(inner), None) if parts.len() == 2 => {
            let mut merged = inner.clone();
            merged.extend(
                schema
                    .iter()
                    .filter(|(key, _)| *key != "anyOf")
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
            Cow::Owned(merged)
        }
        _ => Cow::Borrowed(schema),
    }
}

/// What the schema says of its JSON type.
fn json_type(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether the values are the variants of an enum.
fn is_enum(schema: &Map<String, Value>) -> bool {
    schema.contains_key("oneOf") || schema.contains_key("enum") || schema.contains_key("const")
}

fn kind(schema: &Map<String, Value>, is_list: bool, pointer: &str) -> Result<PropertyType, SchemaError> {
    let explicit = schema
        .get("x-type")
        .map(|value| {
            PropertyType::deserialize(value).map_err(|_| {
                SchemaError::new(pointer, format!("\"x-type\" is {value}, which is no property type"))
            })
        })
        .transpose()?;
    let element = schema.get("items").and_then(Value::as_object);
    let values = if is_list { element.unwrap_or(schema) } else { schema };
    let Some(kind) = explicit else {
        return match json_type(values) {
            _ if is_enum(values) => Ok(PropertyType::Options),
            Some("string") => Ok(PropertyType::String),
            Some("number" | "integer") => Ok(PropertyType::Number),
            Some("boolean") => Ok(PropertyType::Boolean),
            _ => Err(SchemaError::new(
                pointer,
                "the type alone does not say the kind of field: add `#[schemars(extend(\"x-type\" = \"…\"))]`, for \
                 example fixedCollection, collection, multiOptions or json",
            )),
        };
    };
    let fitting: &[&str] = match kind {
        PropertyType::String
        | PropertyType::DateTime
        | PropertyType::Color
        | PropertyType::CredentialsSelect
        | PropertyType::CurlImport
        | PropertyType::Notice
        | PropertyType::Callout => &["string"],
        PropertyType::Number => &["number", "integer"],
        PropertyType::Boolean => &["boolean"],
        PropertyType::Options => &["string", "number", "integer", "boolean"],
        PropertyType::MultiOptions => &["array"],
        PropertyType::Collection
        | PropertyType::FixedCollection
        | PropertyType::Filter
        | PropertyType::AssignmentCollection
        | PropertyType::ResourceLocator
        | PropertyType::ResourceMapper => &["object"],
        _ => return Ok(kind),
    };
    let fits = json_type(values).is_none_or(|found| fitting.contains(&found));
    if is_list && json_type(schema) != Some("array") {
        return Err(SchemaError::new(pointer, "\"x-multipleValues\" needs a `Vec`"));
    }
    if fits {
        Ok(kind)
    } else {
        let found = json_type(values).unwrap_or("free");
        let expected = fitting.join(" or ");
        Err(SchemaError::new(
            pointer,
            format!("\"x-type\" asks for {expected}, but the Rust type is {found} in JSON"),
        ))
    }
}

/// The choices of `options` and `multiOptions`: an enum's variants, then those of `x-options`.
fn choices(schema: &Map<String, Value>, pointer: &str) -> Result<Vec<PropertyOption>, SchemaError> {
    let extensions = Extensions::of(schema, pointer);
    let values = schema.get("items").and_then(Value::as_object).unwrap_or(schema);
    let mut found = Vec::new();
    let more: Option<Vec<PropertyChoice>> =
        extensions.read_model("x-options", "a list of choices with name and value")?;
    if more.is_none()
        && !values.contains_key("oneOf")
        && (values.contains_key("enum") || values.contains_key("const"))
    {
        return Err(regrouped(values, pointer));
    }
    for variant in
        values.get("oneOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    {
        let value =
            variant.get("const").and_then(Value::as_str).ok_or_else(|| regrouped(variant, pointer))?;
        found.push(PropertyOption::Choice(form::variant_choice(
            variant,
            value,
            &format!("{pointer}/{value}"),
        )?));
    }
    found.extend(more.into_iter().flatten().map(PropertyOption::Choice));
    let is_loaded = ["x-loadOptionsMethod", "x-typeOptions"].iter().any(|key| schema.contains_key(*key));
    if found.is_empty() && !is_loaded {
        return Err(SchemaError::new(
            pointer,
            "the field has no choices: use an enum of unit variants, `x-options` or `x-loadOptionsMethod`",
        ));
    }
    Ok(found)
}

/// schemars gathers variants without words in one list, and their order and titles are lost.
fn regrouped(values: &Map<String, Value>, pointer: &str) -> SchemaError {
    let names: Vec<&str> = match values.get("enum").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => values.get("const").and_then(Value::as_str).into_iter().collect(),
    };
    SchemaError::new(
        pointer,
        format!(
            "the enum's variants {} lose their order and titles: give each a doc comment and `#[schemars(title = \"…\")]`",
            names.join(", ")
        ),
    )
}

/// The fields of a `collection`.
fn children(schema: &Map<String, Value>, pointer: &str) -> Result<Vec<PropertyOption>, SchemaError> {
    let object = schema.get("items").and_then(Value::as_object).unwrap_or(schema);
    refuse_required(object, pointer)?;
    let mut children = form::fields(object, pointer)?;
    for child in &mut children {
        if child.default.is_null() {
            child.default = natural_default(child);
        }
    }
    Ok(children.into_iter().map(|child| PropertyOption::Property(Box::new(child))).collect())
}

/// What a field shows when the user adds it.
fn natural_default(property: &NodeProperty) -> Json {
    match property.kind {
        PropertyType::String | PropertyType::DateTime | PropertyType::Color | PropertyType::Json => {
            Json::from("")
        }
        PropertyType::Number => Json::from(0),
        PropertyType::Boolean => Json::from(false),
        PropertyType::Options => match property.choices().next() {
            Some(choice) => choice.value.clone(),
            None => Json::from(""),
        },
        PropertyType::MultiOptions => Json::array(),
        PropertyType::Collection | PropertyType::FixedCollection => Json::object(),
        _ => Json::NULL,
    }
}

/// The groups of a `fixedCollection`, and whether they have many rows.
fn groups(schema: &Map<String, Value>, pointer: &str) -> Result<(Vec<PropertyOption>, bool), SchemaError> {
    refuse_required(schema, pointer)?;
    let fields =
        schema.get("properties").and_then(Value::as_object).filter(|fields| !fields.is_empty()).ok_or_else(
            || {
                SchemaError::new(
                    pointer,
                    "a fixedCollection is a struct whose fields are its groups, such as `rows: Vec<Row>`",
                )
            },
        )?;
    let mut groups = Vec::new();
    let mut has_rows = None;
    let mut faults = Faults::default();
    for (name, group) in fields {
        let here = format!("{pointer}/{name}");
        let group = group.as_object().map(without_null).ok_or_else(|| no_rows(&here))?;
        let display_name = text(&group, "title").ok_or_else(|| {
            SchemaError::new(&here, "the group has no title: add `#[schemars(title = \"…\")]`")
        })?;
        let (row, is_list) = match (json_type(&group), group.get("items").and_then(Value::as_object)) {
            (Some("array"), Some(row)) => (row, true),
            (Some("object"), _) => (&*group, false),
            _ => return Err(no_rows(&here)),
        };
        if *has_rows.get_or_insert(is_list) != is_list {
            return Err(SchemaError::new(
                &here,
                "the groups of a fixedCollection have all many rows, or all one",
            ));
        }
        let Some(values) = faults.keep(form::fields(row, &here)) else { continue };
        groups.push(PropertyOption::Group(PropertyGroup {
            display_name,
            name: name.clone(),
            values,
            ..PropertyGroup::default()
        }));
    }
    faults.finish((groups, has_rows.unwrap_or_default()))
}

fn no_rows(pointer: &str) -> SchemaError {
    SchemaError::new(pointer, "a group is a `Vec<Row>`, an `Option<Row>` or a `Row`, where `Row` is a struct")
}

fn refuse_required(schema: &Map<String, Value>, pointer: &str) -> Result<(), SchemaError> {
    let required =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().find_map(Value::as_str);
    match required {
        Some(name) => Err(SchemaError::new(
            &format!("{pointer}/{name}"),
            "the field may be absent here, so it needs `#[serde(default)]`",
        )),
        None => Ok(()),
    }
}

fn default(
    schema: &Map<String, Value>,
    kind: PropertyType,
    options: &[PropertyOption],
    is_password: bool,
    pointer: &str,
) -> Result<Json, SchemaError> {
    if let Some(value) = schema.get("x-default") {
        return Ok(Json::from(value.clone()));
    }
    let Some(value) = schema.get("default") else {
        // A `Secret` is never serialized, so it has no default to show.
        return if is_password && kind == PropertyType::String {
            Ok(Json::from(""))
        } else {
            Err(SchemaError::new(
                pointer,
                "the field has no default: add `#[serde(default)]` to it or its struct (its type must be `Serialize`, \
                 else the default vanishes), or give one with `x-default`",
            ))
        };
    };
    let value = Json::from(value.clone());
    Ok(match kind {
        PropertyType::FixedCollection => without_empty(&value, |_, group| {
            group.is_null() || group.as_array().is_some_and(<[Json]>::is_empty)
        }),
        PropertyType::Collection if !value.is_array() => without_empty(&value, |name, child| {
            let of_child = options.iter().find_map(|option| match option {
                PropertyOption::Property(property) if property.name == name => Some(&property.default),
                _ => None,
            });
            child.is_null() || of_child == Some(child)
        }),
        _ => value,
    })
}

/// The object without the entries that say nothing.
fn without_empty(value: &Json, says_nothing: impl Fn(&str, &Json) -> bool) -> Json {
    let entries = value.as_object().into_iter().flat_map(JsonObject::iter);
    Json::from(
        entries
            .filter(|(name, entry)| !says_nothing(name, entry))
            .map(|(name, entry)| (name, entry.clone()))
            .collect::<JsonObject>(),
    )
}
