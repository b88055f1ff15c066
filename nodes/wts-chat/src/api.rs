//! The HTTP API, as far as the chatbot resource needs it (docs/wts-api.md §2, §3).

use std::sync::Arc;

use bytes::Bytes;
use heddle_node::{Effect, HttpError, HttpRequest, Json, NodeError, Services};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::credential::{CREDENTIAL_TYPE, WtsApi};
use crate::failure;
use crate::metadata::Metadata;
use crate::parameters::Delivery;

/// Entries of a page: the most that the API gives (docs/wts-api.md §1.3).
const PAGE_SIZE: &str = "100";
/// Pages that are read at most, also of a server that always speaks of one more.
const PAGES: usize = 50;
/// What may be in a path as it is (RFC 3986 §2.3).
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The API with the node's credential.
pub(crate) struct Api<'a> {
    services: &'a dyn Services,
    credential: Arc<WtsApi>,
}

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

/// What the body of an answer is.
pub(crate) enum Content {
    /// Nothing, or JSON's null.
    Empty,
    /// JSON.
    Json(Json),
    /// Anything else.
    Other,
}

/// Reads the body of an answer.
pub(crate) fn read_content(body: &[u8]) -> Content {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Content::Empty;
    }
    match Json::parse_slice(body) {
        Ok(json) if json.is_null() => Content::Empty,
        Ok(json) => Content::Json(json),
        Err(_) => Content::Other,
    }
}

/// Why the body of an answer is not JSON; `None` where it is, or is empty.
pub(crate) fn json_problem(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
    Json::parse_slice(body).err().filter(|_| !body.is_empty()).map(|error| error.to_string())
}

impl<'a> Api<'a> {
    /// The API that the node's credential opens.
    ///
    /// # Errors
    /// When the credential is missing or unfit.
    pub(crate) fn new(services: &'a dyn Services) -> Result<Self, NodeError> {
        Ok(Self { services, credential: WtsApi::of_node(services)? })
    }

    /// The host.
    pub(crate) fn services(&self) -> &'a dyn Services {
        self.services
    }

    /// `text` without the API key: for anything that a server wrote.
    pub(crate) fn mask(&self, text: &str) -> String {
        text.replace(self.credential.api_key.expose().trim(), "***")
    }

    /// Sends a chatbot: the one call that reaches a person.
    ///
    /// # Errors
    /// When no answer came; the error says what is known of the effect.
    pub(crate) async fn send_chatbot(
        &self,
        delivery: Delivery,
        body: &SendBody<'_>,
    ) -> Result<Response<Bytes>, SendError> {
        let path = match delivery {
            Delivery::Immediate => "/chat/v1/chatbot/send",
            Delivery::Queued => "/chat/v1/send/chatbot",
        };
        let sender_id = body.sender_id;
        let body = serde_json::to_vec(body).map_err(|error| {
            SendError::NotBuilt(NodeError::operation("The request body cannot be written").with_source(error))
        })?;
        let request = self.request(Method::POST, path, Bytes::from(body)).map_err(SendError::NotBuilt)?;
        let request = request.with_effect(Effect::Send).with_sender_id(sender_id);
        self.services.http().send(request).await.map_err(SendError::NoAnswer)
    }

    /// The state of a queued send (docs/wts-api.md §2.4).
    ///
    /// # Errors
    /// When no answer came, or one that is not a success.
    pub(crate) async fn queued_send(&self, id: &str) -> Result<Json, NodeError> {
        let id = utf8_percent_encode(id, PATH_SEGMENT);
        self.get(&format!("/chat/v1/send/chatbot/{id}")).await
    }

    /// The chatbots that fit `filters`, page by page (docs/wts-api.md §2.5).
    ///
    /// # Errors
    /// When a page does not come.
    pub(crate) async fn chatbots(&self, filters: &[(&str, &str)]) -> Result<Vec<Json>, NodeError> {
        let mut chatbots = Vec::new();
        for page in 1..=PAGES {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(filters)
                .append_pair("PageSize", PAGE_SIZE)
                .append_pair("PageNumber", &page.to_string())
                .finish();
            let answer = self.get(&format!("/chat/v1/chatbot?{query}")).await?;
            let items = list(&answer)?;
            let more = answer.get("hasMorePages").and_then(Json::as_bool).unwrap_or(false);
            chatbots.extend_from_slice(items);
            if !more || items.is_empty() {
                break;
            }
        }
        Ok(chatbots)
    }

    /// All channels (docs/wts-api.md §3).
    ///
    /// # Errors
    /// When they do not come.
    pub(crate) async fn channels(&self) -> Result<Vec<Json>, NodeError> {
        let answer = self.get("/chat/v1/channel").await?;
        list(&answer).map(<[Json]>::to_vec)
    }

    /// A conversation with these details (docs/wts-api.md §5).
    ///
    /// # Errors
    /// When no answer came, or one that is not a success.
    pub(crate) async fn session(&self, id: &str, details: &[&str]) -> Result<Json, NodeError> {
        let mut path = format!("/chat/v2/session/{}", utf8_percent_encode(id, PATH_SEGMENT));
        for (index, detail) in details.iter().enumerate() {
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str("IncludeDetails=");
            path.push_str(detail);
        }
        self.get(&path).await
    }

    async fn get(&self, path: &str) -> Result<Json, NodeError> {
        let request = self.request(Method::GET, path, Bytes::new())?.with_effect(Effect::Pure);
        let answer = self.services.http().send(request).await.map_err(failure::unreachable)?;
        if !answer.status().is_success() {
            return Err(failure::refused(self, &answer));
        }
        match read_content(answer.body()) {
            Content::Json(json) => Ok(json),
            Content::Empty | Content::Other => Err(failure::not_json(&answer)),
        }
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<HttpRequest, NodeError> {
        let has_body = !body.is_empty();
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.credential.base_url))
            .body(body)
            .map_err(|error| NodeError::operation("The request cannot be built").with_source(error))?;
        request.headers_mut().insert(ACCEPT, JSON);
        if has_body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        Ok(HttpRequest::new(request).with_credential(CREDENTIAL_TYPE))
    }
}

/// Why a send has no answer.
pub(crate) enum SendError {
    /// It could not even be built.
    NotBuilt(NodeError),
    /// It met no answer.
    NoAnswer(HttpError),
}

/// The entries of a list: of a page, or a plain array.
fn list(answer: &Json) -> Result<&[Json], NodeError> {
    answer.as_array().or_else(|| answer.get("items").and_then(Json::as_array)).ok_or_else(failure::not_a_list)
}
