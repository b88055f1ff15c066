//! The members of `Interval`.

use super::datetime::DateTime;
use super::duration::Duration;
use super::format_parse::Format;
use super::interval::Interval;
use super::intl::DateFormatter;
use super::iso::IsoStyle;
use super::relative::locale_part;
use super::units::Unit;
use super::{
    Invalid, arg, date_value, duration_value, interval_value, is_instance, not_null, option, text_or_null,
};
use crate::{Clock, Thrown, Value};
use heddle_locale::DateOptions;

/// The names of the getters and own data members.
pub(crate) const GETTERS: [&str; 10] = [
    "start",
    "end",
    "lastDateTime",
    "isValid",
    "invalidReason",
    "invalidExplanation",
    "s",
    "e",
    "invalid",
    "isLuxonInterval",
];

/// The names of the methods; `mapEndpoints`, which takes a function, is the caller's.
pub(crate) const METHODS: [&str; 28] = [
    "length",
    "count",
    "hasSame",
    "isEmpty",
    "isAfter",
    "isBefore",
    "contains",
    "set",
    "splitAt",
    "splitBy",
    "divideEqually",
    "overlaps",
    "abutsStart",
    "abutsEnd",
    "engulfs",
    "equals",
    "intersection",
    "union",
    "difference",
    "toString",
    "toLocaleString",
    "toISO",
    "toISODate",
    "toISOTime",
    "toFormat",
    "toDuration",
    "hasOwnProperty",
    "valueOf",
];

/// The names of the static methods.
pub(crate) const STATICS: [&str; 8] =
    ["invalid", "fromDateTimes", "after", "before", "fromISO", "isInterval", "merge", "xor"];

const INVALID: &str = "Invalid Interval";

/// A getter's value.
pub(crate) fn get(interval: &Interval, name: &str) -> Option<Value> {
    let span = interval.span();
    Some(match name {
        "start" => span.map_or(Value::NULL, |(start, _)| date_value(start.clone())),
        "end" => span.map_or(Value::NULL, |(_, end)| date_value(end.clone())),
        "lastDateTime" => {
            span.map_or(Value::NULL, |(_, end)| date_value(end.plus_unit(-1.0, Unit::Milliseconds)))
        }
        "isValid" => Value::from(interval.is_valid()),
        "invalidReason" => text_or_null(interval.invalidity().map(|invalid| invalid.reason.to_string())),
        "invalidExplanation" => {
            text_or_null(interval.invalidity().and_then(|invalid| invalid.explanation.clone()))
        }
        _ => interval.own_members().into_iter().find(|(own, _)| own == name)?.1,
    })
}

/// A method's result; `None` when there is no such method.
pub(crate) fn call(
    interval: &Interval,
    name: &str,
    args: &[Value],
    clock: &Clock,
) -> Option<Result<Value, Thrown>> {
    METHODS.contains(&name).then(|| dispatch(interval, name, args, clock))
}

