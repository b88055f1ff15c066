//! luxon's `Duration`: amounts of units that stay apart until they are asked to add up.

use std::fmt;

use heddle_data::{Json, JsonObject, number_to_string};
use smol_str::SmolStr;

use super::loc::Loc;
use super::units::{Unit, enumerable, unit_amount};
use super::{Invalid, error, option, round_to};
use crate::{Thrown, Value};

/// How many of each smaller unit a unit has, by the conversion that luxon calls casual or long-term.
fn ratio(accurate: bool, larger: Unit, smaller: Unit) -> f64 {
    const YEAR: f64 = 146_097.0 / 400.0;
    const MONTH: f64 = 146_097.0 / 4800.0;
    let days = |accurate: bool| match (larger, accurate) {
        (Unit::Years, true) => YEAR,
        (Unit::Years, false) => 365.0,
        (Unit::Quarters, true) => YEAR / 4.0,
        (Unit::Quarters, false) => 91.0,
        (Unit::Months, true) => MONTH,
        (Unit::Months, false) => 30.0,
        (Unit::Weeks, _) => 7.0,
        _ => 1.0,
    };
    let steps = |from: f64| match smaller {
        Unit::Hours => from * 24.0,
        Unit::Minutes => from * 24.0 * 60.0,
        Unit::Seconds => from * 24.0 * 60.0 * 60.0,
        Unit::Milliseconds => from * 24.0 * 60.0 * 60.0 * 1000.0,
        _ => from,
    };
    match (larger, smaller) {
        (Unit::Years, Unit::Quarters) => 4.0,
        (Unit::Years, Unit::Months) => 12.0,
        (Unit::Quarters, Unit::Months) => 3.0,
        (Unit::Years, Unit::Weeks) => {
            if accurate {
                YEAR / 7.0
            } else {
                52.0
            }
        }
        (Unit::Quarters, Unit::Weeks) => {
            if accurate {
                YEAR / 28.0
            } else {
                13.0
            }
        }
        (Unit::Months, Unit::Weeks) => {
            if accurate {
                MONTH / 7.0
            } else {
                4.0
            }
        }
        (Unit::Quarters, Unit::Hours | Unit::Minutes | Unit::Seconds | Unit::Milliseconds) if accurate => {
            steps(YEAR) / 4.0
        }
        (Unit::Hours, Unit::Minutes) | (Unit::Minutes, Unit::Seconds) => 60.0,
        (Unit::Hours, Unit::Seconds) => 3600.0,
        (Unit::Hours, Unit::Milliseconds) => 3_600_000.0,
        (Unit::Minutes, Unit::Milliseconds) => 60_000.0,
        (Unit::Seconds, Unit::Milliseconds) => 1000.0,
        _ => steps(days(accurate)),
    }
}

/// Amounts of units, in the order in which they were set.
pub(crate) type Amounts = Vec<(Unit, f64)>;

fn amount(amounts: &[(Unit, f64)], unit: Unit) -> Option<f64> {
    amounts.iter().find(|(own, _)| *own == unit).map(|(_, amount)| *amount)
}

fn set_amount(amounts: &mut Amounts, unit: Unit, value: f64) {
    match amounts.iter_mut().find(|(own, _)| *own == unit) {
        Some((_, amount)) => *amount = value,
        None => amounts.push((unit, value)),
    }
}

/// A luxon `Duration`.
#[derive(Debug, Clone)]
pub struct Duration {
    amounts: Amounts,
    loc: Loc,
    /// Whether units convert by the long-term averages.
    accurate: bool,
    /// Whether it says so of itself; `reconfigure` changes no more than this.
    claims_accuracy: bool,
    invalid: Option<Invalid>,
}

impl Duration {
    /// A duration of the given amounts.
    pub(crate) fn new(amounts: Amounts, loc: Loc) -> Self {
        Self { amounts, loc, accurate: false, claims_accuracy: false, invalid: None }
    }

    /// An invalid duration.
    pub(crate) fn invalid(invalid: Invalid) -> Self {
        Self { invalid: Some(invalid), ..Self::new(Vec::new(), Loc::default()) }
    }

    /// `Duration.fromMillis`.
    pub(crate) fn from_millis(millis: f64) -> Self {
        Self::new(vec![(Unit::Milliseconds, millis)], Loc::default())
    }

