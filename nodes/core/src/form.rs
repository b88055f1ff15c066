//! Forms that no Rust type can say, such as those with several properties of one name, written as n8n writes them.

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{Json, from_json};

/// The properties of a form that is written as JSON text.
pub(crate) fn read_text(properties: &str) -> Result<Vec<NodeProperty>, SchemaError> {
    let properties = Json::parse(properties)
        .map_err(|error| SchemaError::new("", format!("the form is broken: {error}")))?;
    read(&properties)
}

/// The properties of a form.
pub(crate) fn read(properties: &Json) -> Result<Vec<NodeProperty>, SchemaError> {
    from_json(properties).map_err(|error| SchemaError::new("", format!("the form is broken: {error}")))
}

/// The properties of a form that is in a file of its own.
pub(crate) fn parse(text: &str) -> Result<Vec<NodeProperty>, SchemaError> {
    let properties =
        Json::parse(text).map_err(|error| SchemaError::new("", format!("the form is no JSON: {error}")))?;
    read(&properties)
}

/// A property that shows under these conditions.
pub(crate) fn shown(mut property: Json, conditions: Json) -> Json {
    let mut options = Json::object();
    options.insert("show", conditions);
    property.insert("displayOptions", options);
    property
}
