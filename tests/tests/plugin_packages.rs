//! Adding node packages to a folder and taking them out: from a registry on loopback, an archive and a folder.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::Compression;
use flate2::write::GzEncoder;
use heddle_tests::scripted_service::ScriptedService;
use heddle_tests::{Finished, heddle, root};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

/// An archive as registries have them, with these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        // The builder would refuse a path that leads out; whoever means harm would not.
        let name = &mut header.as_old_mut().name;
        name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).expect("it can be added");
    }
    builder.into_inner().and_then(GzEncoder::finish).expect("it can be packed")
}

fn greeter(more: &Value) -> Vec<u8> {
    let mut package = json!({
        "name": "n8n-nodes-greeter", "version": "1.2.0", "license": "MIT",
        "dependencies": { "greetings": "^2.0.0", "n8n-workflow": "*", "@n8n/di": "*" },
        "peerDependencies": { "left-out": "*" },
        "scripts": { "postinstall": "touch ran" },
        "n8n": { "nodes": ["dist/Greeter.node.js"] },
    });
    package.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let node = "const { text } = require('greetings');\nexports.Greeter = class {\n  constructor() {\n    this.description = { \
                displayName: 'Greeter', name: 'greeter', group: [], version: 1, description: '', defaults: { name: 'Greeter' }, \
                documentationUrl: 'https://docs.greeter.test/x', inputs: ['main'], outputs: ['main'], properties: [] };\n  }\n  \
                async execute() {\n    if (false) await this.helpers.httpRequest({ url: 'https://api.greeter.test/v1' });\n    \
                return [this.getInputData().map(() => ({ json: { text } }))];\n  }\n};\n";
    archive(&[("package/package.json", &package.to_string()), ("package/dist/Greeter.node.js", node)])
}

fn greetings() -> Vec<u8> {
    let package =
        json!({ "name": "greetings", "version": "2.1.0", "exports": { ".": { "require": "./main.cjs" } } });
    archive(&[
        ("package/package.json", &package.to_string()),
        ("package/main.cjs", "exports.text = 'Hello';"),
    ])
}

/// What a registry says of the versions of a package.
fn described(url: &str, name: &str, versions: &[(&str, &[u8])]) -> Value {
    let all: serde_json::Map<String, Value> = versions
        .iter()
        .map(|(version, archive)| {
            let integrity = format!("sha512-{}", BASE64_STANDARD.encode(Sha512::digest(archive)));
            let dist = json!({ "tarball": format!("{url}/{name}-{version}.tgz"), "integrity": integrity });
            ((*version).to_owned(), json!({ "name": name, "version": version, "dist": dist }))
        })
        .collect();
    json!({ "name": name, "dist-tags": { "latest": versions[0].0 }, "versions": all })
}

/// A registry with the greeter and what it depends on; `other` is given in the place of the greeter's archive.
fn registry(other: Option<&[u8]>) -> ScriptedService {
    let (own, below) = (greeter(&json!({})), greetings());
    let give = |path: &str, bytes: &[u8]| json!({ "path": path, "base64": BASE64_STANDARD.encode(bytes) });
    ScriptedService::start_with(|url| {
        json!([
            { "path": "/n8n-nodes-greeter", "body": described(url, "n8n-nodes-greeter", &[("1.2.0", &own)]) },
            { "path": "/greetings", "body": described(url, "greetings", &[("3.0.0", &own), ("2.1.0", &below)]) },
            give("/n8n-nodes-greeter-1.2.0.tgz", other.unwrap_or(&own)),
            give("/greetings-2.1.0.tgz", &below),
        ])
    })
}

fn plugins(folder: &Path, words: &[&str]) -> Finished {
    let mut command = heddle();
    command.env("XDG_DATA_HOME", folder.join("data")).env("HOME", folder).arg("plugins").args(words);
    Finished::of(command.arg("--plugins").arg(folder.join("plugins")))
}

