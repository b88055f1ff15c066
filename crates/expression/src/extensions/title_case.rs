//! Titles in English.

use crate::coerce::is_white_space;

/// Words that begin in lower case inside a title.
const SMALL_WORDS: [&str; 37] = [
    "a", "ad", "an", "and", "as", "at", "because", "but", "by", "en", "for", "if", "in", "neither", "nor",
    "of", "on", "only", "or", "over", "per", "so", "some", "than", "that", "the", "to", "up", "upon", "v",
    "versus", "via", "vs", "when", "with", "without", "yet",
];

/// A text with its words in upper case, but for small words, words that have capitals or dots of their own, and the
/// first parts of addresses.
pub(super) fn title_case(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut position = 0;
    while let Some(next) = text[position..].chars().next() {
        if is_separator(next) {
            // what is between words is kept, but for line breaks
            if !is_line_break(next) {
                titled.push(next);
            }
            position += next.len_utf8();
            continue;
        }
        let start = position;
        let rest = &text[start..];
        let token = &rest[..rest.find(is_separator).unwrap_or(rest.len())];
        position += token.len();
        let is_edge = start == 0 || position == text.len();
        let is_kept =
            has_own_case(token) || (!is_edge && has_small_word(token)) || is_before_colon(&text[position..]);
        if is_kept {
            titled.push_str(token);
        } else {
            push_capitalized(&mut titled, token);
        }
    }
    titled
}

fn is_separator(character: char) -> bool {
    matches!(character, ':' | '–' | '—' | '-') || is_white_space(character)
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether there is a capital, or a dot before something, behind the first character.
fn has_own_case(token: &str) -> bool {
    let mut characters = token.chars().skip(1).peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_uppercase() || (character == '.' && characters.peek().is_some()) {
            return true;
        }
    }
    false
}

/// Whether a small word stands by itself among letters, digits and underscores of ASCII.
fn has_small_word(token: &str) -> bool {
    token
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .any(|word| !word.is_empty() && SMALL_WORDS.iter().any(|small| word.eq_ignore_ascii_case(small)))
}

/// Whether a colon follows, and no space behind it.
fn is_before_colon(rest: &str) -> bool {
    rest.strip_prefix(':').is_some_and(|rest| !rest.starts_with(is_white_space))
}

fn push_capitalized(titled: &mut String, token: &str) {
    let is_word = |character: &char| character.is_ascii_alphanumeric() || matches!(character, 'À'..='ÿ');
    match token.char_indices().find(|(_, character)| is_word(character)) {
        Some((position, first)) => {
            titled.push_str(&token[..position]);
            titled.extend(first.to_uppercase());
            titled.push_str(&token[position + first.len_utf8()..]);
        }
        None => titled.push_str(token),
    }
}
