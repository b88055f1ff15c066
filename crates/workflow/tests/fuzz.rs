//! Whatever the bytes are, reading gives a workflow or says what is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use heddle_data::Json;
use heddle_workflow::{ConnectionFilter, Graph, Workflow, find_start_node, highest_nodes};
use proptest::prelude::*;

const FILES: [&str; 3] = [
    include_str!("workflows/newsletter.json"),
    include_str!("workflows/from-2020.json"),
    include_str!("workflows/agent.json"),
];

/// Does with a text all that a program would.
fn use_all(bytes: &[u8]) {
    match Workflow::parse_bytes("test.json", bytes) {
        Err(error) => {
            assert!(!error.problems.is_empty());
            assert!(error.to_string().starts_with("test.json:"));
        }
        Ok(workflow) => {
            for problem in workflow.problems() {
                let span = problem.span.expect("a place in the text");
                assert!(workflow.text().unwrap().get(span.range).is_some());
            }
            let graph = Graph::new(&workflow);
            find_start_node(&workflow, &graph, None, &|_| true);
            for (index, node) in workflow.nodes.iter().enumerate() {
                node.tries();
                node.wait_between_tries();
                highest_nodes(&workflow, &graph, index, None);
                graph.ancestors(index, ConnectionFilter::All);
                let _ = workflow.pinned_items(&node.name);
            }
            let again = Workflow::parse("again.json", &serde_json::to_string(&workflow).unwrap()).unwrap();
            assert_eq!(again, workflow);
        }
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let key = prop_oneof![
        Just("nodes"),
        Just("connections"),
        Just("name"),
        Just("type"),
        Just("position"),
        Just("parameters"),
        Just("main"),
        Just("node"),
        Just("index"),
        Just("settings"),
        Just("executionOrder"),
        Just("pinData"),
        Just("json"),
        Just("A"),
        Just("typeVersion"),
        Just("credentials"),
        Just("maxTries"),
        Just("timeLimit"),
        Just("data"),
        Just("workflow"),
    ]
    .prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        key.clone().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        use_all(&bytes);
    }

    #[test]
    fn any_json(value in json(), nodes in json(), connections in json()) {
        use_all(value.to_string().as_bytes());
        let list = match nodes {
            serde_json::Value::Array(_) => nodes,
            other => serde_json::json!([other]),
        };
        use_all(serde_json::json!({ "nodes": list, "connections": connections, "pinData": value }).to_string().as_bytes());
    }

    #[test]
    fn damaged_files(file in 0..FILES.len(), start in any::<prop::sample::Index>(), cut in 0..40usize, bytes in prop::collection::vec(any::<u8>(), 0..4)) {
        let mut text = FILES[file].as_bytes().to_vec();
        let start = start.index(text.len());
        let end = (start + cut).min(text.len());
        text.splice(start..end, bytes);
        use_all(&text);
    }

    #[test]
    fn values_put_elsewhere(file in 0..FILES.len(), at in any::<prop::sample::Index>(), value in json()) {
        let mut document: serde_json::Value = serde_json::from_str(FILES[file]).unwrap();
        let mut pointers = Vec::new();
        collect(&document, String::new(), &mut pointers);
        let pointer = at.get(&pointers).clone();
        *document.pointer_mut(&pointer).unwrap() = value;
        use_all(document.to_string().as_bytes());
    }
}

fn collect(value: &serde_json::Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                collect(value, format!("{pointer}/{index}"), pointers);
            }
        }
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                collect(value, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}

#[test]
fn every_truncation() {
    for file in FILES {
        for end in (0..file.len()).step_by(7) {
            use_all(&file.as_bytes()[..end]);
        }
    }
}

#[test]
fn deep_nesting() {
    for (open, close) in [("[", "]"), ("{\"data\":", "}")] {
        for depth in [3, 100, 600, 100_000] {
            use_all(format!("{}{}{}", open.repeat(depth), "1", close.repeat(depth)).as_bytes());
            use_all(open.repeat(depth).as_bytes());
        }
    }
    let deep = format!("{{\"nodes\":[{}{}]}}", "[".repeat(90), "]".repeat(90));
    use_all(deep.as_bytes());
    assert!(Json::parse(&deep).is_ok());
}
