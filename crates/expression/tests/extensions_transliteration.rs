//! The table behind `replaceSpecialChars` is what its sources make of it: the table of the crate `unidecode`, and where
//! n8n gives something else, what it gave when it was asked for every character.
//!
//! `UPDATE_TABLES=1 cargo test -p heddle-expression --test extensions_transliteration` writes the table anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use heddle_data::Json;
use heddle_expression::{Clock, Value, extensions};

const HEADER: &str = "\
# Characters in letters of ASCII. Made by tests/extensions_transliteration.rs from the crate unidecode 0.3.0:
#
# Copyright (c) 2015, Amit Chowdhury
# All rights reserved.
#
# Redistribution and use in source and binary forms, with or without modification,
# are permitted provided that the following conditions are met:
#
#  * Redistributions of source code must retain the above copyright notice, this
#    list of conditions and the following disclaimer.
#  * Redistributions in binary form must reproduce the above copyright notice,
#    this list of conditions and the following disclaimer in the documentation
#    and/or other materials provided with the distribution.
#  * The names of this software's contributors may not be used to endorse or
#    promote products derived from this software without specific prior written
#    permission.
#
# THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\" AND
# ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
# WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
# DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
# ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
# (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
# LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
# ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
# (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
# SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
";

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// What n8n gives where `unidecode` gives something else, by the character's number in hexadecimal.
fn differences() -> BTreeMap<u32, String> {
    let json = Json::parse(&read("../../tests/conformance/expressions/transliteration.json")).unwrap();
    let entries = json.as_object().unwrap().iter();
    entries
        .map(|(number, entry)| (u32::from_str_radix(number, 16).unwrap(), entry.as_str().unwrap().to_owned()))
        .collect()
}

fn make_table() -> String {
    const HANGUL: std::ops::RangeInclusive<u32> = 0xac00..=0xd7af;
    let differences = differences();
    let mut table = HEADER.to_owned();
    for block in 0x08..0x1000 {
        let entries = (block * 16..block * 16 + 16).map(|number| {
            let Some(character) = char::from_u32(number).filter(|_| !HANGUL.contains(&number)) else {
                return String::new();
            };
            if let Some(entry) = differences.get(&number) {
                return entry.clone();
            }
            let entry = unidecode::unidecode_char(character);
            // `unidecode` keeps ideographs apart with spaces behind them; here that depends on what follows
            let is_ideograph =
                matches!(number, 0x2e80..=0x2fd5 | 0x3005 | 0x3007 | 0x3021..=0x3029 | 0x3038..=0x303b)
                    || matches!(number, 0x3400..=0x4dbf | 0x4e00..=0x9ffc | 0xf900..=0xfad9);
            if entry.trim() == "[?]" {
                String::new()
            } else if is_ideograph {
                entry.trim_end().to_owned()
            } else {
                entry.to_owned()
            }
        });
        let entries: Vec<String> =
            entries.map(|entry| entry.replace('\\', "\\\\").replace('\n', "\\n")).collect();
        if entries.iter().any(|entry| !entry.is_empty()) {
            let count = entries.iter().rposition(|entry| !entry.is_empty()).unwrap() + 1;
            writeln!(table, "{block:x}\t{}", entries[..count].join("\t")).unwrap();
        }
    }
    table
}

#[test]
fn table_is_made_of_its_sources() {
    let name = "src/extensions/transliteration.txt";
    let table = make_table();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &table).unwrap();
    }
    assert!(read(name) == table, "{name} is not what its sources make of it: see the head of this test");
}

fn to_ascii(text: &str) -> String {
    let clock = Clock::new(0, "UTC").unwrap();
    let result = extensions::call("replaceSpecialChars", &Value::from(text), &[], &clock).unwrap().unwrap();
    result.as_str().unwrap().to_owned()
}

#[test]
fn every_difference_is_what_was_recorded() {
    for (number, entry) in differences() {
        let expected = if entry.is_empty() { "?" } else { &entry };
        assert_eq!(to_ascii(&char::from_u32(number).unwrap().to_string()), expected, "U+{number:04X}");
    }
}

/// Recorded: every character by itself, one text for each 4096 characters, hashed.
#[test]
fn all_characters_are_what_was_recorded() {
    let recorded =
        Json::parse(&read("../../tests/conformance/expressions/transliteration-digests.json")).unwrap();
    for (start, digest) in recorded.as_object().unwrap() {
        let first = u32::from_str_radix(start, 16).unwrap();
        let characters = (first..first + 0x1000).filter_map(char::from_u32);
        let text: String = characters.map(|character| to_ascii(&character.to_string()) + "\u{1f}").collect();
        let clock = Clock::new(0, "UTC").unwrap();
        let hash =
            extensions::call("hash", &Value::from(text), &[Value::from("sha256")], &clock).unwrap().unwrap();
        assert_eq!(hash.as_str(), digest.as_str(), "characters from U+{first:04X} on");
    }
}
