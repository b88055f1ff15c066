//! Places in the text of a file, found by JSON pointer.

use std::collections::HashMap;
use std::ops::Range;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::Serialize;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Span {
    /// Bytes, from 0; the end is not part of it.
    pub range: Range<usize>,
    /// Line of the start, from 1.
    pub line: usize,
    /// Column of the start in characters, from 1.
    pub column: usize,
}

impl Span {
    /// The span of a byte range; a range outside the text is cut to it.
    pub fn new(text: &str, range: Range<usize>) -> Self {
        let start = floor_char_boundary(text, range.start);
        let end = floor_char_boundary(text, range.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            range: start..end,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The span of one character at a line and column, both from 1, as parsers report them.
    pub fn at(text: &str, line: usize, column: usize) -> Self {
        let mut start = 0;
        for _ in 1..line {
            match text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => break,
            }
        }
        let rest = text[start..].split('\n').next().unwrap_or_default();
        let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        let start = start + offset;
        let width = text[start..].chars().next().map_or(0, char::len_utf8);
        Self::new(text, start..start + width)
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Where the lines of a text begin, so that finding the line and the column of a place costs the same wherever it is.
#[derive(Debug)]
struct Lines {
    /// Byte at which each line begins.
    starts: Vec<usize>,
    /// Characters before each block of [`BLOCK`] bytes: a file may be one line of megabytes.
    characters: Vec<usize>,
}

/// Bytes of a block of [`Lines`].
const BLOCK: usize = 1024;

impl Lines {
    fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        let mut before = 0;
        let characters = text.as_bytes().chunks(BLOCK).map(|block| {
            let here = before;
            before += count_characters(block);
            here
        });
        Self { starts, characters: characters.collect() }
    }

    /// The span of a byte range that lies between characters of the text.
    fn span(&self, text: &str, range: Range<usize>) -> Span {
        let line = self.starts.partition_point(|start| *start <= range.start);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or_default();
        let column = self.characters_before(text, range.start) - self.characters_before(text, start) + 1;
        Span { range, line, column }
    }

    fn characters_before(&self, text: &str, at: usize) -> usize {
        let block = (at / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..at).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or_default() + count_characters(rest)
    }
}

fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

/// The places of all values and keys of a JSON text.
///
/// Making one parses the text again, so it is made only when a place has to be shown.
#[derive(Debug)]
pub struct SourceMap {
    entries: Vec<Entry>,
    lines: Lines,
}

#[derive(Debug)]
struct Entry {
    value: Range<usize>,
    key: Option<Range<usize>>,
    children: Children,
}

#[derive(Debug)]
enum Children {
    None,
    Elements(Vec<usize>),
    Properties(HashMap<String, usize>),
}

impl SourceMap {
    /// Reads the places of a JSON text. A text that is not JSON has none.
    pub fn new(text: &str) -> Self {
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let mut map = Self { entries: Vec::new(), lines: Lines::new(text) };
        if let Ok(result) = parse_to_ast(text, &CollectOptions::default(), &strict)
            && let Some(root) = &result.value
        {
            map.add(root, None);
        }
        map
    }

    fn add(&mut self, value: &Value<'_>, key: Option<Range<usize>>) -> usize {
        let index = self.entries.len();
        let range = value.range();
        self.entries.push(Entry { value: range.start..range.end, key, children: Children::None });
        let children = match value {
            Value::Array(array) => {
                Children::Elements(array.elements.iter().map(|element| self.add(element, None)).collect())
            }
            // Of two properties with one key the last one counts, as in JSON.parse.
            Value::Object(object) => Children::Properties(
                object
                    .properties
                    .iter()
                    .map(|property| {
                        let (name, range) = match &property.name {
                            ObjectPropName::String(name) => (name.value.to_string(), name.range),
                            ObjectPropName::Word(name) => (name.value.to_owned(), name.range),
                        };
                        (name, self.add(&property.value, Some(range.start..range.end)))
                    })
                    .collect(),
            ),
            _ => Children::None,
        };
        if let Some(entry) = self.entries.get_mut(index) {
            entry.children = children;
        }
        index
    }

    /// Bytes of the value that a JSON pointer (RFC 6901) names.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        Some(self.find(pointer)?.value.clone())
    }

    /// Bytes of the key, with its quotes, of the property that a JSON pointer names.
    pub fn key_span(&self, pointer: &str) -> Option<Range<usize>> {
        self.find(pointer)?.key.clone()
    }

    /// The span of a byte range of the text; a range outside the text is cut to it.
    pub(crate) fn locate(&self, text: &str, range: Range<usize>) -> Span {
        let start = floor_char_boundary(text, range.start);
        let end = floor_char_boundary(text, range.end).max(start);
        self.lines.span(text, start..end)
    }

    /// The value's bytes, or those of the nearest value around it that exists.
    pub fn nearest_span(&self, pointer: &str) -> Option<Range<usize>> {
        let mut pointer = pointer;
        loop {
            if let Some(span) = self.span(pointer) {
                return Some(span);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    fn find(&self, pointer: &str) -> Option<&Entry> {
        let mut entry = self.entries.first()?;
        if pointer.is_empty() {
            return Some(entry);
        }
        for token in pointer.strip_prefix('/')?.split('/') {
            let index = match &entry.children {
                Children::None => return None,
                Children::Elements(elements) => *elements.get(token.parse::<usize>().ok()?)?,
                Children::Properties(properties) => {
                    *properties.get(token.replace("~1", "/").replace("~0", "~").as_str())?
                }
            };
            entry = self.entries.get(index)?;
        }
        Some(entry)
    }
}

/// Adds one key to a JSON pointer.
pub(crate) fn push_key(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
