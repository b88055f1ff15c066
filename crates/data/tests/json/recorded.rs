//! Reading and printing compared with what `record.mjs` recorded of a real JavaScript engine.

use heddle_data::Json;
use heddle_data::json::number_to_string;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    documents: Vec<Document>,
    numbers: Vec<(String, String)>,
    decimals: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Document {
    text: String,
    #[serde(default)]
    compact: Option<String>,
    #[serde(default)]
    pretty: Option<String>,
    #[serde(default)]
    error: bool,
}

fn recorded() -> Recorded {
    let recorded: Recorded = serde_json::from_str(include_str!("recorded.json")).unwrap();
    assert!(recorded.documents.len() > 100 && recorded.numbers.len() > 500 && recorded.decimals.len() > 500);
    recorded
}

#[test]
fn documents_read_and_print_as_in_javascript() {
    for Document { text, compact, pretty, error } in recorded().documents {
        let parsed = Json::parse(&text);
        if error {
            assert!(parsed.is_err(), "{text:?} gave {parsed:?}");
            continue;
        }
        let value = parsed.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(Some(value.to_json_string()), compact, "{text:?}");
        assert_eq!(Some(value.to_string()), compact, "{text:?}");
        assert_eq!(Some(value.to_json_string_pretty()), pretty, "{text:?}");
        assert_eq!(Some(format!("{value:#}")), pretty, "{text:?}");
        let mut written = Vec::new();
        value.write_json(&mut written).unwrap();
        assert_eq!(Some(written.as_slice()), compact.as_deref().map(str::as_bytes), "{text:?}");
        assert_eq!(Json::parse_slice(text.as_bytes()).unwrap().to_json_string(), value.to_json_string());
    }
}

#[test]
fn numbers_print_as_in_javascript() {
    for (bits, text) in recorded().numbers {
        let number = f64::from_bits(u64::from_str_radix(&bits, 16).unwrap());
        assert_eq!(number_to_string(number), text, "{bits}");
        let printed = Json::from(number).to_string();
        if number.is_finite() {
            assert_eq!(printed, text);
            assert_eq!(Json::parse(&printed).unwrap().as_f64(), Some(number));
        } else {
            assert_eq!(printed, "null");
        }
    }
}

#[test]
fn decimals_become_the_nearest_number() {
    for (text, bits) in recorded().decimals {
        let number = Json::parse(&text).unwrap().as_f64().unwrap();
        assert_eq!(format!("{:016x}", number.to_bits()), bits, "{text}");
    }
}

/// The one difference: JavaScript keeps half a surrogate pair, Rust's strings cannot.
#[test]
fn half_a_surrogate_pair_becomes_the_replacement_character() {
    for (text, expected) in [
        (r#""\ud800""#, "\u{fffd}"),
        (r#""\udc00""#, "\u{fffd}"),
        (r#""a\ud800b""#, "a\u{fffd}b"),
        (r#""\ud800\n""#, "\u{fffd}\n"),
        (r#""\ud800\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (r#""\ud800A""#, "\u{fffd}A"),
    ] {
        assert_eq!(Json::parse(text).unwrap(), expected, "{text}");
    }
    assert!(Json::parse(r#""\ud800\u12""#).is_err());
}

#[test]
fn errors_name_the_place() {
    for (text, line, column) in [
        ("", 1, 1),
        ("[1,\n 2,\n x]", 3, 2),
        ("{\"é😀\" 1}", 1, 7),
        ("{\n\n  \"a\": 1,\n  b: 2\n}", 4, 3),
        ("[1, 2] 3", 1, 8),
        ("\"a\nb\"", 1, 3),
    ] {
        let error = Json::parse(text).unwrap_err();
        assert_eq!((error.line(), error.column()), (line, column), "{text:?}: {error}");
        assert_eq!(error.to_string(), format!("{} at line {line} column {column}", error.message()));
    }
    let error = Json::parse_slice(b"[\"a\",\n \"\xff\"]").unwrap_err();
    assert_eq!((error.message(), error.line(), error.column()), ("the text is not UTF-8", 2, 3));
}
