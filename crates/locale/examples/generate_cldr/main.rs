//! Makes `data/cldr.bin`, the locale data of this crate, from the JSON edition of the Unicode CLDR.
//!
//! Needed are the npm packages `cldr-core`, `cldr-dates-full`, `cldr-localenames-full`, `cldr-numbers-full`,
//! `cldr-units-full`, `cldr-misc-full`, `cldr-bcp47` (all 48.2.0, the release in ICU 78.3), each unpacked in a folder of
//! its name, and for other calendars what a Node.js with ICU 78.3 has of them:
//!
//! ```text
//! node crates/locale/examples/unpack_icu.mjs FOLDER
//! cargo run -p heddle-locale --example generate_cldr -- FOLDER crates/locale/data
//! ```
//!
//! `data/icu-locales.txt` lists the locales that ICU has of CLDR's. The file starts with the length of its index;
//! index and chunks are deflated JSON. A chunk holds one kind of data for all locales of a language: the language's
//! own as it is, the others as merge patches (RFC 7396) to it.

#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

mod chunks;
mod dates;
mod icu;
mod names;
mod numbers;
mod tags;
mod zones;

use chunks::Chunks;
use icu::Icu;
use numbers::{NO_NUMBERS, ROOT_LISTS};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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
            dates::dates(&cldr, &icu, locale)?,
            icu.generic(locale),
            dates::fields(&cldr, locale)?,
            zones::zones(&cldr, locale, &city_zones)?,
            numbers::numbers(&cldr, locale)?,
            numbers::currencies(&cldr, locale)?,
            numbers::units(&cldr, locale)?,
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

/// The locale that another inherits from.
fn parent(cldr: &Cldr, locale: &str) -> Result<String> {
    let parents = cldr.supplemental("parentLocales")?;
    if let Some(parent) = parents["parentLocales"]["parentLocale"][locale].as_str() {
        return Ok(if parent == "und" { "root".to_owned() } else { parent.to_owned() });
    }
    Ok(locale.rsplit_once('-').map_or("root", |(parent, _)| parent).to_owned())
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
