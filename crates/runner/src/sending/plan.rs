//! What is said before the first of many sends: how many, through what, who is left out, and how long it takes.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::hours::{SendCap, SendingHours};

/// More sends than so many are announced, and asked about, before the first one.
pub(crate) const UNASKED: usize = 100;

/// Sends of a node that are about to begin.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendPlan {
    /// Name of the node.
    pub node: String,
    /// Items that are to be sent.
    pub items: usize,
    /// Items that are left out, by why.
    pub skipped: Vec<SkippedItems>,
    /// Through what they go, as the node's form names it, such as the bot and the channel.
    pub through: Vec<Through>,
    /// How long it takes at least, with all waits, in milliseconds; `None` where nothing limits it.
    pub milliseconds: Option<u64>,
    /// How long it waits before the first one, in milliseconds.
    pub waits: u64,
    /// Nothing leaves: it is a dry run.
    pub dry_run: bool,
}

/// Items that are left out for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SkippedItems {
    /// Why.
    pub why: String,
    /// How many.
    pub items: usize,
}

/// A part of what sends go through.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Through {
    /// The form's word for it.
    pub label: String,
    /// Its name, or what the file has of it where that is not known.
    pub name: String,
}

/// Decides whether many sends begin ([`RunOptions::confirm`](crate::RunOptions)).
#[async_trait]
pub trait ConfirmSends: fmt::Debug + Send + Sync {
    /// Whether they do. If not, the run is cancelled.
    async fn confirm(&self, plan: &SendPlan) -> bool;
}

/// What makes sends wait.
pub(crate) struct Limits<'a> {
    pub(crate) hours: Option<&'a SendingHours>,
    pub(crate) cap: Option<SendCap>,
    /// How many of the first period have been sent already.
    pub(crate) counted: u64,
    /// How long so many sends take at the pace that the service allows.
    pub(crate) pace: &'a (dyn Fn(u64) -> Duration + Sync),
}

impl Limits<'_> {
    /// When so many sends that begin at `now` (milliseconds since 1970) can be over at the earliest.
    pub(crate) fn end_of(&self, sends: usize, now: i64, zone: &TimeZone) -> i64 {
        let mut left = sends as u64;
        let mut counted = self.counted;
        let mut now = now;
        // A bound for limits that let next to nothing through.
        for _ in 0..10_000 {
            if left == 0 {
                break;
            }
            now = self.hours.map_or(now, |hours| hours.next(now, zone));
            let period = self.cap.map(|cap| (cap.count, cap.period(now, zone).1));
            let room = period.map_or(left, |(count, _)| count.saturating_sub(counted));
            let open = self.hours.map_or(i64::MAX, |hours| hours.left(now, zone));
            let until_next = period.map_or(i64::MAX, |(_, end)| end - now);
            let time_left = open.min(until_next);
            let wanted = left.min(room);
            let takes = i64::try_from((self.pace)(wanted).as_millis()).unwrap_or(i64::MAX);
            let (sent, takes) = if takes > time_left {
                let share = wanted as f64 * time_left as f64 / takes as f64;
                ((share as u64).max(1).min(wanted), time_left)
            } else {
                (wanted, takes)
            };
            left -= sent;
            counted += sent;
            now = now.saturating_add(takes);
            if let Some((count, end)) = period
                && (counted >= count || now >= end)
            {
                counted = 0;
                now = if left > 0 { now.max(end) } else { now };
            }
        }
        now
    }
}

impl fmt::Display for SendPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.dry_run { " would be" } else { "" };
        write!(formatter, "{}: {} items{would} to send", self.node, self.items)?;
        if !self.skipped.is_empty() {
            let skipped: usize = self.skipped.iter().map(|skipped| skipped.items).sum();
            let why: Vec<String> =
                self.skipped.iter().map(|skipped| format!("{} {}", skipped.items, skipped.why)).collect();
            write!(formatter, ", {skipped} skipped: {}", why.join(", "))?;
        }
        for Through { label, name } in &self.through {
            write!(formatter, "\n  {label}: {name}")?;
        }
        if self.waits > 0 {
            write!(formatter, "\n  begins in {}", in_words(self.waits))?;
        }
        match self.milliseconds {
            Some(time) if time >= 1000 => write!(formatter, "\n  takes at least {}", in_words(time)),
            Some(_) => write!(formatter, "\n  takes seconds"),
            None => write!(formatter, "\n  takes as long as the service does"),
        }
    }
}

/// A time in words, rounded up: `5 s`, `2 min`, `1 h 2 min`, `3 d 4 h`.
pub(crate) fn in_words(milliseconds: u64) -> String {
    let seconds = milliseconds.div_ceil(1000);
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..=90 => format!("{seconds} s"),
        91..=3599 => format!("{minutes} min"),
        3600..=86_399 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", minutes / 1440, minutes / 60 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_796_000_400_000; // 2026-11-30, Monday, 01:00 UTC

    fn hours_for(sends: usize, hours: Option<&str>, cap: Option<&str>, counted: u64) -> i64 {
        let hours: Option<SendingHours> = hours.map(|text| text.parse().expect("hours"));
        let cap = cap.map(|text| text.parse().expect("a limit"));
        let pace = |count: u64| Duration::from_secs(count);
        let limits = Limits { hours: hours.as_ref(), cap, counted, pace: &pace };
        (limits.end_of(sends, START, &TimeZone::UTC) - START) / 3_600_000
    }

    #[test]
    fn how_long_it_takes_follows_from_pace_hours_and_limits() {
        assert_eq!(hours_for(7200, None, None, 0), 2);
        let monday = jiff::Timestamp::from_millisecond(START).expect("a moment").to_zoned(TimeZone::UTC);
        assert_eq!((monday.hour(), monday.weekday()), (1, jiff::civil::Weekday::Monday));
        assert_eq!(hours_for(3600, Some("09:00-18:00"), None, 0), 9, "it begins at 9 and takes an hour");
        assert_eq!(
            hours_for(36_000, Some("09:00-18:00"), None, 0),
            8 + 24 + 1,
            "nine hours today, one tomorrow"
        );
        assert_eq!(hours_for(3000, None, Some("1000/day"), 0), 23 + 24);
        assert_eq!(hours_for(1000, None, Some("1000/day"), 1000), 23);
        assert_eq!(hours_for(2000, Some("09:00-18:00"), Some("1000/day"), 0), 8 + 24);
    }
}
