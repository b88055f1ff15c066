//! The HTTP API, as far as the node needs it (docs/wts-api.md §2, §3, §5).

use bytes::Bytes;
use heddle_http_kit::{Api, CallError, Page, Refusal, Service, path_segment};
use heddle_node::{Effect, Json, NodeError, Services};
use http::{Method, Response};
use serde::Serialize;

use crate::credential::{CREDENTIAL_TYPE, DEFAULT_BASE_URL, DISPLAY_NAME, WtsApi};
use crate::failure;
use crate::metadata::Metadata;
use crate::parameters::Delivery;

/// Entries of a page: the most that the API gives (docs/wts-api.md §1.3).
const PAGE_SIZE: &str = "100";
/// Pages that are read at most, also of a server that always speaks of one more.
const PAGES: usize = 50;

/// The service.
static WTS: Service = Service {
    name: "WTS",
    credential_type: CREDENTIAL_TYPE,
    credential_name: DISPLAY_NAME,
    base_url: DEFAULT_BASE_URL,
    refusal: read_refusal,
    advice: failure::advice,
};

/// Body of both send operations (docs/wts-api.md §2.1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendBody<'a> {
    pub(crate) bot_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<&'a str>,
    pub(crate) options: SendFlags,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_metadata: Option<Metadata<'a>>,
    pub(crate) sender_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callback_url: Option<&'a str>,
}

/// `options` of a send: always there, with only the flags that are on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendFlags {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skip_if_bot_in_execution: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skip_if_in_progress: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) force_start_session: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) hidden_session: bool,
}

/// The API that the node's credential opens.
///
/// # Errors
/// When the credential is missing or unfit.
pub(crate) fn open(services: &dyn Services) -> Result<Api<'_>, NodeError> {
    let credential = WtsApi::of_node(services)?;
    Ok(Api::new(services, &WTS, credential.base_url.as_str()).with_secret(credential.api_key.expose()))
}

/// Sends a chatbot: the one call that reaches a person.
///
/// # Errors
/// When no answer came; the error says what is known of the effect.
pub(crate) async fn send_chatbot(
    api: &Api<'_>,
    delivery: Delivery,
    body: &SendBody<'_>,
) -> Result<Response<Bytes>, CallError> {
    let path = match delivery {
        Delivery::Immediate => "/chat/v1/chatbot/send",
        Delivery::Queued => "/chat/v1/send/chatbot",
    };
    let call = api.call(Method::POST, path).with_json(body);
    call.with_effect(Effect::Send).with_sender_id(body.sender_id).answer().await
}

/// The state of the queued send whose id this is, as a segment of a path (docs/wts-api.md §2.4).
///
/// # Errors
/// When no answer came, or one that is not a success.
pub(crate) async fn queued_send(api: &Api<'_>, id: &str) -> Result<Json, NodeError> {
    api.get(format!("/chat/v1/send/chatbot/{id}")).read().await
}

/// The chatbots that fit `filters`, page by page (docs/wts-api.md §2.5).
///
/// # Errors
/// When a page does not come.
pub(crate) async fn chatbots(api: &Api<'_>, filters: &[(&str, &str)]) -> Result<Vec<Json>, NodeError> {
    let call = |page: usize| {
        let call = filters
            .iter()
            .fold(api.get("/chat/v1/chatbot"), |call, (name, value)| call.with_query(name, value));
        call.with_query("PageSize", PAGE_SIZE).with_query("PageNumber", &page.to_string())
    };
    let has_more = |answer: &Json| answer.get("hasMorePages").and_then(Json::as_bool).unwrap_or(false);
    api.read_pages(PAGES, call, |answer| Page::of(answer, "items", has_more(answer))).await
}

/// All channels (docs/wts-api.md §3).
///
/// # Errors
/// When they do not come.
pub(crate) async fn channels(api: &Api<'_>) -> Result<Vec<Json>, NodeError> {
    api.read_pages(1, |_| api.get("/chat/v1/channel"), |answer| Page::of(answer, "items", false)).await
}

/// A conversation with these details (docs/wts-api.md §5); `None` for an id that no path can hold.
///
/// # Errors
/// When no answer came, or one that is not a success.
pub(crate) async fn session(api: &Api<'_>, id: &str, details: &[&str]) -> Result<Option<Json>, NodeError> {
    let Some(id) = path_segment(id) else { return Ok(None) };
    let call = api.get(format!("/chat/v2/session/{id}"));
    let call = details.iter().fold(call, |call, detail| call.with_query("IncludeDetails", detail));
    call.read().await.map(Some)
}

/// Reads whichever body a refusal has (docs/wts-api.md §1.1): the envelope, a problem, or none of them.
fn read_refusal(body: &Json) -> Refusal {
    let text = |value: Option<&Json>| {
        value.and_then(Json::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let support_id = body.get("id").and_then(|id| id.get("shortValue").or_else(|| id.get("value")));
    let facts =
        [("key", text(body.get("key"))), ("supportId", support_id.and_then(Json::as_str).map(str::to_owned))];
    Refusal {
        text: text(body.get("text")).or_else(|| Refusal::of_problem(body).text),
        facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
    }
}
