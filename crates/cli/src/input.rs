//! Items from a file or from standard input: JSON, JSON Lines or CSV.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use heddle_node::Item;

use crate::commands;
use crate::failure::Failure;
use crate::report::HashingReader;

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
    heddle_workflow::decode_text(&bytes).map(Cow::into_owned).map_err(|error| {
        Failure::usage(format!("{} {error}", commands::name_of(path))).with_help("Save it as UTF-8.")
    })
}

fn parse(name: &str, reader: impl Read) -> Result<Vec<Item>, Failure> {
    let input = heddle_workflow::read_input(name, reader)
        .map_err(|error| Failure { help: error.help, ..Failure::usage(error.message) })?;
    for remark in &input.remarks {
        commands::print_error(&format!("warning: {name}: {remark}"));
    }
    Ok(input.items)
}
