//! Answers to what nodes ask of dates, by the luxon of expressions.

use heddle_expression::luxon::{self, Class};
use heddle_expression::{Clock, Thrown, Value};
use heddle_node::date::DateQuestion;
use heddle_node::{Json, JsonObject, NodeError};

/// The answer of the date `millis`, in milliseconds since 1970, in the zone `zone`.
///
/// # Errors
/// When there is no such zone, unit or part, or the date lies too far away.
pub(crate) fn answer(
    millis: f64,
    zone: &str,
    question: DateQuestion<'_>,
    clock: &Clock,
) -> Result<Json, NodeError> {
    ask(millis, zone, question, clock).map_err(|thrown| {
        let error = NodeError::operation(thrown.message);
        match thrown.description {
            Some(description) => error.with_description(description),
            None => error,
        }
    })
}

/// A text as milliseconds since 1970, in a luxon format, else in any form that [`heddle_expression::parse_moment`] reads;
/// in the zone `zone` where it names none. `None` where it is not a date, or there is no such zone.
pub(super) fn parse(text: &str, format: Option<&str>, zone: &str, clock: &Clock) -> Option<f64> {
    let clock = Clock::new(clock.now, zone).ok()?;
    let Some(format) = format else { return heddle_expression::parse_moment(text, &clock) };
    let arguments = [value(text), value(format)];
    match luxon::call_static(Class::DateTime, "fromFormat", &arguments, &clock) {
        Ok(Value::DateTime(date)) if date.is_valid() => Some(date.millis()),
        _ => None,
    }
}

fn value(json: impl Into<Json>) -> Value {
    Value::Json(json.into())
}

fn ask(millis: f64, zone: &str, question: DateQuestion<'_>, clock: &Clock) -> Result<Json, Thrown> {
    let date = date(millis, zone, clock)?;
    match question {
        DateQuestion::Iso => Ok(luxon::to_json(&date).unwrap_or_default()),
        DateQuestion::Format(format) => json(luxon::call(&date, "toFormat", &[value(format)], clock)?),
        DateQuestion::Part(part) => match luxon::get(&date, part, clock) {
            Some(part) => json(part?),
            None => Err(Thrown::new("Error", format!("A date has no part \"{part}\""))),
        },
        DateQuestion::Plus(amount, unit) => {
            let mut duration = JsonObject::new();
            duration.insert(unit, Json::from(amount));
            moment(luxon::call(&date, "plus", &[value(duration)], clock)?)
        }
        DateQuestion::StartOf(unit) => moment(luxon::call(&date, "startOf", &[value(unit)], clock)?),
        DateQuestion::Until(end, units) => {
            let duration = until(&date, end, zone, units, clock)?;
            json(luxon::call(&duration, "toObject", &[], clock)?)
        }
        DateQuestion::IsoUntil(end, units) => {
            Ok(luxon::to_json(&until(&date, end, zone, units, clock)?).unwrap_or_default())
        }
    }
}

fn date(millis: f64, zone: &str, clock: &Clock) -> Result<Value, Thrown> {
    let date = luxon::call_static(Class::DateTime, "fromMillis", &[value(millis)], clock)?;
    let date = luxon::call(&date, "setZone", &[value(zone)], clock)?;
    match &date {
        Value::DateTime(valid) if valid.is_valid() => Ok(date),
        _ => {
            Err(Thrown::new("Error", format!("The timezone {zone} is not valid. Please check the timezone.")))
        }
    }
}

fn until(start: &Value, end: f64, zone: &str, units: &[&str], clock: &Clock) -> Result<Value, Thrown> {
    let units: Json = units.iter().map(|&unit| Json::from(unit)).collect();
    luxon::call(&date(end, zone, clock)?, "diff", &[start.clone(), value(units)], clock)
}

fn moment(value: Value) -> Result<Json, Thrown> {
    match value {
        Value::DateTime(date) if date.is_valid() => Ok(Json::from(date.millis())),
        _ => Err(Thrown::new("Error", "The date lies too far away")),
    }
}

fn json(value: Value) -> Result<Json, Thrown> {
    match value {
        Value::Json(json) => Ok(json),
        _ => Err(Thrown::new("Error", "The date cannot be written")),
    }
}
