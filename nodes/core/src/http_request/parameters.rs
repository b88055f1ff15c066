//! The parameters of versions 3 to 4.5.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRequestParameters {
    /// The method.
    pub method: String,
    /// The address.
    pub url: Json,
    /// How the request is signed: `none`, `predefinedCredentialType` or `genericCredentialType`.
    pub authentication: String,
    /// The credential type of a service.
    pub node_credential_type: String,
    /// The generic credential type.
    pub generic_auth_type: String,
    /// Whether the client shows a certificate.
    pub provide_ssl_certificates: bool,
    /// Whether parameters are added to the query.
    pub send_query: bool,
    /// How they are written: `keypair` or `json`.
    pub specify_query: String,
    /// The parameters one by one.
    pub query_parameters: Rows,
    /// The parameters as an object.
    pub json_query: Json,
    /// Whether there are headers.
    pub send_headers: bool,
    /// How they are written: `keypair` or `json`.
    pub specify_headers: String,
    /// The headers one by one.
    pub header_parameters: Rows,
    /// The headers as an object.
    pub json_headers: Json,
    /// Whether there is a body.
    pub send_body: bool,
    /// What the body is: `json`, `form-urlencoded`, `multipart-form-data`, `binaryData` or `raw`.
    pub content_type: String,
    /// How the body is written: `keypair`, `json` or `string`.
    pub specify_body: String,
    /// The fields of the body, or its parts.
    pub body_parameters: Rows,
    /// The body as JSON.
    pub json_body: Json,
    /// The body as text.
    pub body: Json,
    /// The field of the item that holds the file.
    pub input_data_field_name: Json,
    /// The media type of a raw body.
    pub raw_content_type: String,
    /// Further settings.
    pub options: Options,
}

/// Rows of a form.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rows {
    /// The rows.
    pub parameters: Vec<Row>,
}

/// A name and a value, or a part of a multipart body.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Row {
    /// `formData` or `formBinaryData`, of a part.
    pub parameter_type: String,
    /// The name.
    pub name: String,
    /// The value, of any type.
    pub value: Json,
    /// The field of the item that holds the file.
    pub input_data_field_name: Json,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// How many requests leave at a time.
    pub batching: Batching,
    /// Whether a server may show any certificate.
    pub allow_unauthorized_certs: bool,
    /// How a list is written in a query.
    pub query_parameter_arrays: String,
    /// What happens when a service redirects.
    pub redirect: Option<RedirectOption>,
    /// What comes out.
    pub response: ResponseOption,
    /// How further pages are asked for: its expressions are still in it.
    pub pagination: Option<Json>,
    /// URL of a proxy.
    pub proxy: String,
    /// Milliseconds until the answer must be there.
    pub timeout: Option<f64>,
    /// Whether credentials go along to another origin.
    pub send_credentials_on_cross_origin_redirect: Option<bool>,
}

/// The group of [`Batch`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Batching {
    /// The batches.
    pub batch: Batch,
}

/// How many requests leave at a time.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Batch {
    /// Requests of a batch.
    pub batch_size: Option<f64>,
    /// Milliseconds from one batch to the next.
    pub batch_interval: Option<f64>,
}

/// The group of [`RedirectSettings`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RedirectOption {
    /// The settings.
    pub redirect: RedirectSettings,
}

/// What happens when a service redirects.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RedirectSettings {
    /// Whether redirects are followed.
    pub follow_redirects: Option<bool>,
    /// The longest chain.
    pub max_redirects: Option<f64>,
}

/// The group of [`ResponseSettings`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ResponseOption {
    /// The settings.
    pub response: ResponseSettings,
}

/// What comes out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResponseSettings {
    /// Whether headers and status come out beside the body.
    pub full_response: bool,
    /// Whether an answer of any status is a success.
    pub never_error: bool,
    /// `autodetect`, `json`, `text` or `file`; autodetect when empty.
    pub response_format: String,
    /// The field that gets the text or the file; `data` when absent.
    pub output_property_name: Option<String>,
}
