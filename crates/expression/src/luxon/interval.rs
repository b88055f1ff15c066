//! luxon's `Interval`: a span between two dates, the start included and the end not.

use std::fmt;

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use super::Invalid;
use super::datetime::DateTime;
use super::duration::Duration;
use super::parse::parse_iso_duration;
use super::units::Unit;
use crate::{Clock, Thrown, Value};

/// A luxon `Interval`.
#[derive(Debug, Clone)]
pub struct Interval {
    span: Result<(DateTime, DateTime), Invalid>,
}

impl Interval {
    /// The interval from `start` to `end`; invalid if it would end before it starts.
    pub(crate) fn new(start: DateTime, end: DateTime) -> Self {
        if !start.is_valid() {
            return Self::invalid(Invalid::new("missing or invalid start", None));
        }
        if !end.is_valid() {
            return Self::invalid(Invalid::new("missing or invalid end", None));
        }
        if end.millis() < start.millis() {
            let explanation = format!(
                "The end of an interval must be after its start, but you had start={start} and end={end}"
            );
            return Self::invalid(Invalid::new("end before start", Some(explanation)));
        }
        Self { span: Ok((start, end)) }
    }

    /// An invalid interval.
    pub(crate) fn invalid(invalid: Invalid) -> Self {
        Self { span: Err(invalid) }
    }

    /// `Interval.fromISO`: `start/end`, `start/duration` or `duration/end`.
    pub(crate) fn from_iso(text: &str, options: &Value, clock: &Clock) -> Result<Self, Thrown> {
        let mut parts = text.split('/');
        if let (Some(first), Some(second)) = (parts.next(), parts.next())
            && !first.is_empty()
            && !second.is_empty()
        {
            // luxon takes a part that throws for one that is not a date
            let date = |text: &str| DateTime::from_iso(text, options, clock).ok().filter(DateTime::is_valid);
            let duration = |text: &str| {
                parse_iso_duration(text).map(|amounts| Duration::new(amounts, Default::default()))
            };
            match (date(first), date(second)) {
                (Some(start), Some(end)) => return Ok(Self::new(start, end)),
                (Some(start), None) => {
                    if let Some(duration) = duration(second) {
                        return Ok(Self::new(start.clone(), start.plus(&duration)));
                    }
                }
                (None, Some(end)) => {
                    if let Some(duration) = duration(first) {
                        return Ok(Self::new(end.minus(&duration), end));
                    }
                }
                (None, None) => {}
            }
        }
        let explanation = format!("the input \"{text}\" can't be parsed as ISO 8601");
        Ok(Self::invalid(Invalid::new("unparsable", Some(explanation))))
    }

    /// Whether it is an interval at all.
    pub fn is_valid(&self) -> bool {
        self.span.is_ok()
    }

    /// Start and end; `None` when invalid.
    pub(crate) fn span(&self) -> Option<(&DateTime, &DateTime)> {
        self.span.as_ref().ok().map(|(start, end)| (start, end))
    }

    /// Why it is invalid.
    pub(crate) fn invalidity(&self) -> Option<&Invalid> {
        self.span.as_ref().err()
    }

    /// Start and end in milliseconds; NaN when invalid.
    pub(crate) fn bounds(&self) -> (f64, f64) {
        self.span().map_or((f64::NAN, f64::NAN), |(start, end)| (start.millis(), end.millis()))
    }

    /// `toDuration`.
    pub(crate) fn to_duration(
        &self,
        units: &[Unit],
        options: &Value,
        clock: &Clock,
    ) -> Result<Duration, Thrown> {
        match &self.span {
            Ok((start, end)) => end.diff(start, units, options, clock),
            Err(invalid) => Ok(Duration::invalid(Invalid::new(invalid.reason.clone(), None))),
        }
    }

