//! `Intl.DateTimeFormat`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use smol_str::SmolStr;

use super::calendar::{Calendar, CalendarDate, Numerals};
use super::date_data::{Dates, Patterns, dates};
use super::date_options::DateOptions;
use super::generator::{DECIMAL, Generator};
use super::hours::{cycle_letter, cycle_name, hour_of, preferred_hour};
use super::number_data::{LATIN_DIGITS, digits, localize, numbers};
use super::part::{Part, join, push_literal};
use super::periods;
use super::skeleton::{Field, Piece, Skeleton, field_of, pieces, unite};
use super::store::Kind;
use super::tag::Locale;
use super::weeks::weeks_of;
use super::zone_text::{ZoneStyle, zone_text};
use crate::LocaleError;
use crate::{Civil, Zone};

/// A format for dates.
#[derive(Debug, Clone)]
pub struct DateFormat {
    pub(super) locale: Locale,
    pub(super) dates: Arc<Dates>,
    pub(super) pattern: Vec<Piece>,
    /// Numerals that the pattern asks for.
    numerals: Option<Numerals>,
    zone: Zone,
    pub(super) calendar: Calendar,
    digits: [char; 10],
    decimal: String,
    minus_sign: String,
    resolved: Resolved,
}

/// A time as a format reads it.
#[derive(Clone, Copy)]
struct Reading<'a> {
    civil: &'a Civil,
    date: &'a CalendarDate,
    millis: f64,
    numerals: Option<Numerals>,
}

/// What a format came to.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The locale's tag.
    pub locale: SmolStr,
    /// The calendar.
    pub calendar: SmolStr,
    /// The numbering system.
    pub numbering_system: SmolStr,
    /// Whether hours go to twelve; only where the format has hours.
    pub hour12: Option<bool>,
    /// The hour cycle; only where the format has hours.
    pub hour_cycle: Option<&'static str>,
}

/// The fields that are formatted when no field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    /// Those of a date.
    Date,
    /// Those of a date and of a time of day.
    All,
}

const DATE_FIELDS: [&str; 4] = ["weekday", "year", "month", "day"];
const TIME_FIELDS: [&str; 5] = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits"];

