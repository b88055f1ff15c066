//! `fromFormatExplain`: how a text is read by a format, step by step.

use std::sync::Arc;

use heddle_data::{Json, JsonObject};

use super::format_found::Found;
use super::format_parse::{Format, FormatParser, Matcher, Piece, expand, parsing_loc};
use super::not_null;
use super::tokens::{Token, split};
use crate::value::RegExp;
use crate::{Thrown, Value};
use heddle_locale::LATIN_DIGITS;

/// What luxon tells about reading a text by a format.
///
/// # Errors
/// Throws for a format that is none, and for one that is at odds with itself.
pub(crate) fn explain(text: &str, format: &Value, options: &Value) -> Result<Value, Thrown> {
    not_null(options)?;
    let format = Format::from_value(format)?;
    let loc = parsing_loc(options)?;
    let tokens = expand(split(format.text), &loc)?;
    let parser = FormatParser::of_tokens(&loc, &tokens)?;
    let texts = parser.split(text);
    let mut found = texts.as_deref().map(|texts| parser.found(texts)).unwrap_or_default();
    let (zone, offset) = found.settle()?;
    let raw = match &texts {
        Some(texts) => groups(&parser, text, texts),
        None => Value::NULL,
    };
    Ok(Value::object([
        ("input", Value::from(text)),
        ("tokens", Value::Json(tokens.iter().map(token_json).collect())),
        ("regex", Value::RegExp(Arc::new(pattern(&parser)))),
        ("rawMatches", raw),
        ("matches", found.by_letter()),
        ("result", fields(&found)),
        ("zone", zone.map_or(Value::NULL, |zone| Value::Json(zone.to_json()))),
        ("specificOffset", offset.map_or(Value::Undefined, Value::from)),
    ]))
}

fn fields(found: &Found) -> Value {
    Value::object(found.fields().map(|(_, name, number)| (name, Value::from(number))))
}

fn token_json(token: &Token) -> Json {
    let mut object = JsonObject::new();
    object.insert("literal", Json::from(token.literal));
    object.insert("val", Json::from(token.text.as_str()));
    Json::from(object)
}

/// The regular expression that luxon would read by.
fn pattern(parser: &FormatParser) -> RegExp {
    let groups = parser.pieces.iter().map(|piece| format!("({})", source(piece, &digit(parser))));
    RegExp { source: format!("^{}$", groups.collect::<String>()).into(), flags: "i".into() }
}

/// How one digit is written in a regular expression.
fn digit(parser: &FormatParser) -> String {
    match parser.digits {
        LATIN_DIGITS => "\\d".to_owned(),
        [first, .., last] => format!("[{first}-{last}]"),
    }
}

fn source(piece: &Piece, digit: &str) -> String {
    match &piece.matcher {
        Matcher::Digits(1, 1) => digit.to_owned(),
        Matcher::Digits(least, most) if least == most => format!("{digit}{{{least}}}"),
        Matcher::Digits(least, most) => format!("{digit}{{{least},{most}}}"),
        Matcher::Words(words) => {
            let flexible = |word: &String| {
                let spaced: String = word
                    .chars()
                    .map(|letter| match letter {
                        ' ' | '\u{a0}' => "[ \u{a0}]".to_owned(),
                        '.' => "\\.?".to_owned(),
                        '/' => "\\/".to_owned(),
                        other => other.to_string(),
                    })
                    .collect();
                spaced
            };
            words.iter().map(flexible).collect::<Vec<_>>().join("|")
        }
        Matcher::Offset { colon: true } => format!("([+-]{digit}{{1,2}})(?::({digit}{{2}}))?"),
        Matcher::Offset { colon: false } => format!("([+-]{digit}{{1,2}})({digit}{{2}})?"),
        Matcher::ZoneName => "[a-z_+-/]{1,256}?".to_owned(),
        Matcher::Space => "[^\\S\\n\\r]".to_owned(),
        Matcher::Text(text) => escaped(text),
    }
}

/// A text as a part of a regular expression.
fn escaped(text: &str) -> String {
    let mut source = String::new();
    for character in text.chars() {
        if "-[]{}()*+?.,\\^$|#/".contains(character) || crate::coerce::is_white_space(character) {
            source.push('\\');
        }
        source.push(character);
    }
    source
}

/// The match and its groups: one of each piece, and the parts of an offset.
fn groups(parser: &FormatParser, whole: &str, texts: &[String]) -> Value {
    let mut groups = vec![Value::from(whole)];
    for (piece, text) in parser.pieces.iter().zip(texts) {
        groups.push(Value::from(text.as_str()));
        if let Matcher::Offset { .. } = piece.matcher {
            let minutes = text.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
            let (hours, minutes) = match text.split_once(':') {
                Some((hours, minutes)) => (hours, Some(minutes)),
                None if text.chars().count() > 3 => (&text[..minutes], Some(&text[minutes..])),
                None => (text.as_str(), None),
            };
            groups.push(Value::from(hours));
            groups.push(minutes.map_or(Value::Undefined, Value::from));
        }
    }
    Value::array(groups)
}
