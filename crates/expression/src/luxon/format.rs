//! `toFormat`: dates and durations by format tokens.

use std::fmt::Write;

use heddle_data::{Json, number_to_string};

use super::civil::{Civil, Week, WeekRule};
use super::datetime::{DateTime, Reading};
use super::duration::Duration;
use super::intl::DateFormatter;
use super::loc::Loc;
use super::tokens::{Token, split};
use super::units::Unit;
use super::zone::{OffsetStyle, Zone};
use super::{english, options_json, presets, round_to};
use crate::{Thrown, Value};
use heddle_locale::{self as locale, DateOptions, NumberOptions, Part};

/// How long a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Long,
    Short,
    Narrow,
}

impl Width {
    /// The value of an `Intl` option.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Width::Long => "long",
            Width::Short => "short",
            Width::Narrow => "narrow",
        }
    }
}

impl DateTime {
    /// `toFormat`; options are those of a locale.
    pub(crate) fn to_format(&self, format: &str, options: &Value) -> Result<String, Thrown> {
        let Some(reading) = self.reading() else { return Ok("Invalid DateTime".to_owned()) };
        let loc = self.loc().with_options(options)?;
        let formatter = TokenFormatter { date: self, reading, loc: &loc };
        let mut text = String::with_capacity(format.len() + 8);
        for token in split(format) {
            formatter.push(&mut text, &token)?;
        }
        Ok(text)
    }
}

struct TokenFormatter<'a> {
    date: &'a DateTime,
    reading: &'a Reading,
    loc: &'a Loc,
}