fn add_from(service: &ScriptedService, folder: &Path, package: &str) -> Finished {
    let mut command = heddle();
    command.env("npm_config_registry", service.url()).env("HOME", folder).args(["plugins", "add", package]);
    Finished::of(command.arg("--plugins").arg(folder.join("plugins")))
}

#[test]
fn a_package_comes_from_a_registry_with_what_it_depends_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = registry(None);
    let added = add_from(&service, folder.path(), "n8n-nodes-greeter@^1.0.0");
    assert_eq!(added.status, 0, "{}", added.stderr);
    assert!(added.stdout.contains("greetings 2.1.0"), "{}", added.stdout);
    assert!(
        added.stdout.contains("api.greeter.test") && !added.stdout.contains("docs.greeter.test"),
        "{}",
        added.stdout
    );
    let asked: Vec<String> =
        service.requests().iter().map(|own| own["url"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(asked.len(), 4, "neither n8n's packages nor peers are fetched: {asked:?}");
    let own = folder.path().join("plugins/n8n-nodes-greeter");
    assert!(!own.join("ran").exists(), "no script is run");
    let lock =
        std::fs::read_to_string(folder.path().join("plugins/heddle-plugins.lock.json")).expect("a lock file");
    let lock: Value = serde_json::from_str(&lock).expect("JSON");
    assert_eq!(lock["packages"]["n8n-nodes-greeter"]["dependencies"][0]["version"], "2.1.0");
    let checked = plugins(folder.path(), &["check", "n8n-nodes-greeter"]);
    assert_eq!(checked.status, 0, "{}{}", checked.stdout, checked.stderr);
    assert!(checked.stdout.contains("n8n-nodes-greeter.greeter (1)"), "{}", checked.stdout);
    let removed = plugins(folder.path(), &["remove", "n8n-nodes-greeter"]);
    assert_eq!(removed.status, 0, "{}", removed.stderr);
    assert!(!own.exists());
    assert_eq!(plugins(folder.path(), &["list"]).stdout, "");
}

#[test]
fn an_archive_that_is_not_what_the_registry_says_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = greeter(&json!({ "version": "6.6.6" }));
    let service = registry(Some(&other));
    let added = add_from(&service, folder.path(), "n8n-nodes-greeter");
    assert_eq!(added.status, 1);
    assert!(added.stderr.contains("integrity"), "{}", added.stderr);
    let left: Vec<_> = std::fs::read_dir(folder.path().join("plugins")).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_leads_out_or_is_no_package_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = json!({ "name": "plain", "version": "1.0.0" }).to_string();
    let named = json!({ "name": "../../out", "version": "1.0.0", "n8n": { "nodes": ["a.js"] } }).to_string();
    let bound = json!({ "name": "bound", "version": "1.0.0", "license": "SEE LICENSE", "n8n": { "nodes": ["a.js"] } }).to_string();
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("out.tgz", archive(&[("package/../../out.txt", "x")]), "leads out"),
        ("plain.tgz", archive(&[("package/package.json", &plain)]), "no package with nodes for n8n"),
        ("named.tgz", archive(&[("package/package.json", &named)]), "no name of a package"),
        ("bound.tgz", archive(&[("package/package.json", &bound)]), "--accept-licence"),
    ];
    for (name, bytes, told) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        let added = plugins(folder.path(), &["add", &path.display().to_string()]);
        assert_eq!(added.status, 1, "{name}: {}", added.stdout);
        assert!(added.stderr.contains(told), "{name}: {}", added.stderr);
    }
    assert!(!folder.path().join("out.txt").exists());
}

#[test]
fn a_folder_is_added_and_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = root().join("tests/plugins/n8n-nodes-probe");
    let added = plugins(folder.path(), &["add", &own.display().to_string()]);
    assert_eq!(added.status, 0, "{}", added.stderr);
    let listed = plugins(folder.path(), &["list"]);
    assert!(listed.stdout.starts_with("n8n-nodes-probe\t1.0.0\t"), "{}", listed.stdout);
}
