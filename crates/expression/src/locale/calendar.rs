//! Calendars besides the Gregorian one.

use super::date_data::Dates;
use super::store::supplement;
use super::tag::Locale;
use crate::luxon::Civil;

/// A calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregory,
    Iso8601,
    Buddhist,
    Roc,
}

/// Names of calendars, as `Intl` knows them.
const NAMES: [(&str, Calendar); 4] = [
    ("gregory", Calendar::Gregory),
    ("iso8601", Calendar::Iso8601),
    ("buddhist", Calendar::Buddhist),
    ("roc", Calendar::Roc),
];

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

    /// Whether it uses the patterns of the Gregorian calendar.
    pub(super) fn has_own_patterns(self) -> bool {
        matches!(self, Calendar::Gregory | Calendar::Iso8601)
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

impl CalendarDate {
    pub(super) fn new(calendar: Calendar, civil: &Civil) -> Self {
        let year = i64::from(civil.year);
        let (era_index, year) = match calendar {
            Calendar::Buddhist => (0, year + 543),
            Calendar::Roc if year > 1911 => (1, year - 1911),
            Calendar::Roc => (0, 1912 - year),
            _ if year > 0 => (1, year),
            _ => (0, 1 - year),
        };
        Self { calendar, year, month: civil.month, day: civil.day, era_index }
    }

    /// The era's name.
    pub(super) fn era(&self, locale: &Locale, dates: &Dates, length: usize) -> String {
        let _ = locale;
        let width = match length {
            4 => 0,
            5 => 2,
            _ => 1,
        };
        match self.calendar {
            Calendar::Buddhist => "BE".to_owned(),
            Calendar::Roc => ["B.R.O.C.", "Minguo"][self.era_index].to_owned(),
            _ => dates.eras.get(width).and_then(|eras| eras.get(self.era_index)).cloned().unwrap_or_default(),
        }
    }

    /// The month's name where it is not that of the Gregorian calendar.
    pub(super) fn month_name(&self, locale: &Locale, length: usize, alone: bool) -> Option<String> {
        let _ = (locale, length, alone);
        None
    }
}
