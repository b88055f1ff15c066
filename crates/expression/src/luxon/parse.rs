//! Reading dates in technical formats: ISO 8601, SQL, RFC 2822, HTTP; durations in ISO 8601.

use super::build::Parsed;
use super::english::{MONTHS_SHORT, WEEKDAYS_LONG, WEEKDAYS_SHORT};
use super::units::{Field, FieldValues, Unit};
use super::zone::Zone;
use crate::coerce;

/// A reader that steps through ASCII text.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text }
    }

    fn is_at_end(&self) -> bool {
        self.text.is_empty()
    }

    /// Steps over one of the characters.
    fn accept(&mut self, characters: &[char]) -> Option<char> {
        let first = self.text.chars().next().filter(|first| characters.contains(first))?;
        self.text = &self.text[first.len_utf8()..];
        Some(first)
    }

    /// Steps over a word.
    fn word(&mut self, word: &str) -> bool {
        match self.text.strip_prefix(word) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    /// Steps over one of several words, and says which.
    fn one_of(&mut self, words: &[&str]) -> Option<usize> {
        words.iter().position(|word| self.word(word))
    }

    /// Steps over exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<f64> {
        let digits = self.text.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.text = &self.text[count..];
        digits.parse().ok()
    }

    /// Steps over the digits that come, at most `most`.
    fn run(&mut self, most: usize) -> &'a str {
        let count = self.text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.text.split_at(count);
        self.text = rest;
        digits
    }

    /// Tries a step and goes back when it fails.
    fn attempt<T>(&mut self, step: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let result = step(self);
        if result.is_none() {
            *self = before;
        }
        result
    }
}

/// Milliseconds of the digits after the decimal point; no digits are no value.
pub(crate) fn fraction_millis(digits: &str) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    Some((coerce::parse_float(&format!("0.{digits}")) * 1000.0).floor())
}

/// A year of two digits in this century or the last.
pub(crate) fn untruncate_year(year: f64) -> f64 {
    match year {
        year if year > 99.0 => year,
        year if year > 60.0 => 1900.0 + year,
        year => 2000.0 + year,
    }
}

/// ISO 8601: a date of any calendar with or without a time, or a time alone.
pub(crate) fn parse_iso(text: &str) -> Option<Parsed> {
    let date = |read: fn(&mut Cursor<'_>, &mut FieldValues) -> Option<()>| {
        let mut cursor = Cursor::new(text);
        let mut parsed = Parsed::default();
        read(&mut cursor, &mut parsed.fields)?;
        match cursor.accept(&['T', 't']) {
            Some(_) => iso_time(&mut cursor, &mut parsed)?,
            None => midnight(&mut parsed.fields),
        }
        cursor.is_at_end().then_some(parsed)
    };
    date(ymd)
        .or_else(|| date(ym))
        .or_else(|| date(year))
        .or_else(|| date(week))
        .or_else(|| date(ordinal))
        .or_else(|| {
            let mut cursor = Cursor::new(text);
            let mut parsed = Parsed::default();
            iso_time(&mut cursor, &mut parsed)?;
            cursor.is_at_end().then_some(parsed)
        })
}

fn iso_year(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    let year = match cursor.accept(&['+', '-']) {
        Some('-') => -cursor.digits(6)?,
        Some(_) => cursor.digits(6)?,
        None => cursor.digits(4)?,
    };
    fields.set(Field::Year, year);
    Some(())
}

fn two_digits_after_dash(cursor: &mut Cursor<'_>) -> Option<f64> {
    cursor.accept(&['-']);
    cursor.digits(2)
}

fn year(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    iso_year(cursor, fields)?;
    fields.set(Field::Month, 1.0);
    fields.set(Field::Day, 1.0);
    Some(())
}

fn ym(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    iso_year(cursor, fields)?;
    fields.set(Field::Month, two_digits_after_dash(cursor)?);
    fields.set(Field::Day, 1.0);
    Some(())
}

