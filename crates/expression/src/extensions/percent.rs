//! JavaScript's `encodeURIComponent`, `encodeURI` and their inverses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Thrown;

/// Everything but letters, digits and ``-_.!~*'()``.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What has a meaning in an address, which `encodeURI` leaves alone and `decodeURI` does not bring back.
const RESERVED: &[u8] = b";/?:@&=+$,#";

/// The same, but for what has a meaning in an address.
const WHOLE: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#');

/// Encodes part of an address, or a whole one.
pub(super) fn encode(text: &str, whole: bool) -> String {
    utf8_percent_encode(text, if whole { WHOLE } else { COMPONENT }).to_string()
}

/// Decodes part of an address, or a whole one.
///
/// # Errors
/// Throws a `URIError` when a percent sign does not begin the code of a character.
pub(super) fn decode(text: &str, whole: bool) -> Result<String, Thrown> {
    let malformed = || Thrown::new("URIError", "URI malformed");
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('%') {
        let (before, escapes) = rest.split_at(position);
        decoded.push_str(before);
        let first = escaped_byte(escapes).ok_or_else(malformed)?;
        // an escape beyond ASCII tells how many more belong to it
        let length = match first {
            0..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return Err(malformed()),
        };
        let mut bytes = [0; 4];
        for (index, byte) in bytes[..length].iter_mut().enumerate() {
            *byte = escapes.get(3 * index..).and_then(escaped_byte).ok_or_else(malformed)?;
        }
        let character = std::str::from_utf8(&bytes[..length]).map_err(|_| malformed())?;
        let (escape, after) = escapes.split_at(3 * length);
        decoded.push_str(if whole && RESERVED.contains(&first) { escape } else { character });
        rest = after;
    }
    decoded.push_str(rest);
    Ok(decoded)
}

/// The byte that a text begins with in its escaped form.
fn escaped_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(text.get(1..3)?, 16).ok()
        }
        _ => None,
    }
}