    /// `count`: how many units the interval touches.
    pub(crate) fn count(&self, unit: Unit, use_locale_weeks: bool, clock: &Clock) -> Result<f64, Thrown> {
        let Some((start, end)) = self.span() else { return Ok(f64::NAN) };
        let first = start.start_of(unit, use_locale_weeks)?;
        let end_in_locale = if use_locale_weeks {
            end.with_loc(end.loc().with(Some(first.loc().locale()), None, None, None)?)
        } else {
            end.clone()
        };
        let last = end_in_locale.start_of(unit, use_locale_weeks)?;
        let whole = last.diff(&first, &[unit], &Value::Undefined, clock)?.get(unit).floor();
        Ok(whole + if last.millis() == end.millis() { 0.0 } else { 1.0 })
    }

    /// `hasSame`: whether start and last millisecond lie in the same unit.
    pub(crate) fn has_same(&self, unit: Unit, clock: &Clock) -> Result<bool, Thrown> {
        let Some((start, end)) = self.span() else { return Ok(false) };
        if start.millis() == end.millis() {
            return Ok(true);
        }
        end.plus_unit(-1.0, Unit::Milliseconds).has_same(start, unit, false, clock)
    }

    /// `overlaps`.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let ((start, end), (other_start, other_end)) = (self.bounds(), other.bounds());
        end > other_start && start < other_end
    }

    /// `intersection`; `None` when they do not meet.
    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        let (Some((start, end)), Some((other_start, other_end))) = (self.span(), other.span()) else {
            return Some(self.clone());
        };
        let start = if start.millis() > other_start.millis() { start } else { other_start };
        let end = if end.millis() < other_end.millis() { end } else { other_end };
        (start.millis() < end.millis()).then(|| Self::new(start.clone(), end.clone()))
    }

    /// `union`: from the first start to the last end.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let (Some((start, end)), Some((other_start, other_end))) = (self.span(), other.span()) else {
            return self.clone();
        };
        let start = if start.millis() < other_start.millis() { start } else { other_start };
        let end = if end.millis() > other_end.millis() { end } else { other_end };
        Self::new(start.clone(), end.clone())
    }

    /// `splitAt`: cut at the dates that lie inside.
    pub(crate) fn split_at(&self, mut dates: Vec<DateTime>) -> Vec<Self> {
        let Some((start, end)) = self.span() else { return Vec::new() };
        let (from, to) = self.bounds();
        dates.retain(|date| from <= date.millis() && to > date.millis());
        dates.sort_by(|one, other| one.millis().total_cmp(&other.millis()));
        let mut parts = Vec::new();
        let mut current = start.clone();
        let mut cuts = dates.into_iter();
        while current.millis() < end.millis() {
            let next = cuts.next().unwrap_or_else(|| end.clone());
            parts.push(Self::new(current, next.clone()));
            current = next;
        }
        parts
    }

    /// `splitBy`: cut at every multiple of a duration. A duration that does not lead on is refused, where luxon
    /// would never end.
    pub(crate) fn split_by(&self, duration: &Duration) -> Result<Vec<Self>, Thrown> {
        const MOST: usize = 1_000_000;
        let Some((start, end)) = self.span() else { return Ok(Vec::new()) };
        if !duration.is_valid() || duration.in_unit(Unit::Milliseconds) == 0.0 {
            return Ok(Vec::new());
        }
        let mut parts = Vec::new();
        let mut current = start.clone();
        while current.millis() < end.millis() {
            let factor = parts.len() as f64 + 1.0;
            let next = start.plus(&duration.map(|amount| amount * factor));
            let next = if next.millis() > end.millis() { end.clone() } else { next };
            if parts.len() == MOST
                || next.millis().partial_cmp(&current.millis()) != Some(std::cmp::Ordering::Greater)
            {
                return Err(Thrown::range_error("Invalid array length"));
            }
            parts.push(Self::new(current, next.clone()));
            current = next;
        }
        Ok(parts)
    }

    /// `Interval.merge`: overlapping and touching intervals become one.
    pub(crate) fn merge(mut intervals: Vec<Self>) -> Vec<Self> {
        sort_by_start(&mut intervals);
        let mut merged: Vec<Self> = Vec::new();
        for interval in intervals {
            match merged.last_mut() {
                Some(last) if last.overlaps(&interval) || last.bounds().1 == interval.bounds().0 => {
                    *last = last.union(&interval);
                }
                _ => merged.push(interval),
            }
        }
        merged
    }

    /// `Interval.xor`: the times that lie in exactly one of the intervals.
    pub(crate) fn xor(intervals: &[Self]) -> Vec<Self> {
        let mut edges: Vec<(&DateTime, bool)> = Vec::new();
        for (start, end) in intervals.iter().filter_map(Self::span) {
            edges.push((start, true));
            edges.push((end, false));
        }
        edges.sort_by(|one, other| one.0.millis().total_cmp(&other.0.millis()));
        let mut found = Vec::new();
        let mut open: Option<&DateTime> = None;
        let mut depth = 0;
        for (time, opens) in edges {
            depth += if opens { 1 } else { -1 };
            if depth == 1 {
                open = Some(time);
            } else if let Some(start) = open.take()
                && start.millis() != time.millis()
            {
                found.push(Self::new(start.clone(), time.clone()));
            }
        }
        Self::merge(found)
    }

    /// `difference`: what of this interval lies in none of the others.
    pub(crate) fn difference(&self, others: Vec<Self>) -> Vec<Self> {
        let mut all = vec![self.clone()];
        all.extend(others);
        Self::xor(&all)
            .iter()
            .filter_map(|part| self.intersection(part))
            .filter(|part| part.bounds().0 != part.bounds().1)
            .collect()
    }

    /// `start/end` in ISO 8601, or `Invalid Interval`.
    pub fn to_iso(&self) -> String {
        match self.span() {
            Some((start, end)) => format!("{start}/{end}"),
            None => "Invalid Interval".to_owned(),
        }
    }

    /// The object of its fields that `JSON.stringify` makes of an interval.
    pub fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        if let Some((start, end)) = self.span() {
            object.insert("s", Json::from(start.to_string()));
            object.insert("e", Json::from(end.to_string()));
        }
        object.insert("invalid", self.invalidity().map_or(Json::NULL, Invalid::to_json));
        object.insert("isLuxonInterval", Json::from(true));
        Json::from(object)
    }

    /// The own members that JavaScript code sees.
    pub(crate) fn own_members(&self) -> Vec<(SmolStr, Value)> {
        let (start, end) = match self.span() {
            Some((start, end)) => (super::date_value(start.clone()), super::date_value(end.clone())),
            None => (Value::Undefined, Value::Undefined),
        };
        vec![
            (SmolStr::new_static("s"), start),
            (SmolStr::new_static("e"), end),
            (
                SmolStr::new_static("invalid"),
                Value::Json(self.invalidity().map_or(Json::NULL, Invalid::to_json)),
            ),
            (SmolStr::new_static("isLuxonInterval"), Value::from(true)),
        ]
    }
}

/// Sorts by start, as the engine sorts: an invalid interval is neither before nor after any other, so that the order
/// of the comparisons counts.
fn sort_by_start(intervals: &mut Vec<Interval>) {
    if intervals.iter().all(Interval::is_valid) {
        return intervals.sort_by(|one, other| one.bounds().0.total_cmp(&other.bounds().0));
    }
    let starts_before = |one: &Interval, other: &Interval| one.bounds().0 < other.bounds().0;
    let falls = matches!(intervals.as_slice(), [first, second, ..] if starts_before(second, first));
    let continues = |pair: &&[Interval]| starts_before(&pair[1], &pair[0]) == falls;
    let run = intervals.windows(2).take_while(continues).count() + 1;
    let mut rest = intervals.split_off(run.min(intervals.len()));
    if falls {
        intervals.reverse();
    }
    for interval in rest.drain(..) {
        let (mut low, mut high) = (0, intervals.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match starts_before(&interval, &intervals[middle]) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        intervals.insert(low, interval);
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span() {
            Some((start, end)) => write!(formatter, "[{start} – {end})"),
            None => formatter.write_str("Invalid Interval"),
        }
    }
}
