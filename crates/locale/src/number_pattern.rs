//! CLDR's number patterns, such as `#,##,##0.00 ¤;(#,##0.00 ¤)`.

/// A pattern taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NumberPattern {
    pub(super) positive: Affixes,
    /// Where negative numbers have affixes of their own.
    pub(super) negative: Option<Affixes>,
    /// Digits of the last group, and of the ones before it; 0 for no groups.
    pub(super) primary: usize,
    pub(super) secondary: usize,
    /// How many digits the number part asks for before the point.
    pub(super) integer_digits: usize,
}

/// What stands around a number, with quotes still in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Affixes {
    pub(super) prefix: Vec<Affix>,
    pub(super) suffix: Vec<Affix>,
}

/// A piece of an affix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Affix {
    Text(String),
    Currency,
    Percent,
    Minus,
    Plus,
    Approximately,
}

impl NumberPattern {
    pub(super) fn parse(pattern: &str) -> Self {
        let mut halves = split_unquoted(pattern).into_iter();
        let first = halves.next().unwrap_or_default();
        let (positive, number) = affixes(&first);
        let negative = halves.next().map(|half| affixes(&half).0);
        let integer = number.split('.').next().unwrap_or_default();
        let groups: Vec<usize> = integer.split(',').map(str::len).collect();
        let (primary, secondary) = match groups.as_slice() {
            [.., second, last] if groups.len() > 2 => (*last, *second),
            [_, last] => (*last, *last),
            _ => (0, 0),
        };
        let integer_digits = integer.chars().filter(char::is_ascii_digit).count();
        Self { positive, negative, primary, secondary, integer_digits }
    }
}

fn split_unquoted(pattern: &str) -> Vec<String> {
    let mut halves = vec![String::new()];
    let mut quoted = false;
    for character in pattern.chars() {
        quoted ^= character == '\'';
        if character == ';' && !quoted {
            halves.push(String::new());
        } else if let Some(last) = halves.last_mut() {
            last.push(character);
        }
    }
    halves
}

fn affixes(half: &str) -> (Affixes, String) {
    let mut affixes = Affixes::default();
    let mut number = String::new();
    let mut quoted = false;
    let mut characters = half.chars().peekable();
    while let Some(character) = characters.next() {
        let in_number = affixes.suffix.is_empty();
        let affix = if number.is_empty() { &mut affixes.prefix } else { &mut affixes.suffix };
        match character {
            '\'' if characters.next_if_eq(&'\'').is_some() => push_text(affix, '\''),
            '\'' => quoted = !quoted,
            _ if quoted => push_text(affix, character),
            '#' | '0'..='9' | ',' | '.' | '@' if in_number => number.push(character),
            '¤' => {
                if affix.last() != Some(&Affix::Currency) {
                    affix.push(Affix::Currency);
                }
            }
            '%' => affix.push(Affix::Percent),
            '-' => affix.push(Affix::Minus),
            '+' => affix.push(Affix::Plus),
            other => push_text(affix, other),
        }
    }
    (affixes, number)
}

fn push_text(affix: &mut Vec<Affix>, character: char) {
    match affix.last_mut() {
        Some(Affix::Text(text)) => text.push(character),
        _ => affix.push(Affix::Text(character.to_string())),
    }
}
