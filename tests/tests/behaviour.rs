//! Every registered node behaves as a node should.

use heddle_node::Registry;
use heddle_nodes as _;

#[tokio::test]
async fn every_node_passes_the_behaviour_suite() {
    let registry = Registry::linked().expect("nodes");
    let without: Vec<&str> = registry
        .nodes()
        .filter(|node| node.examples().is_empty())
        .map(|node| node.header().type_name)
        .collect();
    assert!(without.is_empty(), "nodes without an example are not tested: {without:?}");
    let faults = heddle_testkit::check_all(&registry).await;
    let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", list.join("\n"));
}

#[test]
fn the_generated_schemas_are_up_to_date() {
    let registry = Registry::linked().expect("nodes");
    let folder = heddle_tests::root().join("schemas");
    for (name, text) in heddle_runner::schemas::generate(&registry).expect("schemas") {
        let written = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert_eq!(written, text, "schemas/{name} is stale: run `cargo run -- schema --out schemas`");
    }
}
