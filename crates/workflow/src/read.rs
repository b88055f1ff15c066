//! Reading a file as a workflow, in the forms in which people have them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use heddle_data::Json;

use crate::encoding::{EncodingError, decode_text};
use crate::items::describe;
use crate::problem::{Problem, WorkflowError};
use crate::source::{SourceMap, Span};
use crate::workflow::{SourceText, Workflow};

/// A wrapper holds a wrapper at most this often; no real file comes near.
const DEEPEST_WRAPPER: usize = 4;

impl Workflow {
    /// Reads a workflow file.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a workflow ([`Workflow::parse`]).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            let problem = Problem::error(format!("The file cannot be read: {error}"));
            let help = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    Some("Check the path; in n8n, \"Download\" saves a workflow as a file.")
                }
                std::io::ErrorKind::IsADirectory => Some("Give the path of one file in that folder."),
                _ => None,
            };
            WorkflowError::new(
                &name,
                None,
                match help {
                    Some(help) => problem.with_help(help),
                    None => problem,
                },
            )
        })?;
        Self::parse_bytes(&name, &bytes)
    }

    /// Reads a workflow from the bytes of a file: UTF-8 or UTF-16, with or without a byte order mark.
    ///
    /// # Errors
    /// When the bytes are no text, or the text is not a workflow ([`Workflow::parse`]).
    pub fn parse_bytes(name: &str, bytes: &[u8]) -> Result<Self, WorkflowError> {
        let text = decode_text(bytes).map_err(|error| {
            let help = match error {
                EncodingError::Utf8 { .. } => "A workflow file is JSON text; save it as UTF-8.",
                EncodingError::Utf16 => "Save it as UTF-8.",
            };
            WorkflowError::new(name, None, Problem::error(format!("The file {error}")).with_help(help))
        })?;
        Self::parse(name, &text)
    }

    /// Reads a workflow from its text; `name` is how messages call it, usually its path.
    ///
    /// Besides a workflow itself these are taken: an array with one workflow, and an object that holds one as `workflow`,
    /// `workflowData` or `data` (answers of n8n's API).
    ///
    /// # Errors
    /// When the text is not JSON, or the JSON is not a workflow. What is wrong inside a workflow is not an error here but is found by
    /// [`Workflow::problems`].
    pub fn parse(name: &str, text: &str) -> Result<Self, WorkflowError> {
        let text: Arc<str> = Arc::from(text.strip_prefix('\u{feff}').unwrap_or(text));
        let json = Json::parse(&text).map_err(|error| {
            let mut problem = explain_syntax(&text, error.message(), error.line(), error.column());
            problem.span = Some(Span::at(&text, error.line(), error.column()));
            WorkflowError::new(name, Some(&text), problem)
        })?;
        let (root, workflow) = unwrap(&json).map_err(|mut problem| {
            problem.span =
                SourceMap::new(&text).nearest_span(&problem.pointer).map(|range| Span::new(&text, range));
            WorkflowError::new(name, Some(&text), *problem)
        })?;
        let source = SourceText { name: name.to_owned(), text, root, map: Arc::new(OnceLock::new()) };
        Ok(Self::from_json(workflow).with_text(source))
    }
}

fn explain_syntax(text: &str, message: &str, line: usize, column: usize) -> Problem {
    let rest = text.trim_start();
    if rest.is_empty() {
        return Problem::error("The file is empty")
            .with_help("Export a workflow from n8n with \"Download\".");
    }
    let problem = Problem::error(format!("The file is not valid JSON: {message}"));
    if rest.starts_with('<') {
        return problem.with_help("This looks like a web page. Download the workflow's JSON itself.");
    }
    if !rest.starts_with(['{', '[']) {
        return problem.with_help("A workflow file begins with { and holds \"nodes\" and \"connections\".");
    }
    let at = Span::at(text, line, column).range.start;
    let before = text[..at].trim_end();
    let here = text[at..].chars().next();
    let help = if at >= text.trim_end().len() {
        "The file ends too early; was it copied in full?"
    } else if matches!(here, Some('}' | ']')) && before.ends_with(',') {
        "Remove the comma before this bracket."
    } else if here == Some('\'') {
        "JSON wants double quotes."
    } else if here == Some('/') {
        "JSON has no comments."
    } else if before.ends_with(['}', ']', '"']) && matches!(here, Some('"' | '{' | '[')) {
        "A comma is missing before this place."
    } else {
        "Mend the JSON at this place, or export the workflow again."
    };
    problem.with_help(help)
}

/// The workflow within the JSON of a file, with the JSON pointer to it.
fn unwrap(json: &Json) -> Result<(String, &Json), Box<Problem>> {
    let mut pointer = String::new();
    let mut inner = json;
    for _ in 0..DEEPEST_WRAPPER {
        if inner.get("nodes").is_some_and(Json::is_array) {
            return Ok((pointer, inner));
        }
        if let Some(list) = inner.as_array() {
            match list {
                [only] => {
                    inner = only;
                    pointer += "/0";
                    continue;
                }
                _ => return Err(Box::new(explain_list(list).at(pointer))),
            }
        }
        let wrapped = ["workflow", "workflowData", "data"].into_iter().find_map(|key| {
            let value = inner.get(key)?;
            (value.is_object() || value.is_array()).then_some((key, value))
        });
        let Some((key, value)) = wrapped else { break };
        inner = value;
        pointer = format!("{pointer}/{key}");
    }
    Err(Box::new(explain_shape(inner).at(pointer)))
}

fn explain_list(list: &[Json]) -> Problem {
    let is_workflow = |json: &&Json| json.get("nodes").is_some_and(Json::is_array);
    let names =
        list.iter().filter(is_workflow).map(|json| json.get("name").and_then(Json::as_str).unwrap_or("?"));
    let names = names.collect::<Vec<_>>();
    if names.is_empty() {
        return Problem::error("The file holds a list, and no workflow in it").with_help(FORM);
    }
    let shown = names.iter().take(5).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { ", …" } else { "" };
    Problem::error(format!("The file holds {} workflows: {shown}{more}", names.len()))
        .with_help("Save each workflow in a file of its own (n8n export:workflow --all --separate).")
}

fn explain_shape(json: &Json) -> Problem {
    let Some(object) = json.as_object() else {
        return Problem::error(format!("The file holds {}, not a workflow", describe(json))).with_help(FORM);
    };
    if let Some(nodes) = object.get("nodes") {
        let what = describe(nodes);
        return Problem::error(format!("\"nodes\" is {what}, not a list of nodes")).with_help(FORM);
    }
    if object.get("type").is_some() && object.get("data").is_some() {
        return Problem::error("The file holds a credential, not a workflow").with_help(FORM);
    }
    if object.get("resultData").is_some() {
        return Problem::error("The file holds the data of a run, not a workflow").with_help(FORM);
    }
    if object.get("parameters").is_some() && object.get("type").is_some() {
        return Problem::error("The file holds a single node, not a workflow").with_help(FORM);
    }
    Problem::error("The file is JSON but no workflow: it has no \"nodes\"").with_help(FORM)
}

const FORM: &str =
    "A workflow is an object with \"nodes\" and \"connections\", as n8n's \"Download\" saves it.";
