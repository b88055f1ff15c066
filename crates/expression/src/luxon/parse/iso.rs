//! Dates of ISO 8601, and of SQL, which writes them with a space.

use super::super::build::Parsed;
use super::super::units::{Field, FieldValues};
use super::super::zone::Zone;
use super::{Cursor, fraction_millis};

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
pub(super) fn base_time(cursor: &mut Cursor<'_>, fields: &mut FieldValues) -> Option<()> {
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
pub(super) fn fixed(minutes: f64) -> Zone {
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
