//! JSON text to [`Json`], as `JSON.parse` reads it.
//!
//! `serde_json` is not used for this: it refuses numbers beyond `f64` and halves of surrogate pairs, which
//! `JSON.parse` accepts, and without its `float_roundtrip` feature it misses the nearest `f64` by a bit now and then.
//! Reading the bytes here also makes foreseeing keys cheap: the rows of an array mostly have the keys of the row
//! before, and then a key costs one comparison.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use smol_str::SmolStr;

use super::build::ObjectBuilder;
use super::scan::plain_length;
use super::shape::Shape;
use super::{Json, JsonError, MAX_DEPTH};

/// Properties of an object for which shapes are foreseen one by one; later ones share the last guess.
const MAX_HINTS: usize = 64;

/// The longest text, in bytes, of which the next one read may be a likeness.
const MAX_REMEMBERED: usize = 1 << 16;

thread_local! {
    /// What was seen in the text that this thread read last: the answers of a service mostly have the same keys.
    static LAST: Cell<Hint> = Cell::new(Hint::default());
}

impl Json {
    /// Reads JSON text as `JSON.parse` does: the last of equal keys wins, numbers are the nearest `f64` (`1e999` is
    /// infinite). Half a surrogate pair, which Rust's strings cannot hold, becomes U+FFFD.
    ///
    /// # Errors
    /// If the text is not JSON, or nested deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0 };
        let mut hint = LAST.try_with(Cell::take).unwrap_or_default();
        let result = parser.document(&mut hint).map_err(|failure| failure.locate(text));
        if text.len() <= MAX_REMEMBERED {
            // A thread that ends has no use for it.
            let _ = LAST.try_with(|last| last.set(hint));
        }
        result
    }

    /// Reads JSON text in UTF-8; see [`Json::parse`].
    ///
    /// # Errors
    /// If the bytes are not JSON in UTF-8, or nested deeper than [`MAX_DEPTH`].
    pub fn parse_slice(bytes: &[u8]) -> Result<Self, JsonError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let (valid, _) = bytes.split_at(error.valid_up_to());
                let valid = String::from_utf8_lossy(valid);
                Err(Failure { message: "the text is not UTF-8", at: valid.len() }.locate(&valid))
            }
        }
    }
}

/// What was seen at one place of the text before, such as in the row before this one.
#[derive(Default)]
pub(super) struct Hint {
    shape: Option<Arc<Shape>>,
    /// Of the elements (all share the first) or of the properties in the order of the text.
    inner: Vec<Hint>,
}

impl Hint {
    fn inner(&mut self, index: usize) -> &mut Self {
        let index = index.min(MAX_HINTS - 1);
        if self.inner.len() <= index {
            self.inner.resize_with(index + 1, Self::default);
        }
        &mut self.inner[index]
    }
}

/// What is wrong at which byte.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    pub(super) message: &'static str,
    pub(super) at: usize,
}

impl Failure {
    fn locate(&self, text: &str) -> JsonError {
        self.locate_from(text, (0, 0))
    }

    /// As an error in a text of which `text` is a part that begins at this line and column, both from 0.
    pub(super) fn locate_from(&self, text: &str, (line, column): (usize, usize)) -> JsonError {
        let before = text.get(..self.at).unwrap_or(text);
        let newlines = before.bytes().filter(|&byte| byte == b'\n').count();
        let column = match before.rfind('\n') {
            Some(newline) => before[newline + 1..].chars().count(),
            None => column + before.chars().count(),
        };
        JsonError::at(self.message, 1 + line + newlines, 1 + column)
    }

