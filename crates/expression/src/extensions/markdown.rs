//! Removing the marks of Markdown, in the steps of `docs/expressions/extensions.md §2.1`.
//!
//! A step looks for the leftmost place that fits, replaces it and goes on behind it; the next step sees the result.
//! No step reads a line again and again for marks that it has not found in it.

use std::borrow::Cow;
use std::ops::Range;

use crate::coerce::is_white_space;

/// A text without marks of Markdown and without most HTML tags.
pub(super) fn remove_markdown(text: &str) -> String {
    let mut output = Cow::Borrowed(text);
    for step in STEPS {
        if let Some(changed) = step(&output) {
            output = Cow::Owned(changed);
        }
    }
    output.into_owned()
}

/// Gives the changed text; `None` when there is nothing to change.
type Step = fn(&str) -> Option<String>;

const STEPS: [Step; 18] = [
    |text| replace_lines(text, list_marker),
    |text| replace(text, "\n==", underline),
    |text| replace(text, "~~", |_, start, _| Ok((start + 2, 0..0))),
    |text| replace(text, "```", fence),
    |text| replace(text, "<", tag),
    |text| is_only(text, &['=', '-'], 2).then(String::new),
    footnotes,
    reference,
    |text| replace(text, "![", |_, start, inside| bracketed(start + 2, inside).map(|(end, _)| (end, 0..0))),
    |text| replace(text, "[", |_, start, inside| bracketed(start + 1, inside)),
    |text| replace(text, ">", |_, start, _| Ok((start + 1, 0..0))),
    |text| is_titled_reference(text).then(String::new),
    |text| replace_lines(text, heading),
    emphasis,
    |text| replace(text, "```", code_block),
    |text| is_only(text, &['-'], 3).then(String::new),
    |text| replace(text, "`", code),
    |text| {
        replace(text, "\n\n\n", |text, start, _| Ok((start + run(&text[start..], '\n'), start..start + 2)))
    },
];

/// Where a replaced part ends, and which part of the text stays in its place.
type Replacement = (usize, Range<usize>);

/// Replaces what `find` makes of each `opening`, given its position and what follows it in its line; where it makes
/// nothing, it says from where to look for the next one.
fn replace(
    text: &str,
    opening: &str,
    mut find: impl FnMut(&str, usize, &str) -> Result<Replacement, usize>,
) -> Option<String> {
    let mut output = Output::new(text);
    let mut lines = Lines::new(text);
    let mut position = 0;
    while let Some(found) = text.get(position..).and_then(|rest| rest.find(opening)) {
        let start = position + found;
        position = match find(text, start, lines.rest(start + opening.len())) {
            Ok((end, kept)) => output.replace(start, end, kept),
            Err(next) => next.max(start + 1),
        };
    }
    output.finish()
}

/// Replaces what `find` makes of lines; `find` gets the text from the beginning of a line on.
fn replace_lines(text: &str, find: impl Fn(&str) -> Option<Replacement>) -> Option<String> {
    let mut output = Output::new(text);
    let mut position = 0;
    loop {
        if position > 0 && !text[..position].ends_with(is_line_break) {
            let rest = &text[position..];
            position += rest
                .char_indices()
                .find(|(_, character)| is_line_break(*character))
                .map_or(rest.len(), |(at, line_break)| at + line_break.len_utf8());
        }
        let rest = &text[position..];
        let Some(first) = rest.chars().next() else { return output.finish() };
        position = match find(rest) {
            Some((end, kept)) => {
                output.replace(position, position + end, position + kept.start..position + kept.end)
            }
            // no mark begins with the white space before it alone
            None => position + run_of(rest, is_white_space).max(first.len_utf8()),
        };
    }
}

/// A text in which parts are replaced from left to right.
struct Output<'a> {
    text: &'a str,
    written: String,
    done: usize,
}

impl<'a> Output<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, written: String::new(), done: 0 }
    }

    /// Puts another part of the text in the place of a part; gives the end of what was replaced.
    fn replace(&mut self, start: usize, end: usize, kept: Range<usize>) -> usize {
        self.written.push_str(&self.text[self.done..start]);
        self.written.push_str(&self.text[kept]);
        self.done = end;
        end
    }

    fn finish(mut self) -> Option<String> {
        if self.done == 0 {
            return None;
        }
        self.written.push_str(&self.text[self.done..]);
        Some(self.written)
    }
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text, of which each is measured once when it is gone through from left to right.
struct Lines<'a> {
    text: &'a str,
    /// The end of the line that was asked for last.
    end: Option<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, end: None }
    }

    /// The rest of the line from a position on.
    fn rest(&mut self, from: usize) -> &'a str {
        let end = match self.end.filter(|end| from <= *end) {
            Some(end) => end,
            None => from + line(&self.text[from..]).len(),
        };
        self.end = Some(end);
        &self.text[from..end]
    }
}

