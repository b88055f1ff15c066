//! When sends may leave: hours of the day, days of the week, and how many in a day or an hour.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, Zoned};

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Hours in which sends may leave, in the time zone of the run: `09:00-18:00`, on all days or on some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingHours {
    from: Time,
    /// Before `from` where the hours go on past midnight.
    to: Time,
    days: Vec<Weekday>,
}

/// How many sends may leave in a day or an hour, by the clock of the run's time zone: `1000/day`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendCap {
    /// So many.
    pub count: u64,
    /// In an hour, in place of a day.
    pub hourly: bool,
}

impl SendingHours {
    /// The same hours on these days alone: `mon-fri`, or `mon,wed,fri`.
    ///
    /// # Errors
    /// When the text names no days.
    pub fn on_days(mut self, text: &str) -> Result<Self, String> {
        let day = |name: &str| {
            let name = name.trim().to_lowercase();
            let found = DAYS.iter().position(|(short, _)| name.len() >= 3 && name.starts_with(short));
            found.ok_or_else(|| format!("\"{name}\" is no day: give mon, tue, wed, thu, fri, sat or sun"))
        };
        self.days = Vec::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(part)?, day(part)?),
            };
            let count = (last + DAYS.len() - first) % DAYS.len();
            self.days.extend((first..=first + count).map(|index| DAYS[index % DAYS.len()].1));
        }
        Ok(self)
    }

    /// The hours again, from their text ([`fmt::Display`]).
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some((hours, days)) => hours.parse::<Self>().ok()?.on_days(days).ok(),
            None => text.parse().ok(),
        }
    }

    /// When the hours of a day begin and end; `None` for a day without any.
    fn of_day(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.to <= self.from { day.tomorrow().ok()? } else { day };
        let at = |day: Date, time: Time| Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp());
        Some((at(day, self.from)?, at(last, self.to)?))
    }

    /// The first moment from `now` on, in milliseconds since 1970, at which sends may leave; `now` itself within the hours.
    pub(crate) fn next(&self, now: i64, zone: &TimeZone) -> i64 {
        let Ok(moment) = Timestamp::from_millisecond(now) else { return now };
        let today = moment.to_zoned(zone.clone()).date();
        let days = (-1..=8).filter_map(|offset| today.checked_add(Span::new().days(offset)).ok());
        let windows = days.filter_map(|day| self.of_day(day, zone));
        let next = windows.filter(|(_, end)| *end > moment).map(|(begin, _)| begin.max(moment)).min();
        next.map_or(now, Timestamp::as_millisecond)
    }

    /// How long the hours go on from a moment within them, in milliseconds.
    pub(crate) fn left(&self, now: i64, zone: &TimeZone) -> i64 {
        let Ok(moment) = Timestamp::from_millisecond(now) else { return 0 };
        let today = moment.to_zoned(zone.clone()).date();
        let days = (-1..=0).filter_map(|offset| today.checked_add(Span::new().days(offset)).ok());
        let windows = days.filter_map(|day| self.of_day(day, zone));
        let end = windows.filter(|(begin, end)| *begin <= moment && moment < *end).map(|(_, end)| end).max();
        end.map_or(0, |end| end.as_millisecond() - now)
    }
}

impl FromStr for SendingHours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no part of a day: give hours such as 09:00-18:00");
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
            let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
            if (hour, minute) == (24, 0) {
                Some(Time::midnight())
            } else {
                Time::new(hour, minute, 0, 0).ok()
            }
        };
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (time(from).ok_or_else(wrong)?, time(to).ok_or_else(wrong)?);
        if from == to && from != Time::midnight() {
            return Err(wrong());
        }
        Ok(Self { from, to, days: DAYS.iter().map(|(_, day)| *day).collect() })
    }
}

impl fmt::Display for SendingHours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
        write!(formatter, "{}-{}", time(self.from), time(self.to))?;
        if self.days.len() < DAYS.len() {
            let named = DAYS.iter().filter(|(_, day)| self.days.contains(day)).map(|(name, _)| *name);
            write!(formatter, " {}", named.collect::<Vec<_>>().join(","))?;
        }
        Ok(())
    }
}