impl TokenFormatter<'_> {
    fn push(&self, text: &mut String, token: &Token) -> Result<(), Thrown> {
        if token.literal {
            text.push_str(&token.text);
            return Ok(());
        }
        let civil = &self.reading.civil;
        let twelve = if civil.hour.is_multiple_of(12) { 12 } else { civil.hour % 12 };
        match token.text.as_str() {
            "S" => self.number(text, civil.millisecond.into(), 0),
            "u" | "SSS" => self.number(text, civil.millisecond.into(), 3),
            "s" => self.number(text, civil.second.into(), 0),
            "ss" => self.number(text, civil.second.into(), 2),
            "uu" => self.number(text, (civil.millisecond / 10).into(), 2),
            "uuu" => self.number(text, (civil.millisecond / 100).into(), 0),
            "m" => self.number(text, civil.minute.into(), 0),
            "mm" => self.number(text, civil.minute.into(), 2),
            "h" => self.number(text, twelve.into(), 0),
            "hh" => self.number(text, twelve.into(), 2),
            "H" => self.number(text, civil.hour.into(), 0),
            "HH" => self.number(text, civil.hour.into(), 2),
            "Z" => self.offset(text, OffsetStyle::Narrow),
            "ZZ" => self.offset(text, OffsetStyle::Short),
            "ZZZ" => self.offset(text, OffsetStyle::Techie),
            "ZZZZ" => push_option(text, zone_name(self.date, self.loc, Width::Short)?),
            "ZZZZZ" => push_option(text, zone_name(self.date, self.loc, Width::Long)?),
            "z" => {
                text.push_str(&self.date.zone_name());
                Ok(())
            }
            "a" => self.meridiem(text),
            "d" => self.calendar_number(text, civil.day.into(), 0, &[("day", "numeric")], "day"),
            "dd" => self.calendar_number(text, civil.day.into(), 2, &[("day", "2-digit")], "day"),
            "c" | "E" => self.number(text, civil.weekday().into(), 0),
            "ccc" => self.weekday(text, Width::Short, true),
            "cccc" => self.weekday(text, Width::Long, true),
            "ccccc" => self.weekday(text, Width::Narrow, true),
            "EEE" => self.weekday(text, Width::Short, false),
            "EEEE" => self.weekday(text, Width::Long, false),
            "EEEEE" => self.weekday(text, Width::Narrow, false),
            "L" => self.calendar_number(
                text,
                civil.month.into(),
                0,
                &[("month", "numeric"), ("day", "numeric")],
                "month",
            ),
            "LL" => self.calendar_number(
                text,
                civil.month.into(),
                2,
                &[("month", "2-digit"), ("day", "numeric")],
                "month",
            ),
            "LLL" => self.month(text, Width::Short, true),
            "LLLL" => self.month(text, Width::Long, true),
            "LLLLL" => self.month(text, Width::Narrow, true),
            "M" => self.calendar_number(text, civil.month.into(), 0, &[("month", "numeric")], "month"),
            "MM" => self.calendar_number(text, civil.month.into(), 2, &[("month", "2-digit")], "month"),
            "MMM" => self.month(text, Width::Short, false),
            "MMMM" => self.month(text, Width::Long, false),
            "MMMMM" => self.month(text, Width::Narrow, false),
            "y" => self.calendar_number(text, civil.year.into(), 0, &[("year", "numeric")], "year"),
            "yy" => self.calendar_number(text, last_two(civil.year), 2, &[("year", "2-digit")], "year"),
            "yyyy" => self.calendar_number(text, civil.year.into(), 4, &[("year", "numeric")], "year"),
            "yyyyyy" => self.calendar_number(text, civil.year.into(), 6, &[("year", "numeric")], "year"),
            "G" => self.era(text, Width::Short),
            "GG" => self.era(text, Width::Long),
            "GGGGG" => self.era(text, Width::Narrow),
            "kk" => self.number(text, last_two(self.iso_week(civil).year), 2),
            "kkkk" => self.number(text, self.iso_week(civil).year.into(), 4),
            "W" => self.number(text, self.iso_week(civil).number.into(), 0),
            "WW" => self.number(text, self.iso_week(civil).number.into(), 2),
            "n" => self.number(text, self.local_week(civil)?.number.into(), 0),
            "nn" => self.number(text, self.local_week(civil)?.number.into(), 2),
            "ii" => self.number(text, last_two(self.local_week(civil)?.year), 2),
            "iiii" => self.number(text, self.local_week(civil)?.year.into(), 4),
            "o" => self.number(text, civil.ordinal().into(), 0),
            "ooo" => self.number(text, civil.ordinal().into(), 3),
            "q" => self.number(text, ((civil.month - 1) / 3 + 1).into(), 0),
            "qq" => self.number(text, ((civil.month - 1) / 3 + 1).into(), 2),
            "X" => self.number(text, (self.date.millis() / 1000.0).floor(), 0),
            "x" => self.number(text, self.date.millis(), 0),
            other => {
                match presets::macro_options(other) {
                    Some(options) => {
                        text.push_str(&DateFormatter::new(self.date, self.loc, options)?.format())
                    }
                    None => text.push_str(other),
                }
                Ok(())
            }
        }
    }

    fn iso_week(&self, civil: &Civil) -> Week {
        civil.week(WeekRule::ISO)
    }

    /// The week by the date's own locale: the one that a date is formatted for does not count here.
    fn local_week(&self, civil: &Civil) -> Result<Week, Thrown> {
        Ok(civil.week(self.date.loc().week_rule()?))
    }

    fn number(&self, text: &mut String, number: f64, width: usize) -> Result<(), Thrown> {
        if self.loc.has_latin_digits()? {
            push_padded(text, round_to(number, 3), width);
            return Ok(());
        }
        let mut options = NumberOptions::default().with("useGrouping", &Json::from(false))?;
        if width > 0 {
            options = options.with("minimumIntegerDigits", &Json::from(width))?;
        }
        text.push_str(&locale::format_number(&self.loc.tag(), &options, number)?);
        Ok(())
    }

    /// A number of the date, or what another calendar shows for it.
    fn calendar_number(
        &self,
        text: &mut String,
        number: f64,
        width: usize,
        options: &[(&str, &str)],
        part: &str,
    ) -> Result<(), Thrown> {
        match self.loc.calendar() {
            None | Some("gregory") => self.number(text, number, width),
            Some(_) => push_option(text, self.extract(options, part)?),
        }
    }

    fn offset(&self, text: &mut String, style: OffsetStyle) -> Result<(), Thrown> {
        text.push_str(&self.date.offset_text(style, false));
        Ok(())
    }

    fn meridiem(&self, text: &mut String) -> Result<(), Thrown> {
        if self.loc.is_plain_english() {
            text.push_str(english::MERIDIEMS[usize::from(self.reading.civil.hour >= 12)]);
            return Ok(());
        }
        push_option(text, self.extract(&[("hour", "numeric"), ("hourCycle", "h12")], "dayPeriod")?)
    }

    fn month(&self, text: &mut String, width: Width, standalone: bool) -> Result<(), Thrown> {
        if self.loc.is_plain_english() {
            text.push_str(word(english_months(width), self.reading.civil.month));
            return Ok(());
        }
        let options = [("month", width.option()), ("day", "numeric")];
        push_option(text, self.extract(&options[..if standalone { 1 } else { 2 }], "month")?)
    }

    fn weekday(&self, text: &mut String, width: Width, standalone: bool) -> Result<(), Thrown> {
        if self.loc.is_plain_english() {
            text.push_str(word(english_weekdays(width), self.reading.civil.weekday()));
            return Ok(());
        }
        let options = [("weekday", width.option()), ("month", "long"), ("day", "numeric")];
        push_option(text, self.extract(&options[..if standalone { 1 } else { 3 }], "weekday")?)
    }

    fn era(&self, text: &mut String, width: Width) -> Result<(), Thrown> {
        if self.loc.is_plain_english() {
            text.push_str(english_eras(width)[usize::from(self.reading.civil.year >= 0)]);
            return Ok(());
        }
        push_option(text, self.extract(&[("era", width.option())], "era")?)
    }

    fn extract(&self, options: &[(&str, &str)], part: &str) -> Result<Option<String>, Thrown> {
        extract(self.date, self.loc, options, part)
    }
}

