//! luxon's `DateTime`, `Duration` and `Interval` as n8n's expressions see them (`docs/expressions/luxon.md`).
//!
//! The engine asks for members by name: [`get`] and [`call`] on an instance, [`get_static`] and [`call_static`] on a
//! class; [`members`] lists what there is. Dates are calculated here on top of `jiff`'s time zones, and written in
//! the words of `heddle-locale`.

mod arithmetic;
mod bind_date;
mod bind_duration;
mod bind_interval;
pub(crate) mod bind_zone;
mod build;
mod construct;
mod datetime;
mod difference;
mod duration;
mod english;
mod fields;
mod format;
mod format_explain;
mod format_found;
mod format_parse;
mod interval;
mod intl;
mod iso;
mod js_date;
mod js_date_text;
mod leave;
mod loc;
mod parse;
mod presets;
mod relative;
mod run_zone;
mod tokens;
mod units;

use std::sync::Arc;

use heddle_data::{Json, JsonObject};
use heddle_locale::{civil, zone};
use smol_str::SmolStr;

pub use datetime::DateTime;
pub use duration::Duration;
pub use interval::Interval;
pub use js_date::parse_date;

pub(crate) use construct::construct;
pub(crate) use js_date_text::js_date_text;
pub(crate) use leave::leave;

use crate::{Clock, Thrown, Value};

/// A class that expressions can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `DateTime`.
    DateTime,
    /// `Duration`.
    Duration,
    /// `Interval`.
    Interval,
}

/// How a member of a class is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// Read from an instance.
    Getter,
    /// Called on an instance.
    Method,
    /// Read from the class.
    StaticGetter,
    /// Called on the class.
    StaticMethod,
}

/// A member of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// How it is reached.
    pub kind: MemberKind,
}

/// All members of a class.
pub fn members(class: Class) -> Vec<Member> {
    let member = |kind: MemberKind| move |name: &'static str| Member { name, kind };
    let (getters, methods, statics): (Vec<&str>, &[&str], &[&str]) = match class {
        Class::DateTime => (
            fields::GETTERS.into_iter().chain(fields::OWN).collect(),
            &bind_date::METHODS,
            &bind_date::STATICS,
        ),
        Class::Duration => {
            (bind_duration::GETTERS.to_vec(), &bind_duration::METHODS, &bind_duration::STATICS)
        }
        Class::Interval => {
            (bind_interval::GETTERS.to_vec(), &bind_interval::METHODS, &bind_interval::STATICS)
        }
    };
    let mut all: Vec<Member> = getters.into_iter().map(member(MemberKind::Getter)).collect();
    all.extend(methods.iter().copied().map(member(MemberKind::Method)));
    all.extend(statics.iter().copied().map(member(MemberKind::StaticMethod)));
    if class == Class::DateTime {
        all.extend(presets::names().map(member(MemberKind::StaticGetter)));
    }
    all
}

/// A getter of an instance; `None` when there is no such member, or the value is not an instance.
///
/// # Errors
/// Throws where the instance's locale is not a locale.
pub fn get(value: &Value, name: &str, clock: &Clock) -> Option<Result<Value, Thrown>> {
    let _ = clock;
    match value {
        Value::DateTime(date) => fields::get(date, name),
        Value::Duration(duration) => bind_duration::get(duration, name).map(Ok),
        Value::Interval(interval) => bind_interval::get(interval, name).map(Ok),
        _ => None,
    }
}

/// A method of an instance.
///
/// # Errors
/// Throws what luxon throws, and a `TypeError` when there is no such method.
pub fn call(value: &Value, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let result = match value {
        Value::DateTime(date) => bind_date::call(date, name, args, clock),
        Value::Duration(duration) => bind_duration::call(duration, name, args, clock),
        Value::Interval(interval) => bind_interval::call(interval, name, args, clock),
        _ => None,
    };
    result.unwrap_or_else(|| Err(Thrown::type_error(format!("{name} is not a function"))))
}

/// Whether an instance has a method of that name.
pub fn has_method(value: &Value, name: &str) -> bool {
    match value {
        Value::DateTime(_) => bind_date::METHODS.contains(&name),
        Value::Duration(_) => bind_duration::METHODS.contains(&name),
        Value::Interval(_) => bind_interval::METHODS.contains(&name),
        _ => false,
    }
}

/// A static property of a class, such as `DateTime.DATE_FULL`.
pub fn get_static(class: Class, name: &str) -> Option<Value> {
    match class {
        Class::DateTime => presets::preset(name).map(Value::Json),
        Class::Duration | Class::Interval => None,
    }
}

/// A static method of a class.
///
/// # Errors
/// Throws what luxon throws, and a `TypeError` when there is no such method.
pub fn call_static(class: Class, name: &str, args: &[Value], clock: &Clock) -> Result<Value, Thrown> {
    let result = match class {
        Class::DateTime => bind_date::call_static(name, args, clock),
        Class::Duration => bind_duration::call_static(name, args),
        Class::Interval => bind_interval::call_static(name, args, clock),
    };
    result.unwrap_or_else(|| Err(Thrown::type_error(format!("{name} is not a function"))))
}

/// What `JSON.stringify` makes of an instance.
pub fn to_json(value: &Value) -> Option<Json> {
    match value {
        Value::DateTime(date) => Some(date.to_iso().map_or(Json::NULL, Json::from)),
        Value::Duration(duration) => Some(duration.to_iso().map_or(Json::NULL, Json::from)),
        Value::Interval(interval) => Some(interval.to_json()),
        _ => None,
    }
}

