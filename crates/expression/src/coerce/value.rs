//! JavaScript's `String(value)` and `Number(value)` for all values, those of luxon among them.

use heddle_data::number_to_string;

use super::text_to_number;
use crate::luxon::js_date_text;
use crate::{Thrown, Value, coerce};

impl Value {
    /// `String(value)`; a symbol cannot be converted.
    pub(crate) fn to_text(&self) -> Result<String, Thrown> {
        Ok(match self {
            Value::Undefined => "undefined".to_owned(),
            Value::Json(json) => coerce::to_text(json).into_owned(),
            Value::DateTime(date) => date.to_string(),
            Value::Duration(duration) => duration.to_string(),
            Value::Interval(interval) => interval.to_string(),
            Value::Date(millis) => js_date_text(*millis),
            Value::RegExp(expression) => format!("/{}/{}", expression.source, expression.flags),
            Value::Error(error) if error.message.is_empty() => error.name.to_string(),
            Value::Error(error) => format!("{}: {}", error.name, error.message),
            Value::Map(_) => "[object Map]".to_owned(),
            Value::Set(_) => "[object Set]".to_owned(),
            Value::Bytes(bytes) => {
                let elements: Vec<_> =
                    bytes.elements.iter().map(|element| number_to_string(*element)).collect();
                elements.join(",")
            }
            Value::BigInt(digits) => digits.to_string(),
            Value::Symbol(_) => return Err(Thrown::type_error("Cannot convert a Symbol value to a string")),
            Value::Function(function) => function.source.to_string(),
            Value::List(elements) => {
                let mut parts = Vec::with_capacity(elements.len());
                for element in elements.iter() {
                    parts.push(if element.is_nullish() { String::new() } else { element.to_text()? });
                }
                parts.join(",")
            }
            Value::Object(_) => "[object Object]".to_owned(),
        })
    }

    /// `Number(value)`; symbols and bigints cannot be converted here.
    pub(crate) fn to_number(&self) -> Result<f64, Thrown> {
        Ok(match self {
            Value::Undefined => f64::NAN,
            Value::Json(json) => coerce::to_number(json),
            Value::DateTime(date) => date.millis(),
            Value::Duration(duration) => duration.millis(),
            Value::Date(millis) => *millis,
            Value::BigInt(digits) => digits.parse().unwrap_or(f64::NAN),
            Value::Symbol(_) => return Err(Thrown::type_error("Cannot convert a Symbol value to a number")),
            other => text_to_number(&other.to_text()?),
        })
    }
}
