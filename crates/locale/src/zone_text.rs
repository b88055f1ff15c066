//! The names of time zones in dates.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use super::date_data::zone_names;
use super::display_names::region_name;
use super::number_data::localize;
use super::store::supplement;
use super::tag::Locale;
use crate::Zone;

/// How a zone is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZoneStyle {
    /// `EST`, `Eastern Standard Time`: what holds at the time.
    Specific { long: bool },
    /// `ET`, `Eastern Time`: whatever the season.
    Generic { long: bool },
    /// `GMT-5`, `GMT-05:00`.
    Offset { long: bool },
}

/// The name of a zone at a time in milliseconds.
pub(super) fn zone_text(
    locale: &Locale,
    digits: &[char; 10],
    zone: &Zone,
    millis: f64,
    style: ZoneStyle,
) -> String {
    let offset = zone.offset(millis) * 60.0;
    let (long, name) = match style {
        ZoneStyle::Offset { long } => (long, None),
        ZoneStyle::Specific { long } => {
            let column = if is_daylight(zone, millis) { 2 } else { 1 };
            (long, zone_name(locale, zone, millis, long, column))
        }
        ZoneStyle::Generic { long } => (long, generic_name(locale, zone, millis, long)),
    };
    name.unwrap_or_else(|| offset_text(locale, digits, offset, long))
}

/// The name of CLDR for a zone; none for bare offsets.
fn cldr_id(zone: &Zone) -> Option<SmolStr> {
    let name = match zone {
        Zone::System => SmolStr::new_static("UTC"),
        Zone::Fixed(minutes) if *minutes == 0.0 => SmolStr::new_static("UTC"),
        Zone::Iana(zone, _) => SmolStr::new(zone.iana_name()?),
        _ => return None,
    };
    let id = supplement().zone_aliases.get(name.as_str()).map_or(name.as_str(), String::as_str);
    Some(if id == "Etc/GMT" { SmolStr::new_static("Etc/UTC") } else { SmolStr::new(id) })
}

/// What `resolvedOptions` calls a zone: by CLDR's name, which for Greenwich is `UTC`, or by hours and minutes.
pub(super) fn resolved_zone(zone: &Zone) -> SmolStr {
    let name = zone.name();
    if let Some(sign @ ('+' | '-')) = name.chars().next() {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = digits.split_at_checked(2).unwrap_or((&digits, ""));
        let minutes = if minutes.is_empty() { "00" } else { minutes };
        let sign = if (hours, minutes) == ("00", "00") { '+' } else { sign };
        return format_smolstr!("{sign}{hours}:{minutes}");
    }
    match cldr_id(zone) {
        Some(id) if id == "Etc/UTC" => SmolStr::new_static("UTC"),
        Some(id) => id,
        None => name,
    }
}

/// Minutes after 1970 at which the last metazones end, on the last day of the year 9999.
const LAST_MINUTE: i64 = 4_223_371_679;

/// A name of the zone itself, or of the metazone that it is part of at the time. Columns: generic, standard, daylight.
fn zone_name(locale: &Locale, zone: &Zone, millis: f64, long: bool, column: usize) -> Option<String> {
    let id = cldr_id(zone)?;
    own_name(locale, &id, long, column).or_else(|| meta_name(locale, &id, millis, long, column))
}

/// A name of the zone itself.
fn own_name(locale: &Locale, id: &str, long: bool, column: usize) -> Option<String> {
    zone_names(locale).zones.get(id)?.get(usize::from(!long))?.get(column)?.clone()
}

/// A name of the metazone that a zone is part of at a time from 1970 on.
fn meta_name(locale: &Locale, id: &str, millis: f64, long: bool, column: usize) -> Option<String> {
    let meta = metazone(id, millis)?;
    zone_names(locale).meta.get(meta)?.get(usize::from(!long))?.get(column)?.clone()
}

/// The metazone that a zone is part of at a time.
fn metazone(id: &str, millis: f64) -> Option<&'static str> {
    let minutes = (millis / 60_000.0).floor() as i64;
    let spans = supplement().metazones.get(id)?;
    let (meta, _, _) = spans
        .iter()
        .find(|(_, from, to)| from.unwrap_or(0) <= minutes && minutes < to.unwrap_or(LAST_MINUTE))?;
    Some(meta)
}

/// The generic name of a zone, or else of its place. Where no summer time is near, the standard name says as much, unless
/// the two are the same word.
fn generic_name(locale: &Locale, zone: &Zone, millis: f64, long: bool) -> Option<String> {
    let id = cldr_id(zone)?;
    if let Some(own) = own_name(locale, &id, long, 0) {
        return Some(own);
    }
    let generic = meta_name(locale, &id, millis, long, 0);
    let standard = || zone_name(locale, zone, millis, long, 1);
    if !is_near_daylight(zone, millis)
        && metazone(&id, millis).is_some()
        && let Some(standard) = standard().filter(|standard| generic.as_ref() != Some(standard))
    {
        return Some(standard);
    }
    match generic {
        Some(name) => Some(match place_apart(locale, &id, zone, millis) {
            Some(place) => zone_names(locale).fallback.replace("{0}", &place).replace("{1}", &name),
            None => name,
        }),
        None => place_name(locale, &id).map(|place| zone_names(locale).region.replace("{0}", &place)),
    }
}

