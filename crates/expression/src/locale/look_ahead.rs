//! Words of Thai, Lao, Burmese and Khmer, which are written without spaces: of the words of the dictionary that a text
//! can begin with, the longest that others follow, as in ICU. The dictionaries are ICU4X's; ICU4X itself takes the longest
//! word first.

use std::ops::RangeInclusive;

use icu_provider::prelude::*;
use icu_segmenter::provider::{Baked, DictionaryBreakData, SegmenterDictionaryExtendedV2};
use unicode_general_category::{GeneralCategory, get_general_category};

/// How a script is cut.
pub(super) struct Script {
    dictionary: &'static str,
    letters: &'static [RangeInclusive<char>],
    /// Letters that words begin with, and that none ends with.
    begins: &'static [RangeInclusive<char>],
    never_ends: &'static [RangeInclusive<char>],
    /// Signs that follow a word and belong to it.
    suffixes: &'static [char],
    /// Shorter runs are one word.
    shortest_run: usize,
}

const SCRIPTS: [Script; 4] = [
    Script {
        dictionary: "thaidict",
        letters: &['\u{e01}'..='\u{e3a}', '\u{e40}'..='\u{e4e}'],
        begins: &['\u{e01}'..='\u{e2e}', '\u{e40}'..='\u{e44}'],
        never_ends: &['\u{e31}'..='\u{e31}', '\u{e40}'..='\u{e44}'],
        suffixes: &['\u{e2f}', '\u{e46}'],
        shortest_run: 5,
    },
    Script {
        dictionary: "laodict",
        letters: &['\u{e81}'..='\u{ebd}', '\u{ec0}'..='\u{ece}', '\u{edc}'..='\u{edf}'],
        begins: &['\u{e81}'..='\u{eae}', '\u{edc}'..='\u{edd}', '\u{ec0}'..='\u{ec4}'],
        never_ends: &['\u{ec0}'..='\u{ec4}'],
        suffixes: &[],
        shortest_run: 4,
    },
    Script {
        dictionary: "burmesedict",
        letters: &[
            '\u{1000}'..='\u{103f}',
            '\u{1050}'..='\u{108f}',
            '\u{109a}'..='\u{109f}',
            '\u{a9e0}'..='\u{a9ef}',
            '\u{a9fa}'..='\u{a9fe}',
            '\u{aa60}'..='\u{aa7f}',
        ],
        begins: &['\u{1000}'..='\u{102a}'],
        never_ends: &[],
        suffixes: &[],
        shortest_run: 4,
    },
    Script {
        dictionary: "khmerdict",
        letters: &['\u{1780}'..='\u{17d3}', '\u{17d7}'..='\u{17d7}', '\u{17dc}'..='\u{17dd}'],
        begins: &['\u{1780}'..='\u{17b3}'],
        never_ends: &['\u{17d2}'..='\u{17d2}'],
        suffixes: &[],
        shortest_run: 4,
    },
];

/// Words as long as this do not take in what follows and is no word, nor what has as much in common with a word.
const LONG_WORD: usize = 3;
const LONG_PREFIX: usize = 3;
/// How many words of the dictionary are compared.
const MOST_WORDS: usize = 20;

/// The script of a letter, by number, if it is one of these.
pub(super) fn script_of(letter: char) -> Option<usize> {
    SCRIPTS.iter().position(|script| contains(script.letters, letter))
}

fn contains(ranges: &[RangeInclusive<char>], letter: char) -> bool {
    ranges.iter().any(|range| range.contains(&letter))
}

/// Whether a letter is a mark on the one before it.
pub(super) fn is_mark(letter: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    matches!(get_general_category(letter), NonspacingMark | SpacingMark | EnclosingMark)
}

/// Where the words of a run of one script end, counted in characters.
pub(super) fn word_ends(run: &[char], script: usize) -> Option<Vec<usize>> {
    let script = SCRIPTS.get(script)?;
    if run.len() < script.shortest_run {
        return Some(vec![run.len()]);
    }
    let attributes = DataMarkerAttributes::try_from_str(script.dictionary).ok()?;
    let id = DataIdentifierBorrowed::for_marker_attributes(attributes);
    let request = DataRequest { id, ..DataRequest::default() };
    let response: DataResponse<SegmenterDictionaryExtendedV2> = Baked.load(request).ok()?;
    let text = Text { run, script, words: response.payload.get() };
    let mut ends = Vec::new();
    let mut at = 0;
    while at < run.len() {
        at = text.word_end(at).max(at + 1);
        ends.push(at);
    }
    Some(ends)
}

