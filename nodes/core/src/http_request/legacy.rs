//! Versions 1 and 2: parameters of other names, the same calls.

use std::sync::Arc;
use std::time::Duration;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Connection, Effect, HttpRequest as Call, ItemContext, ItemNode, ItemOutput, Json, JsonObject, NodeError,
    NodeExample, NodeHeader, Redirects, StoredParameters, StoredProblem, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Format, Wanted};
use super::multipart::Part;
use super::outgoing::{Body, Outgoing};
use super::query::Lists;
use super::{build, examples, failure, file, legacy_form, perform, wait_for_batch};

/// The longest time until an answer is there, where nothing else is said.
const USUAL_TIME_LIMIT: Duration = Duration::from_secs(3600);

/// Calls an HTTP API, in versions 1 and 2.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpRequestLegacy;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LegacyParameters {
    /// How the request is signed.
    pub authentication: String,
    /// The credential type of a service.
    pub node_credential_type: String,
    /// The generic credential type.
    pub generic_auth_type: String,
    /// The method.
    pub request_method: String,
    /// The address.
    pub url: Json,
    /// Whether a server may show any certificate.
    pub allow_unauthorized_certs: bool,
    /// `json`, `string` or `file`.
    pub response_format: String,
    /// The field that gets a text or a file.
    pub data_property_name: String,
    /// Whether body, headers and query are JSON.
    pub json_parameters: bool,
    /// Further settings.
    pub options: LegacyOptions,
    /// Whether a file is sent.
    pub send_binary_data: bool,
    /// The fields of the item that hold the files.
    pub binary_property_name: String,
    /// The body as JSON, or as it is.
    pub body_parameters_json: Json,
    /// The fields of the body.
    pub body_parameters_ui: LegacyRows,
    /// The headers as JSON.
    pub header_parameters_json: Json,
    /// The headers.
    pub header_parameters_ui: LegacyRows,
    /// The query as JSON.
    pub query_parameters_json: Json,
    /// The query.
    pub query_parameters_ui: LegacyRows,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LegacyOptions {
    /// Milliseconds from one batch to the next.
    pub batch_interval: Option<f64>,
    /// Requests of a batch.
    pub batch_size: Option<f64>,
    /// `json`, `raw`, `multipart-form-data` or `form-urlencoded`.
    pub body_content_type: String,
    /// Whether headers and status come out, too.
    pub full_response: bool,
    /// Whether every redirect is followed.
    pub follow_all_redirects: Option<bool>,
    /// Whether redirects of GET and HEAD are followed.
    pub follow_redirect: Option<bool>,
    /// Whether an answer of any status is a success.
    pub ignore_response_code: bool,
    /// The media type of the body.
    pub body_content_custom_mime_type: String,
    /// URL of a proxy.
    pub proxy: String,
    /// Whether a list becomes one item for each element.
    pub split_into_items: bool,
    /// Milliseconds until the answer must be there.
    pub timeout: Option<f64>,
    /// Whether a list in a query stands without brackets.
    pub use_query_string: bool,
}

/// Rows of names and values.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LegacyRows {
    /// The rows.
    pub parameter: Vec<LegacyRow>,
}

/// A name and a value.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LegacyRow {
    /// The name.
    pub name: String,
    /// The value, of any type.
    pub value: Json,
}

