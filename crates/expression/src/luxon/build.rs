//! Dates from fields: `DateTime.fromObject`, `local`, `utc`, and what the parsers found.

use heddle_data::number_to_string;

use super::civil::{
    Civil, Fields, WeekRule, days_in_month, days_in_year, ordinal_to_date, week_to_date, weeks_in_year,
};
use super::datetime::{DateTime, resolve_fields, unsupported};
use super::loc::Loc;
use super::run_zone::zone_of;
use super::units::{Field, FieldValues};
use super::zone::Zone;
use super::{Invalid, error, option};
use crate::{Clock, Thrown, Value};

/// What a parser read out of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parsed {
    /// The fields that the text names.
    pub(crate) fields: FieldValues,
    /// The zone that the text names.
    pub(crate) zone: Option<Zone>,
    /// The offset to prefer when a wall clock shows a time twice.
    pub(crate) offset: Option<f64>,
}

/// The three ways to name a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calendar {
    /// Year, month, day.
    Date,
    /// Week year, week number, day of the week.
    Week(WeekRule),
    /// Year, day of the year.
    Ordinal,
}

impl Calendar {
    /// The calendar that a set of fields is of; local week fields are renamed. Mixing calendars is an error.
    pub(crate) fn of(fields: &mut FieldValues, loc: &Loc) -> Result<Self, Thrown> {
        let rule = local_weeks(fields, loc)?;
        let has_date = fields.has(Field::Year) || fields.has(Field::Month) || fields.has(Field::Day);
        let has_month_or_day = fields.has(Field::Month) || fields.has(Field::Day);
        let has_ordinal = fields.has(Field::Ordinal);
        let has_week = has_nonzero(fields, Field::WeekYear) || has_nonzero(fields, Field::WeekNumber);
        if (has_date || has_ordinal) && has_week {
            return Err(error("Can't mix weekYear/weekNumber units with year/month/day or ordinals"));
        }
        if has_month_or_day && has_ordinal {
            return Err(error("Can't mix ordinal dates with month/day"));
        }
        if has_week || (has_nonzero(fields, Field::Weekday) && !has_date) {
            Ok(Calendar::Week(rule))
        } else if has_ordinal {
            Ok(Calendar::Ordinal)
        } else {
            Ok(Calendar::Date)
        }
    }
}

pub(crate) fn has_nonzero(fields: &FieldValues, field: Field) -> bool {
    fields.get(field).is_some_and(|value| value != 0.0)
}

/// Renames local week fields, and gives the weeks that the fields are of.
pub(crate) fn local_weeks(fields: &mut FieldValues, loc: &Loc) -> Result<WeekRule, Thrown> {
    let locals = [
        (Field::LocalWeekday, Field::Weekday),
        (Field::LocalWeekNumber, Field::WeekNumber),
        (Field::LocalWeekYear, Field::WeekYear),
    ];
    if !locals.iter().any(|(local, _)| fields.has(*local)) {
        return Ok(WeekRule::ISO);
    }
    if locals.iter().any(|(_, iso)| fields.has(*iso)) {
        return Err(error("Cannot mix locale-based week fields with ISO-based week fields"));
    }
    for (local, iso) in locals {
        if let Some(value) = fields.take(local) {
            fields.set(iso, value);
        }
    }
    loc.week_rule()
}

impl DateTime {
    /// `DateTime.fromObject`: fields that are missing are now's as long as no larger one is given, then the least.
    pub(crate) fn from_object(
        object: &Value,
        options: &Value,
        offset: Option<f64>,
        clock: &Clock,
    ) -> Result<Self, Thrown> {
        let zone = zone_of(&option(options, "zone"), clock);
        if !zone.is_valid() {
            return Ok(Self::invalid(unsupported(&zone), clock));
        }
        let loc = Loc::from_options(options)?;
        let fields =
            if object.is_truthy() { FieldValues::from_value(object)? } else { FieldValues::default() };
        let weekday = option(object, "weekday");
        Self::from_fields(fields, &weekday, zone, loc, offset, clock)
    }