/// Generators by locale, letter of the hour and calendar.
type Generators = HashMap<(&'static str, char, Calendar), Arc<Generator>>;

static GENERATORS: LazyLock<RwLock<Generators>> = LazyLock::new(|| RwLock::new(HashMap::new()));

/// The patterns of a locale, prepared once.
pub(super) fn generator(locale: &Locale, calendar: Calendar) -> Arc<Generator> {
    let hour = preferred_hour(locale.language(), &locale.region());
    let key = (locale.data, hour, calendar);
    let known = GENERATORS.read().ok().and_then(|all| all.get(&key).cloned());
    known.unwrap_or_else(|| {
        let dates = dates(locale);
        let made = Arc::new(Generator::new(&dates, &calendar.patterns(locale, &dates), hour));
        if let Ok(mut all) = GENERATORS.write() {
            all.insert(key, made.clone());
        }
        made
    })
}

impl DateFormat {
    /// A format of a tag's locale; a short date when no field is asked for.
    ///
    /// # Errors
    /// For a malformed tag, and for options that exclude each other.
    pub fn new(tag: &str, options: &DateOptions) -> Result<Self, LocaleError> {
        Self::for_locale(Locale::find(tag)?, options, Defaults::Date)
    }

    /// A format of a locale.
    ///
    /// # Errors
    /// For options that exclude each other.
    pub fn for_locale(
        locale: Locale,
        options: &DateOptions,
        defaults: Defaults,
    ) -> Result<Self, LocaleError> {
        let calendar = Calendar::choose(options.get("calendar"), &locale);
        let numbers = numbers(&locale);
        let system = numbers.system_for(options.get("numberingSystem"), &locale);
        let system = if system.is_empty() { SmolStr::new_static("latn") } else { system };
        let generator = generator(&locale, calendar);
        let letter = hour_letter(&locale, options, generator.hour);
        let dates = dates(&locale);
        let (date_style, time_style) = (options.get("dateStyle"), options.get("timeStyle"));
        let mut numerals = None;
        let pattern = if date_style.is_some() || time_style.is_some() {
            let fields = [&DATE_FIELDS[..], &TIME_FIELDS[..], &["era", "timeZoneName"][..]].concat();
            if fields.iter().any(|field| options.has_any(&[field])) {
                return Err(LocaleError::type_error("Invalid option : option"));
            }
            let pattern = style_pattern(&locale, &dates, calendar, date_style, time_style);
            let written = with_hour_letter(&pattern, letter, &generator);
            if written == pattern {
                numerals = style_numerals(&locale, &dates, calendar, date_style);
            }
            written
        } else {
            replace_hours(&generator.best_pattern(&skeleton(options, letter, defaults)), letter)
        };
        let pattern = pieces(&pattern);
        let hour = hour_of(&pattern);
        let keyword =
            |key: &str, value: &str| locale.keyword(key).filter(|own| *own == value).map(str::to_owned);
        let ca = locale.keyword("ca").and_then(Calendar::named).filter(|own| *own == calendar);
        let (ca, nu) = (ca.map(|_| calendar.name().to_owned()), keyword("nu", &system));
        let hc = hour.and_then(|letter| keyword("hc", cycle_name(letter)));
        let name = locale.name_with(&[("ca", ca.as_deref()), ("hc", hc.as_deref()), ("nu", nu.as_deref())]);
        let resolved = Resolved {
            locale: SmolStr::from(name),
            calendar: SmolStr::new_static(calendar.name()),
            hour12: hour.map(|letter| matches!(letter, 'h' | 'K')),
            hour_cycle: hour.map(cycle_name),
            numbering_system: system.clone(),
        };
        let numbers = super::number_data::numbers(&locale.clone().with_data(Kind::Numbers)).formats(&system);
        Ok(Self {
            digits: digits(&system).unwrap_or(LATIN_DIGITS),
            decimal: numbers.symbols.decimal.clone(),
            minus_sign: numbers.symbols.minus_sign.clone(),
            zone: options.time_zone.clone().unwrap_or(Zone::UTC),
            dates,
            pattern,
            numerals,
            calendar,
            locale,
            resolved,
        })
    }

    /// What the format came to.
    pub fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// The zone of the format.
    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The text of a time in milliseconds after 1970.
    pub fn format(&self, millis: f64) -> String {
        plain_spaces(join(&self.format_to_parts(millis)))
    }

    /// The text in parts; none outside the range of JavaScript dates.
    pub fn format_to_parts(&self, millis: f64) -> Vec<Part> {
        self.write_with(&self.pattern, self.numerals, millis)
    }

    pub(super) fn reading(&self, millis: f64) -> Option<Civil> {
        Civil::from_local_millis(millis + self.zone.offset(millis) * 60_000.0)
    }

    /// A time in a pattern.
    pub(super) fn write(&self, pattern: &[Piece], millis: f64) -> Vec<Part> {
        self.write_with(pattern, None, millis)
    }

    fn write_with(&self, pattern: &[Piece], numerals: Option<Numerals>, millis: f64) -> Vec<Part> {
        let mut parts = Vec::with_capacity(pattern.len());
        let Some(civil) = self.reading(millis) else { return parts };
        let date = CalendarDate::new(self.calendar, &civil);
        let has_year_word =
            || pattern.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains('年')));
        let numerals = match self.calendar {
            Calendar::Japanese if self.locale.language() == "ja" && has_year_word() => {
                Some(Numerals::japanese_year())
            }
            _ => numerals,
        };
        let reading = Reading { civil: &civil, date: &date, millis, numerals };
        let uses_minutes = pattern.iter().any(|piece| matches!(piece, Piece::Field('m', _)));
        let uses_seconds = pattern.iter().any(|piece| matches!(piece, Piece::Field('s', _)));
        for piece in pattern {
            match piece {
                Piece::Text(text) => push_literal(&mut parts, &text.replace(DECIMAL, &self.decimal)),
                Piece::Field(letter, length) => {
                    let text = self.field(*letter, *length, &reading, (uses_minutes, uses_seconds));
                    match kind(*letter) {
                        _ if text.is_empty() => {}
                        Some(kind) => parts.push(Part::new(kind, text)),
                        None => push_literal(&mut parts, &text),
                    }
                }
            }
        }
        parts
    }

    fn field(&self, letter: char, length: usize, reading: &Reading<'_>, uses: (bool, bool)) -> String {
        let Reading { civil, date, millis, numerals } = *reading;
        let number = |value: i64, width: usize| {
            if let Some(text) = numerals.and_then(|numerals| numerals.write(letter, value)) {
                return text;
            }
            let digits = localize(&format!("{:0width$}", value.unsigned_abs()), &self.digits);
            if value < 0 { format!("{}{digits}", self.minus_sign) } else { digits }
        };
        let two_digits = |year: i64| {
            let digits = number(year.abs() % 100, 2);
            if year < 0 { format!("{}{digits}", self.minus_sign) } else { digits }
        };
        let word = |table: &[Vec<Vec<String>>], alone: usize, index: usize| {
            let width = match length {
                4 => 0,
                5 => 2,
                _ => 1,
            };
            table.get(alone).and_then(|table| table.get(width)?.get(index)).cloned().unwrap_or_default()
        };
        let hour = i64::from(civil.hour);
        match letter {
            'G' => date.era(&self.locale, &self.dates, length, number),
            'y' if length == 2 => two_digits(date.year),
            'Y' if length == 2 => two_digits(self.week_year(civil)),
            'Y' => number(self.week_year(civil), length),
            'y' => number(date.year, length),
            'u' => number(date.extended_year, length),
            'r' => number(date.related_year, length),
            'U' => date.year_name(&self.locale).unwrap_or_else(|| number(date.year, length)),
            'M' | 'L' => date.month_text(&self.locale, &self.dates, length, letter == 'L', number),
            'd' => number(i64::from(date.day), length),
            'E' => word(&self.dates.days, 0, usize::from(civil.weekday() % 7)),
            'c' | 'e' => word(&self.dates.days, usize::from(letter == 'c'), usize::from(civil.weekday() % 7)),
            'a' | 'b' | 'B' => periods::text(&self.locale, &self.dates, letter, length, civil, uses),
            'h' => number(if hour % 12 == 0 { 12 } else { hour % 12 }, length),
            'H' => number(hour, length),
            'K' => number(hour % 12, length),
            'k' => number(if hour == 0 { 24 } else { hour }, length),
            'm' => number(i64::from(civil.minute), length),
            's' => number(i64::from(civil.second), length),
            'S' => {
                let digits = format!("{:03}", civil.millisecond);
                localize(digits.get(..length.min(3)).unwrap_or_default(), &self.digits)
            }
            'z' => self.zone_text(millis, ZoneStyle::Specific { long: length == 4 }),
            'v' => self.zone_text(millis, ZoneStyle::Generic { long: length == 4 }),
            'O' => self.zone_text(millis, ZoneStyle::Offset { long: length == 4 }),
            _ => String::new(),
        }
    }

    /// The year that most of the days of a reading's week are of, as far as the locale asks for most.
    fn week_year(&self, civil: &Civil) -> i64 {
        let weeks = weeks_of(&self.locale.region(), self.locale.keyword("fw"));
        let into_week = (i64::from(civil.weekday()) - i64::from(weeks.first_day)).rem_euclid(7);
        let deciding = civil.days() - into_week + 7 - i64::from(weeks.minimal_days);
        let deciding = Civil::from_local_millis(deciding as f64 * 86_400_000.0);
        deciding.map_or(0, |civil| CalendarDate::new(self.calendar, &civil).extended_year)
    }

    fn zone_text(&self, millis: f64, style: ZoneStyle) -> String {
        zone_text(&self.locale, &self.digits, &self.zone, millis, style)
    }
}

