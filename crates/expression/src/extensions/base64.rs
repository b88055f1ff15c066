//! Text as base64 and back.

use ::base64::Engine as _;
use ::base64::alphabet::STANDARD;
use ::base64::engine::DecodePaddingMode;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD as PADDED};

use crate::Thrown;

/// Takes codes without padding, whatever their unused bits are.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// The UTF-8 of a text.
pub(super) fn encode(text: &str) -> String {
    PADDED.encode(text)
}

/// The text that a code stands for. Both alphabets are read, and what belongs to neither is skipped.
///
/// # Errors
/// Throws a `TypeError` when a character is left over.
pub(super) fn decode(code: &str) -> Result<String, Thrown> {
    let digits: Vec<u8> = code
        .bytes()
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(byte),
            _ => byte.is_ascii_alphanumeric().then_some(byte),
        })
        .collect();
    let bytes = LENIENT.decode(digits).map_err(|_| Thrown::type_error("malformed base64."))?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| lenient_utf8(error.as_bytes())))
}

/// Bytes as text: what has the form of UTF-8 as such, any other byte as the character of that number.
fn lenient_utf8(bytes: &[u8]) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(first) = bytes.get(position) {
        let (length, bits) = match first {
            0xc0..=0xdf => (2, first & 0x1f),
            0xe0..=0xef => (3, first & 0x0f),
            0xf0..=0xf7 => (4, first & 0x07),
            _ => (1, *first),
        };
        let rest = bytes.get(position + 1..position + length).unwrap_or_default();
        if length == 1 || rest.is_empty() || !rest.iter().all(|byte| byte & 0xc0 == 0x80) {
            units.push(u16::from(*first));
            position += 1;
            continue;
        }
        let number = rest.iter().fold(u32::from(bits), |number, byte| number << 6 | u32::from(byte & 0x3f));
        match (length, u16::try_from(number)) {
            (2 | 3, Ok(unit)) => units.push(unit),
            _ => {
                let offset = number.wrapping_sub(0x1_0000);
                units.push((offset >> 10).wrapping_add(0xd800) as u16);
                units.push((offset & 0x3ff) as u16 + 0xdc00);
            }
        }
        position += length;
    }
    String::from_utf16_lossy(&units)
}
