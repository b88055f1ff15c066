//! When a field is shown (`docs/parameters.md §6`).

use super::model::model;
use heddle_data::JsonObject;

model! {
    /// When a field, a choice or a credential is shown: lists of values or `{"_cnd": {op: target}}` conditions by
    /// parameter.
    pub struct DisplayOptions {
        /// Every key must match.
        show: JsonObject = "show",
        /// No key may match.
        hide: JsonObject = "hide",
        /// `cloud` or `hosted`: a form of n8n shows it on those installations alone.
        show_on_deployment: Option<String> = "showOnDeployment",
    }
}
