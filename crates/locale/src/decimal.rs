//! Numbers as rows of decimal digits, to be rounded and written.

use std::cmp::Ordering;

/// The shortest decimal that stands for a number: `0.DIGITS × 10^point`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    pub(super) negative: bool,
    /// Digits without leading zeros; trailing zeros may be kept to be shown. None for zero.
    digits: Vec<u8>,
    /// How many digits stand before the decimal point; negative if zeros follow it first.
    point: i32,
    special: Option<Special>,
}

/// What is not a number of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Infinite,
    NotANumber,
}

/// How a number is rounded to a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    Ceil,
    Floor,
    Expand,
    Trunc,
    HalfCeil,
    HalfFloor,
    HalfExpand,
    HalfTrunc,
    HalfEven,
}

impl Decimal {
    /// The decimal that JavaScript prints for a number.
    pub fn new(number: f64) -> Self {
        let negative = number.is_sign_negative() && !number.is_nan();
        let special = match number {
            number if number.is_nan() => Some(Special::NotANumber),
            number if number.is_infinite() => Some(Special::Infinite),
            _ => None,
        };
        let mut decimal = Self { negative, digits: Vec::new(), point: 0, special };
        if special.is_none() && number != 0.0 {
            let text = format!("{:e}", number.abs());
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            decimal.digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
            decimal.point = exponent.parse::<i32>().unwrap_or(0) + 1;
        }
        decimal
    }

    /// The decimal of an integer in digits, of any length.
    pub fn from_digits(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.trim_start_matches('0');
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        Self { negative, point: digits.len() as i32, digits, special: None }
    }

    /// The number that a text of JavaScript says, with all its digits.
    pub fn from_text(text: &str) -> Self {
        /// Beyond these powers of ten digits would be written that nobody wants.
        const MOST: i32 = 400;
        let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        let approximate = || Self::new(heddle_data::javascript::to_number(&heddle_data::Json::from(text)));
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_digits = !(integer.is_empty() && fraction.is_empty());
        let is_finite = unsigned.parse::<f64>().is_ok_and(f64::is_finite);
        let exponent = exponent.parse::<i32>().ok().filter(|exponent| is_finite && exponent.abs() <= MOST);
        let (Some(exponent), true, true, true) =
            (exponent, has_digits, is_digits(integer), is_digits(fraction))
        else {
            return approximate();
        };
        let leading = integer.trim_start_matches('0');
        let skipped =
            if leading.is_empty() { fraction.len() - fraction.trim_start_matches('0').len() } else { 0 };
        let fraction = fraction.get(skipped..).unwrap_or_default().trim_end_matches('0');
        let digits: Vec<u8> = leading.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let point = if digits.is_empty() { 0 } else { leading.len() as i32 - skipped as i32 + exponent };
        Self { negative, digits, point, special: None }
    }

    /// Whether it is `NaN`.
    pub fn is_nan(&self) -> bool {
        self.special == Some(Special::NotANumber)
    }

    pub(super) fn special(&self) -> Option<Special> {
        self.special
    }

    pub(super) fn is_finite(&self) -> bool {
        self.special.is_none()
    }

    /// Whether all digits are zero.
    pub(super) fn is_zero(&self) -> bool {
        self.special.is_none() && self.digits.iter().all(|digit| *digit == 0)
    }

    /// The power of ten of the first digit; 0 for zero.
    pub(super) fn magnitude(&self) -> i32 {
        if self.is_zero() { 0 } else { self.point - 1 }
    }

    /// The number times a power of ten.
    pub(super) fn shifted(&self, power: i32) -> Self {
        Self { point: if self.digits.is_empty() { 0 } else { self.point + power }, ..self.clone() }
    }

    /// The digit of a power of ten.
    pub(super) fn digit(&self, power: i32) -> u8 {
        let index = self.point - 1 - power;
        usize::try_from(index).ok().and_then(|index| self.digits.get(index)).copied().unwrap_or(0)
    }