/// V8 writes plain spaces where ICU has narrow ones, except in parts.
pub(super) fn plain_spaces(text: String) -> String {
    if text.contains('\u{202f}') { text.replace('\u{202f}', " ") } else { text }
}

/// The hour cycle that options, tag or locale ask for.
fn hour_letter(locale: &Locale, options: &DateOptions, default: char) -> char {
    let twelve = |letter: char| matches!(letter, 'h' | 'K');
    match options.hour12 {
        Some(true) if twelve(default) => default,
        Some(true) if locale.is_of("JP") => 'K',
        Some(true) => 'h',
        Some(false) if !twelve(default) => default,
        Some(false) => 'H',
        None => {
            let keyword =
                locale.keyword("hc").filter(|cycle| matches!(*cycle, "h11" | "h12" | "h23" | "h24"));
            options.hour_cycle.as_deref().or(keyword).map_or(default, cycle_letter)
        }
    }
}

/// The skeleton of the fields that are asked for.
fn skeleton(options: &DateOptions, hour: char, defaults: Defaults) -> String {
    let mut options = options.clone();
    if !options.has_any(&DATE_FIELDS) && !options.has_any(&TIME_FIELDS) {
        options = options.with("year", "numeric").with("month", "numeric").with("day", "numeric");
        if defaults == Defaults::All {
            options = options.with("hour", "numeric").with("minute", "numeric").with("second", "numeric");
        }
    }
    let word = |letter: char, style: &str| {
        let length = match style {
            "long" => 4,
            "narrow" => 5,
            _ if letter == 'B' => 1,
            _ => 3,
        };
        letter.to_string().repeat(length)
    };
    let number =
        |letter: char, style: &str| letter.to_string().repeat(if style == "2-digit" { 2 } else { 1 });
    let mut skeleton = String::new();
    let mut push = |name: &str, write: &dyn Fn(&str) -> String| {
        if let Some(style) = options.get(name) {
            skeleton.push_str(&write(style));
        }
    };
    push("weekday", &|style| word('E', style));
    push("era", &|style| word('G', style));
    push("year", &|style| number('y', style));
    push("month", &|style| match style {
        "2-digit" | "numeric" => number('M', style),
        _ => word('M', style),
    });
    push("day", &|style| number('d', style));
    push("dayPeriod", &|style| word('B', style));
    push("hour", &|style| number(hour, style));
    push("minute", &|style| number('m', style));
    push("second", &|style| number('s', style));
    skeleton.push_str(&"S".repeat(usize::from(options.fraction.unwrap_or(0))));
    skeleton.push_str(match options.get("timeZoneName") {
        Some("long") => "zzzz",
        Some("short") => "z",
        Some("longOffset") => "OOOO",
        Some("shortOffset") => "O",
        Some("longGeneric") => "vvvv",
        Some("shortGeneric") => "v",
        _ => "",
    });
    skeleton
}

