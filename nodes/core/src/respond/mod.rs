//! Respond to Webhook: the answer to the call that a workflow was started by. The run keeps it; the items pass on.

use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    AnswerBody, BatchContext, BatchNode, CallAnswer, DynamicPorts, Effect, Item, Items, Json, NodeError,
    NodeExample, NodeHeader, StoredParameters, StoredProblem, Weight, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field_path;

/// Answers the call that the workflow was started by.
#[derive(Debug, Clone, Copy, Default)]
pub struct RespondToWebhook;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RespondParameters {
    /// Whether the answer leaves through an output of its own.
    pub enable_response_output: bool,
    /// What the answer holds.
    pub respond_with: RespondWith,
    /// The credential that signs a token, which is not supported.
    pub credentials: Json,
    /// Where the caller is led.
    #[serde(rename = "redirectURL")]
    pub redirect_url: String,
    /// The body: a text, or JSON as text or value.
    pub response_body: Json,
    /// What a token holds, which is not supported.
    pub payload: Json,
    /// Which file is the answer: `automatically`, the first one, or `set`.
    pub response_data_source: String,
    /// The file that is the answer.
    pub input_field_name: String,
    /// Further settings.
    pub options: RespondOptions,
}

/// What the answer holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RespondWith {
    /// A list of all items.
    AllIncomingItems,
    /// A file.
    Binary,
    /// The first item.
    #[default]
    FirstIncomingItem,
    /// JSON.
    Json,
    /// A signed token, which is not supported.
    Jwt,
    /// Nothing.
    NoData,
    /// Another address.
    Redirect,
    /// Text.
    Text,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RespondOptions {
    /// The status of the answer.
    pub response_code: Option<u16>,
    /// Further headers.
    pub response_headers: ResponseHeaders,
    /// The field that the items are put in.
    pub response_key: String,
    /// Whether the answer may be streamed; nothing here streams.
    pub enable_streaming: Option<bool>,
}

/// Further headers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ResponseHeaders {
    /// The headers.
    pub entries: Vec<ResponseHeader>,
}

/// A header.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ResponseHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

#[async_trait]
impl BatchNode for RespondToWebhook {
    type Parameters = RespondParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.respondToWebhook",
        versions: &[1.0, 1.1, 1.2, 1.3, 1.4, 1.5],
        display_name: "Respond to Webhook",
        description: "Answers the call that the workflow was started by",
        icon: Some("node:respond-to-webhook"),
        category: Some("Helpers"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.respondtowebhook/",
        ),
        ..NodeHeader::DEFAULT
    };

    /// The answer stays in the run: whoever took the call gives it.
    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const DYNAMIC_OUTPUTS: Option<DynamicPorts> = Some(DynamicPorts {
        expression: "={{ $nodeVersion === 1.3 || ($nodeVersion >= 1.4 && $parameter.enableResponseOutput) \
                     ? [{ type: 'main', displayName: 'Input Data' }, { type: 'main', displayName: 'Response' }] : ['main'] }}",
        count: |parameters, version| {
            let enabled = parameters.get("enableResponseOutput");
            if version >= 1.4 && enabled.is_some_and(Json::is_string) {
                return None;
            }
            Some(1 + usize::from(has_response_output(version, enabled.and_then(Json::as_bool) == Some(true))))
        },
    });

    async fn execute(
        &self,
        parameters: &RespondParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.input(0);
        let answer = parameters.answer(&items)?;
        context.services.respond(&answer)?;
        let mut outputs = vec![items];
        if has_response_output(context.type_version, parameters.enable_response_output) {
            outputs.push(Arc::new(vec![Item::new(json!({ "response": answer.to_json() }))]));
        }
        Ok(outputs)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        match stored.constant_text("respondWith") {
            Some("jwt") => {
                vec![StoredProblem { weight: Weight::Refused, ..StoredProblem::from(no_tokens()) }]
            }
            Some("json") => {
                let body = stored.constant("responseBody");
                body.and_then(|body| parsed(body).err()).map(StoredProblem::from).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read_text(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.1,
            parameters,
            items: vec![json!({ "order": 1 }), json!({ "order": 2 })],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "A JSON body and a status",
                    json!({
                        "respondWith": "json", "responseBody": "={{ { accepted: $json.order } }}",
                        "options": { "responseCode": 202 },
                    }),
                ),
                example("All items", json!({ "respondWith": "allIncomingItems", "options": {} })),
                example(
                    "Another address",
                    json!({ "respondWith": "redirect", "redirectURL": "https://example.com/thanks", "options": {} }),
                ),
            ],
        )
    }
}

