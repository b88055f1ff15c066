//! Reading a JSON array without holding its text.

use std::io::Read;

use super::parse::{Failure, Hint, Parser};
use super::{Json, JsonError};

/// Bytes that are read at once, at least.
const CHUNK: usize = 1 << 18;

/// Reads the elements of a JSON array one by one, so that its text need not be in memory at once. Each is read as
/// [`Json::parse`] does, and the array is read to the end of the text.
///
/// After an error nothing more comes.
pub struct ArrayReader<R> {
    reader: R,
    /// A part of the text, which goes on in `bytes` and then in the reader.
    text: String,
    /// Where in `text` the next element begins.
    at: usize,
    /// What was read and is not a text yet: the beginning of a character.
    bytes: Vec<u8>,
    /// Nothing more can be read.
    ended: bool,
    /// Line and column, both from 0, at which `text` begins.
    begins_at: (usize, usize),
    hint: Hint,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the opening bracket.
    Start,
    /// Before an element.
    Inside,
    /// Behind the closing bracket.
    Behind,
    /// Nothing more comes.
    Done,
}

impl<R: Read> ArrayReader<R> {
    /// Reads from `reader`, in UTF-8.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            text: String::new(),
            at: 0,
            bytes: Vec::new(),
            ended: false,
            begins_at: (0, 0),
            hint: Hint::default(),
            state: State::Start,
        }
    }

    /// Takes the next step that the text at hand allows: an element, or nothing at the end. What fails may go well with
    /// more text.
    fn step(&mut self) -> Result<Option<Json>, Failure> {
        let mut parser = Parser::inside(&self.text[self.at..]);
        let mut state = self.state;
        let mut element = None;
        let result = parser.array_step(&mut self.hint, &mut state, &mut element);
        match result {
            Ok(()) => {
                self.at += parser.position();
                self.state = state;
                Ok(element)
            }
            Err(failure) => Err(failure.behind(self.at)),
        }
    }

    /// Reads more text.
    fn fill(&mut self) -> Result<(), JsonError> {
        let (line, column) = self.begins_at;
        let gone = &self.text[..self.at];
        self.begins_at = match gone.rfind('\n') {
            Some(newline) => (
                line + gone.bytes().filter(|&byte| byte == b'\n').count(),
                gone[newline + 1..].chars().count(),
            ),
            None => (line, column + gone.chars().count()),
        };
        self.text.drain(..self.at);
        self.at = 0;
        let wanted = CHUNK.max(self.text.len()) as u64;
        let read = (&mut self.reader)
            .take(wanted)
            .read_to_end(&mut self.bytes)
            .map_err(|error| JsonError::new(error.to_string()))?;
        self.ended = read == 0;
        let valid = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(error) => {
                // Bytes that can begin no character stay behind for good.
                self.ended |= error.error_len().is_some();
                std::str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or_default()
            }
        };
        self.text.push_str(valid);
        let length = valid.len();
        self.bytes.drain(..length);
        Ok(())
    }

    fn locate(&self, failure: &Failure) -> JsonError {
        let failure = match self.bytes.is_empty() {
            true => *failure,
            false => Failure { message: "the text is not UTF-8", at: self.text.len() },
        };
        failure.locate_from(&self.text, self.begins_at)
    }
}

impl<R: Read> Iterator for ArrayReader<R> {
    type Item = Result<Json, JsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.state == State::Done {
                return None;
            }
            let error = match self.step() {
                Ok(Some(element)) => return Some(Ok(element)),
                Ok(None) if self.ended && self.bytes.is_empty() => {
                    self.state = State::Done;
                    return None;
                }
                Ok(None) if self.ended => self.locate(&Failure { message: "", at: self.text.len() }),
                Err(failure) if self.ended => self.locate(&failure),
                Ok(None) | Err(_) => match self.fill() {
                    Ok(()) => continue,
                    Err(error) => error,
                },
            };
            self.state = State::Done;
            return Some(Err(error));
        }
    }
}

impl Parser<'_> {
    /// Goes on in an array whose text is here up to some point: gives an element with what divides it from the next, or
    /// comes to the end.
    fn array_step(
        &mut self,
        hint: &mut Hint,
        state: &mut State,
        element: &mut Option<Json>,
    ) -> Result<(), Failure> {
        self.skip_space();
        if *state == State::Start {
            if !self.take(b'[') {
                return self.fail("expected `[`");
            }
            self.skip_space();
            *state = if self.take(b']') { State::Behind } else { State::Inside };
        }
        if *state == State::Inside {
            let value = self.value(hint, 0)?;
            self.skip_space();
            if self.take(b']') {
                *state = State::Behind;
            } else if !self.take(b',') {
                return self.fail("expected `,` or `]`");
            }
            *element = Some(value);
            return Ok(());
        }
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fail("expected the end of the text"),
        }
    }
}
