//! JSON text to [`Json`].

use std::io::Read;

use super::{Json, JsonError};

impl Json {
    /// Reads JSON text as `JSON.parse` does.
    ///
    /// # Errors
    /// If the text is not JSON, or nested too deeply.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(read_error)
    }

    /// Reads JSON text in UTF-8.
    ///
    /// # Errors
    /// If the bytes are not JSON in UTF-8, or nested too deeply.
    pub fn parse_slice(bytes: &[u8]) -> Result<Self, JsonError> {
        serde_json::from_slice(bytes).map_err(read_error)
    }

    /// Reads JSON text in UTF-8 from a reader, to its end.
    ///
    /// # Errors
    /// If reading fails, or the bytes are not JSON in UTF-8, or nested too deeply.
    pub fn parse_reader(mut reader: impl Read) -> Result<Self, JsonError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|error| JsonError::new(error.to_string()))?;
        Self::parse_slice(&bytes)
    }
}

fn read_error(error: serde_json::Error) -> JsonError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    JsonError::at(message.strip_suffix(&place).unwrap_or(&message), error.line(), error.column())
}
