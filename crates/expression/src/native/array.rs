//! Methods of arrays.

use heddle_data::Json;

use crate::coerce;
use crate::native::Stop;
use crate::native::elements::{Elements, append_flat, array_of};
use crate::native::operand::{MAX_TEXT, Operand, position, text};

/// `array.method(arguments)`.
pub(crate) fn call<'a>(
    elements: &Elements<'_, 'a>,
    method: &str,
    arguments: &[Operand<'a>],
) -> Result<Operand<'a>, Stop> {
    match method {
        "join" => {
            let separator = match arguments.first() {
                Some(separator) if !separator.is_undefined() => separator.to_text()?,
                _ => ",".into(),
            };
            join(elements, &separator)
        }
        "toString" => join(elements, ","),
        "includes" if arguments.len() == 1 => {
            let wanted = primitive(&arguments[0])?;
            let is_nan = wanted.as_f64().is_some_and(f64::is_nan);
            let found = find(elements, |element| {
                coerce::strictly_equal(element, wanted)
                    || (is_nan && element.as_f64().is_some_and(f64::is_nan))
            });
            Ok(Json::from(found.is_some()).into())
        }
        "indexOf" if arguments.len() == 1 => {
            let wanted = primitive(&arguments[0])?;
            Ok(position(find(elements, |element| coerce::strictly_equal(element, wanted))))
        }
        "at" if arguments.len() == 1 => {
            let index = arguments[0].to_number()?;
            let index = if index.is_nan() { 0.0 } else { index.trunc() };
            let index = if index < 0.0 { index + elements.len() as f64 } else { index };
            if index < 0.0 {
                return Ok(Operand::UNDEFINED);
            }
            Ok(elements.get(index as usize))
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
            Ok(array_of((from..to).map(|index| elements.get(index))))
        }
        "concat" => {
            let mut joined: Vec<Operand<'a>> = elements.iter().collect();
            arguments.iter().for_each(|argument| append_flat(&mut joined, argument.clone()));
            Ok(array_of(joined))
        }
        "flat" if arguments.is_empty() => {
            let mut flat = Vec::with_capacity(elements.len());
            elements.iter().for_each(|element| append_flat(&mut flat, element));
            Ok(array_of(flat))
        }
        _ => Err(Stop::Unsupported),
    }
}

fn join<'a>(elements: &Elements<'_, 'a>, separator: &str) -> Result<Operand<'a>, Stop> {
    if elements.len() * separator.len() > MAX_TEXT {
        return Err(Stop::Unsupported);
    }
    let mut joined = String::new();
    match elements {
        Elements::Shared(elements) => coerce::write_joined(elements, separator, &mut joined),
        Elements::Own(elements) => coerce::write_joined(elements, separator, &mut joined),
        _ => {
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    joined.push_str(separator);
                }
                if !element.is_nullish() {
                    joined.push_str(&element.to_text()?);
                }
            }
        }
    }
    Ok(text(joined))
}

/// A value that is compared by what it is, not by being the same object.
fn primitive<'o>(wanted: &'o Operand<'_>) -> Result<&'o Json, Stop> {
    wanted.as_json().filter(|wanted| coerce::is_primitive(wanted)).ok_or(Stop::Unsupported)
}

fn find(elements: &Elements<'_, '_>, is_wanted: impl Fn(&Json) -> bool) -> Option<usize> {
    match elements {
        Elements::Shared(elements) => elements.iter().position(is_wanted),
        Elements::Own(elements) => elements.iter().position(is_wanted),
        Elements::Values(values) => values.iter().position(|value| value.as_json().is_some_and(&is_wanted)),
        // Items are objects.
        Elements::Items(_) => None,
        Elements::Picked(elements) => {
            elements.iter().position(|element| element.as_json().is_some_and(&is_wanted))
        }
    }
}
