//! Digest authentication (RFC 7616): the answer to a service's challenge.

use bytes::Bytes;
use heddle_node::hexadecimal;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request};
use md5::{Digest as _, Md5};
use sha2::Sha256;

/// Signs a request as the challenge in `headers` asks for; `false` where there is none that can be answered.
pub(crate) fn answer_challenge(
    request: &mut Request<Bytes>,
    headers: &HeaderMap,
    user: &str,
    password: &str,
) -> bool {
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let Some(challenge) = challenges
        .filter_map(|challenge| {
            let (scheme, rest) = challenge.trim().split_once(' ')?;
            scheme.eq_ignore_ascii_case("digest").then(|| parameters(rest))
        })
        .next()
    else {
        return false;
    };
    let get = |name: &str| challenge.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (Some(realm), Some(nonce)) = (get("realm"), get("nonce")) else { return false };
    let algorithm = get("algorithm").unwrap_or("MD5");
    let hash: fn(&str) -> String = match algorithm.to_ascii_uppercase().trim_end_matches("-SESS") {
        "MD5" => |text| hexadecimal(Md5::digest(text)),
        "SHA-256" => |text| hexadecimal(Sha256::digest(text)),
        _ => return false,
    };
    let client_nonce = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    let uri = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut first = hash(&format!("{user}:{realm}:{password}"));
    if algorithm.to_ascii_uppercase().ends_with("-SESS") {
        first = hash(&format!("{first}:{nonce}:{client_nonce}"));
    }
    let second = hash(&format!("{}:{uri}", request.method()));
    let by_quality = get("qop").is_some_and(|qop| qop.split(',').any(|one| one.trim() == "auth"));
    let response = match by_quality {
        true => hash(&format!("{first}:{nonce}:00000001:{client_nonce}:auth:{second}")),
        false => hash(&format!("{first}:{nonce}:{second}")),
    };
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut value = format!(
        "Digest username=\"{}\", realm=\"{}\", nonce=\"{nonce}\", uri=\"{uri}\", algorithm={algorithm}, response=\"{response}\"",
        quoted(user),
        quoted(realm)
    );
    if by_quality {
        value.push_str(&format!(", qop=auth, nc=00000001, cnonce=\"{client_nonce}\""));
    }
    if let Some(opaque) = get("opaque") {
        value.push_str(&format!(", opaque=\"{opaque}\""));
    }
    let Ok(mut value) = HeaderValue::from_str(&value) else { return false };
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    true
}

/// Names, in lower case, and values of a challenge. A value in quotation marks may have commas in it.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').unwrap_or(quoted.len());
                (&quoted[..end], quoted.get(end + 1..).unwrap_or_default())
            }
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim(), &after[end..])
            }
        };
        found.push((name.trim().trim_start_matches(',').trim().to_ascii_lowercase(), value.to_owned()));
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_and_answered() {
        let challenge =
            "Digest realm=\"a, b\", qop=\"auth,auth-int\", algorithm=MD5, nonce=\"n1\", opaque=\"o1\"";
        let headers = HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge.parse().expect("a header value"))]);
        let mut request =
            Request::builder().uri("http://a.test/dir?x=1").body(Bytes::new()).expect("a request");
        assert!(answer_challenge(&mut request, &headers, "Mufasa", "Circle Of Life"));
        let answer = parameters(
            request.headers()[AUTHORIZATION].to_str().expect("text").trim_start_matches("Digest "),
        );
        let get = |name: &str| answer.iter().find(|(key, _)| key == name).expect(name).1.clone();
        assert_eq!(
            (get("realm"), get("uri"), get("opaque")),
            ("a, b".into(), "/dir?x=1".into(), "o1".into())
        );
        let first = hexadecimal(Md5::digest("Mufasa:a, b:Circle Of Life"));
        let second = hexadecimal(Md5::digest("GET:/dir?x=1"));
        let expected = format!("{first}:n1:00000001:{}:auth:{second}", get("cnonce"));
        assert_eq!(get("response"), hexadecimal(Md5::digest(expected)));
        assert!(!answer_challenge(&mut request, &HeaderMap::new(), "a", "b"));
    }
}
