//! Answers, and missing answers, as errors: in words that say what happened and what to do.

use std::borrow::Cow;

use bytes::Bytes;
use heddle_node::{ErrorKind, HttpError, HttpErrorKind, Json, NodeError};
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};

use crate::answer::{Content, json_problem, read_content};
use crate::api::{Api, CallError};
use crate::retry_after::retry_after;
use crate::text::short;

impl Api<'_> {
    /// An answer that is not a success. A redirect is one: the host follows none that was not asked for.
    pub fn refused(&self, answer: &Response<Bytes>) -> NodeError {
        let status = answer.status().as_u16();
        let refusal = match read_content(answer.body()) {
            Content::Json(body) => (self.service.refusal)(&body),
            Content::Empty | Content::Other => crate::Refusal::default(),
        };
        let mut error = if answer.status().is_redirection() {
            self.redirected(answer)
        } else {
            let text = refusal.text.map(|text| self.server_text(&text)).filter(|text| !text.is_empty());
            let message = text.unwrap_or_else(|| status_text(status).to_owned());
            NodeError::api(status, message).with_description(self.advice(status))
        };
        if status == 401 {
            error.kind = ErrorKind::Credential;
        }
        error.retry_after = retry_after(answer.headers());
        error.context.insert("httpCode", Json::from(status.to_string()));
        for (name, value) in refusal.facts {
            error.context.insert(name, Json::from(self.server_text(&value)));
        }
        error
    }

    /// A success without the JSON that was asked for.
    pub fn not_json(&self, answer: &Response<Bytes>) -> NodeError {
        let status = answer.status().as_u16();
        let (message, advice) = self.unreadable(answer);
        let mut error = NodeError::new(ErrorKind::Api, message);
        error.http_status = Some(status);
        error.context.insert("httpCode", Json::from(status.to_string()));
        error.with_description(advice)
    }

    /// A call that met no answer, or could not be built, and changed nothing.
    pub fn no_answer(&self, error: CallError) -> NodeError {
        match error {
            CallError::NotBuilt(error) => error,
            CallError::NoAnswer(error) => self.unreachable(error),
        }
    }

    /// A call that met no answer and changed nothing.
    pub fn unreachable(&self, error: HttpError) -> NodeError {
        let credential = self.service.credential_name;
        let advice = match error.kind {
            HttpErrorKind::Connect => format!(
                "Nothing was sent. Check the network, and the Base URL of the credential \"{credential}\", and run the item \
                 again."
            ),
            HttpErrorKind::Interrupted | HttpErrorKind::TimeLimit => {
                "Check the network, and try again.".to_owned()
            }
            HttpErrorKind::RateLimit => {
                "Nothing was sent. Send fewer items in one run, or run the item again later.".to_owned()
            }
            HttpErrorKind::Credential => format!("Open the credential \"{credential}\" and fill it in."),
            _ => String::new(),
        };
        let mut error = NodeError::from(error);
        if error.description.is_none() && !advice.is_empty() {
            error.description = Some(advice);
        }
        error
    }

    /// What to do where something else than the API seems to answer.
    pub(crate) fn elsewhere(&self) -> String {
        format!(
            "Something else than the API seems to answer there: check the Base URL of the credential \"{}\".",
            self.service.credential_name
        )
    }

    /// What to do about an answer of this status.
    fn advice(&self, status: u16) -> Cow<'static, str> {
        if let Some(own) = (self.service.advice)(status) {
            return Cow::Borrowed(own);
        }
        let (name, credential) = (self.service.name, self.service.credential_name);
        match status {
            100..=199 => Cow::Owned(format!(
                "This is no answer of the API: a proxy, or something else at its address, seems to have answered. Check the Base \
                 URL of the credential \"{credential}\"."
            )),
            401 => Cow::Owned(format!(
                "The credential was refused. Open \"{credential}\" and enter valid values; they may have been revoked, or belong \
                 to an account with another Base URL."
            )),
            403 => Cow::Owned(format!(
                "The credential does not allow this. Open \"{credential}\" and enter the values of an account that may do it."
            )),
            404 => Cow::Owned(format!(
                "Check the ids in the node's fields, and the Base URL of the credential \"{credential}\"."
            )),
            408 | 425 => Cow::Borrowed(
                "The service, or a proxy in front of it, did not take the request in time. Try again later; if it lasts, check \
                 the network.",
            ),
            429 => Cow::Borrowed(
                "The account makes more requests than the service allows. Wait some minutes, or send fewer items in one run.",
            ),
            500.. => Cow::Owned(format!(
                "The service has a problem. Try again later; if it lasts, ask the support of {name}."
            )),
            _ => Cow::Borrowed("Check the node's fields. Then run the item again."),
        }
    }

    fn redirected(&self, answer: &Response<Bytes>) -> NodeError {
        let status = answer.status().as_u16();
        let location =
            answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Only the host: the rest of an address may hold a secret.
        let host = location.parse::<http::Uri>().ok().and_then(|url| url.host().map(short));
        let message = match &host {
            Some(host) => format!("The request was redirected to {host} (status {status})"),
            None => format!("The request was redirected (status {status})"),
        };
        let mut error = NodeError::api(status, message).with_description(format!(
            "The redirect was not followed, since it might send twice or send elsewhere. The Base URL of the credential \"{}\" \
             seems to be wrong, or a proxy stands in between: set it to the address of the API itself, by default {}.",
            self.service.credential_name, self.service.base_url
        ));
        if let Some(host) = host {
            error.context.insert("redirectHost", Json::from(host));
        }
        error
    }

    /// Why the body of an answer cannot be read, and what to do.
    fn unreadable(&self, answer: &Response<Bytes>) -> (String, String) {
        let coding = answer.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        if let Some(coding) = coding.map(str::trim).filter(|coding| !coding.eq_ignore_ascii_case("identity"))
        {
            return (
                format!("The answer is compressed ({}), which was not asked for", short(coding)),
                "A proxy in front of the API seems to compress answers: turn that off for this address."
                    .to_owned(),
            );
        }
        let kind = kind_of_body(answer);
        let is_json = kind.eq_ignore_ascii_case("application/json") || kind.to_lowercase().ends_with("+json");
        match json_problem(answer.body()).filter(|_| is_json) {
            Some(problem) => (
                format!("The answer says that it is JSON, and cannot be read as such: {}", short(&problem)),
                format!(
                    "A proxy in front of the API may have cut or changed it; if it lasts, ask the support of {}.",
                    self.service.name
                ),
            ),
            None => (format!("The answer is {kind}, not JSON"), self.elsewhere()),
        }
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

/// n8n's words for a status (`docs/engine.md §14.3`), for answers that have none of their own.
pub fn status_text(status: u16) -> &'static str {
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
