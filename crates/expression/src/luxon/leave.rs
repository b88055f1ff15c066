//! What becomes of dates that leave an expression: n8n writes them as ISO texts with the names of their zones, and
//! reads those again.

use super::datetime::DateTime;
use super::interval::Interval;
use super::loc::Loc;
use super::{date_value, interval_value};
use crate::Value;

/// Offsets of so many minutes have three digits of hours, which ISO texts cannot be read with.
const TOO_FAR: f64 = 6000.0;

/// A result as it arrives outside of the expression. Seconds of an offset, fractions of a millisecond, and zones that
/// have no name to be found by do not arrive.
pub(crate) fn leave(value: Value) -> Value {
    match &value {
        Value::DateTime(date) => match arrival(date) {
            Some(arrived) => date_value(arrived),
            None => value,
        },
        Value::Interval(interval) => match interval.span() {
            Some((start, end)) => match (arrival(start), arrival(end)) {
                (None, None) => value,
                (one, other) => interval_value(Interval::new(
                    one.unwrap_or_else(|| start.clone()),
                    other.unwrap_or_else(|| end.clone()),
                )),
            },
            None => value,
        },
        _ => value,
    }
}

/// The date that arrives; `None` when it is the same.
fn arrival(date: &DateTime) -> Option<DateTime> {
    let reading = date.reading()?;
    let zone = date.zone().by_name();
    let shown = reading.offset.trunc();
    let millis = (date.millis() + reading.offset * 60_000.0).trunc() - shown * 60_000.0;
    if millis == date.millis() && zone.equals(date.zone()) && shown.abs() < TOO_FAR {
        return None;
    }
    let millis = if shown.abs() < TOO_FAR { millis } else { f64::NAN };
    Some(DateTime::at(millis, zone, Loc::default()))
}
