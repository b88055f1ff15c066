//! JSON text with expressions in it.
//!
//! What an expression gives is in the text as JSON where it is an object or array, else as JavaScript's text of it:
//! `null`, `undefined`, `5`. (In any other text parameter nothing stands for nothing.) So the text is taken apart before
//! the run, every expression is resolved as a whole value, and the node puts the two together. Unlike in other parameters
//! a backslash before braces has no meaning, and braces that are not closed are text.

use std::borrow::Cow;

use heddle_node::parameters::{STRINGIFIED_KEY, is_date_text, javascript};
use heddle_node::{Json, json};

/// Before every piece of text, so that none of them is taken for an expression.
const TEXT_MARK: char = '|';

/// An expression text in its pieces: text and an object with the expression under [`STRINGIFIED_KEY`] in turn. Anything else than an expression text stays
/// as it is.
pub(crate) fn take_apart(stored: &Json) -> Option<Json> {
    let text = stored.as_str()?;
    let mut rest = text.strip_prefix('=')?.trim_start_matches('=');
    let mut pieces = Vec::new();
    let piece = |text: &str| Json::from(format!("{TEXT_MARK}{text}"));
    while let Some(start) = rest.find("{{")
        && let Some(length) = rest[start + 2..].find("}}")
    {
        let end = start + 2 + length + 2;
        pieces.push(piece(&rest[..start]));
        pieces.push(json!({ STRINGIFIED_KEY: format!("={}", &rest[start..end]) }));
        rest = &rest[end..];
    }
    if pieces.is_empty() {
        return Some(Json::from(if rest.contains("{{") { rest.to_owned() } else { format!("={rest}") }));
    }
    pieces.push(piece(rest));
    Some(Json::from(pieces))
}

/// The text that resolved pieces make, every value as JavaScript's text of it; `None` when these are no pieces.
pub(crate) fn put_together_as_text(pieces: &Json) -> Option<String> {
    let mut text = String::new();
    for piece in pieces.as_array()? {
        match piece.as_str() {
            Some(piece) => text.push_str(piece.strip_prefix(TEXT_MARK)?),
            None => {
                let value = piece.as_object()?.get(STRINGIFIED_KEY);
                text.push_str(&value.map_or(Cow::Borrowed("undefined"), javascript::to_text));
            }
        }
    }
    Some(text)
}

/// The text that resolved pieces make; `None` when these are no pieces.
pub(super) fn put_together(pieces: &Json) -> Option<String> {
    let mut text = String::new();
    for piece in pieces.as_array()? {
        match piece.as_str() {
            Some(piece) => text.push_str(piece.strip_prefix(TEXT_MARK)?),
            None => {
                // A member that is undefined is not there.
                let value = piece.as_object()?.get(STRINGIFIED_KEY);
                let shown = value.map_or(Cow::Borrowed("undefined"), |value| match value {
                    value if value.is_object() || value.is_array() => Cow::Owned(value.to_string()),
                    value if stands_alone(&text) && (is_moment(value) || is_not_finite(value)) => {
                        Cow::Owned(format!("\"{}\"", javascript::to_text(value)))
                    }
                    value => javascript::to_text(value),
                });
                text.push_str(&shown);
            }
        }
    }
    Some(text)
}

/// Whether what follows the text is a JSON value of its own, not a part of a string.
fn stands_alone(text: &str) -> bool {
    matches!(text.trim_end().chars().next_back(), Some(':' | ',' | '['))
}

/// Whether a value is a moment, which has become text on its way here; n8n still knows it as an object.
fn is_moment(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.get(10..11) == Some("T") && is_date_text(text))
}

/// Whether a value is a number that JSON cannot write; n8n repairs it into a text.
fn is_not_finite(value: &Json) -> bool {
    value.as_f64().is_some_and(|number| !number.is_finite())
}

/// The one value that the pieces are when nothing but white space stands around it.
pub(super) fn only_value(pieces: &Json) -> Option<&Json> {
    let is_blank = |piece: &Json| piece.as_str().is_some_and(|text| text[1..].trim().is_empty());
    match pieces.as_array()? {
        [before, value, after] if is_blank(before) && is_blank(after) => value.get(STRINGIFIED_KEY),
        _ => None,
    }
}
