//! What can go wrong with a request.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::outcome;

/// What goes wrong with a request.
///
/// *Accepted* means: acted upon, and in the ledger if it is a send. The faults that pretend success or hide it do so only
/// when the request would have succeeded; a request that is refused anyway keeps its own refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// 429 with the envelope; not accepted.
    RateLimited {
        /// The `Retry-After` header.
        #[serde(default)]
        retry_after: RetryAfter,
    },
    /// 500 with the envelope; not accepted.
    ServerError,
    /// 500 with the envelope, although the request was accepted.
    ServerErrorAfterAccepting,
    /// 400 as RFC 7807 ProblemDetails, a body without `text`; not accepted.
    ProblemDetails,
    /// 400 with the envelope, key `FORM_ERROR`; not accepted.
    FormError,
    /// 400 with the envelope, key `FORM_ERROR`, since the contact has not written for 24 hours; not accepted.
    ConversationClosed,
    /// 502 with an HTML page, as a proxy writes it; not accepted.
    Html,
    /// Accepted only after this time, even if the client has given up by then.
    Slow {
        /// How long; in JSON `milliseconds`.
        #[serde(rename = "milliseconds", with = "milliseconds")]
        duration: Duration,
    },
    /// Accepted at once, answered after this time.
    SlowAfterAccepting {
        /// How long; in JSON `milliseconds`.
        #[serde(rename = "milliseconds", with = "milliseconds")]
        duration: Duration,
    },
    /// A connection (not a request) is reset as soon as it is made, before a byte is read. Takes no matcher, as nothing is
    /// known of the request; `skip`, `every` and `times` count connections. The client did connect, so what it sees is
    /// a reset: for a true *connection refused* see [`Sandbox::refuse_connections`](crate::Sandbox::refuse_connections).
    RefuseConnection,
    /// The connection is closed without an answer; not accepted. (The sandbox does read the request, to match it; the
    /// client cannot tell.)
    CutBeforeReading,
    /// Accepted, then the connection is reset without an answer.
    CutAfterAccepting,
    /// Accepted, then half of the answer is written and the connection closed.
    CutMidAnswer,
    /// A redirect; not accepted.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// The `Location` header.
        location: String,
    },
    /// Accepted, answered by 200 without a body.
    EmptyBody,
    /// Accepted, answered by 200 with an HTML page.
    WrongContent,
    /// Any other answer.
    Custom {
        /// The status, 200 to 599.
        status: u16,
        /// The `Content-Type` header.
        content_type: String,
        /// The body.
        body: String,
        /// Whether the request is accepted first.
        accepted: bool,
    },
}

/// The `Retry-After` header of a [`Fault::RateLimited`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// No header: what the reference lets one expect (docs/wts-api.md §1.2).
    #[default]
    None,
    /// A number of seconds.
    Seconds(u64),
    /// An HTTP date, this many seconds from the answer.
    HttpDate(u64),
    /// Any text.
    Text(String),
}

impl Fault {
    /// The name that `kind` has in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rateLimited",
            Self::ServerError => "serverError",
            Self::ServerErrorAfterAccepting => "serverErrorAfterAccepting",
            Self::ProblemDetails => "problemDetails",
            Self::FormError => "formError",
            Self::ConversationClosed => "conversationClosed",
            Self::Html => "html",
            Self::Slow { .. } => "slow",
            Self::SlowAfterAccepting { .. } => "slowAfterAccepting",
            Self::RefuseConnection => "refuseConnection",
            Self::CutBeforeReading => "cutBeforeReading",
            Self::CutAfterAccepting => "cutAfterAccepting",
            Self::CutMidAnswer => "cutMidAnswer",
            Self::Redirect { .. } => "redirect",
            Self::EmptyBody => "emptyBody",
            Self::WrongContent => "wrongContent",
            Self::Custom { .. } => "custom",
        }
    }

    /// The answer that is given in place of accepting the request.
    pub(crate) fn answer_without_accepting(&self, id: Uuid) -> Option<Answer> {
        Some(match self {
            Self::RateLimited { retry_after } => {
                let answer = answer::too_many_requests(id);
                match retry_after {
                    RetryAfter::None => answer,
                    RetryAfter::Seconds(seconds) => answer.with_retry_after(&seconds.to_string()),
                    RetryAfter::HttpDate(seconds) => answer.with_retry_after(&http_date(*seconds)),
                    RetryAfter::Text(text) => answer.with_retry_after(text),
                }
            }
            Self::ServerError => server_error(id),
            Self::ProblemDetails => {
                let errors = [("to".to_owned(), "The value is not valid.".to_owned())];
                answer::problem(
                    StatusCode::BAD_REQUEST,
                    "One or more validation errors occurred.",
                    &errors,
                    id,
                )
            }
            Self::FormError => answer::envelope(StatusCode::BAD_REQUEST, "FORM_ERROR", "Dados inválidos", id),
            Self::ConversationClosed => {
                answer::envelope(StatusCode::BAD_REQUEST, "FORM_ERROR", outcome::CLOSED, id)
            }
            Self::Html => Answer::html(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
            Self::Redirect { status, location } => {
                Answer::empty(status_code(*status)).with_location(location)
            }
            Self::Custom { accepted: false, .. } => self.custom()?,
            _ => return None,
        })
    }

    /// The answer that takes the place of a success.
    pub(crate) fn answer_after_accepting(&self, id: Uuid) -> Option<Answer> {
        Some(match self {
            Self::ServerErrorAfterAccepting => server_error(id),
            Self::EmptyBody => Answer::empty(StatusCode::OK),
            Self::WrongContent => Answer::html(StatusCode::OK, "Welcome"),
            Self::Custom { accepted: true, .. } => self.custom()?,
            _ => return None,
        })
    }

    fn custom(&self) -> Option<Answer> {
        let Self::Custom { status, content_type, body, .. } = self else { return None };
        let content_type = HeaderValue::from_str(content_type).ok();
        Some(Answer { status: status_code(*status), content_type, header: None, body: body.clone().into() })
    }
}

fn server_error(id: Uuid) -> Answer {
    answer::envelope(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Ocorreu um erro inesperado", id)
}

/// The status was checked when the rule was added.
fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// IMF-fixdate, rounded up: it must not lie before the time that was asked for.
fn http_date(seconds: u64) -> String {
    let wait = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0) + 1);
    let time = Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX);
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
