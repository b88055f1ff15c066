//! The members of `DateTime`.

use heddle_data::{Json, JsonObject};

use super::bind_duration::valid_like;
use super::bind_interval::units_of;
use super::civil::MAX_TIME;
use super::datetime::DateTime;
use super::duration::Duration;
use super::format_explain::explain;
use super::format_parse::{Format, expand, tokens_of};
use super::interval::Interval;
use super::intl::DateFormatter;
use super::iso::{IsoStyle, to_object};
use super::loc::{Loc, named_locale};
use super::parse::{parse_http, parse_iso, parse_rfc2822, parse_sql};
use super::relative::locale_part;
use super::run_zone::zone_of;
use super::tokens::split;
use super::units::{FieldValues, Unit};
use super::zone::Zone;
use super::{
    Invalid, arg, date_value, duration_value, error, fields, interval_value, is_instance, not_null, option,
    text_or_null,
};
use crate::{Clock, Thrown, Value};
use heddle_locale::{DateOptions, Part};

/// The names of the methods.
pub(crate) const METHODS: [&str; 41] = [
    "get",
    "getPossibleOffsets",
    "resolvedLocaleOptions",
    "toUTC",
    "toLocal",
    "setZone",
    "reconfigure",
    "setLocale",
    "set",
    "plus",
    "minus",
    "startOf",
    "endOf",
    "toFormat",
    "toLocaleString",
    "toLocaleParts",
    "toISO",
    "toISODate",
    "toISOWeekDate",
    "toISOTime",
    "toRFC2822",
    "toHTTP",
    "toSQLDate",
    "toSQLTime",
    "toSQL",
    "toString",
    "valueOf",
    "toMillis",
    "toSeconds",
    "toUnixInteger",
    "toJSON",
    "toBSON",
    "toObject",
    "toJSDate",
    "diff",
    "diffNow",
    "until",
    "hasSame",
    "equals",
    "toRelative",
    "toRelativeCalendar",
];

/// The names of the static methods.
pub(crate) const STATICS: [&str; 21] = [
    "now",
    "local",
    "utc",
    "fromJSDate",
    "fromMillis",
    "fromSeconds",
    "fromObject",
    "fromISO",
    "fromRFC2822",
    "fromHTTP",
    "fromFormat",
    "fromString",
    "fromFormatExplain",
    "fromStringExplain",
    "fromSQL",
    "invalid",
    "isDateTime",
    "parseFormatForOpts",
    "expandFormat",
    "min",
    "max",
];

impl DateTime {
    /// `DateTime.fromISO`, with the options `zone`, `setZone` and those of a locale.
    pub(crate) fn from_iso(text: &str, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        Self::from_parsed(parse_iso(text), options, "ISO 8601", text, clock)
    }

    /// `DateTime.fromRFC2822`.
    pub(crate) fn from_rfc2822(text: &str, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        Self::from_parsed(parse_rfc2822(text), options, "RFC 2822", text, clock)
    }

    /// `DateTime.fromHTTP`. luxon quotes the options, not the text, when it cannot read it.
    pub(crate) fn from_http(text: &str, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        Self::from_parsed(parse_http(text), options, "HTTP", "[object Object]", clock)
    }

    /// `DateTime.fromSQL`.
    pub(crate) fn from_sql(text: &str, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        Self::from_parsed(parse_sql(text), options, "SQL", text, clock)
    }
}

/// A method's result; `None` when there is no such method.
pub(crate) fn call(
    date: &DateTime,
    name: &str,
    args: &[Value],
    clock: &Clock,
) -> Option<Result<Value, Thrown>> {
    match name {
        _ if !METHODS.contains(&name) => None,
        "toUTC" | "toLocal" | "setZone" | "reconfigure" | "setLocale" | "set" | "plus" | "minus"
        | "startOf" | "endOf" => Some(change(date, name, args, clock).map(date_value)),
        "diff" | "diffNow" | "until" | "hasSame" | "equals" => Some(compare(date, name, args, clock)),
        _ => Some(write(date, name, args, clock)),
    }
}

