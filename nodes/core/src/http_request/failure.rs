//! Errors of the node, as n8n tells them: by status, with what the service says.

use heddle_http_kit::status_text;
use heddle_node::http::HeaderMap;
use heddle_node::{ErrorKind, HttpError, HttpErrorKind, Json, NodeError, json};

const SPACE_OUT: &str = "Try spacing your requests out using the batching settings under 'Options'";

/// Keys under which services tell what is wrong, in the order in which they are looked for.
const MESSAGE_KEYS: [&str; 25] = [
    "cause",
    "error",
    "message",
    "Message",
    "msg",
    "messages",
    "description",
    "reason",
    "detail",
    "details",
    "errors",
    "errorMessage",
    "errorMessages",
    "ErrorMessage",
    "error_message",
    "_error_message",
    "errorDescription",
    "error_description",
    "error_summary",
    "error_info",
    "title",
    "text",
    "field",
    "err",
    "type",
];

/// An error of a parameter that n8n tells as one of the node.
pub(super) fn parameter(name: &str, message: impl Into<String>) -> NodeError {
    NodeError::parameter(name, message)
}

/// A URL that is none.
pub(super) fn invalid_url() -> NodeError {
    let mut error = NodeError::parameter("url", "Invalid URL");
    error.class = Some("NodeApiError".into());
    error
}

/// The error of an answer with this status. `body` is what it holds: JSON, where the node reads it as such, else a text.
pub(super) fn of_answer(status: u16, headers: &HeaderMap, body: &Json) -> NodeError {
    let original = match status {
        429 => SPACE_OUT.to_owned(),
        _ => format!("{status} - {body}"),
    };
    told_as(status, headers, body, original)
}

/// The same, of which n8n's own words are `original`.
pub(super) fn told_as(status: u16, headers: &HeaderMap, body: &Json, original: String) -> NodeError {
    let message = if (400..600).contains(&status) { status_text(status) } else { &original };
    let mut error = NodeError::api(status, message);
    let description = told(body).unwrap_or_else(|| original.clone());
    if description != error.message {
        error.description = Some(description);
    }
    let code = if (400..500).contains(&status) { "ERR_BAD_REQUEST" } else { "ERR_BAD_RESPONSE" };
    error.item_error = Some(json!({
        "message": original.as_str(), "name": "AxiosError", "code": code, "status": status,
    }));
    error.source = Some(std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(original)));
    error.retry_after = heddle_http_kit::retry_after(headers);
    error
}

/// What to do about a redirect that was not followed.
pub(super) fn redirected(place: &str) -> String {
    format!(
        "The service redirects to {place}. To follow it, turn on Follow Redirects in the option Redirects; a send is then \
         sent again at the new place."
    )
}

/// What a body says of what is wrong.
fn told(body: &Json) -> Option<String> {
    let Some(text) = body.as_str() else { return body.is_object().then(|| search(body)).flatten() };
    if text.is_empty() {
        return None;
    }
    match Json::parse(text) {
        Err(_) => Some(text.to_owned()),
        Ok(json) => value(&json),
    }
}

/// The first text under one of the keys, at any depth below them.
fn search(object: &Json) -> Option<String> {
    for key in MESSAGE_KEYS {
        let Some(member) = object.get(key) else { continue };
        // A list without a text ends the search.
        if member.as_array().is_some() {
            return value(member);
        }
        if let Some(text) = value(member) {
            return Some(text);
        }
    }
    None
}

fn value(json: &Json) -> Option<String> {
    if let Some(text) = json.as_str() {
        return match Json::parse(text) {
            _ if text.is_empty() => None,
            Ok(inner) => value(&inner),
            Err(_) => Some(text.to_owned()),
        };
    }
    if let Some(list) = json.as_array() {
        let texts: Vec<String> = list
            .iter()
            .filter_map(|element| match element.as_str() {
                Some(text) => Some(text.to_owned()),
                None if element.is_number() => Some(element.to_string()),
                None => search(element),
            })
            .collect();
        return (!texts.is_empty()).then(|| texts.join(" | "));
    }
    match json.as_f64() {
        Some(number) => (number != 0.0).then(|| json.to_string()),
        None => search(json),
    }
}

