//! Finding e-mail addresses, URLs and domains (`docs/expressions/extensions.md §2.6`).

use crate::coerce::is_white_space;

/// An e-mail address in a text.
struct Email {
    start: usize,
    /// Where the domain begins.
    domain: usize,
    end: usize,
}

/// The first e-mail address.
pub(super) fn extract_email(text: &str) -> Option<&str> {
    find_email(text).map(|email| &text[email.start..email.end])
}

/// Whether there is an e-mail address, and no space.
pub(super) fn is_email(text: &str) -> bool {
    find_email(text).is_some() && !text.contains(' ')
}

fn find_email(text: &str) -> Option<Email> {
    let dotted = text.match_indices('@').find_map(|(at, _)| {
        let end = email_domain_end(text, at + 1)?;
        let start = dotted_local_start(text, at)?;
        Some(Email { start, domain: at + 1, end })
    });
    let quoted = find_quoted_email(text);
    match (dotted, quoted) {
        (Some(dotted), Some(quoted)) => Some(if dotted.start < quoted.start { dotted } else { quoted }),
        (dotted, quoted) => dotted.or(quoted),
    }
}

/// Where the local part before an `@` begins: runs of unreserved characters with single dots between them.
fn dotted_local_start(text: &str, at: usize) -> Option<usize> {
    let is_unreserved =
        |character: char| !is_white_space(character) && !"<>()[]\\.,;:@\"".contains(character);
    let mut start = None;
    for (position, character) in text[..at].char_indices().rev() {
        // a dot counts when there is something on both sides
        if is_unreserved(character) {
            start = Some(position);
        } else if character != '.' || start != Some(position + 1) {
            break;
        }
    }
    start
}

/// A local part in quotes reaches from the first quote of its line to the last one before a domain.
fn find_quoted_email(text: &str) -> Option<Email> {
    let mut line_start = 0;
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let mut closing = line.rmatch_indices("\"@");
        if let Some(open) = line.find('"') {
            let found = closing.find_map(|(close, _)| {
                let domain = line_start + close + 2;
                let end = email_domain_end(text, domain).filter(|_| close > open + 1)?;
                Some(Email { start: line_start + open, domain, end })
            });
            if found.is_some() {
                return found;
            }
        }
        let end = line_start + line.len();
        line_start = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// Where the domain of an e-mail address ends: an IPv4 address in brackets, or labels and a final one that begins with
/// two letters.
fn email_domain_end(text: &str, start: usize) -> Option<usize> {
    let domain = &text[start..];
    if let Some(address) = domain.strip_prefix('[') {
        let length = ip_address_length(address)?;
        return address[length..].starts_with(']').then_some(start + length + 2);
    }
    let is_label = |character: char| character.is_ascii_alphanumeric() || character == '-';
    last_name_end(domain, is_label, |label| letters(label).filter(|length| *length >= 2))
        .map(|end| start + end)
}

/// How many letters a text begins with, if any.
fn letters(text: &str) -> Option<usize> {
    Some(text.bytes().take_while(u8::is_ascii_alphabetic).count()).filter(|length| *length > 0)
}

/// The end of the longest dotted name that a text begins with: labels with a dot behind each, then a top-level domain,
/// whose length `top` tells.
fn last_name_end(
    text: &str,
    is_label: impl Fn(char) -> bool,
    top: impl Fn(&str) -> Option<usize>,
) -> Option<usize> {
    let mut position = 0;
    let mut end = None;
    loop {
        let label = &text[position..];
        let label = &label[..label.find(|character| !is_label(character)).unwrap_or(label.len())];
        if position > 0
            && let Some(length) = top(label)
        {
            end = Some(position + length);
        }
        if label.is_empty() || !text[position + label.len()..].starts_with('.') {
            return end;
        }
        position += label.len() + 1;
    }
}

/// The length of the IPv4 address that a text begins with.
fn ip_address_length(text: &str) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        Some(rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count()).filter(|count| *count > 0)
    };
    let mut length = digits(0)?;
    for _ in 0..3 {
        text[length..].starts_with('.').then_some(())?;
        length += 1;
        length += digits(length)?;
    }
    Some(length)
}

