//! Numbers with signs of currencies in them.

use std::borrow::Cow;

use crate::Thrown;
use crate::coerce;

/// The signs that are left out, in the order in which they are looked for at each place.
const SIGNS: [&str; 59] = [
    "Lek", "؋", "$", "ƒ", "₼", "Br", "BZ$", "$b", "KM", "P", "лв", "Rb", "៛", "¥", "₡", "kn", "₱", "Kč",
    "kr", "RD$", "£", "€", "¢", "Q", "L", "Ft", "₹", "Rp", "﷼", "₪", "J$", "₩", "₭", "ден", "RM", "₨", "₮",
    "MT", "C$", "₦", "B/.", "Gs", "S/.", "zł", "lei", "₽", "Дин.", "S", "R", "CHF", "NT$", "฿", "TT$", "₺",
    "₴", "$U", "Bs", "₫", "Z$",
];

/// A text without signs of currencies.
fn without_signs(text: &str) -> Cow<'_, str> {
    let is_plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b',' | b' ' | b'e' | b'E');
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        match sign_at(rest, character) {
            Some(sign) => rest = &rest[sign.len()..],
            None => {
                kept.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    Cow::Owned(kept)
}

fn sign_at(text: &str, first: char) -> Option<&'static str> {
    let may_begin = !first.is_ascii() || "$BCFGJKLMNPQRSTZklz".contains(first);
    SIGNS.into_iter().find(|sign| may_begin && text.starts_with(sign))
}

/// The whole number that a text begins with.
pub(super) fn to_integer(text: &str, radix: f64) -> Result<f64, Thrown> {
    number_or(coerce::parse_int(&without_signs(text), radix), "cannot convert to integer")
}

/// The decimal number that a text begins with.
pub(super) fn to_float(text: &str) -> Result<f64, Thrown> {
    if text.contains(',') {
        return Err(Thrown::extension("cannot convert to float, expected . as decimal separator"));
    }
    number_or(coerce::parse_float(&without_signs(text)), "cannot convert to float")
}

/// The number that a whole text is.
pub(super) fn to_number(text: &str) -> Result<f64, Thrown> {
    number_or(crate::coerce::text_to_number(&without_signs(text)), "cannot convert to number")
}

fn number_or(number: f64, complaint: &str) -> Result<f64, Thrown> {
    if number.is_nan() { Err(Thrown::extension(complaint)) } else { Ok(number) }
}
