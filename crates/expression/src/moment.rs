//! Reading a text as a moment, as n8n's `dateTime` type does (`docs/parameters.md §10`).

use heddle_data::Json;

use crate::clock::Clock;
use crate::luxon::{self, Class};
use crate::value::Value;

/// Milliseconds since 1970 of a text in ISO 8601, HTTP, RFC 2822 or SQL form, else of what JavaScript's `Date.parse`
/// reads; `None` where the text is not a moment. A text without a zone is in the clock's zone.
pub fn parse_moment(text: &str, clock: &Clock) -> Option<f64> {
    if text.trim().is_empty() {
        return None;
    }
    let argument = [Value::Json(Json::from(text))];
    for form in ["fromISO", "fromHTTP", "fromRFC2822", "fromSQL"] {
        if let Ok(Value::DateTime(moment)) = luxon::call_static(Class::DateTime, form, &argument, clock)
            && moment.is_valid()
        {
            return Some(moment.millis());
        }
    }
    let parsed = luxon::parse_date(text);
    parsed.is_finite().then_some(parsed)
}
