//! A request of a package's code as one of the host.

use std::sync::Arc;
use std::time::Duration;

use heddle_data::Json;
use heddle_node::http::{HeaderName, HeaderValue, Request};
use heddle_node::{
    Connection, Effect, ErrorKind, HttpErrorKind, HttpRequest, NodeError, Redirects, Services,
};
use url::Url;

/// How long n8n waits for an answer where nothing else is said.
const USUAL_TIME_LIMIT: Duration = Duration::from_secs(300);

/// What a request is told in place of an answer: `{ message, code?, kind? }`.
type Refusal = Json;

/// Sends a request that code describes: `{ method, url, headers, credential?, timeout?, redirects, anyStatus?, insecure?,
/// proxy? }`. Gives `{ status, statusText, headers }` with the body, or what the code is told instead.
///
/// # Errors
/// When the run is to end, or nothing may leave.
pub(crate) async fn send(
    details: &Json,
    body: Vec<u8>,
    package: &str,
    allows: impl Fn(&Url) -> bool,
    effect: impl Fn(&str, &Url) -> Option<Effect>,
    services: &dyn Services,
) -> Result<Result<(Json, Option<Vec<u8>>), Refusal>, NodeError> {
    let request = match build(details, body, package, allows, effect) {
        Ok(request) => request,
        Err(message) => return Ok(Err(refusal(&message, None, None))),
    };
    match services.http().send(request).await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            let headers = parts.headers.iter().map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                [Json::from(name.as_str()), Json::from(&*value)].into_iter().collect::<Json>()
            });
            let mut head = Json::object();
            head.insert("status", Json::from(parts.status.as_u16()));
            head.insert("statusText", Json::from(parts.status.canonical_reason().unwrap_or_default()));
            head.insert("headers", headers.collect::<Json>());
            Ok(Ok((head, Some(body.to_vec()))))
        }
        Err(error) if matches!(error.kind, HttpErrorKind::DryRun | HttpErrorKind::Cancelled) => {
            Err(error.into())
        }
        Err(error) => Ok(Err(refusal(&error.message, error.code, Some(error.kind)))),
    }
}

fn build(
    details: &Json,
    body: Vec<u8>,
    package: &str,
    allows: impl Fn(&Url) -> bool,
    effect: impl Fn(&str, &Url) -> Option<Effect>,
) -> Result<HttpRequest, String> {
    let text = |name: &str| details.get(name).and_then(Json::as_str);
    let url = text("url").unwrap_or_default();
    let parsed = Url::parse(url).map_err(|_| "Invalid URL".to_owned())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("Unsupported protocol {}:", parsed.scheme()));
    }
    if !allows(&parsed) {
        let host = parsed.host_str().unwrap_or_default();
        return Err(format!(
            "The package {package} may not reach the host {host}. To allow it, add \"{host}\" to the list \"hosts\" in the \
             package's heddle.json"
        ));
    }
    let method = text("method").unwrap_or("GET");
    let mut built = Request::builder().method(method).uri(parsed.as_str());
    for pair in details.get("headers").and_then(Json::as_array).into_iter().flatten() {
        let part = |at: usize| pair.get_index(at).and_then(Json::as_str).unwrap_or_default();
        let name = HeaderName::try_from(part(0))
            .map_err(|_| format!("Header name must be a valid HTTP token [\"{}\"]", part(0)))?;
        let value = HeaderValue::from_bytes(part(1).as_bytes())
            .map_err(|_| format!("Invalid character in header content [\"{name}\"]"))?;
        built = built.header(name, value);
    }
    let built = built.body(body.into()).map_err(|error| format!("The request cannot be sent: {error}"))?;
    let mut request = HttpRequest::new(built);
    request.credential = text("credential").map(str::to_owned);
    request.effect = effect(method, &parsed);
    let timeout = details.get("timeout").and_then(Json::as_f64).filter(|millis| *millis > 0.0);
    request.time_limit = timeout.and_then(|millis| Duration::try_from_secs_f64(millis / 1e3).ok());
    request.usual_time_limit = Some(USUAL_TIME_LIMIT);
    request.takes_any_status = details.get("anyStatus").and_then(Json::as_bool) == Some(true);
    let most = details.get("redirects").and_then(Json::as_f64).unwrap_or_default().clamp(0.0, 50.0);
    // A 307 or 308 asks for a second send: whoever redirects may have taken the message before.
    request.redirects = Redirects { most: most as u32, repeats_sends: false, keeps_credentials: false };
    let is_insecure = details.get("insecure").and_then(Json::as_bool) == Some(true);
    let proxy = text("proxy").map(str::to_owned);
    if is_insecure || proxy.is_some() {
        request.connection =
            Some(Arc::new(Connection { proxy, accepts_any_certificate: is_insecure, certificates: None }));
    }
    request.is_foreign = true;
    Ok(request)
}

fn refusal(message: &str, code: Option<&str>, kind: Option<HttpErrorKind>) -> Refusal {
    let mut told = Json::object();
    told.insert("message", Json::from(message));
    if let Some(code) = code {
        told.insert("code", Json::from(code));
    }
    if let Some(kind) = kind {
        told.insert("kind", Json::from(format!("{kind:?}")));
    }
    told
}

/// The error of a call that a host serves no longer.
pub(crate) fn unknown_question(kind: &str) -> NodeError {
    NodeError::new(
        ErrorKind::Operation,
        format!("The world of the package asks for \"{kind}\", which nobody serves"),
    )
}
