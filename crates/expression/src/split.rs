//! Splitting a parameter string into text and code (`docs/expressions/language.md §3`).

use std::borrow::Cow;
use std::ops::Range;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chunk<'t> {
    /// Text, cleaned up as it is printed.
    Text(Cow<'t, str>),
    /// The code between `{{` and `}}`, with its place in the template.
    Code(Cow<'t, str>, Range<usize>),
}

/// Splits a template (without its leading `=`). The first chunk is always text, maybe empty.
pub(crate) fn split(template: &str) -> Vec<Chunk<'_>> {
    split_with(template, odd_backslashes)
}

/// The chunks as n8n's extension rewrite sees them: any backslash right before the braces escapes them.
pub(crate) fn split_simply(template: &str) -> Vec<Chunk<'_>> {
    split_with(template, |before| before.ends_with('\\'))
}

fn split_with(template: &str, is_escaped: fn(&str) -> bool) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    loop {
        let Some(open) = find_unescaped(template, start, "{{", is_escaped) else {
            chunks.push(Chunk::Text(Cow::Borrowed(&template[start..])));
            return chunks;
        };
        chunks.push(Chunk::Text(collapse_backslashes(&template[start..open])));
        let code_start = open + 2;
        if code_start == template.len() {
            return chunks;
        }
        let close = find_unescaped(template, code_start, "}}", is_escaped);
        let code_end = close.unwrap_or(template.len());
        chunks.push(Chunk::Code(unescape_first_close(&template[code_start..code_end]), code_start..code_end));
        match close {
            Some(close) if close + 2 < template.len() => start = close + 2,
            _ => return chunks,
        }
    }
}

fn find_unescaped(text: &str, from: usize, braces: &str, is_escaped: fn(&str) -> bool) -> Option<usize> {
    let mut position = from;
    while let Some(found) = text[position..].find(braces) {
        let at = position + found;
        if !is_escaped(&text[from..at]) {
            return Some(at);
        }
        position = at + braces.len();
    }
    None
}

fn odd_backslashes(before: &str) -> bool {
    before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn collapse_backslashes(text: &str) -> Cow<'_, str> {
    if text.contains("\\\\") { Cow::Owned(text.replace("\\\\", "\\")) } else { Cow::Borrowed(text) }
}

fn unescape_first_close(code: &str) -> Cow<'_, str> {
    match code.find("\\}}") {
        Some(at) => Cow::Owned(format!("{}{}", &code[..at], &code[at + 1..])),
        None => Cow::Borrowed(code),
    }
}
