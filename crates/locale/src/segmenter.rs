//! `Intl.Segmenter`: where characters as readers see them, words and sentences end.

use heddle_data::{Json, JsonObject};
use icu_locale::LanguageIdentifier;
use icu_segmenter::options::{
    SentenceBreakInvariantOptions, SentenceBreakOptions, WordBreakInvariantOptions, WordBreakOptions,
    WordType,
};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};

use unicode_general_category::{GeneralCategory, get_general_category};

use super::options::{Choices, Options};
use super::tag::Locale;
use crate::LocaleError;

const GRANULARITIES: Choices = ("granularity", &["grapheme", "word", "sentence"]);

/// Languages whose rules differ from those of all others.
const OWN_WORDS: [&str; 2] = ["fi", "sv"];
const OWN_SENTENCES: [&str; 1] = ["el"];

fn words(language: &LanguageIdentifier) -> Option<WordSegmenter> {
    let mut options = WordBreakOptions::default();
    options.content_locale = Some(language);
    WordSegmenter::try_new_dictionary(options).ok()
}

fn sentences(language: &LanguageIdentifier) -> Option<SentenceSegmenter> {
    let mut options = SentenceBreakOptions::default();
    options.content_locale = Some(language);
    SentenceSegmenter::try_new(options).ok()
}

/// Finds the segments of texts.
pub struct Segmenter {
    locale: Locale,
    granularity: &'static str,
}

impl Segmenter {
    /// A segmenter of a locale.
    ///
    /// # Errors
    /// For an option out of range.
    pub fn new(locale: Locale, options: Options<'_>) -> Result<Self, LocaleError> {
        options.matcher()?;
        Ok(Self { locale, granularity: options.choice(GRANULARITIES, "grapheme")? })
    }

    /// The ends of a text's segments in UTF-16 units, those of words each with 1 or 0 behind it: whether it is a word.
    pub fn ends(&self, text: &str) -> Vec<usize> {
        let units: Vec<u16> = text.encode_utf16().collect();
        ends(&units, self.granularity, self.locale.language())
    }

    /// What `resolvedOptions` shows.
    pub fn resolved(&self) -> Json {
        let mut object = JsonObject::new();
        object.insert("locale", Json::from(self.locale.name.as_str()));
        object.insert("granularity", Json::from(self.granularity));
        Json::from(object)
    }
}

fn ends(units: &[u16], granularity: &str, language: &str) -> Vec<usize> {
    let id = |own: &[&str]| match own.contains(&language) {
        true => LanguageIdentifier::try_from_str(language).ok(),
        false => None,
    };
    // the first boundary is the start
    match granularity {
        "word" => {
            let common =
                || WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()).static_to_owned();
            let own = id(&OWN_WORDS).and_then(|language| words(&language));
            let segmenter = own.unwrap_or_else(common);
            let found = segmenter.as_borrowed().segment_utf16(units).iter_with_word_type();
            let mut start = 0;
            let mut with_word = |end: usize, kind: WordType| {
                let segment = units.get(start..end).unwrap_or_default();
                start = end;
                // ICU4X asks the last character only, which may be a mark on a letter, or on nothing
                let characters = || char::decode_utf16(segment.iter().copied()).flatten();
                let has_letter = kind.is_word_like() || characters().any(is_of_word);
                [end, usize::from(has_letter && !characters().all(is_mark))]
            };
            found.skip(1).flat_map(|(end, kind)| with_word(end, kind)).collect()
        }
        "sentence" => {
            let common =
                || SentenceSegmenter::new(SentenceBreakInvariantOptions::default()).static_to_owned();
            let own = id(&OWN_SENTENCES).and_then(|language| sentences(&language));
            let segmenter = own.unwrap_or_else(common);
            segmenter.as_borrowed().segment_utf16(units).skip(1).collect()
        }
        _ => GraphemeClusterSegmenter::new().segment_utf16(units).skip(1).collect(),
    }
}

/// Whether a character makes a word of a segment.
fn is_of_word(character: char) -> bool {
    character.is_alphabetic() || get_general_category(character) == GeneralCategory::DecimalNumber
}

/// Whether a character is a mark on the one before it.
fn is_mark(character: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    matches!(get_general_category(character), NonspacingMark | SpacingMark | EnclosingMark)
}
