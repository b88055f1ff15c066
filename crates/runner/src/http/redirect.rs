//! Following redirects: where a call goes next, and what goes along.

use bytes::Bytes;
use heddle_node::{Effect, Redirects, Upload};
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use reqwest::Url;

/// What a redirect leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A GET: the call itself is done.
    Get,
    /// The same call, at another place.
    Again,
}

/// Whether a redirect with this status and these headers is followed, and how.
pub(crate) fn turn(
    redirects: Redirects,
    method: &Method,
    effect: Effect,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<Turn> {
    if redirects.most == 0 || !status.is_redirection() || !headers.contains_key(LOCATION) {
        return None;
    }
    let turn = match status.as_u16() {
        301 | 302 if *method == Method::POST => Turn::Get,
        303 if *method != Method::GET && *method != Method::HEAD => Turn::Get,
        300..=303 | 305 | 307 | 308 => Turn::Again,
        _ => return None,
    };
    (turn == Turn::Get || effect != Effect::Send || redirects.repeats_sends).then_some(turn)
}

/// The request that follows `request` to where the answer's headers lead; `None` where that is no HTTP URL. `of_credential`
/// are the headers of its credential. The flag says whether it goes to another origin.
pub(crate) fn next_request(
    request: &Request<Bytes>,
    turn: Turn,
    headers: &HeaderMap,
    redirects: Redirects,
    of_credential: &[&str],
) -> Option<(Request<Bytes>, bool)> {
    let from = Url::parse(&request.uri().to_string()).ok()?;
    let to = from.join(std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?).ok()?;
    if !matches!(to.scheme(), "http" | "https") {
        return None;
    }
    let mut url = to.clone();
    url.set_fragment(None);
    let mut next = request.clone();
    *next.uri_mut() = Uri::try_from(url.as_str()).ok()?;
    if turn == Turn::Get {
        *next.method_mut() = Method::GET;
        *next.body_mut() = Bytes::new();
        next.extensions_mut().remove::<Upload>();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
            next.headers_mut().remove(name);
        }
    }
    let leaves = from.origin() != to.origin();
    if leaves {
        next.headers_mut().remove(HOST);
        if !redirects.keeps_credentials {
            for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE] {
                next.headers_mut().remove(name);
            }
            for name in of_credential {
                next.headers_mut().remove(*name);
            }
        }
    }
    Some((next, leaves))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Redirects = Redirects { most: 21, repeats_sends: false, keeps_credentials: false };

    fn located(to: &str) -> HeaderMap {
        HeaderMap::from_iter([(LOCATION, to.parse().expect("a header value"))])
    }

    fn turned(redirects: Redirects, method: Method, effect: Effect, status: u16) -> Option<Turn> {
        turn(redirects, &method, effect, StatusCode::from_u16(status).expect("a status"), &located("/b"))
    }

    #[test]
    fn a_send_is_never_sent_again_unless_asked_for() {
        for status in [301, 302, 303] {
            assert_eq!(turned(ALL, Method::POST, Effect::Send, status), Some(Turn::Get), "{status}");
        }
        for status in [307, 308] {
            assert_eq!(turned(ALL, Method::POST, Effect::Send, status), None, "{status}");
            let asked = Redirects { repeats_sends: true, ..ALL };
            assert_eq!(turned(asked, Method::POST, Effect::Send, status), Some(Turn::Again), "{status}");
            assert_eq!(turned(ALL, Method::POST, Effect::Pure, status), Some(Turn::Again), "{status}");
        }
        assert_eq!(turned(ALL, Method::PATCH, Effect::Send, 302), None);
        assert_eq!(turned(ALL, Method::PUT, Effect::Idempotent, 302), Some(Turn::Again));
        assert_eq!(turned(ALL, Method::GET, Effect::Pure, 304), None);
        assert_eq!(turned(Redirects::default(), Method::GET, Effect::Pure, 302), None);
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let request = Request::builder()
            .method(Method::POST)
            .uri("https://a.test/x")
            .header(AUTHORIZATION, "Bearer secret")
            .header("x-api-key", "secret")
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from_static(b"{}"))
            .expect("a request");
        let follow = |to, redirects| {
            next_request(&request, Turn::Get, &located(to), redirects, &["x-api-key"]).expect("a request")
        };
        let (next, leaves) = follow("/y?z=1#part", ALL);
        assert_eq!((next.uri().to_string().as_str(), leaves), ("https://a.test/y?z=1", false));
        assert!(next.headers().contains_key(AUTHORIZATION) && !next.headers().contains_key(CONTENT_TYPE));
        assert!(next.body().is_empty() && next.method() == Method::GET);
        for elsewhere in ["https://b.test/", "http://a.test/", "https://a.test:8443/"] {
            let (next, leaves) = follow(elsewhere, ALL);
            assert!(leaves && next.headers().is_empty(), "{elsewhere}");
            let (next, _) = follow(elsewhere, Redirects { keeps_credentials: true, ..ALL });
            assert_eq!(next.headers().len(), 2, "{elsewhere}");
        }
        assert!(next_request(&request, Turn::Get, &located("ftp://a.test/"), ALL, &[]).is_none());
    }
}
