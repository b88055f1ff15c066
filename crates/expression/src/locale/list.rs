//! `Intl.ListFormat`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::number::{Piece, placeholders};
use super::part::{Part, push_literal};
use super::store::{Cache, Kind};
use super::tag::Locale;
use crate::Thrown;

/// Start, middle, end and pair patterns by type and width.
type Lists = HashMap<String, Vec<String>>;

static LISTS: LazyLock<Cache<Lists>> = LazyLock::new(Cache::new);

/// The elements of a list as one text.
pub(super) fn format_to_parts(
    locale: &Locale,
    kind: &str,
    style: &str,
    elements: &[String],
) -> Result<Vec<Part>, Thrown> {
    let out_of_range = |name: &str, value: &str| {
        Thrown::range_error(format!("Value {value} out of range for Intl.ListFormat options property {name}"))
    };
    let base = match kind {
        "conjunction" => "standard",
        "disjunction" => "or",
        "unit" => "unit",
        _ => return Err(out_of_range("type", kind)),
    };
    let key = match style {
        "long" => base.to_owned(),
        "short" | "narrow" => format!("{base}-{style}"),
        _ => return Err(out_of_range("style", style)),
    };
    let locale = &locale.clone().with_data(Kind::Lists);
    let lists = LISTS.get(locale.data, Kind::Lists);
    let pattern =
        |index: usize| lists.get(&key).and_then(|list| list.get(index)).map_or("{0}, {1}", String::as_str);
    let element = |text: &String| vec![Part::new("element", text.as_str())];
    Ok(match elements {
        [] => Vec::new(),
        [only] => element(only),
        [first, second] => combine(&adapt(locale, pattern(3), second), element(first), element(second)),
        [first, middle @ .., before, last] => {
            // from the end on, as the patterns nest
            let mut all = combine(&adapt(locale, pattern(2), last), element(before), element(last));
            for text in middle.iter().rev() {
                all = combine(pattern(1), element(text), all);
            }
            combine(pattern(0), element(first), all)
        }
    })
}

fn combine(pattern: &str, first: Vec<Part>, second: Vec<Part>) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in placeholders(pattern) {
        match piece {
            Piece::Text(text) => push_literal(&mut parts, text),
            Piece::Slot(0) => parts.extend(first.iter().cloned()),
            Piece::Slot(_) => parts.extend(second.iter().cloned()),
        }
    }
    parts
}

/// Spanish "y" and "o" change before words that start with the same sound; Hebrew "and" is joined to Hebrew words.
fn adapt(locale: &Locale, pattern: &str, next: &str) -> String {
    let lower = next.to_lowercase();
    match locale.language() {
        "es" => {
            let is_i = lower.starts_with('i')
                || (lower.starts_with("hi") && !lower.starts_with("hie") && !lower.starts_with("hia"));
            let is_o = lower.starts_with('o') || lower.starts_with("ho") || lower.starts_with('8');
            let is_eleven = lower == "11" || lower.starts_with("11 ");
            match pattern {
                "{0} y {1}" if is_i => "{0} e {1}".to_owned(),
                "{0} o {1}" if is_o || is_eleven => "{0} u {1}".to_owned(),
                _ => pattern.to_owned(),
            }
        }
        "he" | "iw" => {
            let is_foreign =
                next.chars().next().is_some_and(|first| !('\u{590}'..='\u{5ff}').contains(&first));
            match pattern {
                "{0} \u{5d5}{1}" if is_foreign => "{0} \u{5d5}-{1}".to_owned(),
                _ => pattern.to_owned(),
            }
        }
        _ => pattern.to_owned(),
    }
}
