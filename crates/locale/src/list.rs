//! `Intl.ListFormat`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::part::{Part, push_literal};
use super::store::{Cache, Kind};
use super::tag::Locale;
use crate::LocaleError;

/// Start, middle, end and pair patterns by type and width.
type Lists = HashMap<String, Vec<String>>;

static LISTS: LazyLock<Cache<Lists>> = LazyLock::new(Cache::new);

/// The elements of a list as one text.
pub(super) fn format_to_parts(
    locale: &Locale,
    kind: &str,
    style: &str,
    elements: &[String],
) -> Result<Vec<Part>, LocaleError> {
    let out_of_range = |name: &str, value: &str| {
        LocaleError::range_error(format!(
            "Value {value} out of range for Intl.ListFormat options property {name}"
        ))
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
    let element = |text: &String| Part::new("element", text.as_str());
    Ok(match elements {
        [] => Vec::new(),
        [only] => vec![element(only)],
        [first, second] => {
            let mut parts = Vec::new();
            let pair = adapt(locale, pattern(3), second);
            let pair = Around::new(&pair);
            pair.open(&mut parts, element(first));
            parts.push(element(second));
            push_literal(&mut parts, pair.after);
            parts
        }
        [first, middle @ .., before, last] => {
            // The patterns nest: what follows the last element closes them from the inside out.
            let mut parts = Vec::with_capacity(2 * elements.len() + 1);
            let end = adapt(locale, pattern(2), last);
            let (start, between, end) = (Around::new(pattern(0)), Around::new(pattern(1)), Around::new(&end));
            start.open(&mut parts, element(first));
            middle.iter().for_each(|text| between.open(&mut parts, element(text)));
            end.open(&mut parts, element(before));
            parts.push(element(last));
            push_literal(&mut parts, end.after);
            middle.iter().for_each(|_| push_literal(&mut parts, between.after));
            push_literal(&mut parts, start.after);
            parts
        }
    })
}

/// What a pattern has around its two places: in every locale the first of them comes first.
struct Around<'a> {
    before: &'a str,
    between: &'a str,
    after: &'a str,
}

impl<'a> Around<'a> {
    fn new(pattern: &'a str) -> Self {
        let (before, rest) = pattern.split_once("{0}").unwrap_or(("", pattern));
        let (between, after) = rest.split_once("{1}").unwrap_or((rest, ""));
        Self { before, between, after }
    }

    /// Puts an element into the first place, up to the second one.
    fn open(&self, parts: &mut Vec<Part>, element: Part) {
        push_literal(parts, self.before);
        parts.push(element);
        push_literal(parts, self.between);
    }
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