/// The first line of a text.
fn line(text: &str) -> &str {
    &text[..text.find(is_line_break).unwrap_or(text.len())]
}

/// The length of what a text begins with.
fn run_of(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|character: char| !is_part(character)).unwrap_or(text.len())
}

/// How often a character is repeated at the beginning of a text.
fn run(text: &str, character: char) -> usize {
    run_of(text, |other| other == character)
}

/// `- `, `* `, `+ ` or `1. `; the white space before it stays.
fn list_marker(rest: &str) -> Option<Replacement> {
    let indent = run_of(rest, is_white_space);
    let marker = match rest.as_bytes().get(indent..)? {
        [b'*' | b'-' | b'+', ..] => 1,
        [b'0'..=b'9', b'.', ..] => 2,
        _ => return None,
    };
    let space = run_of(&rest[indent + marker..], is_white_space);
    (space > 0).then_some((indent + marker + space, 0..indent))
}

/// The line under a heading, of two or more `=`; the line break before it stays.
fn underline(text: &str, start: usize, _: &str) -> Result<Replacement, usize> {
    Ok((start + 1 + run(&text[start + 1..], '='), start..start + 1))
}

/// Three backticks and the rest of their line.
fn fence(text: &str, start: usize, inside: &str) -> Result<Replacement, usize> {
    let end = start + 3 + inside.len();
    if text[end..].starts_with('\n') { Ok((end + 1, 0..0)) } else { Err(end) }
}

/// `<`, then characters that are usual in tags, then `>`, `|` or `\`.
fn tag(text: &str, start: usize, _: &str) -> Result<Replacement, usize> {
    let is_usual = |character: char| {
        character.is_ascii_alphanumeric() || is_white_space(character) || "_|='\":(),;/.-".contains(character)
    };
    let inside = &text[start + 1..];
    let inside = &inside[..run_of(inside, is_usual)];
    let end = start + 1 + inside.len();
    if !inside.is_empty() && text[end..].starts_with(['>', '\\']) {
        return Ok((end + 1, 0..0));
    }
    match inside.rfind('|') {
        Some(bar) if bar > 0 => Ok((start + 1 + bar + 1, 0..0)),
        _ => Err(end),
    }
}

/// Whether a text is nothing but some of these characters, and white space behind them.
fn is_only(text: &str, characters: &[char], least: usize) -> bool {
    let length = run_of(text, |character| characters.contains(&character));
    length >= least && text[length..].chars().all(is_white_space)
}

/// `[^text]`, with `: …` up to the end of the text where that follows in the last line.
fn footnotes(text: &str) -> Option<String> {
    let last_line = last_line_start(text);
    replace(text, "[^", |text, start, inside| {
        let first = inside.chars().next().map_or(0, char::len_utf8);
        let Some(close) = inside[first..].find(']') else { return Err(start + 2 + inside.len()) };
        let end = start + 2 + first + close + 1;
        let is_definition = end >= last_line && text[end..].starts_with(": ");
        Ok((if is_definition { text.len() } else { end }, 0..0))
    })
}

fn last_line_start(text: &str) -> usize {
    let last = text.char_indices().rfind(|(_, character)| is_line_break(*character));
    last.map_or(0, |(at, line_break)| at + line_break.len_utf8())
}

/// `[text]: …` in the last line, with up to two characters of white space before it.
fn reference(text: &str) -> Option<String> {
    let last_line = last_line_start(text);
    let open = last_line + text[last_line..].find('[')?;
    text[open..].contains("]: ").then_some(())?;
    let before = &text[..open];
    let space = before.chars().rev().take(2).take_while(|character| is_white_space(*character));
    let space: usize = space.map(char::len_utf8).sum();
    Some(before[..before.len() - space].to_owned())
}

/// The rest of `[text](…)` behind its first bracket, all in one line. The brackets of the second part may be mixed. The
/// text stays.
fn bracketed(from: usize, inside: &str) -> Result<Replacement, usize> {
    let position = || {
        let middle = inside.as_bytes().windows(2).position(|pair| matches!(pair, [b']', b'[' | b'(']))?;
        let close = inside[middle + 2..].find([']', ')'])?;
        Some((middle, middle + 2 + close + 1))
    };
    match position() {
        Some((middle, end)) => Ok((from + end, from..from + middle)),
        None => Err(from + inside.len()),
    }
}

