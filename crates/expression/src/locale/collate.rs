//! `Intl.Collator` and `localeCompare`.

use std::cmp::Ordering;

use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, Strength};
use icu_collator::preferences::{CollationCaseFirst, CollationNumericOrdering};
use icu_collator::{Collator, CollatorPreferences};
use icu_locale_core::Locale;

use super::tag::first_base;
use crate::luxon::option;
use crate::{Thrown, Value};

/// Compares two texts in the order of a locale: negative, 0 or positive.
pub(super) fn compare(one: &str, other: &str, locales: &Value, options: &Value) -> Result<i32, Thrown> {
    let (preferences, options) = settings(locales, options)?;
    let collator = Collator::try_new(preferences, options)
        .map_err(|error| Thrown::range_error(format!("Internal error. Icu error. {error}")))?;
    Ok(match collator.compare(one, other) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}

fn choice(options: &Value, name: &str, choices: &[&str]) -> Result<Option<String>, Thrown> {
    let value = option(options, name);
    if value.is_undefined() {
        return Ok(None);
    }
    let text = value.to_text()?;
    if choices.contains(&text.as_str()) {
        return Ok(Some(text));
    }
    Err(Thrown::range_error(format!("Value {text} out of range for Intl.Collator options property {name}")))
}

fn settings(locales: &Value, options: &Value) -> Result<(CollatorPreferences, CollatorOptions), Thrown> {
    let full = match locales.as_str() {
        Some(text) => text.to_owned(),
        None => first_base(locales)?,
    };
    // reading the tag ourselves refuses what is malformed in JavaScript's sense
    let base = first_base(locales)?;
    let locale =
        Locale::try_from_str(&full).or_else(|_| Locale::try_from_str(&base)).unwrap_or(Locale::UNKNOWN);
    let mut preferences = CollatorPreferences::from(&locale);
    choice(options, "usage", &["sort", "search"])?;
    let numeric = option(options, "numeric");
    if !numeric.is_undefined() {
        let numeric = if numeric.is_truthy() {
            CollationNumericOrdering::True
        } else {
            CollationNumericOrdering::False
        };
        preferences.numeric_ordering = Some(numeric);
    }
    match choice(options, "caseFirst", &["upper", "lower", "false"])?.as_deref() {
        Some("upper") => preferences.case_first = Some(CollationCaseFirst::Upper),
        Some("lower") => preferences.case_first = Some(CollationCaseFirst::Lower),
        Some(_) => preferences.case_first = Some(CollationCaseFirst::False),
        None => {}
    }
    let mut collation = CollatorOptions::default();
    match choice(options, "sensitivity", &["base", "accent", "case", "variant"])?.as_deref() {
        Some("base") => collation.strength = Some(Strength::Primary),
        Some("accent") => collation.strength = Some(Strength::Secondary),
        Some("case") => {
            collation.strength = Some(Strength::Primary);
            collation.case_level = Some(CaseLevel::On);
        }
        _ => collation.strength = Some(Strength::Tertiary),
    }
    let ignore = option(options, "ignorePunctuation");
    if !ignore.is_undefined() {
        let handling =
            if ignore.is_truthy() { AlternateHandling::Shifted } else { AlternateHandling::NonIgnorable };
        collation.alternate_handling = Some(handling);
    }
    Ok((preferences, collation))
}