    /// `Duration.fromObject`; options are `locale`, `numberingSystem` and `conversionAccuracy`.
    pub(crate) fn from_object(value: &Value, options: &Value) -> Result<Self, Thrown> {
        if crate::coerce::type_of(value) != "object" || value.is_nullish() {
            let kind = if value.is_undefined() || !value.is_nullish() {
                crate::coerce::type_of(value)
            } else {
                "null"
            };
            return Err(error(format!("Duration.fromObject: argument expected to be an object, got {kind}")));
        }
        let mut amounts = Amounts::new();
        for (name, member) in enumerable(value) {
            if !member.is_nullish() {
                let unit = Unit::parse(&name)?;
                set_amount(&mut amounts, unit, unit_amount(&member)?);
            }
        }
        Self::new(amounts, Loc::default()).with_options(options)
    }

    /// The duration with the options' locale and accuracy.
    pub(crate) fn with_options(mut self, options: &Value) -> Result<Self, Thrown> {
        self.loc = self.loc.with_options(options)?;
        let accuracy = option(options, "conversionAccuracy");
        if !accuracy.is_undefined() {
            self.accurate = accuracy.as_str() == Some("longterm");
            self.claims_accuracy = self.accurate;
        }
        Ok(self)
    }

    /// What `plus` and the like take: a duration, a number of milliseconds, or an object of amounts.
    pub(crate) fn from_like(value: &Value) -> Result<Self, Thrown> {
        if let Value::Duration(duration) = value {
            return Ok(duration.as_ref().clone());
        }
        if let Some(millis) = value.as_f64() {
            // through fromObject, so NaN and the infinities are refused
            return Ok(Self::from_millis(unit_amount(&Value::from(millis))?));
        }
        if crate::coerce::type_of(value) == "object" {
            return Self::from_object(value, &Value::Undefined);
        }
        let text = value.to_text()?;
        Err(error(format!("Unknown duration argument {text} of type {}", crate::coerce::type_of(value))))
    }

    /// Whether it is a duration at all.
    pub fn is_valid(&self) -> bool {
        self.invalid.is_none()
    }

    /// Why it is not.
    pub(crate) fn invalidity(&self) -> Option<&Invalid> {
        self.invalid.as_ref()
    }

    pub(crate) fn loc(&self) -> &Loc {
        &self.loc
    }

    pub(crate) fn claims_accuracy(&self) -> bool {
        self.claims_accuracy
    }

    pub(crate) fn amounts(&self) -> &[(Unit, f64)] {
        &self.amounts
    }

    /// The amount of a unit as it was set, 0 if it was not; NaN when invalid.
    pub(crate) fn get(&self, unit: Unit) -> f64 {
        if !self.is_valid() {
            return f64::NAN;
        }
        // `|| 0` in luxon also turns NaN into 0
        amount(&self.amounts, unit).filter(|amount| !amount.is_nan()).unwrap_or(0.0)
    }

    /// The same kind of duration with other amounts.
    pub(crate) fn with_amounts(&self, amounts: Amounts) -> Self {
        Self { amounts, ..self.clone() }
    }

    /// The same duration in another locale, with another claim about its accuracy.
    ///
    /// An invalid one loses the reason, and has no amounts.
    pub(crate) fn reconfigured(&self, loc: Loc, claims_accuracy: bool) -> Self {
        Self { loc, claims_accuracy, invalid: None, ..self.clone() }
    }

    /// The whole duration in milliseconds; NaN when invalid.
    pub fn millis(&self) -> f64 {
        if self.is_valid() { millis_of(&self.amounts, self.accurate) } else { f64::NAN }
    }

