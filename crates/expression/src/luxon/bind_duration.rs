//! The members of `Duration`.

use super::duration::Duration;
use super::iso::IsoStyle;
use super::loc::Loc;
use super::parse::{parse_iso_duration, parse_iso_time};
use super::units::Unit;
use super::zone::Zone;
use super::{DateTime, Invalid, arg, duration_value, is_instance, not_null, option, text_or_null};
use crate::{Clock, Thrown, Value};

/// The names of the getters and own data members.
pub(crate) const GETTERS: [&str; 20] = [
    "years",
    "quarters",
    "months",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
    "isValid",
    "invalidReason",
    "invalidExplanation",
    "locale",
    "numberingSystem",
    "conversionAccuracy",
    "values",
    "loc",
    "matrix",
    "invalid",
    "isLuxonDuration",
];

/// The names of the methods; `mapUnits`, which takes a function, is the caller's.
pub(crate) const METHODS: [&str; 24] = [
    "toFormat",
    "toHuman",
    "toObject",
    "toISO",
    "toISOTime",
    "toJSON",
    "toString",
    "toMillis",
    "valueOf",
    "plus",
    "minus",
    "get",
    "set",
    "reconfigure",
    "as",
    "normalize",
    "rescale",
    "shiftTo",
    "shiftToAll",
    "negate",
    "removeZeros",
    "equals",
    "hasOwnProperty",
    "toLocaleString",
];

/// The names of the static methods.
pub(crate) const STATICS: [&str; 7] =
    ["fromMillis", "fromObject", "fromDurationLike", "fromISO", "fromISOTime", "invalid", "isDuration"];

/// A getter's value.
pub(crate) fn get(duration: &Duration, name: &str) -> Option<Value> {
    let valid = |value: Option<&str>| value.filter(|_| duration.is_valid()).map_or(Value::NULL, Value::from);
    Some(match name {
        "isValid" => Value::from(duration.is_valid()),
        "invalidReason" => text_or_null(duration.invalidity().map(|invalid| invalid.reason.to_string())),
        "invalidExplanation" => {
            text_or_null(duration.invalidity().and_then(|invalid| invalid.explanation.clone()))
        }
        "locale" => valid(Some(duration.loc().locale())),
        "numberingSystem" => valid(duration.loc().numbering()),
        "conversionAccuracy" | "values" | "invalid" | "isLuxonDuration" | "loc" | "matrix" => {
            duration.own_members().into_iter().find(|(own, _)| own == name)?.1
        }
        _ => {
            let unit = Unit::ALL.into_iter().find(|unit| unit.name() == name)?;
            Value::from(duration.get(unit))
        }
    })
}

/// A method's result; `None` when there is no such method.
pub(crate) fn call(
    duration: &Duration,
    name: &str,
    args: &[Value],
    clock: &Clock,
) -> Option<Result<Value, Thrown>> {
    METHODS.contains(&name).then(|| dispatch(duration, name, args, clock))
}

fn dispatch(duration: &Duration, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let valid = duration.is_valid();
    Ok(match name {
        "toFormat" => {
            // What has no length is read as an empty format.
            if first.is_nullish() && valid {
                return Err(Thrown::type_error("Cannot read properties of undefined (reading 'length')"));
            }
            if valid && first.elements().is_some_and(|elements| !elements.is_empty()) {
                return Err(Thrown::type_error("fmt.charAt is not a function"));
            }
            Value::from(duration.to_format(first.as_str().unwrap_or_default(), arg(args, 1))?)
        }
        "toHuman" => Value::from(duration.to_human(first)?),
        "toObject" if !valid => Value::Json(heddle_data::Json::object()),
        "toObject" => Value::Json(duration.to_object()),
        "toISO" | "toJSON" | "toString" => text_or_null(duration.to_iso()),
        "toLocaleString" => text_or_null(duration.to_iso()),
        "toISOTime" => text_or_null(to_iso_time(duration, first, clock)?),
        "toMillis" | "valueOf" => Value::from(duration.millis()),
        "as" if !valid => Value::from(f64::NAN),
        "as" => Value::from(duration.in_unit(Unit::from_value(first)?)),
        "get" => Value::from(duration.get(Unit::from_value(first)?)),
        "equals" => match first {
            Value::Duration(other) => Value::from(duration.equals(other)),
            other if other.is_nullish() && valid => {
                return Err(Thrown::type_error("Cannot read properties of undefined (reading 'isValid')"));
            }
            // Their locale is compared, and then the amounts that they do not have.
            Value::DateTime(other) if valid && other.is_valid() && other.loc().equals(duration.loc()) => {
                return Err(Thrown::type_error("Cannot read properties of undefined (reading 'years')"));
            }
            Value::Interval(other) if valid && other.is_valid() => {
                return Err(Thrown::type_error("Cannot read properties of undefined (reading 'locale')"));
            }
            _ => Value::from(false),
        },
        "hasOwnProperty" => {
            let name = first.to_text()?;
            Value::from(duration.own_members().iter().any(|(own, _)| *own == name))
        }
        _ => duration_value(change(duration, name, args)?),
    })
}

