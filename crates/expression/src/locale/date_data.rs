//! The locale data of dates.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use serde::Deserialize;
use serde_json::Value;

use super::store::{Cache, Kind, merge, section};
use super::tag::Locale;

/// Words and patterns of the Gregorian calendar. Widths are wide, abbreviated, narrow; contexts are "with other
/// fields" and "alone".
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Dates {
    pub(super) months: Vec<Vec<Vec<String>>>,
    /// From Sunday.
    pub(super) days: Vec<Vec<Vec<String>>>,
    /// am, pm, noon, midnight, morning1, … by width.
    pub(super) periods: Vec<HashMap<String, String>>,
    pub(super) eras: Vec<Vec<String>>,
    /// Times: full, long, medium, short.
    pub(super) time: Vec<String>,
    pub(super) field_names: HashMap<String, Option<String>>,
    #[serde(flatten)]
    pub(super) patterns: Arc<Patterns>,
}

/// Patterns of dates: full, long, medium, short.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Patterns {
    pub(super) date: Vec<String>,
    /// How date and time are put together.
    pub(super) glue: Vec<String>,
    /// How they are when the time is a point of the date ("March 5 at 9").
    pub(super) at_glue: Vec<Option<String>>,
    /// Patterns by skeleton.
    pub(super) available: HashMap<String, String>,
    /// The skeletons in the order in which they are tried.
    pub(super) order: Vec<String>,
    pub(super) append: HashMap<String, String>,
    /// Patterns of spans by skeleton, then by the largest field that differs.
    pub(super) intervals: HashMap<String, HashMap<String, String>>,
    pub(super) interval_fallback: Option<String>,
}

/// What a calendar has of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CalendarData {
    /// Wide, abbreviated, narrow.
    pub(super) eras: Vec<Vec<String>>,
    /// With other fields and alone; wide, abbreviated, narrow.
    pub(super) months: Vec<Vec<Vec<String>>>,
    /// How its patterns differ from those that calendars share.
    patterns: Option<Value>,
}

/// The names of time zones.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ZoneNames {
    pub(super) gmt: String,
    pub(super) zero: String,
    pub(super) hour: String,
    /// By metazone: long and short names, each generic, standard, daylight.
    pub(super) meta: HashMap<String, ZoneRow>,
    /// By zone, where it has names of its own.
    pub(super) zones: HashMap<String, ZoneRow>,
}

/// Long and short names; each generic, standard, daylight.
pub(super) type ZoneRow = Vec<Vec<Option<String>>>;

/// Patterns by locale and calendar.
type PatternsByCalendar = HashMap<(&'static str, &'static str), Arc<Patterns>>;

static DATES: LazyLock<Cache<Dates>> = LazyLock::new(Cache::new);
static ZONES: LazyLock<Cache<ZoneNames>> = LazyLock::new(Cache::new);
static CALENDARS: LazyLock<Cache<HashMap<String, CalendarData>>> = LazyLock::new(Cache::new);
static PATTERNS: LazyLock<RwLock<PatternsByCalendar>> = LazyLock::new(RwLock::default);

/// A locale's dates.
pub(super) fn dates(locale: &Locale) -> Arc<Dates> {
    DATES.get(locale.data, Kind::Dates)
}

/// A locale's patterns for a calendar; the Gregorian has none of that name.
pub(super) fn patterns(locale: &Locale, calendar: &'static str) -> Arc<Patterns> {
    let key = (locale.data, calendar);
    if let Some(known) = PATTERNS.read().ok().and_then(|known| known.get(&key).cloned()) {
        return known;
    }
    let calendars = CALENDARS.get(locale.data, Kind::Calendars);
    let mut patterns = section(locale.data, Kind::Generic).unwrap_or_default();
    if let Some(own) = calendars.get(calendar).and_then(|calendar| calendar.patterns.clone()) {
        merge(&mut patterns, own);
    }
    let patterns: Arc<Patterns> = Arc::new(serde_json::from_value(patterns).unwrap_or_default());
    if let Ok(mut known) = PATTERNS.write() {
        known.insert(key, patterns.clone());
    }
    patterns
}

/// The names of a calendar's eras and months.
pub(super) fn calendar_data<T>(
    locale: &Locale,
    calendar: &str,
    read: impl FnOnce(&CalendarData) -> Option<T>,
) -> Option<T> {
    read(CALENDARS.get(locale.data, Kind::Calendars).get(calendar)?)
}

/// A locale's names of time zones.
pub(super) fn zone_names(locale: &Locale) -> Arc<ZoneNames> {
    ZONES.get(locale.data, Kind::Zones)
}
