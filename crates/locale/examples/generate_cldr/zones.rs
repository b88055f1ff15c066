//! The names of time zones, of the cities that they are called by, and which zones stand for others.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Cldr, Result, entries, pick};

/// The zones that are called by their city: those of countries with several, but for the one that stands for the country,
/// and those whose metazone of today has other zones as references.
pub(crate) fn city_zones(cldr: &Cldr) -> Result<Vec<String>> {
    let regions = super::tags::zones_of_regions(cldr)?;
    let primary = cldr.supplemental("primaryZones")?["primaryZones"].take();
    let (metazones, references) = (super::metazones(cldr)?, reference_zones(cldr)?);
    let mut found = Vec::new();
    for (region, zones) in entries(&regions).filter(|(region, _)| *region != "001") {
        let zones: Vec<&str> = zones.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for zone in &zones {
            let present = metazones.get(*zone).and_then(Value::as_array).and_then(|spans| spans.last());
            let reference = present.and_then(|span| span[0].as_str()).map(|meta| {
                let own = &references[meta][region];
                if own.is_null() { references[meta]["001"].as_str() } else { own.as_str() }
            });
            let is_called_so = zones.len() > 1 && primary[region].as_str() != Some(*zone);
            if is_called_so || reference.flatten().is_some_and(|reference| reference != *zone) {
                found.push((*zone).to_owned());
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The names of a locale. Cities are lines in the order of the zones that are called by them.
pub(crate) fn zones(cldr: &Cldr, locale: &str, city_zones: &[String]) -> Result<Value> {
    let file = cldr.main("cldr-dates-full", locale, "timeZoneNames")?;
    let names = &file["dates"]["timeZoneNames"];
    let (mut zones, mut cities) = (Map::new(), BTreeMap::new());
    collect_zones(&names["zone"], "", &mut zones, &mut cities);
    let cities: Vec<&str> =
        city_zones.iter().map(|zone| cities.get(zone).map_or("", String::as_str)).collect();
    let meta: Map<String, Value> =
        entries(&names["metazone"]).map(|(name, zone)| (name.clone(), zone_names(zone))).collect();
    Ok(json!({
        "gmt": names["gmtFormat"],
        "zero": names["gmtZeroFormat"],
        "hour": names["hourFormat"],
        "region": names["regionFormat"],
        "fallback": names["fallbackFormat"],
        "meta": meta,
        "zones": zones,
        "cities": cities.join("\n").trim_end(),
    }))
}

/// Long and short names; each generic, standard, daylight.
fn zone_names(zone: &Value) -> Value {
    ["long", "short"].iter().map(|width| pick(&zone[*width], &["generic", "standard", "daylight"])).collect()
}

fn collect_zones(
    zone: &Value,
    path: &str,
    zones: &mut Map<String, Value>,
    cities: &mut BTreeMap<String, String>,
) {
    for (name, inner) in entries(zone).filter(|(_, inner)| inner.is_object()) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if inner.get("_type").is_none() {
            collect_zones(inner, &path, zones, cities);
            continue;
        }
        if inner.get("long").is_some() || inner.get("short").is_some() {
            zones.insert(path.clone(), zone_names(inner));
        }
        // a city that is called as the zone needs no name
        if let Some(city) = inner["exemplarCity"].as_str()
            && path.rsplit('/').next().is_some_and(|own| own.replace('_', " ") != city)
        {
            cities.insert(path, city.to_owned());
        }
    }
}

/// The zone that a metazone's times are those of, by metazone and region; `001` is the world.
pub(crate) fn reference_zones(cldr: &Cldr) -> Result<Value> {
    let file = cldr.supplemental("metaZones")?;
    let mut metazones: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for entry in file["metaZones"]["metazones"].as_array().into_iter().flatten() {
        let zone = &entry["mapZone"];
        let text = |key: &str| zone[key].as_str().unwrap_or_default().to_owned();
        metazones.entry(text("_other")).or_default().insert(text("_territory"), zone["_type"].clone());
    }
    Ok(json!(metazones))
}
