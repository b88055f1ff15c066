//! The tokens of a text that may be a date.

use crate::coerce;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// Value (of at most nine digits) and number of digits.
    Number(i64, usize),
    Symbol(char),
    Word(Word),
    Space,
    Other,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Month(i64),
    /// Hours that AM or PM adds.
    Meridiem(i64),
    /// Hours east of UTC.
    Zone(i64),
    /// The letter Z, which is also a zone.
    Zulu,
    TimeMark,
    Unknown,
}

const WORDS: [(&str, Word); 27] = [
    ("jan", Word::Month(1)),
    ("feb", Word::Month(2)),
    ("mar", Word::Month(3)),
    ("apr", Word::Month(4)),
    ("may", Word::Month(5)),
    ("jun", Word::Month(6)),
    ("jul", Word::Month(7)),
    ("aug", Word::Month(8)),
    ("sep", Word::Month(9)),
    ("oct", Word::Month(10)),
    ("nov", Word::Month(11)),
    ("dec", Word::Month(12)),
    ("am", Word::Meridiem(0)),
    ("pm", Word::Meridiem(12)),
    ("ut", Word::Zone(0)),
    ("utc", Word::Zone(0)),
    ("z", Word::Zulu),
    ("gmt", Word::Zone(0)),
    ("cdt", Word::Zone(-5)),
    ("cst", Word::Zone(-6)),
    ("edt", Word::Zone(-4)),
    ("est", Word::Zone(-5)),
    ("mdt", Word::Zone(-6)),
    ("mst", Word::Zone(-7)),
    ("pdt", Word::Zone(-7)),
    ("pst", Word::Zone(-8)),
    ("t", Word::TimeMark),
];

/// The longest number that is read, in digits.
pub(super) const MOST_DIGITS: usize = 9;

pub(super) struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    current: Token,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut scanner = Self { rest: text.chars().peekable(), current: Token::End };
        scanner.current = scanner.scan();
        scanner
    }

    pub(super) fn peek(&self) -> Token {
        self.current
    }

    pub(super) fn next(&mut self) -> Token {
        let next = self.scan();
        std::mem::replace(&mut self.current, next)
    }

    pub(super) fn skip(&mut self, symbol: char) -> bool {
        let found = self.current == Token::Symbol(symbol);
        if found {
            self.next();
        }
        found
    }

    /// Takes a number of exactly that many digits, in that range.
    pub(super) fn fixed(&mut self, digits: usize, least: i64, most: i64) -> Option<i64> {
        match self.current {
            Token::Number(number, length) if length == digits && (least..=most).contains(&number) => {
                self.next();
                Some(number)
            }
            _ => None,
        }
    }

    fn scan(&mut self) -> Token {
        let Some(&first) = self.rest.peek().filter(|first| **first != '\0') else { return Token::End };
        match first {
            '0'..='9' => self.number(),
            ':' | '-' | '+' | '.' | ')' => {
                self.rest.next();
                Token::Symbol(first)
            }
            '(' => {
                self.skip_parentheses();
                Token::Other
            }
            _ if coerce::is_white_space(first) => {
                self.rest.next();
                Token::Space
            }
            'A'.. => self.word(),
            _ => {
                self.rest.next();
                Token::Other
            }
        }
    }

    fn number(&mut self) -> Token {
        let mut length = 0;
        while self.rest.next_if_eq(&'0').is_some() {
            length += 1;
        }
        let (mut number, mut significant) = (0, 0);
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            if significant < MOST_DIGITS {
                number = number * 10 + i64::from(digit.to_digit(10).unwrap_or_default());
            }
            significant += 1;
        }
        Token::Number(number, length + significant)
    }

    /// A word is known by its first three letters; only months may be longer.
    fn word(&mut self) -> Token {
        let mut prefix = String::new();
        let mut length = 0;
        while let Some(letter) =
            self.rest.next_if(|letter| *letter >= 'A' && !coerce::is_white_space(*letter))
        {
            if length < 3 {
                prefix.push(letter.to_ascii_lowercase());
            }
            length += 1;
        }
        let known = WORDS
            .iter()
            .find(|(word, kind)| *word == prefix && (length <= 3 || matches!(kind, Word::Month(_))));
        Token::Word(known.map_or(Word::Unknown, |(_, kind)| *kind))
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0;
        for character in self.rest.by_ref() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
}
