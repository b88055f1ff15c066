//! What the nodes with conditions tell of a comparison that failed.

use heddle_node::{Json, NodeError};

/// What n8n advises where nothing better is known.
const TYPES_TO_BLAME: &str =
    "Try changing the type of comparison. Alternatively you can enable 'Convert types where required'.";

/// Completes an error of conditions: where types must fit, they may be to blame for whatever has no better explanation.
/// `switch_stands_in` are the stored parameters that hold the switch "Convert types where required".
pub(crate) fn explain(mut error: NodeError, switch_stands_in: Option<&Json>) -> NodeError {
    let loose = switch_stands_in.and_then(|place| place.get("looseTypeValidation")).and_then(Json::as_bool);
    if loose != Some(true) && error.description.is_none() {
        error.description = Some(TYPES_TO_BLAME.to_owned());
    }
    error
}
