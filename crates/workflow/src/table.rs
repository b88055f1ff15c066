//! Items from a table as spreadsheets save it: CSV with any delimiter and encoding, a header row, everything text.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};
use heddle_data::{Item, Json, JsonObject, printable_line};

use crate::encoding::decode_table;
use crate::input::{Input, InputError};

/// What may stand between two fields.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are looked at to find the delimiter.
const LOOKED_AT: usize = 50;
/// Lines that a message names.
const NAMED: usize = 5;

/// Reads a table. Its first row names the columns.
///
/// # Errors
/// When a row has more fields than there are columns, or a quotation mark is not closed: what belongs where nobody can tell.
pub(crate) fn read_table(name: &str, bytes: &[u8]) -> Result<Input, InputError> {
    let mut remarks = Vec::new();
    let (text, is_guessed) = decode_table(bytes)
        .map_err(|error| InputError::new(format!("{name} {error}")).with_help("Save it as CSV in UTF-8."))?;
    if is_guessed {
        remarks.push(
            "it is no UTF-8, and was read as Windows-1252; save it as UTF-8 where letters are wrong"
                .to_owned(),
        );
    }
    let (text, stated) = stated_delimiter(&text);
    let lines_before = usize::from(stated.is_some());
    let delimiter = stated.unwrap_or_else(|| find_delimiter(text));
    if let Some(line) = unclosed_quote(text, delimiter).map(|line| line + lines_before) {
        return Err(InputError::new(format!(
            "line {line} of {name} opens a quotation mark that is not closed; no item was run"
        ))
        .with_help("Close it, or write it twice (\"\") where it is part of a text."));
    }
    let mut rows = reader(text, delimiter).into_records();
    let unreadable = |error: csv::Error| InputError::new(format!("{name} cannot be read as CSV: {error}"));
    let Some(header) = rows.next().transpose().map_err(unreadable)? else {
        return Err(InputError::new(format!("{name} is empty")));
    };
    let header_length = length_without(&header, |title| title.trim().is_empty());
    let mut columns = columns(&header);
    let mut items = Vec::new();
    let (mut short, mut is_unnamed) = (Vec::new(), false);
    for row in rows {
        let row = row.map_err(unreadable)?;
        if row.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = || lines_before + line_of(text, &row);
        let length = length_without(&row, str::is_empty);
        if length > columns.len() {
            return Err(too_long(name, line(), &row, &columns));
        }
        if length > header_length {
            is_unnamed = true;
        }
        if row.len() < header_length {
            short.push(line());
        }
        let fields = columns.iter().enumerate();
        let json: JsonObject =
            fields.map(|(index, column)| (column, Json::from(row.get(index).unwrap_or_default()))).collect();
        items.push(Item::new(Json::from(json)));
    }
    if !is_unnamed && columns.len() > header_length {
        // Columns without a title and without anything in them are delimiters at the ends of lines.
        for column in columns.drain(header_length..) {
            for item in &mut items {
                item.json.remove(&column);
            }
        }
    }
    if !short.is_empty() {
        remarks.push(format!(
            "{} fewer fields than the header: {}. Those that lack are empty",
            if short.len() == 1 { "1 row has".to_owned() } else { format!("{} rows have", short.len()) },
            lines(&short)
        ));
    }
    Ok(Input { items, remarks })
}

/// The delimiter that the first line says, as Excel takes it: `sep=;`.
fn stated_delimiter(text: &str) -> (&str, Option<u8>) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    match line.trim_end_matches('\r').strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (rest, Some(*delimiter)),
        _ => (text, None),
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The delimiter with which most rows have as many fields as the first one, and that more than one.
fn find_delimiter(text: &str) -> u8 {
    let judge = |delimiter: u8| {
        let mut rows = reader(text, delimiter).into_records().filter_map(Result::ok).take(LOOKED_AT);
        let columns = rows.next().map_or(0, |row| row.len());
        let (mut rows_alike, mut count) = (0, 0);
        for row in rows {
            count += 1;
            rows_alike += usize::from(row.len() == columns);
        }
        let share = (100 * rows_alike).checked_div(count).unwrap_or(100);
        (columns > 1, share, columns)
    };
    // Of equals the first one counts.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| judge(*delimiter)).unwrap_or(b',')
}

/// The line on which a quoted field begins that does not end.
fn unclosed_quote(text: &str, delimiter: u8) -> Option<usize> {
    let mut line = 1;
    let mut opened = None;
    let mut at_start = true;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if opened.is_some() => {
                if bytes.peek() == Some(&b'"') {
                    bytes.next();
                } else {
                    opened = None;
                }
            }
            b'"' if at_start => opened = Some(line),
            _ => {}
        }
        if byte == b'\n' {
            line += 1;
        }
        at_start = opened.is_none() && (byte == delimiter || byte == b'\n' || byte == b'\r');
    }
    opened
}

