//! What `Intl.Locale` and ranges of numbers need beside the locales: old values of keywords, the zones of regions, and
//! the plural forms of ranges.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Cldr, PLURALS, Result, entries};

/// Old values of the keywords of `-u-` and what they became. Aliases that are no subtags cannot be in a tag.
pub(crate) fn keyword_aliases(cldr: &Cldr) -> Result<Value> {
    let is_value = |text: &str| {
        text.split('-').all(|part| {
            (3..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    let mut aliases = Map::new();
    for name in ["calendar", "collation", "measure", "number", "timezone"] {
        let file = cldr.read("cldr-bcp47", &format!("bcp47/{name}.json"))?;
        for (key, values) in entries(&file["keyword"]["u"]) {
            let mut own = Map::new();
            for (value, facts) in entries(values) {
                if let Some(preferred) = facts["_preferred"].as_str() {
                    own.insert(value.clone(), json!(preferred));
                    continue;
                }
                // `yes` is `true`, and `no` is itself
                for alias in facts["_alias"].as_str().unwrap_or_default().split(' ') {
                    if is_value(alias) && alias != value {
                        own.insert(alias.to_owned(), json!(value));
                    }
                }
            }
            if !own.is_empty() {
                aliases.insert(key.clone(), own.into());
            }
        }
    }
    Ok(aliases.into())
}

/// The zones of every region in CLDR's names, in their order; those of no region are the world's.
pub(crate) fn zones_of_regions(cldr: &Cldr) -> Result<Value> {
    let file = cldr.read("cldr-bcp47", "bcp47/timezone.json")?;
    let mut regions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, zone) in entries(&file["keyword"]["u"]["tz"]) {
        let Some(name) = zone["_alias"].as_str().and_then(|names| names.split(' ').next()) else { continue };
        if zone.get("_deprecated").is_some() || name == "Etc/Unknown" {
            continue;
        }
        let of_id = match name.starts_with("Etc/") {
            true => "001".to_owned(),
            false => id.chars().take(2).collect::<String>().to_uppercase(),
        };
        let region = zone["_region"].as_str().map_or(of_id, str::to_owned);
        regions.entry(region).or_default().push(name.to_owned());
    }
    for zones in regions.values_mut() {
        zones.sort_unstable();
    }
    Ok(json!(regions))
}

/// Per language: start, end and the form of the range between them.
pub(crate) fn plural_ranges(cldr: &Cldr) -> Result<Value> {
    let data = cldr.supplemental("pluralRanges")?;
    let mut languages = Map::new();
    for (language, ranges) in entries(&data["plurals"]) {
        let mut list = Vec::new();
        for start in PLURALS {
            for end in PLURALS {
                if let Some(form) = ranges[format!("pluralRange-start-{start}-end-{end}")].as_str() {
                    list.push(json!([start, end, form]));
                }
            }
        }
        languages.insert(language.clone(), list.into());
    }
    Ok(languages.into())
}
