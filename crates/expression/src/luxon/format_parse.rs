//! `fromFormat`: reading dates by format tokens.

use std::borrow::Cow;

use super::build::Parsed;
use super::datetime::DateTime;
use super::format::{Width, english_eras, english_months, english_weekdays, extract};
use super::format_found::{Found, Reading};
use super::intl::DateFormatter;
use super::loc::{Loc, named_locale};
use super::parse::untruncate_year;
use super::presets;
use super::tokens::{Token, split};
use super::zone::Zone;
use crate::{Clock, Thrown, Value};
use heddle_locale::{self as locale, DateOptions};

/// What a token matches.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    /// Digits of the locale, from the fewest to the most.
    Digits(usize, usize),
    /// One of several words.
    Words(Vec<String>),
    /// An offset, with a colon before the minutes or without.
    Offset { colon: bool },
    /// The name of a zone.
    ZoneName,
    /// White space that is not a line break.
    Space,
    /// The text itself.
    Text(String),
}

/// A token and how to read it.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) matcher: Matcher,
    /// The first letter of the token; none for literals.
    key: Option<char>,
    /// Whether a two-digit year is meant.
    two_digit_year: bool,
    /// What the first of the words counts as.
    first: f64,
}

/// A format that texts are read by.
#[derive(Debug, Clone)]
pub(crate) struct FormatParser {
    pub(super) pieces: Vec<Piece>,
    pub(super) digits: [char; 10],
}

impl FormatParser {
    /// Prepares a format for a locale.
    pub(crate) fn new(loc: &Loc, format: &str) -> Result<Self, Thrown> {
        Self::of_tokens(loc, &expand(split(format), loc)?)
    }

    /// Prepares the tokens of a format for a locale.
    pub(super) fn of_tokens(loc: &Loc, tokens: &[Token]) -> Result<Self, Thrown> {
        let pieces = tokens.iter().map(|token| piece(token, loc)).collect::<Result<_, _>>()?;
        let digits = locale::digits(loc.numbering().unwrap_or("latn")).unwrap_or(locale::LATIN_DIGITS);
        Ok(Self { pieces, digits })
    }

    /// Reads a text, which must match as a whole. `None` when it does not.
    pub(crate) fn parse(&self, text: &str) -> Result<Option<Parsed>, Thrown> {
        self.split(text).map(|texts| self.found(&texts).into_parsed()).transpose()
    }

