//! Texts of files and services as a terminal may show them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

/// The text with every character escaped that a terminal would obey instead of showing it: control characters but line
/// breaks and tabs, and those that change the direction of the text around them (Unicode's `Bidi_Control`). They are
/// written as in JSON (`\u001b`), so that JSON stays the same JSON.
///
/// Whoever prints a text that holds names or answers from outside prints it through this.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |character, next| {
        matches!(character, '\n' | '\t') || character == '\r' && next == Some('\n')
    })
}

/// As [`printable`], with line breaks and tabs escaped too: for a name within a line, which must not begin one of its own.
pub fn printable_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_, _| false)
}

/// As [`printable`], with every line after the first indented: a text of a file or a service within a message must not begin a
/// line that could pass for one of the program's own.
pub fn printable_block(text: &str) -> Cow<'_, str> {
    let shown = printable(text);
    if !shown.contains('\n') {
        return shown;
    }
    Cow::Owned(shown.replace("\r\n", "\n").replace('\n', "\n    "))
}

/// What stands in the place of a password.
const MASK: &str = "***";

/// The text with the passwords of the URLs in it masked, and with a name that stands alone before a host, which may be a
/// token.
///
/// ```
/// assert_eq!(heddle_data::without_passwords("see http://user:word@host/path"), "see http://user:***@host/path");
/// ```
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut copied = 0;
    for range in passwords(text) {
        shown.push_str(&text[copied..range.start]);
        shown.push_str(MASK);
        copied = range.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// Where in a text the passwords of URLs stand (RFC 3986 §3.2.1).
pub fn passwords(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, slashes)| {
        let start = at + slashes.len();
        let rest = &text[start..];
        let ends = |character: char| {
            character.is_whitespace()
                || matches!(character, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>' | '\\')
        };
        let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let info = &authority[..authority.rfind('@')?];
        let secret = info.find(':').map_or(0, |colon| colon + 1);
        (secret < info.len()).then(|| start + secret..start + info.len())
    })
}

/// Escapes all that a terminal obeys but what is kept, which a character and the next one say.
fn escaped(text: &str, is_kept: fn(char, Option<char>) -> bool) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut copied = 0;
    for (at, character) in text.char_indices().filter(|(_, character)| is_obeyed(*character)) {
        let behind = at + character.len_utf8();
        if is_kept(character, text[behind..].chars().next()) {
            continue;
        }
        shown.push_str(&text[copied..at]);
        copied = behind;
        // A string takes all that is written to it.
        let _ = match character {
            '\n' => shown.write_str("\\n"),
            '\t' => shown.write_str("\\t"),
            '\r' => shown.write_str("\\r"),
            _ => write!(shown, "\\u{:04x}", u32::from(character)),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// Whether a terminal does something else with the character than show it. All of them have four hexadecimal digits.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_as_in_json() {
        assert_eq!(printable("a\u{1b}[31mb\r\u{7f}\u{9b}"), "a\\u001b[31mb\\r\\u007f\\u009b");
        assert_eq!(
            printable("\u{202e}gpj.exe\u{2066}\u{200f}\u{61c}"),
            "\\u202egpj.exe\\u2066\\u200f\\u061c"
        );
        assert_eq!(printable("one\r\n\ttwo"), "one\r\n\ttwo");
        assert_eq!(printable_line("one\n\ttwo"), "one\\n\\ttwo");
        let json = "{\"a\":\"\u{202e}\u{9b}\"}";
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&printable(json)).ok(),
            serde_json::from_str(json).ok()
        );
    }

    #[test]
    fn further_lines_of_a_text_are_indented() {
        assert_eq!(printable_block("no\r\nSent: 99\rx\n\ny"), "no\n    Sent: 99\\rx\n    \n    y");
        assert_eq!(printable_block("one line"), "one line");
    }

    #[test]
    fn passwords_of_urls_are_masked_wherever_they_stand() {
        for (text, shown) in [
            ("https://user:pass@host:1/path?q=1", "https://user:***@host:1/path?q=1"),
            ("=http://u:p@1.1.1.1:{{ $json.p }}/", "=http://u:***@1.1.1.1:{{ $json.p }}/"),
            ("get('http://a:b@c', \"http://d:e@f\")", "get('http://a:***@c', \"http://d:***@f\")"),
            ("https://token@host/", "https://***@host/"),
            ("https://user:a:b@c@host/", "https://user:***@host/"),
            ("https://host/user:pass@x, a@b.c", "https://host/user:pass@x, a@b.c"),
            ("https://user:@host :// é://ü:ö@ä", "https://user:@host :// é://ü:***@ä"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }

    #[test]
    fn what_is_shown_stays_as_it_is() {
        for text in ["", "João 👩‍👩‍👧 שלום می‌خواهم", "C:\\u001b"] {
            assert!(matches!(printable_line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
