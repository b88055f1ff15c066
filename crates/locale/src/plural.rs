//! Plural forms: which of the words of a language goes with a number.

use super::decimal::Decimal;
use super::store::supplement;
use super::tag::Locale;

/// What the rules ask of a number as it is written.
struct Operands {
    /// The number without its sign.
    n: f64,
    /// Its integer part.
    i: f64,
    /// How many digits its fraction has, with and without trailing zeros.
    v: f64,
    w: f64,
    /// The fraction's digits as a number, with and without trailing zeros.
    f: f64,
    t: f64,
    /// The power of ten of a compact number.
    e: f64,
}

/// The digits of a number's integer part that ICU looks at.
fn last_digits(integer: &str) -> &str {
    const MOST: usize = 18;
    &integer[integer.len().saturating_sub(MOST)..]
}

impl Operands {
    fn new(decimal: &Decimal, exponent: u32) -> Self {
        let (integer, fraction) = decimal.shifted(exponent as i32).plain_digits();
        let trimmed = fraction.trim_end_matches('0');
        let number = |digits: &str| digits.parse::<f64>().unwrap_or(0.0);
        Self {
            n: number(&format!("{integer}.{fraction}")),
            i: number(last_digits(&integer)),
            v: fraction.len() as f64,
            w: trimmed.len() as f64,
            f: number(&fraction),
            t: number(trimmed),
            e: f64::from(exponent),
        }
    }

    fn get(&self, name: &str) -> f64 {
        match name {
            "n" => self.n,
            "i" => self.i,
            "v" => self.v,
            "w" => self.w,
            "f" => self.f,
            "t" => self.t,
            "c" | "e" => self.e,
            _ => f64::NAN,
        }
    }
}

/// The plural form of a number that is written with the given digits, times a power of ten.
pub(super) fn form(locale: &Locale, decimal: &Decimal, exponent: u32, ordinal: bool) -> &'static str {
    let rules = if ordinal { &supplement().ordinals } else { &supplement().plurals };
    let own = rules.get(locale.data).or_else(|| rules.get(locale.language()));
    let Some(rules) = own.filter(|_| decimal.is_finite()) else { return "other" };
    let operands = Operands::new(decimal, exponent);
    let found = rules.iter().find(|(_, rule)| holds(rule, &operands));
    found.map_or("other", |(form, _)| name(form))
}

/// The form of a span, given those of its start and end.
pub(super) fn range_form(locale: &Locale, start: &str, end: &str) -> &'static str {
    let ranges = &supplement().plural_ranges;
    let own = ranges.get(locale.data).or_else(|| ranges.get(locale.language()));
    let found = own.into_iter().flatten().find(|(one, other, _)| one == start && other == end);
    found.map_or("other", |(_, _, form)| name(form))
}

/// Whether the plural forms of a locale's language are known.
pub(super) fn is_known(locale: &Locale) -> bool {
    let rules = &supplement().plurals;
    rules.contains_key(locale.data) || rules.contains_key(locale.language())
}

/// The tag that `resolvedOptions` shows: that of the rules, which hardly any region has of its own.
pub(super) fn shown_name(locale: &Locale) -> &str {
    let rules = &supplement().plurals;
    let is_default = *locale == Locale::system();
    let own = rules.get_key_value(locale.data).or_else(|| rules.get_key_value(locale.language()));
    own.filter(|_| !is_default).map_or(locale.name.as_str(), |(name, _)| name)
}

/// The forms that a locale tells apart.
pub(super) fn forms(locale: &Locale, ordinal: bool) -> Vec<&'static str> {
    let rules = if ordinal { &supplement().ordinals } else { &supplement().plurals };
    let own = rules.get(locale.data).or_else(|| rules.get(locale.language()));
    let mut forms: Vec<&'static str> = own.into_iter().flatten().map(|(form, _)| name(form)).collect();
    forms.push("other");
    forms
}

fn name(form: &str) -> &'static str {
    match form {
        "zero" => "zero",
        "one" => "one",
        "two" => "two",
        "few" => "few",
        "many" => "many",
        _ => "other",
    }
}

/// Whether a rule such as `v = 0 and i % 10 = 2..4,7` holds.
fn holds(rule: &str, operands: &Operands) -> bool {
    rule.split(" or ").any(|part| part.split(" and ").all(|relation| relation_holds(relation, operands)))
}

fn relation_holds(relation: &str, operands: &Operands) -> bool {
    let (left, right, equal) = match relation.split_once("!=") {
        Some((left, right)) => (left, right, false),
        None => match relation.split_once('=') {
            Some((left, right)) => (left, right, true),
            None => return false,
        },
    };
    let value = match left.split_once('%') {
        Some((name, modulus)) => {
            operands.get(name.trim()) % modulus.trim().parse::<f64>().unwrap_or(f64::NAN)
        }
        None => operands.get(left.trim()),
    };
    let among = right.split(',').any(|range| {
        let number = |text: &str| text.trim().parse::<f64>().unwrap_or(f64::NAN);
        match range.split_once("..") {
            Some((least, most)) => value.trunc() == value && (number(least)..=number(most)).contains(&value),
            None => value == number(range),
        }
    });
    among == equal
}
