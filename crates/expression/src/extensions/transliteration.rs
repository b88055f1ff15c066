//! Any script in letters of ASCII.
//!
//! The table is `transliteration.txt`: a block of sixteen characters a line, its number in hexadecimal, then what
//! stands for each character, with nothing for unknown ones. `tests/extensions_transliteration.rs` makes it.

use std::sync::LazyLock;

use crate::coerce::is_white_space;

static TABLE: &str = include_str!("transliteration.txt");

/// The lines of the table by the number of their block.
static BLOCKS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut blocks = vec![""; 0x1000];
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        if let Some((number, entries)) = line.split_once('\t')
            && let Some(place) =
                usize::from_str_radix(number, 16).ok().and_then(|number| blocks.get_mut(number))
        {
            *place = entries;
        }
    }
    blocks
});

/// What stands for an unknown character.
const UNKNOWN: &str = "?";

/// A text in ASCII; `None` when it is that already.
pub(super) fn to_ascii(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut output = String::with_capacity(text.len());
    let mut is_behind_ideograph = false;
    for character in text.chars() {
        let start = output.len();
        push_ascii(&mut output, character);
        // syllables that stand for ideographs are kept apart from what follows them
        if is_behind_ideograph && !output[start..].contains(is_separate) {
            output.insert(start, ' ');
        }
        is_behind_ideograph = is_ideograph(character);
    }
    Some(output)
}

fn push_ascii(output: &mut String, character: char) {
    if character.is_ascii() {
        output.push(character);
        return;
    }
    if let Some(syllable) = hangul(character) {
        output.extend(syllable);
        return;
    }
    let number = character as usize;
    let block = BLOCKS.get(number >> 4).copied().unwrap_or_default();
    match block.split('\t').nth(number & 15).unwrap_or_default() {
        "" => output.push_str(UNKNOWN),
        entry if entry.contains('\\') => output.push_str(&entry.replace("\\n", "\n").replace("\\\\", "\\")),
        entry => output.push_str(entry),
    }
}

/// White space or punctuation of ASCII; what Unicode calls symbols is neither.
fn is_separate(character: char) -> bool {
    is_white_space(character)
        || (character.is_ascii_punctuation()
            && !matches!(character, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~'))
}

/// Whether a character is of the script Han (as of Unicode 13, assigned or not yet).
fn is_ideograph(character: char) -> bool {
    const HAN: [(char, char); 19] = [
        ('\u{2e80}', '\u{2e99}'),
        ('\u{2e9b}', '\u{2ef3}'),
        ('\u{2f00}', '\u{2fd5}'),
        ('\u{3005}', '\u{3005}'),
        ('\u{3007}', '\u{3007}'),
        ('\u{3021}', '\u{3029}'),
        ('\u{3038}', '\u{303b}'),
        ('\u{3400}', '\u{4dbf}'),
        ('\u{4e00}', '\u{9ffc}'),
        ('\u{f900}', '\u{fa6d}'),
        ('\u{fa70}', '\u{fad9}'),
        ('\u{16ff0}', '\u{16ff1}'),
        ('\u{20000}', '\u{2a6dd}'),
        ('\u{2a700}', '\u{2b734}'),
        ('\u{2b740}', '\u{2b81d}'),
        ('\u{2b820}', '\u{2cea1}'),
        ('\u{2ceb0}', '\u{2ebe0}'),
        ('\u{2f800}', '\u{2fa1d}'),
        ('\u{30000}', '\u{3134a}'),
    ];
    character >= HAN[0].0 && HAN.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// A syllable of Hangul: its consonant, vowel and final consonant.
fn hangul(character: char) -> Option<[&'static str; 3]> {
    const INITIALS: [&str; 19] =
        ["g", "gg", "n", "d", "dd", "r", "m", "b", "bb", "s", "ss", "", "j", "jj", "c", "k", "t", "p", "h"];
    const VOWELS: [&str; 21] = [
        "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "weo", "we", "wi",
        "yu", "eu", "yi", "i",
    ];
    const FINALS: [&str; 28] = [
        "", "g", "gg", "gs", "n", "nj", "nh", "d", "l", "lg", "lm", "lb", "ls", "lt", "lp", "lh", "m", "b",
        "bs", "s", "ss", "ng", "j", "c", "k", "t", "p", "h",
    ];
    let number = (character as usize).checked_sub(0xac00)?;
    let (vowel, last) = (number / FINALS.len(), number % FINALS.len());
    let initial = INITIALS.get(vowel / VOWELS.len())?;
    Some([initial, VOWELS[vowel % VOWELS.len()], FINALS[last]])
}
