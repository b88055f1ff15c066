//! Secrets of a call, taken out of everything that comes back or is shown.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine as _};
use bytes::Bytes;
use heddle_node::{Json, NodeError, without_passwords};
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use memchr::memmem;
use percent_encoding::percent_decode_str;

use crate::escapes::escaped_length;

/// What stands in place of a secret.
pub(crate) const MASK: &str = "***";
/// How many bytes a byte may become that is escaped: `\\u0022` in JSON inside of JSON.
const LONGEST_ESCAPE: usize = 7;
/// A shorter text is not looked for: it would turn up everywhere.
const SHORTEST: usize = 4;

/// Texts that must turn up nowhere.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    /// As bytes, as a service may have understood them, the longest first. How they are escaped is found where they are
    /// looked for.
    texts: Vec<Vec<u8>>,
}

impl Secrets {
    /// Adds a secret: as it is, as a service reads it that takes headers for Latin-1, and inside base64.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST {
            return;
        }
        let mut readings = vec![secret.as_bytes().to_vec()];
        if !secret.is_ascii() {
            readings.push(secret.bytes().map(char::from).collect::<String>().into_bytes());
            readings
                .extend(secret.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>());
        }
        readings.extend(in_base64(secret.as_bytes()));
        for text in readings {
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
        for text in &others.texts {
            if !self.texts.contains(text) {
                self.texts.push(text.clone());
            }
        }
        self.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    }

    /// Adds the value of a header that authorizes, and what it is made of.
    pub(crate) fn add_authorization(&mut self, value: &HeaderValue) {
        let value = match std::str::from_utf8(value.as_bytes()) {
            Ok(value) => Cow::Borrowed(value),
            Err(_) => Cow::Owned(value.as_bytes().iter().copied().map(char::from).collect()),
        };
        self.add(&value);
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
        let Some((user, password)) = credentials_of(request.uri()) else { return };
        self.add(if password.is_empty() { &user } else { &password });
        self.add(&BASE64_STANDARD.encode(format!("{user}:{password}")));
    }

    /// The text without the secrets; `None` where there are none in it.
    fn mask(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut masked: Option<Vec<u8>> = None;
        for secret in &self.texts {
            let text = masked.as_deref().unwrap_or(text);
            let mut places = memmem::find_iter(text, secret).peekable();
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
        let text = masked.as_deref().unwrap_or(text);
        match memchr::memchr3(b'\\', b'%', b'&', text) {
            Some(_) => self.mask_escaped(text).or(masked),
            None => masked,
        }
    }

    /// The same for secrets of which characters are escaped.
    fn mask_escaped(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut begins = [false; 256];
        for byte in self.texts.iter().filter_map(|text| text.first()).chain(b"\\%&") {
            begins[usize::from(*byte)] = true;
        }
        let mut without = Vec::new();
        let (mut copied, mut at) = (0, 0);
        while at < text.len() {
            let found =
                begins[usize::from(text[at])].then(|| escaped_length(&self.texts, &text[at..])).flatten();
            let Some(length) = found else {
                at += 1;
                continue;
            };
            without.extend_from_slice(&text[copied..at]);
            without.extend_from_slice(MASK.as_bytes());
            at += length;
            copied = at;
        }
        if copied == 0 {
            return None;
        }
        without.extend_from_slice(&text[copied..]);
        Some(without)
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

/// What of the base64 of any text shows that these bytes are in it, by where in it they begin, in both alphabets (RFC 4648).
fn in_base64(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut text = vec![0; before];
        text.extend_from_slice(secret);
        let encoded = BASE64_STANDARD_NO_PAD.encode(&text);
        // What shares its bits with what stands before or behind is left out.
        let own = &encoded[(before * 8).div_ceil(6)..text.len() * 8 / 6];
        if own.len() >= 2 * SHORTEST {
            all.push(own.replace('+', "-").replace('/', "_").into_bytes());
            all.push(own.to_owned().into_bytes());
        }
    }
    all.dedup();
    all
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
        let held = self.rest.len().min(longest.len() * LONGEST_ESCAPE - 1);
        let held = self.rest.split_off(self.rest.len() - held);
        Cow::Owned(std::mem::replace(&mut self.rest, held))
    }

    /// What was held back.
    pub(crate) fn end(self) -> Vec<u8> {
        self.rest
    }
}

/// An error without the passwords of URLs in what it says.
pub(crate) fn masked_error(mut error: NodeError) -> NodeError {
    if let Cow::Owned(message) = without_passwords(&error.message) {
        error.message = message;
    }
    if let Some(Cow::Owned(description)) = error.description.as_deref().map(without_passwords) {
        error.description = Some(description);
    }
    error
}

/// JSON without the passwords of the URLs in its texts.
pub(crate) fn masked_json(json: Json) -> Json {
    fn masked(json: &Json) -> Option<Json> {
        if let Some(text) = json.as_str() {
            return match without_passwords(text) {
                Cow::Owned(text) => Some(Json::from(text)),
                Cow::Borrowed(_) => None,
            };
        }
        if let Some(list) = json.as_array() {
            let mut changed: Option<Vec<Json>> = None;
            for (index, element) in list.iter().enumerate() {
                if let Some(element) = masked(element) {
                    changed.get_or_insert_with(|| list.to_vec())[index] = element;
                }
            }
            return changed.map(Json::from);
        }
        let mut changed: Option<Json> = None;
        for (key, value) in json.as_object().into_iter().flat_map(|object| object.iter()) {
            if let Some(value) = masked(value) {
                changed.get_or_insert_with(|| json.clone()).insert(key, value);
            }
        }
        changed
    }
    masked(&json).unwrap_or(json)
}

/// Whether a header is not shown: it authorizes, or its value is marked.
pub(crate) fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name)
}

/// A URL without the password in it, and without a name that stands alone, which may be a token.
pub(crate) fn masked_url(url: &Uri) -> String {
    without_passwords(&url.to_string()).into_owned()
}

/// User and password, which stand before the host of a URL.
pub(crate) fn credentials_of(url: &Uri) -> Option<(String, String)> {
    let (info, _) = url.authority()?.as_str().rsplit_once('@')?;
    let (user, password) = info.split_once(':').unwrap_or((info, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decoded(user), decoded(password)))
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
    fn a_password_deep_in_json_is_found_in_one_pass() {
        let mut deep = Json::from("http://user:hidden-word@example.com/");
        for _ in 0..100 {
            deep = Json::from(vec![Json::from("plain"), deep]);
        }
        let masked = masked_json(deep.clone()).to_string();
        assert!(!masked.contains("hidden-word") && masked.contains("example.com"), "{masked}");
        assert_eq!(masked.matches("plain").count(), 100);
        let plain = Json::from(vec![Json::from("plain")]);
        assert_eq!(masked_json(plain.clone()), plain);
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
