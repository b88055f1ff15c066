//! Methods of arrays.

use heddle_node::Json;

use crate::coerce;
use crate::native::Stop;
use crate::native::operand::{Operand, text};

/// `array.method(arguments)`.
pub(crate) fn call<'a>(array: &Json, method: &str, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    let elements = array.as_array().unwrap_or_default();
    match method {
        "join" => {
            let separator = match arguments.first() {
                Some(separator) if !separator.is_undefined() => separator.to_text()?,
                _ => ",".into(),
            };
            let mut joined = String::new();
            coerce::write_joined(elements, &separator, &mut joined);
            Ok(text(joined))
        }
        "includes" if arguments.len() == 1 => {
            let Some(wanted) = arguments[0].as_json().filter(|wanted| coerce::is_primitive(wanted)) else {
                return Err(Stop::Unsupported);
            };
            let is_nan = wanted.as_f64().is_some_and(f64::is_nan);
            let found = elements.iter().any(|element| {
                coerce::strictly_equal(element, wanted)
                    || (is_nan && element.as_f64().is_some_and(f64::is_nan))
            });
            Ok(Json::from(found).into())
        }
        "indexOf" if arguments.len() == 1 => {
            let Some(wanted) = arguments[0].as_json().filter(|wanted| coerce::is_primitive(wanted)) else {
                return Err(Stop::Unsupported);
            };
            let found = elements.iter().position(|element| coerce::strictly_equal(element, wanted));
            Ok(Json::from(found.map_or(-1.0, |index| index as f64)).into())
        }
        "at" if arguments.len() == 1 => {
            let index = arguments[0].to_number()?;
            let index = if index.is_nan() { 0.0 } else { index.trunc() };
            let index = if index < 0.0 { index + elements.len() as f64 } else { index };
            if index < 0.0 {
                return Ok(Operand::UNDEFINED);
            }
            Ok(elements.get(index as usize).cloned().map_or(Operand::UNDEFINED, Operand::from))
        }
        "slice" => {
            let length = elements.len() as f64;
            let bound = |argument: Option<&Operand<'_>>, missing: f64| match argument {
                Some(argument) if !argument.is_undefined() => {
                    let number = argument.to_number()?;
                    let number = if number.is_nan() { 0.0 } else { number.trunc() };
                    Ok(if number < 0.0 { (length + number).max(0.0) } else { number.min(length) })
                }
                _ => Ok::<f64, Stop>(missing),
            };
            let from = bound(arguments.first(), 0.0)? as usize;
            let to = (bound(arguments.get(1), length)? as usize).max(from);
            Ok(Json::from_iter(elements[from..to].iter().cloned()).into())
        }
        _ => Err(Stop::Unsupported),
    }
}
