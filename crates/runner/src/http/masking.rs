//! Secrets of a call, taken out of everything that comes back or is shown.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use heddle_node::Json;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What stands in place of a secret.
pub(crate) const MASK: &str = "***";
/// What stands in a URL as it is (RFC 3986 §2.3).
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// A shorter text is not looked for: it would turn up everywhere.
const SHORTEST: usize = 4;

/// Texts that must turn up nowhere.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    /// As they may be written, the longest first.
    texts: Vec<String>,
}

impl Secrets {
    /// Adds a secret in the spellings that services give back: as it is, in JSON, in a URL.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST {
            return;
        }
        let quoted = Json::from(secret).to_string();
        let in_json = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
        let spellings = [
            in_json.replace('/', "\\/"),
            in_json,
            percent_encode(secret.as_bytes(), UNRESERVED).to_string(),
            secret.to_owned(),
        ];
        for text in spellings {
            if !self.texts.contains(&text) {
                self.texts.push(text);
            }
        }
        self.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    }

    /// Adds all secrets of others.
    pub(crate) fn add_all(&mut self, others: &Self) {
        if self.texts.is_empty() {
            self.texts.clone_from(&others.texts);
            return;
        }
        self.texts.extend(others.texts.iter().cloned());
        self.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self.texts.dedup();
    }

    /// Adds the value of a header that authorizes, and what it is made of.
    pub(crate) fn add_authorization(&mut self, value: &HeaderValue) {
        let Ok(value) = value.to_str() else { return };
        self.add(value);
        let Some((scheme, token)) = value.trim().split_once(' ') else { return };
        self.add(token);
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(pair) = BASE64_STANDARD.decode(token.trim())
            && let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':')
        {
            self.add(password);
        }
    }

    /// Adds what a node itself has put into a request: headers that authorize, and the password of its URL.
    pub(crate) fn add_request(&mut self, request: &Request<Bytes>) {
        for (_, value) in request.headers().iter().filter(|(name, value)| is_secret(name, value)) {
            self.add_authorization(value);
        }
        let Some((user, password)) =
            user_info(request.uri()).map(|info| info.split_once(':').unwrap_or((info, "")))
        else {
            return;
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (decoded(user), decoded(password));
        self.add(if password.is_empty() { &user } else { &password });
        self.add(&BASE64_STANDARD.encode(format!("{user}:{password}")));
    }

    /// The text without the secrets; `None` where there are none in it.
    fn mask(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut masked: Option<Vec<u8>> = None;
        for secret in &self.texts {
            let text = masked.as_deref().unwrap_or(text);
            let mut places = memmem::find_iter(text, secret.as_bytes()).peekable();
            if places.peek().is_none() {
                continue;
            }
            let mut without = Vec::with_capacity(text.len());
            let mut from = 0;
            for place in places {
                without.extend_from_slice(&text[from..place]);
                without.extend_from_slice(MASK.as_bytes());
                from = place + secret.len();
            }
            without.extend_from_slice(&text[from..]);
            masked = Some(without);
        }
        masked
    }

    /// Masks the headers and the body of an answer: a service may give back what it got.
    pub(crate) fn mask_answer(&self, answer: &mut Response<Bytes>) {
        if self.texts.is_empty() {
            return;
        }
        if let Some(masked) = self.mask(answer.body()) {
            *answer.body_mut() = Bytes::from(masked);
        }
        self.mask_headers(answer.headers_mut());
    }

    /// A mask for a body that passes piece by piece.
    pub(crate) fn mask_pieces(&self) -> PieceMask<'_> {
        PieceMask { secrets: self, rest: Vec::new() }
    }

    fn mask_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Some(masked) = self.mask(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&masked).unwrap_or_else(|_| HeaderValue::from_static(MASK));
            }
        }
    }

    /// A text for people without the secrets.
    pub(crate) fn mask_text(&self, text: &str) -> String {
        match self.mask(text.as_bytes()) {
            Some(masked) => String::from_utf8_lossy(&masked).into_owned(),
            None => text.to_owned(),
        }
    }
}

