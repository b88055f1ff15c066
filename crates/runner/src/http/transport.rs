//! The bottom of the host's HTTP: one try of one request, and what is known about it afterwards.

use std::collections::HashMap;
use std::error::Error;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use heddle_http_kit::retry_after;
use heddle_node::http::answer_with_file;
use heddle_node::{FileAnswers, FileContent, FileReader, FileStore, HttpErrorKind, Upload};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};

use crate::elsewhere::{Elsewhere, Turned};
use crate::masking::{Secrets, credentials_of};
use crate::network::{Forbidden, Network, NotFound, Resolver};
use crate::policy::Happened;
use crate::reachability::Reachability;

/// The longest time that opening a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// So many bytes of a file leave at a time.
const BLOCK: usize = 64 * 1024;

/// Sends requests. Repeats nothing and follows no redirect: both are decisions of the layers above.
#[derive(Default)]
pub(crate) struct Transport {
    /// Hosts that cannot be reached.
    pub(crate) reachability: Reachability,
    /// Tokens that services have given.
    pub(crate) tokens: crate::oauth::Tokens,
    /// What may be reached.
    pub(crate) network: Arc<Network>,
    /// Made at the first request, since loading the system's certificates takes its time.
    client: OnceLock<Result<reqwest::Client, String>>,
    /// Clients for connections of another kind.
    others: Mutex<HashMap<ConnectionKind, reqwest::Client>>,
}

/// How a connection is made, where that is not the host's way.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionKind {
    /// URL of the proxy.
    pub(crate) proxy: Option<String>,
    /// Whether a server may have any certificate.
    pub(crate) accepts_any_certificate: bool,
    /// The client's certificate and key, as PEM.
    pub(crate) identity: Option<String>,
    /// The authority's certificates, as PEM.
    pub(crate) authority: Option<String>,
}

/// What one try of a request may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// The longest time until the whole answer is there.
    pub(crate) time: Duration,
    /// The largest body of an answer, in bytes.
    pub(crate) answer: usize,
    /// How the connection is made.
    pub(crate) connection: Option<&'a ConnectionKind>,
    /// Where it goes instead of its service.
    pub(crate) elsewhere: Option<&'a Elsewhere>,
    /// Where answers go that are files.
    pub(crate) files: Option<FileTarget<'a>>,
}

/// Where answers go that are files.
#[derive(Clone, Copy)]
pub(crate) struct FileTarget<'a> {
    /// Which answers are.
    pub(crate) answers: FileAnswers,
    pub(crate) store: &'a dyn FileStore,
    /// The largest file, in bytes.
    pub(crate) most: u64,
    /// What is masked in them.
    pub(crate) secrets: &'a Secrets,
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
    /// The system's code for it.
    pub(crate) code: Option<&'static str>,
}

impl Try {
    fn failed(happened: Happened, kind: HttpErrorKind, reason: String) -> Self {
        Self { happened, answer: Err(NoAnswer { kind, reason, code: None }) }
    }

    fn with_code(mut self, code: Option<&'static str>) -> Self {
        if let Err(none) = &mut self.answer {
            none.code = code;
        }
        self
    }
}

