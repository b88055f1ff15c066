//! The nearest names, for messages about a name that does not exist.

use std::cell::Cell;
use std::collections::HashSet;

pub use heddle_data::suggest::suggest;
pub(crate) use heddle_data::suggest::{list, quote};
use heddle_node::Registry;
use heddle_workflow::{Problem, is_trigger_type};

/// How many names a message shows.
const SHOWN: usize = 5;
/// How many names are compared with wrong ones in all: a file with thousands of wrong names is not compared with itself.
const COMPARISONS: usize = 50_000;
/// Nodes of n8n that read and write files, keep tables, show forms or run programs: they are to come.
const NOT_YET: [&str; 17] = [
    "compression",
    "convertToFile",
    "dataTable",
    "editImage",
    "executeCommand",
    "extractFromFile",
    "form",
    "iCal",
    "moveBinaryData",
    "readBinaryFile",
    "readBinaryFiles",
    "readPDF",
    "readWriteFile",
    "spreadsheetFile",
    "ssh",
    "writeBinaryFile",
    "localFileTrigger",
];
/// A misspelt name differs in so many letters at most, and in fewer where it is short.
const MISSPELT_LETTERS: usize = 2;

/// Node types near to `wrong`, and which crates' nodes there are.
pub fn suggest_node_types(registry: &Registry, wrong: &str) -> String {
    let near = near_types(registry, wrong);
    if near.is_empty() {
        linked_types(registry)
    } else {
        format!("Did you mean {}? {}", quote(&near), linked_types(registry))
    }
}

/// Which node types there are, and how a program gets others: the linker leaves out in silence what nobody names.
fn linked_types(registry: &Registry) -> String {
    format!(
        "`heddle nodes` lists the types that there are, of the linked crates {}; a program links another by naming it, as in \
         `use heddle_nodes as _;`.",
        registry.crates().join(", ")
    )
}

/// Node types whose name behind the package is that of `wrong`, or nearly so.
fn near_types<'r>(registry: &'r Registry, wrong: &str) -> Vec<&'r str> {
    let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let wrong = short(wrong);
    let mut near: Vec<(usize, &str)> = registry
        .nodes()
        .map(|node| node.header().type_name)
        .map(|name| (misspelt_letters(&short(name), &wrong), name))
        .filter_map(|(letters, name)| Some((letters?, name)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

/// How many letters of a misspelt name are wrong; `None` where it is another name.
pub(crate) fn misspelt_letters(name: &str, written: &str) -> Option<usize> {
    let length = name.chars().count().min(written.chars().count());
    let letters = strsim::osa_distance(name, written);
    (letters <= MISSPELT_LETTERS.min(length / 3)).then_some(letters)
}

/// A node type that is not there: misspelt, one of n8n's, or of a package that is not part of this program.
pub(crate) fn explain_missing_type(registry: &Registry, node_type: &str) -> Problem {
    if let Some(problem) = registry.problem(node_type) {
        return Problem::error(format!("The node type \"{node_type}\" cannot be had: {problem}"))
            .with_help("`heddle plugins check PACKAGE` tells what a package holds and what it lacks.");
    }
    if !near_types(registry, node_type).is_empty() {
        return Problem::error(format!("There is no node type \"{node_type}\""))
            .with_help(suggest_node_types(registry, node_type));
    }
    let package = node_type.rsplit_once('.').map(|(package, _)| package);
    let name = node_type.rsplit('.').next().unwrap_or_default();
    let message = match package {
        Some("n8n-nodes-base") if NOT_YET.contains(&name) => {
            format!("The n8n node type \"{node_type}\" is not available yet")
        }
        Some("n8n-nodes-base") => format!("The n8n node type \"{node_type}\" is not available here"),
        Some(package) if package.starts_with("@n8n/") => {
            format!("The n8n node type \"{node_type}\" is not available here")
        }
        Some(package) => {
            format!(
                "There is no node type \"{node_type}\": the package {package} is not part of this program"
            )
        }
        None => format!("There is no node type \"{node_type}\""),
    };
    let way_out = if is_trigger_type(node_type) {
        "Start at it with the items that it would put out, `--start NODE --input FILE`, pin its data and run with `--pins`, or replace it with `--mock`."
    } else {
        "Replace it with `--mock`, pin its data and run with `--pins`, disable the node, or start behind it with `--start NODE --input FILE`."
    };
    Problem::error(message).with_help(format!("{way_out} {}", linked_types(registry)))
}

/// The names that something may have, of which one may be misspelt.
pub(crate) struct Names<'a> {
    known: HashSet<&'a str>,
    all: Vec<&'a str>,
    comparisons: Cell<usize>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(names: impl Iterator<Item = &'a str>) -> Self {
        let all: Vec<&str> = names.collect();
        Self { known: all.iter().copied().collect(), all, comparisons: Cell::new(COMPARISONS) }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// [`suggest`], as long as not too many names have been compared.
    pub(crate) fn suggest(&self, all: &str, wrong: &str) -> String {
        match self.comparisons.get().checked_sub(self.all.len()) {
            Some(left) => {
                self.comparisons.set(left);
                suggest(all, &self.all, wrong)
            }
            None => list(all, &self.all),
        }
    }
}
