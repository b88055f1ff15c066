//! Calendars besides the Gregorian one.

use std::sync::Arc;

use super::date_data::{Dates, Patterns, calendar_data, patterns};
use super::store::supplement;
use super::tag::Locale;
use crate::luxon::Civil;

/// A calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Calendar {
    Gregory,
    Iso8601,
    Buddhist,
    Roc,
    Japanese,
    Persian,
}

/// Names of calendars, as `Intl` knows them.
const NAMES: [(&str, Calendar); 6] = [
    ("gregory", Calendar::Gregory),
    ("iso8601", Calendar::Iso8601),
    ("buddhist", Calendar::Buddhist),
    ("roc", Calendar::Roc),
    ("japanese", Calendar::Japanese),
    ("persian", Calendar::Persian),
];

/// First days of the Japanese eras, from the first that the calendar of today can name.
const JAPANESE_ERAS: [(i32, u8, u8); 5] =
    [(1868, 9, 8), (1912, 7, 30), (1926, 12, 25), (1989, 1, 8), (2019, 5, 1)];

impl Calendar {
    /// The calendar that an option, the tag or the locale's region asks for.
    pub(super) fn choose(option: Option<&str>, locale: &Locale) -> Self {
        let find = |name: &str| NAMES.iter().find(|(own, _)| *own == name).map(|(_, calendar)| *calendar);
        if let Some(calendar) = option.and_then(find).or_else(|| locale.keyword("ca").and_then(find)) {
            return calendar;
        }
        let preferred = supplement().calendars.get(locale.region().as_str()).and_then(|list| list.first());
        preferred.and_then(|name| find(name)).unwrap_or(Calendar::Gregory)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, own)| *own == self).map_or("gregory", |(name, _)| name)
    }

    /// Its patterns in a locale.
    pub(super) fn patterns(self, locale: &Locale, dates: &Dates) -> Arc<Patterns> {
        match self {
            Calendar::Gregory | Calendar::Iso8601 => dates.patterns.clone(),
            _ => patterns(locale, self.name()),
        }
    }
}

/// A date in a calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct CalendarDate {
    calendar: Calendar,
    /// Year of the era.
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) era_index: usize,
}

/// The day in 1582, counted from 1970, before which the calendars that follow the Gregorian one follow the Julian one.
const GREGORIAN_START: i64 = -141_427;

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
    pub(super) fn new(calendar: Calendar, civil: &Civil) -> Self {
        let keeps_julian = matches!(calendar, Calendar::Buddhist | Calendar::Roc | Calendar::Japanese);
        let (year, month, day) = match i64::from(civil.year) {
            year if year <= 1582 && keeps_julian && civil.days() < GREGORIAN_START => julian(civil.days()),
            year => (year, civil.month, civil.day),
        };
        let (era_index, year) = match calendar {
            Calendar::Buddhist => (0, year + 543),
            Calendar::Roc if year > 1911 => (1, year - 1911),
            Calendar::Roc => (0, 1912 - year),
            Calendar::Japanese => {
                let date = (civil.year, month, day);
                match JAPANESE_ERAS.iter().rposition(|start| *start <= date) {
                    Some(era) => (era, year - i64::from(JAPANESE_ERAS[era].0) + 1),
                    None => (0, year - i64::from(JAPANESE_ERAS[0].0) + 1),
                }
            }
            Calendar::Persian => return Self::persian(civil),
            _ if year > 0 => (1, year),
            _ => (0, 1 - year),
        };
        Self { calendar, year, month, day, era_index }
    }

    /// The Persian calendar by its cycle of 33 years.
    fn persian(civil: &Civil) -> Self {
        const EPOCH: i64 = -492_268;
        let days = civil.days() - EPOCH;
        let start_of = |year: i64| 365 * (year - 1) + (8 * year + 21).div_euclid(33);
        let mut year = 1 + (33 * days + 3).div_euclid(12_053);
        if start_of(year) > days {
            year -= 1;
        } else if start_of(year + 1) <= days {
            year += 1;
        }
        let day_of_year = days - start_of(year);
        let month = if day_of_year < 216 { day_of_year / 31 } else { (day_of_year - 6) / 30 };
        let start = if month <= 6 { 31 * month } else { 30 * month + 6 };
        let (month, day) = (month as u8 + 1, (day_of_year - start) as u8 + 1);
        Self { calendar: Calendar::Persian, year, month, day, era_index: 0 }
    }

    /// The era's name.
    pub(super) fn era(&self, locale: &Locale, dates: &Dates, length: usize) -> String {
        let width = width(length);
        let own = calendar_data(locale, self.calendar.name(), |data| {
            data.eras.get(width)?.get(self.era_index).filter(|name| !name.is_empty()).cloned()
        });
        own.unwrap_or_else(|| match self.calendar {
            Calendar::Buddhist => "BE".to_owned(),
            Calendar::Persian => "AP".to_owned(),
            Calendar::Roc => {
                ["B.R.O.C.", "Minguo"].get(self.era_index).copied().unwrap_or_default().to_owned()
            }
            _ => dates.eras.get(width).and_then(|eras| eras.get(self.era_index)).cloned().unwrap_or_default(),
        })
    }

    /// The month's name where it is not that of the Gregorian calendar.
    pub(super) fn month_name(&self, locale: &Locale, length: usize, alone: bool) -> Option<String> {
        calendar_data(locale, self.calendar.name(), |data| {
            data.months.get(usize::from(alone))?.get(width(length))?.get(usize::from(self.month) - 1).cloned()
        })
    }
}

fn width(length: usize) -> usize {
    match length {
        4 => 0,
        5 => 2,
        _ => 1,
    }
}
