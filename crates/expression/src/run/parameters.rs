//! Stored parameters as `$parameter` shows them (`docs/expressions/language.md §10`).

use heddle_data::Json;

/// The names of stored parameters.
pub(crate) fn names(parameters: &Json) -> Json {
    parameters.as_object().into_iter().flat_map(|object| object.keys()).map(Json::from).collect()
}

/// The value of a resource locator, if `stored` is one.
pub(crate) fn locator_value(stored: &Json) -> Option<&Json> {
    let is_locator = stored.get("__rl").and_then(Json::as_bool).unwrap_or_default();
    stored.get("value").filter(|_| is_locator)
}
