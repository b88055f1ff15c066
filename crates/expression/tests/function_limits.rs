//! Every function and method of ours ends in time, whatever it is given: no input of a megabyte takes it past twice the
//! limit of an evaluation.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use heddle_data::{Json, json};
use heddle_expression::{Clock, Value, extensions};

/// A megabyte. An unoptimised build is some twenty times slower: what takes quadratic time shows there with less, too.
const SIZE: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
/// Elements and members of arrays and objects of about that size.
const COUNT: usize = SIZE / 32;

/// The stack of a thread that evaluates.
const STACK: usize = 8 * 1024 * 1024;

/// Twice the time that an evaluation has.
const MOST: Duration = Duration::from_secs(10);

fn clock() -> Clock {
    Clock { now: 1_760_000_000_000, zone: jiff::tz::TimeZone::UTC }
}

fn repeated(part: &str) -> String {
    part.repeat(SIZE / part.len())
}

/// Texts in which something begins again and again, and does not end or ends late.
fn texts() -> Vec<String> {
    let parts = [
        "a",
        " ",
        "\n",
        "\t",
        "1",
        "9,",
        "1.",
        ".",
        "-",
        "_",
        "*",
        "**a ",
        "*a ",
        "_*",
        "`",
        "```",
        "`````a```b",
        "[",
        "[a",
        "[^",
        "[^a",
        "[a](",
        "![",
        "]",
        "](",
        "<",
        "<a",
        "<a ",
        "<a|",
        ">",
        "#",
        "\n#",
        "\n# a",
        "\n==",
        "~~",
        "\n- ",
        "\n1. ",
        "- a\n",
        "\n\n\n",
        "@",
        "a@",
        "a.@",
        "a@b.",
        "a@b.c",
        ".a",
        "a.",
        "\"@",
        "\"a",
        "http://",
        "http://a",
        "https://a.",
        "a://",
        "://",
        "www.",
        "xn--",
        "%",
        "%E4",
        "%41",
        "+",
        "\\",
        "\\\"",
        "\"",
        "'",
        "{",
        "[1,",
        "{\"a\":",
        "é",
        "ß",
        "İ",
        "漢",
        "😀",
        "\u{300}",
        "e\u{301}",
        "\u{2028}",
        "\r",
        "\r\n",
        "of ",
        "a-",
        ": ",
        "a!",
        "a.b",
        "A",
        "Aa",
        "2024-01-01",
        "2024-01-01T",
        "T",
        "Z",
        "e",
        "1e",
        "0x",
        "$",
        "€1",
        "1 000",
        "true",
        "no",
        "\0",
    ];
    let mut texts: Vec<String> = parts.iter().map(|part| repeated(part)).collect();
    for (start, part, end) in [
        ("[", "a", "](b)"),
        ("*", "a ", "*"),
        ("<", "a", ""),
        ("\"", "a", "\"@b.co"),
        ("http://", "a.", "com"),
        ("", "a.", "@b.co"),
        ("", "a\n", "[a]: b"),
        (" [", "a", "]: b \"t\""),
        ("", "*a", " "),
        ("https://a.co/", "?", "#"),
        ("", "- a\n", "- "),
    ] {
        texts.push(format!("{start}{}{end}", repeated(part)));
    }
    // Runs that grow shorter, so that none closes another: about a text of that size.
    let longest = SIZE.isqrt() * 7 / 5;
    texts.push((1..longest).rev().map(|length| "`".repeat(length) + "a").collect());
    texts.push((1..longest).rev().map(|length| "*".repeat(length) + " a").collect());
    texts.push((0..SIZE / 8).map(|number| format!("*a{number} ")).collect());
    texts
}

fn nested(depth: usize, wrap: impl Fn(Json) -> Json) -> Json {
    (0..depth).fold(Json::from(1), |inner, _| wrap(inner))
}

