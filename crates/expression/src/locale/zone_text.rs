//! The names of time zones in dates.

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::date_data::zone_names;
use super::number_data::localize;
use super::store::supplement;
use super::tag::Locale;
use crate::luxon::Zone;

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
    let minutes = (millis / 60_000.0).floor() as i64;
    let spans = supplement().metazones.get(id)?;
    let (meta, _, _) = spans
        .iter()
        .find(|(_, from, to)| from.unwrap_or(0) <= minutes && minutes < to.unwrap_or(LAST_MINUTE))?;
    zone_names(locale).meta.get(meta.as_str())?.get(usize::from(!long))?.get(column)?.clone()
}

/// The generic name of a zone. Where no summer time is near, the standard name says as much, unless the two are the same
/// word.
fn generic_name(locale: &Locale, zone: &Zone, millis: f64, long: bool) -> Option<String> {
    let id = cldr_id(zone)?;
    if let Some(own) = own_name(locale, &id, long, 0) {
        return Some(own);
    }
    let generic = meta_name(locale, &id, millis, long, 0);
    if is_near_daylight(zone, millis) {
        return generic;
    }
    let standard = zone_name(locale, zone, millis, long, 1);
    standard.filter(|standard| generic.as_ref() != Some(standard)).or(generic)
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
