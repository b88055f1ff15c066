//! What the sandbox remembers: every accepted send, and every request that arrived.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::words::words;

/// How much of a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    All,
    /// The newest so many entries.
    Last(usize),
    /// Nothing (for benchmarks).
    Nothing,
}

words! {
    /// The operation that accepted a send.
    pub enum Endpoint {
        /// POST `/chat/v1/chatbot/send` (docs/wts-api.md §2.1).
        Now = "now",
        /// POST `/chat/v1/send/chatbot` (§2.2).
        Queue = "queue",
        /// POST `/chat/v1/send/chatbot/batch` (§2.3).
        Batch = "batch",
    }
}

words! {
    /// The option that held an accepted send back, so that no chatbot was started.
    pub enum SkipRule {
        /// `skipIfBotInExecution`.
        BotInExecution = "skipIfBotInExecution",
        /// `skipIfInProgress`.
        InProgress = "skipIfInProgress",
    }
}

/// One accepted send.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Its place among all accepted sends, from 1.
    pub number: u64,
    /// When it was accepted.
    pub at: Timestamp,
    /// The [number](RecordedRequest::number) of the request that brought it.
    pub request: u64,
    /// Its place in the `messages` of a batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_index: Option<usize>,
    /// The operation.
    pub endpoint: Endpoint,
    /// The account.
    pub company_id: Uuid,
    /// The contact's number (digits only) or `@user`, however the request spelt it, or whose conversation it named.
    pub to: String,
    /// The id of the channel, however the request named it.
    pub from: Uuid,
    /// The chatbot's key.
    pub bot_key: Uuid,
    /// The conversation it ran in, or that held it back.
    pub session_id: Uuid,
    /// Whether that conversation was begun by this send.
    pub session_started: bool,
    /// The contact.
    pub contact_id: Uuid,
    /// Whether that contact was made by this send.
    pub contact_created: bool,
    /// The option that held it back; `None`: the chatbot was started.
    pub held_back: Option<SkipRule>,
    /// The id that a queued send was given.
    pub send_id: Option<Uuid>,
    /// The caller's id. It is only kept: the API promises no deduplication by it.
    pub sender_id: Option<String>,
    /// The caller's callback address. It is only kept, see the crate documentation.
    pub callback_url: Option<String>,
    /// `sessionMetadata` of the send, as the API understood it.
    pub session_metadata: Option<Map<String, Value>>,
    /// `contactMetadata` of the send, as the API understood it.
    pub contact_metadata: Option<Map<String, Value>>,
    /// The whole body of the request.
    #[serde(serialize_with = "body_as_json")]
    pub body: Bytes,
}

impl LedgerEntry {
    /// Whether a chatbot was started, rather than held back by a skip rule.
    pub fn was_sent(&self) -> bool {
        self.held_back.is_none()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One request to the API, as it arrived. Requests to `/sandbox/…` are not recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedRequest {
    /// Its place among all requests, from 1.
    pub number: u64,
    /// When it had arrived in full.
    pub at: Timestamp,
    /// The same, since the sandbox started or was reset; in JSON in milliseconds.
    #[serde(rename = "afterMilliseconds", serialize_with = "milliseconds")]
    pub after: Duration,
    /// The method.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without the question mark, still percent-encoded.
    pub query: String,
    /// Names in lower case, in order of arrival by name; the value of `authorization` is masked.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(serialize_with = "body_as_json")]
    pub body: Bytes,
    /// The [kind](crate::Fault::kind) of fault that befell it.
    pub fault: Option<&'static str>,
    /// The status of the answer; `None`: there is none (yet).
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A request as it is kept: nothing is copied until someone asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) after: Duration,
    pub(crate) head: Arc<Parts>,
    pub(crate) body: Bytes,
    pub(crate) fault: Option<&'static str>,
    pub(crate) status: Option<u16>,
}

impl Arrival {
    pub(crate) fn to_record(&self) -> RecordedRequest {
        let headers = self.head.headers.iter().map(|(name, value)| {
            let value = match (name, String::from_utf8_lossy(value.as_bytes())) {
                (name, value) if name == AUTHORIZATION => mask(&value).to_owned(),
                (_, value) => value.into_owned(),
            };
            (name.as_str().to_owned(), value)
        });
        RecordedRequest {
            number: self.number,
            at: self.at,
            after: self.after,
            method: self.head.method.to_string(),
            path: self.head.uri.path().to_owned(),
            query: self.head.uri.query().unwrap_or_default().to_owned(),
            headers: headers.collect(),
            body: self.body.clone(),
            fault: self.fault,
            status: self.status,
        }
    }
}

fn mask(authorization: &str) -> &'static str {
    let is_bearer =
        authorization.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
    if is_bearer { "Bearer ***" } else { "***" }
}

/// A list that forgets its oldest entries.
#[derive(Debug)]
pub(crate) struct Log<T> {
    keep: Keep,
    entries: VecDeque<T>,
    pushed: u64,
}

impl<T> Log<T> {
    pub(crate) fn new(keep: Keep) -> Self {
        Self { keep, entries: VecDeque::new(), pushed: 0 }
    }

    /// How many entries there have ever been.
    pub(crate) fn count(&self) -> u64 {
        self.pushed
    }

    /// Keeps what `entry` makes of the entry's number, if anything is kept at all.
    pub(crate) fn push_with(&mut self, entry: impl FnOnce(u64) -> T) -> u64 {
        self.pushed += 1;
        let capacity = match self.keep {
            Keep::All => usize::MAX,
            Keep::Last(capacity) => capacity,
            Keep::Nothing => 0,
        };
        if capacity > 0 {
            if self.entries.len() >= capacity {
                self.entries.pop_front();
            }
            self.entries.push_back(entry(self.pushed));
        }
        self.pushed
    }

    /// The entry of this number, if it is still kept.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let first = self.pushed - self.entries.len() as u64 + 1;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.entries.get_mut(index)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }
}

/// JSON where the body is JSON, else text.
fn body_as_json<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => value.serialize(serializer),
        Err(_) => String::from_utf8_lossy(body).serialize(serializer),
    }
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    (duration.as_secs_f64() * 1000.0).serialize(serializer)
}
