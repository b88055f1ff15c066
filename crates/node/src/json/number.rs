//! JavaScript's numbers.

use smol_str::SmolStr;

/// From here on not every whole number is an `f64` (2⁵³).
const UNSAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The text of a number as JavaScript's `Number.prototype.toString` gives it: `1`, `0.1`, `1e+21`, `0` for `-0`,
/// `NaN`, `Infinity`.
pub fn number_to_string(number: f64) -> SmolStr {
    SmolStr::new(ryu_js::Buffer::new().format(number))
}

/// The number as an integer, if it is one that JavaScript holds exactly together with its neighbours.
pub(super) fn to_safe_integer(number: f64) -> Option<i64> {
    (number.abs() < UNSAFE_INTEGER && number.trunc() == number).then_some(number as i64)
}

pub(super) fn to_i64(number: f64) -> Option<i64> {
    (number.trunc() == number && (-(2f64.powi(63))..2f64.powi(63)).contains(&number)).then_some(number as i64)
}

pub(super) fn to_u64(number: f64) -> Option<u64> {
    (number.trunc() == number && (0.0..2f64.powi(64)).contains(&number)).then_some(number as u64)
}