fn ymd(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    iso_year(cursor, fields)?;
    fields.set(Field::Month, two_digits_after_dash(cursor)?);
    fields.set(Field::Day, two_digits_after_dash(cursor)?);
    Some(())
}

fn week(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::WeekYear, cursor.digits(4)?);
    cursor.accept(&['-']);
    cursor.accept(&['W'])?;
    fields.set(Field::WeekNumber, cursor.digits(2)?);
    let weekday = cursor.attempt(|cursor| {
        cursor.accept(&['-']);
        cursor.digits(1)
    });
    if let Some(weekday) = weekday {
        fields.set(Field::Weekday, weekday);
    }
    Some(())
}

fn ordinal(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::Year, cursor.digits(4)?);
    cursor.accept(&['-']);
    fields.set(Field::Ordinal, cursor.digits(3)?);
    Some(())
}

fn midnight(fields: &mut FieldValues) {
    for field in [Field::Hour, Field::Minute, Field::Second] {
        fields.set(field, 0.0);
    }
}

/// `HH[:mm[:ss[.fraction]]]`.
fn base_time(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    midnight(fields);
    fields.set(Field::Hour, cursor.digits(2)?);
    let next = |cursor: &mut Cursor<'_>| {
        cursor.attempt(|cursor| {
            cursor.accept(&[':']);
            cursor.digits(2)
        })
    };
    let Some(minute) = next(cursor) else { return Some(()) };
    fields.set(Field::Minute, minute);
    let Some(second) = next(cursor) else { return Some(()) };
    fields.set(Field::Second, second);
    let fraction = cursor.attempt(|cursor| {
        cursor.accept(&['.', ','])?;
        fraction_millis(cursor.run(30))
    });
    if let Some(millis) = fraction {
        fields.set(Field::Millisecond, millis);
    }
    Some(())
}

/// A time with an offset and a bracketed zone, each optional.
fn iso_time(cursor: &mut Cursor<'_>, parsed: &mut Parsed) -> Option<()> {
    base_time(cursor, &mut parsed.fields)?;
    parsed.zone = offset(cursor);
    let zone = cursor.attempt(|cursor| {
        cursor.accept(&['['])?;
        let end = cursor.text.find(']')?;
        let name = &cursor.text[..end];
        cursor.text = &cursor.text[end + 1..];
        is_zone_name(name).then(|| Zone::iana(name))
    });
    if zone.is_some() {
        parsed.zone = zone;
    }
    Some(())
}

/// `Z`, `±HH`, `±HHmm`, `±HH:mm`.
fn offset(cursor: &mut Cursor<'_>) -> Option<Zone> {
    if cursor.accept(&['Z', 'z']).is_some() {
        return Some(Zone::UTC);
    }
    cursor.attempt(|cursor| {
        let sign = if cursor.accept(&['+', '-'])? == '-' { -1.0 } else { 1.0 };
        let hours = cursor.digits(2)?;
        let minutes = cursor.attempt(|cursor| {
            cursor.accept(&[':']);
            cursor.digits(2)
        });
        Some(fixed(sign * (hours * 60.0 + minutes.unwrap_or(0.0))))
    })
}

/// A fixed zone; minus zero is UTC.
fn fixed(minutes: f64) -> Zone {
    Zone::Fixed(if minutes == 0.0 { 0.0 } else { minutes })
}

/// Whether a text looks like the name of a zone, as luxon's parsers check it.
fn is_zone_name(name: &str) -> bool {
    let mut parts = name.split('/');
    let all = |part: &str, digits: bool| {
        (1..=256).contains(&part.len())
            && part.bytes().all(|byte| {
                byte.is_ascii_alphabetic()
                    || matches!(byte, b'_' | b'+' | b'-')
                    || (digits && byte.is_ascii_digit())
            })
    };
    let first = parts.next().unwrap_or_default();
    let has_more = name.contains('/');
    let first = if has_more { first.strip_suffix(':').unwrap_or(first) } else { first };
    all(first, false) && parts.clone().count() <= 2 && parts.all(|part| all(part, true))
}

