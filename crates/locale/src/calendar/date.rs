//! Dates in the calendars, and the names of their parts.

use std::sync::LazyLock;

use icu_calendar::cal::hijri::TabularAlgorithm;
use icu_calendar::cal::{Coptic, Ethiopian, Hebrew, Hijri, Indian, Persian};
use icu_calendar::types::RataDie;
use icu_calendar::{AsCalendar, Date};

use super::Calendar;
use super::east_asian::EastAsianDate;
use super::islamic::by_the_moon;
use crate::Civil;
use crate::date_data::{Dates, calendar_names};
use crate::store::supplement;
use crate::tag::Locale;

/// A date in a calendar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CalendarDate {
    calendar: Calendar,
    /// Year of the era; of the cycle, where years have a name in it.
    pub(crate) year: i64,
    /// The year as the calendar counts it through all eras, or the Gregorian one where it has no count of its own.
    pub(crate) extended_year: i64,
    /// The Gregorian year in which the year begins, where the calendar counts in cycles.
    pub(crate) related_year: i64,
    /// Number among the calendar's months, from 1. Adar I has a number of its own, other leap months that of the month
    /// before.
    pub(crate) month: u8,
    leap_month: bool,
    /// Whether the year has a leap month.
    leap_year: bool,
    pub(crate) day: u8,
    /// Number of the era from 0; that of the cycle, where years have a name in it.
    pub(crate) era_index: i64,
}

/// The day in 1582, counted from 1970, before which the calendars that follow the Gregorian one follow the Julian one.
const GREGORIAN_START: i64 = -141_427;
/// The day of 1970 that the library counts from 1 January of the year 1.
const UNIX_START: i64 = 719_163;
/// Years from the creation of the world to the incarnation, for Ethiopia.
const AMETE_ALEM: i64 = 5500;

/// First days of the Japanese eras.
static JAPANESE_ERAS: LazyLock<&'static [(i64, u8, u8)]> =
    LazyLock::new(|| supplement().japanese_eras.as_slice());

