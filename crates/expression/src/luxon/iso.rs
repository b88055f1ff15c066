//! Technical formats of dates: ISO 8601, RFC 2822, HTTP, SQL.

use std::fmt::Write;

use heddle_data::Json;

use super::civil::{Civil, WeekRule};
use super::datetime::{DateTime, Reading};
use super::english::{MONTHS_SHORT, WEEKDAYS_SHORT};
use super::units::Field;
use super::zone::{OffsetStyle, format_offset};
use super::{flag, not_null, option};
use crate::{Clock, Thrown, Value};

/// How far an ISO text goes, and what it leaves out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsoStyle {
    extended: bool,
    suppress_seconds: bool,
    suppress_milliseconds: bool,
    include_offset: bool,
    include_prefix: bool,
    extended_zone: bool,
    precision: Precision,
}

/// The smallest unit of an ISO text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    /// A unit that luxon knows but does not order.
    Other,
}

impl IsoStyle {
    /// What `toISO()` prints.
    pub(crate) const FULL: Self = Self {
        extended: true,
        suppress_seconds: false,
        suppress_milliseconds: false,
        include_offset: true,
        include_prefix: false,
        extended_zone: false,
        precision: Precision::Millisecond,
    };

    /// Reads the options of `toISO`, `toISODate` and `toISOTime`.
    pub(crate) fn from_options(options: &Value, date_only: bool) -> Result<Self, Thrown> {
        not_null(options)?;
        let mut style =
            Self { precision: if date_only { Precision::Day } else { Precision::Millisecond }, ..Self::FULL };
        let flag = |key: &str, default: bool| flag(options, key, default);
        let format = option(options, "format");
        style.extended = format.is_undefined() || format.as_str() == Some("extended");
        style.suppress_seconds = flag("suppressSeconds", false);
        style.suppress_milliseconds = flag("suppressMilliseconds", false);
        style.include_offset = flag("includeOffset", true);
        style.include_prefix = flag("includePrefix", false);
        style.extended_zone = flag("extendedZone", false);
        let precision = option(options, "precision");
        if !precision.is_undefined() {
            style.precision = match Field::parse(&precision.to_text()?)? {
                Field::Year => Precision::Year,
                Field::Month => Precision::Month,
                Field::Day => Precision::Day,
                Field::Hour => Precision::Hour,
                Field::Minute => Precision::Minute,
                Field::Second => Precision::Second,
                Field::Millisecond => Precision::Millisecond,
                _ => Precision::Other,
            };
        }
        Ok(style)
    }

    /// Without an offset, as durations print a time.
    pub(crate) fn without_offset(self) -> Self {
        Self { include_offset: false, ..self }
    }
}

impl DateTime {
    /// `toISO()`, `2024-03-05T09:08:07.006-05:00`; `None` when invalid.
    pub fn to_iso(&self) -> Option<String> {
        self.to_iso_styled(IsoStyle::FULL)
    }

    /// `toISO` with options.
    pub(crate) fn to_iso_styled(&self, style: IsoStyle) -> Option<String> {
        let reading = self.reading()?;
        let mut text = String::with_capacity(32);
        push_date(&mut text, &reading.civil, style);
        if style.precision >= Precision::Hour && style.precision != Precision::Other {
            text.push('T');
        }
        self.push_time(&mut text, reading, style);
        Some(text)
    }

    /// `toISODate`.
    pub(crate) fn to_iso_date(&self, style: IsoStyle) -> Option<String> {
        let mut text = String::new();
        push_date(&mut text, &self.reading()?.civil, style);
        Some(text)
    }

    /// `toISOTime`.
    pub(crate) fn to_iso_time(&self, style: IsoStyle) -> Option<String> {
        let reading = self.reading()?;
        let mut text = String::new();
        if style.include_prefix && style.precision >= Precision::Hour && style.precision != Precision::Other {
            text.push('T');
        }
        self.push_time(&mut text, reading, style);
        Some(text)
    }

    /// `toISOWeekDate`, `2024-W10-2`.
    pub(crate) fn to_iso_week_date(&self) -> Option<String> {
        let civil = self.reading()?.civil;
        let week = civil.week(WeekRule::ISO);
        Some(format!("{}-W{:02}-{}", signed(week.year, 4), week.number, civil.weekday()))
    }

    /// `toRFC2822`, `Tue, 05 Mar 2024 09:08:07 -0500`.
    pub(crate) fn to_rfc2822(&self) -> Option<String> {
        let reading = self.reading()?;
        let offset = format_offset(self.zone().offset(self.millis()), OffsetStyle::Techie);
        Some(format!("{} {offset}", tech_date(&reading.civil)))
    }