    /// The sum, unit by unit.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        if !self.is_valid() {
            return self.clone();
        }
        let mut sum = Amounts::new();
        for unit in Unit::ALL {
            if amount(&self.amounts, unit).is_some() || amount(&other.amounts, unit).is_some() {
                sum.push((unit, other.get(unit) + self.get(unit)));
            }
        }
        self.with_amounts(sum)
    }

    /// All amounts with the other sign.
    pub(crate) fn negate(&self) -> Self {
        self.map(|amount| if amount == 0.0 { 0.0 } else { -amount })
    }

    /// Every amount changed.
    pub(crate) fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        self.with_amounts(self.amounts.iter().map(|(unit, amount)| (*unit, change(*amount))).collect())
    }

    /// `set`: some amounts replaced.
    pub(crate) fn set(&self, value: &Value) -> Result<Self, Thrown> {
        let mut amounts = self.amounts.clone();
        for (name, member) in enumerable(value) {
            if !member.is_nullish() {
                set_amount(&mut amounts, Unit::parse(&name)?, unit_amount(&member)?);
            }
        }
        Ok(self.with_amounts(amounts))
    }

    /// Without the amounts that are 0.
    pub(crate) fn remove_zeros(&self) -> Self {
        self.with_amounts(self.amounts.iter().copied().filter(|(_, amount)| *amount != 0.0).collect())
    }

    /// Amounts brought into the range of their units, as far as larger units are there to take the rest.
    pub(crate) fn normalize(&self) -> Self {
        let mut amounts = self.amounts.clone();
        normalize(&mut amounts, self.accurate);
        self.with_amounts(amounts)
    }

    /// The duration in the given units, with the fraction in the smallest of them.
    pub(crate) fn shift_to(&self, units: &[Unit]) -> Self {
        if !self.is_valid() || units.is_empty() {
            return self.clone();
        }
        let ratio = |larger, smaller| ratio(self.accurate, larger, smaller);
        let mut built = Amounts::new();
        let mut waiting = Amounts::new();
        let mut last = None;
        for unit in Unit::ALL {
            let own = amount(&self.amounts, unit);
            if units.contains(&unit) {
                last = Some(unit);
                let mut total = 0.0;
                for (larger, amount) in &mut waiting {
                    total += ratio(*larger, unit) * *amount;
                    *amount = 0.0;
                }
                total += own.unwrap_or(0.0);
                let whole = total.trunc();
                built.push((unit, whole));
                set_amount(&mut waiting, unit, (total * 1000.0 - whole * 1000.0) / 1000.0);
            } else if let Some(own) = own {
                set_amount(&mut waiting, unit, own);
            }
        }
        if let Some(last) = last {
            for (unit, rest) in waiting {
                if rest != 0.0 {
                    let rest = if unit == last { rest } else { rest / ratio(last, unit) };
                    let sum = amount(&built, last).unwrap_or(0.0) + rest;
                    set_amount(&mut built, last, sum);
                }
            }
        }
        normalize(&mut built, self.accurate);
        self.with_amounts(built)
    }

    /// The duration in all units but quarters.
    pub(crate) fn shift_to_all(&self) -> Self {
        self.shift_to(&[
            Unit::Years,
            Unit::Months,
            Unit::Weeks,
            Unit::Days,
            Unit::Hours,
            Unit::Minutes,
            Unit::Seconds,
            Unit::Milliseconds,
        ])
    }

    /// `as`: the whole duration in one unit.
    pub(crate) fn in_unit(&self, unit: Unit) -> f64 {
        if self.is_valid() { self.shift_to(&[unit]).get(unit) } else { f64::NAN }
    }

    /// `equals`: unit by unit, where 0 and missing are the same.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.is_valid()
            && other.is_valid()
            && self.loc.equals(&other.loc)
            && Unit::ALL.into_iter().all(|unit| {
                amount(&self.amounts, unit).unwrap_or(0.0) == amount(&other.amounts, unit).unwrap_or(0.0)
            })
    }

    /// ISO 8601, `P1DT2H`; `None` when invalid.
    pub fn to_iso(&self) -> Option<String> {
        if !self.is_valid() {
            return None;
        }
        fn push(text: &mut String, amount: f64, letter: char) {
            text.push_str(&number_to_string(amount));
            text.push(letter);
        }
        let get = |unit| self.get(unit);
        let mut text = "P".to_owned();
        if get(Unit::Years) != 0.0 {
            push(&mut text, get(Unit::Years), 'Y');
        }
        if get(Unit::Months) != 0.0 || get(Unit::Quarters) != 0.0 {
            push(&mut text, get(Unit::Months) + get(Unit::Quarters) * 3.0, 'M');
        }
        for (unit, letter) in [(Unit::Weeks, 'W'), (Unit::Days, 'D')] {
            if get(unit) != 0.0 {
                push(&mut text, get(unit), letter);
            }
        }
        let has_seconds = get(Unit::Seconds) != 0.0 || get(Unit::Milliseconds) != 0.0;
        if get(Unit::Hours) != 0.0 || get(Unit::Minutes) != 0.0 || has_seconds {
            text.push('T');
        }
        for (unit, letter) in [(Unit::Hours, 'H'), (Unit::Minutes, 'M')] {
            if get(unit) != 0.0 {
                push(&mut text, get(unit), letter);
            }
        }
        if has_seconds {
            push(&mut text, round_to(get(Unit::Seconds) + get(Unit::Milliseconds) / 1000.0, 3), 'S');
        }
        if text == "P" {
            text.push_str("T0S");
        }
        Some(text)
    }

    /// The amounts as an object.
    pub(crate) fn to_object(&self) -> Json {
        let object: JsonObject =
            self.amounts.iter().map(|(unit, amount)| (unit.name(), Json::from(*amount))).collect();
        Json::from(object)
    }

    /// The own members that JavaScript code sees.
    pub(crate) fn own_members(&self) -> Vec<(SmolStr, Value)> {
        let invalid = self.invalid.as_ref().map_or(Json::NULL, Invalid::to_json);
        let values = if self.is_valid() { Value::Json(self.to_object()) } else { Value::Undefined };
        vec![
            (SmolStr::new_static("values"), values),
            (SmolStr::new_static("loc"), Value::Json(Json::object())),
            (
                SmolStr::new_static("conversionAccuracy"),
                Value::from(if self.claims_accuracy { "longterm" } else { "casual" }),
            ),
            (SmolStr::new_static("invalid"), Value::Json(invalid)),
            (SmolStr::new_static("matrix"), Value::Json(matrix(self.accurate))),
            (SmolStr::new_static("isLuxonDuration"), Value::from(true)),
        ]
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_iso().unwrap_or_else(|| "null".to_owned()))
    }
}

