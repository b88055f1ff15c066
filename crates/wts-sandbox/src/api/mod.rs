//! The operations: who may call them, how often, and where they are.

mod body;
mod contact;
mod directory;
mod query;
mod send;
mod session;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::account::Account;
use crate::answer::{Answer, Refusal};
use crate::options::MissingRecord;
use crate::state::{Shared, State};

use self::query::Query;

/// The services that a path begins with (docs/wts-api.md §1).
const SERVICES: [&str; 4] = ["core", "chat", "crm", "auth"];

/// A request that got through, and what it is answered from.
struct Call<'a> {
    shared: &'a Shared,
    state: &'a mut State,
    /// The place of the caller's account.
    account: usize,
    head: &'a Parts,
    body: &'a Bytes,
    /// Its place among all requests.
    number: u64,
    now: Timestamp,
}

type Outcome = Result<Answer, Refusal>;

/// Answers one request to the API.
pub(crate) fn answer(shared: &Shared, head: &Parts, body: &Bytes, number: u64) -> Answer {
    let mut state = shared.state();
    let state = &mut *state;
    dispatch(shared, state, head, body, number)
        .unwrap_or_else(|refusal| refusal.into_answer(shared.ids.next()))
}

/// The order of the checks: the service (a gateway's business), the token, the limits, the operation. So an unknown
/// operation without a token is 401, not 404 (docs/wts-api.md §1).
fn dispatch(shared: &Shared, state: &mut State, head: &Parts, body: &Bytes, number: u64) -> Outcome {
    let segments: Vec<&str> = head.uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    if !segments.first().is_some_and(|service| SERVICES.contains(service)) {
        return Err(Refusal::envelope(StatusCode::BAD_REQUEST, "ERROR_BAD_REQUEST", "badrequest"));
    }
    let account = bearer_token(&head.headers)
        .and_then(|token| state.account_of(token))
        .ok_or_else(Refusal::unauthorized)?;
    let operation = Operation::at(&segments);
    let own_limit = operation.as_ref().and_then(Operation::own_limit);
    let limiter = &mut state.accounts[account].limiter;
    limiter.admit(&state.rate_limits, own_limit, Instant::now()).map_err(|wait| {
        Refusal::TooManyRequests { retry_after: state.rate_limits.retry_after.then(|| round_up(wait)) }
    })?;

    let operation = operation.ok_or_else(|| not_found("Recurso não encontrado"))?;
    if operation.method() != head.method {
        return Err(Refusal::MethodNotAllowed(operation.method()));
    }
    let call = Call { shared, state, account, head, body, number, now: Timestamp::now() };
    match operation {
        Operation::ListChatbots => directory::list_chatbots(&call),
        Operation::ListChannels => directory::list_channels(&call),
        Operation::SendNow => send::send_now(call),
        Operation::Queue => send::queue(call),
        Operation::QueueBatch => send::queue_batch(call),
        Operation::GetQueued { id } => send::get_queued(call, &id),
        Operation::ListSessions { version } => session::list(&call, version),
        Operation::GetSession { version, id } => session::get(&call, version, &id),
        Operation::CompleteSession { id } => session::complete(call, &id),
        Operation::SetSessionStatus { id } => session::set_status(call, &id),
        Operation::ListContacts => contact::list(&call),
        Operation::GetContact { id } => contact::get(&call, &id),
        Operation::GetContactByPhone { phone } => contact::get_by_phone(&call, &phone),
    }
}

/// What a path names; each path has one method.
enum Operation<'a> {
    ListChatbots,
    ListChannels,
    SendNow,
    Queue,
    QueueBatch,
    GetQueued { id: Cow<'a, str> },
    ListSessions { version: Version },
    GetSession { version: Version, id: Cow<'a, str> },
    CompleteSession { id: Cow<'a, str> },
    SetSessionStatus { id: Cow<'a, str> },
    ListContacts,
    GetContact { id: Cow<'a, str> },
    GetContactByPhone { phone: Cow<'a, str> },
}

/// Of the session operations: 1 is legacy, 2 adds `type` to the answer (docs/wts-api.md §5, §12).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl<'a> Operation<'a> {
    fn at(segments: &[&'a str]) -> Option<Self> {
        use Version::{One, Two};
        Some(match *segments {
            ["chat", "v1", "chatbot"] => Self::ListChatbots,
            ["chat", "v1", "chatbot", "send"] => Self::SendNow,
            ["chat", "v1", "channel"] => Self::ListChannels,
            ["chat", "v1", "send", "chatbot"] => Self::Queue,
            ["chat", "v1", "send", "chatbot", "batch"] => Self::QueueBatch,
            ["chat", "v1", "send", "chatbot", id] => Self::GetQueued { id: decode(id) },
            ["chat", "v1", "session"] => Self::ListSessions { version: One },
            ["chat", "v2", "session"] => Self::ListSessions { version: Two },
            ["chat", "v1", "session", id] => Self::GetSession { version: One, id: decode(id) },
            ["chat", "v2", "session", id] => Self::GetSession { version: Two, id: decode(id) },
            ["chat", "v1", "session", id, "complete"] => Self::CompleteSession { id: decode(id) },
            ["chat", "v1", "session", id, "status"] => Self::SetSessionStatus { id: decode(id) },
            ["core", "v1", "contact"] => Self::ListContacts,
            ["core", "v1", "contact", id] => Self::GetContact { id: decode(id) },
            ["core", "v1", "contact", "phonenumber", phone] => {
                Self::GetContactByPhone { phone: decode(phone) }
            }
            _ => return None,
        })
    }

    fn method(&self) -> Method {
        match self {
            Self::SendNow | Self::Queue | Self::QueueBatch => Method::POST,
            Self::CompleteSession { .. } | Self::SetSessionStatus { .. } => Method::PUT,
            _ => Method::GET,
        }
    }

    /// The name under which an operation of `/chat/v1/send/*` is limited by itself (docs/wts-api.md §1.2).
    fn own_limit(&self) -> Option<&'static str> {
        match self {
            Self::Queue => Some("send/chatbot"),
            Self::QueueBatch => Some("send/chatbot/batch"),
            Self::GetQueued { .. } => Some("send/chatbot/{id}"),
            _ => None,
        }
    }
}

impl Call<'_> {
    fn account(&self) -> &Account {
        &self.state.accounts[self.account]
    }

    fn account_mut(&mut self) -> &mut Account {
        &mut self.state.accounts[self.account]
    }

    fn query(&self) -> Query {
        Query::read(self.head.uri.query())
    }

    /// The answer to a record that is not there, as the sandbox is set.
    fn missing(&self, text: &str) -> Refusal {
        match self.shared.options.missing_record {
            MissingRecord::ServerError => {
                Refusal::envelope(StatusCode::INTERNAL_SERVER_ERROR, "FORM_ERROR", text)
            }
            MissingRecord::NotFound => not_found(text),
        }
    }
}

fn not_found(text: &str) -> Refusal {
    Refusal::envelope(StatusCode::NOT_FOUND, "ERROR_NOT_FOUND", text)
}

/// An id in a path: not being a UUID is a malformed request, not a missing record.
fn path_id(text: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text)
        .map_err(|_| Refusal::malformed_field("id", format!("The value '{text}' is not valid.")))
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn decode(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

fn round_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
