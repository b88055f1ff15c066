//! Answers in the log: kept with their secrets masked, and read again where a run is taken up.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_node::http::answered_file;
use heddle_node::{FileContent, HttpErrorKind};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::log::past::PastEnd;
use crate::log::{StoredAnswer, StoredFailure};
use crate::masking::Secrets;
use crate::transport::NoAnswer;

/// The largest body of an answer to a read that is kept, in bytes. A larger one is asked for again.
pub(crate) const LARGEST_KEPT_READ: u64 = 1 << 20;

/// The largest file in an answer to anything else that is kept, in bytes. Of a larger one the log says that it is not there.
pub(crate) const LARGEST_KEPT_FILE: u64 = 16 << 20;

/// The kinds of failure that a call which has left can meet.
const KINDS: [(&str, HttpErrorKind); 8] = [
    ("invalid", HttpErrorKind::Invalid),
    ("connect", HttpErrorKind::Connect),
    ("proxy", HttpErrorKind::Proxy),
    ("interrupted", HttpErrorKind::Interrupted),
    ("timeLimit", HttpErrorKind::TimeLimit),
    ("forbidden", HttpErrorKind::Forbidden),
    ("tooLarge", HttpErrorKind::TooLarge),
    ("fileNotKept", HttpErrorKind::FileNotKept),
];

/// The bytes that an answer brought, in its body or as a file.
pub(crate) fn size(answer: &Response<Bytes>) -> u64 {
    let file = answered_file(answer).and_then(FileContent::size);
    file.unwrap_or(answer.body().len() as u64)
}

/// An answer as it is kept; `None` where its file cannot be read.
pub(crate) fn of(answer: &Response<Bytes>, secrets: &Secrets) -> Option<StoredAnswer> {
    let mut answer = answer.clone();
    if let Some(file) = answered_file(&answer) {
        let content = file.read_all().ok()?;
        *answer.body_mut() = content;
    }
    secrets.mask_answer(&mut answer);
    let headers = answer.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let text = std::str::from_utf8(answer.body()).ok().map(str::to_owned);
    let base64 = text.is_none().then(|| BASE64_STANDARD.encode(answer.body()));
    Some(StoredAnswer { status: answer.status().as_u16(), headers: headers.collect(), text, base64 })
}

/// A failure as it is kept.
pub(crate) fn failure(none: &NoAnswer) -> StoredFailure {
    let kind = KINDS.iter().find(|(_, kind)| *kind == none.kind);
    StoredFailure {
        kind: kind.map_or("interrupted", |(name, _)| name).to_owned(),
        reason: none.reason.clone(),
        code: none.code.map(str::to_owned),
    }
}

/// What is kept of the end of an attempt, as it was.
pub(crate) fn read(end: &PastEnd) -> Result<Response<Bytes>, NoAnswer> {
    if let Some(stored) = &end.answer {
        return answer(stored);
    }
    Err(match &end.failure {
        Some(failure) => NoAnswer {
            kind: KINDS
                .iter()
                .find(|(name, _)| *name == failure.kind)
                .map_or(HttpErrorKind::Interrupted, |(_, kind)| *kind),
            reason: failure.reason.clone(),
            code: failure.code.as_deref().and_then(crate::log::known_code),
        },
        None => unreadable("the log of the run does not hold it"),
    })
}

/// There is no answer: the process ended before one could be read.
pub(crate) fn never_read() -> NoAnswer {
    NoAnswer {
        kind: HttpErrorKind::Interrupted,
        reason: "the run was ended before the answer was read".to_owned(),
        code: None,
    }
}

fn unreadable(reason: &str) -> NoAnswer {
    NoAnswer { kind: HttpErrorKind::TooLarge, reason: reason.to_owned(), code: None }
}

fn answer(stored: &StoredAnswer) -> Result<Response<Bytes>, NoAnswer> {
    let body = match (&stored.text, &stored.base64) {
        (Some(text), _) => Bytes::copy_from_slice(text.as_bytes()),
        (None, Some(base64)) => match BASE64_STANDARD.decode(base64) {
            Ok(body) => Bytes::from(body),
            Err(_) => return Err(unreadable("it is damaged in the log of the run")),
        },
        (None, None) => Bytes::new(),
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &stored.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    Ok(answer)
}
