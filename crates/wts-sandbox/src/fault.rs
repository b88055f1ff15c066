//! Faults that can be set per request.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::model::Recipient;

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
    /// No header: what the reference lets one expect (wts/api.md §1.2).
    #[default]
    None,
    /// A number of seconds.
    Seconds(u64),
    /// An HTTP date, this many seconds from the answer.
    HttpDate(u64),
    /// Any text.
    Text(String),
}

/// Which requests a fault befalls. Rules are tried in the order they were added; the first that is due wins.
///
/// All matchers of a rule must fit; a rule without matchers fits every API request. Of the requests that fit, the first
/// `skip` are let by, then each `every`th is hit, `times` times in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// A recipient of the send (`to`; of a batch, any of its messages'), in any spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Text that the body holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// The path as it stands in the request; with `*` at the end, its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How many fitting requests are let by first.
    #[serde(default)]
    pub skip: u64,
    /// After those, each how many-th is hit; 1 hits each.
    #[serde(default = "one")]
    pub every: u64,
    /// How often the fault happens; `None` for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// A rule that hits every request.
    pub const fn new(fault: Fault) -> Self {
        Self {
            to: None,
            body_contains: None,
            path: None,
            method: None,
            skip: 0,
            every: 1,
            times: None,
            fault,
        }
    }

    /// Only sends to this recipient.
    pub fn to(self, recipient: impl Into<String>) -> Self {
        Self { to: Some(recipient.into()), ..self }
    }

    /// Only requests whose body holds this text.
    pub fn body_contains(self, text: impl Into<String>) -> Self {
        Self { body_contains: Some(text.into()), ..self }
    }

    /// Only requests of this path; with `*` at the end, of paths that begin so.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// Only requests of this method.
    pub fn method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// Lets the first so many fitting requests by.
    pub fn skip(self, requests: u64) -> Self {
        Self { skip: requests, ..self }
    }

    /// Hits only each so many-th of them.
    pub fn every(self, requests: u64) -> Self {
        Self { every: requests, ..self }
    }

    /// Happens only so many times.
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Hits only the so many-th fitting request, counted from 1.
    pub fn nth(self, number: u64) -> Self {
        self.skip(number.saturating_sub(1)).times(1)
    }

    fn check(&self) -> Result<(), InvalidFaultRule> {
        let problem = match &self.fault {
            _ if self.every == 0 => "`every` must be at least 1",
            _ if self.to.as_ref().is_some_and(|to| Recipient::read(to).is_none()) => {
                "`to` is neither a phone number nor an @user"
            }
            Fault::RefuseConnection if self.matches_requests() => {
                "a refused connection is not read, so `to`, `bodyContains`, `path` and `method` cannot be matched"
            }
            Fault::Redirect { status, .. } if !matches!(status, 301 | 302 | 303 | 307 | 308) => {
                "the status of a redirect is 301, 302, 303, 307 or 308"
            }
            Fault::Redirect { location, .. } if HeaderValue::from_str(location).is_err() => {
                "`location` does not fit a header"
            }
            Fault::RateLimited { retry_after: RetryAfter::Text(text) }
                if HeaderValue::from_str(text).is_err() =>
            {
                "`retryAfter` does not fit a header"
            }
            Fault::RateLimited { retry_after: RetryAfter::HttpDate(seconds) } if *seconds > 1_000_000_000 => {
                "`httpDate` is too far away"
            }
            Fault::Custom { status, .. } if !(200..600).contains(status) => "`status` must be 200 to 599",
            Fault::Custom { content_type, .. } if HeaderValue::from_str(content_type).is_err() => {
                "`contentType` does not fit a header"
            }
            _ => return Ok(()),
        };
        Err(InvalidFaultRule(problem))
    }

    fn matches_requests(&self) -> bool {
        self.to.is_some() || self.body_contains.is_some() || self.path.is_some() || self.method.is_some()
    }
}

/// Why a [`FaultRule`] cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFaultRule(&'static str);

impl std::fmt::Display for InvalidFaultRule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for InvalidFaultRule {}

/// A rule and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultState {
    /// The rule.
    pub rule: FaultRule,
    /// How many requests fitted.
    pub matched: u64,
    /// How often the fault happened.
    pub applied: u64,
}

impl FaultState {
    /// Counts a request that fits and says whether the fault happens to it, unless `taken` by an earlier rule.
    fn is_due(&mut self, taken: bool) -> bool {
        self.matched += 1;
        let after_skipped = self.matched.checked_sub(self.rule.skip.saturating_add(1));
        let due = after_skipped.is_some_and(|number| number % self.rule.every == 0)
            && self.rule.times.is_none_or(|times| self.applied < times)
            && !taken;
        self.applied += u64::from(due);
        due
    }
}

/// What rules look at.
pub(crate) struct Probe<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) body: &'a [u8],
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) states: Vec<FaultState>,
}

impl Faults {
    pub(crate) fn add(&mut self, rules: Vec<FaultRule>) -> Result<(), InvalidFaultRule> {
        rules.iter().try_for_each(FaultRule::check)?;
        self.states.extend(rules.into_iter().map(|rule| FaultState { rule, matched: 0, applied: 0 }));
        Ok(())
    }

    /// Whether a fault befalls a new connection.
    pub(crate) fn befalls_connection(&mut self) -> bool {
        let mut befalls = false;
        for state in self.states.iter_mut().filter(|state| state.rule.fault == Fault::RefuseConnection) {
            befalls |= state.is_due(befalls);
        }
        befalls
    }

    /// The fault that befalls a request.
    pub(crate) fn befalls_request(&mut self, probe: &Probe<'_>) -> Option<Fault> {
        let mut recipients = None;
        let mut fault = None;
        for state in self.states.iter_mut().filter(|state| state.rule.fault != Fault::RefuseConnection) {
            let rule = &state.rule;
            let fits =
                rule.method.as_ref().is_none_or(|method| probe.method.as_str().eq_ignore_ascii_case(method))
                    && rule.path.as_ref().is_none_or(|path| fits_path(path, probe.path))
                    && rule.body_contains.as_ref().is_none_or(|text| contains(probe.body, text.as_bytes()))
                    && rule.to.as_ref().is_none_or(|to| {
                        let recipients = recipients.get_or_insert_with(|| recipients_of(probe.body));
                        Recipient::read(to).is_some_and(|to| recipients.contains(&to))
                    });
            if fits && state.is_due(fault.is_some()) {
                fault = Some(state.rule.fault.clone());
            }
        }
        fault
    }
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

fn fits_path(pattern: &str, path: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start))
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}

/// Everyone that a body is addressed to: `to`, and `messages[].to` of a batch.
fn recipients_of(body: &[u8]) -> Vec<Recipient> {
    #[derive(Deserialize)]
    struct Message {
        to: Option<String>,
    }
    #[derive(Deserialize)]
    struct Body {
        to: Option<String>,
        #[serde(default)]
        messages: Vec<Message>,
    }
    let Ok(body) = serde_json::from_slice::<Body>(body) else { return Vec::new() };
    let all = body.to.into_iter().chain(body.messages.into_iter().filter_map(|message| message.to));
    all.filter_map(|to| Recipient::read(&to)).collect()
}

const fn one() -> u64 {
    1
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
