//! Methods of numbers.

use heddle_data::json::number_to_string;

use crate::native::Stop;
use crate::native::operand::{Operand, text};

/// `number.method(arguments)`.
pub(crate) fn call<'a>(number: f64, method: &str, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    match method {
        "toString" if arguments.is_empty() => Ok(text(number_to_string(number))),
        "toFixed" => to_fixed(number, arguments.first()),
        _ => Err(Stop::Unsupported),
    }
}

fn to_fixed<'a>(number: f64, digits: Option<&Operand<'_>>) -> Result<Operand<'a>, Stop> {
    let digits = digits.map_or(Ok(0.0), Operand::to_number)?;
    let digits = if digits.is_nan() { 0.0 } else { digits.trunc() };
    if !(0.0..=100.0).contains(&digits) {
        return Err(Stop::Blank);
    }
    if !number.is_finite() || number.abs() >= 1e21 {
        return Ok(text(number_to_string(number)));
    }
    Ok(text(fixed(number, digits as usize)))
}

/// `toFixed`: JavaScript rounds half away from zero where Rust rounds the same exact decimal half to even.
fn fixed(number: f64, digits: usize) -> String {
    // An exact binary fraction has at most 1074 decimals; a tie shows in the digits after the wanted ones.
    let exact = format!("{:.1$}", number.abs(), digits + 1);
    let is_candidate = exact.ends_with('5');
    let mut rounded = format!("{:.*}", digits, number.abs());
    if is_candidate {
        let full = format!("{:.1100}", number.abs());
        let point = full.find('.').unwrap_or(full.len());
        let rest = full.get(point + 1 + digits..).unwrap_or_default();
        if rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0') {
            let truncated = full.get(..point + 1 + digits).unwrap_or(&full).trim_end_matches('.');
            rounded = increment(truncated);
        }
    }
    if number < 0.0 && rounded.bytes().any(|byte| !matches!(byte, b'0' | b'.')) {
        rounded.insert(0, '-');
    } else if number < 0.0 {
        // `(-0.0001).toFixed(2)` is "-0.00" in JavaScript.
        rounded.insert(0, '-');
    }
    rounded
}

/// Adds one to the last digit of a decimal.
fn increment(decimal: &str) -> String {
    let mut digits: Vec<u8> = decimal.bytes().collect();
    for digit in digits.iter_mut().rev() {
        match digit {
            b'.' => {}
            b'9' => *digit = b'0',
            _ => {
                *digit += 1;
                return String::from_utf8_lossy(&digits).into_owned();
            }
        }
    }
    format!("1{}", String::from_utf8_lossy(&digits))
}
