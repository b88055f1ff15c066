//! Case mapping in the rules of a language, and Unicode normalization.

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use super::tag::case_language;
use crate::{Thrown, Value};

fn language(locales: &Value) -> Result<LanguageIdentifier, Thrown> {
    let language = case_language(locales)?;
    Ok(LanguageIdentifier::try_from_str(&language).unwrap_or(LanguageIdentifier::UNKNOWN))
}

/// `toLocaleLowerCase`.
pub(super) fn lower(text: &str, locales: &Value) -> Result<String, Thrown> {
    Ok(CaseMapper::new().lowercase_to_string(text, &language(locales)?).into_owned())
}

/// `toLocaleUpperCase`.
pub(super) fn upper(text: &str, locales: &Value) -> Result<String, Thrown> {
    Ok(CaseMapper::new().uppercase_to_string(text, &language(locales)?).into_owned())
}

/// `normalize`: the forms NFC, NFD, NFKC and NFKD.
pub(super) fn normalize(text: &str, form: &str) -> Result<String, Thrown> {
    Ok(match form {
        "NFC" => ComposingNormalizer::new_nfc().normalize(text).into_owned(),
        "NFKC" => ComposingNormalizer::new_nfkc().normalize(text).into_owned(),
        "NFD" => DecomposingNormalizer::new_nfd().normalize(text).into_owned(),
        "NFKD" => DecomposingNormalizer::new_nfkd().normalize(text).into_owned(),
        _ => {
            return Err(Thrown::range_error("The normalization form should be one of NFC, NFD, NFKC, NFKD."));
        }
    })
}
