//! The examples of every node: good items give items, bad ones an error that names them.

use crate::host;
use heddle_node::{Item, Json, Registry, json};

/// Runs an example's items; `None` where it needs expressions that the tests' host does not know.
fn run(type_name: &str, type_version: f64, parameters: &Json, items: &[Json]) -> Option<host::Outcome> {
    let node = json!({ "type": type_name, "typeVersion": type_version, "parameters": parameters });
    host::run(&node, items.iter().cloned().map(Item::new).collect()).ok()
}

#[test]
fn examples_accept_their_items_and_refuse_the_bad_one() {
    let registry = Registry::linked().unwrap();
    let (mut good, mut bad) = (0, 0);
    for node in registry.nodes() {
        let type_name = node.header().type_name;
        assert!(!node.examples().is_empty(), "{type_name} has no example");
        for example in node.examples() {
            let run = |items: &[Json]| run(type_name, example.type_version, &example.parameters, items);
            if let Some(outcome) = run(&example.items) {
                let error = outcome.error.map(|error| error.message.clone());
                assert_eq!(error, None, "{type_name}: {}", example.title);
                let count: usize = outcome.outputs.iter().map(Vec::len).sum();
                assert!(count >= example.items.len(), "{type_name}: {}", example.title);
                good += 1;
            }
            if let Some(outcome) = example.bad_item.as_ref().and_then(|item| run(std::slice::from_ref(item)))
            {
                let error =
                    outcome.error.unwrap_or_else(|| panic!("{type_name}: {}: no error", example.title));
                assert!(error.message.contains("item 0"), "{type_name}: {}", error.message);
                bad += 1;
            }
        }
    }
    assert!(good >= 6 && bad >= 2, "{good} good examples and {bad} bad items ran");
}
