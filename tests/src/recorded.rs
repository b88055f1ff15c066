//! Workflows recorded from n8n: one JSON Lines file for each family in `tests/conformance/workflows`, one case a line.

use std::path::PathBuf;

use heddle_runner::RunResult;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::compare;

/// A recorded workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Case {
    /// What it shows, in a few words joined by hyphens; unique.
    pub id: String,
    /// What is special about it, where the id does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The workflow file.
    pub workflow: Value,
    /// What enters at the start node, n8n's `[{ "json": … }]` or plain objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Value>,
    /// Further words of the request, as the oracle takes them: `workflows` by id, `destination`, `start`, `vars`, `pins`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub request: Value,
    /// Why Heddle gives something else on purpose; `COMPATIBILITY.md` has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
    /// What Heddle gives where it differs, or where n8n refuses the workflow ([`shown`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Value>,
    /// What it was recorded with; a case without is recorded next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n8n: Option<RecordedWith>,
    /// What n8n gave, as the oracle tells it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub expected: Value,
}

/// What a case was recorded with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedWith {
    /// Version of n8n.
    pub version: String,
    /// n8n's mode of the run.
    pub mode: String,
}

impl Case {
    /// Whether n8n refuses to run the workflow.
    pub fn is_refused(&self) -> bool {
        self.expected["status"] == "crashed"
    }
}

/// The cases of a family.
pub struct Family {
    /// Name of its file, without the extension.
    pub name: String,
    /// Its cases, in the order of the file.
    pub cases: Vec<Case>,
    path: PathBuf,
}

impl Family {
    /// Writes the cases back.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(&self) {
        let lines = self.cases.iter().map(|case| serde_json::to_string(case).expect("JSON") + "\n");
        std::fs::write(&self.path, lines.collect::<String>()).expect("it can be written");
    }
}

/// All families, by name.
///
/// # Panics
/// When a file cannot be read, or a line is no case: the message says which.
pub fn families() -> Vec<Family> {
    let mut paths = crate::files_below(&crate::root().join("tests/conformance/workflows"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let family = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a file of cases can be read");
        let cases = text.lines().enumerate().map(|(index, line)| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}, line {}: {error}", path.display(), index + 1))
        });
        let cases = cases.collect();
        Family { name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), cases, path }
    };
    paths.into_iter().map(family).collect()
}

/// What of a run counts when it is compared with an earlier one of Heddle: the status, the text of the error, and of each
/// node run its outputs; of a refusal its text.
///
/// # Panics
/// When the run is not JSON.
pub fn shown(run: &Result<RunResult, String>) -> Value {
    match run {
        Ok(result) => compare::shown(result),
        Err(message) => json!({ "refused": message }),
    }
}
