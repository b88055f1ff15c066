//! Putting a text in quotes.

use regress::Regex;

use super::views::to_text;
use crate::{Thrown, Value};

/// A text between two marks, in which backslashes and marks are escaped.
///
/// n8n searches for the mark with a regular expression: a backslash and the mark. So only the first character of a
/// longer mark is searched for as it is, and a letter or digit means what it means behind a backslash.
///
/// # Errors
/// Throws where that is not a regular expression.
pub(super) fn quote(text: &str, mark: &Value) -> Result<String, Thrown> {
    let mark = match mark {
        Value::Undefined => "\"".to_owned(),
        mark => to_text(mark)?,
    };
    let text = text.replace('\\', "\\\\");
    let mut characters = mark.chars();
    let is_literal =
        characters.next().is_some_and(|first| !first.is_ascii_alphanumeric()) && characters.next().is_none();
    let escaped = if is_literal {
        text.replace(&mark, &format!("\\{mark}"))
    } else {
        replace_pattern(&text, &format!("\\{mark}"))?
    };
    Ok(format!("{mark}{escaped}{mark}"))
}

/// `text.replace(new RegExp(pattern, "g"), pattern)`.
fn replace_pattern(text: &str, pattern: &str) -> Result<String, Thrown> {
    let expression = Regex::new(pattern).map_err(|error| {
        Thrown::new("SyntaxError", format!("Invalid regular expression: /{pattern}/g: {error}"))
    })?;
    let mut replaced = String::with_capacity(text.len());
    let mut position = 0;
    for found in expression.find_iter(text) {
        let range = found.range();
        replaced.push_str(&text[position..range.start]);
        push_replacement(&mut replaced, pattern, text, range.clone());
        position = range.end;
    }
    replaced.push_str(&text[position..]);
    Ok(replaced)
}

/// Appends a replacement, in which `$` stands before what it refers to.
fn push_replacement(replaced: &mut String, replacement: &str, text: &str, found: std::ops::Range<usize>) {
    let mut rest = replacement;
    while let Some(position) = rest.find('$') {
        replaced.push_str(&rest[..position]);
        let (inserted, length) = match rest.as_bytes().get(position + 1) {
            Some(b'$') => ("$", 2),
            Some(b'&') => (&text[found.clone()], 2),
            Some(b'`') => (&text[..found.start], 2),
            Some(b'\'') => (&text[found.end..], 2),
            _ => ("$", 1),
        };
        replaced.push_str(inserted);
        rest = &rest[position + length..];
    }
    replaced.push_str(rest);
}
