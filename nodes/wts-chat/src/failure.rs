//! Failures of calls, in words that say what happened and what to do.

use bytes::Bytes;
use heddle_http_kit::{Api, short};
use heddle_node::{ErrorKind, HttpError, Json, NodeError, Outcome};
use http::Response;
use jiff::Timestamp;

/// What to do where a conversation is closed.
const CLOSED_ADVICE: &str = "The contact has not written within the last 24 hours, so only a message that may open a conversation \
     reaches them: start a chatbot that begins with an approved template, or wait until they write.";
/// What can be said of one send, whatever became of it.
pub(crate) struct SendFacts<'a> {
    /// The recipient, if one was given.
    pub(crate) recipient: Option<&'a str>,
    /// The conversation, if one was given.
    pub(crate) session: Option<&'a str>,
    /// The id that the request carried.
    pub(crate) sender_id: &'a str,
    /// When it was handed to the host, in milliseconds since 1970.
    pub(crate) started: i64,
    /// When it was over, in milliseconds since 1970. The host may have waited for the rate limit in between.
    pub(crate) ended: i64,
}

/// An answer that is not a success.
fn refused(api: &Api<'_>, answer: &Response<Bytes>) -> NodeError {
    let mut error = api.refused(answer);
    let fact = |name: &str| error.context.get(name).and_then(Json::as_str).map(str::to_owned);
    let (key, support_id) = (fact("key"), fact("supportId"));
    if error.kind != ErrorKind::Credential && says_closed(key.as_deref(), &error.message) {
        error.kind = ErrorKind::ConversationClosed;
        error.transient = false;
        error.description = Some(CLOSED_ADVICE.to_owned());
    }
    if let (Some(support_id), Some(description)) = (support_id, &mut error.description) {
        description.push_str(&format!(" Support id: {support_id}."));
    }
    error
}

/// An answer to a send that is not a success: what [`refused`] says, and whether the send happened.
pub(crate) fn send_refused(api: &Api<'_>, answer: &Response<Bytes>, facts: &SendFacts<'_>) -> NodeError {
    let error = refused(api, answer);
    match answer.status().as_u16() {
        // A 303 answers a request that was carried out (RFC 9110 §15.4.4), and others are used for it, too: whoever sends
        // a redirect may have taken the request before, such as a proxy in front of the API.
        100..=199 | 300..=399 => {
            let advice = error.description.clone().unwrap_or_default();
            let mut error = with_unknown(error, facts);
            if let Some(description) = &mut error.description {
                description.push_str(&format!(" {advice}"));
            }
            error
        }
        500.. => with_unknown(error, facts),
        _ => error,
    }
}

/// A send that met no answer.
pub(crate) fn send_unanswered(api: &Api<'_>, error: HttpError, facts: &SendFacts<'_>) -> NodeError {
    match error.outcome {
        Outcome::Unknown => with_unknown(NodeError::from(error), facts),
        Outcome::Done => with_accepted(NodeError::from(error), facts),
        Outcome::NotDone => api.unreachable(error),
    }
}

/// The service said yes, and the rest of its answer cannot be had.
fn with_accepted(error: NodeError, facts: &SendFacts<'_>) -> NodeError {
    let mut error = error.with_outcome(Outcome::Done).with_description(format!(
        "The send to {} {} was accepted (senderId {}). {}",
        facts.whom(),
        facts.when(),
        short(facts.sender_id),
        facts.where_to_look(),
    ));
    facts.note(&mut error);
    error
}

/// A success of a send without the JSON that was asked for. The service has said yes, so it is never sent again.
pub(crate) fn send_not_json(api: &Api<'_>, answer: &Response<Bytes>, facts: &SendFacts<'_>) -> NodeError {
    let mut error = api.not_json(answer).with_outcome(Outcome::Done).with_description(format!(
        "The send to {} {} was answered by status {}, which means that it was accepted, but the answer cannot be read (senderId {}). \
         {} If nothing is there, something else than the API answered: check the Base URL of the credential \"WTS API\".",
        facts.whom(),
        facts.when(),
        answer.status().as_u16(),
        short(facts.sender_id),
        facts.where_to_look(),
    ));
    facts.note(&mut error);
    error
}

/// Why an accepted send was not delivered.
pub(crate) fn delivery_failure(api: &Api<'_>, status: &str, answer: &Json) -> (ErrorKind, String) {
    let reason = answer.get("failedReason").and_then(Json::as_str).filter(|reason| !reason.trim().is_empty());
    match reason {
        Some(reason) if says_closed(None, reason) => (ErrorKind::ConversationClosed, api.server_text(reason)),
        Some(reason) => (ErrorKind::Api, api.server_text(reason)),
        None => (ErrorKind::Api, format!("the final status is {}", short(status))),
    }
}

