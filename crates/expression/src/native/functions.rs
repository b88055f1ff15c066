//! Functions that are called by name.

use heddle_data::Json;
use smol_str::SmolStr;

use crate::coerce;
use crate::extensions;
use crate::native::Stop;
use crate::native::elements::Elements;
use crate::native::evaluate::has_meaning_as_member;
use crate::native::expr::Function;
use crate::native::operand::{Operand, text};
use crate::scene::Scene;
use crate::value::Value;

/// `function(arguments)`.
pub(crate) fn call<'a>(
    function: Function,
    arguments: Vec<Operand<'a>>,
    scene: &Scene<'a>,
) -> Result<Operand<'a>, Stop> {
    let first = arguments.first();
    Ok(match function {
        Function::String => match first {
            None => text(""),
            Some(argument) => text(argument.to_text()?),
        },
        Function::Number => match first {
            None => Json::from(0.0).into(),
            Some(argument) => Json::from(argument.to_number()?).into(),
        },
        Function::Boolean => Json::from(first.is_some_and(Operand::is_truthy)).into(),
        Function::ParseInt if arguments.len() == 1 => Json::from(parse_int(&arguments[0].to_text()?)?).into(),
        Function::ParseFloat if arguments.len() == 1 => {
            Json::from(coerce::parse_float(&arguments[0].to_text()?)).into()
        }
        Function::IsNaN => Json::from(first.map_or(Ok(f64::NAN), Operand::to_number)?.is_nan()).into(),
        Function::IsArray => {
            let is_array = match first {
                Some(Operand::Items(_) | Operand::Picked(_)) => true,
                Some(Operand::Value(value)) => value.is_array(),
                Some(Operand::Ref(json)) => json.is_array(),
                _ => false,
            };
            Json::from(is_array).into()
        }
        Function::JsonStringify if arguments.len() == 1 => match arguments[0].json() {
            Some(json) => text(json.to_json_string()),
            None if arguments[0].is_undefined() => Operand::UNDEFINED,
            None => return Err(Stop::Unsupported),
        },
        Function::JsonParse if arguments.len() == 1 => {
            let source = arguments[0].to_text()?;
            // `__proto__` in the text is an own key for JSON.parse, and no key for anyone who reads it.
            if source.contains("__proto__") {
                return Err(Stop::Unsupported);
            }
            Json::parse(&source).map_err(|_| Stop::Unsupported)?.into()
        }
        Function::ObjectKeys if arguments.len() == 1 => match object(&arguments[0])?.as_object() {
            Some(object) => Json::from_iter(object.keys().map(Json::from)).into(),
            None => return Err(Stop::Unsupported),
        },
        Function::ObjectValues if arguments.len() == 1 => match object(&arguments[0])?.as_object() {
            Some(object) => Json::from_iter(object.values().cloned()).into(),
            None => return Err(Stop::Unsupported),
        },
        Function::ObjectEntries if arguments.len() == 1 => match object(&arguments[0])?.as_object() {
            Some(object) => {
                let entry = |(key, value): (&str, &Json)| Json::from_iter([Json::from(key), value.clone()]);
                Json::from_iter(object.iter().map(entry)).into()
            }
            None => return Err(Stop::Unsupported),
        },
        Function::ObjectFromEntries if arguments.len() == 1 => from_entries(&arguments[0])?,
        Function::MathRound => one(first, round)?,
        Function::MathFloor => one(first, f64::floor)?,
        Function::MathCeil => one(first, f64::ceil)?,
        Function::MathAbs => one(first, f64::abs)?,
        Function::MathTrunc => one(first, f64::trunc)?,
        Function::MathMax => Json::from(extreme(&arguments, f64::NEG_INFINITY, |a, b| a > b)?).into(),
        Function::MathMin => Json::from(extreme(&arguments, f64::INFINITY, |a, b| a < b)?).into(),
        Function::EncodeUriComponent if arguments.len() == 1 => {
            text(encode_uri_component(&arguments[0].to_text()?))
        }
        Function::Own(name) => {
            let arguments: Vec<Value> = arguments.into_iter().map(Operand::into_value).collect();
            extensions::function(name, &arguments, scene.clock)?.into()
        }
        _ => return Err(Stop::Unsupported),
    })
}

/// `Object.fromEntries` of an array of pairs whose keys are texts.
fn from_entries<'a>(entries: &Operand<'a>) -> Result<Operand<'a>, Stop> {
    let entries = Elements::of(entries).ok_or(Stop::Unsupported)?;
    let mut members = Vec::with_capacity(entries.len());
    for entry in entries.iter() {
        let pair = Elements::of(&entry).ok_or(Stop::Unsupported)?;
        let key = pair.get(0);
        let key = key.as_json().and_then(Json::as_str).ok_or(Stop::Unsupported)?;
        if has_meaning_as_member(key) {
            return Err(Stop::Unsupported);
        }
        members.push((SmolStr::new(key), pair.get(1).into_value()));
    }
    Ok(Value::object(members).into())
}

fn object<'o>(operand: &'o Operand<'_>) -> Result<std::borrow::Cow<'o, Json>, Stop> {
    if operand.is_nullish() {
        return Err(Stop::Blank);
    }
    operand.json().ok_or(Stop::Unsupported)
}

fn one<'a>(argument: Option<&Operand<'_>>, function: fn(f64) -> f64) -> Result<Operand<'a>, Stop> {
    Ok(Json::from(function(argument.map_or(Ok(f64::NAN), Operand::to_number)?)).into())
}

/// `Math.round`: halves go up.
fn round(number: f64) -> f64 {
    let floor = number.floor();
    let rounded = if number - floor >= 0.5 { floor + 1.0 } else { floor };
    rounded.copysign(number)
}

fn extreme(arguments: &[Operand<'_>], start: f64, wins: fn(f64, f64) -> bool) -> Result<f64, Stop> {
    let mut best = start;
    let mut is_nan = false;
    for argument in arguments {
        let number = argument.to_number()?;
        is_nan |= number.is_nan();
        let signed_zero = number == 0.0 && best == 0.0 && wins(number.signum(), best.signum());
        if wins(number, best) || signed_zero {
            best = number;
        }
    }
    Ok(if is_nan { f64::NAN } else { best })
}

/// `parseInt(text)` without a radix.
fn parse_int(source: &str) -> Result<f64, Stop> {
    let trimmed = source.trim_start_matches(coerce::is_white_space);
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.starts_with("0x") || digits.starts_with("0X") {
        return Err(Stop::Unsupported);
    }
    Ok(coerce::parse_int(source, 0.0))
}

/// `encodeURIComponent(text)`.
fn encode_uri_component(source: &str) -> String {
    let mut encoded = String::with_capacity(source.len());
    for byte in source.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}
