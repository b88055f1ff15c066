//! The methods of strings.

use heddle_data::Json;

use super::views::to_number;
use super::{
    addresses, arg, base64, currency, date, hash, letter_case, markdown, percent, quote, title_case,
    transliteration,
};
use crate::{Clock, Thrown, Value};
use crate::{coerce, luxon};

/// The names of the methods.
pub(super) const NAMES: [&str; 33] = [
    "hash",
    "removeMarkdown",
    "removeTags",
    "toDate",
    "toDateTime",
    "toBoolean",
    "toDecimalNumber",
    "toNumber",
    "toFloat",
    "toInt",
    "toWholeNumber",
    "toSentenceCase",
    "toSnakeCase",
    "toTitleCase",
    "urlDecode",
    "urlEncode",
    "quote",
    "replaceSpecialChars",
    "length",
    "isDomain",
    "isEmail",
    "isNumeric",
    "isUrl",
    "isEmpty",
    "isNotEmpty",
    "toJsonString",
    "extractEmail",
    "extractDomain",
    "extractUrl",
    "extractUrlPath",
    "parseJson",
    "base64Encode",
    "base64Decode",
];

/// Calls a method.
pub(super) fn call(
    name: &str,
    receiver: &Value,
    args: &[Value],
    clock: &Clock,
) -> Result<Option<Value>, Thrown> {
    let Some(own) = receiver.as_str() else { return Ok(None) };
    let first = arg(args, 0);
    Ok(Some(match name {
        "isEmpty" => Value::from(own.is_empty()),
        "isNotEmpty" => Value::from(!own.is_empty()),
        "length" => Value::from(length(own)),
        "toBoolean" => Value::from(to_boolean(own)),
        "toNumber" => Value::from(currency::to_number(own)?),
        "toFloat" | "toDecimalNumber" => Value::from(currency::to_float(own)?),
        "toInt" | "toWholeNumber" => Value::from(currency::to_integer(own, to_number(first)?)?),
        "isNumeric" => Value::from(is_numeric(own)),
        "toDate" => to_date(own)?,
        "toDateTime" => date::parse_with(receiver, first, clock)?,
        "toTitleCase" => Value::from(title_case::title_case(own)),
        "toSentenceCase" => Value::from(letter_case::sentence_case(own)),
        "toSnakeCase" => Value::from(letter_case::snake_case(own)),
        "removeMarkdown" => Value::from(markdown::remove_markdown(own)),
        "removeTags" => unchanged_or(receiver, remove_tags(own)),
        "replaceSpecialChars" => unchanged_or(receiver, transliteration::to_ascii(own)),
        "quote" => Value::from(quote::quote(own, first)?),
        "hash" => Value::from(hash::hash(own, first)?),
        "base64Encode" => Value::from(base64::encode(own)),
        "base64Decode" => Value::from(base64::decode(own)?),
        "urlEncode" => Value::from(percent::encode(own, first.is_truthy())),
        "urlDecode" => Value::from(percent::decode(own, first.is_truthy())?),
        "toJsonString" => Value::from(Json::from(own).to_json_string()),
        "parseJson" => Value::Json(parse_json(own)?),
        "isEmail" => Value::from(addresses::is_email(own)),
        "isUrl" => Value::from(addresses::is_url(own)),
        "isDomain" => Value::from(addresses::is_domain(own)),
        "extractEmail" => found(addresses::extract_email(own)),
        "extractUrl" => found(addresses::extract_url(own)),
        "extractDomain" => found(addresses::extract_domain(own)),
        "extractUrlPath" => found(addresses::extract_url_path(own)),
        _ => return Ok(None),
    }))
}

fn found(part: Option<&str>) -> Value {
    part.map_or(Value::Undefined, Value::from)
}

fn unchanged_or(receiver: &Value, changed: Option<String>) -> Value {
    changed.map_or_else(|| receiver.clone(), Value::from)
}

/// In UTF-16 code units.
fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

fn to_boolean(text: &str) -> bool {
    !text.is_empty() && !["false", "no", "0"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_numeric(text: &str) -> bool {
    !text.contains(' ')
        && !crate::coerce::text_to_number(text).is_nan()
        && !coerce::parse_float(text).is_nan()
}

/// A JavaScript date; without a colon in the text it is the beginning of its day.
fn to_date(text: &str) -> Result<Value, Thrown> {
    const DAY: f64 = 86_400_000.0;
    const SECOND: f64 = 1000.0;
    let millis = luxon::parse_date(text);
    if millis.is_nan() {
        return Err(Thrown::extension("cannot convert to date"));
    }
    if text.contains(':') {
        return Ok(Value::Date(millis));
    }
    // the milliseconds of the second are not reset
    Ok(Value::Date(millis - millis.rem_euclid(DAY) + millis.rem_euclid(SECOND)))
}

/// Without what is between `<` and the next `>`; `None` when there is nothing to remove.
fn remove_tags(text: &str) -> Option<String> {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(start) = rest.find('<') {
        kept.push_str(&rest[..start]);
        rest = rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
    }
    if rest.len() == text.len() {
        return None;
    }
    kept.push_str(rest);
    Some(kept)
}

fn parse_json(text: &str) -> Result<Json, Thrown> {
    Json::parse(text).map_err(|_| {
        Thrown::extension(if text.contains('\'') {
            "Parsing failed. Check you're using double quotes"
        } else {
            "Parsing failed"
        })
    })
}
