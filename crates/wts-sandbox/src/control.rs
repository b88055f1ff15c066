//! The endpoints under `/sandbox/`, which steer a sandbox that runs in a process of its own. They need no token, and no
//! fault or limit touches them. The crate documentation lists them.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::door::DoorCommand;
use crate::fault_rule::FaultRule;
use crate::model::Recipient;
use crate::outcome::Outcome;
use crate::records::{Arrival, LedgerEntry};
use crate::state::Shared;

/// What the paths of these endpoints begin with.
pub(crate) const PREFIX: &str = "/sandbox/";

/// Why a request could not be carried out: shown as `{"error": …}` with status 400.
struct Problem(String);

type Controlled = Result<Value, Problem>;

/// Answers a request to `/sandbox/…`.
pub(crate) fn answer(shared: &Shared, head: &Parts, body: &Bytes) -> Answer {
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let controlled = match (&head.method, path) {
        (&Method::GET, "faults") => Ok(json!(shared.state().faults.states)),
        (&Method::POST, "faults") => add_faults(shared, body),
        (&Method::DELETE, "faults") => {
            shared.change_faults(|faults| faults.states.clear());
            Ok(json!([]))
        }
        (&Method::POST, "outcomes") => set_outcome(shared, body),
        (&Method::POST, "refuse") => refuse(shared, body),
        (&Method::POST, "answer") => contact_answers(shared, body),
        (&Method::POST, "reset") => {
            shared.reset();
            Ok(json!({ "reset": true }))
        }
        (&Method::GET, "ledger") => list(head, "accepted", |slice| {
            let state = shared.state();
            let entries = slice.of(state.ledger.iter(), |entry: &LedgerEntry| entry.number);
            (state.ledger.count(), entries.map(|entry| json!(entry)).collect())
        }),
        (&Method::GET, "requests") => list(head, "arrived", |slice| {
            let state = shared.state();
            let entries = slice.of(state.requests.iter(), |arrival: &Arrival| arrival.number);
            (state.requests.count(), entries.map(|arrival| json!(arrival.to_record())).collect())
        }),
        _ => {
            let error = json!({ "error": format!("there is no {} {}", head.method, head.uri.path()) });
            return Answer::json_with_status(StatusCode::NOT_FOUND, &error);
        }
    };
    match controlled {
        Ok(value) => Answer::json(&value),
        Err(Problem(error)) => Answer::json_with_status(StatusCode::BAD_REQUEST, &json!({ "error": error })),
    }
}

fn add_faults(shared: &Shared, body: &Bytes) -> Controlled {
    // Read by hand, since serde's message for an untagged enum does not say what is wrong.
    let rules = match read(body)? {
        Value::Array(rules) => rules.into_iter().map(read_value).collect::<Result<Vec<FaultRule>, _>>()?,
        rule => vec![read_value(rule)?],
    };
    shared.change_faults(|faults| faults.add(rules)).map_err(|error| Problem(error.to_string()))?;
    Ok(json!(shared.state().faults.states))
}

fn set_outcome(shared: &Shared, body: &Bytes) -> Controlled {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        to: String,
        statuses: Vec<String>,
        failed_reason: Option<String>,
    }
    let Body { to, statuses, failed_reason } = read(body)?;
    let recipient = Recipient::read(&to)
        .ok_or_else(|| Problem("`to` is neither a phone number nor an @user".to_owned()))?;
    let outcome = Outcome { statuses, failed_reason };
    let value = json!({ "to": recipient.to_string(), "outcome": outcome });
    shared.state().outcomes.insert(recipient, outcome);
    Ok(value)
}

fn refuse(shared: &Shared, body: &Bytes) -> Controlled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        milliseconds: u64,
    }
    let Body { milliseconds } = read(body)?;
    let duration = Some(Duration::from_millis(milliseconds));
    shared
        .door
        .send(DoorCommand::Shut { duration, done: None })
        .map_err(|_| Problem("stopping".to_owned()))?;
    Ok(json!({ "refusingForMilliseconds": milliseconds }))
}

fn contact_answers(shared: &Shared, body: &Bytes) -> Controlled {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        session_id: Uuid,
    }
    let Body { session_id } = read(body)?;
    if shared.contact_answers(session_id) {
        Ok(json!({ "sessionId": session_id }))
    } else {
        Err(Problem(format!("there is no session {session_id}")))
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem(error.to_string()))
}

fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| Problem(error.to_string()))
}

/// The entries after a number, at most so many.
struct Slice {
    after: u64,
    limit: usize,
}

impl Slice {
    fn of<'a, T: 'a>(
        &self,
        entries: impl Iterator<Item = &'a T>,
        number: impl Fn(&T) -> u64,
    ) -> impl Iterator<Item = &'a T> {
        entries.filter(move |entry| number(entry) > self.after).take(self.limit)
    }
}

/// A record as `{<total>: …, "entries": […]}`.
fn list(head: &Parts, total: &str, entries: impl FnOnce(&Slice) -> (u64, Vec<Value>)) -> Controlled {
    let mut slice = Slice { after: 0, limit: usize::MAX };
    for (name, value) in form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()) {
        let number = value.parse::<u64>().map_err(|_| Problem(format!("`{name}` is not a number")))?;
        match &*name {
            "after" => slice.after = number,
            "limit" => slice.limit = usize::try_from(number).unwrap_or(usize::MAX),
            _ => return Err(Problem(format!("`{name}` is unknown; there are `after` and `limit`"))),
        }
    }
    let (count, entries) = entries(&slice);
    Ok(json!({ total: count, "entries": entries }))
}
