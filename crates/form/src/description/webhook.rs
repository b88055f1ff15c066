//! Requests that start or continue a workflow.

use super::model::model;
use heddle_data::Json;

model! {
    /// A request that starts or continues a workflow: n8n's `IWebhookDescription`. Every text may be an expression.
    pub struct Webhook {
        /// `default` or `setup`.
        name: String = "name" [required],
        /// Method, or an expression that gives one or several.
        http_method: Option<String> = "httpMethod",
        /// `onReceived`, `lastNode`, `responseNode` and the like: when it is answered.
        response_mode: Option<String> = "responseMode",
        /// Path.
        path: Option<String> = "path",
        /// The path is whole; else the webhook's id comes before it.
        is_full_path: bool = "isFullPath",
        /// What the answer holds.
        response_data: Option<String> = "responseData",
        /// Status of the answer.
        response_code: Option<String> = "responseCode",
        /// Headers of the answer.
        response_headers: Option<String> = "responseHeaders",
        /// Content type of the answer.
        response_content_type: Option<String> = "responseContentType",
        /// The field that the answer holds.
        response_property_name: Option<String> = "responsePropertyName",
        /// The file that the answer holds.
        response_binary_property_name: Option<String> = "responseBinaryPropertyName",
        /// The request continues a waiting run.
        restart_webhook: bool = "restartWebhook",
        /// `webhook`, `form` or `mcp`.
        node_type: Option<String> = "nodeType",
        /// A form shows no address: true, false or an expression.
        hide_url: Option<Json> = "ndvHideUrl",
        /// A form shows no method: true, false or an expression.
        hide_method: Option<Json> = "ndvHideMethod",
    }
}
