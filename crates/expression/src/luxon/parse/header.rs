//! Dates in the headers of mails and of HTTP.

use super::super::build::Parsed;
use super::super::english::{MONTHS_SHORT, WEEKDAYS_LONG, WEEKDAYS_SHORT};
use super::super::units::{Field, FieldValues};
use super::super::zone::Zone;
use super::iso::fixed;
use super::{Cursor, untruncate_year};
use crate::coerce;

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
        let first = cursor.text.chars().next().filter(|first| coerce::is_white_space(*first))?;
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
        if !coerce::is_white_space(character) {
            folded.push(character);
            continue;
        }
        let mut count = 1;
        while characters.next_if(|next| coerce::is_white_space(*next)).is_some() {
            count += 1;
        }
        folded.push(if count > 1 { ' ' } else { character });
    }
    folded.trim_matches(coerce::is_white_space).to_owned()
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