    /// A date of fields. `weekday` is the day of the week as it was given: it must match, type included.
    pub(crate) fn from_fields(
        mut fields: FieldValues,
        weekday: &Value,
        zone: Zone,
        loc: Loc,
        offset: Option<f64>,
        clock: &Clock,
    ) -> Result<Self, Thrown> {
        let now = clock.now as f64;
        let guess = offset.unwrap_or_else(|| zone.offset(now));
        let has_date = fields.has(Field::Year) || fields.has(Field::Month) || fields.has(Field::Day);
        let calendar = Calendar::of(&mut fields, &loc)?;
        let today =
            Civil::from_local_millis(now + guess * 60_000.0).or_else(|| Civil::from_local_millis(now));
        let Some(today) = today else { return Ok(Self::invalid_because("invalid input", clock)) };
        fill(&mut fields, calendar, &today);
        if let Some(invalid) = out_of_range(&fields, calendar) {
            return Ok(Self::invalid(invalid, clock));
        }
        let (millis, offset) = resolve_fields(&to_civil_fields(&fields, calendar), guess, &zone);
        let date = Self::at_offset(millis, offset, zone, loc);
        if has_date && has_nonzero(&fields, Field::Weekday) {
            let found = date.reading().map(|reading| f64::from(reading.civil.weekday()));
            if weekday.as_f64() != found {
                let asked = number_to_string(fields.get(Field::Weekday).unwrap_or_default());
                let iso = date.to_iso().unwrap_or_else(|| "null".to_owned());
                let explanation = format!("you can't specify both a weekday of {asked} and a date of {iso}");
                return Ok(Self::invalid(Invalid::boxed("mismatched weekday", Some(explanation)), clock));
            }
        }
        match date.invalidity() {
            Some(invalid) => Ok(Self::invalid(Box::new(invalid.clone()), clock)),
            None => Ok(date),
        }
    }

    /// `DateTime.local(year, month, …, options)`, in the zone of the options; now without a year.
    pub(crate) fn from_parts(args: &[Value], utc: bool, clock: &Clock) -> Result<Self, Thrown> {
        let (options, parts) = match args.split_last() {
            Some((last, _)) if last.is_nullish() && !last.is_undefined() => {
                return Err(Thrown::type_error("Cannot read properties of null (reading 'zone')"));
            }
            Some((last, parts)) if crate::coerce::type_of(last) == "object" => (last.clone(), parts),
            _ => (Value::Undefined, args),
        };
        let zone = if utc { Zone::UTC } else { zone_of(&option(&options, "zone"), clock) };
        if !zone.is_valid() {
            return Ok(Self::invalid(unsupported(&zone), clock));
        }
        let loc = Loc::from_options(&options)?;
        let now = clock.now as f64;
        if parts.first().is_none_or(Value::is_undefined) {
            return Ok(Self::at(now, zone, loc));
        }
        const UNITS: [(Field, f64); 7] = [
            (Field::Year, 0.0),
            (Field::Month, 1.0),
            (Field::Day, 1.0),
            (Field::Hour, 0.0),
            (Field::Minute, 0.0),
            (Field::Second, 0.0),
            (Field::Millisecond, 0.0),
        ];
        let mut fields = FieldValues::default();
        for (index, (field, least)) in UNITS.into_iter().enumerate() {
            let value = parts.get(index).filter(|value| !value.is_undefined());
            // only numbers are valid here; others are reported as the field that they were given for
            match value.map(|value| value.as_f64().ok_or(value)) {
                None => fields.set(field, least),
                Some(Ok(number)) => fields.set(field, number),
                Some(Err(other)) => {
                    let text = other.to_text()?;
                    let invalid = invalid_unit(&text, crate::coerce::type_of(other), name(field));
                    return Ok(Self::invalid(invalid, clock));
                }
            }
        }
        if let Some(invalid) = out_of_range(&fields, Calendar::Date) {
            return Ok(Self::invalid(invalid, clock));
        }
        let guess = zone.offset(now);
        let (millis, offset) = resolve_fields(&to_civil_fields(&fields, Calendar::Date), guess, &zone);
        Ok(Self::at_offset(millis, offset, zone, loc))
    }

    /// The date of a parsed text. It is read in the text's zone, else in that of the options, and shown in the
    /// latter unless the options say `setZone`.
    pub(crate) fn from_parsed(
        parsed: Option<Parsed>,
        options: &Value,
        format: &str,
        text: &str,
        clock: &Clock,
    ) -> Result<Self, Thrown> {
        let Some(parsed) = parsed.filter(|parsed| !parsed.fields.is_empty() || parsed.zone.is_some()) else {
            let explanation = format!("the input \"{text}\" can't be parsed as {format}");
            return Ok(Self::invalid(Invalid::boxed("unparsable", Some(explanation)), clock));
        };
        let asked = zone_of(&option(options, "zone"), clock);
        let zone = parsed.zone.unwrap_or_else(|| asked.clone());
        if !zone.is_valid() {
            let date = Self::invalid(unsupported(&zone), clock);
            return Ok(if option(options, "setZone").is_truthy() {
                date
            } else {
                date.in_zone(asked, false, clock)
            });
        }
        let loc = Loc::from_options(options)?;
        let weekday = parsed.fields.get(Field::Weekday).map_or(Value::Undefined, Value::from);
        let date = Self::from_fields(parsed.fields, &weekday, zone, loc, parsed.offset, clock)?;
        if option(options, "setZone").is_truthy() {
            return Ok(date);
        }
        Ok(date.in_zone(asked, false, clock))
    }
}

