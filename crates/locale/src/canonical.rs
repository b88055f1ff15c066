//! Language tags in full: their usual spelling, with all their extensions.

use icu_locale::extensions::unicode::{Key, Value as KeywordValue};
use icu_locale::{Locale, LocaleCanonicalizer};

use super::store::supplement;
use super::tag::Tag;
use crate::LocaleError;

/// A well-formed tag in its usual spelling: subtags that were renamed have their new names.
pub(super) fn canonical(text: &str) -> Result<Locale, LocaleError> {
    // what ICU4X reads is more than JavaScript allows
    Tag::parse(text)?;
    let mut locale = Locale::try_from_str(text).map_err(|_| malformed())?;
    make_canonical(&mut locale);
    Ok(locale)
}

/// A tag that was refused.
pub(super) fn malformed() -> LocaleError {
    LocaleError::range_error("Incorrect locale information provided")
}

/// Puts the new names in place of old subtags and values of keywords.
pub(super) fn make_canonical(locale: &mut Locale) {
    LocaleCanonicalizer::new_extended().canonicalize(locale);
    let keywords = &mut locale.extensions.unicode.keywords;
    let renamed: Vec<(Key, KeywordValue)> =
        keywords.iter().filter_map(|(key, value)| Some((*key, new_value(*key, value)?))).collect();
    for (key, value) in renamed {
        keywords.set(key, value);
    }
}

fn new_value(key: Key, value: &KeywordValue) -> Option<KeywordValue> {
    let new = supplement().keyword_aliases.get(key.as_str())?.get(&value.to_string())?;
    KeywordValue::try_from_str(new).ok()
}
