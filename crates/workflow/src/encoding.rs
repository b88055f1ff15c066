//! The encodings in which text files come.

use std::borrow::Cow;
use std::fmt;

/// Bytes that are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingError {
    /// No UTF-8 from this byte on.
    Utf8 {
        /// Index of the first byte that is not valid.
        at: usize,
    },
    /// It begins as UTF-16 and is broken later.
    Utf16,
}

impl fmt::Display for EncodingError {
    /// The end of a sentence about the file: `is not valid UTF-8 text: …`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8 { at } => write!(formatter, "is no UTF-8 text: byte {at} is not valid"),
            Self::Utf16 => formatter.write_str("begins as UTF-16 text but is broken"),
        }
    }
}

impl std::error::Error for EncodingError {}

/// Whether a file whose first bytes are `start` (two are enough) is UTF-16: by its byte order mark, or because a JSON text
/// begins with a character of ASCII, which is one zero byte and another (RFC 4627, section 3).
pub fn is_utf16(start: &[u8]) -> bool {
    unit_reader(start).is_some()
}

/// The text of a file: UTF-8 or UTF-16 (which Windows' tools write), without its byte order mark.
///
/// # Errors
/// When the bytes are neither.
pub fn decode_text(bytes: &[u8]) -> Result<Cow<'_, str>, EncodingError> {
    let Some(read_unit) = unit_reader(bytes) else {
        let text =
            std::str::from_utf8(bytes).map_err(|error| EncodingError::Utf8 { at: error.valid_up_to() })?;
        return Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)));
    };
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(EncodingError::Utf16);
    }
    let units = pairs.map(|pair| read_unit([pair[0], pair[1]])).skip_while(|unit| *unit == 0xfeff);
    let text = char::decode_utf16(units).collect::<Result<String, _>>();
    text.map(Cow::Owned).map_err(|_| EncodingError::Utf16)
}

/// The text of a table as programs save it: UTF-8 or UTF-16, else Windows-1252, which Windows programs write in western
/// Europe; and whether it is the latter, which is a guess.
///
/// # Errors
/// When the bytes are no text.
pub fn decode_table(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), EncodingError> {
    match decode_text(bytes) {
        Err(EncodingError::Utf8 { .. }) if !bytes.contains(&0) => {
            Ok((encoding_rs::WINDOWS_1252.decode(bytes).0, true))
        }
        decoded => decoded.map(|text| (text, false)),
    }
}

/// How the units of a UTF-16 text are read.
fn unit_reader(start: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match start {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        [1..=0x7f, 0, ..] => Some(u16::from_le_bytes),
        [0, 1..=0x7f, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}
