//! The methods of numbers.

use heddle_data::number_to_string;

use super::arg;
use super::views::{to_any_text, to_number};
use crate::luxon::{self, Class};
use crate::{Clock, Thrown, Value, intl};

/// The names of the methods.
pub(super) const NAMES: [&str; 12] = [
    "ceil",
    "floor",
    "format",
    "round",
    "abs",
    "isInteger",
    "isEven",
    "isOdd",
    "toBoolean",
    "toInt",
    "toFloat",
    "toDateTime",
];

/// Calls a method.
pub(super) fn call(
    name: &str,
    receiver: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Option<Value>, Thrown> {
    let Some(own) = receiver.as_f64() else { return Ok(None) };
    Ok(Some(match name {
        "ceil" => Value::from(own.ceil()),
        "floor" => Value::from(own.floor()),
        "abs" => Value::from(own.abs()),
        "round" => Value::from(round(own, arg(args, 0))?),
        "toInt" => Value::from(round(own, &Value::Undefined)?),
        "toFloat" => receiver.clone(),
        "toBoolean" => Value::from(own != 0.0),
        "isInteger" => Value::from(is_integer(own)),
        "isEven" => Value::from(remainder_of_two(own, name)? == 0.0),
        "isOdd" => Value::from(remainder_of_two(own, name)? == 1.0),
        "format" => Value::from(format(own, args)),
        "toDateTime" => to_date_time(own, arg(args, 0), clock)?,
        _ => return Ok(None),
    }))
}

fn is_integer(number: f64) -> bool {
    number.is_finite() && number.trunc() == number
}

fn remainder_of_two(number: f64, name: &str) -> Result<f64, Thrown> {
    if is_integer(number) {
        Ok((number % 2.0).abs())
    } else {
        Err(Thrown::extension(format!("{name}() is only callable on integers")))
    }
}

/// In the format of a locale; in plain digits where the locale or the options are none.
fn format(number: f64, args: &[Value]) -> String {
    const DEFAULT_LOCALE: &str = "en-US";
    let formatted = match arg(args, 0) {
        Value::Undefined => {
            intl::number_to_locale_string(&Value::from(number), &Value::from(DEFAULT_LOCALE), arg(args, 1))
        }
        locales => intl::number_to_locale_string(&Value::from(number), locales, arg(args, 1)),
    };
    formatted.unwrap_or_else(|_| number_to_string(number).to_string())
}

/// `+number.toFixed(places)`.
fn round(number: f64, places: &Value) -> Result<f64, Thrown> {
    let places = match places {
        Value::Undefined => 0.0,
        places => to_number(places)?.trunc(),
    };
    let places = if places.is_nan() { 0.0 } else { places };
    if !(0.0..=100.0).contains(&places) {
        return Err(Thrown::range_error("toFixed() digits argument must be between 0 and 100"));
    }
    // from here on a number has no fraction that could be rounded
    const NO_FRACTION: f64 = 4_503_599_627_370_496.0;
    if !number.is_finite() || number.abs() >= NO_FRACTION {
        return Ok(number);
    }
    let digits = fixed(number.abs(), places as usize);
    let rounded: f64 = digits.parse().unwrap_or(f64::NAN);
    Ok(if number < 0.0 { -rounded } else { rounded })
}

/// The decimal digits of a positive number to so many places. Rust and JavaScript both round the exact binary value,
/// but a tie goes to the even digit in Rust and up in JavaScript.
fn fixed(number: f64, places: usize) -> String {
    // A binary fraction of n bits has exactly n decimals, the last of them a 5: it is a tie one place before its last.
    if fraction_bits(number) != places + 1 {
        return format!("{number:.places$}");
    }
    let mut digits = format!("{number:.*}", places + 1).into_bytes();
    digits.pop();
    for digit in digits.iter_mut().rev() {
        match digit {
            b'9' => *digit = b'0',
            b'0'..=b'8' => {
                *digit += 1;
                return String::from_utf8_lossy(&digits).into_owned();
            }
            _ => {}
        }
    }
    format!("1{}", String::from_utf8_lossy(&digits))
}

/// How many binary digits a finite number has after the point.
fn fraction_bits(number: f64) -> usize {
    let bits = number.to_bits();
    let (exponent, mantissa) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    if bits << 1 == 0 {
        return 0;
    }
    // number = significand * 2^(exponent - 1075), subnormal numbers being those of exponent 1 without the hidden bit
    let significand = if exponent == 0 { mantissa } else { mantissa | 1 << 52 };
    let exponent = exponent.max(1) as i64 - 1075 + i64::from(significand.trailing_zeros());
    usize::try_from(-exponent).unwrap_or(0)
}

/// The date that a number in some unit stands for.
pub(super) fn to_date_time(number: f64, format: &Value, clock: &Clock) -> Result<Value, Thrown> {
    // day 0 of a spreadsheet is 30 December 1899
    const EXCEL_EPOCH: f64 = 25_569.0;
    const DAY_SECONDS: f64 = 86_400.0;
    let (constructor, amount) = match (format, format.as_str()) {
        (Value::Undefined, _) | (_, Some("ms")) => ("fromMillis", number),
        (_, Some("s")) => ("fromSeconds", number),
        (_, Some("us")) => ("fromMillis", number / 1000.0),
        (_, Some("excel")) => ("fromSeconds", (number - EXCEL_EPOCH) * DAY_SECONDS),
        _ => {
            let format = to_any_text(format)?;
            return Err(Thrown::extension(format!(
                "Unsupported format '{format}'. toDateTime() supports 'ms', 's', 'us' and 'excel'."
            )));
        }
    };
    luxon::call_static(Class::DateTime, constructor, &[Value::from(amount)], clock)
}
