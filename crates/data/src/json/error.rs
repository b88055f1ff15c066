//! The error of reading JSON and of converting it from and to other types.

use std::fmt;

use serde::{de, ser};

/// Why text is not JSON, or why a value does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    message: String,
    line: usize,
    column: usize,
    /// Keys and indices from the root, innermost first.
    path: Vec<String>,
}

impl JsonError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: 0, column: 0, path: Vec::new() }
    }

    pub(super) fn at(message: impl Into<String>, line: usize, column: usize) -> Self {
        Self { line, column, ..Self::new(message) }
    }

    /// Notes that the error lies under `key`.
    pub(super) fn under(mut self, key: impl fmt::Display) -> Self {
        self.path.push(key.to_string());
        self
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line in the text, from 1; 0 if the error is not about text.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in the text, in characters from 1; 0 if the error is not about text.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The place in the value as a JSON Pointer (RFC 6901), as far down as it is known: serde buffers what stands
    /// under a tag, and errors in there lie at the tagged value. Empty for the value itself and for text.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for token in self.path.iter().rev() {
            pointer.push('/');
            pointer.push_str(&super::pointer_token(token));
        }
        pointer
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        if self.line > 0 {
            write!(formatter, " at line {} column {}", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(formatter, " at {}", self.pointer())?;
        }
        Ok(())
    }
}

impl std::error::Error for JsonError {}

impl ser::Error for JsonError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl de::Error for JsonError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("invalid type: {}, expected {}", Found(unexpected), plain(&expected.to_string())))
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("invalid value: {}, expected {}", Found(unexpected), plain(&expected.to_string())))
    }
}

/// serde names Rust's types; who wrote the value knows JSON's.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "unit" => "null",
        other => other,
    }
}

/// What was found, in JSON's words.
struct Found<'a>(de::Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            de::Unexpected::Unit | de::Unexpected::Option => formatter.write_str("null"),
            de::Unexpected::Float(number) => {
                write!(formatter, "number `{}`", super::number_to_string(number))
            }
            de::Unexpected::Unsigned(number) => write!(formatter, "number `{number}`"),
            de::Unexpected::Signed(number) => write!(formatter, "number `{number}`"),
            de::Unexpected::Seq => formatter.write_str("array"),
            de::Unexpected::Map => formatter.write_str("object"),
            ref other => other.fmt(formatter),
        }
    }
}