fn dispatch(interval: &Interval, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let (start, end) = interval.bounds();
    let valid = interval.is_valid();
    Ok(match name {
        "length" if !valid => Value::from(f64::NAN),
        "length" => {
            let unit = unit_or_millis(first)?;
            Value::from(interval.to_duration(&[unit], &Value::Undefined, clock)?.get(unit))
        }
        "count" if !valid => Value::from(f64::NAN),
        "count" => {
            not_null(arg(args, 1))?;
            let weeks = option(arg(args, 1), "useLocaleWeeks").is_truthy();
            Value::from(interval.count(unit_or_millis(first)?, weeks, clock)?)
        }
        "hasSame" if !valid => Value::from(false),
        "hasSame" if start == end => Value::from(true),
        "hasSame" => Value::from(interval.has_same(Unit::from_value(first)?, clock)?),
        "isEmpty" if !valid => {
            return Err(Thrown::type_error("Cannot read properties of undefined (reading 'valueOf')"));
        }
        "isEmpty" => Value::from(start == end),
        "isAfter" => Value::from(start > first.to_number()?),
        "isBefore" => Value::from(end <= first.to_number()?),
        "contains" => {
            let time = first.to_number()?;
            Value::from(start <= time && end > time)
        }
        "splitAt" if !valid => list(Vec::new()),
        "splitAt" => {
            let dates =
                args.iter().map(|date| DateTime::from_like(date, clock)).collect::<Result<Vec<_>, _>>()?;
            list(interval.split_at(dates))
        }
        "splitBy" => list(interval.split_by(&Duration::from_like(first)?)?),
        "divideEqually" if !valid => list(Vec::new()),
        "divideEqually" => {
            let count = first.to_number()?;
            let mut parts = interval.split_by(&Duration::from_like(&Value::from((end - start) / count))?)?;
            parts.truncate(count.max(0.0) as usize);
            list(parts)
        }
        "overlaps" | "abutsStart" | "abutsEnd" | "engulfs" | "equals" | "union" | "intersection" => {
            return with_other(interval, name, first);
        }
        "difference" if !valid && Interval::xor(&intervals_among(args)?).is_empty() => list(Vec::new()),
        "difference" if !valid => {
            return Err(Thrown::type_error("Cannot read properties of undefined (reading 'valueOf')"));
        }
        "difference" => list(interval.difference(intervals_among(args)?)),
        "set" => {
            let Some((own_start, own_end)) = interval.span() else {
                return Ok(interval_value(interval.clone()));
            };
            not_null(first)?;
            let given = |key: &str| match first {
                Value::Interval(other) => get(other, key).unwrap_or_default(),
                options => option(options, key),
            };
            let part = |key: &str, own: &DateTime| match given(key) {
                value if value.is_truthy() => DateTime::from_like(&value, clock),
                _ => Ok(own.clone()),
            };
            interval_value(Interval::new(part("start", own_start)?, part("end", own_end)?))
        }
        "toString" => Value::from(interval.to_string()),
        "toDuration" if !valid => duration_value(interval.to_duration(&[], first, clock)?),
        "toDuration" => {
            let units = units_of(first)?;
            duration_value(interval.to_duration(&units, arg(args, 1), clock)?)
        }
        "hasOwnProperty" => {
            let name = first.to_text()?;
            Value::from(
                interval.own_members().iter().any(|(own, value)| *own == name && !value.is_undefined()),
            )
        }
        "valueOf" => interval_value(interval.clone()),
        _ => return Ok(Value::from(to_text(interval, name, args)?)),
    })
}

/// The methods that give a text.
fn to_text(interval: &Interval, name: &str, args: &[Value]) -> Result<String, Thrown> {
    let Some((start, end)) = interval.span() else { return Ok(INVALID.to_owned()) };
    let first = arg(args, 0);
    let both = |write: &dyn Fn(&DateTime) -> Option<String>| {
        format!("{}/{}", write(start).unwrap_or_default(), write(end).unwrap_or_default())
    };
    Ok(match name {
        "toISO" => {
            let style = IsoStyle::from_options(first, false)?;
            both(&|date| date.to_iso_styled(style))
        }
        "toISODate" => both(&|date| date.to_iso_date(IsoStyle::FULL)),
        "toISOTime" => {
            let style = IsoStyle::from_options(first, false)?;
            both(&|date| date.to_iso_time(style))
        }
        "toFormat" => {
            let separator = match option(arg(args, 1), "separator") {
                Value::Undefined => " – ".to_owned(),
                separator => separator.to_text()?,
            };
            let format = Format::from_value(first)?.text;
            format!(
                "{}{separator}{}",
                start.to_format(format, &Value::Undefined)?,
                end.to_format(format, &Value::Undefined)?
            )
        }
        _ => {
            let loc = start.loc().with_options(&locale_part(arg(args, 1)))?;
            let options = match first {
                Value::Undefined => DateOptions::default()
                    .with("year", "numeric")
                    .with("month", "numeric")
                    .with("day", "numeric"),
                options => crate::intl::date_options(options)?,
            };
            DateFormatter::new(start, &loc, options)?.inner().format_range(start.millis(), end.millis())
        }
    })
}

