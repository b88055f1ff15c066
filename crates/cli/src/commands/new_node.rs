//! `heddle new node`: a crate with a node to start from.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The crate's files and their texts, in which words in double braces are replaced.
const FILES: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("../../templates/node/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("../../templates/node/src/lib.rs.txt")),
    ("src/main.rs", include_str!("../../templates/node/src/main.rs.txt")),
    ("tests/node.rs", include_str!("../../templates/node/tests/node.rs.txt")),
];

/// The crates of Heddle that the new one depends on, by their folders.
const CRATES: [&str; 3] = ["crates/cli", "crates/node", "crates/testkit"];

/// Writes the crate into a folder of its name.
pub(crate) fn execute(name: &str, heddle: Option<&str>) -> Result<u8, Failure> {
    check_name(name)?;
    let folder = Path::new(name);
    if folder.exists() {
        return Err(Failure::usage(format!("{name} is there already")).with_help("Choose another name."));
    }
    let source = Source::find(heddle)?;
    for (file, template) in FILES {
        let path = folder.join(file);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|error| Failure::file("make the folder", parent, &error))?;
        std::fs::write(&path, fill(template, name, &source))
            .map_err(|error| Failure::file("write", &path, &error))?;
    }
    // The versions that Heddle is tested with.
    if let Source::Folder(heddle) = &source {
        let lock = folder.join("Cargo.lock");
        std::fs::copy(heddle.join("Cargo.lock"), &lock)
            .map_err(|error| Failure::file("write", &lock, &error))?;
    }
    super::print(&format!(
        "{name}/ has a node that adds a text to each item: src/lib.rs. Try it:\n\n  cd {name}\n  cargo test\n  cargo run -- describe {name}.{}\n",
        camel_case(name)
    ))?;
    Ok(0)
}

/// Where Heddle's source is.
enum Source {
    Folder(PathBuf),
    Git(String),
}

impl Source {
    fn find(given: Option<&str>) -> Result<Self, Failure> {
        let is_heddle =
            |folder: &Path| CRATES.iter().all(|part| folder.join(part).join("Cargo.toml").is_file());
        let Some(given) = given else {
            let here = std::env::current_dir().map_err(|error| Failure::failed(error.to_string()))?;
            let checkout = here.ancestors().find(|folder| is_heddle(folder));
            return checkout.map(|folder| Self::Folder(folder.to_owned())).ok_or_else(|| {
                Failure::usage("this folder is not in a checkout of Heddle").with_help(
                    "Say where its source is: --heddle FOLDER, or --heddle URL of a git repository.",
                )
            });
        };
        if given.contains("://") || given.starts_with("git@") {
            return Ok(Self::Git(given.to_owned()));
        }
        let folder = std::fs::canonicalize(given)
            .map_err(|error| Failure::file("find Heddle's source in", Path::new(given), &error))?;
        if is_heddle(&folder) {
            Ok(Self::Folder(folder))
        } else {
            Err(Failure::usage(format!("{given} is not the source of Heddle"))
                .with_help(format!("A checkout of Heddle has the folders {}.", CRATES.join(", "))))
        }
    }

    /// How a manifest names a crate of Heddle.
    fn dependency(&self, part: &str) -> String {
        match self {
            Self::Folder(folder) => format!("{{ path = {:?} }}", folder.join(part).display().to_string()),
            Self::Git(url) => format!("{{ git = {url:?} }}"),
        }
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let has_only = name
        .chars()
        .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-');
    if !starts_well || !has_only || name.ends_with('-') || name.contains("--") {
        return Err(Failure::usage(format!("{name:?} cannot be the name of a node's crate")).with_help(
            "Take small letters, digits and single hyphens, beginning with a letter: order-lookup.",
        ));
    }
    // Names of crates that it depends on, or that cargo refuses.
    let taken =
        ["heddle", "heddle-node", "heddle-testkit", "schemars", "serde", "tokio", "test", "core", "std"];
    if taken.contains(&name) || syntax_keyword(name) {
        return Err(Failure::usage(format!("{name:?} means something else to cargo"))
            .with_help(format!("Take a longer name, such as {name}-node.")));
    }
    Ok(())
}

fn syntax_keyword(name: &str) -> bool {
    const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false \
                            final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
                            self static struct super trait true try type typeof unsafe unsized use virtual where while \
                            yield";
    KEYWORDS.split_whitespace().any(|keyword| keyword == name)
}

fn fill(template: &str, name: &str, source: &Source) -> String {
    let mut text = template
        .replace("{{name}}", name)
        .replace("{{library}}", &name.replace('-', "_"))
        .replace("{{type}}", &words(name).map(capitalized).collect::<String>())
        .replace("{{camel}}", &camel_case(name))
        .replace("{{title}}", &words(name).map(capitalized).collect::<Vec<_>>().join(" "))
        .replace("{{rust}}", env!("CARGO_PKG_RUST_VERSION"));
    for part in CRATES {
        text = text.replace(&format!("{{{{heddle:{part}}}}}"), &source.dependency(part));
    }
    text
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split('-')
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// `order-lookup` as `orderLookup`.
fn camel_case(name: &str) -> String {
    let mut words = words(name);
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capitalized(word))
}
