//! Spans of numbers: what start and end have in common is written once.

use heddle_data::Json;

use super::{NumberFormat, Piece, placeholders};
use crate::decimal::Decimal;
use crate::part::{Part, push_literal};
use crate::plural;

/// A part with its place: "startRange", "endRange" or "shared".
pub type SpanPart = (Part, &'static str);

/// Stands for the numbers while words are put around them.
const NUMBERS: &str = "numbers";

impl NumberFormat {
    /// The text of a span in parts.
    pub fn range_to_parts(&self, start: &Decimal, end: &Decimal) -> Vec<SpanPart> {
        let (one, other) = (self.form(start), self.form(end));
        let around = self.around(&one.pattern, &one.number, false);
        let around_end = self.around(&other.pattern, &other.number, false);
        if one.digits == other.digits && around == around_end {
            // both are written alike
            let around = self.around(&one.pattern, &one.number, true);
            let parts = self.with_words(self.apply(&around, one.digits), one.plural);
            return parts.into_iter().map(|part| (part, "shared")).collect();
        }
        // what is the same around both is written once, unless it is a mere sign
        let once = around == around_end && around.length() > 1;
        let has_exponent = one.digits.iter().any(|part| part.kind == "exponentSeparator");
        let is_repeated = has_exponent || (!once && around.length() > 0);
        let (prefix, infix, suffix) = self.range_pattern(is_repeated);
        let (start, end) = match once {
            true => (one.digits, other.digits),
            false => (self.apply(&around, one.digits), self.apply(&around_end, other.digits)),
        };
        let lengths = [length(&start), characters(&infix), length(&end)];
        // a currency keeps its distance from the digits at either end
        let edges = [start.first(), end.last()].into_iter().flatten().cloned();
        let edges: Vec<Part> = edges.map(|part| Part { kind: NUMBERS, ..part }).collect();
        let mut numbers = Vec::new();
        push_literal(&mut numbers, &prefix);
        numbers.extend(start);
        push_literal(&mut numbers, &infix);
        numbers.extend(end);
        push_literal(&mut numbers, &suffix);
        let form = plural::range_form(&self.locale, one.plural, other.plural);
        let words = self.with_words(vec![Part::new(NUMBERS, "")], form);
        let mut before = before_numbers(&words) + characters(&prefix);
        if once {
            // ICU forgets the distance that a currency keeps, so that all places are that much too early
            before += length(&around.prefix);
            numbers = splice(self.apply(&around, edges), numbers);
        }
        with_places(splice(words, numbers), before, lengths)
    }

    /// What stands before, between and after two numbers. Numbers with something around each of them are set apart.
    fn range_pattern(&self, is_repeated: bool) -> (String, String, String) {
        let pattern = self.formats.range.as_deref().unwrap_or("{0}–{1}");
        let mut texts = [String::new(), String::new(), String::new()];
        let mut at = 0;
        for piece in placeholders(pattern) {
            match piece {
                Piece::Text(text) => {
                    if let Some(own) = texts.get_mut(at) {
                        own.push_str(text);
                    }
                }
                Piece::Slot(_) => at += 1,
            }
        }
        let [prefix, mut infix, suffix] = texts;
        if is_repeated {
            if !infix.starts_with(is_pattern_space) {
                infix.insert(0, ' ');
            }
            if !infix.ends_with(is_pattern_space) {
                infix.push(' ');
            }
        }
        (prefix, infix, suffix)
    }
}

/// White space of patterns.
fn is_pattern_space(character: char) -> bool {
    matches!(
        character,
        '\u{9}'..='\u{d}' | ' ' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
    )
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

fn length(parts: &[Part]) -> usize {
    parts.iter().map(|part| characters(&part.text)).sum()
}

fn before_numbers(parts: &[Part]) -> usize {
    parts.iter().take_while(|part| part.kind != NUMBERS).map(|part| characters(&part.text)).sum()
}

/// Puts numbers where they are stood for; literals that meet become one.
fn splice(parts: Vec<Part>, numbers: Vec<Part>) -> Vec<Part> {
    let mut numbers = Some(numbers);
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        let inner = if part.kind == NUMBERS { numbers.take().unwrap_or_default() } else { vec![part] };
        for part in inner {
            match part.kind {
                "literal" => push_literal(&mut all, &part.text),
                _ => all.push(part),
            }
        }
    }
    all
}

/// Parts with their places: those within the start or the end belong to it. Given are how much stands before the start,
/// and the lengths of start, infix and end.
fn with_places(parts: Vec<Part>, before: usize, lengths: [usize; 3]) -> Vec<SpanPart> {
    let [start, infix, end] = lengths;
    let first = before..before + start;
    let last = first.end + infix..first.end + infix + end;
    let mut at = 0;
    let place = |part: Part| {
        let own = at..at + characters(&part.text);
        at = own.end;
        let within = |span: &std::ops::Range<usize>| span.start <= own.start && own.end <= span.end;
        let source = match (within(&first), within(&last)) {
            (true, _) => "startRange",
            (_, true) => "endRange",
            _ => "shared",
        };
        (part, source)
    };
    parts.into_iter().map(place).collect()
}

/// The objects that JavaScript sees of a span.
pub fn span_parts(parts: &[SpanPart]) -> Json {
    parts
        .iter()
        .map(|(part, source)| {
            let mut json = part.to_json();
            json.insert("source", Json::from(*source));
            json
        })
        .collect()
}
