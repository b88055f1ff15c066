//! What the pages read of a property beside its kind.

use std::collections::HashSet;

use heddle_node::NodeProperty;
use heddle_node::description::{LocatorMode, TypeOptions};

/// Names that several of the properties share: one of them is shown at a time.
pub(super) fn repeated_names<'p>(properties: impl Iterator<Item = &'p NodeProperty>) -> HashSet<&'p str> {
    let mut seen = HashSet::new();
    properties.map(|property| property.name.as_str()).filter(|name| !seen.insert(*name)).collect()
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
