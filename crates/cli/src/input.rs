//! Items from a file or from standard input: JSON, JSON Lines or CSV.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use heddle_node::json::ArrayReader;
use heddle_node::{Item, Json};

use crate::commands;
use crate::failure::Failure;
use crate::report::HashingReader;

/// What [`heddle_workflow::read_row`] takes, for messages.
const FORMS: &str = "Give a JSON array of objects, a JSON array of {\"json\": {…}} items, one object a line, or CSV with a header row.";

/// Reads the items of `path`, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<Item>, Failure> {
    with_reader(path, |name, reader| parse(name, reader))
}

/// The same, with the SHA-256 of what was read.
pub(crate) fn read_and_hash(path: &Path) -> Result<(Vec<Item>, String), Failure> {
    with_reader(path, |name, reader| {
        let mut reader = HashingReader::new(reader);
        let items = parse(name, &mut reader)?;
        let hash = reader.finish().map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
        Ok((items, hash))
    })
}

fn with_reader<T>(
    path: &Path,
    read: impl FnOnce(&str, &mut dyn Read) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if commands::is_standard_input(path) {
        return read(commands::STANDARD_INPUT, &mut io::stdin().lock());
    }
    let file = std::fs::File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    read(&commands::name_of(path), &mut io::BufReader::new(file))
}

/// Reads a text file as people save them: UTF-8 or UTF-16, with or without a byte order mark.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    decode(&commands::name_of(path), &bytes)
}

fn decode(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    heddle_workflow::decode_text(bytes)
        .map(Cow::into_owned)
        .map_err(|error| Failure::usage(format!("{name} {error}")).with_help("Save it as UTF-8."))
}

fn parse(name: &str, mut reader: impl Read) -> Result<Vec<Item>, Failure> {
    let cannot_read = |error| Failure::usage(format!("cannot read {name}: {error}"));
    let mut start = Vec::new();
    if is_table(name) {
        reader.read_to_end(&mut start).map_err(cannot_read)?;
        return parse_table(name, &start);
    }
    reader.by_ref().take(2).read_to_end(&mut start).map_err(cannot_read)?;
    if !heddle_workflow::is_utf16(&start) {
        return parse_utf8(name, io::Cursor::new(start).chain(reader));
    }
    reader.read_to_end(&mut start).map_err(cannot_read)?;
    parse_utf8(name, io::Cursor::new(decode(name, &start)?))
}

/// Whether a file says that it is a table.
fn is_table(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| end == "csv" || end == "tsv")
}

fn parse_table(name: &str, bytes: &[u8]) -> Result<Vec<Item>, Failure> {
    let table = crate::csv_rows::read(name, bytes)?;
    for remark in &table.remarks {
        commands::print_error(&format!("warning: {name}: {remark}"));
    }
    Ok(table.items)
}

fn parse_utf8(name: &str, mut reader: impl Read) -> Result<Vec<Item>, Failure> {
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
            Err(error) => return Err(Failure::usage(format!("cannot read {name}: {error}"))),
        }
    };
    if first.is_some_and(|first| !b"[{".contains(&first)) {
        // No item of JSON begins so.
        reader
            .read_to_end(&mut start)
            .map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
        return parse_table(name, &start);
    }
    let text_start: Vec<u8> = start.iter().copied().filter(|byte| !b"\xEF\xBB\xBF".contains(byte)).collect();
    let reader = io::Cursor::new(text_start).chain(reader);
    match first {
        None => Err(Failure::usage(format!("{name} is empty")).with_help(FORMS)),
        Some(b'[') => {
            let elements = ArrayReader::new(reader).enumerate().map(|(index, element)| {
                let json = element.map_err(|error| {
                    Failure::usage(format!("{name} is not JSON: {error}")).with_help(FORMS)
                })?;
                heddle_workflow::read_row(&json).map_err(|message| {
                    Failure::usage(format!("{name}: item {index} {message}")).with_help(FORMS)
                })
            });
            elements.collect()
        }
        Some(_) => parse_lines(name, reader),
    }
}

/// One item a line; a single object may also stretch over several lines.
fn parse_lines(name: &str, mut reader: impl Read) -> Result<Vec<Item>, Failure> {
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    let mut items = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let json = match Json::parse(line) {
            Ok(json) => json,
            Err(_) if items.is_empty() && Json::parse(&text).is_ok() => {
                let json = Json::parse(&text).unwrap_or_default();
                return Ok(vec![read_item(name, 1, &json)?]);
            }
            Err(error) => {
                return Err(Failure::usage(format!(
                    "line {} of {name} is not JSON: {}; no item was run",
                    index + 1,
                    error.message()
                ))
                .with_help(FORMS));
            }
        };
        items.push(read_item(name, index + 1, &json)?);
    }
    Ok(items)
}

fn read_item(name: &str, line: usize, json: &Json) -> Result<Item, Failure> {
    heddle_workflow::read_row(json)
        .map_err(|error| Failure::usage(format!("line {line} of {name}: {error}")).with_help(FORMS))
}