impl Transport {
    /// Sends a request within these limits.
    pub(crate) async fn send(&self, request: http::Request<Bytes>, limits: Limits<'_>) -> Try {
        let Limits { time: time_limit, answer: answer_limit, connection, elsewhere, files } = limits;
        let mut request = request;
        sign_by_url(&mut request);
        let upload = request.extensions_mut().remove::<Upload>();
        if let Some(elsewhere) = elsewhere.filter(|elsewhere| !elsewhere.is_empty()) {
            request = match elsewhere.turn(request) {
                Turned::Sent(request) => request,
                Turned::Answered(answer) => {
                    return Try { happened: classify(answer.status(), answer.headers()), answer: Ok(answer) };
                }
                Turned::Broken(reason) => {
                    return Try::failed(Happened::Interrupted, HttpErrorKind::Interrupted, reason)
                        .with_code(Some("ECONNRESET"));
                }
                Turned::Refused(reason) => {
                    return Try::failed(Happened::Refused, HttpErrorKind::Forbidden, reason);
                }
            };
        }
        let client = match self.client(connection) {
            Ok(client) => client,
            Err(reason) => return Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason),
        };
        let mut request = match reqwest::Request::try_from(request) {
            Ok(request) => request,
            Err(error) => return Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason(&error)),
        };
        if let Err(forbidden) = self.network.check(request.url()) {
            return Try::failed(Happened::Refused, HttpErrorKind::Forbidden, forbidden.to_string());
        }
        if let Some(upload) = upload {
            request.headers_mut().insert(CONTENT_LENGTH, upload.size().into());
            *request.body_mut() = Some(body_of(&upload));
        }
        match tokio::time::timeout(time_limit, exchange(&client, request, answer_limit, files)).await {
            Ok(Ok((answer, Body::Whole))) => {
                Try { happened: classify(answer.status(), answer.headers()), answer: Ok(answer) }
            }
            // What the status says of the request holds all the same.
            Ok(Ok((answer, Body::TooLarge))) => {
                let reason = format!(
                    "the answer (status {}) is larger than {}",
                    answer.status().as_u16(),
                    size_text(answer_limit)
                );
                let happened = classify(answer.status(), answer.headers());
                Try::failed(happened, HttpErrorKind::TooLarge, reason)
            }
            Ok(Ok((answer, Body::NotKept(reason)))) => {
                let happened = classify(answer.status(), answer.headers());
                Try::failed(happened, HttpErrorKind::FileNotKept, reason)
            }
            Ok(Err(error)) if error.is_builder() => {
                Try::failed(Happened::Refused, HttpErrorKind::Invalid, reason(&error))
            }
            Ok(Err(error)) if find::<Forbidden>(&error).is_some() => {
                Try::failed(Happened::Refused, HttpErrorKind::Forbidden, reason(&error))
            }
            Ok(Err(error)) if error.is_connect() => {
                let url = error.url().map(|url| url.as_str()).unwrap_or_default();
                match crate::proxy::of(connection.and_then(|kind| kind.proxy.as_deref()), url) {
                    // A code of the system would be taken for the service's.
                    Some(proxy) => {
                        let reason = format!("the proxy {proxy} does not let it through: {}", reason(&error));
                        Try::failed(Happened::NotWritten, HttpErrorKind::Proxy, reason)
                    }
                    None => Try::failed(Happened::NotWritten, HttpErrorKind::Connect, reason(&error))
                        .with_code(code_of(&error)),
                }
            }
            Ok(Err(error)) => Try::failed(Happened::Interrupted, HttpErrorKind::Interrupted, reason(&error))
                .with_code(code_of(&error).or(Some("ECONNRESET"))),
            Err(_) => {
                let reason = format!("no answer within {} s", time_limit.as_secs_f64());
                Try::failed(Happened::Interrupted, HttpErrorKind::TimeLimit, reason)
                    .with_code(Some("ECONNABORTED"))
            }
        }
    }

    fn client(&self, connection: Option<&ConnectionKind>) -> Result<reqwest::Client, String> {
        let Some(kind) = connection else {
            return self
                .client
                .get_or_init(|| build_client(&self.network, &ConnectionKind::default()))
                .clone();
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = others.get(kind) {
            return Ok(client.clone());
        }
        let client = build_client(&self.network, kind)?;
        others.insert(kind.clone(), client.clone());
        Ok(client)
    }
}

/// Whether the body of an answer was read.
enum Body {
    Whole,
    /// It is larger than may be held in memory; the connection is closed without reading it.
    TooLarge,
    /// It is a file that is too large, or cannot be kept: why.
    NotKept(String),
}

/// The bytes of an upload, read while they leave.
fn body_of(upload: &Upload) -> reqwest::Body {
    let begun = (upload.pieces().to_vec().into_iter(), None);
    let blocks = stream::try_unfold(
        begun,
        |(mut pieces, mut reader): (std::vec::IntoIter<FileContent>, Option<FileReader>)| async move {
            loop {
                if let Some(open) = &mut reader {
                    let block = open.next_block(BLOCK)?;
                    if !block.is_empty() {
                        return Ok::<_, std::io::Error>(Some((block, (pieces, reader))));
                    }
                }
                match pieces.next() {
                    Some(piece) => reader = Some(piece.open()?),
                    None => return Ok(None),
                }
            }
        },
    );
    reqwest::Body::wrap_stream(blocks)
}

async fn exchange(
    client: &reqwest::Client,
    request: reqwest::Request,
    answer_limit: usize,
    files: Option<FileTarget<'_>>,
) -> Result<(Response<Bytes>, Body), reqwest::Error> {
    let mut response = client.execute(request).await?;
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if let Some(target) = files
        && answer.status().is_success()
        && target.answers.has(media_type.unwrap_or_default())
    {
        let body = keep(response, &mut answer, target).await?;
        return Ok((answer, body));
    }
    if response.content_length().is_some_and(|length| length > answer_limit as u64) {
        return Ok((answer, Body::TooLarge));
    }
    // Nearly every answer comes in one piece, which is passed on as it is.
    let mut piece = Bytes::new();
    let mut pieces = BytesMut::new();
    while let Some(next) = response.chunk().await? {
        if piece.len() + pieces.len() + next.len() > answer_limit {
            return Ok((answer, Body::TooLarge));
        }
        if piece.is_empty() && pieces.is_empty() {
            piece = next;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut piece));
            pieces.extend_from_slice(&next);
        }
    }
    *answer.body_mut() = if pieces.is_empty() { piece } else { pieces.freeze() };
    Ok((answer, Body::Whole))
}