#[async_trait]
impl ItemNode for HttpRequestLegacy {
    type Parameters = LegacyParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.httpRequest",
        versions: &[1.0, 2.0],
        display_name: "HTTP Request",
        description: "Calls an HTTP API and gives its answer",
        group: &["input"],
        subtitle: Some("={{$parameter[\"requestMethod\"] + \": \" + $parameter[\"url\"]}}"),
        icon: Some("node:http-request"),
        category: Some("Helpers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.httprequest/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Send);
    const EFFECT_IS_SETTABLE: bool = true;

    async fn execute_item(
        &self,
        parameters: &LegacyParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let outgoing = parameters.outgoing(context)?;
        let options = &parameters.options;
        wait_for_batch(context, options.batch_size.unwrap_or(-1.0), options.batch_interval.unwrap_or(0.0))
            .await?;
        perform(context, outgoing, |call| parameters.call(call), &parameters.wanted())
            .await
            .map_err(failure::of_older_version)
    }

    fn gravest_effect(stored: &Json) -> Option<Effect> {
        let method =
            stored.get("requestMethod").and_then(Json::as_str).filter(|method| !method.starts_with('='));
        Some(method.map_or(Effect::Send, build::effect_of))
    }

    fn effect(&self, parameters: &LegacyParameters) -> Option<Effect> {
        Some(build::effect_of(&parameters.request_method))
    }

    fn credentials(stored: &Json) -> Vec<(String, bool)> {
        let text = |name: &str| stored.get(name).and_then(Json::as_str).unwrap_or_default();
        let chosen = credential(text("authentication"), text("genericAuthType"), text("nodeCredentialType"));
        chosen
            .filter(|chosen| !chosen.starts_with('='))
            .map(|chosen| (chosen.to_owned(), true))
            .into_iter()
            .collect()
    }

    fn check(&self, parameters: &LegacyParameters) -> Result<(), NodeError> {
        build::url(&parameters.url).map(drop)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        super::check::of_authentication(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        legacy_form::properties()
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::legacy())
    }
}

/// The credential type that the ways of both versions name.
pub(super) fn credential<'a>(authentication: &str, generic: &'a str, service: &'a str) -> Option<&'a str> {
    let chosen = match authentication {
        "genericCredentialType" => generic,
        "predefinedCredentialType" => service,
        "basicAuth" => "httpBasicAuth",
        "digestAuth" => "httpDigestAuth",
        "headerAuth" => "httpHeaderAuth",
        "queryAuth" => "httpQueryAuth",
        "oAuth1" => "oAuth1Api",
        "oAuth2" => "oAuth2Api",
        _ => "",
    };
    (!chosen.is_empty()).then_some(chosen)
}

impl LegacyParameters {
    fn outgoing(&self, context: &ItemContext<'_>) -> Result<Outgoing, NodeError> {
        let mut outgoing = Outgoing {
            method: self.request_method.clone(),
            url: build::url(&self.url)?,
            ..Outgoing::default()
        };
        let kind = self.options.body_content_type.as_str();
        let sends = matches!(self.request_method.as_str(), "PATCH" | "POST" | "PUT");
        let takes_body = sends || self.request_method == "DELETE";
        let (headers, query);
        if self.json_parameters {
            if self.send_binary_data && sends {
                outgoing.body = self.files(context)?;
            } else if takes_body
                && let Some(value) =
                    self.json(&self.body_parameters_json, "bodyParametersJson", "Body Parameters")?
            {
                outgoing.body = body(value, kind, sends);
            }
            headers = self.json(&self.header_parameters_json, "headerParametersJson", "Headers")?;
            query = self.json(&self.query_parameters_json, "queryParametersJson", "Query Parameters")?;
        } else {
            if takes_body && !self.body_parameters_ui.parameter.is_empty() {
                let mut fields = JsonObject::new();
                for row in &self.body_parameters_ui.parameter {
                    fields.insert(&row.name, row.value.clone());
                }
                outgoing.body = body(Json::from(fields), kind, sends);
            }
            headers = Some(
                self.header_parameters_ui
                    .parameter
                    .iter()
                    .map(|row| (row.name.to_lowercase(), row.value.clone()))
                    .collect(),
            );
            query = Some(several(&self.query_parameters_ui.parameter));
        }
        for (name, value) in
            headers.as_ref().and_then(Json::as_object).into_iter().flat_map(|headers| headers.iter())
        {
            outgoing.set_header(name, value.clone());
        }
        outgoing.query = query.and_then(|query| query.as_object().cloned()).unwrap_or_default();
        if self.options.use_query_string {
            outgoing.lists = Lists::Repeat;
        }
        if !self.options.body_content_custom_mime_type.is_empty() {
            outgoing.set_header("content-type", self.options.body_content_custom_mime_type.as_str());
        }
        if outgoing.header("accept").is_none() {
            outgoing.set_header(
                "accept",
                build::accept(match self.response_format.as_str() {
                    "string" => "text",
                    other => other,
                }),
            );
        }
        Ok(outgoing)
    }

    /// JSON of a parameter; `None` where it is empty. A raw body is a text.
    fn json(&self, value: &Json, name: &str, label: &str) -> Result<Option<Json>, NodeError> {
        let Some(text) = value.as_str() else {
            return Ok(Some(value.clone()).filter(|value| !value.is_null()));
        };
        if text.is_empty() {
            return Ok(None);
        }
        if self.options.body_content_type == "raw" && name == "bodyParametersJson" {
            return Ok(Some(value.clone()));
        }
        Json::parse(text).map(Some).map_err(|error| {
            let message = format!(
                "The data in \"{label}\" is no valid JSON. Set Body Content Type to \"RAW/Custom\" for XML or other types of payloads"
            );
            failure::parameter(name, message).with_description(format!("{error}."))
        })
    }

