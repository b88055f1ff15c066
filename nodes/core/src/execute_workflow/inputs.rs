//! What enters the called workflow: whole items, or the values that the form maps to the workflow's declared inputs.

use std::sync::LazyLock;

use heddle_node::description::NodeProperty;
use heddle_node::parameters::{convert_mapper_values, is_date_text};
use heddle_node::{ErrorKind, Item, Json, NodeError};

use super::{ExecuteWorkflowParameters, form};

static MAPPER: LazyLock<Option<NodeProperty>> = LazyLock::new(|| {
    let properties = crate::form::read(&form::properties()).ok()?;
    properties.into_iter().find(|property| property.name == "workflowInputs")
});

/// The item that the called workflow gets for an input item.
pub(super) fn map(
    item: &Item,
    index: usize,
    parameters: &ExecuteWorkflowParameters,
) -> Result<Item, NodeError> {
    let mapper = &parameters.workflow_inputs;
    let columns = mapper.get("schema").and_then(Json::as_array).unwrap_or_default();
    let Some(property) = MAPPER.as_ref().filter(|_| !columns.is_empty()) else { return Ok(item.clone()) };
    let values =
        mapper.get("value").filter(|values| values.is_object()).cloned().unwrap_or_else(Json::object);
    let mut mapped = convert_mapper_values(property, mapper, &values, is_date_text).map_err(|issue| {
        let mut error =
            NodeError::new(ErrorKind::Input, format!("Invalid input for '{}' [item {index}]", issue.field));
        error.description = Some(issue.message);
        error.item_index = Some(index);
        error.parameter = Some("workflowInputs.value".to_owned());
        error
    })?;
    for column in columns {
        let is_removed = column.get("removed").and_then(Json::as_bool) == Some(true);
        if let Some(id) = column.get("id").and_then(Json::as_str).filter(|_| is_removed) {
            mapped.remove(id);
        }
    }
    Ok(Item::new(mapped).with_binary(item.binary().cloned()))
}
