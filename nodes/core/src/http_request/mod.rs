//! HTTP Request: any call of any HTTP API.

mod answer;
mod build;
mod check;
mod examples;
mod failure;
mod file;
mod form;
mod graphql;
mod legacy;
mod legacy_form;
mod multipart;
mod outgoing;
mod pagination;
mod parameters;
mod query;
pub(crate) mod services;

use std::sync::Arc;
use std::time::Duration;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Connection, Effect, HttpRequest as Call, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample,
    NodeHeader, Redirects, StoredParameters, StoredProblem, async_trait,
};

use answer::{Format, Wanted};
pub use graphql::{GraphQl, GraphQlParameters};
pub use legacy::{HttpRequestLegacy, LegacyOptions, LegacyParameters, LegacyRow, LegacyRows};
use outgoing::Outgoing;
pub use parameters::{
    Batch, Batching, HttpRequestParameters, Options, RedirectOption, RedirectSettings, ResponseOption,
    ResponseSettings, Row, Rows,
};

/// The longest time until an answer is there, where nothing else is said.
const USUAL_TIME_LIMIT: Duration = Duration::from_secs(300);
/// The longest chain of redirects, where nothing else is said.
const USUAL_REDIRECTS: u32 = 21;
/// The credential type with the client's certificates.
const CERTIFICATES: &str = "httpSslAuth";

/// Calls an HTTP API, in versions 3 to 4.5.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpRequest;

