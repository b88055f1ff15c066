//! Calendar arithmetic in the proleptic Gregorian calendar, as `Date.UTC` and luxon do it.

/// Milliseconds of a day.
pub const DAY: f64 = 86_400_000.0;
/// The latest time a JavaScript date can hold, in milliseconds; the earliest is its negative.
pub const MAX_TIME: f64 = 8.64e15;

/// A wall-clock reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Year; 0 is 1 BC.
    pub year: i32,
    /// Month, January = 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour, from 0.
    pub hour: u8,
    /// Minute, from 0.
    pub minute: u8,
    /// Second, from 0.
    pub second: u8,
    /// Millisecond, from 0.
    pub millisecond: u16,
}

impl Civil {
    /// The reading of a clock that runs `millis` after 1970 in its own zone; `None` outside the range of JavaScript dates.
    pub fn from_local_millis(millis: f64) -> Option<Self> {
        if millis.is_nan() || millis.abs() > MAX_TIME {
            return None;
        }
        let millis = millis.trunc() as i64;
        let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
        let (year, month, day) = civil_from_days(days);
        Some(Self {
            year: year as i32,
            month,
            day,
            hour: (rest / 3_600_000) as u8,
            minute: (rest / 60_000 % 60) as u8,
            second: (rest / 1000 % 60) as u8,
            millisecond: (rest % 1000) as u16,
        })
    }

    /// Days after 1970.
    pub fn days(&self) -> i64 {
        days_from_civil(i64::from(self.year), self.month, self.day)
    }

    /// ISO day of the week, Monday = 1.
    pub fn weekday(&self) -> u8 {
        weekday(i64::from(self.year), self.month, self.day)
    }

    /// Day of the year, from 1.
    pub fn ordinal(&self) -> u16 {
        let start = days_from_civil(i64::from(self.year), 1, 1);
        (days_from_civil(i64::from(self.year), self.month, self.day) - start + 1) as u16
    }

    /// Week of a calendar whose weeks start on `rule.first_day` and whose first week has `rule.minimal_days` days.
    pub fn week(&self, rule: WeekRule) -> Week {
        let year = i64::from(self.year);
        let weekday = local_weekday(self.weekday(), rule.first_day);
        let ordinal = i64::from(self.ordinal());
        let number = (ordinal - i64::from(weekday) + 14 - i64::from(rule.minimal_days)).div_euclid(7);
        let (year, number) = if number < 1 {
            (year - 1, i64::from(weeks_in_year(year - 1, rule)))
        } else if number > i64::from(weeks_in_year(year, rule)) {
            (year + 1, 1)
        } else {
            (year, number)
        };
        Week { year: year as i32, number: number as u8, weekday }
    }

    /// The fields as numbers to calculate with.
    pub fn fields(&self) -> Fields {
        Fields {
            year: f64::from(self.year),
            month: f64::from(self.month),
            day: f64::from(self.day),
            hour: f64::from(self.hour),
            minute: f64::from(self.minute),
            second: f64::from(self.second),
            millisecond: f64::from(self.millisecond),
        }
    }
}

/// A date of a week calendar.
#[derive(Debug, Clone, Copy)]
pub struct Week {
    /// The year that the week belongs to.
    pub year: i32,
    /// Number of the week, from 1.
    pub number: u8,
    /// Day of the week, counted from its first, which is 1.
    pub weekday: u8,
}

/// What a week is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekRule {
    /// The ISO number of the first day of a week.
    pub first_day: u8,
    /// How many of its days the first week of a year must have in it.
    pub minimal_days: u8,
}

impl WeekRule {
    /// Weeks start on Monday; the first has the year's first Thursday.
    pub const ISO: Self = Self { first_day: 1, minimal_days: 4 };
}

/// Wall-clock fields as a program gives them: fractions, overflows and NaN included.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Year; 0 is 1 BC.
    pub year: f64,
    /// Month, January = 1.
    pub month: f64,
    /// Day of the month, from 1.
    pub day: f64,
    /// Hour, from 0.
    pub hour: f64,
    /// Minute, from 0.
    pub minute: f64,
    /// Second, from 0.
    pub second: f64,
    /// Millisecond, from 0.
    pub millisecond: f64,
}

