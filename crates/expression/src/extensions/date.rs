//! The methods of dates: luxon's and JavaScript's. A JavaScript date is read in the zone of the workflow, and what is
//! calculated from it is a JavaScript date again.

use std::sync::LazyLock;

use heddle_data::json;

use super::views::{Elements, to_any_text, to_text};
use super::{arg, number};
use crate::coerce;
use crate::luxon::{self, Class};
use crate::{Clock, Thrown, Value};

/// The names of the methods.
pub(super) const NAMES: [&str; 18] = [
    "beginningOf",
    "endOfMonth",
    "extract",
    "isBetween",
    "isDst",
    "isInLast",
    "isWeekend",
    "minus",
    "plus",
    "format",
    "toDateTime",
    "diffTo",
    "diffToNow",
    "toInt",
    "toFloat",
    "toBoolean",
    "isEmpty",
    "isNotEmpty",
];

/// Whether a text is exactly what `Date.prototype.toISOString` writes, in the years 0 to 9999.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 24 || bytes[23] != b'Z' {
        return false;
    }
    let is_form = bytes.iter().zip(b"0000-00-00T00:00:00.000Z").all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    if !is_form {
        return false;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day) && number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) < 60
}

/// Calls a method. A string that is a timestamp is a receiver as well, but not read: it counts as an invalid date.
pub(super) fn call(
    name: &str,
    receiver: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Option<Value>, Thrown> {
    let first = arg(args, 0);
    Ok(Some(match name {
        "isEmpty" => Value::from(false),
        "isNotEmpty" => Value::from(true),
        "toBoolean" => Value::Undefined,
        "toInt" | "toFloat" => match receiver {
            Value::DateTime(date) => Value::from(date.millis()),
            Value::Date(millis) => Value::from(*millis),
            _ => return Err(Thrown::type_error("date.getTime is not a function")),
        },
        "toDateTime" => date_time(receiver, clock)?,
        "format" => format(&date_time(receiver, clock)?, args, clock)?,
        "plus" | "minus" => {
            let amount = match args {
                [amount] => amount.clone(),
                _ => amount(first, arg(args, 1))?,
            };
            change(receiver, name, &[amount], clock)?
        }
        "beginningOf" => change(receiver, "startOf", &[field(first, "week")], clock)?,
        "endOfMonth" => change(receiver, "endOf", &[Value::from("month")], clock)?,
        "extract" => extract(receiver, first, clock)?,
        "isDst" => get(&date_time(receiver, clock)?, "isInDST", clock)?,
        "isWeekend" => {
            let weekday = get(&date_time(receiver, clock)?, "weekday", clock)?;
            Value::from(weekday.as_f64().is_some_and(|weekday| weekday >= 6.0))
        }
        "isBetween" => is_between(receiver, args, clock)?,
        "isInLast" => {
            let earliest = luxon::call(&now(clock)?, "minus", &[amount(first, arg(args, 1))?], clock)?;
            let (earliest, date) = (millis(&earliest), millis(&date_time(receiver, clock)?));
            Value::from(earliest <= date && date <= clock.now as f64)
        }
        "diffTo" => difference(receiver, first, arg(args, 1), clock)?,
        "diffToNow" => difference(receiver, &now(clock)?, first, clock)?,
        _ => return Ok(None),
    }))
}

fn now(clock: &Clock) -> Result<Value, Thrown> {
    luxon::call_static(Class::DateTime, "now", &[], clock)
}

/// A value as a luxon date: itself, or a JavaScript date in the workflow's zone; anything else gives an invalid date.
fn date_time(value: &Value, clock: &Clock) -> Result<Value, Thrown> {
    match value {
        Value::DateTime(_) => Ok(value.clone()),
        value => luxon::call_static(Class::DateTime, "fromJSDate", std::slice::from_ref(value), clock),
    }
}

/// `valueOf` of a luxon date.
fn millis(value: &Value) -> f64 {
    match value {
        Value::DateTime(date) => date.millis(),
        Value::Date(millis) => *millis,
        _ => f64::NAN,
    }
}

/// A method of luxon's that gives a date; it becomes a JavaScript date if the receiver was none of luxon's.
fn change(receiver: &Value, method: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let changed = luxon::call(&date_time(receiver, clock)?, method, args, clock)?;
    match receiver {
        Value::DateTime(_) => Ok(changed),
        _ => luxon::call(&changed, "toJSDate", &[], clock),
    }
}

fn get(date: &Value, name: &str, clock: &Clock) -> Result<Value, Thrown> {
    luxon::call(date, "get", &[Value::from(name)], clock)
}

/// The unit that a short form or a singular stands for in amounts.
fn plural(unit: &str) -> &str {
    match unit {
        "day" => "days",
        "month" => "months",
        "year" => "years",
        "week" => "weeks",
        "hour" | "hr" | "hrs" => "hours",
        "minute" | "min" | "mins" => "minutes",
        "second" | "sec" | "secs" => "seconds",
        "millisecond" | "ms" => "milliseconds",
        unit => unit,
    }
}

/// An amount of time in one unit, as luxon takes it.
fn amount(number: &Value, unit: &Value) -> Result<Value, Thrown> {
    let unit = match unit {
        Value::Undefined => "minutes".to_owned(),
        unit => to_text(unit)?,
    };
    let number = if number.is_undefined() { Value::from(0.0) } else { number.clone() };
    Ok(Value::object([(plural(&unit), number)]))
}

/// The field that an argument names, in the singular.
fn field(argument: &Value, default: &str) -> Value {
    let Some(name) = (if argument.is_undefined() { Some(default) } else { argument.as_str() }) else {
        return argument.clone();
    };
    Value::from(match name {
        "days" => "day",
        "months" => "month",
        "years" => "year",
        "hours" | "hr" | "hrs" => "hour",
        "minutes" | "min" | "mins" => "minute",
        "seconds" | "sec" | "secs" => "second",
        "milliseconds" | "ms" => "millisecond",
        name => name,
    })
}

fn format(date: &Value, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let options = match arg(args, 1) {
        options if options.is_nullish() => Value::Undefined,
        options => options.clone(),
    };
    // luxon finds no tokens in a number or the like, but null and undefined are errors
    let format = match arg(args, 0) {
        format if format.is_nullish() || format.is_array() || format.as_str().is_some() => format.clone(),
        _ => Value::from(""),
    };
    luxon::call(date, "toFormat", &[format, options], clock)
}

fn extract(receiver: &Value, part: &Value, clock: &Clock) -> Result<Value, Thrown> {
    if part.as_str() == Some("yearDayNumber") {
        return match receiver {
            Value::DateTime(_) | Value::Date(_) => Ok(Value::from(day_of_year(millis(receiver)))),
            _ => Err(Thrown::type_error("date.getFullYear is not a function")),
        };
    }
    let part = match part.as_str() {
        Some("week") => Value::from("weekNumber"),
        _ => field(part, "weekNumber"),
    };
    luxon::call(&date_time(receiver, clock)?, "get", &[part], clock)
}

/// The day of the year in UTC, the zone that JavaScript's dates show. JavaScript takes the years 0 to 99 for years of
/// the twentieth century when it makes a date of them.
fn day_of_year(millis: f64) -> f64 {
    const DAY: f64 = 86_400_000.0;
    let Some(civil) = heddle_locale::Civil::from_local_millis(millis.trunc()) else { return f64::NAN };
    let year = if (0..100).contains(&civil.year) { civil.year + 1900 } else { civil.year };
    let years = f64::from(year) - 1.0;
    let days_before =
        years * 365.0 + (years / 4.0).floor() - (years / 100.0).floor() + (years / 400.0).floor();
    // 719,162 days lie between the beginning of the year 1 and 1970
    let last_day_before = (days_before - 719_162.0 - 1.0) * DAY;
    ((millis.trunc() - last_day_before) / DAY).floor()
}

/// Whether a date lies between two others, whichever is the earlier.
fn is_between(receiver: &Value, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let [one, other] = args else {
        return Err(Thrown::extension("isBetween(): expected exactly two args"));
    };
    // the bounds are read as luxon's dates, which a time at the end of the calendar may be too late for in some zones
    let bound = |value: &Value| -> Result<Option<f64>, Thrown> {
        Ok(match (value, value.as_str()) {
            (_, Some(text)) => {
                let date = date_time(&Value::Date(luxon::parse_date(text)), clock)?;
                Some(millis(&date)).filter(|millis| !millis.is_nan())
            }
            (Value::DateTime(_) | Value::Date(_), _) => Some(millis(&date_time(value, clock)?)),
            _ => None,
        })
    };
    let (Some(one), Some(other)) = (bound(one)?, bound(other)?) else { return Ok(Value::Undefined) };
    let date = millis(receiver);
    Ok(Value::from(if one > other { other < date && date < one } else { one < date && date < other }))
}

/// The units that `diffTo` takes by itself.
const DURATION_UNITS: [&str; 9] =
    ["milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"];

/// Others that it lets pass to luxon.
const DATE_PARTS: [&str; 11] = [
    "day",
    "week",
    "month",
    "year",
    "hour",
    "minute",
    "second",
    "millisecond",
    "weekNumber",
    "yearDayNumber",
    "weekday",
];

/// A date minus another, in one unit as a number or in several as an object.
fn difference(receiver: &Value, other: &Value, unit: &Value, clock: &Clock) -> Result<Value, Thrown> {
    let default = Value::from("days");
    let units: Vec<Value> = match Elements::of(unit) {
        Some(units) if units.len() > 0 => units.iter().collect(),
        Some(_) => vec![default],
        None if unit.is_undefined() => vec![default],
        None => vec![unit.clone()],
    };
    let is_known = |unit: &Value| {
        unit.as_str().is_some_and(|unit| DURATION_UNITS.contains(&unit) || DATE_PARTS.contains(&unit))
    };
    if let Some(unknown) = units.iter().find(|unit| !is_known(unit)).filter(|unknown| unknown.is_truthy()) {
        let unknown = to_any_text(unknown)?;
        let supported = DURATION_UNITS.map(|unit| format!("'{unit}'")).join(", ");
        return Err(Thrown::extension(format!("Unsupported unit '{unknown}'. Supported: {supported}.")));
    }
    let other = match other.as_str() {
        Some(_) => parse(other, clock)?,
        None => date_time(other, clock)?,
    };
    let Value::DateTime(_) = receiver else { return Err(Thrown::type_error("date.diff is not a function")) };
    let difference = luxon::call(receiver, "diff", &[other, Value::array(units.clone())], clock)?;
    match units.as_slice() {
        [unit] => luxon::call(&difference, "as", std::slice::from_ref(unit), clock),
        _ => luxon::call(&difference, "toObject", &[], clock),
    }
}

/// A text as a date: in a format if one is given, or as a number in some unit, or as it is understood.
pub(super) fn parse_with(text: &Value, format: &Value, clock: &Clock) -> Result<Value, Thrown> {
    if !format.is_truthy() {
        return parse(text, clock);
    }
    if let Some("ms" | "s" | "us" | "excel") = format.as_str() {
        let number = text.as_str().map_or(f64::NAN, coerce::text_to_number);
        return number::to_date_time(number, format, clock);
    }
    // luxon finds no tokens in what is not a text
    let format = match Elements::of(format) {
        Some(elements) if elements.len() > 0 => return Err(unreadable()),
        _ if format.as_str().is_some() => format.clone(),
        _ => Value::from(""),
    };
    luxon::call_static(Class::DateTime, "fromFormat", &[text.clone(), format], clock)
        .map_err(|_| unreadable())
}

fn unreadable() -> Thrown {
    Thrown::extension("cannot convert to Luxon DateTime")
}

/// A text in ISO 8601, or as HTTP, RFC 2822 or SQL write dates, in its own zone or that of the workflow; or as
/// JavaScript understands it, shown in the zone of the workflow.
pub(super) fn parse(text: &Value, clock: &Clock) -> Result<Value, Thrown> {
    static OPTIONS: LazyLock<Value> = LazyLock::new(|| Value::Json(json!({"setZone": true})));
    let own = text.as_str().unwrap_or_default();
    let trimmed = own.trim_matches(coerce::is_white_space);
    let text = if trimmed.len() == own.len() { text.clone() } else { Value::from(trimmed) };
    let args = [text, OPTIONS.clone()];
    for constructor in ["fromISO", "fromHTTP", "fromRFC2822", "fromSQL"] {
        let parsed = luxon::call_static(Class::DateTime, constructor, &args, clock);
        if let Ok(Value::DateTime(date)) = parsed
            && date.is_valid()
        {
            return Ok(Value::DateTime(date));
        }
    }
    let millis = luxon::parse_date(trimmed);
    if millis.is_nan() {
        return Err(unreadable());
    }
    date_time(&Value::Date(millis), clock)
}
