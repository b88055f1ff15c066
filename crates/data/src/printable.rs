//! Texts of files and services as a terminal may show them.

use std::borrow::Cow;
use std::fmt::Write as _;

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
    fn what_is_shown_stays_as_it_is() {
        for text in ["", "João 👩‍👩‍👧 שלום می‌خواهم", "C:\\u001b"] {
            assert!(matches!(printable_line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
