//! Case mapping in the rules of a language, and Unicode normalization.

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use super::tag::case_language;
use crate::LocaleError;

fn language(tags: &[String]) -> Result<LanguageIdentifier, LocaleError> {
    let language = case_language(tags)?;
    Ok(LanguageIdentifier::try_from_str(&language).unwrap_or(LanguageIdentifier::UNKNOWN))
}

/// `toLocaleLowerCase` in the language of the first tag.
///
/// # Errors
/// For a malformed tag.
pub fn lower(text: &str, tags: &[String]) -> Result<String, LocaleError> {
    Ok(CaseMapper::new().lowercase_to_string(text, &language(tags)?).into_owned())
}

/// `toLocaleUpperCase` in the language of the first tag.
///
/// # Errors
/// For a malformed tag.
pub fn upper(text: &str, tags: &[String]) -> Result<String, LocaleError> {
    Ok(CaseMapper::new().uppercase_to_string(text, &language(tags)?).into_owned())
}

/// `normalize`: the forms NFC, NFD, NFKC and NFKD.
///
/// # Errors
/// For any other form.
pub fn normalize(text: &str, form: &str) -> Result<String, LocaleError> {
    Ok(match form {
        "NFC" => ComposingNormalizer::new_nfc().normalize(text).into_owned(),
        "NFKC" => ComposingNormalizer::new_nfkc().normalize(text).into_owned(),
        "NFD" => DecomposingNormalizer::new_nfd().normalize(text).into_owned(),
        "NFKD" => DecomposingNormalizer::new_nfkd().normalize(text).into_owned(),
        _ => {
            return Err(LocaleError::range_error(
                "The normalization form should be one of NFC, NFD, NFKC, NFKD.",
            ));
        }
    })
}