impl Fields {
    /// The milliseconds after 1970 that a clock in its own zone reads at these fields; fields overflow into the next
    /// larger one. NaN when there is no such time.
    pub fn local_millis(&self) -> f64 {
        let mut time = self.hour.trunc() * 3_600_000.0
            + self.minute.trunc() * 60_000.0
            + self.second.trunc() * 1000.0
            + self.millisecond.trunc();
        if (0.0..100.0).contains(&self.year) {
            // luxon moves years of one and two digits into place after the time of day was added, which loses the
            // days that the time had overflown
            time = time.rem_euclid(DAY);
        }
        // What is not a year of two digits for luxon may be one for `Date.UTC`.
        let year = if self.year < 0.0 && self.year > -1.0 { 1900.0 } else { self.year };
        let millis = Self { year, ..*self }.date_millis() + time;
        if millis.abs() <= MAX_TIME { millis } else { f64::NAN }
    }

    fn date_millis(&self) -> f64 {
        days(self.year.trunc(), self.month.trunc(), self.day.trunc()) * DAY
    }

    /// The same, for a program that knows no two-digit years and checks the range itself.
    pub fn unclipped_millis(&self) -> f64 {
        self.date_millis()
            + self.hour * 3_600_000.0
            + self.minute * 60_000.0
            + self.second * 1000.0
            + self.millisecond
    }
}

/// Days after 1970 of a date whose month and day may overflow.
fn days(year: f64, month: f64, day: f64) -> f64 {
    if !(year.is_finite() && month.is_finite() && day.is_finite()) {
        return f64::NAN;
    }
    let year = year + ((month - 1.0) / 12.0).floor();
    let month = (month - 1.0).rem_euclid(12.0) + 1.0;
    if year.abs() > 400_000.0 {
        return f64::NAN;
    }
    days_from_civil(year as i64, month as u8, 1) as f64 + day - 1.0
}

/// Days after 1970 of a date.
pub fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date that is `days` after 1970.
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// ISO day of the week of a date, Monday = 1.
fn weekday(year: i64, month: u8, day: u8) -> u8 {
    ((days_from_civil(year, month, day) + 3).rem_euclid(7) + 1) as u8
}

/// A day of the week counted from another first day.
pub fn local_weekday(iso: u8, first_day: u8) -> u8 {
    (iso + 7 - first_day) % 7 + 1
}

/// Whether a year has a 29th of February.
pub fn is_leap_year(year: f64) -> bool {
    year % 4.0 == 0.0 && (year % 100.0 != 0.0 || year % 400.0 == 0.0)
}

/// 365 or 366.
pub fn days_in_year(year: f64) -> f64 {
    if is_leap_year(year) { 366.0 } else { 365.0 }
}

/// Length of a month; the month may lie outside of the year. NaN for a month that is not an integer.
pub fn days_in_month(year: f64, month: f64) -> f64 {
    let index = (month - 1.0).rem_euclid(12.0) + 1.0;
    let year = year + (month - index) / 12.0;
    match index {
        2.0 if is_leap_year(year) => 29.0,
        2.0 => 28.0,
        4.0 | 6.0 | 9.0 | 11.0 => 30.0,
        1.0 | 3.0 | 5.0 | 7.0 | 8.0 | 10.0 | 12.0 => 31.0,
        _ => f64::NAN,
    }
}

/// How many weeks a year of a week calendar has.
pub fn weeks_in_year(year: i64, rule: WeekRule) -> u8 {
    let offset = |year: i64| {
        let first = local_weekday(weekday(year, 1, rule.minimal_days), rule.first_day);
        i64::from(rule.minimal_days) - 1 - i64::from(first)
    };
    let days = if is_leap_year(year as f64) { 366 } else { 365 };
    ((days - offset(year) + offset(year + 1)) / 7) as u8
}

/// Year, month and day of a date in a week calendar; week and day may overflow into the year before or after.
pub fn week_to_date(year: f64, number: f64, weekday_number: f64, rule: WeekRule) -> (f64, f64, f64) {
    if !(year.is_finite() && year.abs() < 400_000.0) {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    let first = local_weekday(weekday(year as i64, 1, rule.minimal_days), rule.first_day);
    let ordinal = number * 7.0 + weekday_number - f64::from(first) - 7.0 + f64::from(rule.minimal_days);
    if ordinal < 1.0 {
        ordinal_to_date(year - 1.0, ordinal + days_in_year(year - 1.0))
    } else if ordinal > days_in_year(year) {
        ordinal_to_date(year + 1.0, ordinal - days_in_year(year))
    } else {
        ordinal_to_date(year, ordinal)
    }
}

/// Year, month and day of a day of a year: January, with a day that overflows. Days before the year are no days.
pub fn ordinal_to_date(year: f64, ordinal: f64) -> (f64, f64, f64) {
    (year, 1.0, if ordinal > 0.0 { ordinal } else { f64::NAN })
}