/// One part of the text that `Intl.DateTimeFormat` makes of a date with the given options.
pub(crate) fn extract(
    date: &DateTime,
    loc: &Loc,
    options: &[(&str, &str)],
    part: &str,
) -> Result<Option<String>, Thrown> {
    let options = options.iter().fold(DateOptions::default(), |sum, (key, value)| sum.with(key, value));
    let parts = DateFormatter::new(date, loc, options)?.format_to_parts();
    Ok(parts.into_iter().find(|found: &Part| found.kind == part).map(|found| found.text))
}

/// luxon's `offsetName`: a fixed zone has its own, others what `Intl` calls them in the locale.
pub(crate) fn zone_name(date: &DateTime, loc: &Loc, width: Width) -> Result<Option<String>, Thrown> {
    let zone = match date.zone() {
        Zone::Fixed(_) => return Ok(Some(date.zone_name().to_string())),
        Zone::Invalid(_) => return Ok(None),
        Zone::System => Zone::UTC,
        Zone::Iana(..) => date.zone().clone(),
    };
    Ok(Some(locale::zone_name(loc.locale(), &zone, date.millis(), width.option())?))
}

/// Text, or what JavaScript prints for null.
fn push_option(text: &mut String, piece: Option<String>) -> Result<(), Thrown> {
    text.push_str(piece.as_deref().unwrap_or("null"));
    Ok(())
}

fn word(words: &'static [&'static str], number: u8) -> &'static str {
    words.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or_default()
}

/// The English months of a width.
pub(crate) fn english_months(width: Width) -> &'static [&'static str] {
    match width {
        Width::Long => &english::MONTHS_LONG,
        Width::Short => &english::MONTHS_SHORT,
        Width::Narrow => &english::MONTHS_NARROW,
    }
}

/// The English weekdays of a width.
pub(crate) fn english_weekdays(width: Width) -> &'static [&'static str] {
    match width {
        Width::Long => &english::WEEKDAYS_LONG,
        Width::Short => &english::WEEKDAYS_SHORT,
        Width::Narrow => &english::WEEKDAYS_NARROW,
    }
}

/// The English eras of a width.
pub(crate) fn english_eras(width: Width) -> &'static [&'static str; 2] {
    match width {
        Width::Long => &english::ERAS_LONG,
        Width::Short => &english::ERAS_SHORT,
        Width::Narrow => &english::ERAS_NARROW,
    }
}

/// The last two characters of a year, as a number.
fn last_two(year: i32) -> f64 {
    let text = year.to_string();
    text[text.len().saturating_sub(2)..].parse().unwrap_or(f64::NAN)
}

