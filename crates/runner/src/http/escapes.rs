//! Texts that stand escaped in others: in JSON, in JSON inside of JSON, in a URL, in HTML.

/// A character as it stands in a text: its bytes, and how long it is there.
struct Unit {
    bytes: [u8; 4],
    size: usize,
    length: usize,
}

impl Unit {
    fn byte(byte: u8, length: usize) -> Self {
        Self { bytes: [byte, 0, 0, 0], size: 1, length }
    }

    fn letter(letter: char, length: usize) -> Self {
        let mut bytes = [0; 4];
        let size = letter.encode_utf8(&mut bytes).len();
        Self { bytes, size, length }
    }
}

type Decoder = fn(&[u8]) -> Option<Unit>;

const DECODERS: [Decoder; 6] = [json, json_in_json, percent, form, html, html_in_json];

/// How long one of these texts is at the beginning of `text`, where it stands there escaped or as it is; the longest first.
pub(crate) fn escaped_length(secrets: &[Vec<u8>], text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let is_escape = matches!(first, b'\\' | b'%' | b'&' | b'+');
    // Nearly every place is none, which is to cost little.
    secrets
        .iter()
        .filter(|secret| is_escape || secret.first() == Some(&first))
        .find_map(|secret| DECODERS.into_iter().filter_map(|decode| length_by(decode, secret, text)).max())
}

fn length_by(decode: Decoder, secret: &[u8], text: &[u8]) -> Option<usize> {
    let (mut rest, mut length) = (secret, 0);
    while !rest.is_empty() {
        let unit = decode(text.get(length..)?)?;
        rest = rest.strip_prefix(unit.bytes.get(..unit.size)?)?;
        length += unit.length;
    }
    Some(length)
}

/// RFC 8259 §7.
fn json(text: &[u8]) -> Option<Unit> {
    let Some(rest) = text.strip_prefix(b"\\") else { return Some(Unit::byte(*text.first()?, 1)) };
    Some(match rest.first()? {
        b'b' => Unit::byte(8, 2),
        b'f' => Unit::byte(12, 2),
        b'n' => Unit::byte(b'\n', 2),
        b'r' => Unit::byte(b'\r', 2),
        b't' => Unit::byte(b'\t', 2),
        b'u' => return unicode(text),
        other => Unit::byte(*other, 2),
    })
}

/// `\u00e9`, or two of them that are one character.
fn unicode(text: &[u8]) -> Option<Unit> {
    let code = |text: &[u8]| {
        let digits = text.strip_prefix(b"\\u")?.get(..4)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = code(text)?;
    let second = text.get(6..).and_then(code);
    let mut letters = char::decode_utf16(std::iter::once(first).chain(second));
    let letter = letters.next()?.ok()?;
    Some(Unit::letter(letter, if letter.len_utf16() == 2 { 12 } else { 6 }))
}

fn json_in_json(text: &[u8]) -> Option<Unit> {
    in_json(json, b'\\', text)
}

fn html_in_json(text: &[u8]) -> Option<Unit> {
    in_json(html, b'&', text)
}

/// What is escaped by `decode`, whose escapes begin with `begin`, and then in JSON.
fn in_json(decode: Decoder, begin: u8, text: &[u8]) -> Option<Unit> {
    if !text.first().is_some_and(|first| *first == begin || *first == b'\\') {
        return json(text);
    }
    // The longest escape is two of `\\u0022`, each character of which is escaped once.
    let mut inner = Vec::with_capacity(12);
    let mut lengths = Vec::with_capacity(12);
    let mut length = 0;
    while inner.len() < 12
        && let Some(unit) = text.get(length..).and_then(json)
    {
        length += unit.length;
        for (index, byte) in unit.bytes.iter().take(unit.size).enumerate() {
            inner.push(*byte);
            lengths.push(if index + 1 == unit.size { length } else { length - unit.length });
        }
        if inner.first() != Some(&begin) {
            break;
        }
    }
    let unit = match inner.first()? {
        first if *first == begin => decode(&inner)?,
        _ => {
            let mut bytes = [0; 4];
            let size = inner.len().min(4);
            bytes.get_mut(..size)?.copy_from_slice(inner.get(..size)?);
            return Some(Unit { bytes, size, length });
        }
    };
    Some(Unit { length: *lengths.get(unit.length - 1)?, ..unit })
}

/// RFC 3986 §2.1.
fn percent(text: &[u8]) -> Option<Unit> {
    let Some(rest) = text.strip_prefix(b"%") else { return Some(Unit::byte(*text.first()?, 1)) };
    let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let Some(digits) = digits else { return Some(Unit::byte(b'%', 1)) };
    Some(Unit::byte(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?, 3))
}

/// The same with a `+` for a space, as forms have it.
fn form(text: &[u8]) -> Option<Unit> {
    match text.first()? {
        b'+' => Some(Unit::byte(b' ', 1)),
        _ => percent(text),
    }
}

/// Character references of HTML and XML.
fn html(text: &[u8]) -> Option<Unit> {
    let plain = Some(Unit::byte(*text.first()?, 1));
    let Some(rest) = text.strip_prefix(b"&") else { return plain };
    let Some(end) = rest.iter().take(9).position(|byte| *byte == b';') else { return plain };
    let name = std::str::from_utf8(rest.get(..end)?).ok()?;
    let letter = match name {
        "quot" => '"',
        "amp" => '&',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some(Unit::letter(letter, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_it_is_escaped() {
        let secret = "s \"K\\é/+\u{1f600}'".as_bytes().to_vec();
        for text in [
            r#"s \"K\\é/+😀'"#,
            r#"s \"K\\\u00e9\/+\ud83d\uDE00'"#,
            r#"s \u0022K\u005C\u00E9\/\u002b\ud83d\ude00\u0027"#,
            r#"s \\\"K\\\\\\u00e9/+\\ud83d\\ude00'"#,
            r#"s \\\"K\\\\é/+😀'"#,
            "s%20%22K%5c%C3%A9%2F%2B%F0%9F%98%80%27",
            "s+%22K%5C%c3%a9/%2B%F0%9F%98%80'",
            "s &quot;K\\\\&#233;/+&#x1F600;&#39;",
            "s &quot;K\\&#233;/+&#x1F600;&#39;",
        ] {
            let behind = format!("{text}, more");
            assert_eq!(
                escaped_length(std::slice::from_ref(&secret), behind.as_bytes()),
                Some(text.len()),
                "{text}"
            );
        }
        for text in ["s \"K", "", "\\", "\\u00", "\\ud83d", "%", "%2", "&", "&#;", "&#x110000;"] {
            assert_eq!(escaped_length(std::slice::from_ref(&secret), text.as_bytes()), None, "{text}");
        }
    }
}
