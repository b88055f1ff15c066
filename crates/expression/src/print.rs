//! Values as n8n stores them.

use heddle_data::{Json, JsonObject};

use crate::clock::Clock;
use crate::error::ExpressionError;
use crate::value::Value;

/// What `JSON.stringify` makes of a value; `None` for undefined, functions and symbols.
pub(crate) fn stored(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Undefined | Value::Function(_) | Value::Symbol(_) => return None,
        Value::Json(json) => json.clone(),
        Value::DateTime(date) => date.to_iso().map_or(Json::NULL, Json::from),
        Value::Duration(duration) => duration.to_iso().map_or(Json::NULL, Json::from),
        Value::Interval(_) => crate::luxon::to_json(value).unwrap_or_default(),
        Value::Date(millis) => iso_date(*millis).map_or(Json::NULL, Json::from),
        Value::RegExp(_) | Value::Error(_) | Value::Map(_) | Value::Set(_) => Json::object(),
        Value::Bytes(bytes) => {
            let members = bytes.elements.iter().enumerate();
            Json::from(
                members
                    .map(|(index, element)| (index.to_string(), Json::from(*element)))
                    .collect::<JsonObject>(),
            )
        }
        Value::BigInt(digits) => Json::from(&**digits),
        Value::List(elements) => elements.iter().map(|element| stored(element).unwrap_or_default()).collect(),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(key, value)| Some((key, stored(value)?)));
            Json::from(members.collect::<JsonObject>())
        }
    })
}

/// `Date.prototype.toISOString`; `None` for an invalid date.
pub(crate) fn iso_date(millis: f64) -> Option<String> {
    if !millis.is_finite() {
        return None;
    }
    let days = (millis / 86_400_000.0).floor();
    let in_day = millis - days * 86_400_000.0;
    let (year, month, day) = civil(days as i64);
    let (hours, minutes) = ((in_day / 3_600_000.0) as i64, (in_day / 60_000.0) as i64 % 60);
    let (seconds, fraction) = ((in_day / 1000.0) as i64 % 60, in_day as i64 % 1000);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        year if year < 0 => format!("-{:06}", -year),
        year => format!("+{year:06}"),
    };
    Some(format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{fraction:03}Z"))
}

/// The Gregorian date of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl Value {
    /// The form in which n8n stores the value: what `JSON.stringify` makes of it, so that dates are ISO text and a member
    /// that is undefined is gone; but a `DateTime` that is invalid is the text `Invalid DateTime`, unless it is the element
    /// of a list. `None` when the value itself is undefined.
    pub fn to_json(&self) -> Option<Json> {
        self.to_json_at(Place::Member)
    }

    /// As [`Value::to_json`], for a value that stands at `place`.
    pub(crate) fn to_json_at(&self, place: Place) -> Option<Json> {
        Some(match self {
            Value::DateTime(date) if place == Place::Member && !date.is_valid() => {
                Json::from(INVALID_DATE_TIME)
            }
            Value::List(elements) => {
                let elements = elements.iter().map(|element| element.to_json_at(Place::Element));
                elements.map(Option::unwrap_or_default).collect()
            }
            Value::Object(members) => {
                let members = members.iter().filter_map(|(key, value)| Some((key, value.to_json()?)));
                Json::from(members.collect::<JsonObject>())
            }
            other => return stored(other),
        })
    }
}

/// What n8n writes in place of a `DateTime` that is none.
const INVALID_DATE_TIME: &str = "Invalid DateTime";

/// Where a value stands. Only members of objects, and what stands alone, have their dates turned into text before they
/// are written as JSON (n8n's `cleanupParameterData`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Alone, or a member of an object.
    Member,
    /// An element of a list.
    Element,
}

/// A value as n8n's editor previews it: objects and arrays with their type, scalars as they are
/// (`docs/expressions/language.md §2`).
pub(crate) fn preview(value: Value, clock: &Clock) -> Result<Value, ExpressionError> {
    let spaced = |json: &Json| json.to_json_string().replace(",\"", ", \"").replace("\":", "\": ");
    let text = match &value {
        Value::Undefined | Value::Function(_) | Value::Symbol(_) | Value::BigInt(_) => return Ok(value),
        Value::Json(json) => match (json.is_array(), json.is_object()) {
            (true, _) => format!("[Array: {}]", spaced(json)),
            (_, true) => format!("[Object: {}]", spaced(json)),
            _ => return Ok(value),
        },
        Value::DateTime(date) => match date.to_iso() {
            Some(iso) => format!("[DateTime: {iso}]"),
            None => return Err(ExpressionError::new("Error", "invalid DateTime")),
        },
        Value::Date(millis) => {
            let shown = crate::luxon::DateTime::from_millis(*millis, clock).to_iso();
            format!("[Date: {}]", shown.unwrap_or_else(|| "Invalid Date".to_owned()))
        }
        other => format!("[{}: {}]", class_name(other), spaced(&stored(other).unwrap_or_default())),
    };
    Ok(Value::from(text))
}

fn class_name(value: &Value) -> &str {
    match value {
        Value::Duration(_) => "Duration",
        Value::Interval(_) => "Interval",
        Value::RegExp(_) => "RegExp",
        Value::Error(error) => &error.name,
        Value::Map(_) => "Map",
        Value::Set(_) => "Set",
        Value::Bytes(bytes) => &bytes.class,
        Value::List(_) => "Array",
        _ => "Object",
    }
}
