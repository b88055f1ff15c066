//! The fields of a form as JSON: the type `form-fields` (`docs/parameters.md §10`).

use super::describe;
use super::object_literal::parse_json_or_literal;
use crate::javascript::to_text;
use crate::{Json, JsonObject};

const KEYS: [&str; 18] = [
    "fieldLabel",
    "fieldType",
    "placeholder",
    "defaultValue",
    "fieldOptions",
    "multiselect",
    "multipleFiles",
    "acceptFileTypes",
    "formatDate",
    "requiredField",
    "fieldValue",
    "elementName",
    "html",
    "fieldName",
    "limitSelection",
    "numberOfSelections",
    "minSelections",
    "maxSelections",
];

const TYPES: [&str; 12] = [
    "date",
    "dropdown",
    "email",
    "file",
    "number",
    "password",
    "text",
    "textarea",
    "checkbox",
    "radio",
    "html",
    "hiddenField",
];

/// Reads the fields, escapes markup in their texts and brings their options to one form.
pub(super) fn read_form_fields(value: &Json) -> Result<Json, String> {
    let text = to_text(value);
    let parsed = parse_json_or_literal(&text).ok_or_else(|| match Json::parse(&text) {
        Err(error) => format!("Value is not valid JSON: {error}"),
        Ok(_) => "Value is not valid JSON".to_owned(),
    })?;
    let fields = parsed.as_array().ok_or_else(|| {
        format!("Form fields must be an array of objects, but we got {}", describe(&parsed))
    })?;
    let fields: Vec<Json> =
        fields.iter().enumerate().map(|(index, field)| read_field(index, field)).collect::<Result<_, _>>()?;
    Ok(Json::from(fields))
}

fn read_field(index: usize, field: &Json) -> Result<Json, String> {
    let object = field
        .as_object()
        .ok_or_else(|| format!("Field {index} must be an object, but we got {}", describe(field)))?;
    let mut read = JsonObject::new();
    for (key, value) in object.iter() {
        if !KEYS.contains(&key) {
            return Err(format!("Key '{key}' in field {index} is not valid for form fields"));
        }
        let value = match (key, value.as_str()) {
            ("fieldOptions", _) => read_options(index, value)?,
            (_, None) if value.is_number() || value.is_bool() => value.clone(),
            (_, None) => Json::from(&*to_text(value)),
            ("html", Some(_)) => value.clone(),
            (_, Some(text)) => Json::from(text.replace('<', "&lt;").replace('>', "&gt;")),
        };
        if key == "fieldType" && !value.as_str().is_some_and(|kind| TYPES.contains(&kind)) {
            return Err(format!(
                "Field type '{}' in field {index} is not valid for form fields",
                to_text(&value)
            ));
        }
        read.insert(key, value);
    }
    Ok(Json::from(read))
}

/// `[{option}]` or `{values: [{option}]}`, as the latter.
fn read_options(index: usize, options: &Json) -> Result<Json, String> {
    let whole = if options.is_array() {
        Json::from(JsonObject::from_iter([("values", options.clone())]))
    } else {
        options.clone()
    };
    let values = whole.get("values").and_then(Json::as_array).ok_or_else(|| {
        format!("Field dropdown in field {index} has no 'values' property that contains an array of options")
    })?;
    for (option_index, option) in values.iter().enumerate() {
        let is_option = option.as_object().is_some_and(|object| object.len() == 1)
            && option.get("option").is_some_and(Json::is_string);
        if !is_option {
            return Err(format!("Field dropdown in field {index} has an invalid option {option_index}"));
        }
    }
    Ok(whole)
}
