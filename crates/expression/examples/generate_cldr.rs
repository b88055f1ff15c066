//! Makes `data/cldr.bin`, the locale data of this crate, from the JSON edition of the Unicode CLDR.
//!
//! Needed are the npm packages `cldr-core`, `cldr-dates-full`, `cldr-localenames-full`, `cldr-numbers-full`,
//! `cldr-units-full`, `cldr-misc-full`, `cldr-bcp47` (all 48.2.0, the release in ICU 78.3), each unpacked in a folder of
//! its name, and for other calendars what a Node.js with ICU 78.3 has of them:
//!
//! ```text
//! node crates/expression/examples/unpack_icu.mjs FOLDER
//! cargo run -p heddle-expression --example generate_cldr -- FOLDER crates/expression/data
//! ```
//!
//! `data/icu-locales.txt` lists the locales that ICU has of CLDR's. The file starts with the length of its index;
//! index and chunks are deflated JSON. A chunk holds one kind of data for all locales of a language: the language's
//! own as it is, the others as merge patches (RFC 7396) to it.

#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

#[path = "generate_cldr/icu.rs"]
mod icu;
#[path = "generate_cldr/names.rs"]
mod names;
#[path = "generate_cldr/tags.rs"]
mod tags;
#[path = "generate_cldr/zones.rs"]
mod zones;

use icu::Icu;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The units that `Intl.NumberFormat` knows.
const UNITS: [&str; 45] = [
    "area-acre",
    "digital-bit",
    "digital-byte",
    "temperature-celsius",
    "length-centimeter",
    "duration-day",
    "angle-degree",
    "temperature-fahrenheit",
    "volume-fluid-ounce",
    "length-foot",
    "volume-gallon",
    "digital-gigabit",
    "digital-gigabyte",
    "mass-gram",
    "area-hectare",
    "duration-hour",
    "length-inch",
    "digital-kilobit",
    "digital-kilobyte",
    "mass-kilogram",
    "length-kilometer",
    "volume-liter",
    "digital-megabit",
    "digital-megabyte",
    "length-meter",
    "duration-microsecond",
    "length-mile",
    "length-mile-scandinavian",
    "volume-milliliter",
    "length-millimeter",
    "duration-millisecond",
    "duration-minute",
    "duration-month",
    "duration-nanosecond",
    "mass-ounce",
    "concentr-percent",
    "digital-petabyte",
    "mass-pound",
    "duration-second",
    "mass-stone",
    "digital-terabit",
    "digital-terabyte",
    "duration-week",
    "length-yard",
    "duration-year",
];
/// Compounds with a pattern of their own.
const COMPOUNDS: [&str; 5] = [
    "speed-kilometer-per-hour",
    "speed-meter-per-second",
    "speed-mile-per-hour",
    "consumption-mile-per-gallon",
    "consumption-liter-per-kilometer",
];
/// Locales whose numbers are the root's, and locales that say themselves what the root says of lists. CLDR's JSON edition
/// does not tell the one from the other; ICU does.
const NO_NUMBERS: [&str; 4] = ["lag", "lkt", "mgo", "za"];
const ROOT_LISTS: [&str; 6] = ["az-Cyrl", "ff", "pa-Arab", "sd-Deva", "uz-Arab", "uz-Cyrl"];
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
const KINDS: [&str; 10] =
    ["dates", "generic", "fields", "zones", "numbers", "currencies", "units", "lists", "calendars", "names"];

struct Cldr {
    root: PathBuf,
}

