//! Methods of strings.

use heddle_data::Json;

use crate::coerce;
use crate::native::Stop;
use crate::native::operand::{MAX_TEXT, Operand, position, text};
use crate::scene::Scene;

/// `text.method(arguments)`.
pub(crate) fn call<'a>(
    own: &str,
    method: &str,
    arguments: &[Operand<'a>],
    _scene: &Scene<'a>,
) -> Result<Operand<'a>, Stop> {
    let first = arguments.first();
    Ok(match method {
        "toUpperCase" => text(upper_case(own)),
        "toLowerCase" => text(lower_case(own)?),
        "trim" => text(own.trim_matches(coerce::is_white_space)),
        "trimStart" | "trimLeft" => text(own.trim_start_matches(coerce::is_white_space)),
        "trimEnd" | "trimRight" => text(own.trim_end_matches(coerce::is_white_space)),
        "toString" | "valueOf" => text(own),
        "includes" if arguments.len() == 1 => Json::from(own.contains(&*argument_text(first)?)).into(),
        "startsWith" if arguments.len() == 1 => Json::from(own.starts_with(&*argument_text(first)?)).into(),
        "endsWith" if arguments.len() == 1 => Json::from(own.ends_with(&*argument_text(first)?)).into(),
        "indexOf" if arguments.len() == 1 => {
            let found = own.find(&*argument_text(first)?);
            position(found.map(|at| coerce::utf16_length(&own[..at])))
        }
        "split" if arguments.len() == 1 => {
            let separator = argument_text(first)?;
            if separator.is_empty() {
                return Err(Stop::Unsupported);
            }
            Json::from_iter(own.split(&*separator).map(Json::from)).into()
        }
        "slice" => slice(own, arguments)?,
        "substring" => substring(own, arguments)?,
        "charAt" => unit_at_or_empty(own, first)?,
        "replace" | "replaceAll" if arguments.len() == 2 => replace(own, method == "replaceAll", arguments)?,
        "padStart" | "padEnd" if !arguments.is_empty() => pad(own, method == "padStart", arguments)?,
        "repeat" if arguments.len() == 1 => {
            let count = integer(first)?;
            if count < 0.0 || count.is_infinite() {
                return Err(Stop::Blank);
            }
            if count * own.len() as f64 > MAX_TEXT as f64 {
                return Err(Stop::Unsupported);
            }
            text(own.repeat(count as usize))
        }
        "concat" => {
            let mut joined = own.to_owned();
            for argument in arguments {
                joined.push_str(&argument.to_text()?);
            }
            text(joined)
        }
        _ => return Err(Stop::Unsupported),
    })
}

/// The text of an argument of a method that does not take regular expressions or objects of its own kind.
fn argument_text<'o>(argument: Option<&'o Operand<'_>>) -> Result<std::borrow::Cow<'o, str>, Stop> {
    match argument {
        Some(argument) => match argument.as_json() {
            Some(json) if coerce::is_primitive(json) => argument.to_text(),
            _ => Err(Stop::Unsupported),
        },
        None => Err(Stop::Unsupported),
    }
}

fn upper_case(own: &str) -> String {
    if own.is_ascii() { own.to_ascii_uppercase() } else { own.to_uppercase() }
}

fn lower_case(own: &str) -> Result<String, Stop> {
    if own.is_ascii() {
        return Ok(own.to_ascii_lowercase());
    }
    // Rust and JavaScript agree, but for the context of a final sigma.
    if own.contains('Σ') { Err(Stop::Unsupported) } else { Ok(own.to_lowercase()) }
}

/// `ToIntegerOrInfinity` of an argument; missing is 0.
fn integer(argument: Option<&Operand<'_>>) -> Result<f64, Stop> {
    let Some(argument) = argument else { return Ok(0.0) };
    let number = argument.to_number()?;
    Ok(if number.is_nan() { 0.0 } else { number.trunc() })
}

/// Part of a text by UTF-16 positions; `Unsupported` when it would cut a surrogate pair.
fn units(own: &str, from: usize, to: usize) -> Result<&str, Stop> {
    if own.is_ascii() {
        return Ok(own.get(from..to.max(from)).unwrap_or_default());
    }
    let byte = |unit: usize| {
        let mut position = 0;
        for (at, character) in own.char_indices() {
            if position == unit {
                return Ok(at);
            }
            position += character.len_utf16();
            if position > unit {
                return Err(Stop::Unsupported);
            }
        }
        Ok(own.len())
    };
    let (from, to) = (byte(from)?, byte(to.max(from))?);
    Ok(own.get(from..to).unwrap_or_default())
}

fn slice<'a>(own: &str, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    let length = coerce::utf16_length(own) as f64;
    let bound = |number: f64| if number < 0.0 { (length + number).max(0.0) } else { number.min(length) };
    let from = bound(integer(arguments.first())?);
    let to = match arguments.get(1) {
        Some(end) if !end.is_undefined() => bound(integer(Some(end))?),
        _ => length,
    };
    Ok(text(units(own, from as usize, to as usize)?))
}

fn substring<'a>(own: &str, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    let length = coerce::utf16_length(own) as f64;
    let from = integer(arguments.first())?.clamp(0.0, length);
    let to = match arguments.get(1) {
        Some(end) if !end.is_undefined() => integer(Some(end))?.clamp(0.0, length),
        _ => length,
    };
    Ok(text(units(own, from.min(to) as usize, from.max(to) as usize)?))
}

/// `text[index]`.
pub(crate) fn unit_at<'a>(own: &str, index: usize) -> Result<Operand<'a>, Stop> {
    if own.is_ascii() {
        return Ok(own.get(index..index + 1).map_or(Operand::UNDEFINED, text));
    }
    if index >= coerce::utf16_length(own) {
        return Ok(Operand::UNDEFINED);
    }
    Ok(text(units(own, index, index + 1)?))
}

fn unit_at_or_empty<'a>(own: &str, index: Option<&Operand<'_>>) -> Result<Operand<'a>, Stop> {
    let index = integer(index)?;
    if index < 0.0 || index >= coerce::utf16_length(own) as f64 {
        return Ok(text(""));
    }
    unit_at(own, index as usize)
}

fn replace<'a>(own: &str, all: bool, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    let pattern = argument_text(arguments.first())?;
    let replacement = argument_text(arguments.get(1))?;
    if replacement.contains('$') || pattern.is_empty() {
        return Err(Stop::Unsupported);
    }
    if all && own.len() / pattern.len() * replacement.len() > MAX_TEXT {
        return Err(Stop::Unsupported);
    }
    Ok(text(if all {
        own.replace(&*pattern, &replacement)
    } else {
        own.replacen(&*pattern, &replacement, 1)
    }))
}

fn pad<'a>(own: &str, start: bool, arguments: &[Operand<'a>]) -> Result<Operand<'a>, Stop> {
    let length = coerce::utf16_length(own);
    let target = integer(arguments.first())?;
    let filler = match arguments.get(1) {
        Some(filler) if !filler.is_undefined() => argument_text(Some(filler))?,
        _ => " ".into(),
    };
    if target <= length as f64 || filler.is_empty() {
        return Ok(text(own));
    }
    if target > MAX_TEXT as f64 || !filler.is_ascii() {
        return Err(Stop::Unsupported);
    }
    let padding: String = filler.chars().cycle().take(target as usize - length).collect();
    Ok(text(if start { format!("{padding}{own}") } else { format!("{own}{padding}") }))
}
