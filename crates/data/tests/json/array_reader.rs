//! Arrays that are read element by element are those that are read as a whole.

use std::io::Read;

use heddle_data::Json;
use heddle_data::json::ArrayReader;

/// Gives a text in pieces of some bytes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        let (now, rest) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = rest;
        Ok(count)
    }
}

fn read(text: &[u8], piece: usize) -> Result<Json, String> {
    let elements = ArrayReader::new(Pieces(text, piece));
    elements.collect::<Result<Json, _>>().map_err(|error| error.to_string())
}

#[test]
fn elements_are_those_of_the_whole_array() {
    let long: Vec<String> = (0..40_000)
        .map(|number| format!("{{\"number\": {number}, \"text\": \"é😀\\n{number}\", \"list\": [1, {{}}]}}"))
        .collect();
    for text in [
        "[]",
        " [ ] ",
        "[1]",
        "[ 1 , \"]\" ,\n{\"a\": [true, null]}\t]\n",
        &format!("[{}]", long.join(",\n")),
    ] {
        let whole = Json::parse(text).unwrap();
        for piece in [1, 7, 1 << 20] {
            assert_eq!(read(text.as_bytes(), piece), Ok(whole.clone()), "pieces of {piece} bytes");
        }
    }
}

#[test]
fn errors_are_those_of_the_whole_array() {
    let far = format!("[{}\n, \"é\" oops]", "{\"a\": 1},\n".repeat(100_000).trim_end_matches(",\n"));
    for text in
        ["[", "[1", "[1,", "[1,]", "[1 2]", "[1]x", "[{\"a\" 1}]", "[\"a", "[tru]", "[1,\n \"é\", nul]", &far]
    {
        let whole = Json::parse(text).map_err(|error| error.to_string());
        assert!(whole.is_err(), "{text}");
        for piece in [1, 1 << 20] {
            assert_eq!(read(text.as_bytes(), piece), whole, "pieces of {piece} bytes");
        }
    }
    assert_eq!(read(b"[\"a\xff\"]", 3), Err("the text is not UTF-8 at line 1 column 4".to_owned()));
    assert_eq!(read(b"[\"a\xc3", 3), Err("the text is not UTF-8 at line 1 column 4".to_owned()));
    assert_eq!(read(b"{}", 3), Err("expected `[` at line 1 column 1".to_owned()));
    let mut reader = ArrayReader::new(Pieces(b"[1, oops, 2]", 100));
    assert!(reader.next().unwrap().is_ok() && reader.next().unwrap().is_err() && reader.next().is_none());
}