impl Cldr {
    fn read(&self, package: &str, file: &str) -> Result<Value> {
        let path = self.root.join(package).join(file);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    fn supplemental(&self, name: &str) -> Result<Value> {
        Ok(self.read("cldr-core", &format!("supplemental/{name}.json"))?["supplemental"].take())
    }

    fn main(&self, package: &str, locale: &str, file: &str) -> Result<Value> {
        Ok(self.read(package, &format!("main/{locale}/{file}.json"))?["main"][locale].take())
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, data] = arguments.as_slice() else { return Err("usage: generate_cldr FOLDER DATA".into()) };
    let cldr = Cldr { root: PathBuf::from(root) };
    let data = Path::new(data);
    let list = fs::read_to_string(data.join("icu-locales.txt"))?;
    let locales: BTreeSet<&str> = list.lines().filter(|line| !line.is_empty()).collect();

    let icu = Icu::open(Path::new(root))?;
    let mut chunks = Chunks::default();
    let mut index = Map::new();
    let names = names::NameTable::read(&cldr, &locales)?;
    let city_zones = zones::city_zones(&cldr)?;
    // what a locale merely has from the root, Intl says in English
    let root_lists = lists(&cldr, "und")?;
    for locale in &locales {
        let sections = [
            dates(&cldr, &icu, locale)?,
            icu.generic(locale),
            fields(&cldr, locale)?,
            zones::zones(&cldr, locale, &city_zones)?,
            numbers(&cldr, locale)?,
            currencies(&cldr, locale)?,
            units(&cldr, locale)?,
            lists(&cldr, locale)?,
            icu.calendars(locale),
            names.section(&cldr, locale)?,
        ];
        let places: Vec<Value> = sections
            .iter()
            .enumerate()
            .map(|(kind, section)| {
                let is_root = match KINDS[kind] {
                    "lists" => {
                        *section == root_lists && !ROOT_LISTS.iter().any(|own| locale.starts_with(own))
                    }
                    "numbers" => NO_NUMBERS.contains(locale),
                    _ => false,
                };
                if is_root { json!([]) } else { chunks.add(&language(locale), kind, section) }
            })
            .collect();
        index.insert((*locale).to_owned(), Value::from(places));
    }
    let calendars = KINDS.len() - 2;
    let mut places = vec![json!([]); calendars];
    places.push(chunks.add(icu::ROOT, calendars, icu.root()));
    index.insert(icu::ROOT.to_owned(), Value::from(places));
    let mut supplement = supplement(&cldr, &locales)?;
    supplement["referenceZones"] = zones::reference_zones(&cldr)?;
    supplement["cityZones"] = json!(city_zones);
    supplement["primaryZones"] = cldr.supplemental("primaryZones")?["primaryZones"].take();
    supplement["japaneseEras"] = icu.japanese_eras();
    supplement["nameCodes"] = names.codes();
    supplement["keywordAliases"] = tags::keyword_aliases(&cldr)?;
    supplement["zonesOfRegions"] = tags::zones_of_regions(&cldr)?;
    supplement["pluralRanges"] = tags::plural_ranges(&cldr)?;
    let bytes = chunks.write(index, supplement)?;
    fs::write(data.join("cldr.bin"), &bytes)?;
    println!("{} locales, {} bytes", locales.len(), bytes.len());
    Ok(())
}

fn language(locale: &str) -> String {
    locale.split('-').next().unwrap_or_default().to_owned()
}

/// Data of one language and kind that are compressed together; equal ones are kept once.
#[derive(Default)]
struct Chunk {
    text: String,
    base: Value,
    base_length: usize,
    known: BTreeMap<String, (usize, usize)>,
}

#[derive(Default)]
struct Chunks {
    chunks: BTreeMap<(String, usize), Chunk>,
    numbers: Vec<(String, usize)>,
}

impl Chunks {
    fn add(&mut self, language: &str, kind: usize, section: &Value) -> Value {
        let key = (language.to_owned(), kind);
        let number = self.numbers.iter().position(|own| *own == key).unwrap_or_else(|| {
            self.numbers.push(key.clone());
            self.numbers.len() - 1
        });
        let chunk = self.chunks.entry(key).or_default();
        if chunk.text.is_empty() {
            chunk.text = section.to_string();
            chunk.base_length = chunk.text.len();
            chunk.base = section.clone();
            return json!([number]);
        }
        let patch = difference(&chunk.base, section).unwrap_or_else(|| json!({})).to_string();
        if patch == "{}" {
            return json!([number]);
        }
        let text = &mut chunk.text;
        let (start, length) = *chunk.known.entry(patch.clone()).or_insert_with(|| {
            text.push_str(&patch);
            (text.len() - patch.len(), patch.len())
        });
        json!([number, start, length])
    }

