//! Where fuzzing begins: the recorded cases, as inputs of the readers.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::answers::SEPARATOR;
use super::registry;
use crate::recorded::{Case, families};
use crate::{files_below, root};

/// Larger files teach a fuzzer nothing that smaller ones do not.
const LARGEST: usize = 4096;

/// Different inputs, none of them large.
fn inputs<T: Into<Vec<u8>>>(all: impl IntoIterator<Item = T>) -> Vec<Vec<u8>> {
    let different: BTreeSet<Vec<u8>> =
        all.into_iter().map(Into::into).filter(|input| input.len() <= LARGEST).collect();
    different.into_iter().collect()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a recorded file can be read");
    serde_json::from_str(&text).expect("a recorded file is JSON")
}

fn recorded(name: &str) -> Value {
    read(&root().join("tests/conformance/expressions").join(name))
}

/// The recorded workflows.
fn recorded_workflows() -> Vec<Case> {
    families().into_iter().flat_map(|family| family.cases).collect()
}

pub(super) fn workflows() -> Vec<Vec<u8>> {
    let folder = root().join("crates/workflow/tests/workflows");
    let whole =
        files_below(&folder).into_iter().map(|file| std::fs::read(file).expect("the file can be read"));
    let recorded = recorded_workflows().into_iter().map(|case| case.workflow.to_string().into_bytes());
    inputs(recorded.chain(whole))
}

pub(super) fn items() -> Vec<Vec<u8>> {
    let lines = "{\"first\":\"Ada\"}\n{\"first\":\"Zoë\",\"n\":1e400,\"s\":\"\\ud83d\"}\n";
    let recorded = recorded_workflows().into_iter().filter_map(|case| case.items);
    inputs(recorded.map(|items| items.to_string().into_bytes()).chain([lines.as_bytes().to_vec()]))
}

/// All recorded cases of expressions.
fn cases() -> Vec<Value> {
    let folder = root().join("tests/conformance/expressions/cases");
    files_below(&folder).iter().flat_map(|file| read(file).as_array().cloned().unwrap_or_default()).collect()
}

pub(super) fn templates() -> Vec<Vec<u8>> {
    inputs(cases().iter().filter_map(|case| case["expression"].as_str()).map(str::to_owned))
}

/// The queries within expressions such as `$jmespath($json, "a[*].b")`, with the item's data.
pub(super) fn queries() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for case in cases() {
        let Some(expression) = case["expression"].as_str().filter(|text| text.contains("$jmespath")) else {
            continue;
        };
        for quote in ['"', '\'', '`'] {
            let texts = expression.split(quote).skip(1).step_by(2);
            found.extend(texts.map(|query| format!("{query}\n{}", case["json"])));
        }
    }
    inputs(found)
}

/// Texts of items that hold Markdown or HTML.
pub(super) fn markdown() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for case in recorded("extensions.json").as_array().into_iter().flatten().chain(&cases()) {
        texts(case, &mut |text| {
            if text.contains(['#', '*', '[', '<', '`', '_', '>']) && !text.contains("{{") {
                found.push(text.to_owned());
            }
        });
    }
    inputs(found)
}

/// Texts that were read as dates and durations, with formats.
pub(super) fn dates() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for pair in recorded("luxon-parsed-dates.json").as_array().into_iter().flatten() {
        found.extend(pair[0].as_str().map(str::to_owned));
    }
    for case in recorded("luxon-members.json").as_array().into_iter().flatten() {
        for call in case["chain"].as_array().into_iter().flatten() {
            match (call[0].as_str(), call[1].as_str(), call[2].as_str()) {
                (Some("fromFormat" | "fromFormatExplain"), Some(text), Some(format)) => {
                    found.push(format!("{text}\n{format}"));
                }
                (Some("toFormat"), Some(format), _) => {
                    found.push(format!("2024-02-29T10:11:12.131\n{format}"))
                }
                (Some(name), Some(text), _) if name.starts_with("from") => found.push(text.to_owned()),
                _ => {}
            }
        }
    }
    inputs(found)
}

fn texts(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(properties) => properties.values().for_each(|property| texts(property, found)),
        _ => {}
    }
}

/// The answers of the nodes' examples, and those that services give when something is wrong.
pub(super) fn answers() -> Vec<Vec<u8>> {
    let mut found: Vec<String> = [
        "",
        "200\ncontent-type: text/html\n\n<html>not the API</html>",
        "200\n\n{\"items\":[{\"id\":\"1\",\"name\":\"Bot\",\"status\":\"PUBLISHED\"}],\"hasMorePages\":true}",
        "200\n\n[{\"id\":\"1\",\"key\":\"a\",\"name\":\"Line\",\"active\":false}]",
        "302\nlocation: http://127.0.0.1/elsewhere\n\n",
        "400\n\n{\"key\":\"ERROR\",\"text\":\"Wrong\",\"errors\":{\"to\":[\"is empty\"]},\"supportId\":\"7\"}",
        "401\n\n{\"message\":\"no\"}",
        "429\nretry-after: Fri, 31 Dec 1999 23:59:59 GMT\n\n",
        "500\n\n",
    ]
    .map(str::to_owned)
    .into();
    for node in registry().nodes() {
        for example in node.examples() {
            let answers = example
                .exchanges
                .iter()
                .map(|exchange| format!("{}\n\n{}", exchange.status, exchange.answer));
            let answers: Vec<String> = answers.collect();
            let failed =
                "200\n\n{\"id\":\"1\",\"status\":\"FAILED\",\"failedReason\":\"blocked\"}".to_owned();
            found.push(answers.join(SEPARATOR));
            found.push([answers.join(SEPARATOR), failed].join(SEPARATOR));
        }
    }
    inputs(found)
}
