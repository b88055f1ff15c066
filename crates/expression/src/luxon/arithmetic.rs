//! Changing dates: `plus`, `minus`, `set`, `startOf`, `endOf`.

use super::build::{Calendar, has_nonzero, local_weeks, to_civil_fields};
use super::civil::{Fields, days_in_month};
use super::datetime::{DateTime, resolve_fields, resolve_local};
use super::duration::Duration;
use super::error;
use super::units::{Field, FieldValues, Unit};
use crate::Thrown;

impl DateTime {
    /// Calendar units move the wall clock (months clamp to the month's end), then time units the instant. Fractions
    /// of calendar units count as time, by luxon's casual conversion.
    pub(crate) fn plus(&self, duration: &Duration) -> Self {
        let Some(reading) = self.reading() else { return self.clone() };
        let whole = |unit| duration.get(unit).trunc();
        let fields = reading.civil.fields();
        let year = fields.year + whole(Unit::Years);
        let month = fields.month + whole(Unit::Months) + whole(Unit::Quarters) * 3.0;
        let day = fields.day.min(days_in_month(year, month)) + whole(Unit::Days) + whole(Unit::Weeks) * 7.0;
        let rest = Unit::ALL.map(|unit| {
            let amount = duration.get(unit);
            (unit, if unit >= Unit::Hours { amount } else { amount - amount.trunc() })
        });
        let add = match rest.iter().all(|(_, amount)| *amount == 0.0) {
            true => 0.0,
            false => Duration::new(rest.to_vec(), Default::default()).in_unit(Unit::Milliseconds),
        };
        let local = Fields { year, month, day, ..fields }.local_millis();
        let (millis, _) = resolve_local(local, reading.offset, self.zone());
        self.with_millis(if add == 0.0 { millis } else { millis + add })
    }

    /// `plus` with the other sign.
    pub(crate) fn minus(&self, duration: &Duration) -> Self {
        if self.is_valid() { self.plus(&duration.negate()) } else { self.clone() }
    }

    /// `plus` of an amount of one unit.
    pub(crate) fn plus_unit(&self, amount: f64, unit: Unit) -> Self {
        self.plus(&Duration::new(vec![(unit, amount)], Default::default()))
    }

    /// Replaces fields of the wall clock; what overflows moves on to the next larger field.
    pub(crate) fn set(&self, mut fields: FieldValues) -> Result<Self, Thrown> {
        let Some(reading) = self.reading() else { return Ok(self.clone()) };
        let rule = local_weeks(&mut fields, self.loc())?;
        let sets_week =
            fields.has(Field::WeekYear) || fields.has(Field::WeekNumber) || fields.has(Field::Weekday);
        let sets_date = fields.has(Field::Year) || fields.has(Field::Month) || fields.has(Field::Day);
        let has_week = has_nonzero(&fields, Field::WeekYear) || has_nonzero(&fields, Field::WeekNumber);
        if (sets_date || fields.has(Field::Ordinal)) && has_week {
            return Err(error("Can't mix weekYear/weekNumber units with year/month/day or ordinals"));
        }
        if (fields.has(Field::Month) || fields.has(Field::Day)) && fields.has(Field::Ordinal) {
            return Err(error("Can't mix ordinal dates with month/day"));
        }
        let civil = reading.civil;
        let own = civil.fields();
        let sets_day = fields.has(Field::Day);
        let mut keep = |field, value| {
            if !fields.has(field) {
                fields.set(field, value);
            }
        };
        keep(Field::Hour, own.hour);
        keep(Field::Minute, own.minute);
        keep(Field::Second, own.second);
        keep(Field::Millisecond, own.millisecond);
        let calendar = if sets_week {
            let week = civil.week(rule);
            keep(Field::WeekYear, f64::from(week.year));
            keep(Field::WeekNumber, f64::from(week.number));
            keep(Field::Weekday, f64::from(week.weekday));
            Calendar::Week(rule)
        } else {
            keep(Field::Year, own.year);
            if fields.has(Field::Ordinal) {
                Calendar::Ordinal
            } else {
                let mut keep = |field, value| {
                    if !fields.has(field) {
                        fields.set(field, value);
                    }
                };
                keep(Field::Month, own.month);
                keep(Field::Day, own.day);
                Calendar::Date
            }
        };
        let mut target = to_civil_fields(&fields, calendar);
        if calendar == Calendar::Date && !sets_day {
            target.day = target.day.min(days_in_month(target.year, target.month));
        }
        Ok(self.with_millis(resolve_fields(&target, reading.offset, self.zone()).0))
    }