fn is_host_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// A text without a prefix in any case.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// How much of a label can be a top-level domain: two letters at least, or a name in Punycode.
fn top_level_length(label: &str) -> Option<usize> {
    if let Some(code) = strip_prefix(label, "xn--") {
        let length = code.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if length > 0 {
            return Some("xn--".len() + length);
        }
    }
    letters(label).filter(|length| *length >= 2)
}

/// Whether a text begins with a host: a name, `localhost` or an IPv4 address.
fn starts_with_host(text: &str) -> bool {
    let is_host = |text: &str| {
        last_name_end(text, is_host_character, top_level_length).is_some()
            || strip_prefix(text, "localhost").is_some()
            || ip_address_length(text).is_some()
    };
    is_host(text) || strip_prefix(text, "www.").is_some_and(is_host)
}

/// The host that a text begins with, when nothing but a port, a path, a query and a fragment follow up to its end.
fn whole_host(text: &str) -> Option<&str> {
    let is_part = |character: char| is_host_character(character) || character == '.';
    let (host, rest) = text.split_at(text.find(|character| !is_part(character)).unwrap_or(text.len()));
    let is_host = |host: &str| {
        is_name(host) || host.eq_ignore_ascii_case("localhost") || ip_address_length(host) == Some(host.len())
    };
    let is_valid = is_host(host) || strip_prefix(host, "www.").is_some_and(is_host);
    (is_valid && is_tail(rest)).then_some(host)
}

fn is_name(host: &str) -> bool {
    let Some((labels, top)) = host.rsplit_once('.') else { return false };
    labels.split('.').all(|label| !label.is_empty()) && top_level_length(top) == Some(top.len())
}

/// Whether a text is what may follow a host.
fn is_tail(text: &str) -> bool {
    let rest = match text.strip_prefix(':') {
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return false;
            }
            &port[digits..]
        }
        None => text,
    };
    rest.is_empty() || (rest.starts_with(['/', '?', '#']) && !rest.contains(is_white_space))
}

/// What follows `http://`, `https://` or `ftp://`.
fn after_scheme(text: &str) -> Option<&str> {
    ["http://", "https://", "ftp://"].into_iter().find_map(|scheme| strip_prefix(text, scheme))
}

/// Whether a whole text is a host, perhaps with what may follow one.
pub(super) fn is_domain(text: &str) -> bool {
    whole_host(text).is_some()
}

/// Whether a whole text is a scheme, a host, and anything without white space.
pub(super) fn is_url(text: &str) -> bool {
    after_scheme(text).is_some_and(|rest| starts_with_host(rest) && !rest.contains(is_white_space))
}

/// The first URL, up to the next white space.
pub(super) fn extract_url(text: &str) -> Option<&str> {
    const MARK: &str = "://";
    text.match_indices(MARK).find_map(|(mark, _)| {
        let before = &text[..mark];
        let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
            before
                .len()
                .checked_sub(scheme.len())
                .and_then(|start| before.get(start..))
                .is_some_and(|end| end.eq_ignore_ascii_case(scheme))
        })?;
        let rest = &text[mark + MARK.len()..];
        if !starts_with_host(rest) {
            return None;
        }
        let end = rest.find(is_white_space).unwrap_or(rest.len());
        Some(&text[mark - scheme.len()..mark + MARK.len() + end])
    })
}

/// The domain of an e-mail address, or the host of an address.
pub(super) fn extract_domain(text: &str) -> Option<&str> {
    if let Some(email) = find_email(text).filter(|_| !text.contains(' ')) {
        return Some(&text[email.domain..email.end]);
    }
    let rest = after_scheme(text).unwrap_or(text);
    let rest = strip_prefix(rest, "mailto:").unwrap_or(rest);
    whole_host(rest.strip_prefix("//").unwrap_or(rest))
}

/// The path of an address with a scheme, as it is written.
pub(super) fn extract_url_path(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
    if !is_scheme || rest.is_empty() {
        return None;
    }
    let address = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    Some(address.find('/').map_or("/", |start| &address[start..]))
}