fn arrays() -> Vec<Value> {
    let count = COUNT;
    let numbers: Json = (0..count).map(Json::from).collect();
    let same: Json = (0..count).map(|_| Json::from(1)).collect();
    let words: Json = (0..count).map(|number| Json::from(format!("w{number}"))).collect();
    let objects: Json =
        (0..count / 4).map(|number| json!({"id": number, "name": format!("n{number}"), "same": 1})).collect();
    let lists: Json = (0..count / 4).map(|number| json!([number, [number]])).collect();
    let hidden: Json =
        (0..count / 16).map(|number| json!({"a": {"b": {"c": {"d": {"e": {"f": number}}}}}})).collect();
    let keys: Json = (0..count / 8).map(|number| json!({ (format!("k{number}")): number })).collect();
    let undefined = Value::array(vec![Value::Undefined; count]);
    let dates = Value::array((0..count).map(|number| Value::Date(number as f64)).collect());
    let mixed = Value::array(
        (0..count / 8).map(|number| Value::object([(format!("k{number}"), Value::Date(1.0))])).collect(),
    );
    let equal = Value::array(
        (0..count / 8).map(|_| Value::object([("k", Value::Undefined), ("n", Value::from(1.0))])).collect(),
    );
    let maps = Value::array(
        (0..2000).map(|number| Value::Map([(Value::from(number as f64), Value::NULL)].into())).collect(),
    );
    let sets =
        Value::array((0..2000).map(|number| Value::Set([Value::from(number as f64)].into())).collect());
    let deep = nested(100_000, |inner| json!([inner]));
    let mut all: Vec<Value> =
        [numbers, same, words, objects, lists, hidden, keys, deep].into_iter().map(Value::Json).collect();
    all.extend([undefined, dates, mixed, equal, maps, sets]);
    all
}

fn objects() -> Vec<Value> {
    let count = COUNT;
    let plain = Json::from(
        (0..count)
            .map(|number| (format!("key{number}"), Json::from(number)))
            .collect::<heddle_data::JsonObject>(),
    );
    let texts = Json::from(
        (0..count)
            .map(|number| (format!("key{number}"), Json::from("a")))
            .collect::<heddle_data::JsonObject>(),
    );
    let dates = Value::object((0..count).map(|number| (format!("key{number}"), Value::Date(number as f64))));
    let map = Value::Map((0..count).map(|number| (Value::from(number as f64), Value::NULL)).collect());
    let set = Value::Set((0..count).map(|number| Value::from(number as f64)).collect());
    let deep = nested(100_000, |inner| json!({ "a": inner }));
    vec![Value::Json(plain), Value::Json(texts), dates, map, set, Value::Json(deep)]
}

fn arguments() -> Vec<Vec<Value>> {
    let words: Json = (0..COUNT).map(|number| Json::from(format!("w{number}"))).collect();
    let numbers: Json = (0..COUNT).map(Json::from).collect();
    vec![
        vec![],
        vec![Value::from("name")],
        vec![Value::from(1.0)],
        vec![Value::from(1e-9)],
        vec![Value::from("a"), Value::from("b")],
        vec![Value::from(repeated("a"))],
        vec![Value::from(repeated("yyyy"))],
        vec![Value::from(repeated("'"))],
        vec![Value::Json(words)],
        vec![Value::Json(numbers)],
    ]
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned).chars().take(40).collect()
}

#[test]
fn methods_end_in_time() {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let slow: Vec<String> = std::thread::scope(|scope| {
        let worker = || {
            let thread = std::thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, || slow_methods(&next)).unwrap()
        };
        let workers: Vec<_> = (0..threads).map(|_| worker()).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(slow.is_empty(), "{slow:#?}");
}

/// Calls the methods whose turn comes by `next`, and gives those calls that took too long.
fn slow_methods(next: &AtomicUsize) -> Vec<String> {
    let clock = clock();
    let mut receivers: Vec<Value> = texts().into_iter().map(Value::from).collect();
    receivers.extend(arrays());
    receivers.extend(objects());
    receivers.extend([
        Value::from(1e21),
        Value::from(-0.5),
        Value::from(true),
        Value::Date(1e12),
        Value::from("2024-02-29T12:00:00Z"),
    ]);
    let arguments = arguments();
    let mut slow = Vec::new();
    while let Some(name) = extensions::NAMES.get(next.fetch_add(1, Ordering::Relaxed)) {
        for receiver in receivers.iter().filter(|receiver| extensions::has(name, receiver)) {
            // What is given beside matters to few methods of texts.
            let is_plain = receiver.as_str().is_some()
                && !matches!(*name, "quote" | "hash" | "toDateTime" | "toInt" | "format");
            for given in arguments.iter().take(if is_plain { 1 } else { arguments.len() }) {
                let begun = Instant::now();
                let _ = extensions::call(name, receiver, given, &clock);
                let taken = begun.elapsed();
                if taken > MOST {
                    let given: Vec<String> = given.iter().map(shown).collect();
                    slow.push(format!("{name} of {:?} ({given:?}): {taken:?}", shown(receiver)));
                }
            }
        }
    }
    slow
}