    /// The first millisecond of a unit. Weeks start on Monday, or on the locale's first day.
    pub(crate) fn start_of(&self, unit: Unit, use_locale_weeks: bool) -> Result<Self, Thrown> {
        let Some(reading) = self.reading() else { return Ok(self.clone()) };
        let mut fields = FieldValues::default();
        match unit {
            Unit::Years => fields.set(Field::Month, 1.0),
            Unit::Quarters => fields.set(Field::Month, f64::from((reading.civil.month - 1) / 3 * 3 + 1)),
            Unit::Weeks => {
                let first = if use_locale_weeks { self.loc().week_rule()?.first_day } else { 1 };
                if reading.civil.weekday() < first {
                    let week = reading.civil.week(super::civil::WeekRule::ISO);
                    fields.set(Field::WeekNumber, f64::from(week.number) - 1.0);
                }
                fields.set(Field::Weekday, f64::from(first));
            }
            _ => {}
        }
        if matches!(unit, Unit::Years | Unit::Quarters | Unit::Months) {
            fields.set(Field::Day, 1.0);
        }
        if unit < Unit::Hours {
            fields.set(Field::Hour, 0.0);
        }
        if unit < Unit::Minutes {
            fields.set(Field::Minute, 0.0);
        }
        if unit < Unit::Seconds {
            fields.set(Field::Second, 0.0);
        }
        if unit < Unit::Milliseconds {
            fields.set(Field::Millisecond, 0.0);
        }
        self.set(fields)
    }

    /// The last millisecond of a unit.
    pub(crate) fn end_of(&self, unit: Unit, use_locale_weeks: bool) -> Result<Self, Thrown> {
        let next = self.plus_unit(1.0, unit).start_of(unit, use_locale_weeks)?;
        Ok(next.plus_unit(-1.0, Unit::Milliseconds))
    }

    /// Whether summer time is on: the offset is larger than in January or in May.
    pub(crate) fn is_in_dst(&self) -> bool {
        let Some(reading) = self.reading().filter(|_| !self.zone().is_fixed()) else { return false };
        let offset_in = |month: f64, day: Option<f64>| {
            let mut fields = FieldValues::default();
            fields.set(Field::Month, month);
            if let Some(day) = day {
                fields.set(Field::Day, day);
            }
            self.set(fields).ok().and_then(|date| date.reading().map(|reading| reading.offset))
        };
        offset_in(1.0, Some(1.0)).is_some_and(|offset| reading.offset > offset)
            || offset_in(5.0, None).is_some_and(|offset| reading.offset > offset)
    }

    /// The dates that the wall clock may mean: two where it is set back, else this one.
    pub(crate) fn possible_offsets(&self) -> Vec<Self> {
        let Some(reading) = self.reading().filter(|_| !self.zone().is_fixed()) else {
            return vec![self.clone()];
        };
        const DAY: f64 = 86_400_000.0;
        let local = reading.civil.fields().local_millis();
        let first = self.zone().offset(local - self.zone().offset(local - DAY) * 60_000.0);
        let second = self.zone().offset(local - self.zone().offset(local + DAY) * 60_000.0);
        if first != second {
            let dates = [first, second].map(|offset| self.with_millis(local - offset * 60_000.0));
            let time = |date: &Self| {
                let civil = date.reading().map(|reading| reading.civil);
                civil.map(|civil| (civil.hour, civil.minute, civil.second, civil.millisecond))
            };
            if time(&dates[0]) == time(&dates[1]) {
                return dates.to_vec();
            }
        }
        vec![self.clone()]
    }
}
