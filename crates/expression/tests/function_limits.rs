//! Every function and method of ours ends in time, whatever it is given: no input of a megabyte takes it past twice the
//! limit of an evaluation.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use heddle_data::{Json, json};
use heddle_expression::{Clock, Value, extensions};

/// A megabyte. An unoptimised build is some twenty times slower.
const SIZE: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
/// What takes quadratic time takes sixteen times as long for four times the size, and shows at small sizes already.
const SIZES: [usize; 2] = [2_000, 8_000];
/// What takes less is not judged.
const NOTICED: Duration = Duration::from_millis(10);
/// How much longer four times the size may take. What is linear, or nearly, stays well below.
const MOST_GROWTH: u32 = 9;

/// The stack of a thread that evaluates.
const STACK: usize = 8 * 1024 * 1024;

/// Twice the time that an evaluation has.
const MOST: Duration = Duration::from_secs(10);

fn clock() -> Clock {
    Clock { now: 1_760_000_000_000, zone: jiff::tz::TimeZone::UTC }
}

fn repeated(part: &str, size: usize) -> String {
    part.repeat(size / part.len())
}

/// Texts in which something begins again and again, and does not end or ends late.
fn texts(size: usize) -> Vec<String> {
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
        "**",
        "**a ",
        "__",
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
    let mut texts: Vec<String> = parts.iter().map(|part| repeated(part, size)).collect();
    for (start, part, end) in [
        ("[", "a", "](b)"),
        ("*", "a ", "*"),
        ("<", "a", ""),
        ("\"", "a", "\"@b.co"),
        ("http://", "a.", "com"),
        ("", "a.", "@b.co"),
        ("", "a\n", "[a]: b"),
        (" [", "a", "]: b \"t\""),
        (" [a", "]: b \"", "\n\""),
        ("", "*a", " "),
        ("https://a.co/", "?", "#"),
        ("", "- a\n", "- "),
    ] {
        texts.push(format!("{start}{}{end}", repeated(part, size)));
    }
    // Runs that grow shorter, so that none closes another.
    let longest = (2 * size).isqrt();
    texts.push((1..longest).rev().map(|length| "`".repeat(length) + "a").collect());
    texts.push((1..longest).rev().map(|length| "*".repeat(length) + " a").collect());
    texts.push((0..size / 8).map(|number| format!("*a{number} ")).collect());
    texts
}

fn nested(depth: usize, wrap: impl Fn(Json) -> Json) -> Json {
    (0..depth).fold(Json::from(1), |inner, _| wrap(inner))
}

fn arrays(size: usize) -> Vec<Value> {
    // Elements of about that size.
    let count = size / 32;
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
        (0..size / 500)
            .map(|number| Value::Map([(Value::from(number as f64), Value::NULL)].into()))
            .collect(),
    );
    let sets =
        Value::array((0..size / 500).map(|number| Value::Set([Value::from(number as f64)].into())).collect());
    let deep = nested(size / 10, |inner| json!([inner]));
    let mut all: Vec<Value> =
        [numbers, same, words, objects, lists, hidden, keys, deep].into_iter().map(Value::Json).collect();
    all.extend([undefined, dates, mixed, equal, maps, sets]);
    all
}

fn objects(size: usize) -> Vec<Value> {
    let count = size / 32;
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
    let deep = nested(size / 10, |inner| json!({ "a": inner }));
    vec![Value::Json(plain), Value::Json(texts), dates, map, set, Value::Json(deep)]
}

fn arguments(size: usize) -> Vec<Vec<Value>> {
    let count = size / 32;
    let words: Json = (0..count).map(|number| Json::from(format!("w{number}"))).collect();
    let numbers: Json = (0..count).map(Json::from).collect();
    vec![
        vec![],
        vec![Value::from("name")],
        vec![Value::from(1.0)],
        vec![Value::from(1e-9)],
        vec![Value::from("a"), Value::from("b")],
        vec![Value::from(repeated("a", size))],
        vec![Value::from(repeated("yyyy", size))],
        vec![Value::from(repeated("'", size))],
        vec![Value::Json(words)],
        vec![Value::Json(numbers)],
    ]
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned).chars().take(40).collect()
}

