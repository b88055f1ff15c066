//! The Chinese and the Korean calendar: months begin with the day of new moon, the eleventh holds the winter solstice,
//! and where thirteen months lie between two solstices, the first in which the sun enters no sign is a leap month.

use super::Calendar;
use super::sky::{DAY, SYNODIC_MONTH, new_moon, sun_longitude, winter_solstice};
use crate::civil::days_from_civil;

/// More than half a month, less than a month.
const GAP: i64 = 25;
/// Years from the first cycle to the year 0.
const FIRST_CYCLE: i64 = 2636;
const HOUR: f64 = 3_600_000.0;

/// A date in one of the two.
pub(super) struct EastAsianDate {
    pub(super) cycle: i64,
    pub(super) year_of_cycle: i64,
    /// The Gregorian year in which the year begins.
    pub(super) related_year: i64,
    pub(super) month: u8,
    pub(super) leap_month: bool,
    pub(super) day: u8,
}

/// Where a calendar is reckoned. Days are counted from 1970.
#[derive(Clone, Copy)]
struct Place {
    korea: bool,
}

impl EastAsianDate {
    /// The date of a day; `year` and `month` are its Gregorian ones.
    pub(super) fn new(days: i64, year: i64, month: u8, calendar: Calendar) -> Self {
        let place = Place { korea: calendar == Calendar::Dangi };
        let solstice = place.winter_solstice(year);
        let (before, after) = if days < solstice {
            (place.winter_solstice(year - 1), solstice)
        } else {
            (solstice, place.winter_solstice(year + 1))
        };
        let first = place.new_moon(before + 1, true);
        let last = place.new_moon(after + 1, false);
        let own = place.new_moon(days + 1, false);
        let has_leap_month = months_between(first, last) == 12;
        let mut number = months_between(first, own);
        if has_leap_month && place.has_leap_month(first, own) {
            number -= 1;
        }
        if number < 1 {
            number += 12;
        }
        let leap_month = has_leap_month
            && place.enters_no_sign(own)
            && !place.has_leap_month(first, place.new_moon(own - GAP, false));
        let began = if number < 11 || month >= 7 { year } else { year - 1 };
        // counted from 0
        let in_cycles = began + FIRST_CYCLE;
        Self {
            cycle: in_cycles.div_euclid(60) + 1,
            year_of_cycle: in_cycles.rem_euclid(60) + 1,
            related_year: began,
            month: number as u8,
            leap_month,
            day: (days - own + 1) as u8,
        }
    }
}

impl Place {
    /// How far the clocks that the calendar is reckoned by are from Greenwich. Those of Korea were Peking's until 1912, but
    /// for a year with an error.
    fn offset(self, time: f64) -> f64 {
        let year_start = |year: i64| ((year - 1970) * 365) as f64 * DAY;
        match self.korea {
            true if time >= year_start(1912) => 9.0 * HOUR,
            true if (year_start(1897)..year_start(1898)).contains(&time) => 7.0 * HOUR,
            _ => 8.0 * HOUR,
        }
    }

    fn midnight(self, day: i64) -> f64 {
        let time = day as f64 * DAY;
        time - self.offset(time)
    }

    fn day_of(self, time: f64) -> i64 {
        ((time + self.offset(time)) / DAY).floor() as i64
    }

    /// The day of a Gregorian year's winter solstice.
    fn winter_solstice(self, year: i64) -> i64 {
        self.day_of(winter_solstice(self.midnight(days_from_civil(year, 12, 1))))
    }

    /// The day of the new moon after a day's start, or of the one before.
    fn new_moon(self, day: i64, after: bool) -> i64 {
        self.day_of(new_moon(self.midnight(day), after))
    }

    /// The sign that the sun is in when a day starts, of twelve.
    fn sign(self, day: i64) -> i64 {
        (6.0 * sun_longitude(self.midnight(day)) / std::f64::consts::PI) as i64 % 12
    }

    /// Whether the sun stays in one sign through the month that begins with a day.
    fn enters_no_sign(self, month: i64) -> bool {
        self.sign(month) == self.sign(self.new_moon(month + GAP, true))
    }

    /// Whether one of the months from that of the first day to that of the last is a leap month.
    fn has_leap_month(self, first: i64, last: i64) -> bool {
        let mut month = last;
        while month >= first {
            if self.enters_no_sign(month) {
                return true;
            }
            month = self.new_moon(month - GAP, false);
        }
        false
    }
}

fn months_between(one: i64, other: i64) -> i64 {
    ((other - one) as f64 / SYNODIC_MONTH).round() as i64
}