/// The methods that give another date.
fn change(date: &DateTime, name: &str, args: &[Value], clock: &Clock) -> Result<DateTime, Thrown> {
    let first = arg(args, 0);
    let second = arg(args, 1);
    let keep_local =
        option(second, "keepLocalTime").is_truthy() || option(second, "keepCalendarTime").is_truthy();
    Ok(match name {
        "reconfigure" => {
            not_null(first)?;
            date.with_loc(date.loc().with_options(&reconfiguration(first))?)
        }
        "toUTC" => {
            let zone = match first {
                Value::Undefined => Zone::UTC,
                minutes => Zone::Fixed(minutes.to_number()? + 0.0),
            };
            date.in_zone(zone, keep_local, clock)
        }
        "toLocal" => date.in_zone(Zone::of_time_zone(&clock.zone), false, clock),
        "setZone" => {
            not_null(second)?;
            date.in_zone(zone_of(first, clock), keep_local, clock)
        }
        "setLocale" => date.with_loc(date.loc().with(named_locale(first)?.as_deref(), None, None, None)?),
        "startOf" if !date.is_valid() => {
            not_null(second)?;
            date.clone()
        }
        _ if !date.is_valid() => date.clone(),
        "set" => date.set(FieldValues::from_value(first)?)?,
        "plus" | "minus" if !date.is_valid() => date.clone(),
        "plus" => date.plus(&valid_like(first)?),
        "minus" => date.minus(&valid_like(first)?),
        "startOf" => {
            not_null(second)?;
            date.start_of(Unit::from_value(first)?, option(second, "useLocaleWeeks").is_truthy())?
        }
        _ => {
            not_null(second)?;
            date.end_of(Unit::parse(&first.to_text()?)?, option(second, "useLocaleWeeks").is_truthy())?
        }
    })
}

/// `reconfigure` takes everything but week settings.
fn reconfiguration(options: &Value) -> Value {
    const KEYS: [&str; 3] = ["locale", "numberingSystem", "outputCalendar"];
    Value::object(
        KEYS.into_iter().map(|key| (key, option(options, key))).filter(|(_, value)| !value.is_undefined()),
    )
}

/// The methods that compare with another date.
fn compare(date: &DateTime, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let second = arg(args, 1);
    let missing = |what: &str| {
        let kind = if first.is_undefined() { "undefined" } else { "null" };
        Thrown::type_error(format!("Cannot read properties of {kind} (reading '{what}')"))
    };
    match name {
        "diff" => match first {
            _ if !date.is_valid() => Ok(invalid_difference()),
            Value::DateTime(other) if other.is_valid() => {
                Ok(duration_value(date.diff(other, &units_of(second)?, arg(args, 2), clock)?))
            }
            other if other.is_nullish() => Err(missing("isValid")),
            Value::Duration(other) if other.is_valid() => {
                Err(Thrown::type_error("earlier.reconfigure is not a function"))
            }
            Value::Interval(other) if other.is_valid() => {
                Err(Thrown::type_error("earlier.reconfigure is not a function"))
            }
            _ => Ok(invalid_difference()),
        },
        "diffNow" if !date.is_valid() => Ok(invalid_difference()),
        "diffNow" => {
            Ok(duration_value(date.diff(&DateTime::now(clock), &units_of(first)?, second, clock)?))
        }
        "until" if !date.is_valid() => Ok(date_value(date.clone())),
        "until" => Ok(interval_value(Interval::new(date.clone(), DateTime::from_like(first, clock)?))),
        "hasSame" if !date.is_valid() => Ok(Value::from(false)),
        "hasSame" => {
            not_null(arg(args, 2))?;
            let weeks = option(arg(args, 2), "useLocaleWeeks").is_truthy();
            let other = match first {
                Value::DateTime(other) => other.as_ref().clone(),
                other if other.is_nullish() => return Err(missing("valueOf")),
                other => DateTime::from_millis(other.to_number()?, clock),
            };
            Ok(Value::from(date.has_same(&other, Unit::from_value(second)?, weeks, clock)?))
        }
        _ => match first {
            _ if !date.is_valid() => Ok(Value::from(false)),
            Value::DateTime(other) => Ok(Value::from(date.equals(other))),
            other if other.is_nullish() => Err(missing("isValid")),
            // Whatever says whether it is valid can be compared.
            Value::Duration(_) | Value::Interval(_) => Ok(Value::from(false)),
            _ => Ok(Value::Undefined),
        },
    }
}

fn invalid_difference() -> Value {
    duration_value(Duration::invalid(Invalid::new("created by diffing an invalid DateTime", None)))
}