fn has_response_output(version: f64, is_enabled: bool) -> bool {
    version == 1.3 || (version >= 1.4 && is_enabled)
}

impl RespondParameters {
    /// The answer to the call.
    fn answer(&self, items: &Items) -> Result<CallAnswer, NodeError> {
        let headers = self.options.response_headers.entries.iter();
        let mut headers: Vec<(String, String)> =
            headers.map(|header| (header.name.to_lowercase(), header.value.clone())).collect();
        let first = items.first();
        let body = match self.respond_with {
            RespondWith::NoData | RespondWith::Redirect => AnswerBody::Empty,
            RespondWith::Json => parsed(&self.response_body)?,
            RespondWith::Text => AnswerBody::Text(self.response_body.as_str().unwrap_or_default().to_owned()),
            RespondWith::AllIncomingItems => {
                self.keyed(items.iter().map(|item| item.json.clone()).collect::<Vec<_>>().into())?
            }
            RespondWith::FirstIncomingItem => {
                self.keyed(first.map_or_else(Json::object, |item| item.json.clone()))?
            }
            RespondWith::Binary => {
                let file = self.file(first)?;
                if let AnswerBody::File(file) = &file
                    && !headers.iter().any(|(name, _)| name == "content-type")
                {
                    headers.push(("content-type".to_owned(), file.mime_type.clone()));
                }
                file
            }
            RespondWith::Jwt => return Err(no_tokens()),
        };
        let status = match self.respond_with {
            RespondWith::Redirect => {
                headers.push(("location".to_owned(), self.redirect_url.clone()));
                self.options.response_code.unwrap_or(307)
            }
            _ => self.options.response_code.filter(|code| *code != 0).unwrap_or(200),
        };
        Ok(CallAnswer { status, headers, body })
    }

    /// What is answered, below the field that it is to be put in.
    fn keyed(&self, value: Json) -> Result<AnswerBody, NodeError> {
        if self.options.response_key.is_empty() {
            return Ok(AnswerBody::Json(value));
        }
        let mut body = Json::object();
        field_path::set(&mut body, &self.options.response_key, value)?;
        Ok(AnswerBody::Json(body))
    }

    fn file(&self, item: Option<&Item>) -> Result<AnswerBody, NodeError> {
        let files = item.and_then(Item::binary).filter(|files| !files.is_empty());
        let Some(files) = files else {
            return Err(NodeError::operation("No binary data exists on the first item!"));
        };
        let file = match self.response_data_source.as_str() {
            "set" => files.get(&self.input_field_name).ok_or_else(|| {
                let names: Vec<&str> = files.keys().map(String::as_str).collect();
                NodeError::parameter(
                    "inputFieldName",
                    format!("The item has no file \"{}\"", self.input_field_name),
                )
                .with_description(format!("It has {}.", names.join(", ")))
            })?,
            _ => match files.values().next() {
                Some(file) => file,
                None => return Err(NodeError::operation("No binary data exists on the first item!")),
            },
        };
        Ok(AnswerBody::File(file.clone()))
    }
}

/// The JSON body: a value, or a text of JSON.
fn parsed(body: &Json) -> Result<AnswerBody, NodeError> {
    match body.as_str() {
        None if body.is_null() => Ok(AnswerBody::Empty),
        None => Ok(AnswerBody::Json(body.clone())),
        Some("") => Ok(AnswerBody::Empty),
        Some(text) => Json::parse(text).map(AnswerBody::Json).map_err(|_| {
            let mut error = NodeError::operation("Invalid JSON in 'Response Body' field").with_description(
                "Check that the syntax of the JSON in the 'Response Body' parameter is valid",
            );
            error.parameter = Some("responseBody".to_owned());
            error
        }),
    }
}

fn no_tokens() -> NodeError {
    NodeError::parameter("respondWith", "Answering with a signed token (JWT) is not supported")
        .with_description("Answer with JSON, and let a node before it make the token.")
}