/// The methods that give another duration. On an invalid one they all give the same.
fn change(duration: &Duration, name: &str, args: &[Value]) -> Result<Duration, Thrown> {
    if !duration.is_valid() && name != "reconfigure" {
        return Ok(duration.clone());
    }
    let first = arg(args, 0);
    Ok(match name {
        "plus" => duration.plus(&valid_like(first)?),
        "minus" => duration.plus(&valid_like(first)?.negate()),
        "set" => duration.set(first)?,
        "normalize" => duration.normalize(),
        "rescale" => duration.normalize().shift_to_all().remove_zeros(),
        "shiftTo" => {
            let units: Vec<Unit> = args.iter().map(Unit::from_value).collect::<Result<_, _>>()?;
            duration.shift_to(&units)
        }
        "shiftToAll" => duration.shift_to_all(),
        "negate" => duration.negate(),
        "removeZeros" => duration.remove_zeros(),
        _ => {
            not_null(first)?;
            let accuracy = option(first, "conversionAccuracy");
            let accurate = match accuracy.as_str() {
                Some(accuracy) if !accuracy.is_empty() => accuracy == "longterm",
                _ => duration.claims_accuracy(),
            };
            duration.reconfigured(duration.loc().with_options(first)?, accurate)
        }
    })
}

/// What is added: an invalid duration has no amounts.
pub(super) fn valid_like(value: &Value) -> Result<Duration, Thrown> {
    let duration = Duration::from_like(value)?;
    match duration.is_valid() {
        true => Ok(duration),
        false => Err(Thrown::type_error("Cannot convert undefined or null to object")),
    }
}

fn to_iso_time(duration: &Duration, options: &Value, clock: &Clock) -> Result<Option<String>, Thrown> {
    let millis = duration.millis();
    if !(0.0..86_400_000.0).contains(&millis) {
        return Ok(None);
    }
    let options = if options.is_nullish() { &Value::Undefined } else { options };
    let style = IsoStyle::from_options(options, false)?.without_offset();
    let _ = clock;
    Ok(DateTime::at(millis, Zone::UTC, Loc::default()).to_iso_time(style))
}

/// A static method's result; `None` when there is no such method.
pub(crate) fn call_static(name: &str, args: &[Value]) -> Option<Result<Value, Thrown>> {
    STATICS.contains(&name).then(|| dispatch_static(name, args))
}

fn dispatch_static(name: &str, args: &[Value]) -> Result<Value, Thrown> {
    let first = arg(args, 0);
    let parsed = |amounts: Option<Vec<(Unit, f64)>>| -> Result<Duration, Thrown> {
        match amounts {
            Some(amounts) if amounts.iter().all(|(_, amount)| amount.is_finite()) => {
                Duration::new(amounts, Loc::default()).with_options(arg(args, 1))
            }
            Some(_) => Err(super::error("Invalid unit value NaN")),
            None => {
                let text = first.to_text()?;
                let explanation = format!("the input \"{text}\" can't be parsed as ISO 8601");
                Ok(Duration::invalid(Invalid::new("unparsable", Some(explanation))))
            }
        }
    };
    let text = || if first.is_nullish() { Ok(None) } else { first.to_text().map(Some) };
    Ok(duration_value(match name {
        "fromMillis" => {
            let object = Value::object([("milliseconds", first.clone())]);
            Duration::from_object(&object, arg(args, 1))?
        }
        "fromObject" => Duration::from_object(first, arg(args, 1))?,
        "fromDurationLike" => {
            return Ok(match first {
                Value::Duration(_) => first.clone(),
                _ => duration_value(Duration::from_like(first)?),
            });
        }
        "fromISO" => parsed(text()?.as_deref().and_then(parse_iso_duration))?,
        "fromISOTime" => parsed(text()?.as_deref().and_then(parse_iso_time))?,
        "invalid" => Duration::invalid(Invalid::from_args(args, "Duration")?),
        _ => return Ok(is_instance(first, "isLuxonDuration")),
    }))
}