/// Fills the fields that are missing.
fn fill(fields: &mut FieldValues, calendar: Calendar, today: &Civil) {
    let time = [
        (Field::Hour, f64::from(today.hour), 0.0),
        (Field::Minute, f64::from(today.minute), 0.0),
        (Field::Second, f64::from(today.second), 0.0),
        (Field::Millisecond, f64::from(today.millisecond), 0.0),
    ];
    let year = f64::from(today.year);
    let mut found = false;
    let mut fill = |field, now: f64, least: f64| {
        if fields.has(field) {
            found = true;
        } else {
            fields.set(field, if found { least } else { now });
        }
    };
    match calendar {
        Calendar::Date => {
            fill(Field::Year, year, 0.0);
            fill(Field::Month, f64::from(today.month), 1.0);
            fill(Field::Day, f64::from(today.day), 1.0);
        }
        Calendar::Week(rule) => {
            let week = today.week(rule);
            fill(Field::WeekYear, f64::from(week.year), 0.0);
            fill(Field::WeekNumber, f64::from(week.number), 1.0);
            fill(Field::Weekday, f64::from(week.weekday), 1.0);
        }
        Calendar::Ordinal => {
            fill(Field::Year, year, 0.0);
            fill(Field::Ordinal, f64::from(today.ordinal()), 1.0);
        }
    }
    for (field, now, least) in time {
        fill(field, now, least);
    }
}

/// Year, month, day and time of fields of any calendar.
pub(crate) fn to_civil_fields(fields: &FieldValues, calendar: Calendar) -> Fields {
    let get = |field| fields.get(field).unwrap_or(f64::NAN);
    let (year, month, day) = match calendar {
        Calendar::Date => (get(Field::Year), get(Field::Month), get(Field::Day)),
        Calendar::Week(rule) => {
            week_to_date(get(Field::WeekYear), get(Field::WeekNumber), get(Field::Weekday), rule)
        }
        Calendar::Ordinal => ordinal_to_date(get(Field::Year), get(Field::Ordinal)),
    };
    Fields {
        year,
        month,
        day,
        hour: get(Field::Hour),
        minute: get(Field::Minute),
        second: get(Field::Second),
        millisecond: get(Field::Millisecond),
    }
}

/// The first field that no date has, as a reason to be invalid.
fn out_of_range(fields: &FieldValues, calendar: Calendar) -> Option<Box<Invalid>> {
    let get = |field| fields.get(field).unwrap_or(f64::NAN);
    let whole = |number: f64| number % 1.0 == 0.0;
    let between = |number: f64, least: f64, most: f64| whole(number) && (least..=most).contains(&number);
    let bad = |field: Field, name: &str| Some(invalid_unit(&number_to_string(get(field)), "number", name));
    match calendar {
        Calendar::Date => {
            if !whole(get(Field::Year)) {
                return bad(Field::Year, "year");
            }
            if !between(get(Field::Month), 1.0, 12.0) {
                return bad(Field::Month, "month");
            }
            if !between(get(Field::Day), 1.0, days_in_month(get(Field::Year), get(Field::Month))) {
                return bad(Field::Day, "day");
            }
        }
        Calendar::Week(rule) => {
            let year = get(Field::WeekYear);
            if !whole(year) {
                return bad(Field::WeekYear, "weekYear");
            }
            let weeks =
                if year.abs() < 400_000.0 { f64::from(weeks_in_year(year as i64, rule)) } else { 0.0 };
            if !between(get(Field::WeekNumber), 1.0, weeks) {
                return bad(Field::WeekNumber, "week");
            }
            if !between(get(Field::Weekday), 1.0, 7.0) {
                return bad(Field::Weekday, "weekday");
            }
        }
        Calendar::Ordinal => {
            if !whole(get(Field::Year)) {
                return bad(Field::Year, "year");
            }
            if !between(get(Field::Ordinal), 1.0, days_in_year(get(Field::Year))) {
                return bad(Field::Ordinal, "ordinal");
            }
        }
    }
    let (hour, minute) = (get(Field::Hour), get(Field::Minute));
    let (second, millisecond) = (get(Field::Second), get(Field::Millisecond));
    let is_end_of_day = hour == 24.0 && minute == 0.0 && second == 0.0 && millisecond == 0.0;
    if !between(hour, 0.0, 23.0) && !is_end_of_day {
        return bad(Field::Hour, "hour");
    }
    if !between(minute, 0.0, 59.0) {
        return bad(Field::Minute, "minute");
    }
    if !between(second, 0.0, 59.0) {
        return bad(Field::Second, "second");
    }
    if !between(millisecond, 0.0, 999.0) {
        return bad(Field::Millisecond, "millisecond");
    }
    None
}

fn invalid_unit(value: &str, kind: &str, unit: &str) -> Box<Invalid> {
    let explanation = format!("you specified {value} (of type {kind}) as a {unit}, which is invalid");
    Invalid::boxed("unit out of range", Some(explanation))
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Year => "year",
        Field::Month => "month",
        Field::Day => "day",
        Field::Hour => "hour",
        Field::Minute => "minute",
        Field::Second => "second",
        _ => "millisecond",
    }
}