/// `yyyy-MM-dd[ HH:mm:ss.SSS][ zone]`, or a time alone.
pub(crate) fn parse_sql(text: &str) -> Option<Parsed> {
    let full = || {
        let mut cursor = Cursor::new(text);
        let mut parsed = Parsed::default();
        parsed.fields.set(Field::Year, cursor.digits(4)?);
        cursor.accept(&['-'])?;
        parsed.fields.set(Field::Month, cursor.digits(2)?);
        cursor.accept(&['-'])?;
        parsed.fields.set(Field::Day, cursor.digits(2)?);
        match cursor.accept(&[' ']) {
            Some(_) => sql_time(&mut cursor, &mut parsed)?,
            None => midnight(&mut parsed.fields),
        }
        cursor.is_at_end().then_some(parsed)
    };
    full().or_else(|| {
        let mut cursor = Cursor::new(text);
        let mut parsed = Parsed::default();
        sql_time(&mut cursor, &mut parsed)?;
        cursor.is_at_end().then_some(parsed)
    })
}

fn sql_time(cursor: &mut Cursor<'_>, parsed: &mut Parsed) -> Option<()> {
    base_time(cursor, &mut parsed.fields)?;
    cursor.accept(&[' ']);
    let before = *cursor;
    parsed.zone = offset(cursor);
    if !cursor.is_at_end() {
        *cursor = before;
        if is_zone_name(cursor.text) {
            parsed.zone = Some(Zone::iana(cursor.text));
            cursor.text = "";
        }
    }
    Some(())
}

/// Offsets of the abbreviations in old mail headers.
const OBSOLETE_OFFSETS: [(&str, f64); 10] = [
    ("UT", f64::NAN),
    ("GMT", 0.0),
    ("EDT", -240.0),
    ("EST", -300.0),
    ("CDT", -300.0),
    ("CST", -360.0),
    ("MDT", -360.0),
    ("MST", -420.0),
    ("PDT", -420.0),
    ("PST", -480.0),
];

/// A mail header's date.
pub(crate) fn parse_rfc2822(text: &str) -> Option<Parsed> {
    let text = unfold(text);
    let mut cursor = Cursor::new(&text);
    let mut parsed = Parsed::default();
    let fields = &mut parsed.fields;
    let space = |cursor: &mut Cursor<'_>| {
        let first = cursor.text.chars().next().filter(|first| crate::coerce::is_white_space(*first))?;
        cursor.text = &cursor.text[first.len_utf8()..];
        Some(())
    };
    if let Some(day) = cursor.one_of(&WEEKDAYS_SHORT) {
        fields.set(Field::Weekday, day as f64 + 1.0);
        cursor.accept(&[','])?;
        space(&mut cursor)?;
    }
    let day = cursor.run(2);
    fields.set(Field::Day, day.parse().ok()?);
    space(&mut cursor)?;
    fields.set(Field::Month, cursor.one_of(&MONTHS_SHORT)? as f64 + 1.0);
    space(&mut cursor)?;
    let year = cursor.run(4);
    let number = year.parse().ok()?;
    match year.len() {
        2 => fields.set(Field::Year, untruncate_year(number)),
        3 | 4 => fields.set(Field::Year, number),
        _ => return None,
    }
    space(&mut cursor)?;
    fields.set(Field::Hour, cursor.digits(2)?);
    cursor.accept(&[':'])?;
    fields.set(Field::Minute, cursor.digits(2)?);
    if cursor.accept(&[':']).is_some() {
        fields.set(Field::Second, cursor.digits(2)?);
    }
    space(&mut cursor)?;
    let zone = if let Some((name, minutes)) = OBSOLETE_OFFSETS.iter().find(|(name, _)| *name == cursor.text) {
        cursor.word(name);
        Zone::Fixed(*minutes)
    } else if cursor.accept(&['Z', 'z']).is_some() {
        Zone::UTC
    } else {
        let sign = if cursor.accept(&['+', '-'])? == '-' { -1.0 } else { 1.0 };
        fixed(sign * (cursor.digits(2)? * 60.0 + cursor.digits(2)?))
    };
    parsed.zone = Some(zone);
    cursor.is_at_end().then_some(parsed)
}

