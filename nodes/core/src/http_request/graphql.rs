//! GraphQL: a query, or a mutation, sent to an endpoint.

use std::sync::Arc;
use std::time::Duration;

use heddle_node::description::NodeProperty;
use heddle_node::http::{Bytes, Response};
use heddle_node::schema::SchemaError;
use heddle_node::{
    Connection, Effect, ErrorKind, HttpExchange, HttpRequest as Call, ItemContext, ItemNode, ItemOutput,
    Json, JsonObject, NodeError, NodeExample, NodeHeader, StoredParameters, StoredProblem, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::decode;
use super::outgoing::{Body, Outgoing};
use super::{build, check, failure, hide_secrets, legacy};

/// The longest time until an answer is there.
const USUAL_TIME_LIMIT: Duration = Duration::from_secs(300);

/// Asks a GraphQL endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub struct GraphQl;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GraphQlParameters {
    /// How the request is signed.
    pub authentication: String,
    /// The credential type of a service.
    pub node_credential_type: String,
    /// `GET` or `POST`.
    pub request_method: String,
    /// The address.
    pub endpoint: Json,
    /// Whether a server may show any certificate.
    pub allow_unauthorized_certs: bool,
    /// `graphql` (the query alone) or `json`.
    pub request_format: String,
    /// The query or mutation.
    pub query: String,
    /// The variables: an object, or its text.
    pub variables: Json,
    /// The operation that is meant, where the query has several.
    pub operation_name: Json,
    /// `json` or `string`.
    pub response_format: String,
    /// The field that gets a text.
    pub data_property_name: String,
    /// The headers.
    pub header_parameters_ui: legacy::LegacyRows,
}

#[async_trait]
impl ItemNode for GraphQl {
    type Parameters = GraphQlParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.graphql",
        versions: &[1.0, 1.1],
        display_name: "GraphQL",
        description: "Asks a GraphQL endpoint and gives its answer",
        group: &["input"],
        icon: Some("file:graphql.png"),
        category: Some("Development"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.graphql/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Send);
    const EFFECT_IS_SETTABLE: bool = true;

    async fn execute_item(
        &self,
        parameters: &GraphQlParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let outgoing = parameters.outgoing()?;
        let shown = outgoing.shown();
        let call = outgoing.into_call()?;
        let connection = Connection {
            accepts_any_certificate: parameters.allow_unauthorized_certs,
            ..Connection::default()
        };
        let call = Call {
            credential: credential(&parameters.authentication, &parameters.node_credential_type)
                .map(str::to_owned),
            usual_time_limit: Some(USUAL_TIME_LIMIT),
            connection: (connection != Connection::default()).then(|| Arc::new(connection)),
            ..call
        };
        let call = call.with_effect(effect_of(&parameters.request_method, &parameters.query));
        let answer = context.send(call).await.map_err(failure::of_call);
        answer.and_then(|answer| parameters.items(&answer)).map_err(|mut error| {
            error.context.insert("request", hide_secrets(shown));
            error
        })
    }

    fn gravest_effect(stored: &Json) -> Option<Effect> {
        let constant =
            |name: &str| stored.get(name).and_then(Json::as_str).filter(|text| !text.starts_with('='));
        let method = constant("requestMethod").unwrap_or("POST");
        Some(constant("query").map_or(Effect::Send, |query| effect_of(method, query)))
    }

    fn effect(&self, parameters: &GraphQlParameters) -> Option<Effect> {
        Some(effect_of(&parameters.request_method, &parameters.query))
    }

    fn credentials(stored: &Json) -> Vec<(String, bool)> {
        let text = |name: &str| stored.get(name).and_then(Json::as_str).unwrap_or_default();
        let chosen = credential(text("authentication"), text("nodeCredentialType"));
        let chosen = chosen.filter(|chosen| !chosen.starts_with('='));
        chosen.map(|chosen| (chosen.to_owned(), true)).into_iter().collect()
    }

    fn check(&self, parameters: &GraphQlParameters) -> Result<(), NodeError> {
        build::url(&parameters.endpoint)?;
        parameters.variables().map(drop)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check::of_authentication(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("graphql_form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "The names of countries",
                type_version: 1.1,
                parameters: json!({
                    "endpoint": "http://service.test/graphql",
                    "query": "query Q($code: ID!) { country(code: $code) { name } }",
                    "variables": "={{ JSON.stringify({ code: $json.code }) }}",
                }),
                items: vec![json!({ "code": "BR" })],
                exchanges: vec![HttpExchange {
                    method: "POST",
                    path: "/graphql",
                    status: 200,
                    answer: json!({ "data": { "country": { "name": "Brazil" } } }),
                }],
                ..NodeExample::default()
            }],
        )
    }
}