    fn write(self, locales: Map<String, Value>, supplement: Value) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut places = Vec::new();
        let mut sizes = BTreeMap::<&str, usize>::new();
        for key in &self.numbers {
            let Some(chunk) = self.chunks.get(key) else { continue };
            let compressed = miniz_oxide::deflate::compress_to_vec(chunk.text.as_bytes(), 10);
            places.push(json!([body.len(), compressed.len(), chunk.base_length]));
            *sizes.entry(KINDS[key.1]).or_default() += compressed.len();
            body.extend(compressed);
        }
        println!("{sizes:?}");
        let index = json!({ "locales": locales, "chunks": places, "supplement": supplement }).to_string();
        let index = miniz_oxide::deflate::compress_to_vec(index.as_bytes(), 10);
        println!("index {} bytes", index.len());
        let mut bytes = u32::try_from(index.len())?.to_le_bytes().to_vec();
        bytes.extend(index);
        bytes.extend(body);
        Ok(bytes)
    }
}

/// What turns one value into another; `None` when they are equal.
fn difference(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    let (Some(old), Some(new)) = (from.as_object(), to.as_object()) else { return Some(to.clone()) };
    let mut patch = Map::new();
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in new {
        if let Some(value) = difference(old.get(key).unwrap_or(&Value::Null), value) {
            patch.insert(key.clone(), value);
        }
    }
    Some(patch.into())
}

/// The values of an object under the given keys; null where there is none.
fn pick(object: &Value, keys: &[&str]) -> Value {
    keys.iter().map(|key| object[*key].clone()).collect()
}

/// The same for texts; a missing one is the number of its key.
fn pick_text(object: &Value, keys: &[&str]) -> Value {
    keys.iter().map(|key| if object[*key].is_null() { json!(key) } else { object[*key].clone() }).collect()
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

/// The members whose keys start with a prefix, under the rest of the key.
fn with_prefix(object: &Value, prefix: &str) -> Value {
    entries(object)
        .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone())))
        .collect::<Map<_, _>>()
        .into()
}

