//! The members of a date's `zone`. A zone is an object of its fields where it is data; this is what its prototype has.

use super::civil::MAX_TIME;
use super::datetime::DateTime;
use super::format::{Width, zone_name};
use super::loc::Loc;
use super::run_zone::zone_shown;
use super::zone::{OffsetStyle, Zone, format_offset};
use super::{arg, not_null, option, text_or_null};
use crate::{Thrown, Value};

/// The names of the getters.
pub(crate) const GETTERS: [&str; 5] = ["type", "name", "ianaName", "isUniversal", "isValid"];

/// The names of the methods.
pub(crate) const METHODS: [&str; 4] = ["offsetName", "formatOffset", "offset", "equals"];

/// A getter's value, or a method's result, for the zone that `own` shows.
///
/// # Errors
/// Throws what luxon throws.
pub(crate) fn member(own: &Value, name: &str, args: &[Value]) -> Result<Value, Thrown> {
    // The zone of the process shows nothing.
    let zone = zone_shown(own).unwrap_or(Zone::System);
    let first = arg(args, 0);
    Ok(match name {
        "type" => Value::from(match zone {
            Zone::System => "system",
            Zone::Fixed(_) => "fixed",
            Zone::Iana(..) | Zone::Invalid(_) => "iana",
        }),
        "name" => Value::from(zone.name().as_str()),
        "ianaName" => Value::from(zone.iana_name().as_str()),
        "isUniversal" => Value::from(zone.is_fixed()),
        "isValid" => Value::from(zone.is_valid()),
        "offsetName" if zone.is_fixed() => Value::from(zone.name().as_str()),
        "offsetName" => offset_name(zone, first, arg(args, 1))?,
        "formatOffset" => Value::from(format_offset(zone.offset(time(&zone, first)?), style(arg(args, 1))?)),
        "offset" => Value::from(zone.offset(time(&zone, first)?)),
        _ if first.is_nullish() => {
            return Err(Thrown::type_error("Cannot read properties of undefined (reading 'type')"));
        }
        _ => Value::from(zone_shown(first).is_some_and(|other| zone.equals(&other))),
    })
}

/// The time that an offset is asked for; a fixed zone does not look at it.
fn time(zone: &Zone, value: &Value) -> Result<f64, Thrown> {
    if zone.is_fixed() { Ok(0.0) } else { date_of(value) }
}

/// The time of `new Date(value)`.
fn date_of(value: &Value) -> Result<f64, Thrown> {
    let millis = match value {
        Value::DateTime(_) | Value::Date(_) | Value::Undefined => value.to_number()?,
        Value::Json(json) if json.is_null() || json.as_f64().is_some() || json.as_bool().is_some() => {
            value.to_number()?
        }
        other => super::parse_date(&other.to_text()?),
    };
    Ok(if millis.abs() <= MAX_TIME { millis } else { f64::NAN })
}

fn offset_name(zone: Zone, time: &Value, options: &Value) -> Result<Value, Thrown> {
    if options.is_undefined() {
        return Err(Thrown::type_error(
            "Cannot destructure property 'format' of 'undefined' as it is undefined.",
        ));
    }
    not_null(options)?;
    let millis = date_of(time)?;
    if millis.is_nan() {
        return Err(Thrown::range_error("Invalid time value"));
    }
    let width = match option(options, "format").as_str() {
        Some("short") => Width::Short,
        Some("long") => Width::Long,
        _ => return Ok(Value::NULL),
    };
    let locale = option(options, "locale");
    let loc = match locale.as_str().is_some() || locale.is_array() {
        true => Loc::from_options(&Value::object([("locale", locale)]))?,
        false => Loc::default(),
    };
    Ok(text_or_null(zone_name(&DateTime::at(millis, zone, Loc::default()), &loc, width)?))
}

fn style(value: &Value) -> Result<OffsetStyle, Thrown> {
    match value.as_str() {
        Some("narrow") => Ok(OffsetStyle::Narrow),
        Some("short") => Ok(OffsetStyle::Short),
        Some("techie") => Ok(OffsetStyle::Techie),
        _ => {
            let shown = value.to_text()?;
            Err(Thrown::range_error(format!("Value format {shown} is out of range for property format")))
        }
    }
}
