//! What can be wrong with a workflow file, said so that it can be mended.

use std::fmt;

use heddle_data::{printable, printable_line};
use serde::Serialize;

use crate::source::Span;
use crate::workflow::Workflow;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The workflow runs; something in it is probably not meant so.
    Warning,
    /// The workflow must not run.
    Error,
}

/// Stands among the callers of a workflow for its being called as an error workflow, by no node.
pub const ERROR_WORKFLOW_CALLER: &str = "error workflow";

/// Which called workflow a problem is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalledPlace {
    /// Its name.
    pub workflow: String,
    /// Its file; `None` when it was read from none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The nodes that lead to it: the one that calls in the workflow at hand, then that in the workflow called by it, and so
    /// on. An error workflow is led to by `error workflow`.
    pub callers: Vec<String>,
    /// Its text, for showing the place.
    #[serde(skip)]
    pub text: Option<std::sync::Arc<str>>,
}

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Whether the workflow can run all the same.
    pub severity: Severity,
    /// What is wrong, in one sentence, with the names that it concerns.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// JSON pointer (RFC 6901) into the whole file; empty for the file itself.
    pub pointer: String,
    /// Where in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Name of the node it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Names of all nodes that share it, where there are several; `node` is the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// Path of the parameter it is about, such as `options.timeout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The workflow that it is in, where that is not the one at hand but one that it calls. Pointer, span, node and
    /// parameter are those in that workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<CalledPlace>,
    /// Whether n8n finds it only when the node runs, and then as an error of the node or its item. It keeps a run that can
    /// reach an effect from starting; elsewhere, and where the node goes on after errors, it is a warning. Without it an
    /// error always keeps the run from starting.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub found_by_running: bool,
}

impl Problem {
    /// A problem that must be mended before the workflow can run.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A problem that the workflow can run with.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Self {
            severity,
            message,
            help: None,
            pointer: String::new(),
            span: None,
            node: None,
            nodes: Vec::new(),
            parameter: None,
            called: None,
            found_by_running: false,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the place, as a JSON pointer into the file.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// Adds the node's name; an empty name says nothing and is left out.
    #[must_use]
    pub fn in_node(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.node = (!name.is_empty()).then_some(name);
        self
    }

    /// Says that a further node shares it.
    pub fn share_with(&mut self, name: impl Into<String>) {
        if self.nodes.is_empty() {
            self.nodes.extend(self.node.clone());
        }
        self.nodes.push(name.into());
    }

    /// Says that it is in a workflow that the one at hand calls; `callers` are the names of the nodes that lead there.
    #[must_use]
    pub fn in_called(mut self, workflow: &Workflow, callers: &[String]) -> Self {
        self.called = Some(CalledPlace {
            workflow: workflow.name.clone(),
            file: workflow.source_name().map(str::to_owned),
            callers: callers.to_vec(),
            text: workflow.shared_text(),
        });
        self
    }

    /// Which nodes and which parameter it is about, as people read it; empty where it is about neither.
    pub fn subject(&self) -> String {
        let quoted = |name: &String| format!("\"{name}\"");
        let nodes = match (self.nodes.as_slice(), &self.node) {
            ([], None) => String::new(),
            ([], Some(node)) => format!("node {}", quoted(node)),
            (nodes, _) => format!("nodes {}", nodes.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        };
        match &self.parameter {
            Some(parameter) if nodes.is_empty() => format!("parameter {parameter}"),
            Some(parameter) => format!("{nodes}, parameter {parameter}"),
            None => nodes,
        }
    }

    /// Adds the parameter's path.
    #[must_use]
    pub fn in_parameter(mut self, path: impl Into<String>) -> Self {
        self.parameter = Some(path.into());
        self
    }

    /// Says that n8n finds it only when the node runs ([`Problem::found_by_running`]).
    #[must_use]
    pub fn found_by_running(mut self) -> Self {
        self.found_by_running = true;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(called) = &self.called {
            write!(f, "{called}")?;
        }
        if let Some(span) = &self.span {
            write!(f, "{}:{}: ", span.line, span.column)?;
        }
        f.write_str(&printable(&self.message))?;
        let subject = self.subject();
        if !subject.is_empty() {
            write!(f, " [{}]", printable_line(&subject))?;
        }
        match &self.help {
            Some(help) => write!(f, " ({})", printable(help)),
            None => Ok(()),
        }
    }
}

/// The start of a message that goes on with line and column.
impl fmt::Display for CalledPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}:"),
            None => write!(f, "workflow \"{}\": ", self.workflow),
        }
    }
}

/// A file that could not be read as a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowError {
    /// What was read: a path, or the name given to [`crate::Workflow::parse`].
    pub name: String,
    /// The text, as far as there is one, for showing the place.
    pub text: Option<std::sync::Arc<str>>,
    /// What is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl WorkflowError {
    pub(crate) fn new(name: &str, text: Option<&std::sync::Arc<str>>, problem: Problem) -> Self {
        Self { name: name.to_owned(), text: text.cloned(), problems: vec![problem] }
    }
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let separator = if problem.span.is_some() { ":" } else { ": " };
            write!(f, "{}{separator}{problem}", printable_line(&self.name))?;
        }
        Ok(())
    }
}

impl std::error::Error for WorkflowError {}
