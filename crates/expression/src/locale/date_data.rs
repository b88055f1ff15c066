//! The locale data of dates.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::store::{Cache, Kind};
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
    pub(super) patterns: Patterns,
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
    pub(super) available: Map<String, Value>,
    pub(super) append: HashMap<String, String>,
    /// Patterns of spans by skeleton, then by the largest field that differs.
    pub(super) intervals: HashMap<String, HashMap<String, String>>,
    pub(super) interval_fallback: Option<String>,
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

static DATES: LazyLock<Cache<Dates>> = LazyLock::new(Cache::new);
static GENERIC: LazyLock<Cache<Patterns>> = LazyLock::new(Cache::new);
static ZONES: LazyLock<Cache<ZoneNames>> = LazyLock::new(Cache::new);

/// A locale's dates.
pub(super) fn dates(locale: &Locale) -> Arc<Dates> {
    DATES.get(locale.data, Kind::Dates)
}

/// A locale's patterns for other calendars.
pub(super) fn generic(locale: &Locale) -> Arc<Patterns> {
    GENERIC.get(locale.data, Kind::Generic)
}

/// A locale's names of time zones.
pub(super) fn zone_names(locale: &Locale) -> Arc<ZoneNames> {
    ZONES.get(locale.data, Kind::Zones)
}