    /// The texts that the pieces match; `None` when they do not match the whole.
    pub(super) fn split(&self, text: &str) -> Option<Vec<String>> {
        let text: Vec<char> = text.chars().collect();
        let mut ends = vec![0; self.pieces.len()];
        if !self.matches(&text, 0, 0, &mut ends) {
            return None;
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let parts = starts.zip(&ends).map(|(start, end)| text.get(start..*end).unwrap_or_default());
        Some(parts.map(|part| part.iter().collect()).collect())
    }

    /// What the texts of the pieces mean.
    pub(super) fn found(&self, texts: &[String]) -> Found {
        let mut found = Found::default();
        for (piece, text) in self.pieces.iter().zip(texts) {
            if let Some(key) = piece.key {
                found.set(key, self.read(piece, text));
            }
        }
        found
    }

    /// Matches the pieces from `index` at `start`, trying the ends that each allows in order.
    fn matches(&self, text: &[char], index: usize, start: usize, ends: &mut [usize]) -> bool {
        let Some(piece) = self.pieces.get(index) else { return start == text.len() };
        let rest = text.get(start..).unwrap_or_default();
        for length in self.lengths(&piece.matcher, rest) {
            if let Some(end) = ends.get_mut(index) {
                *end = start + length;
            }
            if self.matches(text, index + 1, start + length, ends) {
                return true;
            }
        }
        false
    }

    /// How many characters a piece may take, the preferred number first.
    fn lengths(&self, matcher: &Matcher, rest: &[char]) -> Vec<usize> {
        let digit_run =
            |rest: &[char], most: usize| rest.iter().take(most).take_while(|c| self.is_digit(**c)).count();
        match matcher {
            Matcher::Digits(least, most) => (*least..=digit_run(rest, *most)).rev().collect(),
            Matcher::Words(words) => words.iter().flat_map(|word| word_lengths(word, rest)).collect(),
            Matcher::Text(text) => {
                let text: Vec<char> = text.chars().collect();
                let equal = rest.len() >= text.len()
                    && rest.iter().zip(&text).all(|(one, other)| same_letter(*one, *other));
                equal.then_some(text.len()).into_iter().collect()
            }
            Matcher::Space => match rest.first() {
                Some(first) if crate::coerce::is_white_space(*first) && !matches!(first, '\n' | '\r') => {
                    vec![1]
                }
                _ => Vec::new(),
            },
            Matcher::ZoneName => {
                // luxon's character class runs from + to /, so it has , and . in it
                let is_name = |c: &char| c.is_ascii_alphabetic() || matches!(c, '_' | '+'..='/');
                (1..=rest.iter().take(256).take_while(|c| is_name(c)).count()).collect()
            }
            Matcher::Offset { colon } => {
                if !matches!(rest.first(), Some('+' | '-')) {
                    return Vec::new();
                }
                let mut lengths = Vec::new();
                for hours in (1..=digit_run(rest.get(1..).unwrap_or_default(), 2)).rev() {
                    let after = rest.get(1 + hours..).unwrap_or_default();
                    let minutes = match after.first() {
                        Some(':') if *colon => {
                            (digit_run(after.get(1..).unwrap_or_default(), 2) == 2).then_some(3)
                        }
                        _ if *colon => None,
                        _ => (digit_run(after, 2) == 2).then_some(2),
                    };
                    lengths.extend(minutes.map(|minutes| 1 + hours + minutes));
                    lengths.push(1 + hours);
                }
                lengths
            }
        }
    }

    fn is_digit(&self, character: char) -> bool {
        self.digits.contains(&character)
    }

    /// The text with the locale's digits read as Latin ones.
    fn latin(&self, text: &str) -> String {
        let latin = |character: char| match self.digits.iter().position(|digit| *digit == character) {
            Some(value) => char::from(b'0' + value as u8),
            None => character,
        };
        text.chars().map(latin).collect()
    }

    fn read(&self, piece: &Piece, text: &str) -> Reading {
        match &piece.matcher {
            Matcher::Digits(..) => {
                let digits = self.latin(text);
                let number = digits.parse().unwrap_or(f64::NAN);
                let number = if piece.two_digit_year { untruncate_year(number) } else { number };
                // luxon keeps the digits of these.
                let is_text = piece.key == Some('u') && matches!(piece.matcher, Matcher::Digits(1, 2 | 9));
                Reading { number, text: digits, is_text }
            }
            Matcher::Words(words) => {
                let plain = plain_word(text);
                let index = words.iter().position(|word| plain_word(word) == plain);
                let number = index.map_or(-1.0, |index| index as f64) + piece.first;
                Reading { number, ..Reading::default() }
            }
            Matcher::Offset { colon } => {
                let digits = self.latin(text);
                let negative = digits.starts_with('-');
                let body = digits.get(1..).unwrap_or_default();
                let (hours, minutes) = match body.split_once(':') {
                    Some(parts) if *colon => parts,
                    _ if *colon => (body, ""),
                    _ => body.split_at(if body.len() > 2 { body.len() - 2 } else { body.len() }),
                };
                let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
                let size = number(hours) * 60.0 + number(minutes);
                let number = if negative && size != 0.0 { -size } else { size };
                Reading { number, ..Reading::default() }
            }
            _ => Reading { number: f64::NAN, text: text.to_owned(), is_text: true },
        }
    }
}

/// Replaces macro tokens by the tokens of the locale's format, where all its parts can be read.
pub(crate) fn expand(tokens: Vec<Token>, loc: &Loc) -> Result<Vec<Token>, Thrown> {
    let mut expanded = Vec::with_capacity(tokens.len());
    for token in tokens {
        let options = if token.literal { None } else { presets::macro_options(&token.text) };
        let inner: Option<Vec<Token>> = match options {
            Some(options) => tokens_of(options, loc)?.into_iter().collect(),
            None => None,
        };
        match inner {
            Some(inner) => expanded.extend(inner),
            None => expanded.push(token),
        }
    }
    Ok(expanded)
}

/// The tokens that a locale's format consists of; none for a part that no token stands for.
pub(crate) fn tokens_of(options: DateOptions, loc: &Loc) -> Result<Vec<Option<Token>>, Thrown> {
    let dummy = DateTime::at(1_555_555_555_555.0, Zone::UTC, Loc::default());
    let formatter = DateFormatter::new(&dummy, loc, options.clone())?;
    let hour12 = match (options.hour12, options.hour_cycle.as_deref()) {
        (Some(hour12), _) => hour12,
        (None, Some(cycle)) => matches!(cycle, "h11" | "h12"),
        (None, None) => formatter.inner().resolved().hour12 == Some(true),
    };
    let tokens = formatter.format_to_parts().into_iter().map(|part| {
        if part.kind == "literal" {
            let space = part.text.chars().all(crate::coerce::is_white_space);
            return Some(Token { literal: !space, text: if space { " ".to_owned() } else { part.text } });
        }
        let style = options.get(part.kind);
        let text = match (part.kind, style) {
            ("year", Some("2-digit")) => "yy",
            ("year", Some("numeric")) => "yyyyy",
            ("month", Some("numeric")) => "M",
            ("month", Some("2-digit")) => "MM",
            ("month", Some("short")) => "MMM",
            ("month", Some("long")) => "MMMM",
            ("day", Some("numeric")) => "d",
            ("day", Some("2-digit")) => "dd",
            ("weekday", Some("short")) => "EEE",
            ("weekday", Some("long")) => "EEEE",
            ("dayPeriod", _) => "a",
            ("hour", Some("numeric")) => {
                if hour12 {
                    "h"
                } else {
                    "H"
                }
            }
            ("hour", Some("2-digit")) => {
                if hour12 {
                    "hh"
                } else {
                    "HH"
                }
            }
            ("minute", Some("numeric")) => "m",
            ("minute", Some("2-digit")) => "mm",
            ("second", Some("numeric")) => "s",
            ("second", Some("2-digit")) => "ss",
            ("timeZoneName", Some("long")) => "ZZZZZ",
            ("timeZoneName", Some("short")) => "ZZZ",
            _ => return None,
        };
        Some(Token { literal: false, text: text.to_owned() })
    });
    Ok(tokens.collect())
}

fn piece(token: &Token, loc: &Loc) -> Result<Piece, Thrown> {
    let mut two_digit_year = false;
    let mut first = 0.0;
    let mut words = |list: Vec<String>, start: f64| {
        first = start;
        Matcher::Words(list)
    };
    let text = token.text.as_str();
    let matcher = match text {
        _ if token.literal => Matcher::Text(token.text.clone()),
        "G" => words(eras(loc, Width::Short)?, 0.0),
        "GG" => words(eras(loc, Width::Long)?, 0.0),
        "y" => Matcher::Digits(1, 6),
        "yy" | "kk" => {
            two_digit_year = true;
            Matcher::Digits(2, 4)
        }
        "yyyy" | "kkkk" => Matcher::Digits(4, 4),
        "yyyyy" => Matcher::Digits(4, 6),
        "yyyyyy" => Matcher::Digits(6, 6),
        "MMM" => words(months(loc, Width::Short, true)?, 1.0),
        "MMMM" => words(months(loc, Width::Long, true)?, 1.0),
        "LLL" => words(months(loc, Width::Short, false)?, 1.0),
        "LLLL" => words(months(loc, Width::Long, false)?, 1.0),
        "M" | "L" | "d" | "H" | "h" | "m" | "q" | "s" | "W" => Matcher::Digits(1, 2),
        "MM" | "LL" | "dd" | "HH" | "hh" | "mm" | "qq" | "ss" | "WW" => Matcher::Digits(2, 2),
        "o" | "S" => Matcher::Digits(1, 3),
        "ooo" | "SSS" => Matcher::Digits(3, 3),
        "u" => Matcher::Digits(1, 9),
        "uu" => Matcher::Digits(1, 2),
        "uuu" | "E" | "c" => Matcher::Digits(1, 1),
        "a" => words(meridiems(loc)?, 0.0),
        "EEE" => words(weekdays(loc, Width::Short, false)?, 1.0),
        "EEEE" => words(weekdays(loc, Width::Long, false)?, 1.0),
        "ccc" => words(weekdays(loc, Width::Short, true)?, 1.0),
        "cccc" => words(weekdays(loc, Width::Long, true)?, 1.0),
        "Z" | "ZZ" => Matcher::Offset { colon: true },
        "ZZZ" => Matcher::Offset { colon: false },
        "z" => Matcher::ZoneName,
        " " => Matcher::Space,
        _ => Matcher::Text(token.text.clone()),
    };
    let key = if matches!(matcher, Matcher::Text(_)) { None } else { text.chars().next() };
    Ok(Piece { matcher, key, two_digit_year, first })
}

/// A date of which the locale's words are taken.
fn sample(year: f64, month: f64, day: f64, hour: f64) -> DateTime {
    let fields = super::civil::Fields { year, month, day, hour, minute: 0.0, second: 0.0, millisecond: 0.0 };
    DateTime::at(fields.local_millis(), Zone::UTC, Loc::default())
}

fn list(
    loc: &Loc,
    dates: impl Iterator<Item = DateTime>,
    options: &[(&str, &str)],
    part: &str,
) -> Result<Vec<String>, Thrown> {
    dates.map(|date| Ok(extract(&date, loc, options, part)?.unwrap_or_else(|| "null".to_owned()))).collect()
}

/// January to December.
pub(crate) fn months(loc: &Loc, width: Width, format: bool) -> Result<Vec<String>, Thrown> {
    if loc.is_plain_english() {
        return Ok(english_months(width).iter().map(|month| (*month).to_owned()).collect());
    }
    let dates = (1..=12).map(|month| sample(2009.0, f64::from(month), 1.0, 0.0));
    let options = [("month", width.option()), ("day", "numeric")];
    let tag = loc.tag();
    if tag == "ja" || tag.starts_with("ja-") {
        let options = DateOptions::default().with("month", width.option());
        return dates.map(|date| Ok(DateFormatter::new(&date, loc, options.clone())?.format())).collect();
    }
    list(loc, dates, &options[..if format { 2 } else { 1 }], "month")
}

/// Monday to Sunday.
pub(crate) fn weekdays(loc: &Loc, width: Width, format: bool) -> Result<Vec<String>, Thrown> {
    if loc.is_plain_english() {
        return Ok(english_weekdays(width).iter().map(|day| (*day).to_owned()).collect());
    }
    let dates = (1..=7).map(|day| sample(2016.0, 11.0, f64::from(13 + day), 0.0));
    let options = [("weekday", width.option()), ("year", "numeric"), ("month", "long"), ("day", "numeric")];
    list(loc, dates, &options[..if format { 4 } else { 1 }], "weekday")
}

fn meridiems(loc: &Loc) -> Result<Vec<String>, Thrown> {
    if loc.is_plain_english() {
        return Ok(super::english::MERIDIEMS.iter().map(|word| (*word).to_owned()).collect());
    }
    let dates = [9.0, 19.0].into_iter().map(|hour| sample(2016.0, 11.0, 13.0, hour));
    list(loc, dates, &[("hour", "numeric"), ("hourCycle", "h12")], "dayPeriod")
}

fn eras(loc: &Loc, width: Width) -> Result<Vec<String>, Thrown> {
    if loc.is_plain_english() {
        return Ok(english_eras(width).iter().map(|era| (*era).to_owned()).collect());
    }
    let dates = [-40.0, 2017.0].into_iter().map(|year| sample(year, 1.0, 1.0, 0.0));
    list(loc, dates, &[("era", width.option())], "era")
}

/// The ends at which a word may match: its dots are optional, and so is the kind of its spaces.
fn word_lengths(word: &str, rest: &[char]) -> Vec<usize> {
    let mut ends = vec![0];
    for letter in word.chars() {
        let mut next = Vec::new();
        for end in ends {
            let here = rest.get(end).copied();
            let matches = match letter {
                ' ' | '\u{a0}' => matches!(here, Some(' ' | '\u{a0}')),
                _ => here.is_some_and(|here| same_letter(here, letter)),
            };
            if matches {
                next.push(end + 1);
            }
            if letter == '.' {
                next.push(end);
            }
        }
        ends = next;
    }
    ends
}

fn same_letter(one: char, other: char) -> bool {
    one == other || fold(one) == fold(other)
}

/// Upper case of one letter, as regular expressions compare without regard to case.
fn fold(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) if !upper.is_ascii() || character.is_ascii() => upper,
        _ => character,
    }
}

