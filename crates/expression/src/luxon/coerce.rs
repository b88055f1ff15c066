//! JavaScript's `String(value)` and `Number(value)` for the values that dates and extension methods are called with, and its
//! readers of numbers in text.

use heddle_node::number_to_string;

use super::civil::Civil;
use crate::coerce::{self, is_white_space, text_to_number};
use crate::{Thrown, Value};

/// `String(value)`; a symbol cannot be converted.
pub(crate) fn to_text(value: &Value) -> Result<String, Thrown> {
    Ok(match value {
        Value::Undefined => "undefined".to_owned(),
        Value::Json(json) => coerce::to_text(json).into_owned(),
        Value::DateTime(date) => date.to_string(),
        Value::Duration(duration) => duration.to_string(),
        Value::Interval(interval) => interval.to_string(),
        Value::Date(millis) => js_date_text(*millis),
        Value::RegExp(expression) => format!("/{}/{}", expression.source, expression.flags),
        Value::Error(error) if error.message.is_empty() => error.name.to_string(),
        Value::Error(error) => format!("{}: {}", error.name, error.message),
        Value::Map(_) => "[object Map]".to_owned(),
        Value::Set(_) => "[object Set]".to_owned(),
        Value::Bytes(bytes) => {
            let elements: Vec<_> = bytes.elements.iter().map(|element| number_to_string(*element)).collect();
            elements.join(",")
        }
        Value::BigInt(digits) => digits.to_string(),
        Value::Symbol(_) => return Err(Thrown::type_error("Cannot convert a Symbol value to a string")),
        Value::Function(function) => function.source.to_string(),
        Value::List(elements) => {
            let mut parts = Vec::with_capacity(elements.len());
            for element in elements.iter() {
                parts.push(if element.is_nullish() { String::new() } else { to_text(element)? });
            }
            parts.join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    })
}

/// `Number(value)`; symbols and bigints cannot be converted here.
pub(crate) fn to_number(value: &Value) -> Result<f64, Thrown> {
    Ok(match value {
        Value::Undefined => f64::NAN,
        Value::Json(json) => coerce::to_number(json),
        Value::DateTime(date) => date.millis(),
        Value::Duration(duration) => duration.millis(),
        Value::Date(millis) => *millis,
        Value::BigInt(digits) => digits.parse().unwrap_or(f64::NAN),
        Value::Symbol(_) => return Err(Thrown::type_error("Cannot convert a Symbol value to a number")),
        other => text_to_number(&to_text(other)?),
    })
}

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
    let mut radix = coerce::to_int32(radix);
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

/// `Date.prototype.toString()` in the process zone, which is UTC.
pub(crate) fn js_date_text(millis: f64) -> String {
    let Some(civil) = Civil::from_local_millis(millis) else {
        return "Invalid Date".to_owned();
    };
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let year = if civil.year < 0 {
        format!("-{:06}", civil.year.unsigned_abs())
    } else {
        format!("{:04}", civil.year)
    };
    let month = super::english::MONTHS_SHORT.get(usize::from(civil.month) - 1).copied().unwrap_or_default();
    let day = DAYS.get(usize::from(civil.weekday()) - 1).copied().unwrap_or_default();
    format!(
        "{day} {month} {:02} {year} {:02}:{:02}:{:02} GMT+0000 (Coordinated Universal Time)",
        civil.day, civil.hour, civil.minute, civil.second
    )
}