/// A number padded with zeros behind its sign.
pub(crate) fn push_padded(text: &mut String, number: f64, width: usize) {
    if number.trunc() == number && number.abs() < 1e15 {
        let sign = if number < 0.0 { "-" } else { "" };
        let _ = write!(text, "{sign}{:0width$}", number.abs() as u64);
        return;
    }
    let digits = number_to_string(number.abs());
    if number < 0.0 {
        text.push('-');
    }
    text.extend(std::iter::repeat_n('0', width.saturating_sub(digits.len())));
    text.push_str(&digits);
}

impl Duration {
    /// `Duration.toFormat`; options `floor`, `round`, `signMode` and those of `Intl.NumberFormat`.
    pub(crate) fn to_format(&self, format: &str, options: &Value) -> Result<String, Thrown> {
        if !self.is_valid() {
            return Ok("Invalid Duration".to_owned());
        }
        let json = options_json(options).unwrap_or_default();
        let is_false = |key: &str| json.get(key).and_then(Json::as_bool) == Some(false);
        let floor = !is_false("round") && !is_false("floor");
        let mode = json.get("signMode").and_then(Json::as_str).unwrap_or_default();
        let tokens = split(format);
        let units: Vec<Unit> = tokens
            .iter()
            .filter(|token| !token.literal)
            .filter_map(|token| token_unit(&token.text))
            .collect();
        let shifted = self.shift_to(&units);
        let negative = shifted.millis() < 0.0;
        let largest = shifted.amounts().first().map(|(unit, _)| *unit);
        let mut text = String::new();
        for token in tokens {
            let Some(unit) = token_unit(&token.text).filter(|_| !token.literal) else {
                text.push_str(&token.text);
                continue;
            };
            let largest_only = mode == "negativeLargestOnly" && Some(unit) != largest;
            let factor = if negative && largest_only { -1.0 } else { 1.0 };
            let sign = match mode {
                _ if largest_only => "never",
                "all" => "always",
                _ => "auto",
            };
            let mut number = shifted.get(unit) * factor;
            if floor {
                number = number.floor();
            }
            let options = NumberOptions::from_json(&json)?
                .with_default("useGrouping", &Json::from(false))?
                .with("signDisplay", &Json::from(sign))?
                .with("minimumIntegerDigits", &Json::from(token.text.encode_utf16().count()))?;
            text.push_str(&locale::format_number(&self.loc().tag(), &options, number)?);
        }
        Ok(text)
    }

    /// `toHuman`, `1 hour, 5 minutes`.
    pub(crate) fn to_human(&self, options: &Value) -> Result<String, Thrown> {
        if !self.is_valid() {
            return Ok("Invalid Duration".to_owned());
        }
        let json = options_json(options).filter(|json| json.is_object()).unwrap_or_default();
        let hide_zeros = json.get("showZeros").and_then(Json::as_bool) == Some(false);
        let tag = self.loc().tag();
        let mut parts = Vec::new();
        for unit in Unit::ALL {
            let Some((_, amount)) = self.amounts().iter().find(|(own, _)| *own == unit) else { continue };
            if *amount == 0.0 && hide_zeros {
                continue;
            }
            let options = NumberOptions::from_json(&json)?
                .with("style", json.get("style").unwrap_or(&Json::from("unit")))?
                .with_default("unitDisplay", &Json::from("long"))?
                .with_default("useGrouping", &Json::from(false))?
                .with("unit", &Json::from(unit.singular()))?;
            parts.push(locale::format_number(&tag, &options, *amount)?);
        }
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let style = text("style").or(text("listStyle")).unwrap_or("narrow");
        Ok(locale::format_list(&tag, text("type").unwrap_or("conjunction"), style, &parts)?)
    }
}

fn token_unit(token: &str) -> Option<Unit> {
    Some(match token.chars().next()? {
        'S' => Unit::Milliseconds,
        's' => Unit::Seconds,
        'm' => Unit::Minutes,
        'h' => Unit::Hours,
        'd' => Unit::Days,
        'w' => Unit::Weeks,
        'M' => Unit::Months,
        'y' => Unit::Years,
        _ => return None,
    })
}