/// Whether a text is one or two characters of white space, `[text]: address` and perhaps a title in quotes.
fn is_titled_reference(text: &str) -> bool {
    let indent = text.chars().take_while(|character| is_white_space(*character)).count();
    let trimmed = text.trim_matches(is_white_space);
    let Some(inside) = trimmed.strip_prefix('[').filter(|_| matches!(indent, 1 | 2)) else { return false };
    let first_line = line(inside);
    // A title begins in the first line and goes on to the end of the text.
    let has_one_line = first_line.len() == inside.len();
    let is_definition = |definition: &str| {
        let length = run_of(definition, |character| !is_white_space(character));
        let title = definition[length..].strip_prefix(" \"").and_then(|title| title.strip_suffix('"'));
        length > 0 && (length == definition.len() || (has_one_line && title.is_some()))
    };
    first_line.match_indices("]: ").any(|(at, _)| is_definition(&inside[at + 3..]))
}

/// One to six `#` before and perhaps behind a text without `#`, which stays and may have several lines.
fn heading(rest: &str) -> Option<Replacement> {
    let level = run(rest, '#').min(6);
    if level == 0 {
        return None;
    }
    let start = level + run_of(&rest[level..], is_white_space);
    let end = start + rest[start..].find('#').unwrap_or(rest.len() - start);
    Some((end + run(&rest[end..], '#').min(6), start..end))
}

/// One to three `*` or `_` on both sides of a text in one line; the text has two UTF-16 units at least, begins and ends
/// with no white space, and stays.
fn emphasis(text: &str) -> Option<String> {
    // marks that are not found again in the line that ends there
    let mut missing: Vec<(&str, usize)> = Vec::new();
    let mut output = Output::new(text);
    let mut lines = Lines::new(text);
    let mut position = 0;
    while let Some(found) = text[position..].find(['*', '_']) {
        let start = position + found;
        // No mark is longer, however long the run.
        let longest = text[start..].bytes().take(3).take_while(|byte| matches!(byte, b'*' | b'_')).count();
        let replacement = (1..=longest).rev().find_map(|length| {
            let mark = &text[start..start + length];
            if missing.iter().any(|(other, end)| *other == mark && start < *end) {
                return None;
            }
            let from = start + length;
            let inside = lines.rest(from);
            let first = inside.chars().next().filter(|first| !is_white_space(*first))?;
            match closing_mark(inside, mark, first) {
                Some(end) => Some((from + end + length, from..from + end)),
                None => {
                    missing.retain(|(other, _)| *other != mark);
                    missing.push((mark, from + inside.len()));
                    None
                }
            }
        });
        position = match replacement {
            Some((end, kept)) => output.replace(start, end, kept),
            None => start + 1,
        };
    }
    output.finish()
}

/// Where the mark closes that stands before a text.
fn closing_mark(inside: &str, mark: &str, first: char) -> Option<usize> {
    let mut from = first.len_utf8();
    if first.len_utf16() == 1 {
        from += inside[from..].chars().next()?.len_utf8();
    }
    while let Some(found) = inside.get(from..).and_then(|rest| rest.find(mark)) {
        let end = from + found;
        if !inside[..end].ends_with(is_white_space) {
            return Some(end);
        }
        from = end + 1;
    }
    None
}

/// Three or more backticks on both sides of a text in one line; the text stays. As many as possible belong to the mark.
fn code_block(_: &str, start: usize, inside: &str) -> Result<Replacement, usize> {
    let more = run(inside, '`');
    let (open, inside) = (3 + more, &inside[more..]);
    let mut close: Option<(usize, usize)> = None;
    let mut position = 0;
    while let Some(found) = inside[position..].find("```") {
        let at = position + found;
        let length = run(&inside[at..], '`').min(open);
        if close.is_none_or(|(_, longest)| length > longest) {
            close = Some((at, length));
        }
        if length == open {
            break;
        }
        position = at + length;
    }
    match close {
        Some((at, length)) if length > open / 2 => {
            let end = start + open + at;
            Ok((end + length, start + length..end))
        }
        // the opening run itself is mark, nothing and mark
        _ if open >= 6 => Ok((start + open / 2 * 2, 0..0)),
        _ => Err(start + open),
    }
}

/// A text of at least one character between two backticks in one line; the text stays.
fn code(_: &str, start: usize, inside: &str) -> Result<Replacement, usize> {
    let first = inside.chars().next().map_or(0, char::len_utf8);
    match inside[first..].find('`') {
        Some(close) => Ok((start + 1 + first + close + 1, start + 1..start + 1 + first + close)),
        None => Err(start + 1 + inside.len()),
    }
}
