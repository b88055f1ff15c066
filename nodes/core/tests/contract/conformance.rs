//! The recorded cases of the whole product, as far as one node and plain expressions go.

use std::path::{Path, PathBuf};

use crate::host;
use heddle_node::{Item, Json, from_json};

#[test]
fn recorded_cases_give_the_recorded_items() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/workflows");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut run = 0;
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        match check(case) {
            None => {}
            Some(Ok(())) => run += 1,
            Some(Err(difference)) => wrong.push(format!("{name}\n{difference}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {run} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(run >= 180, "only {run} cases ran");
}

/// Nothing when the case needs more than this host has.
fn check(case: &Path) -> Option<Result<(), String>> {
    let read = |name: &str| Json::parse(&std::fs::read_to_string(case.join(name)).unwrap()).unwrap();
    let workflow = read("workflow.json");
    let expected = read("expected.json");
    let nodes = workflow.get("nodes").and_then(Json::as_array).unwrap();
    let node = nodes.iter().find(|node| {
        let kind = node.get("type").and_then(Json::as_str).unwrap_or_default();
        matches!(kind, "n8n-nodes-base.set" | "n8n-nodes-base.if" | "n8n-nodes-base.noOp")
    })?;
    let name = node.get("name").and_then(Json::as_str)?;
    let needs_dates = node.to_string().contains("\"dateTime\"");
    let needs_engine = ["executeOnce", "alwaysOutputData"].iter().any(|flag| node.get(flag).is_some());
    if needs_dates || needs_engine || !case.join("items.json").exists() {
        return None;
    }
    let items = read("items.json").as_array()?.iter().map(read_item).collect();
    let outcome = host::run(node, items).ok()?;
    let runs = expected.get("nodes")?.get(name)?;
    let expected = runs.get_index(0)?;
    // The case's items must be what enters the node.
    let comes_from = expected.pointer("/source/0/previousNode")?;
    if runs.get_index(1).is_some() || nodes.first()?.get("name") != Some(comes_from) {
        return None;
    }
    Some(compare(&outcome, expected))
}

fn compare(outcome: &host::Outcome, expected: &Json) -> Result<(), String> {
    let message = |error: &Json| error.get("message").and_then(Json::as_str).unwrap_or_default().to_owned();
    let expected_error = expected.get("error").map(message);
    let found_error = outcome.error.as_ref().map(|error| error.message.clone());
    if expected_error != found_error {
        return Err(format!("  expected the error {expected_error:?}\n  found              {found_error:?}"));
    }
    if let Some(error) = &outcome.error {
        let expected = expected.pointer("/error/description").and_then(Json::as_str);
        return if error.description.as_deref() == expected {
            Ok(())
        } else {
            Err(format!("  expected the description {expected:?}\n  found {:?}", error.description))
        };
    }
    let outputs = expected.get("outputs").and_then(Json::as_array).unwrap_or_default();
    for (index, expected) in outputs.iter().enumerate() {
        let expected: Vec<Item> = expected.as_array().unwrap_or_default().iter().map(read_item).collect();
        let found = outcome.outputs.get(index).cloned().unwrap_or_default();
        if found.len() != expected.len() {
            return Err(format!(
                "  output {index}: expected {} items, found {}",
                expected.len(),
                found.len()
            ));
        }
        for (position, (expected, found)) in expected.iter().zip(&found).enumerate() {
            if expected.json != found.json || expected.binary != found.binary {
                return Err(format!(
                    "  output {index}, item {position}:\n    expected {} {:?}\n    found    {} {:?}",
                    expected.json, expected.binary, found.json, found.binary
                ));
            }
        }
    }
    Ok(())
}

fn read_item(item: &Json) -> Item {
    let binary = item.get("binary").map(|binary| from_json(binary).map(std::sync::Arc::new).unwrap());
    Item { json: item.get("json").cloned().unwrap(), binary, ..Item::default() }
}