    /// The failure in a text that has `bytes` more in front.
    pub(super) fn behind(self, bytes: usize) -> Self {
        Self { at: self.at + bytes, ..self }
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Reads a text that is inside an array.
    pub(super) fn inside(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, depth: 1 }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn document(&mut self, hint: &mut Hint) -> Result<Json, Failure> {
        self.skip_space();
        let value = self.value(hint, 0)?;
        self.skip_space();
        match self.peek() {
            None => Ok(value),
            Some(_) => self.fail("expected the end of the text"),
        }
    }

    pub(super) fn value(&mut self, around: &mut Hint, index: usize) -> Result<Json, Failure> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(Json::from(match self.string()? {
                    Cow::Borrowed(text) => SmolStr::new(text),
                    Cow::Owned(text) => SmolStr::from(text),
                }))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'{') => {
                self.enter()?;
                let object = self.object(around.inner(index))?;
                self.depth -= 1;
                Ok(object)
            }
            Some(b'[') => {
                self.enter()?;
                let array = self.array(around.inner(index))?;
                self.depth -= 1;
                Ok(array)
            }
            Some(b't') => self.literal("true", Json::from(true)),
            Some(b'f') => self.literal("false", Json::from(false)),
            Some(b'n') => self.literal("null", Json::NULL),
            Some(_) => self.fail("expected a value"),
            None => self.fail("the text ends where a value should be"),
        }
    }

    /// Steps over an opening bracket.
    fn enter(&mut self) -> Result<(), Failure> {
        if self.depth >= MAX_DEPTH {
            return self.fail("the text is nested too deeply");
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn array(&mut self, hint: &mut Hint) -> Result<Json, Failure> {
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Json::array());
        }
        loop {
            elements.push(self.value(hint, 0)?);
            self.skip_space();
            if self.take(b']') {
                elements.shrink_to_fit();
                return Ok(Json::from(elements));
            }
            if !self.take(b',') {
                return self.fail("expected `,` or `]`");
            }
            self.skip_space();
        }
    }

    fn object(&mut self, hint: &mut Hint) -> Result<Json, Failure> {
        if self.take(b'}') {
            return Ok(Json::object());
        }
        let mut object = ObjectBuilder::predicting(hint.shape.take());
        let mut index = 0;
        loop {
            if !self.take(b'"') {
                return self.fail("expected a key in double quotes");
            }
            if object.predicted_key().is_some_and(|key| self.take_key(key)) {
                let value = self.property(hint, index)?;
                object.push_predicted(value);
            } else {
                let key = self.string()?;
                let value = self.property(hint, index)?;
                object.insert(&key, value);
            }
            index += 1;
            if self.take(b'}') {
                let object = object.finish();
                hint.shape = Some(Arc::clone(object.shape()));
                return Ok(Json::from(object));
            }
            if !self.take(b',') {
                return self.fail("expected `,` or `}`");
            }
            self.skip_space();
        }
    }

    /// What follows a key: the colon, the value and the space after it.
    fn property(&mut self, hint: &mut Hint, index: usize) -> Result<Json, Failure> {
        self.skip_space();
        if !self.take(b':') {
            return self.fail("expected `:`");
        }
        self.skip_space();
        let value = self.value(hint, index)?;
        self.skip_space();
        Ok(value)
    }

    /// Steps over the rest of a string if it is just this key.
    fn take_key(&mut self, key: &str) -> bool {
        let end = self.at + key.len();
        let same = self.bytes.get(self.at..end) == Some(key.as_bytes()) && self.bytes.get(end) == Some(&b'"');
        // A key that must be escaped in JSON cannot stand there as it is.
        if same && plain_length(key.as_bytes()) == key.len() {
            self.at = end + 1;
            return true;
        }
        false
    }

    /// The rest of a string whose opening quote has been taken.
    fn string(&mut self) -> Result<Cow<'a, str>, Failure> {
        let plain = self.plain_text();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return self.fail("a control character in a string must be escaped"),
                None => return self.fail("the text ends within a string"),
            }
            text.push_str(self.plain_text());
        }
    }

    /// The text up to the next quote, backslash or control character, all of which begin a character.
    fn plain_text(&mut self) -> &'a str {
        let start = self.at;
        self.at += plain_length(&self.bytes[start..]);
        &self.text[start..self.at]
    }

    /// What a backslash and the characters after it stand for.
    fn escape(&mut self) -> Result<char, Failure> {
        let character = match self.peek() {
            Some(same @ (b'"' | b'\\' | b'/')) => char::from(same),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return self.fail("unknown escape"),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, Failure> {
        let unit = self.hex_digits()?;
        let code = match unit {
            0xd800..0xdc00 => {
                let after = self.at;
                let low = match self.bytes.get(self.at..self.at + 2) {
                    Some(b"\\u") => {
                        self.at += 2;
                        self.hex_digits()?
                    }
                    _ => 0,
                };
                match low {
                    0xdc00..0xe000 => 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                    _ => {
                        // What follows is not a second half: it is read again, on its own.
                        self.at = after;
                        unit
                    }
                }
            }
            _ => unit,
        };
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex_digits(&mut self) -> Result<u32, Failure> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.fail("expected four hexadecimal digits");
            };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<Json, Failure> {
        let start = self.at;
        let negative = self.take(b'-');
        let first = self.at;
        let mut integer = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            integer = integer.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        match self.at - first {
            0 => return self.fail("expected a digit"),
            1 => {}
            _ if self.bytes[first] == b'0' => {
                self.at = first + 1;
                return self.fail("a number must not begin with 0");
            }
            _ => {}
        }
        let mut whole = self.at - first <= 19;
        if self.take(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            whole = false;
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        // 19 digits fit into u64, whose conversion rounds to the nearest, as the parsing of decimals does.
        let number = if whole {
            let magnitude = integer as f64;
            if negative { -magnitude } else { magnitude }
        } else {
            match self.text[start..self.at].parse() {
                Ok(number) => number,
                Err(_) => return self.fail("expected a number"),
            }
        };
        Ok(Json::from(number))
    }

    /// One or more digits.
    fn digits(&mut self) -> Result<(), Failure> {
        let rest = &self.bytes[self.at..];
        match rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len()) {
            0 => self.fail("expected a digit"),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }

    fn literal(&mut self, literal: &str, value: Json) -> Result<Json, Failure> {
        if self.bytes[self.at..].starts_with(literal.as_bytes()) {
            self.at += literal.len();
            return Ok(value);
        }
        self.fail("expected a value")
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn fail<T>(&self, message: &'static str) -> Result<T, Failure> {
        Err(Failure { message, at: self.at })
    }
}
