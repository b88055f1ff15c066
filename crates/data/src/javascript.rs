//! JavaScript's conversions, as far as parameters and nodes need them.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::json::{Json, number_to_string};

/// `String(value)`; `null` is for a null within an array the empty text, as `Array.prototype.join` has it.
pub fn to_text(value: &Json) -> Cow<'_, str> {
    if let Some(text) = value.as_str() {
        return Cow::Borrowed(text);
    }
    if let Some(number) = value.as_f64() {
        return Cow::Owned(number_to_string(number).to_string());
    }
    if let Some(flag) = value.as_bool() {
        return Cow::Borrowed(if flag { "true" } else { "false" });
    }
    if let Some(array) = value.as_array() {
        let parts: Vec<Cow<'_, str>> = array
            .iter()
            .map(|element| if element.is_null() { Cow::Borrowed("") } else { to_text(element) })
            .collect();
        return Cow::Owned(parts.join(","));
    }
    Cow::Borrowed(if value.is_null() { "null" } else { "[object Object]" })
}

/// `Boolean(value)`.
pub fn is_truthy(value: &Json) -> bool {
    match (value.as_bool(), value.as_f64(), value.as_str()) {
        (Some(flag), _, _) => flag,
        (_, Some(number), _) => number != 0.0 && !number.is_nan(),
        (_, _, Some(text)) => !text.is_empty(),
        _ => !value.is_null(),
    }
}

/// `Number(value)`, NaN where it is none.
pub fn to_number(value: &Json) -> f64 {
    if let Some(number) = value.as_f64() {
        number
    } else if let Some(flag) = value.as_bool() {
        f64::from(u8::from(flag))
    } else if value.is_null() {
        0.0
    } else {
        text_to_number(&to_text(value))
    }
}

/// `Number(text)`, NaN where it is none.
pub fn text_to_number(text: &str) -> f64 {
    let text = text.trim_matches(is_white_space);
    if text.is_empty() {
        return 0.0;
    }
    if let Some((radix, digits)) = radix_digits(text) {
        return digits_to_number(digits, radix);
    }
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "Infinity" => return if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY },
        digits if digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {}
        _ => return f64::NAN,
    }
    text.parse().unwrap_or(f64::NAN)
}

fn radix_digits(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('0')?;
    let radix = match rest.chars().next()? {
        'x' | 'X' => 16,
        'o' | 'O' => 8,
        'b' | 'B' => 2,
        _ => return None,
    };
    rest.get(1..).map(|digits| (radix, digits))
}

fn digits_to_number(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    digits
        .chars()
        .try_fold(0.0, |sum: f64, digit| {
            digit.to_digit(radix).map(|value| sum.mul_add(f64::from(radix), f64::from(value)))
        })
        .unwrap_or(f64::NAN)
}

/// What `String.prototype.trim` removes.
pub fn is_white_space(character: char) -> bool {
    matches!(character, '\u{feff}') || (character.is_whitespace() && character != '\u{85}')
}

/// JavaScript's `<`, `>`: nothing where one side is not a number. A missing value is `undefined`.
pub fn compare(left: Option<&Json>, right: Option<&Json>) -> Option<Ordering> {
    let (left, right) = (left?, right?);
    match (as_primitive_text(left), as_primitive_text(right)) {
        (Some(left), Some(right)) => Some(left.encode_utf16().cmp(right.encode_utf16())),
        _ => to_number(left).partial_cmp(&to_number(right)),
    }
}

/// The text that the value becomes as a primitive, if it becomes a text.
fn as_primitive_text(value: &Json) -> Option<Cow<'_, str>> {
    (value.is_string() || value.is_array() || value.is_object()).then(|| to_text(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_number_as_in_javascript() {
        for (text, number) in [
            ("", 0.0),
            (" \n12.5\u{feff}", 12.5),
            ("1e3", 1000.0),
            ("-.5", -0.5),
            ("5.", 5.0),
            ("0x10", 16.0),
            ("0b101", 5.0),
            ("0o17", 15.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(text_to_number(text), number, "{text:?}");
        }
        for text in ["a", "1a", "1_000", "inf", "nan", "-0x10", "0x", "1 2", ".", "e5", "infinity", "--1"] {
            assert!(text_to_number(text).is_nan(), "{text:?}");
        }
    }
}