const WIDTHS: [&str; 3] = ["wide", "abbreviated", "narrow"];
const STYLES: [&str; 4] = ["full", "long", "medium", "short"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

fn dates(cldr: &Cldr, icu: &Icu, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-dates-full", locale, "ca-gregorian")?;
    let calendar = &file["dates"]["calendars"]["gregorian"];
    let names = |key: &str, keys: &[&str]| -> Value {
        ["format", "stand-alone"]
            .iter()
            .map(|context| {
                WIDTHS
                    .iter()
                    .map(|width| pick_text(&calendar[key][*context][*width], keys))
                    .collect::<Value>()
            })
            .collect()
    };
    let eras: Value = ["eraNames", "eraAbbr", "eraNarrow"]
        .iter()
        .map(|width| pick_text(&calendar["eras"][*width], &["0", "1"]))
        .collect();
    let periods: Value =
        WIDTHS.iter().map(|width| without_alternatives(&calendar["dayPeriods"]["format"][*width])).collect();
    let mut section = patterns(calendar);
    section["order"] = available_order(cldr, locale, "ca-gregorian", "gregorian")?;
    section["months"] = names("months", &MONTHS);
    section["days"] = names("days", &DAYS);
    section["periods"] = periods;
    section["eras"] = eras;
    section["time"] = pick(&calendar["timeFormats"], &STYLES);
    section["atGlue"] = icu.at_glue(locale, "gregorian");
    let fields = cldr.main("cldr-dates-full", locale, "dateFields")?;
    let names = [
        "era",
        "year",
        "quarter",
        "month",
        "week",
        "weekday",
        "day",
        "dayperiod",
        "hour",
        "minute",
        "second",
        "zone",
    ];
    section["fieldNames"] = names
        .iter()
        .map(|name| ((*name).to_owned(), fields["dates"]["fields"][*name]["displayName"].clone()))
        .collect::<Map<_, _>>()
        .into();
    Ok(section)
}

/// The skeletons of a locale in the order in which ICU reads them: first those whose patterns are the locale's own,
/// then its parent's, and so on.
fn available_order(cldr: &Cldr, locale: &str, file: &str, calendar: &str) -> Result<Value> {
    let read = |locale: &str| -> Result<Value> {
        let locale = if locale == "root" { "und" } else { locale };
        let file = cldr.main("cldr-dates-full", locale, file)?;
        let formats = &file["dates"]["calendars"][calendar]["dateTimeFormats"]["availableFormats"];
        Ok(without_alternatives(formats))
    };
    let mut order: Vec<String> = Vec::new();
    let mut current = locale.to_owned();
    let mut formats = read(&current)?;
    while current != "root" {
        let parent = parent(cldr, &current)?;
        let inherited = read(&parent)?;
        let mut own: Vec<&String> = entries(&formats)
            .filter(|(key, value)| inherited[key.as_str()] != **value)
            .map(|(key, _)| key)
            .collect();
        own.sort_unstable();
        order.extend(own.into_iter().filter(|key| !order.contains(key)).cloned().collect::<Vec<_>>());
        (current, formats) = (parent, inherited);
    }
    let mut rest: Vec<&String> =
        entries(&formats).map(|(key, _)| key).filter(|key| !order.contains(key)).collect();
    rest.sort_unstable();
    order.extend(rest.into_iter().cloned().collect::<Vec<_>>());
    Ok(Value::from(order))
}

/// The locale that another inherits from.
fn parent(cldr: &Cldr, locale: &str) -> Result<String> {
    let parents = cldr.supplemental("parentLocales")?;
    if let Some(parent) = parents["parentLocales"]["parentLocale"][locale].as_str() {
        return Ok(if parent == "und" { "root".to_owned() } else { parent.to_owned() });
    }
    Ok(locale.rsplit_once('-').map_or("root", |(parent, _)| parent).to_owned())
}

/// The members of an object that another has not, or not so.
fn additions(from: &Value, to: &Value) -> Value {
    let (Some(old), Some(new)) = (from.as_object(), to.as_object()) else { return to.clone() };
    new.iter()
        .filter(|(key, value)| !value.is_null() && old.get(*key) != Some(value))
        .map(|(key, value)| {
            (key.clone(), old.get(key).map_or_else(|| value.clone(), |old| additions(old, value)))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn patterns(calendar: &Value) -> Value {
    let date_time = &calendar["dateTimeFormats"];
    let available = without_alternatives(&date_time["availableFormats"]);
    let intervals = &date_time["intervalFormats"];
    let numbers = STYLES.map(|style| calendar["dateFormats"][style]["_numbers"].clone());
    let skeletons: Map<String, Value> = entries(&without_alternatives(intervals))
        .filter(|(_, value)| value.is_object())
        .map(|(key, value)| (key.clone(), without_alternatives(value)))
        .collect();
    json!({
        "date": STYLES.iter().map(|style| {
            let pattern = &calendar["dateFormats"][*style];
            pattern.get("_value").unwrap_or(pattern).clone()
        }).collect::<Value>(),
        "dateNumbers": if numbers.iter().all(|own| own.is_null()) { json!([]) } else { json!(numbers) },
        "glue": pick(date_time, &STYLES),
        "available": available,
        "append": date_time["appendItems"],
        "intervals": skeletons,
        "intervalFallback": intervals["intervalFormatFallback"],
    })
}

fn without_alternatives(object: &Value) -> Value {
    entries(object)
        .filter(|(key, _)| !key.contains("-alt-") && !key.contains("-count-"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn fields(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-dates-full", locale, "dateFields")?;
    let mut section = Map::new();
    for unit in ["year", "quarter", "month", "week", "day", "hour", "minute", "second"] {
        let styles: Value = ["", "-short", "-narrow"]
            .iter()
            .map(|style| {
                let field = &file["dates"]["fields"][format!("{unit}{style}")];
                let amounts = |tense: &str| {
                    with_prefix(&field[format!("relativeTime-type-{tense}")], "relativeTimePattern-count-")
                };
                json!({
                    "relative": with_prefix(field, "relative-type-"),
                    "past": amounts("past"),
                    "future": amounts("future"),
                })
            })
            .collect();
        section.insert(unit.to_owned(), styles);
    }
    Ok(section.into())
}

fn numbers(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-numbers-full", locale, "numbers")?;
    let numbers = &file["numbers"];
    let default = &numbers["defaultNumberingSystem"];
    let native = &numbers["otherNumberingSystems"]["native"];
    let systems: BTreeSet<&str> =
        [default.as_str(), native.as_str(), Some("latn")].into_iter().flatten().collect();
    let mut formats = Map::new();
    for system in systems {
        let part = |kind: &str| &numbers[format!("{kind}-numberSystem-{system}")];
        if part("symbols").is_null() {
            continue;
        }
        let (decimal, currency) = (part("decimalFormats"), part("currencyFormats"));
        let symbols: Map<String, Value> = entries(part("symbols"))
            .filter(|(key, _)| !key.contains("-alt-"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        formats.insert(
            system.to_owned(),
            json!({
                "symbols": symbols,
                "decimal": decimal["standard"],
                "scientific": part("scientificFormats")["standard"],
                "percent": part("percentFormats")["standard"],
                "compactLong": compact(&decimal["long"]["decimalFormat"]),
                "compactShort": compact(&decimal["short"]["decimalFormat"]),
                "currency": currency["standard"],
                "accounting": currency["accounting"],
                "currencyAlpha": currency["standard-alphaNextToNumber"],
                "accountingAlpha": currency["accounting-alphaNextToNumber"],
                "currencyShort": compact(&currency["short"]["standard"]),
                "spacing": [
                    pick(&currency["currencySpacing"]["beforeCurrency"], &["currencyMatch", "surroundingMatch", "insertBetween"]),
                    pick(&currency["currencySpacing"]["afterCurrency"], &["currencyMatch", "surroundingMatch", "insertBetween"]),
                ],
                "currencyUnit": with_prefix(currency, "unitPattern-count-"),
                "approximately": part("miscPatterns")["approximately"],
                "range": part("miscPatterns")["range"],
            }),
        );
    }
    Ok(json!({
        "system": default,
        "currency": region_currency(cldr, locale)?,
        "minimumGrouping": numbers["minimumGroupingDigits"].as_str().and_then(|digits| digits.parse::<u8>().ok()),
        "formats": formats,
        "ownNan": own_nan(locale),
    }))
}

/// The numbering systems beside the locale's in which ICU has a word of the locale for NaN, where it else has the root's.
/// CLDR's JSON edition lacks the symbols of these systems; this is what ICU 78 gives.
fn own_nan(locale: &str) -> Vec<&'static str> {
    const ARAB: [&str; 5] = ["az", "cv", "fa", "uz-Cyrl", "zh-Hant"];
    const ARABEXT: [&str; 7] = ["ar", "az", "cv", "tk", "uz", "uz-Cyrl", "zh-Hant"];
    let is_of =
        |own: &str| locale == own || locale.strip_prefix(own).is_some_and(|rest| rest.starts_with('-'));
    [("arab", &ARAB[..]), ("arabext", &ARABEXT[..])]
        .into_iter()
        .filter(|(_, locales)| locales.iter().any(|own| is_of(own)))
        .map(|(system, _)| system)
        .collect()
}

/// Compact patterns by number of zeros, then by plural form.
fn compact(patterns: &Value) -> Value {
    let mut by_size: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
    for (key, pattern) in entries(patterns) {
        let Some((size, form)) = key.split_once("-count-") else { continue };
        if form.contains("-alt-") {
            continue;
        }
        by_size.entry(size.len() - 1).or_default().insert(form.to_owned(), pattern.clone());
    }
    by_size
        .into_iter()
        .map(|(size, forms)| (size.to_string(), Value::Object(forms)))
        .collect::<Map<_, _>>()
        .into()
}

/// Pattern and separators of a currency that a locale writes otherwise than the others. What is not given is that of
/// the locale that the pattern comes from.
fn special_currency(cldr: &Cldr, locale: &str, code: &str, currency: &Value) -> Result<Option<Value>> {
    let (pattern, decimal, group) = (&currency["pattern"], &currency["decimal"], &currency["group"]);
    if pattern.is_null() && decimal.is_null() && group.is_null() {
        return Ok(None);
    }
    let mut source = locale.to_owned();
    while !pattern.is_null() {
        let parent = parent(cldr, &source)?;
        if parent == "root" {
            break;
        }
        let file = cldr.main("cldr-numbers-full", &parent, "currencies")?;
        if file["numbers"]["currencies"][code]["pattern"] != *pattern {
            break;
        }
        source = parent;
    }
    let file = cldr.main("cldr-numbers-full", &source, "numbers")?;
    let symbols = &file["numbers"]["symbols-numberSystem-latn"];
    let or = |own: &Value, other: &Value| if own.is_null() { other.clone() } else { own.clone() };
    Ok(Some(json!([pattern, or(decimal, &symbols["decimal"]), or(group, &symbols["group"])])))
}

/// The currency of the region that a locale is of.
fn region_currency(cldr: &Cldr, locale: &str) -> Result<Option<String>> {
    let likely = cldr.supplemental("likelySubtags")?["likelySubtags"].take();
    let full = likely[locale].as_str().or(likely[language(locale)].as_str()).unwrap_or_default();
    let own = locale.split('-').skip(1).find(|part| matches!(part.len(), 2 | 3));
    let Some(region) = own.or_else(|| full.split('-').nth(2)) else { return Ok(None) };
    let data = cldr.supplemental("currencyData")?;
    let spans = data["currencyData"]["region"][region].as_array().into_iter().flatten().flat_map(entries);
    let mut current = spans.filter(|(_, span)| span.get("_to").is_none() && span.get("_tender").is_none());
    Ok(current.next().map(|(code, _)| code.clone()))
}

/// Symbols and names of all currencies.
fn currencies(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-numbers-full", locale, "currencies")?;
    let mut section = Map::new();
    for (code, currency) in entries(&file["numbers"]["currencies"]) {
        let text = |key: &str| {
            currency[key].as_str().filter(|text| *text != code.as_str()).map_or(Value::Null, Value::from)
        };
        let name = text("displayName");
        let special = special_currency(cldr, locale, code, currency)?;
        let mut row = json!([text("symbol"), text("symbol-alt-narrow")]);
        if name != Value::Null {
            let names = with_prefix(currency, "displayName-count-");
            row = json!([row[0], row[1], name, names]);
        }
        if let Some(special) = special {
            row = json!([row[0], row[1], row[2], row.get(3).cloned().unwrap_or_else(|| json!({})), special]);
        }
        if row != json!([null, null]) {
            section.insert(code.clone(), row);
        }
    }
    Ok(section.into())
}

fn units(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-units-full", locale, "units")?;
    let mut section = Map::new();
    for width in ["long", "short", "narrow"] {
        let units = &file["units"][width];
        let mut forms = Map::new();
        for unit in UNITS.iter().chain(&COMPOUNDS) {
            let unit_data = &units[*unit];
            let mut row = with_prefix(unit_data, "unitPattern-count-");
            if let Some(per) = unit_data.get("perUnitPattern") {
                row["per"] = per.clone();
            }
            let name = unit.split_once('-').map(|(_, name)| name).unwrap_or_default();
            forms.insert(name.to_owned(), row);
        }
        forms.insert("per".to_owned(), units["per"]["compoundUnitPattern"].clone());
        section.insert(width.to_owned(), forms.into());
    }
    Ok(section.into())
}

fn lists(cldr: &Cldr, locale: &str) -> Result<Value> {
    let file = cldr.main("cldr-misc-full", locale, "listPatterns")?;
    let section: Map<String, Value> = entries(&file["listPatterns"])
        .filter_map(|(key, list)| {
            Some((
                key.strip_prefix("listPattern-type-")?.to_owned(),
                pick(list, &["start", "middle", "end", "2"]),
            ))
        })
        .collect();
    Ok(section.into())
}

/// What does not depend on a locale.
fn supplement(cldr: &Cldr, locales: &BTreeSet<&str>) -> Result<Value> {
    let likely = cldr.supplemental("likelySubtags")?["likelySubtags"].take();
    let week = cldr.supplemental("weekData")?["weekData"].take();
    let systems = cldr.supplemental("numberingSystems")?["numberingSystems"].take();
    let digits: Map<String, Value> = entries(&systems)
        .filter(|(_, system)| system["_type"] == "numeric")
        .map(|(name, system)| (name.clone(), system["_digits"].clone()))
        .collect();
    let fractions = cldr.supplemental("currencyData")?["currencyData"]["fractions"].take();
    let fractions: Map<String, Value> = entries(&fractions)
        .filter_map(|(code, fraction)| {
            let digits = fraction["_digits"].as_str()?.parse::<u8>().ok()?;
            (code != "DEFAULT" && digits != 2).then(|| (code.clone(), Value::from(digits)))
        })
        .collect();
    let hours: Map<String, Value> = entries(&cldr.supplemental("timeData")?["timeData"])
        .map(|(region, hours)| (region.clone(), json!([hours["_preferred"], hours["_allowed"]])))
        .collect();
    let periods = cldr.supplemental("dayPeriods")?["dayPeriodRuleSet"].take();
    let (aliases, regions) = locale_aliases(&likely, locales);
    Ok(json!({
        "aliases": aliases,
        "regions": regions,
        "languageAliases": language_aliases(cldr)?,
        "firstDay": week["firstDay"],
        "minDays": week["minDays"],
        "weekendStart": week["weekendStart"],
        "weekendEnd": week["weekendEnd"],
        "digits": digits,
        "currencyDigits": fractions,
        "hours": hours,
        "periodRules": periods,
        "zoneAliases": zone_aliases(cldr)?,
        "metazones": metazones(cldr)?,
        "plurals": plurals(cldr, "plurals", "plurals-type-cardinal")?,
        "ordinals": plurals(cldr, "ordinals", "plurals-type-ordinal")?,
        "calendars": cldr.supplemental("calendarPreferenceData")?["calendarPreferenceData"],
    }))
}

/// Tags without a script that stand for locales with one, and the likely region of each locale without one.
fn locale_aliases(likely: &Value, locales: &BTreeSet<&str>) -> (Map<String, Value>, Map<String, Value>) {
    let mut aliases = Map::new();
    for (tag, full) in entries(likely) {
        let (tag, full) = (
            tag.split('-').collect::<Vec<_>>(),
            full.as_str().unwrap_or_default().split('-').collect::<Vec<_>>(),
        );
        let ([language, region], [_, script, _]) = (tag.as_slice(), full.as_slice()) else { continue };
        let short = format!("{language}-{region}");
        if region.len() == 4 || locales.contains(short.as_str()) {
            continue;
        }
        let with_script = format!("{language}-{script}");
        let target = [format!("{with_script}-{region}"), with_script]
            .into_iter()
            .find(|name| locales.contains(name.as_str()));
        if let Some(target) = target {
            aliases.insert(short, Value::from(target));
        }
    }
    let mut regions = Map::new();
    for locale in locales {
        let parts: Vec<&str> = locale.split('-').collect();
        let language = parts.first().copied().unwrap_or_default();
        if !parts.iter().skip(1).any(|part| part.len() < 4) {
            let guess = likely[*locale].as_str().or(likely[language].as_str()).unwrap_or_default();
            if let Some(region) = guess.split('-').nth(2) {
                regions.insert((*locale).to_owned(), Value::from(region));
            }
        }
    }
    (aliases, regions)
}

fn language_aliases(cldr: &Cldr) -> Result<Map<String, Value>> {
    let aliases = cldr.supplemental("aliases")?;
    Ok(entries(&aliases["metadata"]["alias"]["languageAlias"])
        .filter(|(from, _)| !from.contains('-') || from.starts_with("zh-") || from.starts_with("no-"))
        .map(|(from, alias)| (from.clone(), alias["_replacement"].clone()))
        .collect())
}

/// Names of zones to CLDR's name for them.
fn zone_aliases(cldr: &Cldr) -> Result<Map<String, Value>> {
    let file = cldr.read("cldr-bcp47", "bcp47/timezone.json")?;
    let mut aliases = Map::new();
    for (_, zone) in entries(&file["keyword"]["u"]["tz"]) {
        let names: Vec<&str> = zone["_alias"].as_str().unwrap_or_default().split(' ').collect();
        for name in names.iter().skip(1) {
            aliases.insert((*name).to_owned(), Value::from(names[0]));
        }
    }
    Ok(aliases)
}

/// The metazones of every zone: `[name, from, to]` in minutes after 1970.
fn metazones(cldr: &Cldr) -> Result<Map<String, Value>> {
    let file = cldr.supplemental("metaZones")?;
    let mut zones = Map::new();
    collect_metazones(&file["metaZones"]["metazoneInfo"]["timezone"], "", &mut zones);
    Ok(zones)
}

fn collect_metazones(value: &Value, path: &str, zones: &mut Map<String, Value>) {
    for (name, inner) in entries(value) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        match inner.as_array() {
            None => collect_metazones(inner, &path, zones),
            Some(list) => {
                let spans: Vec<Value> = list
                    .iter()
                    .map(|span| {
                        let span = &span["usesMetazone"];
                        json!([span["_mzone"], minutes(&span["_from"]), minutes(&span["_to"])])
                    })
                    .collect();
                zones.insert(path, Value::from(spans));
            }
        }
    }
}

/// `1977-10-20 23:00` in minutes after 1970.
fn minutes(text: &Value) -> Option<i64> {
    let numbers: Vec<i64> =
        text.as_str()?.split(['-', ' ', ':']).filter_map(|part| part.parse().ok()).collect();
    let [year, month, day, hour, minute] = numbers.as_slice() else { return None };
    let year = if *month <= 2 { year - 1 } else { *year };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 719_469;
    Some((days * 24 + hour) * 60 + minute)
}

/// The rules of plural forms, without the samples behind them.
fn plurals(cldr: &Cldr, file: &str, key: &str) -> Result<Map<String, Value>> {
    let data = cldr.supplemental(file)?;
    Ok(entries(&data[key])
        .map(|(language, rules)| {
            let rules: Vec<Value> = PLURALS
                .iter()
                .filter_map(|form| {
                    let rule = rules[format!("pluralRule-count-{form}")].as_str()?.split('@').next()?.trim();
                    (!rule.is_empty()).then(|| json!([form, rule]))
                })
                .collect();
            (language.clone(), Value::from(rules))
        })
        .collect())
}
