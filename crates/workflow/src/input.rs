//! Items as people give them: JSON, JSON Lines or CSV.

use std::fmt;
use std::io::{self, Read};

use heddle_data::json::ArrayReader;
use heddle_data::{Item, Json};

use crate::encoding::{decode_text, is_utf16};
use crate::items::read_row;
use crate::table::read_table;

/// What can be given, for messages.
const FORMS: &str = "Give a JSON array of objects, a JSON array of {\"json\": {…}} items, one object a line, or CSV with a header row.";

/// Items that were read, with what is to be said about how.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The items.
    pub items: Vec<Item>,
    /// What was guessed, or is lacking, each as a sentence about the input without its full stop.
    pub remarks: Vec<String>,
}

/// Why items cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// What is wrong, with the line or the item.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl InputError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for InputError {}

/// Reads items: a JSON array, one JSON object a line or a single one over several, or a table (CSV with any delimiter, in
/// UTF-8, UTF-16 or Windows-1252, everything text). `name` is what messages call the input; one that ends in `.csv` or
/// `.tsv` is a table whatever it begins with.
///
/// # Errors
/// Says which line or item cannot be read.
///
/// ```
/// use heddle_workflow::read_input;
///
/// let input = read_input("contacts", "name;phone\nAna;0049151\n".as_bytes())?;
/// assert_eq!(input.items[0].json.get("phone").and_then(|phone| phone.as_str()), Some("0049151"));
/// # Ok::<(), heddle_workflow::InputError>(())
/// ```
pub fn read_input(name: &str, mut reader: impl Read) -> Result<Input, InputError> {
    let cannot_read = |error| cannot_read(name, &error);
    let mut start = Vec::new();
    if is_table(name) {
        reader.read_to_end(&mut start).map_err(cannot_read)?;
        return read_table(name, &start);
    }
    reader.by_ref().take(2).read_to_end(&mut start).map_err(cannot_read)?;
    if !is_utf16(&start) {
        return parse_utf8(name, io::Cursor::new(start).chain(reader));
    }
    reader.read_to_end(&mut start).map_err(cannot_read)?;
    let text = decode_text(&start)
        .map_err(|error| InputError::new(format!("{name} {error}")).with_help("Save it as UTF-8."))?;
    parse_utf8(name, text.as_bytes())
}

fn cannot_read(name: &str, error: &io::Error) -> InputError {
    InputError::new(format!("cannot read {name}: {error}"))
}

/// Whether a file says that it is a table.
fn is_table(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| end == "csv" || end == "tsv")
}

fn parse_utf8(name: &str, mut reader: impl Read) -> Result<Input, InputError> {
    let mut start = Vec::new();
    let first = loop {
        let mut byte = [0];
        match reader.read(&mut byte) {
            Ok(0) => break None,
            Ok(_) => {
                start.push(byte[0]);
                if !(byte[0].is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(&byte[0])) {
                    break Some(byte[0]);
                }
            }
            Err(error) => return Err(cannot_read(name, &error)),
        }
    };
    if first.is_some_and(|first| !b"[{".contains(&first)) {
        // No item of JSON begins so.
        reader.read_to_end(&mut start).map_err(|error| cannot_read(name, &error))?;
        return read_table(name, &start);
    }
    let text_start: Vec<u8> = start.iter().copied().filter(|byte| !b"\xEF\xBB\xBF".contains(byte)).collect();
    let reader = io::Cursor::new(text_start).chain(reader);
    let items = match first {
        None => return Err(InputError::new(format!("{name} is empty")).with_help(FORMS)),
        Some(b'[') => parse_array(name, reader)?,
        Some(_) => parse_lines(name, reader)?,
    };
    Ok(Input { items, remarks: Vec::new() })
}

fn parse_array(name: &str, reader: impl Read) -> Result<Vec<Item>, InputError> {
    let item = |(index, element): (usize, Result<Json, _>)| {
        let json = element
            .map_err(|error| InputError::new(format!("{name} is not JSON: {error}")).with_help(FORMS))?;
        read_row(&json)
            .map_err(|message| InputError::new(format!("{name}: item {index} {message}")).with_help(FORMS))
    };
    ArrayReader::new(reader).enumerate().map(item).collect()
}

/// One item a line; a single object may also stretch over several lines.
fn parse_lines(name: &str, mut reader: impl Read) -> Result<Vec<Item>, InputError> {
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(|error| cannot_read(name, &error))?;
    let mut items = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let json = match Json::parse(line) {
            Ok(json) => json,
            Err(_) if items.is_empty() && Json::parse(&text).is_ok() => {
                let json = Json::parse(&text).unwrap_or_default();
                return Ok(vec![read_line(name, 1, &json)?]);
            }
            Err(error) => {
                return Err(InputError::new(format!(
                    "line {} of {name} is not JSON: {}; no item was run",
                    index + 1,
                    error.message()
                ))
                .with_help(FORMS));
            }
        };
        items.push(read_line(name, index + 1, &json)?);
    }
    Ok(items)
}

fn read_line(name: &str, line: usize, json: &Json) -> Result<Item, InputError> {
    read_row(json)
        .map_err(|error| InputError::new(format!("line {line} of {name}: {error}")).with_help(FORMS))
}
