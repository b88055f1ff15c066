//! Calls of `Intl`, with what Node.js 24.21 (ICU 78, CLDR 48) gave for each (`locale-*.json` of `tests/conformance/expressions`).
//! Those of calendars and zones are a sample of comparisons over all locales, calendars and zones at random.
//!
//! Two calls were left out because this crate gives CLDR's text and ICU another one: the order of a currency's name and
//! its amount in Burmese (`my`), and the rupee's narrow sign in Albanian (`sq`), where ICU writes the code. Left out are
//! also what `COMPATIBILITY.md` says of `Intl.Locale`, `Segmenter` and `Collator`, and messages that quote a
//! line of V8's source.

#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::path::Path;

use heddle_data::Json;
use heddle_expression::{Clock, Value, intl};
use jiff::tz::TimeZone;

fn check(file: &Path) -> (usize, Vec<String>) {
    let text = std::fs::read_to_string(file).expect("the recorded cases are there");
    let cases = Json::parse(&text).expect("the recorded cases are JSON");
    let cases = cases.as_array().expect("the recorded cases are a list").to_vec();
    let clock = Clock { now: 1_741_964_966_535, zone: TimeZone::UTC };
    let mut failures = Vec::new();
    for case in &cases {
        let member = |name: &str| case.get(name).cloned().unwrap_or_default();
        let (class, method) = (member("class"), member("method"));
        let args: Vec<Value> =
            member("args").as_array().unwrap_or_default().iter().cloned().map(Value::Json).collect();
        let locales = Value::Json(member("locale"));
        let options = case.get("options").cloned().map_or(Value::Undefined, Value::Json);
        let got = match intl::call(
            class.as_str().unwrap_or_default(),
            method.as_str().unwrap_or_default(),
            &locales,
            &options,
            &args,
            &clock,
        ) {
            Ok(value) => value.to_json().unwrap_or_default(),
            Err(thrown) => match member("expected").get("message") {
                Some(_) => {
                    heddle_data::json!({ "throws": thrown.name.as_str(), "message": thrown.message.as_str() })
                }
                None => heddle_data::json!({ "throws": thrown.name.as_str() }),
            },
        };
        let expected = member("expected");
        if got != expected {
            failures.push(format!(
                "{} {} {} {} {}\n  expected {expected}\n  got      {got}",
                class,
                method,
                member("locale"),
                member("options"),
                member("args")
            ));
        }
    }
    (cases.len(), failures)
}

fn assert_recorded(name: &str) {
    let (count, failures) =
        check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/expressions").join(name));
    assert!(count > 0, "{name} has cases");
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn dates_are_written_as_in_node() {
    assert_recorded("locale-dates.json");
}

#[test]
fn dates_of_other_calendars_are_written_as_in_node() {
    assert_recorded("locale-calendars.json");
}

#[test]
fn zones_are_called_as_in_node() {
    assert_recorded("locale-zones.json");
}

#[test]
fn numbers_are_written_as_in_node() {
    assert_recorded("locale-numbers.json");
}

#[test]
fn distances_lists_and_plurals_are_as_in_node() {
    assert_recorded("locale-words.json");
}

#[test]
fn names_are_as_in_node() {
    assert_recorded("locale-names.json");
}

#[test]
fn tags_are_read_as_in_node() {
    assert_recorded("locale-tags.json");
}

#[test]
fn texts_are_segmented_as_in_node() {
    assert_recorded("locale-segments.json");
}

#[test]
fn spans_of_numbers_are_written_as_in_node() {
    assert_recorded("locale-spans.json");
}

#[test]
fn durations_are_written_as_in_node() {
    assert_recorded("locale-durations.json");
}

#[test]
fn options_are_resolved_as_in_node() {
    assert_recorded("locale-resolved.json");
}
