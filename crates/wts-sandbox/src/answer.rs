//! Answers: JSON, and the two shapes that refusals have (docs/wts-api.md §1.1).

use bytes::Bytes;
use http::header::{ALLOW, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
pub(crate) const PROBLEM_JSON: HeaderValue =
    HeaderValue::from_static("application/problem+json; charset=utf-8");
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// One HTTP answer, before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// 200 with a JSON body.
    pub(crate) fn json<T: Serialize>(value: &T) -> Self {
        Self::json_with_status(StatusCode::OK, value)
    }

    pub(crate) fn json_with_status<T: Serialize>(status: StatusCode, value: &T) -> Self {
        // Every type that reaches this has string keys and no fallible Serialize, so the fallback is never seen.
        let body = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
        Self { status, content_type: Some(JSON), header: None, body: body.into() }
    }

    pub(crate) fn html(status: StatusCode, title: &str) -> Self {
        let body = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
        );
        Self { status, content_type: Some(HTML), header: None, body: body.into() }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, content_type: None, header: None, body: Bytes::new() }
    }

    pub(crate) fn with_location(self, location: &str) -> Self {
        Self { header: HeaderValue::from_str(location).ok().map(|value| (LOCATION, value)), ..self }
    }

    pub(crate) fn with_retry_after(self, value: &str) -> Self {
        Self { header: HeaderValue::from_str(value).ok().map(|value| (RETRY_AFTER, value)), ..self }
    }
}

/// Why a request was refused. Becomes an answer once there is an id for it.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The envelope.
    Envelope { status: StatusCode, key: &'static str, text: String },
    /// ProblemDetails of RFC 7807, which some validation failures are: errors by field.
    Problem { status: StatusCode, title: &'static str, errors: Vec<(String, String)> },
    /// The path exists, the method does not.
    MethodNotAllowed(Method),
    /// 429; seconds to wait, where the sandbox is set to tell.
    TooManyRequests { retry_after: Option<u64> },
}

impl Refusal {
    pub(crate) fn envelope(status: StatusCode, key: &'static str, text: impl Into<String>) -> Self {
        Self::Envelope { status, key, text: text.into() }
    }

    /// 400 `FORM_ERROR`: a value that is well formed but wrong.
    pub(crate) fn form(text: impl Into<String>) -> Self {
        Self::envelope(StatusCode::BAD_REQUEST, "FORM_ERROR", text)
    }

    /// 401, with the recorded key and text.
    pub(crate) fn unauthorized() -> Self {
        Self::envelope(StatusCode::UNAUTHORIZED, "ERROR_UNAUTHORIZED", "Acesso negado")
    }

    /// 400 ProblemDetails: values that are not even well formed, by field.
    pub(crate) fn malformed(errors: Vec<(String, String)>) -> Self {
        let title = "One or more validation errors occurred.";
        Self::Problem { status: StatusCode::BAD_REQUEST, title, errors }
    }

    pub(crate) fn malformed_field(field: &str, message: impl Into<String>) -> Self {
        Self::malformed(vec![(field.to_owned(), message.into())])
    }

    pub(crate) fn into_answer(self, id: Uuid) -> Answer {
        match self {
            Self::Envelope { status, key, text } => envelope(status, key, &text, id),
            Self::Problem { status, title, errors } => problem(status, title, &errors, id),
            Self::MethodNotAllowed(allowed) => {
                let text = format!("O recurso só aceita {allowed}");
                let answer = envelope(StatusCode::METHOD_NOT_ALLOWED, "ERROR_METHOD_NOT_ALLOWED", &text, id);
                let allow = HeaderValue::from_str(allowed.as_str()).ok();
                Answer { header: allow.map(|value| (ALLOW, value)), ..answer }
            }
            Self::TooManyRequests { retry_after } => {
                let answer = too_many_requests(id);
                retry_after.map_or(answer.clone(), |seconds| answer.with_retry_after(&seconds.to_string()))
            }
        }
    }
}

/// The envelope of docs/wts-api.md §1.1. A 500 spells `httpStatusCode` as a word, as the recorded one did.
pub(crate) fn envelope(status: StatusCode, key: &str, text: &str, id: Uuid) -> Answer {
    let code = match status {
        StatusCode::INTERNAL_SERVER_ERROR => Value::from("INTERNALSERVERERROR"),
        _ => Value::from(status.as_u16()),
    };
    let value = id.to_string();
    let body = json!({
        "id": { "shortValue": value[..8], "value": value },
        "httpStatusCode": code,
        "version": null,
        "environment": null,
        "customData": null,
        "error": true,
        "date": Timestamp::now(),
        "key": key,
        "text": text,
        "isUnsolvableError": status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS,
    });
    Answer::json_with_status(status, &body)
}

/// The body of a 429 is not documented (docs/wts-api.md §1.2); the sandbox gives the envelope with a key of
/// its own.
pub(crate) fn too_many_requests(id: Uuid) -> Answer {
    envelope(
        StatusCode::TOO_MANY_REQUESTS,
        "ERROR_TOO_MANY_REQUESTS",
        "Muitas requisições, tente novamente em instantes",
        id,
    )
}

/// ProblemDetails as the standard has it: no `text`, no `key`.
pub(crate) fn problem(status: StatusCode, title: &str, errors: &[(String, String)], id: Uuid) -> Answer {
    let mut by_field = serde_json::Map::new();
    for (field, message) in errors {
        if let Some(messages) = by_field.entry(field.as_str()).or_insert_with(|| json!([])).as_array_mut() {
            messages.push(Value::from(message.as_str()));
        }
    }
    let body = json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": title,
        "status": status.as_u16(),
        "errors": by_field,
        "traceId": format!("00-{}-{}-00", id.simple(), &id.simple().to_string()[..16]),
    });
    Answer { content_type: Some(PROBLEM_JSON), ..Answer::json_with_status(status, &body) }
}
