//! luxon's `DateTime`: an instant, the zone it is read in, and the locale it is written in.

use std::fmt;

use smol_str::SmolStr;

use super::Invalid;
use super::civil::{Civil, Fields, MAX_TIME};
use super::loc::Loc;
use super::run_zone::zone_of;
use super::zone::Zone;
use crate::{Clock, Thrown, Value};

/// A luxon `DateTime`. An invalid one keeps the reason and answers every question with NaN or null.
#[derive(Debug, Clone)]
pub struct DateTime {
    millis: f64,
    zone: Zone,
    loc: Loc,
    reading: Result<Reading, Box<Invalid>>,
}

/// What the clock of the date's zone shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) civil: Civil,
    /// Minutes east of UTC.
    pub(crate) offset: f64,
}

impl DateTime {
    /// A time in milliseconds after 1970 (fractions are kept), read in the run's zone.
    pub fn from_millis(millis: f64, clock: &Clock) -> Self {
        Self::at(millis, Zone::of_time_zone(&clock.zone), Loc::default())
    }

    /// `DateTime.now()`, in the run's zone.
    pub fn now(clock: &Clock) -> Self {
        Self::from_millis(clock.now as f64, clock)
    }

    /// A time read in a zone.
    pub(crate) fn at(millis: f64, zone: Zone, loc: Loc) -> Self {
        let offset = zone.offset(millis);
        Self::at_offset(millis, offset, zone, loc)
    }

    /// A time read in a zone at an offset that is known.
    pub(crate) fn at_offset(millis: f64, offset: f64, zone: Zone, loc: Loc) -> Self {
        let reading = if millis.is_nan() {
            Err(Invalid::input())
        } else if !zone.is_valid() {
            Err(unsupported(&zone))
        } else {
            match Civil::from_local_millis(millis + offset * 60_000.0).filter(|_| millis.abs() <= MAX_TIME) {
                Some(civil) => Ok(Reading { civil, offset }),
                None => Err(Invalid::input()),
            }
        };
        Self { millis, zone, loc, reading }
    }

    /// An invalid date.
    pub(crate) fn invalid(invalid: Box<Invalid>, clock: &Clock) -> Self {
        Self {
            millis: clock.now as f64,
            zone: Zone::of_time_zone(&clock.zone),
            loc: Loc::default(),
            reading: Err(invalid),
        }
    }

    /// An invalid date, with no more than a reason.
    pub(crate) fn invalid_because(reason: &'static str, clock: &Clock) -> Self {
        Self::invalid(Invalid::boxed(reason, None), clock)
    }

    /// `DateTime.fromJSDate`, options being `zone` and those of a locale.
    pub(crate) fn from_js_date(value: &Value, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        match value {
            Value::Date(millis) if !millis.is_nan() => {
                let zone = zone_of(&super::option(options, "zone"), clock);
                if !zone.is_valid() {
                    return Ok(Self::invalid(unsupported(&zone), clock));
                }
                Ok(Self::at(*millis, zone, Loc::from_options(options)?))
            }
            _ => Ok(Self::invalid_because("invalid input", clock)),
        }
    }

    /// What `Interval` takes for a date: a date, a JavaScript date, a number, or an object of fields.
    pub(crate) fn from_like(value: &Value, clock: &Clock) -> Result<Self, Thrown> {
        match value {
            Value::DateTime(date) => Ok(date.as_ref().clone()),
            Value::Date(_) => Self::from_js_date(value, &Value::Undefined, clock),
            // luxon asks for a JavaScript date even where it was given a number
            _ if value.as_f64().is_some_and(|number| number != 0.0 && !number.is_nan()) => {
                Ok(Self::invalid_because("invalid input", clock))
            }
            Value::Duration(_) => Ok(Self::invalid_because("invalid input", clock)),
            _ if value.is_truthy() && crate::coerce::type_of(value) == "object" => {
                Self::from_object(value, &Value::Undefined, None, clock)
            }
            _ => {
                let text = value.to_text()?;
                let kind = crate::coerce::type_of(value);
                Err(super::error(format!("Unknown datetime argument: {text}, of type {kind}")))
            }
        }
    }