/// Puts a body into the file store as it arrives.
async fn keep(
    mut response: reqwest::Response,
    answer: &mut Response<Bytes>,
    target: FileTarget<'_>,
) -> Result<Body, reqwest::Error> {
    let too_large = || {
        let limit = size_text(usize::try_from(target.most).unwrap_or(usize::MAX));
        Body::NotKept(format!("its file is larger than {limit}"))
    };
    let not_kept = |error: std::io::Error| Body::NotKept(format!("its file cannot be kept: {error}"));
    if response.content_length().is_some_and(|length| length > target.most) {
        return Ok(too_large());
    }
    let mut writer = target.store.begin();
    let mut mask = target.secrets.mask_pieces();
    let mut size = 0;
    while let Some(piece) = response.chunk().await? {
        size += piece.len() as u64;
        if size > target.most {
            return Ok(too_large());
        }
        if let Err(error) = writer.write(&mask.pass(&piece)) {
            return Ok(not_kept(error));
        }
    }
    match writer.write(&mask.end()).and_then(|()| writer.finish()) {
        Ok(file) => answer_with_file(answer, file),
        Err(error) => return Ok(not_kept(error)),
    }
    Ok(Body::Whole)
}

/// A size as people write it.
fn size_text(bytes: usize) -> String {
    match bytes as f64 / f64::from(1 << 20) {
        megabytes if megabytes >= 0.1 => format!("{} MB", (megabytes * 100.0).round() / 100.0),
        _ => format!("{bytes} bytes"),
    }
}

fn build_client(network: &Arc<Network>, kind: &ConnectionKind) -> Result<reqwest::Client, String> {
    crate::proxy::check(|name| std::env::var_os(name))?;
    // Another part of the program may have chosen a provider already; theirs is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder();
    if let Some(proxy) = &kind.proxy {
        let proxy = reqwest::Proxy::all(proxy).map_err(|_| "the proxy is not a valid URL".to_owned())?;
        builder = builder.proxy(proxy);
    }
    if kind.accepts_any_certificate {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if let Some(authority) = &kind.authority {
        let certificates = reqwest::Certificate::from_pem_bundle(authority.as_bytes())
            .map_err(|_| "the certificate of the authority (\"ca\") is not valid PEM".to_owned())?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(identity) = &kind.identity {
        let identity = reqwest::Identity::from_pem(identity.as_bytes()).map_err(|_| {
            "the client's certificate (\"cert\", \"key\") is not valid PEM, or its key is encrypted: \
             `openssl pkey -in key.pem -out plain.pem` takes the passphrase away"
                .to_owned()
        })?;
        builder = builder.identity(identity);
    }
    builder
        .dns_resolver(Resolver(Arc::clone(network)))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("heddle/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("the HTTP client cannot start: {}", reason(&error)))
}

/// Signs a request with the user and the password of its URL, which go no further: whatever is told of a URL holds none.
fn sign_by_url(request: &mut http::Request<Bytes>) {
    let Some((user, password)) = credentials_of(request.uri()) else { return };
    let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut parts = request.uri().clone().into_parts();
    let host = parts.authority.as_ref().and_then(|authority| authority.as_str().rsplit_once('@'));
    let (Some(host), Ok(mut value)) =
        (host.and_then(|(_, host)| host.parse().ok()), HeaderValue::try_from(format!("Basic {pair}")))
    else {
        return;
    };
    parts.authority = Some(host);
    if let Ok(url) = Uri::from_parts(parts) {
        *request.uri_mut() = url;
        value.set_sensitive(true);
        // What somebody has written into a header themselves stays.
        request.headers_mut().entry(AUTHORIZATION).or_insert(value);
    }
}

fn classify(status: StatusCode, headers: &HeaderMap) -> Happened {
    match status.as_u16() {
        429 => Happened::RateLimited(retry_after(headers)),
        200..=299 => Happened::Answered,
        100..=199 | 300..=399 => Happened::Undecided,
        500.. => Happened::ServerError,
        _ => Happened::Refused,
    }
}

/// The first cause of this type.
fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// The system's code for why there is no answer, as Node.js writes it.
fn code_of(error: &reqwest::Error) -> Option<&'static str> {
    if find::<NotFound>(error).is_some() {
        return Some("ENOTFOUND");
    }
    Some(match find::<std::io::Error>(error)?.kind() {
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => "ECONNRESET",
        ErrorKind::ConnectionAborted => "ECONNABORTED",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "EHOSTUNREACH",
        ErrorKind::TimedOut => "ETIMEDOUT",
        _ => return None,
    })
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
