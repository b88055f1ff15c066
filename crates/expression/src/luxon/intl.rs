//! Handing dates to `Intl.DateTimeFormat` as luxon does: which zone it is told, and what it is not told about it.

use super::datetime::DateTime;
use super::format::Width;
use super::format::zone_name;
use super::loc::Loc;
use super::zone::Zone;
use crate::Thrown;
use heddle_locale::{DateFormat, DateOptions, Part};

/// A format for one date.
pub(crate) struct DateFormatter {
    format: DateFormat,
    millis: f64,
    /// The name to put in place of the zone's, where `Intl` does not know the zone.
    zone_name: Option<String>,
}

impl DateFormatter {
    /// A format in the date's zone, unless the options name another.
    pub(crate) fn new(date: &DateTime, loc: &Loc, mut options: DateOptions) -> Result<Self, Thrown> {
        let mut millis = date.millis();
        let mut name = None;
        if options.time_zone.is_none() {
            let zone = match date.zone() {
                Zone::Fixed(minutes) => {
                    // Etc/GMT+5 is west of Greenwich
                    let hours = -minutes / 60.0;
                    let sign = if hours >= 0.0 { "+" } else { "" };
                    let zone = Zone::iana(&format!("Etc/GMT{sign}{hours}"));
                    if zone.is_valid() && *minutes != 0.0 {
                        zone
                    } else {
                        millis += minutes * 60_000.0;
                        let width = match options.time_zone_name.as_deref() {
                            Some("long") => Width::Long,
                            _ => Width::Short,
                        };
                        name = zone_name(date, loc, width)?;
                        Zone::UTC
                    }
                }
                Zone::Iana(..) => date.zone().clone(),
                _ => Zone::UTC,
            };
            options.time_zone = Some(zone);
        }
        Ok(Self { format: DateFormat::new(&loc.tag(), &options)?, millis, zone_name: name })
    }

    /// The text.
    pub(crate) fn format(&self) -> String {
        if self.zone_name.is_none() {
            return self.format.format(self.millis);
        }
        self.format_to_parts().into_iter().map(|part| part.text).collect()
    }

    /// The text in parts.
    pub(crate) fn format_to_parts(&self) -> Vec<Part> {
        let mut parts = self.format.format_to_parts(self.millis);
        if let Some(name) = &self.zone_name {
            for part in &mut parts {
                if part.kind == "timeZoneName" {
                    part.text = name.clone();
                }
            }
        }
        parts
    }

    /// What the format does, in detail.
    pub(crate) fn inner(&self) -> &DateFormat {
        &self.format
    }
}