/// What methods are called on, of about that size.
fn receivers(size: usize) -> Vec<Value> {
    let mut receivers: Vec<Value> = texts(size).into_iter().map(Value::from).collect();
    receivers.extend(arrays(size));
    receivers.extend(objects(size));
    receivers.extend([
        Value::from(1e21),
        Value::from(-0.5),
        Value::from(true),
        Value::Date(1e12),
        Value::from("2024-02-29T12:00:00Z"),
    ]);
    receivers
}

/// A call, by the places of its receiver and its arguments.
struct Call<'a> {
    name: &'a str,
    receiver: usize,
    given: usize,
}

/// Goes through all calls on as many threads as there are, and collects what `judge` says of them.
fn each_call(
    sizes: &[usize],
    judge: impl Fn(&Call<'_>, &[Vec<Value>], &[Vec<Vec<Value>>]) -> Option<String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        let work = || {
            let receivers: Vec<Vec<Value>> = sizes.iter().map(|size| receivers(*size)).collect();
            let arguments: Vec<Vec<Vec<Value>>> = sizes.iter().map(|size| arguments(*size)).collect();
            let mut found = Vec::new();
            while let Some(name) = extensions::NAMES.get(next.fetch_add(1, Ordering::Relaxed)) {
                for (place, receiver) in receivers[0].iter().enumerate() {
                    if !extensions::has(name, receiver) {
                        continue;
                    }
                    // What is given beside matters to few methods of texts.
                    let is_plain = receiver.as_str().is_some()
                        && !matches!(*name, "quote" | "hash" | "toDateTime" | "toInt" | "format");
                    let count = if is_plain { 1 } else { arguments[0].len() };
                    found.extend((0..count).filter_map(|given| {
                        judge(&Call { name, receiver: place, given }, &receivers, &arguments)
                    }));
                }
            }
            found
        };
        let worker = || std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap();
        let workers: Vec<_> = (0..threads).map(|_| worker()).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

impl Call<'_> {
    fn time(&self, receivers: &[Value], arguments: &[Vec<Value>]) -> Duration {
        let begun = Instant::now();
        let _ = extensions::call(self.name, &receivers[self.receiver], &arguments[self.given], &clock());
        begun.elapsed()
    }

    fn shown(&self, receivers: &[Value], arguments: &[Vec<Value>]) -> String {
        let given: Vec<String> = arguments[self.given].iter().map(shown).collect();
        format!("{} of {:?} ({given:?})", self.name, shown(&receivers[self.receiver]))
    }
}

/// What this thread has computed so far: others use the machine, too.
#[cfg(unix)]
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

#[cfg(not(unix))]
fn computed() -> Duration {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGUN.elapsed()
}

/// Judged by growth, so that it shows at sizes that cost nothing.
#[test]
fn the_time_of_methods_grows_with_what_they_are_called_on() {
    let quadratic = each_call(&SIZES, |call, receivers, arguments| {
        let time = |size: usize| {
            let begun = computed();
            let _ = call.time(&receivers[size], &arguments[0]);
            computed().saturating_sub(begun)
        };
        if time(1) < NOTICED {
            return None;
        }
        let least = |size: usize| (0..3).map(|_| time(size)).min().unwrap();
        let (small, large) = (least(0), least(1));
        (large >= NOTICED && large > small * MOST_GROWTH)
            .then(|| format!("{}: {small:?}, then {large:?}", call.shown(&receivers[1], &arguments[0])))
    });
    assert!(quadratic.is_empty(), "{quadratic:#?}");
}

#[test]
fn methods_end_in_time() {
    let slow = each_call(&[SIZE], |call, receivers, arguments| {
        let taken = call.time(&receivers[0], &arguments[0]);
        (taken > MOST).then(|| format!("{}: {taken:?}", call.shown(&receivers[0], &arguments[0])))
    });
    assert!(slow.is_empty(), "{slow:#?}");
}