/// Takes secrets out of a body that passes piece by piece.
pub(crate) struct PieceMask<'s> {
    secrets: &'s Secrets,
    /// The end of what has passed, in which a secret may have begun.
    rest: Vec<u8>,
}

impl PieceMask<'_> {
    /// The next piece, as far as no secret can have begun in it. Without secrets it is the piece itself.
    pub(crate) fn pass<'p>(&mut self, piece: &'p [u8]) -> Cow<'p, [u8]> {
        let Some(longest) = self.secrets.texts.first() else { return Cow::Borrowed(piece) };
        self.rest.extend_from_slice(piece);
        if let Some(masked) = self.secrets.mask(&self.rest) {
            self.rest = masked;
        }
        let held = self.rest.len().min(longest.len() - 1);
        let held = self.rest.split_off(self.rest.len() - held);
        Cow::Owned(std::mem::replace(&mut self.rest, held))
    }

    /// What was held back.
    pub(crate) fn end(self) -> Vec<u8> {
        self.rest
    }
}

/// Whether a header is not shown: it authorizes, or its value is marked.
pub(crate) fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name)
}

/// A URL without the password in it, and without a name that stands alone, which may be a token.
pub(crate) fn masked_url(url: &Uri) -> String {
    let text = url.to_string();
    let Some(info) = user_info(url) else { return text };
    let shown = match info.split_once(':') {
        Some((user, _)) => format!("{user}:{MASK}@"),
        None => format!("{MASK}@"),
    };
    text.replacen(&format!("{info}@"), &shown, 1)
}

/// What stands before the host of a URL: `user:password`.
fn user_info(url: &Uri) -> Option<&str> {
    url.authority()?.as_str().rsplit_once('@').map(|(info, _)| info)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut all = Secrets::default();
        secrets.iter().for_each(|secret| all.add(secret));
        all.mask_text(text)
    }

    #[test]
    fn a_secret_is_masked_in_every_spelling() {
        assert_eq!(masked(&["pn_x/y+z"], r#"{"a":"pn_x/y+z","b":"pn_x\/y+z"}"#), r#"{"a":"***","b":"***"}"#);
        assert_eq!(masked(&["pn_x/y+z"], "/?key=pn_x%2Fy%2Bz&more=1"), "/?key=***&more=1");
        assert_eq!(masked(&["a\"quote"], r#"["a\"quote"]"#), r#"["***"]"#);
        assert_eq!(masked(&["abcd", "abcdefgh"], "abcdefgh abcd"), "*** ***", "the longest first");
        assert_eq!(masked(&["abc"], "abc"), "abc", "too short to be told from other texts");
    }

    #[test]
    fn a_secret_is_masked_wherever_a_body_is_cut() {
        let mut secrets = Secrets::default();
        ["secret-one", "abcd"].into_iter().for_each(|secret| secrets.add(secret));
        let body = b"xsecret-one secret-on abcdabcd secret-one";
        for size in 1..body.len() + 1 {
            let mut mask = secrets.mask_pieces();
            let mut masked: Vec<u8> = Vec::new();
            body.chunks(size).for_each(|piece| masked.extend_from_slice(&mask.pass(piece)));
            masked.extend(mask.end());
            assert_eq!(String::from_utf8_lossy(&masked), "x*** secret-on ****** ***", "by {size}");
        }
    }

    #[test]
    fn what_a_header_authorizes_with_is_masked_alone_too() {
        let mut secrets = Secrets::default();
        secrets.add_authorization(&HeaderValue::from_static("Bearer token-1"));
        // user:hunter22
        secrets.add_authorization(&HeaderValue::from_static("Basic dXNlcjpodW50ZXIyMg=="));
        assert_eq!(
            secrets.mask_text("token-1, Bearer token-1, dXNlcjpodW50ZXIyMg==, hunter22"),
            "***, ***, ***, ***"
        );
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("https://user:pass@host:1/path?q=1", "https://user:***@host:1/path?q=1"),
            ("https://token@host/", "https://***@host/"),
            ("https://host/user:pass@x", "https://host/user:pass@x"),
        ] {
            assert_eq!(masked_url(&url.parse().expect("a URL")), shown);
        }
    }
}
