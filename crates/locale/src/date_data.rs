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
    pub(super) field_names: HashMap<String, Option<String>>,
    #[serde(flatten)]
    pub(super) patterns: Arc<Patterns>,
}

/// Patterns of dates and times: full, long, medium, short.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Patterns {
    pub(super) date: Vec<String>,
    pub(super) time: Vec<String>,
    /// Numerals that these ask for.
    pub(super) date_numbers: Vec<Option<String>>,
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

/// What a calendar has of its own. Widths are keys, `0` to `2`; of contexts and widths together, `0` to `5`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CalendarNames {
    /// Names by width and era.
    pub(super) eras: HashMap<String, HashMap<String, String>>,
    pub(super) months: HashMap<String, Vec<String>>,
    /// Patterns of leap months; `6` is that of their numbers.
    pub(super) leap: HashMap<String, String>,
    /// Names of years in a cycle.
    pub(super) years: Vec<String>,
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
    /// The cities of zones, a line for each that is called by its city; empty where the zone is called so.
    pub(super) cities: String,
    /// How times of a place are called.
    pub(super) region: String,
    /// How the times of a place are called that differ from those of the name: place and name.
    pub(super) fallback: String,
}

/// Long and short names; each generic, standard, daylight.
pub(super) type ZoneRow = Vec<Vec<Option<String>>>;

/// Where names and patterns are that no locale has of its own.
const ROOT: &str = "@root";

/// Names by locale and calendar.
type NamesByCalendar = HashMap<(&'static str, &'static str), Arc<CalendarNames>>;
/// Patterns by locale and calendar.
type PatternsByCalendar = HashMap<(&'static str, &'static str), Arc<Patterns>>;

static DATES: LazyLock<Cache<Dates>> = LazyLock::new(Cache::new);
static ZONES: LazyLock<Cache<ZoneNames>> = LazyLock::new(Cache::new);
static CALENDARS: LazyLock<Cache<HashMap<String, Value>>> = LazyLock::new(Cache::new);
static NAMES: LazyLock<RwLock<NamesByCalendar>> = LazyLock::new(RwLock::default);
static PATTERNS: LazyLock<RwLock<PatternsByCalendar>> = LazyLock::new(RwLock::default);

/// A locale's dates.
pub(super) fn dates(locale: &Locale) -> Arc<Dates> {
    DATES.get(locale.data, Kind::Dates)
}

/// A locale's patterns for a calendar; the Gregorian has none of that name. They may be those of another calendar, but for
/// how a date and a time of it are put together.
pub(super) fn patterns(
    locale: &Locale,
    calendar: &'static str,
    shared_with: Option<&'static str>,
) -> Arc<Patterns> {
    let key = (locale.data, calendar);
    if let Some(known) = PATTERNS.read().ok().and_then(|known| known.get(&key).cloned()) {
        return known;
    }
    let data = pattern_data(locale.data, shared_with.unwrap_or(calendar));
    let mut patterns: Patterns = serde_json::from_value(data).unwrap_or_default();
    if shared_with.is_some() {
        patterns.at_glue.clear();
    }
    let patterns = Arc::new(patterns);
    if let Ok(mut known) = PATTERNS.write() {
        known.insert(key, patterns.clone());
    }
    patterns
}

/// The data of a calendar's patterns: how they differ from those that it shares with others, on top of these. Its own
/// skeletons come before theirs.
fn pattern_data(locale: &'static str, calendar: &str) -> Value {
    let own = |locale: &'static str| {
        CALENDARS.get(locale, Kind::Calendars).get(calendar).cloned().unwrap_or_default()
    };
    let patterns = match calendar {
        "dangi" => pattern_data(locale, "chinese"),
        "chinese" | "iso8601" => apply(Value::default(), &own(ROOT)),
        _ => section(locale, Kind::Generic).unwrap_or_default(),
    };
    apply(patterns, &own(locale))
}

/// A calendar's entry on top of patterns.
fn apply(mut patterns: Value, entry: &Value) -> Value {
    if let Some(own) = entry.get("patterns") {
        merge(&mut patterns, own.clone());
    }
    if let Some(first) = entry.get("order").and_then(Value::as_array) {
        let rest = patterns.get("order").and_then(Value::as_array).into_iter().flatten();
        let order: Vec<Value> =
            first.iter().chain(rest.filter(|key| !first.contains(key))).cloned().collect();
        merge(&mut patterns, serde_json::json!({ "order": order }));
    }
    patterns
}

/// The names of a calendar's eras, months and years.
pub(super) fn calendar_names(locale: &Locale, calendar: &'static str) -> Arc<CalendarNames> {
    let key = (locale.data, calendar);
    if let Some(known) = NAMES.read().ok().and_then(|known| known.get(&key).cloned()) {
        return known;
    }
    let entry = |locale: &'static str| {
        CALENDARS.get(locale, Kind::Calendars).get(calendar).cloned().unwrap_or_default()
    };
    let mut names = entry(ROOT);
    if let own @ Value::Object(_) = entry(locale.data) {
        merge(&mut names, own);
    }
    let names: Arc<CalendarNames> = Arc::new(serde_json::from_value(names).unwrap_or_default());
    if let Ok(mut known) = NAMES.write() {
        known.insert(key, names.clone());
    }
    names
}

/// A locale's names of time zones.
pub(super) fn zone_names(locale: &Locale) -> Arc<ZoneNames> {
    ZONES.get(locale.data, Kind::Zones)
}
