//! Calls of an API.

use bytes::Bytes;
use heddle_node::{Effect, HttpError, HttpRequest, Json, NodeError, Services};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::answer::{Content, read_content};
use crate::service::Service;
use crate::text::short;

/// What stands in every part of a URL as it is (RFC 3986 §2.3).
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A text as a segment of a path, escaped; `None` where it is empty or dots alone, which would make another path.
pub fn path_segment(text: &str) -> Option<String> {
    (!matches!(text, "" | "." | "..")).then(|| utf8_percent_encode(text, UNRESERVED).to_string())
}

/// A service's API at an address, with the host that sends.
pub struct Api<'a> {
    services: &'a dyn Services,
    pub(crate) service: &'static Service,
    base_url: String,
    secrets: Vec<String>,
}

/// One call of an [`Api`].
#[must_use = "a call is sent by `read` or `answer`"]
pub struct Call<'c> {
    api: &'c Api<'c>,
    method: Method,
    path: String,
    /// Encoded, without a question mark.
    query: String,
    body: Result<Bytes, NodeError>,
    effect: Option<Effect>,
    sender_id: Option<String>,
}

/// Why a call has no answer.
#[derive(Debug)]
pub enum CallError {
    /// It could not even be built.
    NotBuilt(NodeError),
    /// It met no answer.
    NoAnswer(HttpError),
}

impl<'a> Api<'a> {
    /// The API of `service` at `base_url`, as [`read_base_url`](crate::read_base_url) gives it.
    pub fn new(services: &'a dyn Services, service: &'static Service, base_url: impl Into<String>) -> Self {
        Self { services, service, base_url: base_url.into(), secrets: Vec::new() }
    }

    /// Keeps `secret` out of every text that a server wrote. The host masks the values of the credential in what it
    /// reports; this is for what the node itself reports.
    #[must_use]
    pub fn with_secret(mut self, secret: &str) -> Self {
        let secret = secret.trim();
        if !secret.is_empty() {
            self.secrets.push(secret.to_owned());
        }
        self
    }

    /// The host.
    pub fn services(&self) -> &'a dyn Services {
        self.services
    }

    /// A text that a server wrote: without secrets, and of a bearable length.
    pub fn server_text(&self, text: &str) -> String {
        let masked =
            self.secrets.iter().fold(text.trim().to_owned(), |text, secret| text.replace(secret, "***"));
        short(&masked)
    }

    /// A call that reads.
    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A call that counts as what its method says, unless [`Call::with_effect`] says another thing: a POST is a send.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        Call {
            api: self,
            method,
            path: path.into(),
            query: String::new(),
            body: Ok(Bytes::new()),
            effect: None,
            sender_id: None,
        }
    }
}

impl<'c> Call<'c> {
    /// Adds a query parameter; one of the same name may be there.
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        let mut query = form_urlencoded::Serializer::new(self.query);
        self.query = query.append_pair(name, value).finish();
        self
    }

    /// Sends `body` as JSON.
    pub fn with_json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body)
            .map(Bytes::from)
            .map_err(|error| NodeError::operation("The request body cannot be written").with_source(error));
        self
    }

    /// Says what the call does. It may not be graver than what the node states.
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// Says under which id the service knows the call.
    pub fn with_sender_id(mut self, id: &str) -> Self {
        self.sender_id = Some(id.to_owned());
        self
    }

    /// Sends it, and gives the answer of whatever status.
    ///
    /// # Errors
    /// [`CallError`]: no answer came.
    pub async fn answer(self) -> Result<Response<Bytes>, CallError> {
        let http = self.api.services.http();
        let request = self.build().map_err(CallError::NotBuilt)?;
        http.send(request).await.map_err(CallError::NoAnswer)
    }

    /// Sends it, and gives the JSON of the answer.
    ///
    /// # Errors
    /// When no answer came, one that is not a success, or one without JSON. Use it for calls that only read: of a send,
    /// the node must say more than that ([`Call::answer`]).
    pub async fn read(self) -> Result<Json, NodeError> {
        let api = self.api;
        let answer = self.answer().await.map_err(|error| api.no_answer(error))?;
        if !answer.status().is_success() {
            return Err(api.refused(&answer));
        }
        match read_content(answer.body()) {
            Content::Json(json) => Ok(json),
            Content::Empty | Content::Other => Err(api.not_json(&answer)),
        }
    }

    fn build(self) -> Result<HttpRequest, NodeError> {
        let body = self.body?;
        let mut uri = format!("{}{}", self.api.base_url, self.path);
        if !self.query.is_empty() {
            uri.push(if self.path.contains('?') { '&' } else { '?' });
            uri.push_str(&self.query);
        }
        let has_body = !body.is_empty();
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(uri)
            .body(body)
            .map_err(|error| NodeError::operation("The request cannot be built").with_source(error))?;
        request.headers_mut().insert(ACCEPT, JSON);
        if has_body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        let mut request = HttpRequest::new(request).with_credential(self.api.service.credential_type);
        request.effect = self.effect;
        request.sender_id = self.sender_id;
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(path_segment("a/b ç").as_deref(), Some("a%2Fb%20%C3%A7"));
        assert_eq!(path_segment("1.2").as_deref(), Some("1.2"));
        assert!(["", ".", ".."].iter().all(|text| path_segment(text).is_none()));
    }
}
