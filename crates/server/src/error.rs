//! Errors as JSON: what is wrong, where, and what to do.

use axum::Json as AxumJson;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heddle_node::{ErrorKind, NodeError};
use serde::Serialize;

/// An error of the API.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiError {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// JSON pointer to the part of the request's body that is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// All that is wrong with the parameters, where that is why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) issues: Vec<crate::issue::Issue>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), help: None, pointer: None, issues: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// A failure of a service, or of what a node was asked for.
    pub(crate) fn of_node(error: &NodeError) -> Self {
        let status = match error.kind {
            ErrorKind::TimeLimit => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::Api | ErrorKind::Connection | ErrorKind::TooLarge => StatusCode::BAD_GATEWAY,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.message.clone()).with_help(error.description.clone().unwrap_or_default())
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a ApiError,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, AxumJson(Envelope { error: &self })).into_response()
    }
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// Whether whoever asks reads pages.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

pub(crate) async fn no_such_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method")
        .with_help("/api/v1/openapi.json lists the methods.")
}
