//! The contents of an item's files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heddle_node::{Item, NodeError};

/// The bytes of the file `name` of an item.
///
/// # Errors
/// When the item has no such file, or its contents are not at hand.
pub(crate) fn bytes(item: &Item, name: &str, item_index: usize) -> Result<Vec<u8>, NodeError> {
    let Some(files) = item.binary() else {
        return Err(NodeError::operation(format!(
            "This operation expects the node's input data to contain a binary file '{name}', but none was found [item {item_index}]"
        ))
        .with_description("Make sure that the previous node outputs a binary file"));
    };
    let Some(file) = files.get(name) else {
        return Err(NodeError::operation(format!(
            "The item has no binary field '{name}' [item {item_index}]"
        ))
        .with_description(
            "Check that the parameter where you specified the input binary field name is correct, and that it matches a \
             field in the binary input",
        ));
    };
    if file.id.is_some() {
        return Err(NodeError::operation(format!("The file '{name}' lies in a storage that is not at hand")));
    }
    STANDARD.decode(&file.data).map_err(|error| {
        NodeError::operation(format!("The file '{name}' is not written as base64")).with_source(error)
    })
}
