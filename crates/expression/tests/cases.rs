//! Replays recorded cases: the same value and type, or the same error, as n8n gave.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

use std::collections::BTreeMap;
use std::path::Path;

use heddle_data::Json;
use heddle_expression::cases::{Recording, evaluate_cases_with};
use heddle_expression::{Engine, EngineLimits};

/// When the cases were recorded.
const NOW: i64 = 1_741_964_966_535;

fn read(path: &Path) -> Json {
    Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/expressions").join(name)
}

/// Whether a result is what was recorded; otherwise what it should be.
fn check(case: &Json, result: &Json) -> Result<(), String> {
    let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    if let Some(error) = text(case, "error") {
        let found = text(result, "error").ok_or("an error was expected")?;
        match text(case, "errorPrefix") {
            Some(prefix) if found.starts_with(&prefix) => {}
            Some(_) => return Err("another error was expected".into()),
            None if found == error => {}
            None => return Err("another error was expected".into()),
        }
        if text(case, "errorName") != text(result, "errorName") {
            return Err("another class of error was expected".into());
        }
        if case.get("errorDescription").is_some_and(|d| Some(d) != result.get("errorDescription")) {
            return Err("another description was expected".into());
        }
        for (key, value) in case.get("errorContext").and_then(Json::as_object).into_iter().flatten() {
            if result.pointer("/errorContext").and_then(|context| context.get(key)) != Some(value) {
                return Err(format!("context.{key} differs"));
            }
        }
        return Ok(());
    }
    if text(case, "type") != text(result, "type") {
        return Err("another type was expected".into());
    }
    // As text, since the order of keys counts.
    let expected = case.get("expected").cloned().unwrap_or_default().to_string();
    if result.get("value").map(Json::to_string) != Some(expected) {
        return Err("another value was expected".into());
    }
    Ok(())
}

fn replay(engine: &mut Engine) -> (BTreeMap<String, (usize, usize)>, Vec<String>) {
    let fixtures = read(&data("fixtures.json"));
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(data("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let cases = read(&file);
        let results = evaluate_cases_with(engine, &cases, &fixtures, &Recording::at(NOW)).unwrap();
        for (case, result) in cases.as_array().unwrap().iter().zip(&results) {
            if case.get("quirk").is_some() {
                continue;
            }
            let category = case.get("category").and_then(Json::as_str).unwrap().to_owned();
            let count = counts.entry(category).or_default();
            count.1 += 1;
            match check(case, result) {
                Ok(()) => count.0 += 1,
                Err(why) => failures.push(format!("{why}\n  case   {case}\n  result {result}")),
            }
        }
    }
    (counts, failures)
}

fn report(name: &str, (counts, failures): (BTreeMap<String, (usize, usize)>, Vec<String>)) {
    for (category, (passed, all)) in &counts {
        println!("{name} {category}: {passed} of {all}");
    }
    let (passed, all) = counts.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{name}: {passed} of {all}");
    for failure in &failures {
        println!("{failure}");
    }
    assert!(failures.is_empty(), "{} of {all} cases differ from the recording", failures.len());
}

#[test]
fn cases_give_what_was_recorded() {
    report("default", replay(&mut Engine::new(EngineLimits::default())));
}

#[test]
fn cases_give_what_was_recorded_without_the_native_path() {
    report("JavaScript", replay(&mut Engine::without_native_path(EngineLimits::default())));
}