fn with_other(interval: &Interval, name: &str, other: &Value) -> Result<Value, Thrown> {
    let (start, end) = interval.bounds();
    let other = match other {
        Value::Interval(other) => other,
        _ if !interval.is_valid() && name != "overlaps" => return Ok(same_or_false(interval, name)),
        _ if other.is_nullish() => {
            return Err(Thrown::type_error("Cannot read properties of undefined (reading 's')"));
        }
        _ if matches!(name, "union" | "intersection") => return Err(no_date()),
        _ => return Ok(Value::from(false)),
    };
    if !interval.is_valid() {
        return Ok(same_or_false(interval, name));
    }
    if !other.is_valid() && matches!(name, "union" | "intersection") {
        return Err(no_date());
    }
    let (other_start, other_end) = other.bounds();
    Ok(match name {
        "overlaps" => Value::from(interval.overlaps(other)),
        "abutsStart" => Value::from(end == other_start),
        "abutsEnd" => Value::from(other_end == start),
        "engulfs" => Value::from(start <= other_start && end >= other_end),
        "equals" => Value::from(match (interval.span(), other.span()) {
            (Some((one_start, one_end)), Some((two_start, two_end))) => {
                one_start.equals(two_start) && one_end.equals(two_end)
            }
            _ => false,
        }),
        "intersection" => interval.intersection(other).map_or(Value::NULL, interval_value),
        _ => interval_value(interval.union(other)),
    })
}

/// What an invalid interval answers.
fn same_or_false(interval: &Interval, name: &str) -> Value {
    match name {
        "union" | "intersection" => interval_value(interval.clone()),
        _ => Value::from(false),
    }
}

fn no_date() -> Thrown {
    super::error("Unknown datetime argument: undefined, of type undefined")
}

fn unit_or_millis(value: &Value) -> Result<Unit, Thrown> {
    if value.is_undefined() { Ok(Unit::Milliseconds) } else { Unit::from_value(value) }
}

/// A unit, or a list of units; milliseconds when there is none.
pub(crate) fn units_of(value: &Value) -> Result<Vec<Unit>, Thrown> {
    match value.elements() {
        Some(list) => list.iter().map(Unit::from_value).collect(),
        None => Ok(vec![unit_or_millis(value)?]),
    }
}

fn list(intervals: Vec<Interval>) -> Value {
    Value::array(intervals.into_iter().map(interval_value).collect())
}

fn intervals(values: &[Value]) -> Result<Vec<Interval>, Thrown> {
    values
        .iter()
        .map(|value| match value {
            Value::Interval(interval) => Ok(interval.as_ref().clone()),
            _ => Err(Thrown::type_error("Cannot read properties of undefined")),
        })
        .collect()
}

/// The intervals of a list for methods that look only at start and end: what has neither counts as an invalid interval.
fn intervals_among(values: &[Value]) -> Result<Vec<Interval>, Thrown> {
    let read = |value: &&Value| matches!(value, Value::Interval(_)) || value.is_nullish();
    intervals(&values.iter().filter(read).cloned().collect::<Vec<_>>())
}

/// A static method's result; `None` when there is no such method.
pub(crate) fn call_static(name: &str, args: &[Value], clock: &Clock) -> Option<Result<Value, Thrown>> {
    STATICS.contains(&name).then(|| dispatch_static(name, args, clock))
}

fn dispatch_static(name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let second = arg(args, 1);
    Ok(match name {
        "invalid" => interval_value(Interval::invalid(Invalid::from_args(args, "Interval")?)),
        "fromDateTimes" => interval_value(Interval::new(
            DateTime::from_like(first, clock)?,
            DateTime::from_like(second, clock)?,
        )),
        "after" => {
            let duration = Duration::from_like(second)?;
            let start = DateTime::from_like(first, clock)?;
            let end = start.plus(&duration);
            interval_value(Interval::new(start, end))
        }
        "before" => {
            let duration = Duration::from_like(second)?;
            let end = DateTime::from_like(first, clock)?;
            interval_value(Interval::new(end.minus(&duration), end))
        }
        "fromISO" => {
            if first.is_truthy() && first.as_str().is_none() {
                return Err(Thrown::type_error("(text || \"\").split is not a function"));
            }
            let shown = first.to_text()?;
            interval_value(match first.as_str() {
                Some(text) => Interval::from_iso(text, second, clock)?,
                None => {
                    let explanation = format!("the input \"{shown}\" can't be parsed as ISO 8601");
                    Interval::invalid(Invalid::new("unparsable", Some(explanation)))
                }
            })
        }
        "isInterval" => is_instance(first, "isLuxonInterval"),
        _ => {
            let Some(values) = first.elements() else {
                return Err(Thrown::type_error("intervals.sort is not a function"));
            };
            list(match name {
                "merge" => Interval::merge(intervals(&values)?),
                _ => Interval::xor(&intervals_among(&values)?),
            })
        }
    })
}
