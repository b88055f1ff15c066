//! Comparing dates: `diff`, `hasSame`.

use super::Invalid;
use super::datetime::DateTime;
use super::duration::{Amounts, Duration};
use super::loc::Loc;
use super::units::Unit;
use super::zone::Zone;
use crate::{Clock, Thrown, Value};

impl DateTime {
    /// This date minus another, in exactly the given units, with the fraction in the smallest. Years to days walk the
    /// calendar; hours and less count the time that passed.
    pub(crate) fn diff(
        &self,
        other: &Self,
        units: &[Unit],
        options: &Value,
        clock: &Clock,
    ) -> Result<Duration, Thrown> {
        if !self.is_valid() || !other.is_valid() {
            return Ok(Duration::invalid(Invalid::new("created by diffing an invalid DateTime", None)));
        }
        let loc = Loc::default().with(Some(self.loc().locale()), self.loc().numbering(), None, None)?;
        let other_is_later = other.millis() > self.millis();
        let (earlier, later) = if other_is_later { (self, other) } else { (other, self) };
        let difference = walk(earlier, later, units, clock)?;
        let difference = difference.reconfigured(loc, false).with_options(options)?;
        Ok(if other_is_later { difference.negate() } else { difference })
    }

    /// Whether another date lies in the same unit by the wall clock, each read in its own zone.
    pub(crate) fn has_same(
        &self,
        other: &Self,
        unit: Unit,
        use_locale_weeks: bool,
        clock: &Clock,
    ) -> Result<bool, Thrown> {
        if !self.is_valid() {
            return Ok(false);
        }
        let here = self.in_zone(other.zone().clone(), true, clock);
        let millis = other.millis();
        Ok(here.start_of(unit, use_locale_weeks)?.millis() <= millis
            && millis <= here.end_of(unit, use_locale_weeks)?.millis())
    }
}

/// Days between two dates by their wall clocks.
fn day_difference(earlier: &DateTime, later: &DateTime, clock: &Clock) -> Result<f64, Thrown> {
    let start = |date: &DateTime| {
        Ok::<_, Thrown>(date.in_zone(Zone::UTC, true, clock).start_of(Unit::Days, false)?.millis())
    };
    Ok(((start(later)? - start(earlier)?) / 86_400_000.0).floor())
}

fn unit_difference(unit: Unit, earlier: &DateTime, later: &DateTime, clock: &Clock) -> Result<f64, Thrown> {
    let (Some(one), Some(other)) = (earlier.reading(), later.reading()) else { return Ok(f64::NAN) };
    let years = f64::from(other.civil.year) - f64::from(one.civil.year);
    let quarter = |month: u8| f64::from((month - 1) / 3);
    Ok(match unit {
        Unit::Years => years,
        Unit::Quarters => quarter(other.civil.month) - quarter(one.civil.month) + years * 4.0,
        Unit::Months => f64::from(other.civil.month) - f64::from(one.civil.month) + years * 12.0,
        Unit::Weeks => {
            let days = day_difference(earlier, later, clock)?;
            (days - days % 7.0) / 7.0
        }
        _ => day_difference(earlier, later, clock)?,
    })
}

/// Steps from the earlier date towards the later one, largest unit first, and back by one where a step is too far.
/// `mark` is where one more of the smallest calendar unit would lead: the rest is measured against it.
fn walk(earlier: &DateTime, later: &DateTime, units: &[Unit], clock: &Clock) -> Result<Duration, Thrown> {
    if units.is_empty() {
        return Err(super::error("Invalid unit undefined"));
    }
    let mut cursor = earlier.clone();
    let mut results = Amounts::new();
    let mut mark: Option<DateTime> = None;
    let mut lowest = None;
    let plus = |amounts: &Amounts| earlier.plus(&Duration::new(amounts.clone(), Loc::default()));
    for unit in [Unit::Years, Unit::Quarters, Unit::Months, Unit::Weeks, Unit::Days] {
        if !units.contains(&unit) {
            continue;
        }
        lowest = Some(unit);
        results.push((unit, unit_difference(unit, &cursor, later, clock)?));
        let step_back = |results: &mut Amounts| {
            if let Some((_, amount)) = results.last_mut() {
                *amount -= 1.0;
            }
        };
        let mut reached = plus(&results);
        if reached.millis() > later.millis() {
            step_back(&mut results);
            cursor = plus(&results);
            if cursor.millis() > later.millis() {
                reached = cursor;
                step_back(&mut results);
                cursor = plus(&results);
            }
        } else {
            cursor = reached.clone();
        }
        mark = Some(reached);
    }
    let rest = later.millis() - cursor.millis();
    let time_units: Vec<Unit> = units.iter().copied().filter(|unit| *unit >= Unit::Hours).collect();
    if !time_units.is_empty() {
        let duration = Duration::new(results, Loc::default());
        return Ok(Duration::from_millis(rest).shift_to(&time_units).plus(&duration));
    }
    if let (Some(lowest), Some(mark)) = (lowest, mark) {
        let mark = if mark.millis() < later.millis() { cursor.plus_unit(1.0, lowest) } else { mark };
        // luxon compares identities: where the walk ended at the mark itself there is no rest
        let span = mark.millis() - cursor.millis();
        if span != 0.0
            && let Some((_, amount)) = results.last_mut()
        {
            *amount += rest / span;
        }
    }
    Ok(Duration::new(results, Loc::default()))
}