/// The own members of an instance, in the order of `Object.keys`.
pub fn own_members(value: &Value) -> Vec<(SmolStr, Value)> {
    match value {
        Value::DateTime(date) => fields::own_members(date),
        Value::Duration(duration) => duration.own_members(),
        Value::Interval(interval) => interval.own_members(),
        _ => Vec::new(),
    }
}

/// Why an instance is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    reason: SmolStr,
    explanation: Option<String>,
    /// Whether a missing explanation is undefined rather than null, as it is where luxon names no more than a reason.
    unexplained: bool,
}

impl Invalid {
    fn new(reason: impl Into<SmolStr>, explanation: Option<String>) -> Self {
        Self { reason: reason.into(), explanation, unexplained: false }
    }

    /// The time, or a part of it, is not a number.
    fn input() -> Box<Self> {
        Box::new(Self { unexplained: true, ..Self::new("invalid input", None) })
    }

    /// The explanation as JavaScript sees it.
    fn explanation_value(&self) -> Value {
        match &self.explanation {
            Some(text) => Value::from(text.as_str()),
            None if self.unexplained => Value::Undefined,
            None => Value::NULL,
        }
    }

    fn boxed(reason: &'static str, explanation: Option<String>) -> Box<Self> {
        Box::new(Self::new(reason, explanation))
    }

    /// The arguments of `DateTime.invalid` and the like.
    fn from_args(args: &[Value], class: &str) -> Result<Self, Thrown> {
        let reason = arg(args, 0);
        if !reason.is_truthy() {
            return Err(error(format!("need to specify a reason the {class} is invalid")));
        }
        let explanation = match args.get(1) {
            Some(text) if !text.is_nullish() => Some(text.to_text()?),
            _ => None,
        };
        Ok(Self::new(reason.to_text()?, explanation))
    }

    fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("reason", Json::from(self.reason.as_str()));
        if let Value::Json(explanation) = self.explanation_value() {
            object.insert("explanation", explanation);
        }
        Json::from(object)
    }
}

/// An error of luxon's own classes, whose name is that of a plain error.
pub(crate) fn error(message: impl Into<String>) -> Thrown {
    Thrown::new("Error", message)
}

/// An argument, undefined if it was not given.
pub(crate) fn arg(args: &[Value], index: usize) -> &Value {
    const MISSING: &Value = &Value::Undefined;
    args.get(index).unwrap_or(MISSING)
}

/// A member of an options object, undefined if it has none.
pub(crate) fn option(options: &Value, key: &str) -> Value {
    match options {
        Value::Json(json) => json.get(key).map_or(Value::Undefined, |value| Value::Json(value.clone())),
        Value::Object(members) => {
            members.iter().find(|(name, _)| name == key).map_or(Value::Undefined, |(_, value)| value.clone())
        }
        _ => Value::Undefined,
    }
}

/// Refuses null for options that luxon takes apart in its parameters, where only undefined gets the default.
pub(crate) fn not_null(options: &Value) -> Result<(), Thrown> {
    match options {
        Value::Json(json) if json.is_null() => {
            Err(Thrown::type_error("Cannot destructure 'object null' as it is null."))
        }
        _ => Ok(()),
    }
}

/// An options object as data, without members that are undefined.
pub(crate) fn options_json(options: &Value) -> Option<Json> {
    match options {
        Value::Json(json) => Some(json.clone()),
        Value::Object(_) => crate::print::stored(options),
        _ => None,
    }
}

/// `isDateTime` and the like: whether a value is an instance, or says so itself.
pub(crate) fn is_instance(value: &Value, mark: &str) -> Value {
    let own = match (value, mark) {
        (Value::DateTime(_), "isLuxonDateTime")
        | (Value::Duration(_), "isLuxonDuration")
        | (Value::Interval(_), "isLuxonInterval") => Value::from(true),
        _ => option(value, mark),
    };
    if own.is_truthy() { own } else { Value::from(false) }
}

/// A member of an options object that is true or false.
pub(crate) fn flag(options: &Value, key: &str, default: bool) -> bool {
    match option(options, key) {
        Value::Undefined => default,
        given => given.is_truthy(),
    }
}

/// A date as a value.
pub(crate) fn date_value(date: DateTime) -> Value {
    Value::DateTime(Arc::new(date))
}

/// A duration as a value.
pub(crate) fn duration_value(duration: Duration) -> Value {
    Value::Duration(Arc::new(duration))
}

/// An interval as a value.
pub(crate) fn interval_value(interval: Interval) -> Value {
    Value::Interval(Arc::new(interval))
}

/// Text, or null.
pub(crate) fn text_or_null(text: Option<String>) -> Value {
    text.map_or(Value::NULL, Value::from)
}

/// `Math.round`.
pub(crate) fn js_round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Rounds to a number of decimals as luxon does.
pub(crate) fn round_to(number: f64, digits: i32) -> f64 {
    let factor = 10f64.powi(digits);
    js_round(number * factor) / factor
}

/// Rounds to a number of decimals in a named way.
pub(crate) fn round_to_with(number: f64, digits: i32, rounding: &str) -> Result<f64, Thrown> {
    let factor = 10f64.powi(digits);
    let scaled = number * factor;
    Ok(match rounding {
        "expand" if number > 0.0 => scaled.ceil() / factor,
        "expand" => scaled.floor() / factor,
        "trunc" => scaled.trunc() / factor,
        "round" => js_round(scaled) / factor,
        "floor" => scaled.floor() / factor,
        "ceil" => scaled.ceil() / factor,
        _ => return Err(Thrown::range_error(format!("Value rounding {rounding} is out of range"))),
    })
}