/// The error of a call without an answer.
pub(super) fn of_call(error: HttpError) -> NodeError {
    let reason = error.message.clone();
    let code = error.code;
    let kind = error.kind;
    let mut failure = NodeError::from(error);
    failure.item_error = of_call_in_item(kind, &reason, code);
    if kind == HttpErrorKind::DomainNotAllowed {
        failure.source =
            Some(std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(reason.clone())));
        if let Some(cause) = reason.strip_prefix("Redirected request failed: ") {
            failure.description = Some(cause.to_owned());
            failure.code = Some("ERR_FR_REDIRECTION_FAILURE");
        }
    }
    let help = match kind {
        HttpErrorKind::TimeLimit => "Give it more time with the option \"Timeout\" (milliseconds).",
        HttpErrorKind::TooLarge => {
            "Allow a larger answer with \"answerLimit\" in the node's JSON (megabytes), or set Response Format to File."
        }
        HttpErrorKind::FileNotKept => {
            "Allow larger files with --file-limit (megabytes), and see that the folder for temporary files has room."
        }
        HttpErrorKind::Forbidden => {
            "The host was started with --no-private-network; --allow-host HOST makes an exception."
        }
        HttpErrorKind::Connect => "Check the URL, and whether the service is up.",
        HttpErrorKind::Proxy => {
            "Check the proxy: the option \"Proxy\", or HTTP_PROXY, HTTPS_PROXY and ALL_PROXY in the environment. NO_PROXY names hosts that need none."
        }
        _ => "",
    };
    if let Some(text) = code.and_then(NodeError::text_of_code) {
        failure.message = text.to_owned();
        failure.source =
            Some(std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(reason.clone())));
        failure.description = Some(format!("{reason}. {help}").trim_end().to_owned());
    } else if !help.is_empty() {
        failure.description = Some(help.to_owned());
    }
    if kind == HttpErrorKind::Invalid && failure.kind == ErrorKind::Operation {
        failure.class = Some("NodeApiError".into());
    }
    failure
}

/// What an item has under `error` whose call met no answer; `None` where it was never to leave.
fn of_call_in_item(kind: HttpErrorKind, reason: &str, code: Option<&'static str>) -> Option<Json> {
    let name = match kind {
        HttpErrorKind::TimeLimit => "AxiosError",
        HttpErrorKind::Connect
        | HttpErrorKind::Proxy
        | HttpErrorKind::Interrupted
        | HttpErrorKind::TooLarge
        | HttpErrorKind::FileNotKept
        | HttpErrorKind::RateLimit
        | HttpErrorKind::Forbidden
        | HttpErrorKind::DomainNotAllowed => "Error",
        _ => return None,
    };
    let mut error = json!({ "message": reason, "name": name });
    if let Some(code) = code {
        error.insert("code", code);
    }
    Some(error)
}

/// The same of the node's versions 1 and 2, which say of a credential that it was rejected.
pub(super) fn of_older_version(mut error: NodeError) -> NodeError {
    if error.kind == ErrorKind::Credential && error.class_name() == "NodeApiError" {
        error.source = None;
        error.code = Some("rejected");
    }
    error
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn what_a_service_tells_is_found() {
        for (body, text) in [
            (json!({ "error": { "message": "no" } }), Some("no")),
            (json!({ "errors": [{ "detail": "a" }, "b", 3] }), Some("a | b | 3")),
            (json!({ "error": "{\"message\":\"inner\"}" }), Some("inner")),
            (json!({ "message": 5 }), Some("5")),
            (json!({ "code": "x" }), None),
            (json!("<html>"), Some("<html>")),
            (json!("{\"title\":\"t\"}"), Some("t")),
            (json!(""), None),
        ] {
            assert_eq!(told(&body).as_deref(), text, "{body}");
        }
    }
}