    /// The power of ten of the last digit that is not 0; 0 if all digits are before the point.
    fn lowest(&self) -> i32 {
        let significant = self.digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last as i32 + 1);
        (self.point - significant).min(0)
    }

    /// Rounds to multiples of a power of ten, times `increment`.
    pub(super) fn round(&mut self, power: i32, rounding: Rounding, increment: u32) {
        if self.special.is_some() || self.digits.is_empty() {
            return;
        }
        if increment > 1 {
            return self.round_increment(power, rounding, increment);
        }
        let keep = self.point - power;
        if keep >= self.digits.len() as i32 {
            return;
        }
        let (kept, dropped) = match usize::try_from(keep) {
            Ok(keep) => self.digits.split_at(keep),
            Err(_) => (&[][..], &self.digits[..]),
        };
        // zeros stand between the point of rounding and the first digit when `keep` is negative
        let half = if keep < 0 { Ordering::Less } else { compare_half(dropped) };
        let is_exact = dropped.iter().all(|digit| *digit == 0);
        let is_odd = kept.last().is_some_and(|digit| digit % 2 == 1);
        let up = !is_exact && rounds_up(rounding, half, self.negative, is_odd);
        let mut kept = kept.to_vec();
        if up {
            let mut carry = true;
            for digit in kept.iter_mut().rev() {
                *digit += 1;
                carry = *digit == 10;
                if !carry {
                    break;
                }
                *digit = 0;
            }
            if carry {
                kept.insert(0, 1);
                self.point = if keep < 0 { power + 1 } else { self.point + 1 };
            }
        }
        let significant = kept.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
        kept.truncate(significant);
        self.digits = kept;
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// Rounds to multiples of `increment` at a power of ten, which fits an integer where it is allowed.
    fn round_increment(&mut self, power: i32, rounding: Rounding, increment: u32) {
        let scaled = self.shifted(-power);
        let (integer, fraction) = scaled.plain_digits();
        let Ok(integer) = integer.parse::<u128>() else { return };
        let increment = u128::from(increment);
        let (whole, rest) = (integer / increment, integer % increment);
        let has_fraction = fraction.bytes().any(|digit| digit != b'0');
        let is_exact = rest == 0 && !has_fraction;
        let half = match (rest * 2).cmp(&increment) {
            Ordering::Equal if has_fraction => Ordering::Greater,
            // an odd increment has its half between two integers
            Ordering::Less if rest * 2 + 1 == increment && has_fraction => {
                compare_half(&fraction.bytes().map(|digit| digit - b'0').collect::<Vec<_>>())
            }
            order => order,
        };
        let up = !is_exact && rounds_up(rounding, half, self.negative, whole % 2 == 1);
        let rounded = (whole + u128::from(up)) * increment;
        let negative = self.negative;
        *self = Self::from_digits(&rounded.to_string()).shifted(power);
        self.negative = negative;
    }

    /// Digits before and behind the decimal point; at least one before.
    pub(super) fn plain_digits(&self) -> (String, String) {
        let text = |digits: std::ops::RangeInclusive<i32>| -> String {
            digits.rev().map(|power| char::from(b'0' + self.digit(power))).collect()
        };
        let integer = text(0..=self.magnitude().max(0));
        let lowest = self.point - self.digits.len() as i32;
        let fraction = if lowest < 0 { text(lowest..=-1) } else { String::new() };
        (integer, fraction)
    }

    /// How many digits behind the point there are, without trailing zeros.
    pub(super) fn fraction_length(&self) -> usize {
        (-self.lowest()) as usize
    }

    /// Adds zeros so that the digits reach down to a power of ten.
    pub(super) fn pad_to(&mut self, power: i32) {
        if self.digits.is_empty() {
            self.digits = vec![0];
            self.point = 1;
        }
        let wanted = (self.point - power).clamp(0, 2000) as usize;
        if self.digits.len() < wanted {
            self.digits.resize(wanted, 0);
        }
    }

    /// Drops the zeros at the end of the fraction.
    pub(super) fn strip(&mut self) {
        let keep = self.digits.len() - (self.digits.len() as i32 - self.point).max(0) as usize;
        self.digits.truncate(keep.max(1).min(self.digits.len()));
    }

    /// The number again.
    pub(super) fn to_f64(&self) -> f64 {
        let (integer, fraction) = self.plain_digits();
        let number: f64 = format!("{integer}.{fraction}").parse().unwrap_or(f64::NAN);
        if self.negative { -number } else { number }
    }
}

fn compare_half(dropped: &[u8]) -> Ordering {
    let Some((first, rest)) = dropped.split_first() else { return Ordering::Less };
    match first.cmp(&5) {
        Ordering::Equal if rest.iter().any(|digit| *digit != 0) => Ordering::Greater,
        order => order,
    }
}

/// Whether the digits that are kept go up by one, away from zero.
fn rounds_up(rounding: Rounding, half: Ordering, negative: bool, is_odd: bool) -> bool {
    match rounding {
        Rounding::Ceil => !negative,
        Rounding::Floor => negative,
        Rounding::Expand => true,
        Rounding::Trunc => false,
        Rounding::HalfCeil => half == Ordering::Greater || (half == Ordering::Equal && !negative),
        Rounding::HalfFloor => half == Ordering::Greater || (half == Ordering::Equal && negative),
        Rounding::HalfExpand => half != Ordering::Less,
        Rounding::HalfTrunc => half == Ordering::Greater,
        Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && is_odd),
    }
}
