//! Why a run could not begin.

use std::fmt;

use heddle_node::{printable, printable_line};
use heddle_workflow::{Problem, TriggerKind, Workflow};

/// Why a run could not begin. Nothing has left, except where it was [broken off](RunError::Broken).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RunError {
    /// The workflow cannot run as it is.
    Problems(Vec<Problem>),
    /// A node that the options name is not in the workflow.
    NoSuchNode {
        /// The name.
        name: String,
        /// The nearest names.
        help: String,
    },
    /// No node starts the workflow, and the options name none.
    NoStartNode,
    /// The items that the options select cannot be run by themselves.
    Selection {
        /// Why not.
        message: String,
        /// What to do.
        help: String,
    },
    /// The workflow has several triggers whose types are not there, and the options name none.
    UnclearStart {
        /// Their names.
        triggers: Vec<String>,
    },
    /// The node to start at waits for something that nobody can make up, and the options give no items.
    NoItems {
        /// Its name.
        node: String,
        /// What it waits for.
        waits_for: TriggerKind,
        /// Whether the file has pinned data for it, which the options leave aside.
        has_pins: bool,
    },
    /// A run within a run that is taken up gets other items than those that it had begun with. It may have sent something.
    OtherItems {
        /// Name of its workflow.
        workflow: String,
    },
    /// The log of the run cannot be read, or holds nothing from which it could be taken up.
    Log(String),
    /// The environment of the process does not fit.
    Environment(String),
    /// The run was broken off: by a fault of the program, or since its runtime ended. What was sent until then is known to
    /// the handle of the run.
    Broken(String),
    /// The time zone is not in the IANA database.
    UnknownTimezone(String),
}

impl RunError {
    /// The same as a problem of the workflow, with its place in the file; `None` where it is about the call.
    pub fn problem(&self, workflow: &Workflow) -> Option<Problem> {
        let root = workflow.root_pointer();
        let place = match self {
            Self::NoStartNode | Self::UnclearStart { .. } => root.to_owned(),
            Self::UnknownTimezone(name) if workflow.settings.timezone.as_ref() == Some(name) => {
                format!("{root}/settings/timezone")
            }
            _ => return None,
        };
        let mut problem = Problem::error(self.to_string());
        problem.span = workflow.span(&place);
        Some(problem.at(place))
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(problems) => {
                let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
                formatter.write_str(&texts.join("\n"))
            }
            Self::NoSuchNode { name, help } => {
                write!(formatter, "the workflow has no node \"{}\". {}", printable_line(name), printable(help))
            }
            Self::Selection { message, help } => write!(formatter, "{message}. {help}"),
            Self::Environment(message) | Self::Log(message) => formatter.write_str(message),
            Self::OtherItems { workflow } => write!(
                formatter,
                "the workflow \"{}\" gets other items than those that it had begun with, so nothing more of it was sent",
                printable_line(workflow)
            ),
            Self::Broken(why) => write!(formatter, "the run was broken off: {why}"),
            Self::NoItems { node, waits_for, has_pins } => {
                write!(
                    formatter,
                    "the workflow starts at \"{}\", which waits for {}: give the items that it would put out, `--input FILE`",
                    printable_line(node),
                    waits_for.waits_for()
                )?;
                if let Some(item) = waits_for.example_item() {
                    write!(formatter, ", such as [{item}]")?;
                }
                if *has_pins { formatter.write_str(", or use the file's pinned data, `--pins`") } else { Ok(()) }
            }
            Self::NoStartNode => formatter.write_str(
                "no node starts the workflow: add a trigger, such as a manual trigger, or name a node to start at",
            ),
            Self::UnclearStart { triggers } => {
                let names: Vec<String> = triggers.iter().map(|name| format!("\"{name}\"")).collect();
                write!(
                    formatter,
                    "the types of the workflow's triggers are not available here: {}. Name one to start at, and give the items that it would put out: `--start NODE --input FILE`",
                    names.join(", ")
                )
            }
            Self::UnknownTimezone(name) => {
                write!(
                    formatter,
                    "the time zone \"{}\" is unknown: give an IANA name such as Europe/Berlin",
                    printable_line(name)
                )
            }
        }
    }
}

impl std::error::Error for RunError {}
