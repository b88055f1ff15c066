//! Values brought to the type of their field.

use heddle_node::parameters::{FieldTypeOptions, is_date_text, validate_field_type};
use heddle_node::{BinaryData, FileStore, Item, Json, NodeError, from_json};

use super::Rules;
use crate::{binary, lenient_json};

/// Anything that can be converted is.
const LOOSE: FieldTypeOptions<'_> =
    FieldTypeOptions { strict: false, parse_strings: false, choices: &[], is_date: is_date_text };

/// Texts are made of any other value, too.
const AS_TEXT: FieldTypeOptions<'_> = FieldTypeOptions { parse_strings: true, ..LOOSE };

/// `value` as the type `kind` of the field `name`. Null stays null; a type that is not known leaves the value as it is.
pub(super) fn value(name: &str, value: Option<&Json>, kind: &str, rules: Rules) -> Result<Json, NodeError> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if kind == "string" { null_string(name, value, rules) } else { Ok(Json::NULL) };
    };
    let fits = match kind {
        "string" => value.is_string(),
        "number" => value.as_f64().is_some_and(|number| !number.is_nan()),
        "boolean" => value.is_bool(),
        _ => false,
    };
    if fits {
        return Ok(value.clone());
    }
    let converted = match kind {
        "object" if rules.version < 3.3 => return written_object(name, value, rules),
        "string" => validate_field_type(name, value, kind, &AS_TEXT),
        _ => validate_field_type(name, value, kind, &LOOSE),
    };
    match converted {
        Ok(value) => Ok(value),
        Err(_) if rules.ignore_errors => Ok(value.clone()),
        Err(message) => Err(mismatch(name, &message, rules)),
    }
}

/// Null, or nothing at all, in a text field: versions before 3.2 did not allow for it.
fn null_string(name: &str, value: Option<&Json>, rules: Rules) -> Result<Json, NodeError> {
    let text = if value.is_some() { "null" } else { "undefined" };
    match rules.version {
        version if version >= 3.2 => Ok(Json::NULL),
        version if version < 3.1 => Ok(Json::from(text)),
        _ if rules.ignore_errors => Ok(Json::NULL),
        _ => Err(mismatch(name, &format!("'{name}' expects a string but we got '{text}'"), rules)),
    }
}

fn mismatch(name: &str, message: &str, rules: Rules) -> NodeError {
    NodeError::operation(format!("{message} [item {}]", rules.item_index)).with_description(format!(
        "To fix the error try to change the type for the field \"{name}\" or activate the option \
         “Ignore Type Conversion Errors” to apply a less strict type validation"
    ))
}

/// An object field of versions before 3.3, which read their text as the JSON mode does.
fn written_object(name: &str, value: &Json, rules: Rules) -> Result<Json, NodeError> {
    let place = format!("The entry \"{name}\" inside 'Fields to Set' in item {}", rules.item_index);
    let parsed = match value.as_str() {
        Some(text) => lenient_json::parse(text).ok_or_else(|| {
            let error = NodeError::operation(format!("{place} contains invalid JSON"));
            if text.is_empty() { error } else { error.with_description(text) }
        })?,
        None => value.clone(),
    };
    if parsed.is_object() {
        Ok(parsed)
    } else {
        Err(NodeError::operation(format!("{place} does not contain a valid JSON object")))
    }
}

/// The file that `value` names or is.
///
/// # Errors
/// When the item has no such file, or the value is neither a name nor a file.
pub(super) fn file(
    value: &Json,
    item: &Item,
    item_index: usize,
    files: &dyn FileStore,
) -> Result<BinaryData, NodeError> {
    if let Some(name) = value.as_str() {
        return binary::file(item, name, item_index).cloned();
    }
    let is_file = value.get("mimeType").is_some_and(Json::is_string)
        && (value.get("data").is_some() || value.get("id").is_some());
    let file: Option<BinaryData> = if is_file {
        let mut value = value.clone();
        if value.get("data").is_none() {
            value.insert("data", Json::from(""));
        }
        from_json(&value).ok()
    } else {
        None
    };
    let file = file.ok_or_else(|| {
        NodeError::operation("Provided parameter is not a string or binary data object.").with_description(
            "Specify the property name of the binary data in input item or use an expression to access the binary data \
             in previous nodes, e.g. \"{{ $(_target_node_).item.binary[_binary_property_name_] }}\"",
        )
    })?;
    binary::taken_over(file, files)
}
