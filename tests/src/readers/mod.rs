//! Every reader of ours under bytes that nobody wrote: what the fuzz targets in `fuzz/` call, and the inputs that they begin
//! with. `tests/readers.rs` replays them all, with what fuzzing found.

mod answers;
mod corpus;
mod expressions;

use std::path::PathBuf;

use heddle_node::json::ArrayReader;
use heddle_node::{Json, Registry};
use heddle_runner::CredentialStore;
use heddle_workflow::{ConnectionFilter, Graph, Workflow, find_start_node, highest_nodes};

// Its nodes are linked.
use heddle_nodes as _;

/// A reader, the inputs that it is fuzzed from, and what it does with one.
pub struct Reader {
    /// Name of the fuzz target, and of its folders below `fuzz/`.
    pub name: &'static str,
    /// Reads one input. It panics where the reader panics, or breaks what it promises.
    pub read: fn(&[u8]),
    /// The inputs that come from recorded cases.
    pub corpus: fn() -> Vec<Vec<u8>>,
}

/// All readers.
pub const READERS: &[Reader] = &[
    Reader { name: "workflow", read: workflow, corpus: corpus::workflows },
    Reader { name: "items", read: items, corpus: corpus::items },
    Reader { name: "template", read: expressions::template, corpus: corpus::templates },
    Reader { name: "jmespath", read: expressions::jmespath, corpus: corpus::queries },
    Reader { name: "markdown", read: expressions::markdown, corpus: corpus::markdown },
    Reader { name: "dates", read: expressions::dates, corpus: corpus::dates },
    Reader { name: "answers", read: answers::answers, corpus: corpus::answers },
];

/// Gives an input to the reader of this name.
///
/// # Panics
/// Where the reader does; and when there is none of that name.
pub fn read(name: &str, bytes: &[u8]) {
    let reader = READERS.iter().find(|reader| reader.name == name).expect("there is a reader of that name");
    (reader.read)(bytes);
}

/// Inputs that fuzzing has found and that are mended: a file each.
pub fn findings(reader: &str) -> Vec<PathBuf> {
    let folder = crate::root().join("fuzz/findings").join(reader);
    if folder.is_dir() { crate::files_below(&folder) } else { Vec::new() }
}

/// A workflow file, as `run` and `check` read it.
fn workflow(bytes: &[u8]) {
    let workflow = match Workflow::parse_bytes("fuzz.json", bytes) {
        Ok(workflow) => workflow,
        Err(error) => {
            assert!(!error.problems.is_empty(), "an error without a reason");
            assert!(error.to_string().starts_with("fuzz.json:"), "{error}");
            return;
        }
    };
    let text = workflow.text().expect("it was read from text");
    let registry = registry();
    let host = heddle_runner::Host::new(registry.clone());
    let options = heddle_runner::RunOptions::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    for problem in runtime.block_on(host.check(&workflow, &options)).problems {
        if problem.called.is_some() {
            continue;
        }
        assert!(!problem.message.is_empty(), "a problem without a message");
        if let Some(span) = problem.span {
            assert!(text.get(span.range).is_some(), "a place outside the text");
        }
    }
    let graph = Graph::new(&workflow);
    find_start_node(&workflow, &graph, None, &|_| true);
    for (index, node) in workflow.nodes.iter().enumerate() {
        highest_nodes(&workflow, &graph, index, None);
        graph.ancestors(index, ConnectionFilter::All);
        let _ = workflow.pinned_items(&node.name);
    }
    let written = serde_json::to_string(&workflow).expect("a workflow can be written");
    let again = Workflow::parse("again.json", &written).expect("what was written can be read");
    assert!(again == workflow, "a workflow changes when it is written and read");
}

fn registry() -> &'static Registry {
    static REGISTRY: std::sync::OnceLock<Registry> = std::sync::OnceLock::new();
    REGISTRY.get_or_init(|| Registry::linked().expect("nodes"))
}

/// A file of items, whole and as a stream, and the other files of JSON that a call takes.
fn items(bytes: &[u8]) {
    let whole = Json::parse_slice(bytes);
    if let Ok(json) = &whole {
        let written = json.to_json_string();
        assert!(
            Json::parse(&written).is_ok_and(|again| again == *json),
            "JSON changes when it is written and read"
        );
        if let Ok(items) = heddle_workflow::read_items(json) {
            let written =
                serde_json::to_string(&heddle_workflow::SerializedItems(&items)).expect("items are JSON");
            let again = Json::parse(&written).expect("what was written can be read");
            assert_eq!(heddle_workflow::read_items(&again).map(|items| items.len()), Ok(items.len()));
        }
    }
    let streamed: Result<Vec<Json>, _> = ArrayReader::new(Slow(bytes)).collect();
    match (whole.ok().filter(Json::is_array), streamed) {
        (Some(whole), Ok(streamed)) => {
            assert!(whole == Json::from(streamed), "a stream reads other elements")
        }
        (None, Err(_)) => {}
        (whole, streamed) => {
            panic!("read whole: {}, as a stream: {}", whole.is_some(), streamed.is_ok())
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = CredentialStore::parse(text);
    }
}

/// Gives a few bytes at a time, so that what is read is cut everywhere.
struct Slow<'a>(&'a [u8]);

impl std::io::Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(buffer.len()).min(3);
        let (now, later) = self.0.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}
