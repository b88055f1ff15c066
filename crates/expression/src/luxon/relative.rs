//! `toRelative` and `toRelativeCalendar`: how long ago a date is, in words.

use heddle_data::number_to_string;
use heddle_locale as locale;

use super::datetime::DateTime;
use super::loc::Loc;
use super::round_to_with;
use super::units::Unit;
use crate::{Clock, Thrown, Value};

/// Singular, abbreviated, and abbreviated plural of the units in English.
const ENGLISH: [(&str, &str, &str, &str); 8] = [
    ("years", "year", "yr.", "yr."),
    ("quarters", "quarter", "qtr.", "qtr."),
    ("months", "month", "mo.", "mo."),
    ("weeks", "week", "wk.", "wk."),
    ("days", "day", "day", "days"),
    ("hours", "hour", "hr.", "hr."),
    ("minutes", "minute", "min.", "min."),
    ("seconds", "second", "sec.", "sec."),
];

/// luxon's English. It knows units by their plural only; one in the singular is written as it came where it can be.
fn english(count: f64, unit: &str, auto: bool, long: bool) -> Result<String, Thrown> {
    let words = ENGLISH.iter().find(|(name, ..)| *name == unit);
    let known =
        || words.ok_or_else(|| Thrown::type_error("Cannot read properties of undefined (reading '0')"));
    let has_word = auto && !matches!(unit, "hours" | "minutes" | "seconds");
    if has_word && (count.abs() == 1.0 || count == 0.0) {
        let (_, singular, ..) = known()?;
        return Ok(match (unit, count) {
            ("days", 1.0) => "tomorrow".to_owned(),
            ("days", -1.0) => "yesterday".to_owned(),
            ("days", _) => "today".to_owned(),
            (_, 1.0) => format!("next {singular}"),
            (_, -1.0) => format!("last {singular}"),
            _ => format!("this {singular}"),
        });
    }
    let size = number_to_string(count.abs());
    let name = match (long, count.abs() == 1.0) {
        (true, true) => known()?.1,
        (true, false) => unit,
        (false, true) => known()?.2,
        (false, false) => known()?.3,
    };
    Ok(if count < 0.0 || (count == 0.0 && count.is_sign_negative()) {
        format!("{size} {name} ago")
    } else {
        format!("in {size} {name}")
    })
}

struct Phrase<'a> {
    options: &'a Value,
    calendar: bool,
    loc: Loc,
}

impl Phrase<'_> {
    fn text(&self, key: &str, default: &str) -> Result<String, Thrown> {
        match super::option(self.options, key) {
            Value::Undefined => Ok(default.to_owned()),
            value => value.to_text(),
        }
    }

    fn write(&self, count: f64, unit: &str) -> Result<String, Thrown> {
        let round = super::option(self.options, "round");
        let whole = self.calendar || round.is_undefined() || round.is_truthy();
        let rounding = if self.calendar { "round".to_owned() } else { self.text("rounding", "trunc")? };
        let count = round_to_with(count, if whole { 0 } else { 2 }, &rounding)?;
        let style = self.text("style", "long")?;
        if self.loc.is_english() {
            return english(count, unit, self.calendar, style == "long");
        }
        Ok(locale::format_relative(&self.loc.tag(), &style, self.calendar, count, unit)?)
    }
}

/// What a date is told from.
enum Base {
    Date(DateTime),
    /// Something else, by its number: it differs from a date by no number of units.
    Other(f64),
}

impl Base {
    fn time(&self) -> f64 {
        match self {
            Base::Date(date) => date.millis(),
            Base::Other(number) => *number,
        }
    }
}

impl DateTime {
    /// `toRelative` and, with `calendar`, `toRelativeCalendar`. `None` when the date is invalid.
    pub(crate) fn to_relative(
        &self,
        options: &Value,
        calendar: bool,
        clock: &Clock,
    ) -> Result<Option<String>, Thrown> {
        if !self.is_valid() {
            return Ok(None);
        }
        super::not_null(options)?;
        let base = match super::option(options, "base") {
            Value::DateTime(base) => Base::Date(base.as_ref().clone()),
            base if base.is_truthy() => Base::Other(base.to_number()?),
            _ => Base::Date(Self::at(clock.now as f64, self.zone().clone(), Loc::default())),
        };
        let mut end = self.clone();
        if let Some(padding) = super::option(options, "padding").as_f64().filter(|_| !calendar) {
            let padding = if self.millis() < base.time() { -padding } else { padding };
            end = end.plus_unit(padding, Unit::Milliseconds);
        }
        let loc = end.loc().with_options(&locale_part(options))?;
        let phrase = Phrase { options, calendar, loc };
        let mut units = vec![Unit::Years, Unit::Months, Unit::Days];
        if !calendar {
            units.extend([Unit::Hours, Unit::Minutes, Unit::Seconds]);
        }
        let difference = |unit: Unit| -> Result<f64, Thrown> {
            let base = match &base {
                Base::Date(base) => base,
                Base::Other(_) if calendar => {
                    return Err(Thrown::type_error("start.startOf is not a function"));
                }
                Base::Other(_) => return Ok(f64::NAN),
            };
            if !calendar {
                return Ok(end.diff(base, &[unit], &Value::Undefined, clock)?.get(unit));
            }
            if end.has_same(base, unit, false, clock)? {
                return Ok(0.0);
            }
            let (end, base) = (end.start_of(unit, false)?, base.start_of(unit, false)?);
            Ok(end.diff(&base, &[unit], &Value::Undefined, clock)?.get(unit))
        };
        let asked = super::option(options, "unit");
        match asked.elements() {
            Some(list) if !calendar => units = list.iter().map(Unit::from_value).collect::<Result<_, _>>()?,
            _ if asked.is_truthy() => {
                let unit = Unit::from_value(&asked)?;
                return Ok(Some(phrase.write(difference(unit)?, asked.as_str().unwrap_or_default())?));
            }
            _ => {}
        }
        for unit in &units {
            let count = difference(*unit)?;
            if count.abs() >= 1.0 {
                return Ok(Some(phrase.write(count, unit.name())?));
            }
        }
        let zero = if base.time() > end.millis() { -0.0 } else { 0.0 };
        match units.last() {
            Some(unit) => Ok(Some(phrase.write(zero, unit.name())?)),
            None => Err(Thrown::type_error("Cannot read properties of undefined")),
        }
    }
}

/// The options that a locale is made of; the others may hold dates.
pub(crate) fn locale_part(options: &Value) -> Value {
    const KEYS: [&str; 4] = ["locale", "numberingSystem", "outputCalendar", "weekSettings"];
    Value::object(
        KEYS.into_iter()
            .map(|key| (key, super::option(options, key)))
            .filter(|(_, value)| !value.is_undefined()),
    )
}
