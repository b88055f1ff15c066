//! `Intl.Segmenter`: where characters as readers see them, words and sentences end.

use heddle_node::{Json, JsonObject};
use icu_locale::LanguageIdentifier;
use icu_segmenter::options::{
    SentenceBreakInvariantOptions, SentenceBreakOptions, WordBreakInvariantOptions, WordBreakOptions,
};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};

use unicode_general_category::{GeneralCategory, get_general_category};

use super::kana_kanji::{self, is_kana_kanji};
use super::look_ahead;
use super::options::{Choices, Options};
use super::tag::Locale;
use crate::{Thrown, Value};

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

/// A method of a segmenter. "segment" gives the ends of a text's segments in UTF-16 units, those of words each with 1
/// or 0 behind it: whether it is a word.
pub(super) fn call(
    method: &str,
    locales: &Value,
    options: &Value,
    argument: &Value,
) -> Result<Value, Thrown> {
    let locale = Locale::of_argument(locales)?;
    let options = Options::object(options, "Intl.Segmenter")?;
    options.matcher()?;
    let granularity = options.choice(GRANULARITIES, "grapheme")?;
    Ok(match method {
        "check" => Value::Undefined,
        "segment" => {
            let units: Vec<u16> = argument.to_text()?.encode_utf16().collect();
            Value::Json(ends(&units, granularity, locale.language()).into_iter().map(Json::from).collect())
        }
        _ => {
            let mut object = JsonObject::new();
            object.insert("locale", Json::from(locale.name.as_str()));
            object.insert("granularity", Json::from(granularity));
            Value::Json(Json::from(object))
        }
    })
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
            let found = found.skip(1).map(|(end, kind)| (end, kind.is_word_like())).collect();
            let mut start = 0;
            let mut with_word = |(end, is_word): (usize, bool)| {
                let segment = units.get(start..end).unwrap_or_default();
                start = end;
                // ICU4X asks the last character only, which may be a mark on a letter, or on nothing
                let characters = || char::decode_utf16(segment.iter().copied()).flatten();
                let has_letter = is_word || characters().any(is_of_word);
                [end, usize::from(has_letter && !characters().all(look_ahead::is_mark))]
            };
            with_likely_words(units, found).into_iter().flat_map(&mut with_word).collect()
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

/// Cuts the runs of scripts without spaces in a text anew.
fn with_likely_words(units: &[u16], mut found: Vec<(usize, bool)>) -> Vec<(usize, bool)> {
    let mut run: Vec<char> = Vec::new();
    let mut script = None;
    let (mut before, mut last_seen) = (None, None);
    let mut at = 0;
    // the end of the text is the end of its last run
    let characters = char::decode_utf16(units.iter().copied()).map(Result::ok).chain([None]);
    for character in characters {
        // a mark on nothing is none of a word
        let begins = |character: &char| !(run.is_empty() && look_ahead::is_mark(*character));
        let own = character.filter(begins).and_then(Dictionary::of);
        if own != script || own.is_none() {
            let ends = script.and_then(|script| Dictionary::word_ends(script, &run));
            if let Some(ends) = ends {
                let start = at - run.iter().map(|character| character.len_utf16()).sum::<usize>();
                let inner = inner_ends(&run, start, &ends);
                // letters and digits that touch a run of these scripts are of one word with it
                let joins = |other: Option<char>| {
                    let is_other = |other: &char| {
                        is_of_word(*other) && !is_kana_kanji(*other) && !look_ahead::is_mark(*other)
                    };
                    script != Some(Dictionary::Likely) && other.filter(is_other).is_some()
                };
                let first = found.partition_point(|(end, _)| *end < start + usize::from(!joins(before)));
                let last = found.partition_point(|(end, _)| *end < at + usize::from(joins(character)));
                found.splice(first..last.max(first), inner);
            }
            run.clear();
            before = last_seen;
            script = own;
        }
        if let (Some(character), Some(_)) = (character, own) {
            run.push(character);
        }
        last_seen = character;
        at += character.map_or(1, char::len_utf16);
    }
    found
}

/// Ends of words in UTF-16 units, without that of the run.
fn inner_ends(run: &[char], start: usize, ends: &[usize]) -> Vec<(usize, bool)> {
    let mut ends = ends.iter().peekable();
    let mut inner = Vec::new();
    let mut at = start;
    for (index, character) in run.iter().enumerate() {
        at += character.len_utf16();
        if ends.next_if_eq(&&(index + 1)).is_some() && index + 1 < run.len() {
            inner.push((at, true));
        }
    }
    inner
}

/// What cuts a run into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dictionary {
    Likely,
    LookAhead(usize),
}

impl Dictionary {
    fn of(character: char) -> Option<Self> {
        match is_kana_kanji(character) {
            true => Some(Self::Likely),
            false => look_ahead::script_of(character).map(Self::LookAhead),
        }
    }

    fn word_ends(self, run: &[char]) -> Option<Vec<usize>> {
        match self {
            Self::Likely => kana_kanji::word_ends(run),
            Self::LookAhead(script) => look_ahead::word_ends(run, script),
        }
    }
}

/// Whether a character makes a word of a segment.
fn is_of_word(character: char) -> bool {
    character.is_alphabetic() || get_general_category(character) == GeneralCategory::DecimalNumber
}
