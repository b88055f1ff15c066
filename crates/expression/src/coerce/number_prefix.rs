//! JavaScript's `parseFloat` and `parseInt`.

use super::{is_white_space, to_int32};

/// `parseFloat(text)`.
pub(crate) fn parse_float(text: &str) -> f64 {
    decimal_prefix(text.trim_start_matches(is_white_space)).0
}

/// `parseInt(text, radix)`, where radix 0 means "as written".
pub(crate) fn parse_int(text: &str, radix: f64) -> f64 {
    let text = text.trim_start_matches(is_white_space);
    let (sign, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let mut radix = to_int32(radix);
    if radix != 0 && !(2..=36).contains(&radix) {
        return f64::NAN;
    }
    if (radix == 0 || radix == 16) && (rest.starts_with("0x") || rest.starts_with("0X")) {
        rest = &rest[2..];
        radix = 16;
    }
    let radix = if radix == 0 { 10 } else { radix.unsigned_abs() };
    let end = rest.find(|digit: char| !digit.is_digit(radix)).unwrap_or(rest.len());
    if end == 0 {
        return f64::NAN;
    }
    sign * digits_number(&rest[..end], radix)
}

/// The number that digits of a radix stand for; decimal digits are read exactly.
fn digits_number(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
}

/// The longest prefix that is a decimal literal, and its length; NaN and 0 without one.
fn decimal_prefix(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let digits_from = |start: usize| {
        bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[start..].starts_with("Infinity") {
        let number = if bytes.first() == Some(&b'-') { f64::NEG_INFINITY } else { f64::INFINITY };
        return (number, start + "Infinity".len());
    }
    let whole = digits_from(start);
    let mut end = start + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits_from(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return (f64::NAN, 0);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    (text[..end].parse().unwrap_or(f64::NAN), end)
}