/// Drops comments and folds white space.
fn unfold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let comment = (first == '(')
            .then(|| rest[1..].find(['(', ')']).filter(|end| rest.as_bytes().get(end + 1) == Some(&b')')))
            .flatten();
        if let Some(end) = comment {
            plain.push(' ');
            rest = &rest[end + 2..];
            continue;
        }
        plain.push(if matches!(first, '\n' | '\t') { ' ' } else { first });
        rest = &rest[first.len_utf8()..];
    }
    let mut folded = String::with_capacity(plain.len());
    let mut characters = plain.chars().peekable();
    while let Some(character) = characters.next() {
        if !crate::coerce::is_white_space(character) {
            folded.push(character);
            continue;
        }
        let mut count = 1;
        while characters.next_if(|next| crate::coerce::is_white_space(*next)).is_some() {
            count += 1;
        }
        folded.push(if count > 1 { ' ' } else { character });
    }
    folded.trim_matches(crate::coerce::is_white_space).to_owned()
}

/// The three formats of HTTP headers.
pub(crate) fn parse_http(text: &str) -> Option<Parsed> {
    let read = |step: fn(&mut Cursor<'_>, &mut FieldValues) -> Option<()>| {
        let mut cursor = Cursor::new(text);
        let mut parsed = Parsed { zone: Some(Zone::UTC), ..Parsed::default() };
        step(&mut cursor, &mut parsed.fields)?;
        cursor.is_at_end().then_some(parsed)
    };
    read(rfc1123).or_else(|| read(rfc850)).or_else(|| read(asctime))
}

fn clock_time(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::Hour, cursor.digits(2)?);
    cursor.accept(&[':'])?;
    fields.set(Field::Minute, cursor.digits(2)?);
    cursor.accept(&[':'])?;
    fields.set(Field::Second, cursor.digits(2)?);
    Some(())
}

fn rfc1123(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::Weekday, cursor.one_of(&WEEKDAYS_SHORT)? as f64 + 1.0);
    cursor.word(", ").then_some(())?;
    fields.set(Field::Day, cursor.digits(2)?);
    cursor.accept(&[' '])?;
    fields.set(Field::Month, cursor.one_of(&MONTHS_SHORT)? as f64 + 1.0);
    cursor.accept(&[' '])?;
    fields.set(Field::Year, cursor.digits(4)?);
    cursor.accept(&[' '])?;
    clock_time(cursor, fields)?;
    cursor.word(" GMT").then_some(())
}

fn rfc850(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::Weekday, cursor.one_of(&WEEKDAYS_LONG)? as f64 + 1.0);
    cursor.word(", ").then_some(())?;
    fields.set(Field::Day, cursor.digits(2)?);
    cursor.accept(&['-'])?;
    fields.set(Field::Month, cursor.one_of(&MONTHS_SHORT)? as f64 + 1.0);
    cursor.accept(&['-'])?;
    fields.set(Field::Year, untruncate_year(cursor.digits(2)?));
    cursor.accept(&[' '])?;
    clock_time(cursor, fields)?;
    cursor.word(" GMT").then_some(())
}

fn asctime(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
    fields.set(Field::Weekday, cursor.one_of(&WEEKDAYS_SHORT)? as f64 + 1.0);
    cursor.accept(&[' '])?;
    fields.set(Field::Month, cursor.one_of(&MONTHS_SHORT)? as f64 + 1.0);
    cursor.accept(&[' '])?;
    let day = match cursor.accept(&[' ']) {
        Some(_) => cursor.digits(1)?,
        None => cursor.digits(2)?,
    };
    fields.set(Field::Day, day);
    cursor.accept(&[' '])?;
    clock_time(cursor, fields)?;
    cursor.accept(&[' '])?;
    fields.set(Field::Year, cursor.digits(4)?);
    Some(())
}

