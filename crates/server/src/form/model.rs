//! What the pages read of a property beside its kind.

use heddle_node::description::{LocatorMode, TypeOptions};
use heddle_node::parameters::{FormNode, is_shown};
use heddle_node::{JsonObject, NodeProperty};

/// Whether `property` is shown beside the values of its level, in a node with the parameters `root`.
pub(super) fn shows(
    property: &NodeProperty,
    beside: &JsonObject,
    root: &JsonObject,
    node: impl Into<FormNode>,
) -> bool {
    is_shown(property, beside, root, node)
}

/// Lines of a text field.
pub(super) fn rows(property: &NodeProperty) -> Option<u64> {
    property.type_options.rows.map(|rows| rows as u64)
}

/// Whether the text is code.
pub(super) fn is_code(property: &NodeProperty) -> bool {
    property.type_options.editor.is_some()
}

/// The words of the button that adds a value.
pub(super) fn button_text(property: &NodeProperty) -> Option<&str> {
    property.type_options.multiple_value_button_text.as_deref()
}

/// The property of one value of a list of them.
pub(super) fn element(property: &NodeProperty) -> NodeProperty {
    NodeProperty { type_options: TypeOptions::default().into(), description: None, ..property.clone() }
}

/// The method that finds the things of a mode with a list.
pub(super) fn search_method(mode: &LocatorMode) -> Option<&str> {
    mode.type_options.as_ref()?.search_list_method.as_deref()
}

/// Whether the account can search that list.
pub(super) fn is_searchable(mode: &LocatorMode) -> bool {
    mode.type_options.as_ref().is_some_and(|options| options.searchable)
}

/// The parameters on which the choices of a property depend.
pub(crate) fn depends_on(property: &NodeProperty) -> &[String] {
    &property.type_options.load_options_depends_on
}