/// The credential type that signs.
fn credential<'a>(authentication: &str, service: &'a str) -> Option<&'a str> {
    if authentication == "customAuth" {
        return Some("httpCustomAuth");
    }
    legacy::credential(authentication, "", service)
}

/// What a request does: a query reads, whatever its method; a document that has a mutation may do anything.
fn effect_of(method: &str, query: &str) -> Effect {
    let mut words = query.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    if method == "GET" || !words.any(|word| word == "mutation") { Effect::Pure } else { Effect::Send }
}

impl GraphQlParameters {
    fn outgoing(&self) -> Result<Outgoing, NodeError> {
        let mut outgoing = Outgoing {
            method: self.request_method.clone(),
            url: build::url(&self.endpoint)?,
            ..Outgoing::default()
        };
        for row in &self.header_parameters_ui.parameter {
            outgoing.set_header(&row.name.to_lowercase(), row.value.clone());
        }
        let set = |outgoing: &mut Outgoing, name: &str, value: &str| {
            if outgoing.header(name).is_none() {
                outgoing.set_header(name, value);
            }
        };
        if self.request_method == "GET" {
            let mut query = JsonObject::new();
            query.insert("query", Json::from(self.query.as_str()));
            outgoing.query = query;
            set(&mut outgoing, "accept", "application/json");
        } else if self.request_format == "json" {
            set(&mut outgoing, "accept", "application/json");
            set(&mut outgoing, "content-type", "application/json");
            let name = if self.operation_name.as_str() == Some("") {
                Json::NULL
            } else {
                self.operation_name.clone()
            };
            outgoing.body = Body::Json(json!({
                "query": self.query.as_str(), "variables": self.variables()?, "operationName": name,
            }));
        } else {
            set(&mut outgoing, "accept", "*/*");
            set(&mut outgoing, "content-type", "application/graphql");
            outgoing.body = Body::Text(self.query.clone());
        }
        Ok(outgoing)
    }

    /// The variables as an object.
    fn variables(&self) -> Result<Json, NodeError> {
        if self.request_method == "GET" || self.request_format != "json" {
            return Ok(Json::object());
        }
        let Some(text) = self.variables.as_str() else {
            let is_nothing = self.variables.is_null();
            return Ok(if is_nothing { Json::object() } else { self.variables.clone() });
        };
        if text.trim().is_empty() {
            return Ok(Json::object());
        }
        Json::parse(text).map_err(|error| {
            NodeError::parameter(
                "variables",
                format!("Using variables failed: they are no valid JSON: {error}"),
            )
            .with_description("Give an object, such as {\"id\": 5}.")
        })
    }

    /// The items of an answer.
    fn items(&self, answer: &Response<Bytes>) -> Result<ItemOutput, NodeError> {
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let text = decode(answer.body(), content_type.unwrap_or_default());
        let body = Json::parse(&text).ok();
        let is_failure = !answer.status().is_success();
        let asks_for_text = self.response_format == "string";
        let told = body.as_ref().and_then(|body| body.get("errors"));
        if let Some(message) = told.and_then(message_of) {
            let mut error = match is_failure {
                true => {
                    failure::of_answer(answer.status().as_u16(), answer.headers(), &Json::from(&*message))
                }
                false => NodeError::new(ErrorKind::Api, message.as_str()),
            };
            error.message = message;
            error.context.insert("errors", told.cloned().unwrap_or_default());
            return Err(error);
        }
        if is_failure {
            let body = body.unwrap_or_else(|| Json::from(&*text));
            return Err(failure::of_answer(answer.status().as_u16(), answer.headers(), &body));
        }
        if asks_for_text {
            let mut json = JsonObject::new();
            json.insert(&self.data_property_name, Json::from(&*text));
            return Ok(Json::from(json).into());
        }
        let Some(body) = body.filter(|body| body.is_object() || body.is_array()) else {
            let message = "Response body is not valid JSON. Change \"Response Format\" to \"String\"";
            return Err(NodeError::operation(message));
        };
        let mut output = ItemOutput::nothing();
        match body.as_array() {
            Some(elements) => elements
                .iter()
                .filter(|element| element.is_object())
                .for_each(|element| output.push(0, element.clone())),
            None => output.push(0, body),
        }
        Ok(output)
    }
}

/// What a service says under `errors`; nothing where it says nothing.
fn message_of(errors: &Json) -> Option<String> {
    if let Some(text) = errors.as_str() {
        return Some(text.to_owned());
    }
    let messages = errors.as_array()?.iter().map(|error| {
        let message = error.get("message").and_then(Json::as_str);
        message.map_or_else(|| error.to_json_string(), str::to_owned)
    });
    let messages: Vec<String> = messages.collect();
    (!messages.is_empty()).then(|| messages.join(", "))
}
