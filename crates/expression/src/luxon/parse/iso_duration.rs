//! Durations of ISO 8601.

use super::super::units::{Field, FieldValues, Unit};
use super::iso::base_time;
use super::{Cursor, fraction_millis};
use crate::coerce;

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