    fn files(&self, context: &ItemContext<'_>) -> Result<Body, NodeError> {
        let names: Vec<&str> = self.binary_property_name.split(',').map(str::trim).collect();
        match self.options.body_content_type.as_str() {
            "raw" => {
                let found = file::of_item(context, &Json::from(self.binary_property_name.as_str()))?;
                // n8n gives such a body no media type.
                Ok(Body::File(found.content, String::new()))
            }
            "multipart-form-data" => {
                let mut parts = Vec::new();
                for name in &names {
                    let (part, field) = match name.split_once(':') {
                        Some((part, field)) => (part, field),
                        None if names.len() == 1 => ("file", *name),
                        None => {
                            return Err(failure::parameter(
                                "binaryPropertyName",
                                "If more than one property should be send it is needed to define the in the format:<code>\"sendKey1:binaryProperty1,sendKey2:binaryProperty2\"</code>",
                            ));
                        }
                    };
                    let found = file::of_item(context, &Json::from(field))?;
                    let file_name = found.file_name.clone().unwrap_or_default();
                    parts.push(Part {
                        name: part.to_owned(),
                        content: found.content,
                        file: Some((file_name, found.mime_type.clone())),
                    });
                }
                Ok(Body::Multipart(parts))
            }
            _ => Err(failure::parameter(
                "options.bodyContentType",
                "Sending binary data is only supported when option \"Body Content Type\" is set to \"RAW/CUSTOM\" or \"FORM-DATA/MULTIPART\"!",
            )),
        }
    }

    fn call(&self, call: Call) -> Call {
        let options = &self.options;
        let chosen = credential(&self.authentication, &self.generic_auth_type, &self.node_credential_type);
        let connection = Connection {
            proxy: Some(options.proxy.trim().to_owned()).filter(|proxy| !proxy.is_empty()),
            accepts_any_certificate: self.allow_unauthorized_certs,
            certificates: None,
        };
        let timeout = options.timeout.filter(|timeout| *timeout > 0.0);
        Call {
            credential: chosen.map(str::to_owned),
            time_limit: timeout
                .and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok()),
            usual_time_limit: Some(USUAL_TIME_LIMIT),
            redirects: self.redirects(),
            takes_any_status: options.ignore_response_code,
            connection: (connection != Connection::default()).then(|| Arc::new(connection)),
            ..call
        }
    }

    fn redirects(&self) -> Redirects {
        let options = &self.options;
        let is_read = matches!(self.request_method.as_str(), "GET" | "HEAD");
        let follows =
            (options.follow_redirect != Some(false) && is_read) || options.follow_all_redirects == Some(true);
        Redirects {
            most: if follows { super::USUAL_REDIRECTS } else { 0 },
            repeats_sends: options.follow_all_redirects == Some(true),
            keeps_credentials: false,
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            format: match self.response_format.as_str() {
                "string" => Format::Text,
                "file" => Format::File,
                _ => Format::Json,
            },
            full: self.options.full_response,
            never_error: self.options.ignore_response_code,
            field: self.data_property_name.clone(),
            splits_lists: self.options.split_into_items,
            text_name: "String",
            keeps_json: true,
            tells_url: self.redirects().most > 0,
        }
    }
}

/// A body of a content type.
fn body(value: Json, kind: &str, sends: bool) -> Body {
    let fields = || value.as_object().cloned().unwrap_or_default();
    match kind {
        "form-urlencoded" if sends => Body::Form(fields()),
        "multipart-form-data" if sends => {
            Body::Multipart(fields().iter().flat_map(|(name, value)| Part::of_field(name, value)).collect())
        }
        _ => match value.as_str() {
            Some(text) => Body::Text(text.to_owned()),
            None => Body::Json(value),
        },
    }
}

/// Rows as an object: several texts of one name become a list.
fn several(rows: &[LegacyRow]) -> Json {
    let mut fields = JsonObject::new();
    for LegacyRow { name, value } in rows {
        let value = match fields.get(name) {
            Some(known) if known.is_string() => json!([known.clone(), value.clone()]),
            Some(known) if known.is_array() => {
                known.as_array().unwrap_or_default().iter().cloned().chain([value.clone()]).collect()
            }
            _ => value.clone(),
        };
        fields.insert(name, value);
    }
    Json::from(fields)
}
