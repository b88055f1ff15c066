//! Numbers, currencies and units of a locale.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Cldr, Result, entries, language, parent, pick, with_prefix};

/// The units that `Intl.NumberFormat` knows.
pub(crate) const UNITS: [&str; 45] = [
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
pub(crate) const COMPOUNDS: [&str; 5] = [
    "speed-kilometer-per-hour",
    "speed-meter-per-second",
    "speed-mile-per-hour",
    "consumption-mile-per-gallon",
    "consumption-liter-per-kilometer",
];
/// Locales whose numbers are the root's, and locales that say themselves what the root says of lists. CLDR's JSON edition
/// does not tell the one from the other; ICU does.
pub(crate) const NO_NUMBERS: [&str; 4] = ["lag", "lkt", "mgo", "za"];
pub(crate) const ROOT_LISTS: [&str; 6] = ["az-Cyrl", "ff", "pa-Arab", "sd-Deva", "uz-Arab", "uz-Cyrl"];

pub(crate) fn numbers(cldr: &Cldr, locale: &str) -> Result<Value> {
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
pub(crate) fn own_nan(locale: &str) -> Vec<&'static str> {
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
pub(crate) fn compact(patterns: &Value) -> Value {
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
pub(crate) fn special_currency(
    cldr: &Cldr,
    locale: &str,
    code: &str,
    currency: &Value,
) -> Result<Option<Value>> {
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
pub(crate) fn region_currency(cldr: &Cldr, locale: &str) -> Result<Option<String>> {
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
pub(crate) fn currencies(cldr: &Cldr, locale: &str) -> Result<Value> {
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

pub(crate) fn units(cldr: &Cldr, locale: &str) -> Result<Value> {
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
