//! Words of Chinese and Japanese, which are written without spaces: of all ways to cut a run of characters into words,
//! the likeliest, as in ICU. The dictionary is ICU4X's, which has ICU's frequencies; ICU4X itself takes the longest word
//! first.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_provider::prelude::*;
use icu_segmenter::provider::{Baked, DictionaryBreakData, SegmenterDictionaryAutoV2};

/// How many characters a word can have.
const LONGEST_WORD: usize = 20;
/// What a character costs that is no word by itself. The less likely a word is, the more it costs.
const UNKNOWN: u32 = 255;
/// What a run of Katakana costs as one word, by its length: most are words of two to eight characters.
const KATAKANA: [u32; 9] = [8192, 984, 408, 240, 204, 252, 300, 372, 480];
const LONG_KATAKANA: u32 = 8192;
const LONGEST_KATAKANA: usize = 20;

/// Whether a character is of a script that is cut by the dictionary.
pub(super) fn is_kana_kanji(character: char) -> bool {
    matches!(
        character,
        '\u{2e80}'..='\u{2fd5}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}'
            | '\u{3038}'..='\u{303b}' | '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309a}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{fad9}' | '\u{ff66}'..='\u{ff9f}' | '\u{1b000}'..='\u{1b16f}'
            | '\u{20000}'..='\u{323af}'
    )
}

fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30fe}' | '\u{ff66}'..='\u{ff9f}')
}

/// Where the words of a run end, counted in characters; `None` if the run is not in the form of the dictionary.
pub(super) fn word_ends(run: &[char]) -> Option<Vec<usize>> {
    let (run, sources) = normalized(run)?;
    let attributes = DataMarkerAttributes::try_from_str("cjdict").ok()?;
    let id = DataIdentifierBorrowed::for_marker_attributes(attributes);
    let request = DataRequest { id, ..DataRequest::default() };
    let response: DataResponse<SegmenterDictionaryAutoV2> = Baked.load(request).ok()?;
    let DictionaryBreakData::Char16Trie(words) = response.payload.get() else { return None };

    let count = run.len();
    // for every place: the least cost of getting there, and where the last word on the way begins
    let mut best: Vec<Option<(u32, usize)>> = vec![None; count + 1];
    if let Some(first) = best.first_mut() {
        *first = Some((0, 0));
    }
    let mut after_katakana = false;
    for (start, character) in run.iter().enumerate() {
        let is_first = is_katakana(*character) && !after_katakana;
        let reached = best.get(start).copied().flatten();
        let Some((cost, _)) = reached else { continue };
        let mut reach = |length: usize, word: u32| {
            if let Some(place) = best.get_mut(start + length)
                && place.is_none_or(|(known, _)| cost + word < known)
            {
                *place = Some((cost + word, start));
            }
        };
        let mut cursor = words.cursor();
        for (index, character) in run.iter().skip(start).take(LONGEST_WORD).enumerate() {
            cursor.step(*character);
            match cursor.value() {
                Some(value) => reach(index + 1, u32::try_from(value).unwrap_or(UNKNOWN)),
                None if index == 0 => reach(1, UNKNOWN),
                None => {}
            }
            if cursor.is_empty() {
                break;
            }
        }
        if is_first {
            let length =
                run.iter().skip(start).take(LONGEST_KATAKANA).take_while(|next| is_katakana(**next)).count();
            if length < LONGEST_KATAKANA {
                reach(length, KATAKANA.get(length).copied().unwrap_or(LONG_KATAKANA));
            }
        }
        after_katakana = is_katakana(*character);
    }
    let mut ends = Vec::new();
    let mut end = count;
    while end > 0 {
        ends.push(*sources.get(end)?);
        end = best.get(end).copied().flatten()?.1;
    }
    ends.reverse();
    Some(ends)
}

/// A run in the form of the dictionary, and for every place in it the one that it comes from: half-width letters and
/// letters with marks of their own become one letter.
fn normalized(run: &[char]) -> Option<(Vec<char>, Vec<usize>)> {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let (mut characters, mut places) = (Vec::new(), vec![0]);
    let mut rest = run;
    while let Some((first, others)) = rest.split_first() {
        let marked = others.first().filter(|mark| is_voice_mark(**mark));
        let source: String = std::iter::once(first).chain(marked).collect();
        let taken = source.chars().count();
        let letter = normalizer.normalize(&source);
        let mut letters = letter.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
        characters.push(letter);
        places.push(places.last().copied().unwrap_or_default() + taken);
        rest = rest.get(taken..)?;
    }
    Some((characters, places))
}

/// The marks that make `ga` of `ka` and `pa` of `ha`.
fn is_voice_mark(character: char) -> bool {
    matches!(character, '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
}