/// The Julian date of a day since 1970.
fn julian(days: i64) -> (i64, u8, u8) {
    const START: i64 = 719_470;
    const CYCLE: i64 = 1461;
    let days = days + START;
    let in_cycle = days.rem_euclid(CYCLE);
    let year_of_cycle = (in_cycle / 365).min(3);
    let day_of_year = in_cycle - 365 * year_of_cycle;
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = 4 * days.div_euclid(CYCLE) + year_of_cycle + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

impl CalendarDate {
    /// The date of a reading of the clock.
    pub(crate) fn new(calendar: Calendar, civil: &Civil) -> Self {
        let days = civil.days();
        match calendar {
            Calendar::Gregory | Calendar::Iso8601 => {
                Self::solar(calendar, i64::from(civil.year), civil.month, civil.day)
            }
            Calendar::Buddhist | Calendar::Roc | Calendar::Japanese => {
                let (year, month, day) = match civil.year {
                    ..=1582 if days < GREGORIAN_START => julian(days),
                    year => (i64::from(year), civil.month, civil.day),
                };
                Self::solar(calendar, year, month, day)
            }
            Calendar::Chinese | Calendar::Dangi => {
                let date = EastAsianDate::new(days, i64::from(civil.year), civil.month, calendar);
                Self {
                    calendar,
                    year: date.year_of_cycle,
                    extended_year: date.related_year,
                    related_year: date.related_year,
                    month: date.month,
                    leap_month: date.leap_month,
                    leap_year: false,
                    day: date.day,
                    era_index: date.cycle,
                }
            }
            Calendar::Islamic | Calendar::IslamicRgsa => {
                let (year, month, day) = by_the_moon(days);
                Self::solar(calendar, year, month, day)
            }
            Calendar::Coptic => Self::counted(calendar, days, Coptic),
            Calendar::Ethiopic | Calendar::Ethioaa => Self::counted(calendar, days, Ethiopian::new()),
            Calendar::Hebrew => Self::counted(calendar, days, Hebrew),
            Calendar::Indian => Self::counted(calendar, days, Indian),
            Calendar::IslamicCivil => Self::counted(calendar, days, tabular(true)),
            Calendar::IslamicTbla => Self::counted(calendar, days, tabular(false)),
            Calendar::IslamicUmalqura => Self::counted(calendar, days, Hijri::new_umm_al_qura()),
            Calendar::Persian => Self::counted(calendar, days, Persian),
        }
    }

    /// A date of a calendar that the library knows.
    fn counted<C: AsCalendar>(calendar: Calendar, days: i64, counts: C) -> Self {
        let date = Date::from_rata_die(RataDie::new(days + UNIX_START), counts);
        let (year, month, day) =
            (i64::from(date.year().extended_year()), date.month(), date.day_of_month().0);
        let mut number = month.number();
        if calendar == Calendar::Hebrew && (number > 5 || month.to_input().is_leap()) {
            // Adar I has a number in all years
            number += 1;
        }
        Self { leap_year: date.is_in_leap_year(), ..Self::solar(calendar, year, number, day) }
    }

    /// A date by the year that a calendar counts through all eras.
    fn solar(calendar: Calendar, year: i64, month: u8, day: u8) -> Self {
        let extended_year = if calendar == Calendar::Ethioaa { year + AMETE_ALEM } else { year };
        let (era_index, year) = match calendar {
            Calendar::Buddhist => (0, year + 543),
            Calendar::Roc if year > 1911 => (1, year - 1911),
            Calendar::Roc => (0, 1912 - year),
            Calendar::Japanese => {
                let era = JAPANESE_ERAS.iter().rposition(|start| *start <= (year, month, day)).unwrap_or(0);
                let start = JAPANESE_ERAS.get(era).map_or(1, |start| start.0);
                (era as i64, year - start + 1)
            }
            Calendar::Ethiopic if year > 0 => (1, year),
            Calendar::Ethiopic | Calendar::Ethioaa => (0, year + AMETE_ALEM),
            Calendar::Gregory | Calendar::Iso8601 | Calendar::Coptic if year > 0 => (1, year),
            Calendar::Gregory | Calendar::Iso8601 | Calendar::Coptic => (0, 1 - year),
            _ => (0, year),
        };
        Self {
            calendar,
            year,
            extended_year,
            related_year: year,
            month,
            leap_month: false,
            leap_year: false,
            day,
            era_index,
        }
    }

    /// The era's name, or the number of the cycle.
    pub(crate) fn era(
        &self,
        locale: &Locale,
        dates: &Dates,
        length: usize,
        number: impl Fn(i64, usize) -> String,
    ) -> String {
        let width = width(length);
        match self.calendar {
            Calendar::Chinese | Calendar::Dangi => number(self.era_index, 1),
            // ICU has no names here
            Calendar::Iso8601 => String::new(),
            Calendar::Gregory => {
                let index = usize::try_from(self.era_index).unwrap_or(0);
                dates.eras.get(width).and_then(|eras| eras.get(index)).cloned().unwrap_or_default()
            }
            calendar => {
                let names = calendar_names(locale, calendar.data());
                let eras = names.eras.get(&width.to_string());
                eras.and_then(|eras| eras.get(&self.era_index.to_string())).cloned().unwrap_or_default()
            }
        }
    }

    /// The year's name in the cycle of sixty.
    pub(crate) fn year_name(&self, locale: &Locale) -> Option<String> {
        let index = usize::try_from(self.year - 1).ok()?;
        calendar_names(locale, self.calendar.data()).years.get(index).cloned()
    }

    /// The month in words or digits.
    pub(crate) fn month_text(
        &self,
        locale: &Locale,
        dates: &Dates,
        length: usize,
        alone: bool,
        number: impl Fn(i64, usize) -> String,
    ) -> String {
        let is_name = length > 2;
        let hebrew = self.calendar == Calendar::Hebrew;
        let month = usize::from(self.month);
        let text = if !is_name {
            let skips_adar_i = hebrew && !self.leap_year && month > 6;
            number(month as i64 - i64::from(skips_adar_i), length)
        } else {
            // the Adar of a leap year comes after the others
            let index = if hebrew && self.leap_year && month == 7 { 13 } else { month.saturating_sub(1) };
            let names = calendar_names(locale, self.calendar.data());
            let own = names.months.get(&key(length, alone)).and_then(|months| months.get(index));
            let shared = || dates.months.get(usize::from(alone))?.get(width(length))?.get(index);
            own.or_else(shared).cloned().unwrap_or_default()
        };
        if !self.leap_month {
            return text;
        }
        let names = calendar_names(locale, self.calendar.data());
        let pattern = names.leap.get(&if is_name { key(length, alone) } else { "6".to_owned() });
        pattern.map_or_else(|| text.clone(), |pattern| pattern.replace("{0}", &text))
    }
}

fn tabular(civil: bool) -> Hijri<TabularAlgorithm> {
    use icu_calendar::cal::hijri::{TabularAlgorithmEpoch, TabularAlgorithmLeapYears};
    let epoch = if civil { TabularAlgorithmEpoch::Friday } else { TabularAlgorithmEpoch::Thursday };
    Hijri::new_tabular(TabularAlgorithmLeapYears::TypeII, epoch)
}

fn width(length: usize) -> usize {
    match length {
        4 => 0,
        5 => 2,
        _ => 1,
    }
}

/// The key of names by context and width.
fn key(length: usize, alone: bool) -> String {
    (3 * usize::from(alone) + width(length)).to_string()
}
