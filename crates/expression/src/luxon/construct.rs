//! `new DateTime(…)` and the like: luxon means them for itself, so they take its own fields, not a text or a number.

use super::datetime::DateTime;
use super::duration::Duration;
use super::interval::Interval;
use super::loc::Loc;
use super::run_zone::zone_shown;
use super::zone::Zone;
use super::{Class, arg, date_value, duration_value, interval_value, option};
use crate::{Clock, Thrown, Value};

/// A new instance of a class.
///
/// # Errors
/// Throws when there are no fields to be read, or when they are of no use.
pub(crate) fn construct(class: Class, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let fields = arg(args, 0);
    if fields.is_nullish() {
        return Err(Thrown::type_error("Cannot read properties of undefined"));
    }
    Ok(match class {
        // An instance has the fields of one.
        Class::DateTime if matches!(fields, Value::DateTime(_)) => fields.clone(),
        Class::Duration if matches!(fields, Value::Duration(_)) => fields.clone(),
        Class::Interval if matches!(fields, Value::Interval(_)) => fields.clone(),
        Class::DateTime => {
            let millis = match option(fields, "ts") {
                Value::Undefined => clock.now as f64,
                time => time.to_number()?,
            };
            let zone = match option(fields, "zone") {
                zone if !zone.is_truthy() => Zone::of_time_zone(&clock.zone),
                zone => match zone_shown(&zone) {
                    Some(zone) => zone,
                    None => Zone::Invalid(zone.to_text()?.into()),
                },
            };
            date_value(DateTime::at(millis, zone, Loc::default()))
        }
        Class::Duration => duration_value(Duration::from_object(&option(fields, "values"), fields)?),
        Class::Interval => match (option(fields, "start"), option(fields, "end")) {
            (Value::DateTime(start), Value::DateTime(end)) => {
                interval_value(Interval::new(start.as_ref().clone(), end.as_ref().clone()))
            }
            _ => return Err(Thrown::type_error("an interval lies between two dates")),
        },
    })
}
