//! Reading dates in technical formats: ISO 8601, SQL, RFC 2822, HTTP; durations in ISO 8601.

mod header;
mod iso;
mod iso_duration;

pub(crate) use header::{parse_http, parse_rfc2822};
pub(crate) use iso::{parse_iso, parse_sql};
pub(crate) use iso_duration::{parse_iso_duration, parse_iso_time};

use crate::coerce;

/// A reader that steps through ASCII text.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text }
    }

    fn is_at_end(&self) -> bool {
        self.text.is_empty()
    }

    /// Steps over one of the characters.
    fn accept(&mut self, characters: &[char]) -> Option<char> {
        let first = self.text.chars().next().filter(|first| characters.contains(first))?;
        self.text = &self.text[first.len_utf8()..];
        Some(first)
    }

    /// Steps over a word.
    fn word(&mut self, word: &str) -> bool {
        match self.text.strip_prefix(word) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    /// Steps over one of several words, and says which.
    fn one_of(&mut self, words: &[&str]) -> Option<usize> {
        words.iter().position(|word| self.word(word))
    }

    /// Steps over exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<f64> {
        let digits = self.text.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.text = &self.text[count..];
        digits.parse().ok()
    }

    /// Steps over the digits that come, at most `most`.
    fn run(&mut self, most: usize) -> &'a str {
        let count = self.text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.text.split_at(count);
        self.text = rest;
        digits
    }

    /// Tries a step and goes back when it fails.
    fn attempt<T>(&mut self, step: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let result = step(self);
        if result.is_none() {
            *self = before;
        }
        result
    }
}

/// Milliseconds of the digits after the decimal point; no digits are no value.
pub(crate) fn fraction_millis(digits: &str) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    Some((coerce::parse_float(&format!("0.{digits}")) * 1000.0).floor())
}

/// A year of two digits in this century or the last.
pub(crate) fn untruncate_year(year: f64) -> f64 {
    match year {
        year if year > 99.0 => year,
        year if year > 60.0 => 1900.0 + year,
        year => 2000.0 + year,
    }
}
