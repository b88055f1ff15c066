//! Failures of calls, in words that say what happened and what to do.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use heddle_node::{ErrorKind, HttpError, HttpErrorKind, Json, NodeError, Outcome};
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use jiff::Timestamp;

use crate::api::{Api, Content, json_problem, read_content};

/// What to do where a conversation is closed.
const CLOSED_ADVICE: &str = "The contact has not written within the last 24 hours, so only a message that may open a conversation \
     reaches them: start a chatbot that begins with an approved template, or wait until they write.";
/// Texts of a server are cut after so many characters.
const LONGEST_TEXT: usize = 500;

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

/// A refusal, as the API words it (docs/wts-api.md §1.1).
#[derive(Default)]
struct Refusal {
    text: Option<String>,
    key: Option<String>,
    support_id: Option<String>,
}

/// An answer that is not a success.
pub(crate) fn refused(api: &Api<'_>, answer: &Response<Bytes>) -> NodeError {
    let status = answer.status().as_u16();
    let refusal = read_refusal(api, answer.body());
    let mut error = if answer.status().is_redirection() {
        redirected(answer)
    } else {
        let message = refusal.text.unwrap_or_else(|| status_text(status).to_owned());
        NodeError::api(status, message).with_description(advice(status))
    };
    if status == 401 {
        error.kind = ErrorKind::Credential;
    } else if says_closed(refusal.key.as_deref(), &error.message) {
        error.kind = ErrorKind::ConversationClosed;
        error.transient = false;
        error.description = Some(CLOSED_ADVICE.to_owned());
    }
    error.retry_after = retry_after(answer);
    error.context.insert("httpCode", Json::from(status.to_string()));
    if let Some(key) = refusal.key {
        error.context.insert("key", Json::from(key));
    }
    if let Some(support_id) = refusal.support_id {
        if let Some(description) = &mut error.description {
            description.push_str(&format!(" Support id: {support_id}."));
        }
        error.context.insert("supportId", Json::from(support_id));
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
pub(crate) fn send_unanswered(error: HttpError, facts: &SendFacts<'_>) -> NodeError {
    match error.outcome {
        Outcome::Unknown => with_unknown(NodeError::from(error), facts),
        Outcome::Done => with_accepted(NodeError::from(error), facts),
        Outcome::NotDone => unreachable(error),
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

/// A call that met no answer and changed nothing.
pub(crate) fn unreachable(error: HttpError) -> NodeError {
    let advice = match error.kind {
        HttpErrorKind::Connect => {
            "Nothing was sent. Check the network, and the Base URL of the credential \"WTS API\", and run the item again."
        }
        HttpErrorKind::Interrupted | HttpErrorKind::TimeLimit => "Check the network, and try again.",
        HttpErrorKind::RateLimit => {
            "Nothing was sent. Send fewer items in one run, or run the item again later."
        }
        HttpErrorKind::Credential => "Open the credential \"WTS API\" and fill in API Key and Base URL.",
        _ => "",
    };
    let mut error = NodeError::from(error);
    if error.description.is_none() && !advice.is_empty() {
        error.description = Some(advice.to_owned());
    }
    error
}

/// A success without the JSON that was asked for.
pub(crate) fn not_json(answer: &Response<Bytes>) -> NodeError {
    let status = answer.status().as_u16();
    let (message, advice) = unreadable(answer);
    let mut error = NodeError::new(ErrorKind::Api, message);
    error.http_status = Some(status);
    error.context.insert("httpCode", Json::from(status.to_string()));
    error.with_description(advice)
}

/// Why the body of an answer cannot be read, and what to do.
fn unreadable(answer: &Response<Bytes>) -> (String, &'static str) {
    let coding = answer.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    if let Some(coding) = coding.map(str::trim).filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return (
            format!("The answer is compressed ({}), which was not asked for", short(coding)),
            "A proxy in front of the API seems to compress answers: turn that off for this address.",
        );
    }
    let kind = kind_of_body(answer);
    let is_json = kind.eq_ignore_ascii_case("application/json") || kind.to_lowercase().ends_with("+json");
    match json_problem(answer.body()).filter(|_| is_json) {
        Some(problem) => (
            format!("The answer says that it is JSON, and cannot be read as such: {}", short(&problem)),
            "A proxy in front of the API may have cut or changed it; if it lasts, ask the support of WTS.",
        ),
        None => (
            format!("The answer is {kind}, not JSON"),
            "Something else than the API seems to answer there: check the Base URL of the credential \"WTS API\".",
        ),
    }
}

/// A success of a send without the JSON that was asked for. The service has said yes, so it is never sent again.
pub(crate) fn send_not_json(answer: &Response<Bytes>, facts: &SendFacts<'_>) -> NodeError {
    let mut error = not_json(answer).with_outcome(Outcome::Done).with_description(format!(
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

/// A list that is none.
pub(crate) fn not_a_list() -> NodeError {
    NodeError::new(ErrorKind::Api, "The answer is not a list").with_description(
        "Something else than the API seems to answer there: check the Base URL of the credential \"WTS API\".",
    )
}

/// Why an accepted send was not delivered.
pub(crate) fn delivery_failure(api: &Api<'_>, status: &str, answer: &Json) -> (ErrorKind, String) {
    let reason = answer.get("failedReason").and_then(Json::as_str).filter(|reason| !reason.trim().is_empty());
    match reason {
        Some(reason) if says_closed(None, reason) => {
            (ErrorKind::ConversationClosed, server_text(api, reason))
        }
        Some(reason) => (ErrorKind::Api, server_text(api, reason)),
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

fn redirected(answer: &Response<Bytes>) -> NodeError {
    let status = answer.status().as_u16();
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Only the host: the rest of an address may hold a secret.
    let host = location.parse::<http::Uri>().ok().and_then(|url| url.host().map(short));
    let message = match &host {
        Some(host) => format!("The request was redirected to {host} (status {status})"),
        None => format!("The request was redirected (status {status})"),
    };
    let mut error = NodeError::api(status, message).with_description(
        "The redirect was not followed, since it might send twice or send elsewhere. The Base URL of the credential \"WTS API\" seems to be \
         wrong, or a proxy stands in between: set it to the address of the API itself, by default https://api.wts.chat.",
    );
    if let Some(host) = host {
        error.context.insert("redirectHost", Json::from(host));
    }
    error
}

/// Reads whichever body a refusal has: the envelope, ProblemDetails (RFC 7807), or none of them.
fn read_refusal(api: &Api<'_>, body: &[u8]) -> Refusal {
    let Content::Json(body) = read_content(body) else { return Refusal::default() };
    let text = |name: &str| {
        let text = body.get(name).and_then(Json::as_str)?;
        (!text.trim().is_empty()).then(|| server_text(api, text))
    };
    let support_id = body
        .get("id")
        .and_then(|id| id.get("shortValue").or_else(|| id.get("value")))
        .and_then(Json::as_str)
        .map(|id| server_text(api, id));
    Refusal { text: text("text").or_else(|| read_problem(api, &body)), key: text("key"), support_id }
}

/// Title, detail and errors by field of ProblemDetails.
fn read_problem(api: &Api<'_>, body: &Json) -> Option<String> {
    let mut parts: Vec<String> = ["title", "detail"]
        .into_iter()
        .filter_map(|name| body.get(name).and_then(Json::as_str))
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .collect();
    for (field, messages) in
        body.get("errors").and_then(Json::as_object).into_iter().flat_map(|errors| errors.iter())
    {
        let messages: Vec<&str> = match messages.as_array() {
            Some(messages) => messages.iter().filter_map(Json::as_str).collect(),
            None => messages.as_str().into_iter().collect(),
        };
        if !messages.is_empty() {
            parts.push(format!("{field}: {}", messages.join(" ")));
        }
    }
    (!parts.is_empty()).then(|| server_text(api, &parts.join(" ")))
}

/// A text that a server wrote: without the API key, and of a bearable length.
fn server_text(api: &Api<'_>, text: &str) -> String {
    short(&api.mask(text.trim()))
}

/// The beginning of a text that may be of any length.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn kind_of_body(answer: &Response<Bytes>) -> String {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match kind.map(|kind| kind.split(';').next().unwrap_or_default().trim()) {
        _ if answer.body().trim_ascii().is_empty() => "empty".to_owned(),
        Some(kind) if !kind.is_empty() => short(kind),
        _ => "of an unknown kind".to_owned(),
    }
}

/// The wait that `Retry-After` asks for, in seconds or as a date.
fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(text).ok()?;
    Some(moment.duration_since(SystemTime::now()).unwrap_or_default())
}

/// What to do about an answer of this status.
fn advice(status: u16) -> &'static str {
    match status {
        401 => {
            "The API key was refused. Open the credential \"WTS API\" and enter a valid token; it may have been revoked, or belong to an \
             account with another Base URL."
        }
        403 => {
            "The API key does not allow this. Open the credential \"WTS API\" and enter a token of an account that may do it."
        }
        404 => {
            "Check the ids in the node's fields (bot, channel, session), and the Base URL of the credential \"WTS API\"."
        }
        429 => {
            "The account makes more requests than the service allows. Wait some minutes, or send fewer items in one run."
        }
        500.. => "The service has a problem. Try again later; if it lasts, ask the support of WTS.",
        100..=199 => {
            "This is no answer of the API: a proxy, or something else at its address, seems to have answered. Check the Base URL of the \
             credential \"WTS API\"."
        }
        408 | 425 => {
            "The service, or a proxy in front of it, did not take the request in time. Try again later; if it lasts, check the network."
        }
        _ => {
            "Check the node's fields: the bot, From, To, Session ID and the metadata. Then run the item again."
        }
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

/// n8n's words for a status (`docs/engine.md §14.3`), for answers that have none of their own.
fn status_text(status: u16) -> &'static str {
    match status {
        400 => "Bad request - please check your parameters",
        401 => "Authorization failed - please check your credentials",
        402 => "Payment required - perhaps check your payment details?",
        403 => "Forbidden - perhaps check your credentials?",
        404 => "The resource you are requesting could not be found",
        405 => "Method not allowed - please check you are using the right HTTP method",
        429 => "The service is receiving too many requests from you",
        500 => "The service was not able to process your request",
        502 => "Bad gateway - the service failed to handle your request",
        503 => {
            "Service unavailable - try again later or consider setting this node to retry automatically (in the node settings)"
        }
        504 => "Gateway timed out - perhaps try again later?",
        501 | 505.. => "The service failed to process your request",
        _ => "Your request is invalid or could not be processed by the service",
    }
}
