//! What the pieces of a format read, and what that means.

use super::build::Parsed;
use super::error;
use super::parse::fraction_millis;
use super::units::Field;
use super::zone::Zone;
use crate::{Thrown, Value};

/// What a piece read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) number: f64,
    /// The text itself, digits as Latin ones.
    pub(super) text: String,
    /// Whether luxon keeps the text rather than the number.
    pub(super) is_text: bool,
}

/// What the pieces of a format read, by the first letter of their tokens; a later piece wins.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<(char, Reading)>);

/// The zone and the offset that a text names.
type Named = (Option<Zone>, Option<f64>);

impl Found {
    pub(super) fn set(&mut self, key: char, reading: Reading) {
        match self.0.iter_mut().find(|(own, _)| *own == key) {
            Some((_, old)) => *old = reading,
            None => self.0.push((key, reading)),
        }
    }

    fn number(&self, key: char) -> Option<f64> {
        self.0.iter().find(|(own, _)| *own == key).map(|(_, reading)| reading.number)
    }

    fn set_number(&mut self, key: char, number: f64) {
        self.set(key, Reading { number, ..Reading::default() });
    }

    fn text(&self, key: char) -> Option<&str> {
        self.0.iter().find(|(own, _)| *own == key).map(|(_, reading)| reading.text.as_str())
    }

    /// Makes of quarters months, of hours with halves of the day hours, and so on.
    pub(super) fn settle(&mut self) -> Result<Named, Thrown> {
        let mut zone = self.text('z').map(Zone::iana);
        let offset = self.number('Z');
        if let Some(offset) = offset {
            zone.get_or_insert(Zone::Fixed(offset));
        }
        if let Some(quarter) = self.number('q') {
            self.set_number('M', (quarter - 1.0) * 3.0 + 1.0);
        }
        if let Some(hour) = self.number('h') {
            match self.number('a') {
                Some(1.0) if hour < 12.0 => self.set_number('h', hour + 12.0),
                Some(0.0) if hour == 12.0 => self.set_number('h', 0.0),
                _ => {}
            }
        }
        if let (Some(0.0), Some(year)) = (self.number('G'), self.number('y'))
            && year != 0.0
        {
            self.set_number('y', -year);
        }
        if let Some(millis) = self.text('u').map(fraction_millis) {
            self.set_number('S', millis.unwrap_or(f64::NAN));
        }
        if self.number('a').is_some() && self.number('H').is_some() {
            return Err(error("Can't include meridiem when specifying 24-hour format"));
        }
        Ok((zone, offset))
    }

    /// What was read by letter, as JavaScript sees it.
    pub(super) fn by_letter(&self) -> Value {
        Value::object(self.0.iter().map(|(key, reading)| {
            let value = match reading.is_text {
                true => Value::from(reading.text.as_str()),
                false => Value::from(reading.number),
            };
            (key.to_string(), value)
        }))
    }

    /// The fields that were read, with their names.
    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, &'static str, f64)> {
        self.0.iter().filter_map(|(key, reading)| {
            let (field, name) = match key {
                'S' => (Field::Millisecond, "millisecond"),
                's' => (Field::Second, "second"),
                'm' => (Field::Minute, "minute"),
                'h' | 'H' => (Field::Hour, "hour"),
                'd' => (Field::Day, "day"),
                'o' => (Field::Ordinal, "ordinal"),
                'L' | 'M' => (Field::Month, "month"),
                'y' => (Field::Year, "year"),
                'E' | 'c' => (Field::Weekday, "weekday"),
                'W' => (Field::WeekNumber, "weekNumber"),
                'k' => (Field::WeekYear, "weekYear"),
                'q' => (Field::Quarter, "quarter"),
                _ => return None,
            };
            Some((field, name, reading.number))
        })
    }

    pub(super) fn into_parsed(mut self) -> Result<Parsed, Thrown> {
        let (zone, offset) = self.settle()?;
        let mut parsed = Parsed { zone, offset, ..Parsed::default() };
        for (field, _, number) in self.fields() {
            if !number.is_finite() {
                return Err(error("Invalid unit value NaN"));
            }
            parsed.fields.set(field, number);
        }
        Ok(parsed)
    }
}