/// The methods that write or read the date.
fn write(date: &DateTime, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let second = arg(args, 1);
    let millis = date.millis();
    Ok(match name {
        "get" => match fields::get(date, &first.to_text()?) {
            Some(value) => value?,
            None => Value::Undefined,
        },
        "getPossibleOffsets" => Value::array(date.possible_offsets().into_iter().map(date_value).collect()),
        "resolvedLocaleOptions" => resolved(date, first)?,
        "toFormat" if !date.is_valid() => Value::from("Invalid DateTime"),
        "toFormat" => Value::from(date.to_format(Format::from_value(first)?.text, second)?),
        "toLocaleString" if !date.is_valid() => Value::from("Invalid DateTime"),
        "toLocaleString" => {
            let loc = date.loc().with_options(&locale_part(second))?;
            Value::from(DateFormatter::new(date, &loc, date_options(first)?)?.format())
        }
        "toLocaleParts" if !date.is_valid() => Value::Json(Json::array()),
        "toLocaleParts" => {
            let loc = date.loc().with_options(&locale_part(first))?;
            let parts = DateFormatter::new(date, &loc, crate::intl::date_options(first)?)?.format_to_parts();
            Value::Json(parts.iter().map(Part::to_json).collect())
        }
        "toISO" | "toISODate" | "toISOTime" if !date.is_valid() => {
            not_null(first)?;
            Value::NULL
        }
        "toISO" => text_or_null(date.to_iso_styled(IsoStyle::from_options(first, false)?)),
        "toISODate" => text_or_null(date.to_iso_date(IsoStyle::from_options(first, true)?)),
        "toISOTime" => text_or_null(date.to_iso_time(IsoStyle::from_options(first, false)?)),
        "toISOWeekDate" => text_or_null(date.to_iso_week_date()),
        "toRFC2822" => text_or_null(date.to_rfc2822()),
        "toHTTP" => text_or_null(date.to_http(clock)),
        "toSQLDate" => text_or_null(date.to_iso_date(IsoStyle::FULL)),
        "toSQL" if !date.is_valid() => Value::NULL,
        "toSQLTime" | "toSQL" => {
            not_null(first)?;
            text_or_null(if name == "toSQL" { date.to_sql(first) } else { date.to_sql_time(first) })
        }
        "toString" => Value::from(date.to_string()),
        "toJSON" => text_or_null(date.to_iso()),
        "valueOf" | "toMillis" => Value::from(millis),
        "toSeconds" => Value::from(millis / 1000.0),
        "toUnixInteger" => Value::from((millis / 1000.0).floor()),
        "toBSON" | "toJSDate" => Value::Date(millis.trunc()),
        "toObject" if !date.is_valid() => Value::Json(Json::object()),
        "toObject" => {
            not_null(first)?;
            Value::Json(object(date, first))
        }
        _ => text_or_null(date.to_relative(first, name == "toRelativeCalendar", clock)?),
    })
}

/// The options of `toLocaleString`: a short date when there are none.
fn date_options(value: &Value) -> Result<DateOptions, Thrown> {
    match value {
        Value::Undefined => {
            Ok(DateOptions::default().with("year", "numeric").with("month", "numeric").with("day", "numeric"))
        }
        options => crate::intl::date_options(options),
    }
}

fn object(date: &DateTime, options: &Value) -> Json {
    let Some(reading) = date.reading() else { return Json::object() };
    let mut json = to_object(&reading.civil);
    if option(options, "includeConfig").is_truthy() {
        json.insert("outputCalendar", date.loc().calendar().map_or(Json::NULL, Json::from));
        json.insert("numberingSystem", date.loc().numbering().map_or(Json::NULL, Json::from));
        json.insert("locale", Json::from(date.loc().locale()));
    }
    json
}

fn resolved(date: &DateTime, options: &Value) -> Result<Value, Thrown> {
    let loc = date.loc().with_options(&locale_part(options))?;
    let formatter = DateFormatter::new(date, &loc, crate::intl::date_options(options)?)?;
    let resolved = formatter.inner().resolved();
    let mut object = JsonObject::new();
    object.insert("locale", Json::from(resolved.locale.as_str()));
    object.insert("numberingSystem", Json::from(resolved.numbering_system.as_str()));
    object.insert("outputCalendar", Json::from(resolved.calendar.as_str()));
    Ok(Value::Json(Json::from(object)))
}

