//! How nodes talk HTTP: the host's client, over the types of the `http` crate.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use heddle_data::FileContent;

use crate::error::{ErrorKind, NodeError, Outcome};
use crate::node::Effect;

pub use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

/// The host's HTTP client.
///
/// The host authenticates, paces, records and, where it is proven safe, repeats calls; a node only says what to
/// send. Redirects are answers like any other unless a request follows them ([`Redirects`]).
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends one request and gives the answer, whatever its status.
    ///
    /// # Errors
    /// When no answer came: [`HttpError`] says what is known about the effect.
    async fn send(&self, request: HttpRequest) -> Result<Response<Bytes>, HttpError>;
}

/// A request with what the host must know to send it safely.
///
/// ```
/// use bytes::Bytes;
/// use heddle_node::{Effect, ErrorKind, HttpRequest, ItemContext, ItemOutput, Json, NodeError};
///
/// /// A search by POST: without `with_effect` it would count as a send, and would not be repeated.
/// async fn search(context: &ItemContext<'_>, name: &str) -> Result<ItemOutput, NodeError> {
///     let request = http::Request::post("https://api.example.com/contacts/search")
///         .header("content-type", "application/json")
///         .body(Bytes::from(heddle_node::json!({ "name": name }).to_string()))
///         .map_err(|error| NodeError::operation("The request cannot be built").with_source(error))?;
///     let request = HttpRequest::new(request).with_credential("exampleApi").with_effect(Effect::Pure);
///     let answer = context.send(request).await?;
///     if !answer.status().is_success() {
///         return Err(NodeError::api(answer.status().as_u16(), "The contacts cannot be searched"));
///     }
///     let found = Json::parse_slice(answer.body())
///         .map_err(|_| NodeError::new(ErrorKind::Api, "The answer is not JSON"))?;
///     Ok(found.into())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Method, URL, headers and body.
    pub request: Request<Bytes>,
    /// What the call does, where its method does not say it: see [`HttpRequest::call_effect`].
    pub effect: Option<Effect>,
    /// Credential type whose authentication is applied.
    pub credential: Option<String>,
    /// The longest time that one try may take, whatever the run says; by default the host's.
    pub time_limit: Option<Duration>,
    /// The longest time that one try may take where neither the run nor the node's JSON says another.
    pub usual_time_limit: Option<Duration>,
    /// The id under which the service knows the call, for whoever looks for it there.
    pub sender_id: Option<String>,
    /// The largest body of an answer that is held in memory, in bytes; by default the host's.
    pub answer_limit: Option<usize>,
    /// Which redirects are followed; none by default.
    pub redirects: Redirects,
    /// Whether an answer of any status is what the node wants: then none is a reason to try again.
    pub takes_any_status: bool,
    /// How the connection is made, where that is not the host's way.
    pub connection: Option<Arc<Connection>>,
    /// Whether code asks for it that nobody here knows, so that its method proves little: it is repeated only where nothing
    /// was written, or after a 429.
    pub is_foreign: bool,
    /// The body, where it is not held in memory at once; that of the request is empty then.
    pub upload: Option<Upload>,
    /// Which answers go into the host's file store, piece by piece as they arrive.
    pub file_answers: FileAnswers,
}

/// A body made of pieces, each of which may be a file: they leave one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    pieces: Vec<FileContent>,
    size: u64,
}

/// Which answers go into the host's file store. Those of failures never do: their text is part of the error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileAnswers {
    /// None.
    #[default]
    Never,
    /// All.
    Always,
    /// Those whose media type has one of these texts in it.
    OfTypes(&'static [&'static str]),
}

/// Which redirects the host follows for a request.
///
/// A 301, 302 or 303 after a POST, and a 303 after anything but GET and HEAD, is followed by a GET without the body: the
/// call itself is done. Any other is repeated at the new place, with its method and body. Credentials stay with their origin
/// (scheme, host and port).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redirects {
    /// The longest chain that is followed; 0 for none.
    pub most: u32,
    /// Whether a send is repeated at the new place, as a 307 or 308 asks for.
    pub repeats_sends: bool,
    /// Whether credentials go along to another origin.
    pub keeps_credentials: bool,
}

/// How a connection is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Connection {
    /// URL of the proxy.
    pub proxy: Option<String>,
    /// Whether a server may have any certificate.
    pub accepts_any_certificate: bool,
    /// Credential type with the client's certificate (`cert`, `key`, `passphrase`) and that of the authority (`ca`), each
    /// as PEM.
    pub certificates: Option<String>,
}

/// Why no answer came.
#[derive(Debug, Clone)]
pub struct HttpError {
    /// What happened.
    pub kind: HttpErrorKind,
    /// What is known about the call's effect.
    pub outcome: Outcome,
    /// The reason in a sentence, without secrets.
    pub message: String,
    /// The system's code for it, such as `ECONNREFUSED`, where there is one.
    pub code: Option<&'static str>,
}

/// What happened to a call that got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpErrorKind {
    /// The request could not be built.
    Invalid,
    /// No connection: refused, name not found, TLS.
    Connect,
    /// A proxy on the way to it could not be reached, or let the request not through.
    Proxy,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The time limit passed.
    TimeLimit,
    /// The wait for the rate limit took longer than its budget.
    RateLimit,
    /// The run was cancelled before the request left.
    Cancelled,
    /// A dry run: nothing leaves.
    DryRun,
    /// The credential is missing or incomplete.
    Credential,
    /// The address may not be reached from here.
    Forbidden,
    /// The credential may not be used at that host.
    DomainNotAllowed,
    /// The call is graver than the node states, and was refused before it left.
    GraverThanStated,
    /// The answer is larger than may be held in memory.
    TooLarge,
    /// The file that the answer brings is larger than may be, or cannot be kept.
    FileNotKept,
}