fn style_index(style: &str) -> usize {
    ["full", "long", "medium", "short"].iter().position(|own| *own == style).unwrap_or(3)
}

/// The pattern of `dateStyle` and `timeStyle`.
fn style_pattern(
    locale: &Locale,
    dates: &Dates,
    calendar: Calendar,
    date: Option<&str>,
    time: Option<&str>,
) -> String {
    let patterns = calendar.patterns(locale, dates);
    let time_pattern = time.and_then(|style| patterns.time.get(style_index(style)));
    let date_pattern = date.and_then(|style| patterns.date.get(style_index(style)));
    match (date_pattern, time_pattern) {
        (Some(date_pattern), Some(time_pattern)) => {
            let style = style_index(date.unwrap_or("short"));
            // ICU has this of the Gregorian calendar for most others
            let own = |patterns: &Patterns| patterns.at_glue.get(style).cloned().flatten();
            let at_glue = own(&patterns).or_else(|| own(&dates.patterns));
            let glue = at_glue.or_else(|| patterns.glue.get(style).cloned());
            super::generator::fill(
                &glue.unwrap_or_else(|| "{1} {0}".to_owned()),
                &[time_pattern, date_pattern],
            )
        }
        (Some(pattern), None) | (None, Some(pattern)) => pattern.clone(),
        (None, None) => String::new(),
    }
}

/// The numerals that the pattern of `dateStyle` asks for.
fn style_numerals(
    locale: &Locale,
    dates: &Dates,
    calendar: Calendar,
    style: Option<&str>,
) -> Option<Numerals> {
    let patterns = calendar.patterns(locale, dates);
    Numerals::read(patterns.date_numbers.get(style_index(style?))?.as_deref()?)
}

/// The pattern with another hour cycle; a new one where the locale's words for the day's halves come or go.
fn with_hour_letter(pattern: &str, letter: char, generator: &Generator) -> String {
    match hour_of(&pieces(pattern)) {
        Some(own) if own != letter => {
            let written = Skeleton::parse(pattern).written();
            let skeleton: Vec<Piece> = pieces(&replace_hours(&written, letter))
                .into_iter()
                .filter(|piece| !matches!(piece, Piece::Field('a' | 'b', _)))
                .collect();
            replace_hours(&generator.best_pattern(&unite(&skeleton)), letter)
        }
        _ => pattern.to_owned(),
    }
}

/// The pattern with all hours in one cycle.
pub(super) fn replace_hours(pattern: &str, letter: char) -> String {
    let replaced: Vec<Piece> = pieces(pattern)
        .into_iter()
        .map(|piece| match piece {
            Piece::Field(own, length) if field_of(own) == Some(Field::Hour) => Piece::Field(letter, length),
            other => other,
        })
        .collect();
    unite(&replaced)
}

/// What `formatToParts` calls a field.
fn kind(letter: char) -> Option<&'static str> {
    Some(match letter {
        'G' => "era",
        'y' | 'u' | 'Y' => "year",
        'r' => "relatedYear",
        'U' => "yearName",
        'M' | 'L' => "month",
        'E' | 'c' | 'e' => "weekday",
        'd' => "day",
        'a' | 'b' | 'B' => "dayPeriod",
        'h' | 'H' | 'k' | 'K' => "hour",
        'm' => "minute",
        's' => "second",
        'S' => "fractionalSecond",
        'z' | 'v' | 'O' => "timeZoneName",
        _ => return None,
    })
}