/// The names of the columns. One without a title is numbered, and one whose title was there already has a number behind it,
/// as spreadsheets are read in n8n.
fn columns(header: &StringRecord) -> Vec<String> {
    let titles: Vec<&str> = header.iter().map(str::trim).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let name_of = |(index, title): (usize, &&str)| {
        let title = if title.is_empty() { format!("column {}", index + 1) } else { (*title).to_owned() };
        let mut name = title.clone();
        let mut number = 0;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{title}_{number}");
        }
        name
    };
    titles.iter().enumerate().map(name_of).collect()
}

/// How many fields a row has without those at its end that are nothing.
fn length_without(row: &StringRecord, is_nothing: impl Fn(&str) -> bool) -> usize {
    (0..row.len()).rev().find(|index| !is_nothing(&row[*index])).map_or(0, |last| last + 1)
}

/// The line on which a row begins, from 1.
fn line_of(text: &str, row: &StringRecord) -> usize {
    let begins =
        row.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
    // A row is found at the end of the line before it.
    let rest = text.as_bytes().get(begins..).unwrap_or_default();
    let begins = begins + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    1 + text.bytes().take(begins).filter(|byte| *byte == b'\n').count()
}

fn too_long(name: &str, line: usize, row: &StringRecord, columns: &[String]) -> InputError {
    let surplus: Vec<String> =
        row.iter().skip(columns.len()).map(|field| format!("\"{}\"", printable_line(field))).collect();
    InputError::new(format!(
        "line {line} of {name} has {} fields, and the header names {}: {} is in no column; no item was run",
        row.len(),
        columns.len(),
        surplus.join(", ")
    ))
    .with_help(
        "A text with the delimiter in it stands in quotation marks. Name every column in the first line.",
    )
}

fn lines(all: &[usize]) -> String {
    let named: Vec<String> = all.iter().take(NAMED).map(usize::to_string).collect();
    let what = if all.len() == 1 { "line" } else { "lines" };
    let more = if all.len() > NAMED { format!(" and {} more", all.len() - NAMED) } else { String::new() };
    format!("{what} {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> (String, Vec<String>) {
        let table = read_table("contacts.csv", bytes).expect("a table");
        let rows: Json = table.items.iter().map(|item| item.json.clone()).collect();
        (rows.to_json_string(), table.remarks)
    }

    #[test]
    fn the_delimiter_is_found_and_everything_is_text() {
        let expected = r#"[{"name":"Ana, Lima","phone":"0049151","n":"1.50"},{"name":"João \"J\"","phone":"+55 11","n":""}]"#;
        for (delimiter, quoted) in
            [(",", "\"Ana, Lima\""), (";", "Ana, Lima"), ("\t", "Ana, Lima"), ("|", "Ana, Lima")]
        {
            let text = "name,phone,n\r\nANA,0049151,1.50\r\n\"João \"\"J\"\"\",+55 11,\r\n\r\n";
            let text = text.replace(',', delimiter).replace("ANA", quoted);
            for bom in ["", "\u{feff}"] {
                assert_eq!(
                    rows(format!("{bom}{text}").as_bytes()),
                    (expected.to_owned(), vec![]),
                    "{delimiter:?}"
                );
            }
            let utf16: Vec<u8> =
                format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(rows(&utf16).0, expected, "{delimiter:?}");
        }
        assert_eq!(rows(b"sep=;\na;b\n1,5;2\n").0, r#"[{"a":"1,5","b":"2"}]"#);
        assert_eq!(rows(b"email\na@b.c\n").0, r#"[{"email":"a@b.c"}]"#);
    }

    #[test]
    fn other_encodings_are_read_and_told() {
        let (rows, remarks) = rows(b"name;city\nJos\xe9;K\xf6ln \x80\n");
        assert_eq!(rows, r#"[{"name":"José","city":"Köln €"}]"#);
        assert!(remarks[0].contains("Windows-1252"), "{remarks:?}");
        assert!(read_table("x", b"\xff\0\0\0a").is_err());
    }

    #[test]
    fn ragged_rows_are_told() {
        let (text, remarks) = rows(b"a,b,c\n1,2\n,,\n4,5,6,\n7,8,9\n");
        assert_eq!(text, r#"[{"a":"1","b":"2","c":""},{"a":"4","b":"5","c":"6"},{"a":"7","b":"8","c":"9"}]"#);
        assert_eq!(remarks, ["1 row has fewer fields than the header: line 2. Those that lack are empty"]);
        let failure = read_table("contacts.csv", b"a,b\n1,2\n3,4,5\n").expect_err("too long");
        assert!(failure.message.contains("line 3 of contacts.csv has 3 fields"), "{}", failure.message);
        let failure = read_table("contacts.csv", b"a,b\n1,2\n\"3,4\n5,6\n").expect_err("unclosed");
        assert!(
            failure.message.contains("line 3 of contacts.csv opens a quotation mark"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let (text, _) = rows(b"name, name ,,name\n1,2,3,4\n");
        assert_eq!(text, r#"[{"name":"1","name_1":"2","column 3":"3","name_2":"4"}]"#);
        assert_eq!(rows(b"a;b;\n1;2;\n").0, r#"[{"a":"1","b":"2"}]"#);
        assert_eq!(rows(b"a;b;\n1;2;3\n").0, r#"[{"a":"1","b":"2","column 3":"3"}]"#);
    }
}
