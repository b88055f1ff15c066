//! Sentences and names by upper and lower case.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Every sentence with its first letter in upper case and the rest in lower case.
///
/// n8n goes from one `.`, `!` or `?` to the next, also where there is no letter between them, and treats the next
/// letter anew each time; a letter that becomes several in upper case shows that.
pub(super) fn sentence_case(text: &str) -> String {
    let Some((before, letter, after)) = at_first_letter(text) else { return text.to_owned() };
    let mut cased = String::with_capacity(text.len());
    push_sentence_start(&mut cased, before, letter);
    let lower = after.to_lowercase();
    let mut rest = lower.as_str();
    while let Some(end) = rest.find(is_sentence_end) {
        cased.push_str(&rest[..=end]);
        rest = &rest[end + 1..];
        let Some((before, letter, after)) = at_first_letter(rest) else { break };
        push_sentence_start(&mut cased, before, letter);
        rest = after;
    }
    cased.push_str(rest);
    cased
}

fn push_sentence_start(cased: &mut String, before: &str, letter: char) {
    cased.push_str(before);
    // JavaScript takes one UTF-16 unit, half of such a letter
    if letter.len_utf16() > 1 {
        cased.push(letter);
        return;
    }
    let mut upper = letter.to_uppercase();
    if !before.contains(is_sentence_end) {
        cased.extend(upper);
        return;
    }
    if let Some(first) = upper.next() {
        cased.extend(first.to_uppercase());
    }
    cased.extend(upper.flat_map(char::to_lowercase));
}

fn is_sentence_end(character: char) -> bool {
    matches!(character, '.' | '!' | '?')
}

fn at_first_letter(text: &str) -> Option<(&str, char, &str)> {
    let (position, letter) = text.char_indices().find(|(_, character)| is_letter(*character))?;
    Some((&text[..position], letter, &text[position + letter.len_utf8()..]))
}

fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(character),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    )
}

/// In lower case, with `_` for spaces and hyphens and without other punctuation.
pub(super) fn snake_case(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' | '-' => Some('_'),
            '_' => Some(character),
            '\u{2000}'..='\u{206f}' | '\u{2e00}'..='\u{2e7f}' => None,
            _ => (!character.is_ascii_punctuation()).then_some(character),
        })
        .collect()
}