struct Text<'a> {
    run: &'a [char],
    script: &'a Script,
    words: &'a DictionaryBreakData<'a>,
}

impl Text<'_> {
    /// The lengths of the words that begin at a place, and how far a look into the dictionary goes.
    fn candidates(&self, at: usize) -> (Vec<usize>, usize) {
        let letters = self.run.iter().skip(at).enumerate();
        let mut lengths = Vec::new();
        let mut looked = 0;
        let mut note = |index: usize, is_word: bool| {
            looked = index + 1;
            if is_word && lengths.len() < MOST_WORDS {
                lengths.push(index + 1);
            }
        };
        match self.words {
            DictionaryBreakData::Char16Trie(words) => {
                let mut cursor = words.cursor();
                for (index, letter) in letters {
                    cursor.step(*letter);
                    note(index, cursor.value().is_some());
                    if cursor.is_empty() {
                        break;
                    }
                }
            }
            DictionaryBreakData::ZeroTrie { alphabet, trie } => {
                let mut cursor = trie.cursor();
                for (index, letter) in letters {
                    let letter = alphabet.position(*letter).and_then(|place| u8::try_from(place).ok());
                    cursor.step(letter.unwrap_or(u8::MAX));
                    note(index, cursor.take_value().is_some());
                    if cursor.is_empty() {
                        break;
                    }
                }
            }
        }
        (lengths, looked)
    }

    /// The length of the word at a place after which most words can follow, up to three; 0 if there is none.
    fn best_word(&self, at: usize) -> usize {
        let (lengths, _) = self.candidates(at);
        let (Some(longest), true) = (lengths.last().copied(), lengths.len() > 1) else {
            return lengths.first().copied().unwrap_or(0);
        };
        if at + longest >= self.run.len() {
            return longest;
        }
        let mut best = longest;
        for length in lengths.into_iter().rev() {
            let (second, _) = self.candidates(at + length);
            if second.is_empty() {
                continue;
            }
            // ICU takes the shortest of those that one word follows
            best = length;
            if second.last().is_some_and(|second| at + length + second >= self.run.len()) {
                return best;
            }
            let has_third = |second: &usize| !self.candidates(at + length + second).0.is_empty();
            if second.iter().rev().any(has_third) {
                return best;
            }
        }
        best
    }

    fn word_end(&self, start: usize) -> usize {
        let word = self.best_word(start);
        let mut end = start + word;
        if end < self.run.len() && word < LONG_WORD {
            let (words, looked) = self.candidates(end);
            if words.is_empty() && (word == 0 || looked < LONG_PREFIX) {
                end = self.next_beginning(end);
            }
        }
        while self.run.get(end).is_some_and(|letter| is_mark(*letter)) {
            end += 1;
        }
        if end > start && self.candidates(end).0.is_empty() {
            end = self.with_suffixes(end);
        }
        end
    }

    /// Where a word may begin behind what is no word.
    fn next_beginning(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let Some(last) = self.run.get(at) else { return at };
            at += 1;
            let Some(next) = self.run.get(at) else { return at };
            let may_end = !contains(self.script.never_ends, *last);
            if may_end && contains(self.script.begins, *next) && !self.candidates(at).0.is_empty() {
                return at;
            }
        }
    }

    /// Takes in the signs of abbreviation and repetition, each once.
    fn with_suffixes(&self, mut end: usize) -> usize {
        let is_suffix = |at: usize, sign: &char| self.run.get(at) == Some(sign);
        let [abbreviation, repetition] = self.script.suffixes else { return end };
        let follows_suffix = end
            .checked_sub(1)
            .and_then(|last| self.run.get(last))
            .is_some_and(|last| self.script.suffixes.contains(last));
        if is_suffix(end, abbreviation) && !follows_suffix {
            end += 1;
        }
        if is_suffix(end, repetition) && !end.checked_sub(1).is_some_and(|last| is_suffix(last, repetition)) {
            end += 1;
        }
        end
    }
}
