//! What `docs/architecture.md` says of the parts holds: which crate uses which, and that the files of a crate depend on
//! each other in few circles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use heddle_tests::{files_below, root};
use serde_json::Value;

/// The crates of this workspace that each crate may use. Tests of a crate may use more.
const ARROWS: [(&str, &[&str]); 18] = [
    ("heddle-data", &[]),
    ("heddle-form", &["heddle-data"]),
    ("heddle-node", &["heddle-data", "heddle-form"]),
    ("heddle-locale", &["heddle-data"]),
    ("heddle-expression", &["heddle-data", "heddle-locale"]),
    ("heddle-workflow", &["heddle-data"]),
    (
        "heddle-runner",
        &[
            "heddle-data",
            "heddle-expression",
            "heddle-form",
            "heddle-http-kit",
            "heddle-locale",
            "heddle-node",
            "heddle-workflow",
        ],
    ),
    ("heddle-store", &["heddle-runner"]),
    ("wts-sandbox", &[]),
    ("heddle-nodes-core", &["heddle-http-kit", "heddle-node"]),
    ("heddle-nodes-wts-chat", &["heddle-http-kit", "heddle-node", "wts-sandbox"]),
    ("heddle-nodes", &["heddle-nodes-core", "heddle-nodes-wts-chat"]),
    ("heddle-testkit", &["heddle-node", "heddle-runner", "heddle-workflow"]),
    ("heddle-plugin", &["heddle-data", "heddle-expression", "heddle-form", "heddle-node"]),
    ("heddle-server", &["heddle-expression", "heddle-node", "heddle-runner", "heddle-workflow"]),
    (
        "heddle",
        &[
            "heddle-expression",
            "heddle-node",
            "heddle-nodes",
            "heddle-plugin",
            "heddle-runner",
            "heddle-server",
            "heddle-store",
            "heddle-workflow",
        ],
    ),
    ("heddle-tests", &["*"]),
    ("heddle-http-kit", &["heddle-node"]),
];

/// The most files of a crate that may depend on each other in a circle, where they are more than [`FEW`]. These numbers
/// only ever go down.
const CIRCLES: [(&str, usize); 5] = [
    ("crates/cli", 4),
    ("crates/expression", 22),
    ("crates/node", 5),
    ("crates/runner", 4),
    ("crates/wts-sandbox", 6),
];
const FEW: usize = 3;