fn matrix(accurate: bool) -> Json {
    let mut matrix = JsonObject::new();
    for (index, larger) in Unit::ALL.into_iter().enumerate() {
        let row: JsonObject = Unit::ALL
            .into_iter()
            .skip(index + 1)
            .filter(|smaller| !(larger == Unit::Months && *smaller == Unit::Quarters))
            .map(|smaller| (smaller.name(), Json::from(ratio(accurate, larger, smaller))))
            .collect();
        if larger != Unit::Milliseconds {
            matrix.insert(larger.name(), Json::from(row));
        }
    }
    Json::from(matrix)
}

fn millis_of(amounts: &[(Unit, f64)], accurate: bool) -> f64 {
    let mut sum = amount(amounts, Unit::Milliseconds).unwrap_or(0.0);
    for unit in Unit::ALL.into_iter().rev().skip(1) {
        if let Some(amount) = amount(amounts, unit).filter(|amount| *amount != 0.0) {
            sum += amount * ratio(accurate, unit, Unit::Milliseconds);
        }
    }
    sum
}

fn normalize(amounts: &mut Amounts, accurate: bool) {
    let factor = if millis_of(amounts, accurate) < 0.0 { -1.0 } else { 1.0 };
    let units: Vec<Unit> = Unit::ALL.into_iter().filter(|unit| amount(amounts, *unit).is_some()).collect();
    // carry whole larger units upwards, also to make a negative smaller amount positive
    for pair in units.windows(2).rev() {
        let (larger, smaller) = (pair[0], pair[1]);
        let ratio = ratio(accurate, larger, smaller);
        let (high, low) = (amount(amounts, larger).unwrap_or(0.0), amount(amounts, smaller).unwrap_or(0.0));
        let carry = (low * factor / ratio).floor();
        set_amount(amounts, larger, high + carry * factor);
        set_amount(amounts, smaller, low - carry * ratio * factor);
    }
    // and fractions of larger units downwards
    for pair in units.windows(2) {
        let (larger, smaller) = (pair[0], pair[1]);
        let (high, low) = (amount(amounts, larger).unwrap_or(0.0), amount(amounts, smaller).unwrap_or(0.0));
        let fraction = high % 1.0;
        set_amount(amounts, larger, high - fraction);
        set_amount(amounts, smaller, low + fraction * ratio(accurate, larger, smaller));
    }
}
