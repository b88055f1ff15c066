//! `heddle new node` writes a crate that builds, whose tests pass, and whose program has the node.

use std::path::Path;
use std::process::Command;

use heddle_tests::{Finished, heddle, root};

fn new_node(folder: &Path, arguments: &[&str]) -> Finished {
    Finished::of(heddle().args(["new", "node"]).args(arguments).current_dir(folder))
}

#[test]
fn the_crate_builds_and_has_the_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = root().display().to_string();
    let made = new_node(folder.path(), &["order-lookup", "--heddle", &source]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    assert!(made.stdout.contains("cargo run -- describe order-lookup.orderLookup"), "{}", made.stdout);
    let made = folder.path().join("order-lookup");
    // What this workspace was built from is there: nothing is fetched.
    let test = std::env::current_exe().expect("the test has a path");
    let target = test.ancestors().nth(3).expect("the test lies in target/<profile>/deps");
    let cargo = |command: &str| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in std::env::vars_os() {
            let is_of_package = name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"));
            if is_of_package {
                cargo.env_remove(name);
            }
        }
        // As this workspace builds, so that the crates of others are not built again.
        cargo.env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        cargo.args([command, "--offline", "--quiet"]).current_dir(&made);
        let finished = Finished::of(&mut cargo);
        assert_eq!(finished.status, 0, "{}\n{}", finished.stdout, finished.stderr);
        assert!(!finished.stderr.contains("warning"), "{}", finished.stderr);
        finished
    };
    assert!(cargo("test").stdout.contains("2 passed"));
    cargo("build");
    let program = target.join("debug/order-lookup").with_extension(std::env::consts::EXE_EXTENSION);
    let described = Finished::of(Command::new(program).args(["describe", "order-lookup.orderLookup"])).json();
    assert_eq!(described["displayName"], "Order Lookup");
    assert_eq!(described["properties"][0]["name"], "text");
}

#[test]
fn names_and_sources_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = root().display().to_string();
    for name in ["", "Order", "order lookup", "../order", "9th", "order-", "match", "serde"] {
        let refused = new_node(folder.path(), &[name, "--heddle", &source]);
        assert_eq!(refused.status, 2, "{name:?}");
        assert!(refused.stderr.contains(name) && refused.stderr.contains("help:"), "{}", refused.stderr);
    }
    let nowhere = new_node(folder.path(), &["order"]);
    assert!(nowhere.status == 2 && nowhere.stderr.contains("--heddle"), "{}", nowhere.stderr);
    let wrong = new_node(folder.path(), &["order", "--heddle", "."]);
    assert!(wrong.status == 2 && wrong.stderr.contains("crates/node"), "{}", wrong.stderr);
    std::fs::create_dir(folder.path().join("order")).expect("a folder");
    let there = new_node(folder.path(), &["order", "--heddle", &source]);
    assert!(there.status == 2 && there.stderr.contains("there already"), "{}", there.stderr);
}

#[test]
fn a_repository_can_be_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = "https://example.com/heddle.git";
    assert_eq!(new_node(folder.path(), &["order", "--heddle", url]).status, 0);
    let manifest = std::fs::read_to_string(folder.path().join("order/Cargo.toml")).expect("it is written");
    assert!(manifest.contains("heddle-node = { git = \"https://example.com/heddle.git\" }"), "{manifest}");
}
