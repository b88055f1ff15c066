//! What we build on: its licences let everybody build on us, and each of it is used.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use heddle_tests::{files_below, root};
use serde_json::Value;
use spdx::{Expression, LicenseItem, ParseMode};

/// Licences under which a library may be linked into a program under any terms, as long as its notice is kept, or its own
/// files stay open (MPL).
const ACCEPTED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// The packages that are built on this machine, with their dependencies as far as they are built, too.
fn metadata() -> Value {
    let version = run(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let more = ["--locked", "--offline", "--format-version", "1", "--filter-platform", host];
    serde_json::from_str(&run(&[&["metadata"], &more[..]].concat())).expect("it is JSON")
}

fn run(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[test]
fn every_dependency_has_a_licence_that_binds_nobody() {
    let metadata = metadata();
    let packages = list(&metadata, "packages");
    let mut faults = Vec::new();
    for package in packages {
        // Older packages write a slash for "or".
        let terms = text(package, "license").replace('/', " OR ");
        let is_accepted = Expression::parse_mode(&terms, ParseMode::LAX).is_ok_and(|terms| {
            terms.evaluate(|asked| match &asked.license {
                LicenseItem::Spdx { id, .. } => ACCEPTED.contains(&id.name),
                LicenseItem::Other { .. } => false,
            })
        });
        if !is_accepted {
            faults.push(format!("{} {}: \"{terms}\"", text(package, "name"), text(package, "version")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(packages.len() > 100, "only {} packages were found", packages.len());
}

#[test]
fn every_dependency_is_used() {
    let metadata = metadata();
    let mut faults = Vec::new();
    let mut count = 0;
    for package in list(&metadata, "packages") {
        let id = text(package, "id");
        if !list(&metadata, "workspace_members").iter().any(|member| member == id) {
            continue;
        }
        let folder = Path::new(text(package, "manifest_path")).parent().expect("it lies in a folder");
        let words: BTreeSet<String> = files_below(folder)
            .into_iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
            .flat_map(|file| words(&std::fs::read_to_string(file).expect("it can be read")))
            .collect();
        let resolved = list(&metadata["resolve"], "nodes").iter().find(|node| node["id"] == id);
        for dependency in resolved.map_or(&[][..], |node| list(node, "deps")) {
            count += 1;
            if !words.contains(text(dependency, "name")) {
                faults.push(format!(
                    "{} depends on {} and does not use it",
                    text(package, "name"),
                    text(dependency, "name")
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 100, "only {count} dependencies were found");
}

/// The names in a text.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').map(str::to_owned).collect()
}
