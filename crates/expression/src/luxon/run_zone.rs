//! The zones that arguments name, and the default of the run.

use super::zone::Zone;
use crate::{Clock, Value};

/// What a `zone` argument stands for: the default of the run when it is missing.
pub(crate) fn zone_of(argument: &Value, clock: &Clock) -> Zone {
    if let Some(text) = argument.as_str() {
        return Zone::parse(text, &clock.zone);
    }
    if let Some(minutes) = argument.as_f64() {
        return Zone::Fixed(minutes);
    }
    if argument.is_nullish() {
        return Zone::of_time_zone(&clock.zone);
    }
    if let Some(zone) = zone_shown(argument) {
        return zone;
    }
    Zone::Invalid(argument.to_text().unwrap_or_default().into())
}

/// The zone that a value shows as an object.
pub(crate) fn zone_shown(value: &Value) -> Option<Zone> {
    value.as_json().and_then(Zone::from_json)
}