/// A static method's result; `None` when there is no such method.
pub(crate) fn call_static(name: &str, args: &[Value], clock: &Clock) -> Option<Result<Value, Thrown>> {
    match name {
        _ if !STATICS.contains(&name) => None,
        "isDateTime" => Some(Ok(is_instance(arg(args, 0), "isLuxonDateTime"))),
        "min" | "max" => Some(best(args, name)),
        "parseFormatForOpts" | "expandFormat" => Some(expand_format(name, args)),
        "fromFormatExplain" | "fromStringExplain" => Some(match arg(args, 0).as_str() {
            Some(text) => explain(text, arg(args, 1), arg(args, 2)),
            None => Err(Thrown::type_error("input.match is not a function")),
        }),
        _ => Some(construct(name, args, clock).map(date_value)),
    }
}

/// The methods that make a date.
fn construct(name: &str, args: &[Value], clock: &Clock) -> Result<DateTime, Thrown> {
    let first = arg(args, 0);
    let second = arg(args, 1);
    match name {
        "now" | "local" | "utc" | "invalid" => {}
        "fromFormat" | "fromString" => not_null(arg(args, 2))?,
        _ => not_null(second)?,
    }
    let zoned = |millis: f64| -> Result<DateTime, Thrown> {
        Ok(DateTime::at(millis, zone_of(&option(second, "zone"), clock), Loc::from_options(second)?))
    };
    // texts are tested as regular expressions test them: what is not null is made a text
    let text = |parse: fn(&str, &Value, &Clock) -> Result<DateTime, Thrown>, format: &str| {
        if first.is_nullish() {
            let text = if format == "HTTP" { "[object Object]".to_owned() } else { first.to_text()? };
            return DateTime::from_parsed(None, second, format, &text, clock);
        }
        parse(&first.to_text()?, second, clock)
    };
    match name {
        "now" => Ok(DateTime::now(clock)),
        "local" => DateTime::from_parts(args, false, clock),
        "utc" => DateTime::from_parts(args, true, clock),
        "fromJSDate" => DateTime::from_js_date(first, second, clock),
        "fromMillis" => match first.as_f64() {
            Some(millis) if millis.abs() > MAX_TIME => {
                Ok(DateTime::invalid_because("Timestamp out of range", clock))
            }
            Some(millis) => zoned(millis),
            None => {
                let (kind, value) = (crate::coerce::type_of(first), first.to_text()?);
                Err(error(format!(
                    "fromMillis requires a numerical input, but received a {kind} with value {value}"
                )))
            }
        },
        "fromSeconds" => match first.as_f64() {
            Some(seconds) => zoned(seconds * 1000.0),
            None => Err(error("fromSeconds requires a numerical input")),
        },
        "fromObject" => DateTime::from_object(first, second, None, clock),
        "fromISO" => text(DateTime::from_iso, "ISO 8601"),
        "fromHTTP" => text(DateTime::from_http, "HTTP"),
        "fromSQL" => text(DateTime::from_sql, "SQL"),
        "fromRFC2822" => match first.as_str() {
            Some(text) => DateTime::from_rfc2822(text, second, clock),
            None => Err(Thrown::type_error("s.replace is not a function")),
        },
        "invalid" => Ok(DateTime::invalid(Box::new(Invalid::from_args(args, "DateTime")?), clock)),
        _ if first.is_undefined() || second.is_undefined() => {
            Err(error("fromFormat requires an input string and a format"))
        }
        _ => match first.as_str() {
            Some(text) => DateTime::from_format(text, Format::from_value(second)?, arg(args, 2), clock),
            None => Err(Thrown::type_error("input.match is not a function")),
        },
    }
}

fn best(args: &[Value], name: &str) -> Result<Value, Thrown> {
    let mut dates = Vec::with_capacity(args.len());
    for value in args {
        match value {
            Value::DateTime(date) => dates.push(date),
            _ => return Err(error(format!("{name} requires all arguments be DateTimes"))),
        }
    }
    let best = DateTime::best(dates.iter().map(|date| date.as_ref()), name == "max");
    Ok(best.map_or(Value::Undefined, |best| date_value(best.clone())))
}

/// `expandFormat` and `parseFormatForOpts`: the tokens that macros and presets stand for.
fn expand_format(name: &str, args: &[Value]) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let loc = Loc::from_options(arg(args, 1))?;
    if name == "expandFormat" {
        let text: String = expand(split(Format::from_value(first)?.text), &loc)?
            .into_iter()
            .map(|token| token.text)
            .collect();
        return Ok(Value::from(text));
    }
    if !first.is_truthy() {
        return Ok(Value::NULL);
    }
    let tokens = tokens_of(crate::intl::date_options(first)?, &loc)?;
    let text: String = tokens.into_iter().flatten().map(|token| token.text).collect();
    Ok(Value::from(text))
}
