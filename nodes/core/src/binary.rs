//! The contents of an item's files.

use heddle_node::http::Bytes;
use heddle_node::{BinaryData, FileContent, FileStore, Item, NodeError};

/// The file `name` of an item.
///
/// # Errors
/// When the item has no such file.
pub(crate) fn file<'a>(item: &'a Item, name: &str, item_index: usize) -> Result<&'a BinaryData, NodeError> {
    let Some(files) = item.binary() else {
        return Err(NodeError::operation(format!(
            "This operation expects the node's input data to contain a binary file '{name}', but none was found [item {item_index}]"
        ))
        .with_description("Make sure that the previous node outputs a binary file"));
    };
    files.get(name).ok_or_else(|| {
        NodeError::operation(format!("The item has no binary field '{name}' [item {item_index}]")).with_description(
            "Check that the parameter where you specified the input binary field name is correct, and that it matches a \
             field in the binary input",
        )
    })
}

/// The bytes of the file `name` of an item, all in memory.
///
/// # Errors
/// When the item has no such file, or its contents are not at hand.
pub(crate) fn bytes(item: &Item, name: &str, item_index: usize) -> Result<Bytes, NodeError> {
    let file = file(item, name, item_index)?;
    file.content.read_all().map_err(|error| unreadable(name, error))
}

/// The file `name` cannot be read.
pub(crate) fn unreadable(name: &str, error: std::io::Error) -> NodeError {
    NodeError::operation(format!("The file '{name}' cannot be read: {error}"))
        .with_description("A node before has put something else in its place.")
        .with_source(error)
}

/// A file as somebody wrote it in JSON, with its content where the host has it: what an expression or code has passed on
/// is found again by its id, and what is large moves to the store.
///
/// # Errors
/// When the store cannot be written.
pub(crate) fn taken_over(mut file: BinaryData, files: &dyn FileStore) -> Result<BinaryData, NodeError> {
    match &file.content {
        FileContent::Foreign { id: Some(id), .. } => {
            if let Some(content) = files.find(id) {
                file.content = content;
            }
        }
        FileContent::Bytes(bytes) => {
            file.content = files.keep(bytes.clone()).map_err(|error| {
                NodeError::operation(format!("A file cannot be kept: {error}")).with_source(error)
            })?;
        }
        FileContent::Stored(_) | FileContent::Foreign { id: None, .. } => {}
    }
    Ok(file)
}
