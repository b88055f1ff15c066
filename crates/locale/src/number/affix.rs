//! What stands around the digits of a number: signs, currencies, units and words.

use super::{NumberFormat, Piece, Style, pick, placeholders};
use crate::decimal::{Decimal, Special};
use crate::number_data::{UnitForms, currencies, units};
use crate::number_pattern::{Affix, Affixes, NumberPattern};
use crate::part::{Part, push_literal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Minus,
    Plus,
}

/// What stands right around the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) prefix: Vec<Part>,
    pub(super) suffix: Vec<Part>,
    /// Whether a currency touches the first, and the last digit.
    touching: (bool, bool),
}

impl Around {
    /// How many characters they are together.
    pub(super) fn length(&self) -> usize {
        self.prefix.iter().chain(&self.suffix).map(|part| part.text.chars().count()).sum()
    }
}

impl NumberFormat {
    /// Sign, currency, percent sign and words that go around a number's digits.
    pub(super) fn around(&self, pattern: &NumberPattern, number: &Decimal, approximately: bool) -> Around {
        let is_zero = number.is_zero();
        let negative = number.negative && number.special() != Some(Special::NotANumber);
        let signed = if negative { Sign::Minus } else { Sign::Plus };
        let sign = match self.sign_display {
            "always" => signed,
            "exceptZero" if !is_zero && number.special() != Some(Special::NotANumber) => signed,
            "never" | "exceptZero" => Sign::None,
            "negative" if is_zero => Sign::None,
            _ if negative => Sign::Minus,
            _ => Sign::None,
        };
        let own = pattern
            .negative
            .as_ref()
            .filter(|own| sign == Sign::Minus || ((sign == Sign::Plus || approximately) && has_minus(own)));
        let mut affixes: Affixes = own.unwrap_or(&pattern.positive).clone();
        let signs: Vec<Affix> = approximately
            .then_some(Affix::Approximately)
            .into_iter()
            .chain(match sign {
                Sign::None => None,
                Sign::Minus => Some(Affix::Minus),
                Sign::Plus => Some(Affix::Plus),
            })
            .collect();
        // signs stand where a pattern has a minus, and else before it
        if own.is_none() {
            affixes.prefix.splice(0..0, signs);
        } else if sign == Sign::Plus || approximately {
            for affixes in [&mut affixes.prefix, &mut affixes.suffix] {
                let signed = |affix: Affix| match affix {
                    Affix::Minus => signs.clone(),
                    other => vec![other],
                };
                *affixes = std::mem::take(affixes).into_iter().flat_map(signed).collect();
            }
        }
        let parts = |affixes: &[Affix]| {
            let mut parts = Vec::new();
            for affix in affixes {
                self.push_affix(&mut parts, affix, self.is_compact());
            }
            parts
        };
        Around {
            prefix: parts(&affixes.prefix),
            suffix: parts(&affixes.suffix),
            touching: (
                affixes.prefix.last() == Some(&Affix::Currency),
                affixes.suffix.first() == Some(&Affix::Currency),
            ),
        }
    }

    /// Puts prefix and suffix around digits; letters of a currency do not touch digits.
    pub(super) fn apply(&self, around: &Around, digits: Vec<Part>) -> Vec<Part> {
        let is_digit = |edge: Option<char>| edge.is_some_and(|digit| self.is_digit(digit));
        let is_letter = |edge: Option<char>| edge.is_some_and(|letter| !is_symbol(letter));
        let (before, after) = around.touching;
        let mut parts = around.prefix.clone();
        if before && is_digit(edge(&digits, false)) && is_letter(edge(&parts, true)) {
            push_literal(&mut parts, "\u{a0}");
        }
        let touches = after && is_digit(edge(&digits, true));
        parts.extend(digits);
        if touches && is_letter(edge(&around.suffix, false)) {
            push_literal(&mut parts, "\u{a0}");
        }
        for part in &around.suffix {
            match part.kind {
                "literal" => push_literal(&mut parts, &part.text),
                _ => parts.push(part.clone()),
            }
        }
        parts
    }

    /// Whether Unicode counts it as a digit, too: those of `hanidec` are letters.
    fn is_digit(&self, character: char) -> bool {
        self.digits.contains(&character) && self.digits[0] != '〇'
    }

    fn push_affix(&self, parts: &mut Vec<Part>, affix: &Affix, compact: bool) {
        let symbols = &self.formats.symbols;
        match affix {
            Affix::Text(text) if compact => {
                push_word(parts, text, "compact");
            }
            Affix::Text(text) => push_literal(parts, text),
            Affix::Minus => push_symbol(parts, &symbols.minus_sign, "minusSign"),
            Affix::Plus => push_symbol(parts, &symbols.plus_sign, "plusSign"),
            Affix::Approximately => push_symbol(parts, &symbols.approximately_sign, "approximatelySign"),
            Affix::Percent => {
                let kind = if self.style == Style::Percent { "percentSign" } else { "unit" };
                push_symbol(parts, &symbols.percent_sign, kind);
            }
            Affix::Currency => {
                if let Style::Currency(code, display) = &self.style {
                    push_symbol(parts, &self.currency_symbol(code, display), "currency");
                }
            }
        }
    }

