//! `resolve_parameters` against what n8n's `getNodeParameters` gave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use heddle_data::Json;
use heddle_form::parameters::{FormNode, Resolution, fill_defaults, resolve_parameters};
use heddle_form::{NodeDescription, NodeProperty};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    /// Of the form; of n8n's packages where there is none.
    #[serde(default)]
    properties: Vec<NodeProperty>,
    package: Option<String>,
    name: Option<String>,
    parameters: Json,
    type_version: f64,
    defaults: bool,
    hidden: bool,
    #[serde(default)]
    expected: Json,
    error: Option<String>,
}

fn read(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().skip(1).map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Every case that differs, in words.
fn differences(cases: &[Case], form: impl Fn(&Case) -> (Vec<NodeProperty>, FormNode)) -> Vec<String> {
    let mut failed = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (properties, node) = form(case);
        let resolution = Resolution { with_defaults: case.defaults, with_hidden: case.hidden };
        let resolved = resolve_parameters(&properties, &case.parameters, node, resolution);
        // The text, since the order of the keys counts too.
        let ours = resolved.map(|resolved| resolved.to_string());
        let theirs = case.error.clone().map_or_else(|| Ok(case.expected.to_string()), Err);
        if ours != theirs {
            failed.push(format!(
                "case {index} {:?} {resolution:?}: {}\n  expected {theirs:?}\n  got      {ours:?}",
                case.name, case.parameters
            ));
        }
    }
    failed
}

#[track_caller]
fn assert_none(failed: &[String], of: usize) {
    let first = failed.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(failed.is_empty(), "{} of {of} differ:\n{first}", failed.len());
}

#[test]
fn parameters_are_resolved_as_in_n8n() {
    let cases = read("resolve.jsonl");
    assert!(cases.len() >= 400);
    for (defaults, hidden) in [(true, false), (false, false), (true, true), (false, true)] {
        let count = cases.iter().filter(|case| case.defaults == defaults && case.hidden == hidden).count();
        assert!(count >= 100, "{count}");
    }
    let form = |case: &Case| {
        let is_tool = case.name.as_deref().is_some_and(|name| name.ends_with("Tool"));
        (case.properties.clone(), FormNode { type_version: case.type_version, is_tool })
    };
    assert_none(&differences(&cases, form), cases.len());
}

/// What a run starts from is what n8n resolves, wherever n8n neither throws nor loses a value.
#[test]
fn a_run_starts_from_the_same_where_nothing_is_lost() {
    let mut compared = 0;
    for case in
        read("resolve.jsonl").iter().filter(|case| case.defaults && !case.hidden && case.error.is_none())
    {
        let filled = fill_defaults(&case.properties, &case.parameters, case.type_version);
        compared += usize::from(filled == case.expected);
    }
    assert!(compared >= 80, "{compared}");
}

#[test]
#[ignore = "needs n8n's packages, which no fresh machine has: HEDDLE_N8N names a node_modules folder with them"]
fn parameters_of_n8ns_own_nodes_are_resolved_as_in_n8n() {
    let home = PathBuf::from(std::env::var_os("HEDDLE_N8N").expect("HEDDLE_N8N names a node_modules folder"));
    let mut found = HashMap::new();
    for package in ["n8n-nodes-base", "@n8n/n8n-nodes-langchain"] {
        let text = std::fs::read_to_string(home.join(package).join("dist/types/nodes.json")).unwrap();
        let all: Vec<NodeDescription> = heddle_data::from_json(&Json::parse(&text).unwrap()).unwrap();
        for description in all {
            for version in description.version.as_slice() {
                let key = (package.to_owned(), description.name.clone(), version.to_string());
                found.insert(key, description.clone());
            }
        }
    }
    let cases = read("resolve_n8n.jsonl");
    assert!(cases.len() >= 400);
    let form = |case: &Case| {
        let key = (case.package.clone().unwrap(), case.name.clone().unwrap(), case.type_version.to_string());
        let description = found.get(&key).unwrap_or_else(|| panic!("{key:?}"));
        (description.properties.clone(), FormNode::of(description, case.type_version))
    };
    assert_none(&differences(&cases, form), cases.len());
}