    /// Whether it is a date at all.
    pub fn is_valid(&self) -> bool {
        self.reading.is_ok()
    }

    /// Milliseconds after 1970, with a fraction if it was made with one; NaN when invalid.
    pub fn millis(&self) -> f64 {
        if self.is_valid() { self.millis } else { f64::NAN }
    }

    /// The time even of an invalid date, as its `ts` shows it.
    pub(crate) fn raw_millis(&self) -> f64 {
        self.millis
    }

    /// What the clock of its zone shows; `None` when invalid.
    pub(crate) fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref().ok()
    }

    /// Why it is invalid.
    pub(crate) fn invalidity(&self) -> Option<&Invalid> {
        self.reading.as_ref().err().map(|invalid| &**invalid)
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    pub(crate) fn loc(&self) -> &Loc {
        &self.loc
    }

    /// The same zone and locale at another time.
    pub(crate) fn with_millis(&self, millis: f64) -> Self {
        if millis == self.millis && self.is_valid() {
            return self.clone();
        }
        Self::at(millis, self.zone.clone(), self.loc.clone())
    }

    /// The same time in another locale.
    pub(crate) fn with_loc(&self, loc: Loc) -> Self {
        Self { loc, ..self.clone() }
    }

    /// The same time in another zone, or the same wall clock there.
    pub(crate) fn in_zone(&self, zone: Zone, keep_local: bool, clock: &Clock) -> Self {
        if zone.equals(&self.zone) {
            return self.clone();
        }
        if !zone.is_valid() {
            return Self::invalid(unsupported(&zone), clock);
        }
        match &self.reading {
            Err(invalid) => Self { zone, reading: Err(invalid.clone()), ..self.clone() },
            Ok(reading) if keep_local => {
                let guess = zone.offset(self.millis);
                let (millis, _) = resolve_local(reading.civil.fields().local_millis(), guess, &zone);
                Self::at(millis, zone, self.loc.clone())
            }
            Ok(_) => Self::at(self.millis, zone, self.loc.clone()),
        }
    }

    /// `equals`: same time, zone and locale.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.is_valid()
            && other.is_valid()
            && self.millis == other.millis
            && self.zone.equals(&other.zone)
            && self.loc.equals(&other.loc)
    }

    /// `min` and `max`: the first date that is the least, or with `greatest` the greatest. An invalid one wins.
    pub(crate) fn best<'a>(dates: impl IntoIterator<Item = &'a Self>, greatest: bool) -> Option<&'a Self> {
        dates.into_iter().fold(None, |best: Option<&Self>, date| {
            let Some(current) = best else { return Some(date) };
            let (one, other) = (current.millis(), date.millis());
            // comparing with NaN never keeps the one before
            let keeps = if greatest { one >= other } else { one <= other };
            Some(if keeps { current } else { date })
        })
    }

    /// luxon's `zoneName`.
    pub(crate) fn zone_name(&self) -> SmolStr {
        self.zone.name()
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_iso() {
            Some(text) => formatter.write_str(&text),
            None => formatter.write_str("Invalid DateTime"),
        }
    }
}

/// Why a date in an invalid zone is invalid.
pub(crate) fn unsupported(zone: &Zone) -> Box<Invalid> {
    Invalid::boxed("unsupported zone", Some(format!("the zone \"{}\" is not supported", zone.name())))
}

/// The time at which a clock of a zone reads `local` (milliseconds), and its offset then. `guess` decides when the
/// clock reads so twice; a reading that the clock skips is moved forward by the gap.
pub(crate) fn resolve_local(local: f64, guess: f64, zone: &Zone) -> (f64, f64) {
    let mut millis = local - guess * 60_000.0;
    let second = zone.offset(millis);
    if guess == second {
        return (millis, guess);
    }
    millis -= (second - guess) * 60_000.0;
    let third = zone.offset(millis);
    if second == third {
        return (millis, second);
    }
    (local - second.min(third) * 60_000.0, second.max(third))
}

/// The time of wall-clock fields in a zone, and the offset then.
pub(crate) fn resolve_fields(fields: &Fields, guess: f64, zone: &Zone) -> (f64, f64) {
    resolve_local(fields.local_millis(), guess, zone)
}
