//! The Islamic calendar by the moon: a month begins with the first midnight in Greenwich after new moon.

use super::sky::{DAY, SYNODIC_MONTH, moon_age};

/// The first day of the calendar, counted from 1970.
const EPOCH: i64 = -492_148;

/// Year, month and day of a day counted from 1970.
pub(super) fn by_the_moon(days: i64) -> (i64, u8, u8) {
    let since = days - EPOCH;
    let mut month = (since as f64 / SYNODIC_MONTH).floor() as i64 + 1;
    while month_start(month) > since {
        month -= 1;
    }
    let (year, month_of_year) = (month.div_euclid(12) + 1, month.rem_euclid(12) + 1);
    (year, month_of_year as u8, (since - month_start(month) + 1) as u8)
}

/// The first day of a month, both counted from the calendar's first.
fn month_start(month: i64) -> i64 {
    let is_past = |day: i64| moon_age((day + EPOCH) as f64 * DAY) < std::f64::consts::PI;
    let mut day = (month as f64 * SYNODIC_MONTH).floor() as i64;
    if is_past(day) {
        while is_past(day) {
            day -= 1;
        }
    } else {
        while !is_past(day) {
            day += 1;
        }
    }
    day + 1
}
