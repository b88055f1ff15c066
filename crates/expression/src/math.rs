//! `Math`'s functions whose last digit depends on the library: computed as V8 computes them, alike on every machine.

use std::f64::consts::E;

/// The functions of [`call`].
pub(crate) const NAMES: &[&str] = &[
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "cos", "cosh", "exp", "expm1", "log", "log1p", "log2",
    "sin", "sinh", "tan",
];

/// One function; `y` counts for `atan2` alone.
pub(crate) fn call(name: &str, x: f64, y: f64) -> f64 {
    match name {
        "acos" => libm::acos(x),
        "acosh" => libm::acosh(x),
        "asin" => libm::asin(x),
        "asinh" => libm::asinh(x),
        "atan" => libm::atan(x),
        "atan2" => libm::atan2(x, y),
        "cos" => libm::cos(x),
        // V8 gives the best number for e, which its function misses.
        "cosh" if x.abs() == 1.0 => (E + 1.0 / E) / 2.0,
        "exp" if x == 1.0 => E,
        "cosh" => libm::cosh(x),
        "exp" => libm::exp(x),
        "expm1" => libm::expm1(x),
        "log" => libm::log(x),
        "log1p" => libm::log1p(x),
        "log2" => libm::log2(x),
        "sin" => libm::sin(x),
        "sinh" => libm::sinh(x),
        "tan" => libm::tan(x),
        _ => f64::NAN,
    }
}

/// A finite number in a radix from 2 to 36, with as few digits of its fraction as tell it from its neighbours.
pub(crate) fn in_radix(number: f64, radix: u32) -> String {
    let (base, size) = (f64::from(radix), number.abs());
    let digit_text = |digit: u32| char::from_digit(digit, radix).unwrap_or('0');
    let (mut whole, mut fraction) = (size.trunc(), size.fract());
    // Half the distance to the next number: digits beyond it say nothing.
    let mut precision = ((size.next_up() - size) / 2.0).max(f64::from_bits(1));
    let mut digits: Vec<u32> = Vec::new();
    while fraction >= precision {
        fraction *= base;
        precision *= base;
        let digit = fraction.trunc();
        digits.push(digit as u32);
        fraction -= digit;
        let rounds_up =
            fraction > 0.5 || (fraction == 0.5 && digits.last().is_some_and(|digit| digit % 2 == 1));
        if rounds_up && fraction + precision > 1.0 {
            while digits.last() == Some(&(radix - 1)) {
                digits.pop();
            }
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => whole += 1.0,
            }
            break;
        }
    }
    let mut integer = Vec::new();
    // Beyond 2^53 the last digits are not known.
    while whole / base >= 9_007_199_254_740_992.0 {
        whole /= base;
        integer.push('0');
    }
    loop {
        let digit = whole % base;
        integer.push(digit_text(digit as u32));
        whole = (whole - digit) / base;
        if whole < 1.0 {
            break;
        }
    }
    let mut text = if number < 0.0 { "-".to_owned() } else { String::new() };
    text.extend(integer.iter().rev());
    if !digits.is_empty() {
        text.push('.');
        text.extend(digits.into_iter().map(digit_text));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::in_radix;

    #[test]
    fn fractions_have_the_digits_that_count() {
        for (number, radix, text) in [
            (0.5, 2, "0.1"),
            (-2.7, 16, "-2.b333333333334"),
            (0.1, 3, "0.0022002200220022002200220022002201"),
            (255.5, 36, "73.i"),
            (1.005, 36, "1.06ha2voha2i"),
            (123_456.789, 5, "12422311.3433030303030304"),
            (0.000_123, 7, "0.00002032033121650266164"),
            (123_456_789_012_345_680_000.0, 36, "q1ysz911igw00"),
            (1e21, 3, "100010202110111202020110202012022200000000000"),
            (1e25, 36, "198exbvshgps00000"),
        ] {
            assert_eq!(in_radix(number, radix), text);
        }
    }
}
