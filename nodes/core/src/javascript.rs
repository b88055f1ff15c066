//! JavaScript's conversions, as far as the nodes need them.

use std::borrow::Cow;

use heddle_node::Json;
use heddle_node::json::number_to_string;

/// `String(value)`.
pub(crate) fn to_text(value: &Json) -> Cow<'_, str> {
    if let Some(text) = value.as_str() {
        Cow::Borrowed(text)
    } else if let Some(number) = value.as_f64() {
        Cow::Owned(number_to_string(number).to_string())
    } else if let Some(value) = value.as_bool() {
        Cow::Borrowed(if value { "true" } else { "false" })
    } else if let Some(elements) = value.as_array() {
        let texts: Vec<_> = elements
            .iter()
            .map(|element| if element.is_null() { Cow::Borrowed("") } else { to_text(element) })
            .collect();
        Cow::Owned(texts.join(","))
    } else if value.is_null() {
        Cow::Borrowed("null")
    } else {
        Cow::Borrowed("[object Object]")
    }
}
