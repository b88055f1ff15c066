//! The units that dates and durations are counted and named in.

use smol_str::SmolStr;

use super::error;
use crate::{Thrown, Value};

/// A unit of a duration, largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Years,
    Quarters,
    Months,
    Weeks,
    Days,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

impl Unit {
    /// All units, largest first.
    pub(crate) const ALL: [Self; 9] = [
        Unit::Years,
        Unit::Quarters,
        Unit::Months,
        Unit::Weeks,
        Unit::Days,
        Unit::Hours,
        Unit::Minutes,
        Unit::Seconds,
        Unit::Milliseconds,
    ];

    /// The plural name, which is the key in objects.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::Years => "years",
            Unit::Quarters => "quarters",
            Unit::Months => "months",
            Unit::Weeks => "weeks",
            Unit::Days => "days",
            Unit::Hours => "hours",
            Unit::Minutes => "minutes",
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
        }
    }

    /// The singular name, as `Intl` calls it.
    pub(crate) fn singular(self) -> &'static str {
        let name = self.name();
        &name[..name.len() - 1]
    }

    /// A unit by its name in singular or plural, in any case.
    pub(crate) fn parse(name: &str) -> Result<Self, Thrown> {
        let lower = name.to_lowercase();
        Self::ALL
            .into_iter()
            .find(|unit| lower == unit.name() || lower == unit.singular())
            .ok_or_else(|| unknown(name))
    }

    /// A unit that an argument names.
    pub(crate) fn from_value(value: &Value) -> Result<Self, Thrown> {
        match value.as_str() {
            Some(name) => Self::parse(name),
            None if value.is_truthy() => Err(Thrown::type_error("unit.toLowerCase is not a function")),
            None => Err(unknown(&value.to_text()?)),
        }
    }
}

fn unknown(name: &str) -> Thrown {
    error(format!("Invalid unit {name}"))
}

/// A field that a date can be set by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Quarter,
    Second,
    Millisecond,
    Weekday,
    WeekNumber,
    WeekYear,
    Ordinal,
    LocalWeekday,
    LocalWeekNumber,
    LocalWeekYear,
}

impl Field {
    /// A field by name, in any case, with luxon's spellings of the plural.
    pub(crate) fn parse(name: &str) -> Result<Self, Thrown> {
        Ok(match name.to_lowercase().as_str() {
            "year" | "years" => Field::Year,
            "month" | "months" => Field::Month,
            "day" | "days" => Field::Day,
            "hour" | "hours" => Field::Hour,
            "minute" | "minutes" => Field::Minute,
            "quarter" | "quarters" => Field::Quarter,
            "second" | "seconds" => Field::Second,
            "millisecond" | "milliseconds" => Field::Millisecond,
            "weekday" | "weekdays" => Field::Weekday,
            "weeknumber" | "weeksnumber" | "weeknumbers" => Field::WeekNumber,
            "weekyear" | "weekyears" => Field::WeekYear,
            "ordinal" => Field::Ordinal,
            "localweekday" | "localweekdays" => Field::LocalWeekday,
            "localweeknumber" | "localweeknumbers" => Field::LocalWeekNumber,
            "localweekyear" | "localweekyears" => Field::LocalWeekYear,
            _ => return Err(unknown(name)),
        })
    }
}

/// The fields that an object sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldValues([Option<f64>; 15]);

impl FieldValues {
    /// Reads an object such as `{ year: 2024, month: "3" }`.
    pub(crate) fn from_value(value: &Value) -> Result<Self, Thrown> {
        let mut fields = Self::default();
        for (name, member) in enumerable(value) {
            if !member.is_nullish() {
                let field = Field::parse(&name)?;
                fields.set(field, unit_amount(&member)?);
            }
        }
        Ok(fields)
    }

    pub(crate) fn get(&self, field: Field) -> Option<f64> {
        self.0[field as usize]
    }

    pub(crate) fn set(&mut self, field: Field, value: f64) {
        self.0[field as usize] = Some(value);
    }

    pub(crate) fn take(&mut self, field: Field) -> Option<f64> {
        self.0[field as usize].take()
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// The own members that a `for … in` loop over a value visits.
pub(crate) fn enumerable(value: &Value) -> Vec<(SmolStr, Value)> {
    match value {
        Value::DateTime(date) => super::fields::own_members(date),
        Value::Duration(_) | Value::Interval(_) => super::own_members(value),
        Value::Json(json) if json.is_string() => json
            .as_str()
            .unwrap_or_default()
            .chars()
            .enumerate()
            .map(|(index, letter)| (SmolStr::from(index.to_string()), Value::from(letter.to_string())))
            .collect(),
        _ => match value.elements() {
            Some(elements) => elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| (SmolStr::from(index.to_string()), element))
                .collect(),
            None => value.members().unwrap_or_default(),
        },
    }
}

/// The number that stands for an amount of a unit. A boolean, an empty string and what is not a finite number are errors.
pub(crate) fn unit_amount(value: &Value) -> Result<f64, Thrown> {
    let number = value.to_number()?;
    if value.as_bool().is_some() || value.as_str() == Some("") || !number.is_finite() {
        return Err(error(format!("Invalid unit value {}", value.to_text()?)));
    }
    Ok(number)
}