/// A word without dots, with plain spaces, in lower case.
fn plain_word(word: &str) -> String {
    word.replace('.', "").replace('\u{a0}', " ").to_lowercase()
}

/// The argument of `fromFormat`.
pub(crate) struct Format<'v> {
    /// What is read as tokens.
    pub(super) text: &'v str,
    /// How it is called when a text does not match.
    shown: Cow<'v, str>,
}

impl<'v> Format<'v> {
    /// Reads a format. What has no characters is an empty one.
    ///
    /// # Errors
    /// Throws for null, and for what has elements instead of characters.
    pub(crate) fn from_value(value: &'v Value) -> Result<Self, Thrown> {
        if let Some(text) = value.as_str() {
            return Ok(Self { text, shown: text.into() });
        }
        if value.is_nullish() {
            return Err(Thrown::type_error("Cannot read properties of null (reading 'length')"));
        }
        let is_empty = match value.elements() {
            Some(elements) => elements.is_empty(),
            None => !super::option(value, "length").is_truthy(),
        };
        if !is_empty {
            return Err(Thrown::type_error("fmt.charAt is not a function"));
        }
        Ok(Self { text: "", shown: value.to_text()?.into() })
    }
}

/// The locale that a format is read in.
pub(super) fn parsing_loc(options: &Value) -> Result<Loc, Thrown> {
    let locale = named_locale(&super::option(options, "locale"))?;
    let numbering = super::option(options, "numberingSystem");
    let numbering = numbering.as_str().filter(|system| !system.is_empty());
    Loc::default().with(locale.as_deref(), numbering, None, None)
}

impl DateTime {
    /// `fromFormat`, with the options `zone`, `setZone`, `locale` and `numberingSystem`.
    pub(crate) fn from_format(
        text: &str,
        format: Format<'_>,
        options: &Value,
        clock: &Clock,
    ) -> Result<Self, Thrown> {
        let parsed = FormatParser::new(&parsing_loc(options)?, format.text)?.parse(text)?;
        Self::from_parsed(parsed, options, &format!("format {}", format.shown), text, clock)
    }
}
