//! The calendars that `Intl` knows.

mod date;
mod east_asian;
mod islamic;
mod numeral;
mod sky;

pub(super) use date::CalendarDate;
pub(super) use numeral::Numerals;

use std::sync::Arc;

use super::date_data::{Dates, Patterns, patterns};
use super::store::supplement;
use super::tag::Locale;

/// A calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Calendar {
    Gregory,
    Iso8601,
    Buddhist,
    Chinese,
    Coptic,
    Dangi,
    Ethioaa,
    Ethiopic,
    Hebrew,
    Indian,
    Islamic,
    IslamicCivil,
    IslamicRgsa,
    IslamicTbla,
    IslamicUmalqura,
    Japanese,
    Persian,
    Roc,
}

/// Names of calendars, as `Intl` knows them; the first of several for one is the usual one.
const NAMES: [(&str, Calendar); 20] = [
    ("gregory", Calendar::Gregory),
    ("iso8601", Calendar::Iso8601),
    ("buddhist", Calendar::Buddhist),
    ("chinese", Calendar::Chinese),
    ("coptic", Calendar::Coptic),
    ("dangi", Calendar::Dangi),
    ("ethioaa", Calendar::Ethioaa),
    ("ethiopic-amete-alem", Calendar::Ethioaa),
    ("ethiopic", Calendar::Ethiopic),
    ("hebrew", Calendar::Hebrew),
    ("indian", Calendar::Indian),
    ("islamic", Calendar::Islamic),
    ("islamic-civil", Calendar::IslamicCivil),
    ("islamicc", Calendar::IslamicCivil),
    ("islamic-rgsa", Calendar::IslamicRgsa),
    ("islamic-tbla", Calendar::IslamicTbla),
    ("islamic-umalqura", Calendar::IslamicUmalqura),
    ("japanese", Calendar::Japanese),
    ("persian", Calendar::Persian),
    ("roc", Calendar::Roc),
];

impl Calendar {
    /// The calendar of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(own, _)| *own == name).map(|(_, calendar)| *calendar)
    }

    /// The calendar that an option, the tag or the locale's region asks for.
    pub(super) fn choose(option: Option<&str>, locale: &Locale) -> Self {
        let asked = option.and_then(Self::named).or_else(|| locale.keyword("ca").and_then(Self::named));
        if let Some(calendar) = asked {
            return calendar;
        }
        let preferred = supplement().calendars.get(locale.region().as_str()).and_then(|list| list.first());
        preferred.and_then(|name| Self::named(name)).unwrap_or(Calendar::Gregory)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, own)| *own == self).map_or("gregory", |(name, _)| name)
    }

    /// The name of its data: ICU's, and one for all Islamic calendars.
    pub(super) fn data(self) -> &'static str {
        match self {
            Calendar::Ethioaa => "ethiopic-amete-alem",
            Calendar::IslamicCivil
            | Calendar::IslamicRgsa
            | Calendar::IslamicTbla
            | Calendar::IslamicUmalqura => "islamic",
            other => other.name(),
        }
    }

    /// Its patterns in a locale.
    pub(super) fn patterns(self, locale: &Locale, dates: &Dates) -> Arc<Patterns> {
        match self {
            Calendar::Gregory => dates.patterns.clone(),
            Calendar::IslamicCivil
            | Calendar::IslamicRgsa
            | Calendar::IslamicTbla
            | Calendar::IslamicUmalqura => patterns(locale, self.name(), Some(self.data())),
            _ => patterns(locale, self.data(), None),
        }
    }
}
