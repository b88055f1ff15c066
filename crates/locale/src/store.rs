//! The locale data of the crate: `data/cldr.bin`, made by `examples/generate_cldr` from the release of CLDR that
//! n8n's ICU has. Kinds of data are unpacked per language when they are first asked for, and kept.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[cfg(feature = "all-locales")]
static BYTES: &[u8] = include_bytes!("../data/cldr.bin");
#[cfg(not(feature = "all-locales"))]
static BYTES: &[u8] = include_bytes!("../data/english.bin");

static STORE: LazyLock<Store> = LazyLock::new(Store::open);

/// Where a kind of data starts: number of its chunk, and start and length of its patch if it has one.
type Place = Vec<usize>;

#[derive(Default, Deserialize)]
struct Store {
    locales: HashMap<String, Vec<Place>>,
    /// Start, length and unpacked length of the first text of every chunk.
    chunks: Vec<(usize, usize, usize)>,
    supplement: Supplement,
    #[serde(skip)]
    body: &'static [u8],
}

/// A metazone's name, and the minutes since 1970 from and to which a zone is in it.
pub(super) type MetazoneSpan = (String, Option<i64>, Option<i64>);

/// What does not depend on a locale.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Supplement {
    pub(super) aliases: HashMap<String, String>,
    pub(super) regions: HashMap<String, String>,
    pub(super) language_aliases: HashMap<String, String>,
    pub(super) first_day: HashMap<String, String>,
    pub(super) min_days: HashMap<String, String>,
    pub(super) weekend_start: HashMap<String, String>,
    pub(super) weekend_end: HashMap<String, String>,
    pub(super) digits: HashMap<String, String>,
    pub(super) currency_digits: HashMap<String, u8>,
    pub(super) hours: HashMap<String, (String, String)>,
    pub(super) period_rules: HashMap<String, HashMap<String, PeriodRule>>,
    pub(super) zone_aliases: HashMap<String, String>,
    pub(super) metazones: HashMap<String, Vec<MetazoneSpan>>,
    /// By metazone and region, the zone whose times its names are for; the world is `001`.
    pub(super) reference_zones: HashMap<String, HashMap<String, String>>,
    /// The zones that are called by their cities, in the order of these.
    pub(super) city_zones: Vec<String>,
    /// The zones that their countries are called by, of countries with several.
    pub(super) primary_zones: HashMap<String, String>,
    pub(super) plurals: HashMap<String, Vec<(String, String)>>,
    pub(super) ordinals: HashMap<String, Vec<(String, String)>>,
    pub(super) calendars: HashMap<String, Vec<String>>,
    /// First days of the Japanese eras: year, month, day.
    pub(super) japanese_eras: Vec<(i64, u8, u8)>,
    /// The codes of the names of every kind, in the order of the names.
    pub(super) name_codes: HashMap<String, Vec<String>>,
    /// What old values of keywords became.
    pub(super) keyword_aliases: HashMap<String, HashMap<String, String>>,
    pub(super) zones_of_regions: HashMap<String, Vec<String>>,
    /// Per language: plural forms of start and end, and that of the range.
    pub(super) plural_ranges: HashMap<String, Vec<(String, String, String)>>,
}

/// When a part of the day is.
#[derive(Deserialize)]
pub(super) struct PeriodRule {
    #[serde(rename = "_at")]
    pub(super) at: Option<String>,
    #[serde(rename = "_from")]
    pub(super) from: Option<String>,
    #[serde(rename = "_before")]
    pub(super) before: Option<String>,
}

impl Store {
    fn open() -> Self {
        let Some((length, rest)) = BYTES.split_first_chunk::<4>() else { return Self::default() };
        let length = (u32::from_le_bytes(*length) as usize).min(rest.len());
        let (index, body) = rest.split_at(length);
        let store: Option<Self> = unpack(index).and_then(|index| serde_json::from_slice(&index).ok());
        Self { body, ..store.unwrap_or_default() }
    }

    fn section(&self, locale: &str, kind: Kind) -> Option<Value> {
        let place = self.locales.get(locale)?.get(kind as usize)?;
        let (start, length, base) = *self.chunks.get(*place.first()?)?;
        let text = unpack(self.body.get(start..start + length)?)?;
        let mut section = serde_json::from_slice(text.get(..base)?).ok()?;
        if let [_, start, length] = place.as_slice() {
            let patch = serde_json::from_slice(text.get(*start..*start + *length)?).ok()?;
            merge(&mut section, patch);
        }
        Some(section)
    }
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec(bytes).ok()
}

/// Applies a merge patch (RFC 7396).
pub(super) fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.shift_remove(&key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, Value::Object(patch)) => {
            *target = Value::Object(patch);
        }
        (target, patch) => *target = patch,
    }
}

/// A kind of data, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Dates,
    Generic,
    Fields,
    Zones,
    Numbers,
    Currencies,
    Units,
    Lists,
    Calendars,
    Names,
}

/// What does not depend on a locale.
pub(super) fn supplement() -> &'static Supplement {
    &STORE.supplement
}

/// The name of a locale if there are data for it.
pub(super) fn known(locale: &str) -> Option<&'static str> {
    STORE.locales.get_key_value(locale).map(|(name, _)| name.as_str())
}

/// Whether a known locale has data of one kind of its own; without them, `Intl` falls back to the process's locale.
pub(super) fn has(locale: &str, kind: Kind) -> bool {
    STORE
        .locales
        .get(locale)
        .and_then(|places| places.get(kind as usize))
        .is_some_and(|place| !place.is_empty())
}

/// The data of one kind of a known locale.
pub(super) fn section(locale: &str, kind: Kind) -> Option<Value> {
    STORE.section(locale, kind)
}

/// Data of one kind, as they were read for the locales that were asked for.
pub(super) struct Cache<T>(RwLock<HashMap<&'static str, Arc<T>>>);

impl<T: DeserializeOwned + Default> Cache<T> {
    /// An empty cache.
    pub(super) fn new() -> Self {
        Self(RwLock::new(HashMap::new()))
    }

    /// The data of a known locale.
    pub(super) fn get(&self, locale: &'static str, kind: Kind) -> Arc<T> {
        let known = self.0.read().ok().and_then(|cache| cache.get(locale).cloned());
        known.unwrap_or_else(|| {
            let section = STORE.section(locale, kind);
            let read: Arc<T> = Arc::new(
                section.and_then(|section| serde_json::from_value(section).ok()).unwrap_or_default(),
            );
            if let Ok(mut cache) = self.0.write() {
                cache.insert(locale, read.clone());
            }
            read
        })
    }
}
