//! No input makes an extension method panic, or take a time that grows out of proportion.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::iter::repeat_n;

use heddle_data::{Json, JsonObject};
use heddle_expression::{Clock, Value, extensions};
use proptest::prelude::*;

fn clock() -> Clock {
    Clock::new(1_741_964_966_535, Clock::DEFAULT_ZONE).unwrap()
}

/// Texts of the pieces that the methods look for.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "*",
        "_",
        "`",
        "```",
        "~~",
        "[",
        "](",
        ")",
        "![",
        "[^",
        "]: ",
        "<",
        ">",
        "|",
        "#",
        "==",
        "--",
        "\n",
        "\r",
        " ",
        "\u{a0}",
        "a",
        "É",
        "ß",
        "中",
        "한",
        "😀",
        "1",
        ".",
        "@",
        "\"",
        "://",
        "http",
        "www.",
        "co",
        "%41",
        "%",
        "%C3",
        "-",
        ":",
        "+",
        "{",
        "}",
        "$",
        "2024-03-10",
        "T10:20",
        "Z",
        "Σ",
        "\u{301}",
        "\\",
        "'",
        "the",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::NULL),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (-3i32..9).prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![Just("a".to_owned()), Just("1".to_owned()), text()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|members| Json::from(members.into_iter().collect::<JsonObject>())),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => json().prop_map(Value::Json),
        1 => Just(Value::Undefined),
        1 => any::<f64>().prop_map(Value::Date),
        1 => Just(Value::BigInt("5".into())),
        1 => Just(Value::Symbol("s".into())),
        1 => prop::collection::vec(json().prop_map(Value::Json), 0..3)
            .prop_map(|values| Value::array(values.into_iter().chain([Value::Undefined]).collect())),
    ]
}

const FUNCTIONS: [&str; 12] = [
    "$min",
    "$max",
    "$average",
    "$not",
    "$ifEmpty",
    "min",
    "max",
    "average",
    "not",
    "numberList",
    "zip",
    "toPathSegment",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_receiver_and_no_argument_panics(
        receiver in value(),
        name in prop::sample::select(extensions::NAMES),
        args in prop::collection::vec(value(), 0..3),
    ) {
        let result = extensions::call(name, &receiver, &args, &clock());
        prop_assert_eq!(extensions::has(name, &receiver), !matches!(result, Ok(None)));
    }

    #[test]
    fn no_text_panics(receiver in text(), name in prop::sample::select(extensions::NAMES)) {
        let _ = extensions::call(name, &Value::from(receiver), &[], &clock());
    }

    #[test]
    fn no_argument_of_a_function_panics(
        name in prop::sample::select(FUNCTIONS.as_slice()),
        args in prop::collection::vec(value(), 0..3),
    ) {
        let _ = extensions::function(name, &args, &clock());
    }

    #[test]
    fn decoding_undoes_encoding(text in any::<String>()) {
        for (encode, decode) in [("base64Encode", "base64Decode"), ("urlEncode", "urlDecode"), ("toJsonString", "parseJson")] {
            let call = |name, value: &Value| extensions::call(name, value, &[], &clock()).unwrap().unwrap();
            let decoded = call(decode, &call(encode, &Value::from(text.as_str())));
            prop_assert_eq!(decoded.as_str(), Some(text.as_str()));
        }
    }
}

/// A search that starts again and again would take minutes over these.
#[test]
fn long_texts_are_read_in_one_go() {
    const PIECES: [&str; 24] = [
        "[", "](", "![", "[^", "[^a", "[a]: ", "*", "*a ", "_a*b ", "**a ", "`", "`a", "```", "````a```",
        "<", "<a", "\n", "\n ", "# ", "@", "a@", "\"", "\"@", "http://",
    ];
    for piece in PIECES {
        let text: String = repeat_n(piece, 20_000).collect();
        let receiver = Value::from(text);
        for name in [
            "removeMarkdown",
            "removeTags",
            "isEmail",
            "extractEmail",
            "extractUrl",
            "extractDomain",
            "isUrl",
        ] {
            assert!(
                extensions::call(name, &receiver, &[], &clock()).unwrap().is_some(),
                "{name} of {piece:?}"
            );
        }
    }
    for piece in ["a. ", "...", "é", "中a", "the ", "x:y-"] {
        let receiver = Value::from(repeat_n(piece, 20_000).collect::<String>());
        for name in
            ["toSentenceCase", "toTitleCase", "toSnakeCase", "replaceSpecialChars", "toFloat", "quote"]
        {
            let _ = extensions::call(name, &receiver, &[], &clock());
        }
    }
}

#[test]
fn long_arrays_are_compared_in_one_go() {
    let numbers = || (0..40_000).map(|number| Json::from(number % 30_000));
    let objects = numbers().map(|id| heddle_data::json!({"id": id, "name": "n"}));
    let receiver = Value::Json(numbers().chain(objects).collect());
    let call = |name: &str, args: &[Value]| {
        let result = extensions::call(name, &receiver, args, &clock()).unwrap().unwrap();
        result.as_json().and_then(Json::as_array).map(<[Json]>::len)
    };
    assert_eq!(call("unique", &[]), Some(60_000));
    assert_eq!(call("unique", &[Value::from("id")]), Some(60_000));
    assert_eq!(call("union", std::slice::from_ref(&receiver)), Some(60_000));
    assert_eq!(call("intersection", std::slice::from_ref(&receiver)), Some(60_000));
    assert_eq!(call("difference", std::slice::from_ref(&receiver)), Some(0));
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let nest = |depth: usize| (0..depth).fold(Json::from(1), |inner, _| Json::from_iter([inner]));
    let deep = Value::Json(nest(100_000));
    assert!(extensions::call("compact", &deep, &[], &clock()).is_err());
    assert!(extensions::call("smartJoin", &deep, &[], &clock()).is_err());
    let both = Value::Json(Json::from_iter([nest(100_000), nest(100_000)]));
    let unique = extensions::call("unique", &both, &[], &clock()).unwrap().unwrap();
    assert_eq!(unique.as_json().and_then(Json::as_array).map(<[Json]>::len), Some(1));
    let _ = extensions::function("$max", &[deep], &clock());
    // what is nested no deeper than text can be is compacted
    assert!(extensions::call("compact", &Value::Json(nest(500)), &[], &clock()).is_ok());
}
