//! JavaScript's numbers.

use smol_str::SmolStr;

/// From here on not every whole number is an `f64` (2⁵³).
const UNSAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The text of a number as JavaScript's `Number.prototype.toString` gives it: `1`, `0.1`, `1e+21`, `0` for `-0`,
/// `NaN`, `Infinity`.
pub fn number_to_string(number: f64) -> SmolStr {
    with_text(number, |text| SmolStr::new(text))
}

/// Gives the text of a number, as [`number_to_string`] has it, to `take`.
pub(super) fn with_text<T>(number: f64, take: impl FnOnce(&str) -> T) -> T {
    // Most numbers are small and whole, for which there is a shorter way than the general one.
    let mut digits = [b'0'; 20];
    if let Some(integer) = to_safe_integer(number)
        && let Ok(text) = std::str::from_utf8(write_digits(integer, &mut digits))
    {
        return take(text);
    }
    take(ryu_js::Buffer::new().format(number))
}

/// Writes an integer to the end of the buffer, which has room for any.
fn write_digits(integer: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = integer.unsigned_abs();
    let mut start = buffer.len() - 1;
    while let Some(place) = buffer.get_mut(start) {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
        start -= 1;
    }
    if integer < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

/// The integer that JavaScript writes for a number: the same up to 2⁵³; beyond, the digits that tell it apart from its
/// neighbours and then zeros (`7615917337495251000`). `None` where it writes no integer, or one that does not fit.
pub(super) fn to_written_integer(number: f64) -> Option<Integer> {
    if let Some(integer) = to_safe_integer(number) {
        return Some(Integer::Signed(integer));
    }
    if number.trunc() != number || number.abs() >= 2f64.powi(64) {
        return None;
    }
    with_text(number, |text| {
        text.parse().map(Integer::Signed).or_else(|_| text.parse().map(Integer::Unsigned)).ok()
    })
}

/// An integer of a format that tells integers from other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    Signed(i64),
    /// One that is larger than any `i64`.
    Unsigned(u64),
}

/// The number as an integer, if it is one that JavaScript holds exactly together with its neighbours.
fn to_safe_integer(number: f64) -> Option<i64> {
    (number.abs() < UNSAFE_INTEGER && number.trunc() == number).then_some(number as i64)
}

pub(super) fn to_i64(number: f64) -> Option<i64> {
    (number.trunc() == number && (-(2f64.powi(63))..2f64.powi(63)).contains(&number)).then_some(number as i64)
}

pub(super) fn to_u64(number: f64) -> Option<u64> {
    (number.trunc() == number && (0.0..2f64.powi(64)).contains(&number)).then_some(number as u64)
}