impl SendCap {
    /// The day, or hour, of a moment: when it began and when the next one does, in milliseconds since 1970.
    pub(crate) fn period(self, now: i64, zone: &TimeZone) -> (i64, i64) {
        let whole = || -> Result<(i64, i64), jiff::Error> {
            let moment: Zoned = Timestamp::from_millisecond(now)?.to_zoned(zone.clone());
            let (begin, end) = if self.hourly {
                let begin = moment
                    .round(jiff::ZonedRound::new().smallest(jiff::Unit::Hour).mode(jiff::RoundMode::Trunc))?;
                (begin.clone(), begin.checked_add(1.hour())?)
            } else {
                let begin = moment.start_of_day()?;
                (begin, moment.tomorrow()?.start_of_day()?)
            };
            Ok((begin.timestamp().as_millisecond(), end.timestamp().as_millisecond()))
        };
        let length = if self.hourly { 3_600_000 } else { 86_400_000 };
        whole().unwrap_or((now - now.rem_euclid(length), now - now.rem_euclid(length) + length))
    }
}

impl FromStr for SendCap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("\"{text}\" is no limit: give a count and a time, such as 1000/day or 100/hour");
        let (count, per) = text.split_once('/').ok_or_else(wrong)?;
        let count: u64 = count.trim().parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
        let hourly = match per.trim().to_lowercase().as_str() {
            "day" | "d" => false,
            "hour" | "h" => true,
            _ => return Err(wrong()),
        };
        Ok(Self { count, hourly })
    }
}

impl fmt::Display for SendCap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.count, if self.hourly { "hour" } else { "day" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Zoned>().expect("a moment").timestamp().as_millisecond()
    }

    fn zone() -> TimeZone {
        TimeZone::get("America/Sao_Paulo").expect("a zone")
    }

    fn next(hours: &SendingHours, moment: &str) -> String {
        let next = hours.next(at(&format!("{moment}[America/Sao_Paulo]")), &zone());
        let zoned = Timestamp::from_millisecond(next).expect("a moment").to_zoned(zone());
        zoned.strftime("%a %H:%M").to_string()
    }

    #[test]
    fn outside_of_the_hours_the_next_ones_are_waited_for() {
        let hours: SendingHours = "09:00-18:00".parse().expect("hours");
        assert_eq!(next(&hours, "2026-11-30T08:59:00-03:00"), "Mon 09:00");
        assert_eq!(next(&hours, "2026-11-30T12:34:00-03:00"), "Mon 12:34");
        assert_eq!(next(&hours, "2026-11-30T18:00:00-03:00"), "Tue 09:00");
        let weekdays = hours.on_days("mon-fri").expect("days");
        assert_eq!(next(&weekdays, "2026-12-04T18:30:00-03:00"), "Mon 09:00");
        assert_eq!(weekdays.to_string(), "09:00-18:00 mon,tue,wed,thu,fri");
        assert_eq!(SendingHours::read(&weekdays.to_string()).as_ref(), Some(&weekdays));
        let night: SendingHours = "22-6".parse().expect("hours");
        assert_eq!(next(&night, "2026-12-01T03:00:00-03:00"), "Tue 03:00");
        assert_eq!(next(&night, "2026-12-01T06:00:00-03:00"), "Tue 22:00");
        let some = night.on_days("fri,sun").expect("days");
        assert_eq!(next(&some, "2026-12-05T03:00:00-03:00"), "Sat 03:00", "the night of Friday");
        assert_eq!(next(&some, "2026-12-06T03:00:00-03:00"), "Sun 22:00");
    }

    #[test]
    fn hours_and_limits_that_are_none_are_refused() {
        for text in ["", "9", "09:00", "25:00-26:00", "09:00-09:00", "a-b"] {
            assert!(text.parse::<SendingHours>().is_err(), "{text}");
        }
        for text in ["", "1000", "0/day", "ten/day", "10/week"] {
            assert!(text.parse::<SendCap>().is_err(), "{text}");
        }
        let hours: SendingHours = "00:00-24:00".parse().expect("hours");
        assert!(hours.clone().on_days("monday,someday").is_err());
        assert_eq!(hours.on_days("sat-mon").expect("days").days.len(), 3);
    }

    #[test]
    fn a_day_is_one_of_the_runs_time_zone() {
        let cap: SendCap = "1000/day".parse().expect("a limit");
        let (begin, end) = cap.period(at("2026-11-30T23:59:00-03:00[America/Sao_Paulo]"), &zone());
        assert_eq!(begin, at("2026-11-30T00:00:00-03:00[America/Sao_Paulo]"));
        assert_eq!(end, at("2026-12-01T00:00:00-03:00[America/Sao_Paulo]"));
        let cap: SendCap = "10/hour".parse().expect("a limit");
        let (begin, end) = cap.period(at("2026-11-30T23:59:00-03:00[America/Sao_Paulo]"), &zone());
        assert_eq!(end - begin, 3_600_000);
    }
}