    /// `toHTTP`, `Tue, 05 Mar 2024 14:08:07 GMT`.
    pub(crate) fn to_http(&self, clock: &Clock) -> Option<String> {
        let utc = self.in_zone(super::zone::Zone::UTC, false, clock);
        Some(format!("{} GMT", tech_date(&utc.reading()?.civil)))
    }

    /// `toSQLTime`, `09:08:07.006 -05:00`; options `includeOffset`, `includeZone`, `includeOffsetSpace`.
    pub(crate) fn to_sql_time(&self, options: &Value) -> Option<String> {
        let civil = self.reading()?.civil;
        let flag = |key: &str, default: bool| flag(options, key, default);
        let mut text =
            format!("{:02}:{:02}:{:02}.{:03}", civil.hour, civil.minute, civil.second, civil.millisecond);
        let (offset, zone) = (flag("includeOffset", true), flag("includeZone", false));
        if (offset || zone) && flag("includeOffsetSpace", true) {
            text.push(' ');
        }
        if zone {
            text.push_str(&self.zone_name());
        } else if offset {
            text.push_str(&self.offset_text(OffsetStyle::Short, true));
        }
        Some(text)
    }

    /// `toSQL`, `2024-03-05 09:08:07.006 -05:00`.
    pub(crate) fn to_sql(&self, options: &Value) -> Option<String> {
        Some(format!("{} {}", self.to_iso_date(IsoStyle::FULL)?, self.to_sql_time(options)?))
    }

    /// The offset as text, or `Z` for luxon's UTC where that is allowed.
    pub(crate) fn offset_text(&self, style: OffsetStyle, allow_z: bool) -> String {
        let offset = self.zone().offset(self.millis());
        if allow_z && self.zone().is_fixed() && offset == 0.0 {
            return "Z".to_owned();
        }
        format_offset(offset, style)
    }

    fn push_time(&self, text: &mut String, reading: &Reading, style: IsoStyle) {
        let civil = &reading.civil;
        let show_seconds = !style.suppress_seconds || civil.millisecond != 0 || civil.second != 0;
        let separator = if style.extended { ":" } else { "" };
        if style.precision >= Precision::Hour {
            push(text, format_args!("{:02}", civil.hour));
        }
        if style.precision >= Precision::Minute {
            push(text, format_args!("{separator}{:02}", civil.minute));
        }
        if style.precision >= Precision::Second && show_seconds {
            push(text, format_args!("{separator}{:02}", civil.second));
        }
        if style.precision >= Precision::Millisecond
            && show_seconds
            && (!style.suppress_milliseconds || civil.millisecond != 0)
        {
            push(text, format_args!(".{:03}", civil.millisecond));
        }
        if style.include_offset {
            if self.zone().is_fixed() && reading.offset == 0.0 && !style.extended_zone {
                text.push('Z');
            } else {
                let (sign, size) =
                    if reading.offset < 0.0 { ('-', -reading.offset) } else { ('+', reading.offset.abs()) };
                push(text, format_args!("{sign}{:02}:{:02}", (size / 60.0).trunc(), (size % 60.0).trunc()));
            }
        }
        if style.extended_zone {
            push(text, format_args!("[{}]", self.zone().iana_name()));
        }
    }
}

/// Appends formatted text; writing to a string cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

fn push_date(text: &mut String, civil: &Civil, style: IsoStyle) {
    let long = civil.year > 9999 || civil.year < 0;
    if civil.year > 9999 {
        text.push('+');
    }
    text.push_str(&signed(civil.year, if long { 6 } else { 4 }));
    let separator = if style.extended { "-" } else { "" };
    if style.precision >= Precision::Month {
        push(text, format_args!("{separator}{:02}", civil.month));
    }
    if style.precision >= Precision::Day {
        push(text, format_args!("{separator}{:02}", civil.day));
    }
}

/// A number padded with zeros behind its sign.
pub(crate) fn signed(number: i32, width: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:0width$}", number.unsigned_abs())
}

/// `Tue, 05 Mar 2024 09:08:07`.
fn tech_date(civil: &Civil) -> String {
    let weekday = WEEKDAYS_SHORT.get(usize::from(civil.weekday()) - 1).copied().unwrap_or_default();
    let month = MONTHS_SHORT.get(usize::from(civil.month) - 1).copied().unwrap_or_default();
    let year = signed(civil.year, 4);
    format!(
        "{weekday}, {:02} {month} {year} {:02}:{:02}:{:02}",
        civil.day, civil.hour, civil.minute, civil.second
    )
}

/// The fields of a date as `toObject()` gives them.
pub(crate) fn to_object(civil: &Civil) -> Json {
    heddle_data::json!({
        "year": civil.year,
        "month": u32::from(civil.month),
        "day": u32::from(civil.day),
        "hour": u32::from(civil.hour),
        "minute": u32::from(civil.minute),
        "second": u32::from(civil.second),
        "millisecond": u32::from(civil.millisecond)
    })
}
