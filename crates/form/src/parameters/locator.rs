//! Taking the value out of a `resourceLocator`, or out of a longer text (`docs/parameters.md §11.3`).

use crate::description::{ExtractValue, NodeProperty, PropertyType};
use heddle_data::Json;

/// The value that a node works with: of a `resourceLocator` the id, taken out of a URL where the mode says so; of
/// another property what its `extractValue` pattern finds. A value that asks for nothing is given back as it is.
///
/// `name` is the parameter, for messages.
///
/// # Errors
/// When the pattern does not match, or the value is not a text where one is needed: n8n's message.
pub fn extract_value(property: &NodeProperty, name: &str, value: &Json) -> Result<Json, String> {
    if property.kind == PropertyType::ResourceLocator {
        return extract_from_locator(property, name, value);
    }
    match &property.extract_value {
        None => Ok(value.clone()),
        Some(rule) => match value.as_str() {
            Some(text) => extract(rule, text, name, &property.display_name),
            None => Err("This parameter's value is invalid".to_owned()),
        },
    }
}

fn extract_from_locator(property: &NodeProperty, name: &str, locator: &Json) -> Result<Json, String> {
    let (Some(mode), Some(value)) = (locator.get("mode"), locator.get("value")) else {
        return Ok(locator.clone());
    };
    let mode = property.modes.iter().find(|candidate| mode.as_str() == Some(&candidate.name));
    let Some(rule) = mode.and_then(|mode| mode.extract_value.as_ref()) else { return Ok(value.clone()) };
    match value.as_str() {
        Some(text) => extract(rule, text, name, &property.display_name),
        None => Err("ERROR: This parameter's value is invalid. Please enter a valid mode.".to_owned()),
    }
}

fn extract(rule: &ExtractValue, text: &str, name: &str, display_name: &str) -> Result<Json, String> {
    if rule.kind != "regex" {
        return Err("Property with unknown `extractValue`".to_owned());
    }
    let regex = regress::Regex::new(&rule.regex).map_err(|error| {
        format!("Property \"{name}\" has an invalid extractValue regex \"{}\": {error}", rule.regex)
    })?;
    let found = regex.find(text).ok_or_else(|| {
        format!(
            "ERROR: {display_name} parameter's value is invalid. This is likely because the URL entered is incorrect"
        )
    })?;
    if found.captures.len() != 1 {
        return Err(format!(
            "Property \"{name}\" has an invalid extractValue regex \"{}\". extractValue expects exactly one group to be \
             returned.",
            rule.regex
        ));
    }
    Ok(found.group(1).and_then(|range| text.get(range)).map_or(Json::NULL, Json::from))
}
