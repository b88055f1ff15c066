//! A date in its zone, and how a text becomes one.

use heddle_node::parameters::javascript::text_to_number;
use heddle_node::{DateQuestion, Json, NodeError, Services, number_to_string};

/// Timestamps with fewer digits are seconds, others milliseconds.
const DIGITS_OF_MILLISECONDS: usize = 12;

/// A moment and the zone in which it is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Date {
    /// Milliseconds since 1970.
    pub(super) millis: f64,
    /// IANA name of the zone.
    pub(super) zone: String,
}

impl Date {
    /// Reads the text of the parameter `parameter`: a timestamp, a text in the luxon format `format`, or a date in one of
    /// the usual forms.
    ///
    /// Without `zone` a date is told in UTC, or, where its text has an offset of whole hours east of it, in that. One that
    /// is written as luxon writes dates of the workflow's zone, as `{{ $now }}` does, is told in the workflow's zone.
    ///
    /// # Errors
    /// When the text is not a date.
    pub(super) fn parse(
        text: &str,
        zone: Option<&str>,
        format: Option<&str>,
        host: &dyn Services,
        parameter: &str,
    ) -> Result<Self, NodeError> {
        let invalid = || NodeError::parameter(parameter, "Invalid date format");
        if text.is_empty() {
            return Err(NodeError::parameter(parameter, "There is no date")
                .with_description("The date is empty, or its expression gives nothing."));
        }
        if let (None, Some(millis)) = (format, timestamp(text)) {
            return Ok(Self { millis, zone: zone.unwrap_or("Etc/UTC").to_owned() });
        }
        let millis = host
            .parse_date(text, format, if format.is_some() { host.time_zone() } else { "UTC" })
            .ok_or_else(invalid)?;
        let zone = match zone {
            Some(zone) => zone.to_owned(),
            None => zone_of(text, millis, host),
        };
        Ok(Self { millis, zone })
    }

    /// What it answers.
    pub(super) fn ask(&self, question: DateQuestion<'_>, host: &dyn Services) -> Result<Json, NodeError> {
        host.date(self.millis, &self.zone, question)
    }

    /// Its ISO 8601 text.
    pub(super) fn iso(&self, host: &dyn Services) -> Result<Json, NodeError> {
        self.ask(DateQuestion::Iso, host)
    }

    /// So many units later.
    pub(super) fn plus(self, amount: f64, unit: &str, host: &dyn Services) -> Result<Self, NodeError> {
        let millis = self.ask(DateQuestion::Plus(amount, unit), host)?;
        Ok(self.at(&millis))
    }

    /// The start of the unit in which it lies.
    pub(super) fn start_of(self, unit: &str, host: &dyn Services) -> Result<Self, NodeError> {
        let millis = self.ask(DateQuestion::StartOf(unit), host)?;
        Ok(self.at(&millis))
    }

    fn at(self, millis: &Json) -> Self {
        Self { millis: millis.as_f64().unwrap_or(self.millis), ..self }
    }
}

/// The moment of a text that is a number: seconds or milliseconds since 1970; one with a fraction is seconds.
pub(super) fn timestamp(text: &str) -> Option<f64> {
    let number = text_to_number(text);
    if !number.is_finite() {
        return None;
    }
    if number.fract() != 0.0 {
        return Some((number * 1000.0).trunc());
    }
    let is_seconds = number_to_string(number).to_string().len() < DIGITS_OF_MILLISECONDS;
    Some(if is_seconds { number * 1000.0 } else { number })
}

/// The zone in which a text without another one is told.
fn zone_of(text: &str, millis: f64, host: &dyn Services) -> String {
    let zone = host.time_zone();
    let written = host.date(millis, zone, DateQuestion::Iso).unwrap_or_default();
    if written.as_str() == Some(text) {
        return zone.to_owned();
    }
    let hours = text.split_once('+').and_then(|(_, offset)| offset.get(..2)?.parse::<u8>().ok());
    // The names of these zones count the other way round.
    hours
        .filter(|hours| *hours <= 14)
        .map_or_else(|| "Etc/UTC".to_owned(), |hours| format!("Etc/GMT-{hours}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_timestamps_are_seconds() {
        for (text, millis) in [
            ("1709210096", Some(1_709_210_096_000.0)),
            ("1709210096000", Some(1_709_210_096_000.0)),
            (" 1709210096.5 ", Some(1_709_210_096_500.0)),
            ("0", Some(0.0)),
            ("-5", Some(-5000.0)),
            ("2024-02-29", None),
            ("Infinity", None),
        ] {
            assert_eq!(timestamp(text), millis, "{text}");
        }
    }
}