/// Delivery of an accepted send failed.
pub(crate) fn delivery_failed(
    api: &Api<'_>,
    status: &str,
    answer: &Json,
    facts: &SendFacts<'_>,
) -> NodeError {
    let (kind, reason) = delivery_failure(api, status, answer);
    let message = format!("The API accepted the send, and delivery failed: {reason}");
    let mut error = NodeError::new(kind, message).with_outcome(Outcome::Done).with_description(format!(
        "{} (senderId {}) The item is not sent again by itself.",
        facts.where_to_look(),
        short(facts.sender_id)
    ));
    error.context.insert("status", Json::from(short(status)));
    if let Some(id) = answer.get("id").and_then(Json::as_str) {
        error.context.insert("sendId", Json::from(id));
    }
    facts.note(&mut error);
    error
}

/// A failure after the send had been accepted.
pub(crate) fn after_accepted(error: NodeError, facts: &SendFacts<'_>) -> NodeError {
    let advice = format!(
        "The send to {} was accepted; only its final status could not be read. {}",
        facts.whom(),
        error.description.as_deref().unwrap_or_default()
    );
    let mut error = error.with_outcome(Outcome::Done).with_description(advice.trim_end().to_owned());
    facts.note(&mut error);
    error
}

/// Nobody can tell whether the send happened.
fn with_unknown(error: NodeError, facts: &SendFacts<'_>) -> NodeError {
    let support = match error.context.get("supportId").and_then(Json::as_str) {
        Some(id) => format!(" Support id: {id}."),
        None => String::new(),
    };
    let mut error = error.with_outcome(Outcome::Unknown).with_description(format!(
        "It is unknown whether the chatbot was sent to {} {} (senderId {}). {} Send it again only if it is not there.{support}",
        facts.whom(),
        facts.when(),
        short(facts.sender_id),
        facts.where_to_look(),
    ));
    facts.note(&mut error);
    error
}

impl SendFacts<'_> {
    fn whom(&self) -> String {
        match (self.recipient, self.session) {
            (Some(recipient), _) => short(recipient),
            (None, Some(session)) => format!("session {}", short(session)),
            (None, None) => "the contact".to_owned(),
        }
    }

    /// When it happened: a moment, or the two that it lies between.
    fn when(&self) -> String {
        if self.ended.abs_diff(self.started) < 1000 {
            format!("at {}", time_text(self.started))
        } else {
            format!("between {} and {}", time_text(self.started), time_text(self.ended))
        }
    }

    fn where_to_look(&self) -> String {
        let conversation = match (self.recipient, self.session) {
            (_, Some(session)) => format!("the conversation {}", short(session)),
            (Some(recipient), None) => format!("the conversation of the contact {}", short(recipient)),
            (None, None) => "the conversation of the contact".to_owned(),
        };
        format!("Look in the WTS app, in {conversation}, whether the chatbot started at that time.")
    }

    /// The facts for programs.
    fn note(&self, error: &mut NodeError) {
        for (key, value) in [("recipient", self.recipient), ("sessionId", self.session)] {
            if let Some(value) = value {
                error.context.insert(key, Json::from(short(value)));
            }
        }
        error.context.insert("sentAt", Json::from(time_text(self.started)));
        error.context.insert("endedAt", Json::from(time_text(self.ended)));
        error.context.insert("senderId", Json::from(short(self.sender_id)));
    }
}

fn time_text(milliseconds: i64) -> String {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(time) => time.to_string(),
        Err(_) => milliseconds.to_string(),
    }
}

/// What to do about an answer of this status, where the service has more to say than others.
pub(crate) fn advice(status: u16) -> Option<&'static str> {
    match status {
        401 => Some(
            "The API key was refused. Open the credential \"WTS API\" and enter a valid token; it may have been revoked, or belong to an \
             account with another Base URL.",
        ),
        404 => Some(
            "Check the ids in the node's fields (bot, channel, session), and the Base URL of the credential \"WTS API\".",
        ),
        400 | 402 | 405..=407 | 409..=424 | 426..=428 | 430..=499 => Some(
            "Check the node's fields: the bot, From, To, Session ID and the metadata. Then run the item again.",
        ),
        _ => None,
    }
}

/// Whether a refusal says that the recipient's conversation is closed. The API publishes no key for it; its texts, English
/// or Portuguese, pass on what WhatsApp says: 131047, or that 24 hours have passed since the contact last wrote.
fn says_closed(key: Option<&str>, text: &str) -> bool {
    let (key, text) = (key.unwrap_or_default().to_uppercase(), text.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    key.contains("WINDOW")
        || has(&["131047", "re-engagement"])
        || (has(&["24 hour", "24 hora", "24h"])
            && has(&["since", "passed", "last", "passaram", "última", "ultima", "janela", "window"]))
        || (has(&["window", "janela"])
            && has(&[
                "closed",
                "expired",
                "outside",
                "fechada",
                "expirada",
                "expirou",
                "encerrada",
                "fora da",
            ]))
}
