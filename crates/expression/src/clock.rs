//! The one clock of a run, and its time zone.

use jiff::tz::TimeZone;

use crate::error::ExpressionError;

/// What date functions need to know of the run.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Milliseconds since 1970: `$now`, and `new Date()`.
    pub now: i64,
    /// The workflow's zone, luxon's default zone.
    pub zone: TimeZone,
}

/// The time of the machine, in milliseconds since 1970.
pub fn current_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock {
    /// The time zone of a workflow that names none, in n8n.
    pub const DEFAULT_ZONE: &str = "America/New_York";

    /// A clock that stands at `now`, in the IANA zone `zone`.
    ///
    /// # Errors
    /// The error that every expression of a workflow with an unknown zone gives.
    pub fn new(now: i64, zone: &str) -> Result<Self, ExpressionError> {
        let found = match zone.to_ascii_lowercase().as_str() {
            "utc" | "gmt" => Some(TimeZone::UTC),
            _ => TimeZone::get(zone).ok(),
        };
        match found {
            Some(zone) => Ok(Self { now, zone }),
            None => Err(ExpressionError::evaluation_failed(format!("Invalid timezone: \"{zone}\""))),
        }
    }
}