/// An ISO 8601 duration, `P1Y2M3W4DT5H6M7.8S`.
pub(crate) fn parse_iso_duration(text: &str) -> Option<Vec<(Unit, f64)>> {
    let mut cursor = Cursor::new(text);
    let negative = cursor.accept(&['-']).is_some();
    cursor.accept(&['P'])?;
    let mut amounts = Vec::new();
    // zero keeps its sign: only amounts that count are negated
    let signed = |amount: f64| if negative && amount != 0.0 { -amount } else { amount };
    for (unit, letter) in [(Unit::Years, 'Y'), (Unit::Months, 'M'), (Unit::Weeks, 'W'), (Unit::Days, 'D')] {
        if let Some(amount) = cursor.attempt(|cursor| duration_amount(cursor, letter)) {
            amounts.push((unit, signed(amount)));
        }
    }
    if cursor.accept(&['T']).is_some() {
        for (unit, letter) in [(Unit::Hours, 'H'), (Unit::Minutes, 'M')] {
            if let Some(amount) = cursor.attempt(|cursor| duration_amount(cursor, letter)) {
                amounts.push((unit, signed(amount)));
            }
        }
        if let Some((seconds, fraction)) = cursor.attempt(duration_seconds) {
            let negative_seconds = seconds.starts_with('-');
            let amount = coerce::parse_float(seconds);
            let negate = seconds == "-0" || (amount != 0.0 && negative);
            amounts.push((Unit::Seconds, if negate { -amount } else { amount }));
            if let Some(fraction) = fraction {
                let millis = fraction_millis(fraction).unwrap_or(f64::NAN);
                let negate = negative_seconds || (millis != 0.0 && negative);
                amounts.push((Unit::Milliseconds, if negate { -millis } else { millis }));
            }
        }
    }
    cursor.is_at_end().then_some(amounts)
}

/// Optional sign, digits, optional fraction, then the letter.
fn duration_amount(cursor: &mut Cursor<'_>, letter: char) -> Option<f64> {
    let start = cursor.text;
    cursor.accept(&['-']);
    if cursor.run(20).is_empty() {
        return None;
    }
    cursor.attempt(|cursor| {
        cursor.accept(&['.'])?;
        (!cursor.run(20).is_empty()).then_some(())
    });
    let length = start.len() - cursor.text.len();
    cursor.accept(&[letter])?;
    Some(coerce::parse_float(&start[..length]))
}

/// Seconds and the digits of their fraction, which may have a sign of its own.
fn duration_seconds<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a str, Option<&'a str>)> {
    let start = cursor.text;
    cursor.accept(&['-']);
    if cursor.run(20).is_empty() {
        return None;
    }
    let seconds = &start[..start.len() - cursor.text.len()];
    let fraction = cursor.attempt(|cursor| {
        cursor.accept(&['.', ','])?;
        let start = cursor.text;
        cursor.accept(&['-']);
        (!cursor.run(20).is_empty()).then(|| &start[..start.len() - cursor.text.len()])
    });
    cursor.accept(&['S'])?;
    Some((seconds, fraction))
}

/// A time of day as a duration, `[T]11:22:33.444`.
pub(crate) fn parse_iso_time(text: &str) -> Option<Vec<(Unit, f64)>> {
    let mut cursor = Cursor::new(text);
    cursor.accept(&['T']);
    let mut fields = FieldValues::default();
    base_time(&mut cursor, &mut fields)?;
    if !cursor.is_at_end() {
        return None;
    }
    let units = [
        (Field::Hour, Unit::Hours),
        (Field::Minute, Unit::Minutes),
        (Field::Second, Unit::Seconds),
        (Field::Millisecond, Unit::Milliseconds),
    ];
    Some(units.into_iter().filter_map(|(field, unit)| Some((unit, fields.get(field)?))).collect())
}
