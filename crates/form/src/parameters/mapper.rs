//! The `resourceMapper` property: values for the columns of a table (`docs/parameters.md §12`).

use crate::description::NodeProperty;
use heddle_data::field_type::{FieldTypeOptions, validate_field_type};
use heddle_data::javascript::to_text;
use heddle_data::{Json, JsonObject};

/// A value of a mapper that does not fit its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapperIssue {
    /// The column's id.
    pub field: String,
    /// n8n's message.
    pub message: String,
}

/// Whether a value is one of a mapper: it says how columns are mapped, what they are, and their values.
pub(super) fn is_mapper_value(value: &Json) -> bool {
    ["mappingMode", "schema", "value"].iter().all(|key| value.get(key).is_some())
}

/// What is wrong with a stored mapper, before anything runs. Columns that are filled from the input are not looked at.
pub fn mapper_issues(property: &NodeProperty, mapper: &Json, is_date: fn(&str) -> bool) -> Vec<MapperIssue> {
    let mut issues = Vec::new();
    if !is_mapper_value(mapper)
        || mapper.get("mappingMode").and_then(Json::as_str) == Some("autoMapInputData")
    {
        return issues;
    }
    let settings = property.type_options.resource_mapper.as_deref();
    let checks_required = settings.is_some_and(|settings| settings.mode.as_deref() == Some("add"));
    let word = settings
        .and_then(|settings| settings.field_words.as_ref()?.singular.as_deref())
        .filter(|word| !word.is_empty())
        .unwrap_or("Field");
    let values = mapper.get("value").filter(|values| !values.is_null());
    for column in mapper.get("schema").and_then(Json::as_array).into_iter().flatten() {
        let Some(id) = column.get("id").and_then(Json::as_str) else { continue };
        let value = values.and_then(|values| values.get(id));
        let is_set = values.is_some() && value.is_some();
        if checks_required && is_required(column) && !is_set {
            issues.push(MapperIssue {
                field: id.to_owned(),
                message: format!("{} \"{id}\" is required", capitalized(word)),
            });
        }
        let Some(value) = value.filter(|value| !to_text(value).starts_with('=')) else { continue };
        if let Err(message) = check_column(column, id, value, false, false, is_date) {
            issues.push(MapperIssue { field: id.to_owned(), message });
        }
    }
    issues
}

/// Brings the resolved values of a mapper to the types of their columns, as n8n does when a node reads
/// `<parameter>.value`.
///
/// `mapper` is the stored parameter with its schema, `values` its resolved `value`.
///
/// # Errors
/// The first value that is missing or does not fit.
pub fn convert_mapper_values(
    property: &NodeProperty,
    mapper: &Json,
    values: &Json,
    is_date: fn(&str) -> bool,
) -> Result<Json, MapperIssue> {
    let Some(object) = values.as_object().filter(|_| is_mapper_value(mapper)) else {
        return Ok(values.clone());
    };
    let settings = property.type_options.resource_mapper.as_deref();
    let is_on = |value: Option<&Json>| value.is_some_and(heddle_data::javascript::is_truthy);
    let checks_required = settings.is_some_and(|settings| settings.mode.as_deref() == Some("add"));
    let offers_conversion = settings.is_some_and(|settings| settings.show_type_conversion_options);
    let strict = offers_conversion && !is_on(mapper.get("attemptToConvertTypes"));
    let parse_strings = offers_conversion && is_on(mapper.get("convertFieldsToString"));
    let columns = mapper.get("schema").and_then(Json::as_array).unwrap_or_default();
    let mut converted = JsonObject::new();
    for (id, value) in object.iter() {
        let column = columns.iter().find(|column| column.get("id").and_then(Json::as_str) == Some(id));
        let Some(column) = column else {
            converted.insert(id, value.clone());
            continue;
        };
        let is_boolean = column.get("type").and_then(Json::as_str) == Some("boolean");
        if checks_required && is_required(column) && !is_boolean && value.is_null() {
            return Err(MapperIssue {
                field: id.to_owned(),
                message: format!("The value \"{id}\" is required but not set"),
            });
        }
        if value.is_null() && column.get("type").is_some_and(heddle_data::javascript::is_truthy) {
            // n8n makes `undefined` of it: the column is left out.
            continue;
        }
        let value = check_column(column, id, value, strict, parse_strings, is_date)
            .map_err(|message| MapperIssue { field: id.to_owned(), message })?;
        converted.insert(id, value);
    }
    Ok(Json::from(converted))
}

fn is_required(column: &Json) -> bool {
    column.get("required").is_some_and(heddle_data::javascript::is_truthy)
}

fn check_column(
    column: &Json,
    id: &str,
    value: &Json,
    strict: bool,
    parse_strings: bool,
    is_date: fn(&str) -> bool,
) -> Result<Json, String> {
    let Some(kind) = column.get("type").and_then(Json::as_str).filter(|kind| !kind.is_empty()) else {
        return Ok(value.clone());
    };
    let choices: Vec<Json> = column
        .get("options")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|option| option.get("value").cloned())
        .collect();
    validate_field_type(
        id,
        value,
        kind,
        &FieldTypeOptions { strict, parse_strings, choices: &choices, is_date },
    )
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
