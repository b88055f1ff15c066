//! The bottom of the host's HTTP: one try of one request, and what is known about it afterwards.

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use heddle_node::HttpErrorKind;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};

use crate::policy::Happened;

/// The longest time that opening a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Sends requests. Repeats nothing and follows no redirect: both are decisions of the layers above.
#[derive(Default)]
pub(crate) struct Transport {
    /// Made at the first request, since loading the system's certificates takes its time.
    client: OnceLock<Result<reqwest::Client, String>>,
}

/// How one try ended.
pub(crate) struct Try {
    pub(crate) happened: Happened,
    /// The whole answer, or why there is none.
    pub(crate) answer: Result<Response<Bytes>, NoAnswer>,
}

/// Why there is no answer.
pub(crate) struct NoAnswer {
    pub(crate) kind: HttpErrorKind,
    pub(crate) reason: String,
}

impl Try {
    fn failed(happened: Happened, kind: HttpErrorKind, reason: String) -> Self {
        Self { happened, answer: Err(NoAnswer { kind, reason }) }
    }
}

impl Transport {
    pub(crate) async fn send(&self, request: http::Request<Bytes>, time_limit: Duration) -> Try {
        let client = match self.client.get_or_init(build_client) {
            Ok(client) => client,
            Err(reason) => return Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason.clone()),
        };
        let request = match reqwest::Request::try_from(request) {
            Ok(request) => request,
            Err(error) => return Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason(&error)),
        };
        match tokio::time::timeout(time_limit, exchange(client, request)).await {
            Ok(Ok(answer)) => {
                Try { happened: classify(answer.status(), answer.headers()), answer: Ok(answer) }
            }
            Ok(Err(error)) if error.is_builder() => {
                Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason(&error))
            }
            Ok(Err(error)) if error.is_connect() => {
                Try::failed(Happened::NotWritten, HttpErrorKind::Connect, reason(&error))
            }
            Ok(Err(error)) => Try::failed(Happened::Interrupted, HttpErrorKind::Interrupted, reason(&error)),
            Err(_) => {
                let reason = format!("no answer within {} s", time_limit.as_secs_f64());
                Try::failed(Happened::Interrupted, HttpErrorKind::TimeLimit, reason)
            }
        }
    }
}

async fn exchange(
    client: &reqwest::Client,
    request: reqwest::Request,
) -> Result<Response<Bytes>, reqwest::Error> {
    let mut response = client.execute(request).await?;
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    *answer.body_mut() = response.bytes().await?;
    Ok(answer)
}

fn build_client() -> Result<reqwest::Client, String> {
    // Another part of the program may have chosen a provider already; theirs is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("heddle/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("the HTTP client cannot start: {}", reason(&error)))
}

fn classify(status: StatusCode, headers: &HeaderMap) -> Happened {
    match status.as_u16() {
        429 => Happened::RateLimited(retry_after(headers)),
        200..=299 => Happened::Answered,
        500.. => Happened::ServerError,
        _ => Happened::Refused,
    }
}

/// The wait that a `Retry-After` header asks for, in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let moment = httpdate::parse_http_date(text).ok()?;
    Some(moment.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The innermost cause, which is the one that tells something. The URL stays out: it may hold a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_builder() {
        return "the request cannot be built: its URL or a header is not valid".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().expect("a header value"));
        headers
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        assert_eq!(retry_after(&headers("7")), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers("0.5")), Some(Duration::from_millis(500)));
        assert_eq!(retry_after(&headers("-1")), None);
        assert_eq!(retry_after(&headers("soon")), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let wait = retry_after(&headers(&date)).expect("a wait");
        assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
        let past = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(60));
        assert_eq!(retry_after(&headers(&past)), Some(Duration::ZERO));
    }
}