impl HttpRequest {
    /// A request with the default effect and no credential.
    pub fn new(request: Request<Bytes>) -> Self {
        Self {
            request,
            effect: None,
            credential: None,
            time_limit: None,
            usual_time_limit: None,
            sender_id: None,
            answer_limit: None,
            redirects: Redirects::default(),
            takes_any_status: false,
            connection: None,
            is_foreign: false,
            upload: None,
            file_answers: FileAnswers::Never,
        }
    }

    /// Sends these pieces as the body.
    #[must_use]
    pub fn with_upload(mut self, upload: Upload) -> Self {
        self.upload = Some(upload);
        self
    }

    /// Has these answers put into the file store; [`answered_file`] gives them.
    #[must_use]
    pub fn with_file_answers(mut self, answers: FileAnswers) -> Self {
        self.file_answers = answers;
        self
    }

    /// Says under which id the service knows the call.
    #[must_use]
    pub fn with_sender_id(mut self, id: impl Into<String>) -> Self {
        self.sender_id = Some(id.into());
        self
    }

    /// Applies the authentication of the node's credential of type `credential`.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<String>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Says what this call does, such as a POST that only searches. It may not be graver than what the node states.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// Takes an answer of up to `bytes`.
    #[must_use]
    pub fn with_answer_limit(mut self, bytes: usize) -> Self {
        self.answer_limit = Some(bytes);
        self
    }

    /// What the call does: what it states, else what its method says. GET, HEAD and OPTIONS are pure, PUT and DELETE
    /// idempotent; POST, PATCH and all others are sends.
    pub fn call_effect(&self) -> Effect {
        self.effect.unwrap_or(match *self.request.method() {
            Method::GET | Method::HEAD | Method::OPTIONS => Effect::Pure,
            Method::PUT | Method::DELETE => Effect::Idempotent,
            _ => Effect::Send,
        })
    }
}

impl Upload {
    /// A body of these pieces.
    ///
    /// # Errors
    /// When one of them is not at hand.
    pub fn new(pieces: Vec<FileContent>) -> io::Result<Self> {
        let mut size = 0;
        for piece in &pieces {
            size += match piece.size() {
                Some(size) => size,
                None => piece.read_all()?.len() as u64,
            };
        }
        Ok(Self { pieces, size })
    }

    /// The pieces.
    pub fn pieces(&self) -> &[FileContent] {
        &self.pieces
    }

    /// The size of all pieces together, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl FileAnswers {
    /// Whether a success of this media type goes into the store.
    pub fn has(self, media_type: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::OfTypes(types) => types.iter().any(|known| media_type.contains(known)),
        }
    }
}

/// The file that an answer brought, where [`HttpRequest::file_answers`] asked for it; the body of the answer is empty then.
pub fn answered_file(answer: &Response<Bytes>) -> Option<&FileContent> {
    answer.extensions().get::<AnsweredFile>().map(|file| &file.0)
}

/// Gives an answer a file: what a host does with those that it was asked for.
pub fn answer_with_file(answer: &mut Response<Bytes>, file: FileContent) {
    answer.extensions_mut().insert(AnsweredFile(file));
}

#[derive(Clone)]
struct AnsweredFile(FileContent);

impl HttpError {
    /// An error of `kind` before which nothing left.
    pub fn not_sent(kind: HttpErrorKind, message: impl Into<String>) -> Self {
        Self { kind, outcome: Outcome::NotDone, message: message.into(), code: None }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for HttpError {}

impl From<HttpError> for NodeError {
    fn from(error: HttpError) -> Self {
        let kind = match error.kind {
            HttpErrorKind::Connect | HttpErrorKind::Proxy | HttpErrorKind::Interrupted => {
                ErrorKind::Connection
            }
            HttpErrorKind::TimeLimit => ErrorKind::TimeLimit,
            HttpErrorKind::RateLimit => ErrorKind::Api,
            HttpErrorKind::Cancelled => ErrorKind::Cancelled,
            HttpErrorKind::DryRun => ErrorKind::DryRun,
            HttpErrorKind::Credential | HttpErrorKind::DomainNotAllowed => ErrorKind::Credential,
            HttpErrorKind::TooLarge | HttpErrorKind::FileNotKept => ErrorKind::TooLarge,
            HttpErrorKind::Invalid | HttpErrorKind::Forbidden | HttpErrorKind::GraverThanStated => {
                ErrorKind::Operation
            }
        };
        let mut node_error = NodeError::new(kind, error.message.clone()).with_outcome(error.outcome);
        node_error.code = error.code;
        if error.kind == HttpErrorKind::DomainNotAllowed {
            node_error.class = Some("NodeApiError".into());
            node_error.description = Some(
                "Add the host to \"Allowed Domains\" of the credential (\"allowedDomains\" in the credentials file), if it \
                 may get the secret."
                    .to_owned(),
            );
        }
        node_error.transient = matches!(
            error.kind,
            HttpErrorKind::Connect
                | HttpErrorKind::Proxy
                | HttpErrorKind::Interrupted
                | HttpErrorKind::TimeLimit
                | HttpErrorKind::RateLimit
        );
        node_error
    }
}