    fn currency_symbol(&self, code: &str, display: &str) -> String {
        let currencies = currencies(&self.locale);
        let row = currencies.get(code);
        let symbol = match display {
            "code" => None,
            "narrowSymbol" => row.and_then(|row| row.1.as_ref().or(row.0.as_ref())),
            _ => row.and_then(|row| row.0.as_ref()),
        };
        symbol.map_or(code, String::as_str).to_owned()
    }

    pub(super) fn with_currency_name(&self, parts: Vec<Part>, code: &str, form: &str) -> Vec<Part> {
        let currencies = currencies(&self.locale);
        let row = currencies.get(code);
        let name = row.and_then(|row| pick(&row.3, form).or(row.2.as_deref())).unwrap_or(code);
        let pattern = pick(&self.formats.currency_unit, form).unwrap_or("{0} {1}");
        let mut all = Vec::new();
        for piece in placeholders(pattern) {
            match piece {
                Piece::Text(text) => push_literal(&mut all, text),
                Piece::Slot(0) => all.extend(parts.iter().cloned()),
                Piece::Slot(_) => all.push(Part::new("currency", name)),
            }
        }
        all
    }

    pub(super) fn with_unit(&self, parts: Vec<Part>, unit: &str, width: &str, form: &str) -> Vec<Part> {
        let data = units(&self.locale);
        let Some(data) = data.get(width) else { return parts };
        let pattern_of = |unit: &str, form: &str| match data.get(unit) {
            Some(UnitForms::Forms(forms)) => pick(forms, form).map(str::to_owned),
            _ => None,
        };
        let pattern = pattern_of(unit, form).or_else(|| {
            let (counted, per) = unit.split_once("-per-")?;
            let counted = pattern_of(counted, form)?;
            let own = match data.get(per) {
                Some(UnitForms::Forms(forms)) => forms.get("per"),
                _ => None,
            };
            if let Some(own) = own {
                return Some(own.replace("{0}", &counted));
            }
            let Some(UnitForms::Pattern(compound)) = data.get("per") else { return None };
            let per = pattern_of(per, "one")?.replace("{0}", "");
            Some(compound.replace("{1}", per.trim_matches(char::is_whitespace)).replace("{0}", &counted))
        });
        let pattern = pattern.unwrap_or_else(|| "{0}".to_owned());
        let mut all = Vec::new();
        for piece in placeholders(&pattern) {
            match piece {
                Piece::Text(text) => push_word(&mut all, text, "unit"),
                Piece::Slot(_) => all.extend(parts.iter().cloned()),
            }
        }
        all
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// Adds a symbol with the marks of direction around it.
pub(super) fn push_symbol(parts: &mut Vec<Part>, text: &str, kind: &'static str) {
    let symbol = text.trim_matches(is_mark);
    let start = text.find(symbol).unwrap_or_default();
    push_literal(parts, &text[..start]);
    if !symbol.is_empty() {
        parts.push(Part::new(kind, symbol));
    }
    push_literal(parts, &text[start + symbol.len()..]);
}

/// Adds a word with the white space and the marks of direction around it.
fn push_word(parts: &mut Vec<Part>, text: &str, kind: &'static str) {
    let word = text.trim_matches(|character| is_mark(character) || character.is_whitespace());
    if word.is_empty() {
        return push_literal(parts, text);
    }
    let start = text.find(word).unwrap_or_default();
    push_literal(parts, &text[..start]);
    parts.push(Part::new(kind, word));
    push_literal(parts, &text[start + word.len()..]);
}

fn has_minus(affixes: &Affixes) -> bool {
    affixes.prefix.contains(&Affix::Minus) || affixes.suffix.contains(&Affix::Minus)
}

/// The first or last character of all parts.
fn edge(parts: &[Part], last: bool) -> Option<char> {
    if last { parts.last()?.text.chars().next_back() } else { parts.first()?.text.chars().next() }
}

/// Whether a character is a symbol, as currency signs are.
fn is_symbol(character: char) -> bool {
    matches!(
        character,
        '$' | '+' | '<'..='>' | '^' | '`' | '|' | '~' | '¢'..='¦' | '¨' | '©' | '¬' | '®'..='±' | '´' | '×' | '÷'
            | '\u{20a0}'..='\u{20cf}' | '\u{58f}' | '\u{60b}' | '\u{7fe}' | '\u{7ff}' | '\u{9f2}' | '\u{9f3}'
            | '\u{9fb}' | '\u{af1}' | '\u{bf9}' | '\u{e3f}' | '\u{17db}' | '\u{a838}' | '\u{fdfc}' | '\u{fe69}'
            | '\u{ff04}' | '\u{ffe0}' | '\u{ffe1}' | '\u{ffe5}' | '\u{ffe6}'
    ) || character.is_whitespace()
}