/// Whether the zone has its summer time within half a year of a time.
fn is_near_daylight(zone: &Zone, millis: f64) -> bool {
    const NEAR: SignedDuration = SignedDuration::from_hours(184 * 24);
    let Zone::Iana(tz, _) = zone else { return false };
    let Ok(time) = Timestamp::from_millisecond(millis.floor() as i64) else { return false };
    let was_daylight = tz.preceding(time).next().is_some_and(|change| {
        let before = change.timestamp().checked_sub(SignedDuration::from_secs(1));
        time.duration_since(change.timestamp()) < NEAR
            && before.is_ok_and(|before| tz.to_offset_info(before).dst().is_dst())
    });
    is_daylight(zone, millis)
        || was_daylight
        || tz
            .following(time)
            .next()
            .is_some_and(|change| change.timestamp().duration_since(time) < NEAR && change.dst().is_dst())
}

/// Regions by zone, and whether the zone stands for its country.
static PLACES: LazyLock<HashMap<&'static str, (&'static str, bool)>> = LazyLock::new(|| {
    let mut places = HashMap::new();
    let countries = supplement().zones_of_regions.iter().filter(|(region, _)| *region != "001");
    for (region, zones) in countries {
        for zone in zones {
            let is_primary = zones.len() == 1 || supplement().primary_zones.get(region) == Some(zone);
            places.insert(zone.as_str(), (region.as_str(), is_primary));
        }
    }
    places
});

/// The place that a zone is called by: the country, or the city if the country has several zones.
fn place_name(locale: &Locale, id: &str) -> Option<String> {
    match PLACES.get(id)? {
        (region, true) => Some(region_name(locale, region).unwrap_or_else(|| (*region).to_owned())),
        (_, false) => city(locale, id),
    }
}

/// The city of a zone, which is the last part of its name if it has no other.
fn city(locale: &Locale, id: &str) -> Option<String> {
    let line = supplement().city_zones.binary_search_by(|own| own.as_str().cmp(id)).ok();
    let own = line.and_then(|line| zone_names(locale).cities.split('\n').nth(line).map(str::to_owned));
    own.filter(|own| !own.is_empty()).or_else(|| {
        let (_, city) = id.rsplit_once('/').filter(|_| !id.starts_with("Etc/"))?;
        Some(city.replace('_', " "))
    })
}

/// The place that has to be named beside a metazone's name, since its times are not those that the name is for where the
/// reader is.
fn place_apart(locale: &Locale, id: &str, zone: &Zone, millis: f64) -> Option<String> {
    let references = supplement().reference_zones.get(metazone(id, millis)?)?;
    let reference = |region: &str| references.get(region).or_else(|| references.get("001"));
    let golden = reference(&locale.region())?;
    if golden == id {
        return None;
    }
    let offset = zone.offset(millis);
    let (golden_offset, golden_daylight) = at_wall_time(&Zone::iana(golden), millis + offset * 60_000.0)?;
    if (golden_offset, golden_daylight) == (offset, is_daylight(zone, millis)) {
        return None;
    }
    match PLACES.get(id) {
        Some((region, _)) if reference(region).is_some_and(|own| own == id) => {
            Some(region_name(locale, region).unwrap_or_else(|| (*region).to_owned()))
        }
        _ => city(locale, id).or_else(|| Some(id.to_owned())),
    }
}

/// Offset in minutes and summer time of a zone when its clocks show a time.
fn at_wall_time(zone: &Zone, local: f64) -> Option<(f64, bool)> {
    let Zone::Iana(tz, _) = zone else { return None };
    let wall = Timestamp::from_millisecond(local.floor() as i64).ok()?;
    let wall = wall.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let offset = match tz.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } => before,
        AmbiguousOffset::Fold { after, .. } => after,
    };
    let minutes = f64::from(offset.seconds()) / 60.0;
    let millis = local - minutes * 60_000.0;
    Some((minutes, is_daylight(zone, millis)))
}

/// Whether the zone has its summer time. The tz database counts Ireland's winter as the exception, CLDR its summer.
fn is_daylight(zone: &Zone, millis: f64) -> bool {
    let Zone::Iana(tz, _) = zone else { return false };
    let Ok(time) = Timestamp::from_millisecond(millis.floor() as i64) else { return false };
    let info = tz.to_offset_info(time);
    if matches!(tz.iana_name(), Some("Europe/Dublin" | "Eire")) {
        return info.offset().seconds() > 0;
    }
    info.dst().is_dst()
}

/// `GMT+5:30`, `GMT+05:30` in the words and digits of a locale. `offset` is in seconds.
pub(super) fn offset_text(locale: &Locale, digits: &[char; 10], offset: f64, long: bool) -> String {
    let names = zone_names(locale);
    let (positive, negative) = names.hour.split_once(';').unwrap_or(("+HH:mm", "-HH:mm"));
    let pattern = if offset < 0.0 { negative } else { positive };
    let seconds = offset.abs() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let sign_end = pattern.find('H').unwrap_or(0);
    let hour_end = pattern.rfind('H').map_or(sign_end, |end| end + 1);
    let minute_start = pattern.find('m').unwrap_or(pattern.len());
    let separator = pattern.get(hour_end..minute_start).unwrap_or(":");
    let mut text = pattern[..sign_end].to_owned();
    text.push_str(&if long { format!("{hours:02}") } else { hours.to_string() });
    if long || minutes > 0 || seconds > 0 {
        text.push_str(&format!("{separator}{minutes:02}"));
    }
    if seconds > 0 {
        text.push_str(&format!("{separator}{seconds:02}"));
    }
    names.gmt.replace("{0}", &localize(&text, digits))
}
