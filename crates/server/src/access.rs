//! Who may ask: the names under which the server is known, the pages that may use it, the token, and how many requests
//! there may be at a time (`docs/server.md §3`).

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::ApiError;
use crate::shared::Shared;

/// The cookie of a browser that has logged in.
pub(crate) const COOKIE: &str = "heddle_session";

/// What a page may load and where it may send to: nothing but this server's own files.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                                       connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts the checks before every route of `router`.
pub(crate) fn guard(router: Router, shared: &Arc<Shared>) -> Router {
    // The last layer is the first to see a request.
    router
        .layer(from_fn_with_state(Arc::clone(shared), limit_requests))
        .layer(from_fn_with_state(Arc::clone(shared), ask_for_token))
        .layer(from_fn_with_state(Arc::clone(shared), check_origin))
        .layer(from_fn_with_state(Arc::clone(shared), check_host))
        .layer(from_fn_with_state(Arc::clone(shared), seal))
}

/// Adds the headers that keep a browser from doing more with an answer than was meant.
async fn seal(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let mut response = next.run(request).await;
    shared.metrics.count_request(response.status(), started.elapsed());
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A name that is made to lead to this server is none of its names.
async fn check_host(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    match host.or_else(|| request.uri().authority().map(|authority| authority.as_str())) {
        Some(host) if shared.settings.knows_host(host) => next.run(request).await,
        _ => {
            ApiError::new(StatusCode::MISDIRECTED_REQUEST, "This server is not known under the name in Host")
                .with_help("Ask for it as localhost, or start it with --public-host NAME[:PORT].")
                .into_response()
        }
    }
}

/// Pages of other sites may read nothing and post nothing, unless their origin is allowed.
async fn check_origin(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null").to_lowercase());
    let is_allowed = |origin: &str| shared.settings.origins.iter().any(|allowed| allowed == origin);
    let foreign = match &origin {
        Some(origin) if is_same_origin(origin, headers) => None,
        Some(origin) if is_allowed(origin) => Some(origin.clone()),
        Some(_) => return refuse_origin(),
        // Browsers say where a request comes from even where they name no origin.
        None if is_cross_site(headers) && request.method() != Method::GET => return refuse_origin(),
        None => None,
    };
    let Some(origin) = foreign else { return next.run(request).await };
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    if let Ok(origin) = HeaderValue::from_str(&origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, idempotency-key, last-event-id, x-heddle"),
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

fn is_same_origin(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
}

fn refuse_origin() -> Response {
    ApiError::new(StatusCode::FORBIDDEN, "A page of another site must not use this server")
        .with_help("To embed forms there, start the server with --allow-origin ORIGIN.")
        .into_response()
}

/// Lets in who knows the token: a program says it in `Authorization`, a browser has a cookie since it logged in.
async fn ask_for_token(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some(token) = &shared.settings.token else { return next.run(request).await };
    let path = request.uri().path();
    let is_open = path == "/healthz" || path == "/login" || path.starts_with("/assets/");
    let headers = request.headers();
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if is_open
        || bearer.is_some_and(|given| shared.is_same_secret(given, token.expose()))
        || session(headers).is_some_and(|given| shared.is_same_secret(given, &shared.session(token.expose())))
    {
        return next.run(request).await;
    }
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if wants_page && request.method() == Method::GET {
        return Redirect::to(&format!("{}/login", shared.settings.base_path)).into_response();
    }
    let mut response = ApiError::new(StatusCode::UNAUTHORIZED, "This server asks for a token")
        .with_help("Send `Authorization: Bearer TOKEN`, or log in with a browser.")
        .into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// Tells requests beyond the limit to come back, instead of letting all of them wait.
async fn limit_requests(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/healthz" {
        return next.run(request).await;
    }
    let Ok(_permit) = shared.requests.try_acquire() else {
        let mut response =
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "Too many requests at a time").into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    };
    next.run(request).await
}

/// The body of a request, within the limits of size and time.
///
/// # Errors
/// When it is too large, arrives too slowly or breaks off.
pub(crate) async fn read_body(shared: &Shared, body: Body) -> Result<bytes::Bytes, ApiError> {
    use http_body_util::{BodyExt as _, LengthLimitError, Limited};

    let limit = shared.settings.body_limit;
    let collected = Limited::new(body, limit).collect();
    match tokio::time::timeout(shared.settings.body_time, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is larger than {} MB", limit >> 20),
        )
        .with_help("Give fewer items at a time, or run them with `heddle run --input FILE`.")),
        Ok(Err(_)) => Err(ApiError::bad_request("The body broke off")),
        Err(_) => Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "The body arrives too slowly")),
    }
}