#[test]
fn crates_use_only_those_that_they_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let own: BTreeSet<String> = packages.iter().map(|package| text(&package["name"])).collect();
    assert!(own.len() > 10, "only {own:?} were found");
    let mut faults = Vec::new();
    for package in packages {
        let name = text(&package["name"]);
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{name} is new: say in the table above what it may use"));
            continue;
        };
        for used in package["dependencies"].as_array().expect("a list") {
            let (kind, used) = (text(&used["kind"]), text(&used["name"]));
            if kind != "dev" && own.contains(&used) && !allowed.contains(&used.as_str()) && *allowed != ["*"]
            {
                faults.push(format!("{name} must not use {used}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_depend_on_each_other_in_few_circles() {
    let mut faults = Vec::new();
    let mut count = 0;
    for folder in ["crates", "nodes"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("the folder is there") {
            let crate_folder = entry.expect("it can be read").path();
            let name = format!("{folder}/{}", crate_folder.file_name().expect("it has a name").display());
            let modules = Modules::read(&crate_folder.join("src"));
            count += modules.texts.len();
            let most = CIRCLES.iter().find(|(known, _)| *known == name).map_or(FEW, |(_, most)| *most);
            for circle in modules.circles().into_iter().filter(|circle| circle.len() > most) {
                faults.push(format!(
                    "{name}: {} files in a circle, more than {most}: {circle:?}",
                    circle.len()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 300, "only {count} files were found");
}

/// The path of a module, such as `json::parse`; empty for the crate's root.
type ModulePath = Vec<String>;

/// The modules of one crate, one a file.
struct Modules {
    texts: BTreeMap<ModulePath, String>,
    /// What `use` brings into a module, by name: the path that it stands for.
    names: BTreeMap<ModulePath, BTreeMap<String, String>>,
}

impl Modules {
    fn read(source: &Path) -> Self {
        let mut texts = BTreeMap::new();
        for file in files_below(source) {
            if file.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let path = file.strip_prefix(source).expect("it lies there").with_extension("");
            let mut module: ModulePath =
                path.iter().map(|part| part.to_str().expect("it is text").to_owned()).collect();
            if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
                module.pop();
            }
            texts.insert(module, code(&std::fs::read_to_string(&file).expect("it is text")));
        }
        let mut modules = Self { texts, names: BTreeMap::new() };
        for (module, text) in &modules.texts {
            let names = imports(text)
                .into_iter()
                .filter_map(|Import { path, .. }| match path.split_once(" as ") {
                    Some((path, name)) => Some((name.to_owned(), path.to_owned())),
                    None => Some((path.rsplit("::").next()?.to_owned(), path)),
                })
                .collect();
            modules.names.insert(module.clone(), names);
        }
        modules
    }

    /// The module in which what a path names is written, if that is in this crate. What others only bring into scope is
    /// followed to where it stands.
    fn find(&self, from: &[String], path: &str, depth: usize) -> Option<ModulePath> {
        let mut steps: Vec<&str> = path.split("::").map(str::trim).collect();
        let mut place: ModulePath = match *steps.first()? {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.split_last()?.1.to_vec(),
            first if self.texts.contains_key(&child(from, first)) => {
                steps.insert(0, "self");
                from.to_vec()
            }
            _ => return None,
        };
        for (index, step) in steps.iter().enumerate().skip(1) {
            if *step == "super" {
                place.pop();
            } else if self.texts.contains_key(&child(&place, step)) {
                place = child(&place, step);
            } else {
                let known = self.names.get(&place).and_then(|names| names.get(*step));
                let Some(known) = known.filter(|_| depth < 20) else { break };
                let behind: String = steps[index + 1..].iter().map(|step| format!("::{step}")).collect();
                return self.find(&place, &(known.clone() + &behind), depth + 1).or(Some(place));
            }
        }
        Some(place)
    }

    /// The modules that each module uses.
    fn uses(&self) -> BTreeMap<&ModulePath, BTreeSet<ModulePath>> {
        self.texts
            .iter()
            .map(|(module, text)| {
                // What a module hands on, and what the root brings into scope, counts for those who use it.
                let own = imports(text).into_iter().filter(|import| !import.hands_on && !module.is_empty());
                let own = own.map(|import| match import.path.split_once(" as ") {
                    Some((path, _)) => path.to_owned(),
                    None => import.path,
                });
                let paths: Vec<String> = own.chain(written_out(text)).collect();
                let found = paths.iter().filter_map(|path| self.find(module, path, 0));
                (module, found.filter(|used| used != module).collect())
            })
            .collect()
    }

    /// The strongly connected modules, as their paths, where there is more than one.
    fn circles(&self) -> Vec<Vec<String>> {
        let uses = self.uses();
        let reached = |start: &ModulePath| {
            let mut found = BTreeSet::new();
            let mut waiting = vec![start.clone()];
            while let Some(next) = waiting.pop() {
                for used in uses.get(&next).into_iter().flatten() {
                    if found.insert(used.clone()) {
                        waiting.push(used.clone());
                    }
                }
            }
            found
        };
        let all: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
            uses.keys().map(|module| (*module, reached(module))).collect();
        let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
        for (module, reached) in &all {
            let circle: Vec<String> = reached
                .iter()
                .filter(|other| all.get(other).is_some_and(|back| back.contains(*module)))
                .map(|other| other.join("::"))
                .collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

fn child(module: &[String], name: &str) -> ModulePath {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// A source without its comments and without the tests at its end.
fn code(source: &str) -> String {
    let end = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    source[..end].lines().map(line).collect::<Vec<_>>().join("\n")
}

/// One path of a `use` item.
struct Import {
    path: String,
    /// Whether others may use it from here: `pub use`.
    hands_on: bool,
}

/// The paths of all `use` items, each written out.
fn imports(text: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    for UseItem { body, hands_on, .. } in use_items(text) {
        let mut paths = Vec::new();
        expand("", body, &mut paths);
        imports.extend(paths.into_iter().map(|path| Import { path, hands_on }));
    }
    imports
}

struct UseItem<'a> {
    /// Where `use` is in the text.
    at: usize,
    /// What stands between `use` and the semicolon.
    body: &'a str,
    hands_on: bool,
}

fn use_items(text: &str) -> Vec<UseItem<'_>> {
    let mut items = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let before = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        let hands_on = before.starts_with("pub");
        if (before.is_empty() || hands_on)
            && let Some(end) = text[at..].find(';')
        {
            items.push(UseItem { at, body: text[at + 4..at + end].trim(), hands_on });
        }
    }
    items
}

/// Writes out the braces of a `use` item.
fn expand(before: &str, item: &str, paths: &mut Vec<String>) {
    let item = item.trim();
    let Some((head, rest)) = item.split_once('{') else {
        if !item.is_empty() {
            let path = format!("{before}{item}");
            paths.push(path.strip_suffix("::self").map_or(path.clone(), str::to_owned));
        }
        return;
    };
    let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let mut depth = 0;
    let mut start = 0;
    for (at, character) in inner.char_indices().chain([(inner.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&format!("{before}{head}"), &inner[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The paths that begin with `crate` or `super` outside of `use` items.
fn written_out(text: &str) -> Vec<String> {
    let mut rest = text.to_owned();
    for item in use_items(text).into_iter().rev() {
        rest.replace_range(item.at..item.at + 4 + item.body.len(), "");
    }
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    ["crate::", "super::"]
        .iter()
        .flat_map(|start| rest.match_indices(start))
        .filter(|(at, _)| !rest[..*at].ends_with(is_of_path))
        .map(|(at, _)| {
            let end = rest[at..].find(|c| !is_of_path(c)).map_or(rest.len(), |length| at + length);
            rest[at..end].trim_end_matches(':').to_owned()
        })
        .collect()
}

#[test]
fn circles_are_found_through_all_kinds_of_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(file, text).expect("it can be written");
    };
    write("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\nuse b::inner;\npub use d::Thing as Other;\n");
    // a → b::inner through the root's name for it, b::inner → c by a path in its code, c → a by braces.
    write("a.rs", "use crate::{\n    inner::{self, Inner},\n    d,\n};\n");
    write("b/mod.rs", "pub(crate) mod inner;\n");
    write("b/inner.rs", "// use crate::d;\nfn f() { super::super::c::g() }\n");
    write("c.rs", "use super::a::Alpha;\nuse std::fmt;\n");
    // What only tests use makes no circle, and neither does what a module hands on.
    write("e/mod.rs", "mod f;\npub use f::F;\nstruct E;\n");
    write("e/f.rs", "use super::E;\npub struct F(E);\n");
    write("d.rs", "use crate::Other;\n\n#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n");
    let circles = Modules::read(folder.path()).circles();
    assert_eq!(circles, [["a", "b::inner", "c"]]);
}