#[async_trait]
impl ItemNode for HttpRequest {
    type Parameters = HttpRequestParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.httpRequest",
        versions: &[3.0, 4.0, 4.1, 4.2, 4.3, 4.4, 4.5],
        display_name: "HTTP Request",
        description: "Calls an HTTP API and gives its answer",
        group: &["output"],
        subtitle: Some("={{$parameter[\"method\"] + \": \" + $parameter[\"url\"]}}"),
        credentials: &[(CERTIFICATES, false)],
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
        parameters: &HttpRequestParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let outgoing = parameters.outgoing(context)?;
        parameters.wait_for_batch(context).await?;
        let version = context.type_version;
        let complete = |call| parameters.call(call, version);
        match pagination::settings(parameters) {
            Some(settings) => {
                let mut shown = outgoing.shown();
                if shown.get("qs").is_none() {
                    shown.insert("qs", Json::object());
                }
                let pages = pagination::Pages::new(context, settings, parameters.wanted(version), &outgoing);
                pages.run(&outgoing, complete).await.map_err(|mut error| {
                    error.context.insert("request", hide_secrets(shown));
                    error
                })
            }
            None => perform(context, outgoing, complete, &parameters.wanted(version)).await,
        }
    }

    fn upgrade(_: f64, parameters: Json) -> Json {
        pagination::hold_expressions(parameters)
    }

    fn gravest_effect(stored: &Json) -> Option<Effect> {
        let method = stored.get("method").and_then(Json::as_str).filter(|method| !method.starts_with('='));
        Some(method.map_or(Effect::Send, build::effect_of))
    }

    fn effect(&self, parameters: &HttpRequestParameters) -> Option<Effect> {
        Some(build::effect_of(&parameters.method))
    }

    fn credentials(stored: &Json) -> Vec<(String, bool)> {
        check::credentials(stored)
    }

    fn check(&self, parameters: &HttpRequestParameters) -> Result<(), NodeError> {
        build::url(&parameters.url).map(drop)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check::problems(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        form::properties()
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

impl HttpRequestParameters {
    /// The call with everything that the options say of it.
    fn call(&self, call: Call, version: f64) -> Call {
        let options = &self.options;
        let credential = match self.authentication.as_str() {
            "predefinedCredentialType" => Some(self.node_credential_type.clone()),
            "genericCredentialType" => Some(self.generic_auth_type.clone()),
            _ => None,
        };
        let connection = Connection {
            proxy: Some(options.proxy.trim().to_owned()).filter(|proxy| !proxy.is_empty()),
            accepts_any_certificate: options.allow_unauthorized_certs,
            certificates: self.provide_ssl_certificates.then(|| CERTIFICATES.to_owned()),
        };
        let timeout = options.timeout.filter(|timeout| *timeout > 0.0);
        Call {
            credential: credential.filter(|credential| !credential.is_empty()),
            time_limit: timeout
                .and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok()),
            usual_time_limit: Some(USUAL_TIME_LIMIT),
            redirects: self.redirects(version),
            takes_any_status: options.response.response.never_error,
            connection: (connection != Connection::default()).then(|| Arc::new(connection)),
            ..call
        }
    }

    /// Which redirects are followed: since version 4 by default, those of a send that would be repeated only when the
    /// option is set.
    fn redirects(&self, version: f64) -> Redirects {
        let option = self.options.redirect.as_ref().map(|option| &option.redirect);
        let follows = option.and_then(|option| option.follow_redirects);
        let follows_by_default = version >= 4.0 && option.is_none();
        let most = option
            .and_then(|option| option.max_redirects)
            .map_or(USUAL_REDIRECTS, |most| most.max(0.0) as u32);
        Redirects {
            most: if follows.unwrap_or(follows_by_default) { most } else { 0 },
            repeats_sends: follows == Some(true),
            keeps_credentials: self.options.send_credentials_on_cross_origin_redirect == Some(true),
        }
    }

    /// Waits until the batch of the item may leave.
    async fn wait_for_batch(&self, context: &ItemContext<'_>) -> Result<(), NodeError> {
        let Batch { batch_size, batch_interval } = self.options.batching.batch;
        wait_for_batch(context, batch_size.unwrap_or(0.0), batch_interval.unwrap_or(0.0)).await
    }

    fn wanted(&self, version: f64) -> Wanted {
        let response = &self.options.response.response;
        Wanted {
            format: match response.response_format.as_str() {
                "json" => Format::Json,
                "text" => Format::Text,
                "file" => Format::File,
                _ => Format::Detect,
            },
            full: response.full_response,
            never_error: response.never_error,
            field: response.output_property_name.clone().unwrap_or_else(|| "data".to_owned()),
            splits_lists: true,
            text_name: "Text",
            keeps_json: false,
            tells_url: self.redirects(version).most > 0,
        }
    }
}

/// Sends a request and makes items of its answer. `complete` says how it is sent.
async fn perform(
    context: &ItemContext<'_>,
    outgoing: Outgoing,
    complete: impl FnOnce(Call) -> Call + Send,
    wanted: &Wanted,
) -> Result<ItemOutput, NodeError> {
    let given_url = outgoing.url.clone();
    let shown = outgoing.shown();
    let call = outgoing.into_call()?.with_file_answers(wanted.file_answers());
    let url = call.request.uri().to_string();
    let answer = context.send(complete(call)).await.map_err(failure::of_call);
    let output = answer.and_then(|answer| wanted.items(context, &answer, &url, &given_url));
    output.map_err(|mut error| {
        error.context.insert("request", hide_secrets(shown));
        error
    })
}

/// Waits until the batch of an item may leave: batches of `size` requests begin `interval` milliseconds apart.
async fn wait_for_batch(context: &ItemContext<'_>, size: f64, interval: f64) -> Result<(), NodeError> {
    if interval <= 0.0 {
        return Ok(());
    }
    let size = if size >= 1.0 { size as usize } else { 1 };
    let batches = context.index / size;
    let services = context.services;
    let begin = services.remember("begin", Box::pin(async { Ok(Json::from(services.now())) })).await?;
    let due = begin.as_f64().unwrap_or_default() + batches as f64 * interval;
    let left = due - services.now() as f64;
    match Duration::try_from_secs_f64(left / 1000.0) {
        Ok(left) if !left.is_zero() => services.pause(left).await,
        _ => Ok(()),
    }
}

/// A request as errors show it: what signs it is hidden.
fn hide_secrets(mut shown: Json) -> Json {
    const HIDDEN: [&str; 5] = ["authorization", "x-api-key", "x-auth-token", "cookie", "proxy-authorization"];
    let names: Vec<String> = shown
        .get("headers")
        .and_then(Json::as_object)
        .into_iter()
        .flat_map(|headers| headers.keys())
        .filter(|name| HIDDEN.contains(&&*name.to_lowercase()))
        .map(str::to_owned)
        .collect();
    if let Some(headers) = shown.get_mut("headers") {
        for name in names {
            headers.insert(&name, "**hidden**");
        }
    }
    shown
}
