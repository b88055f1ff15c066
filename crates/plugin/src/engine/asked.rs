//! What a package's code tells and asks while one of its functions runs.

use std::sync::mpsc::Sender;

use heddle_data::Json;

use super::error::WorkerError;

/// What is told about one call.
pub(crate) enum Asked {
    /// A question that is answered later, by its number.
    Later { id: u32, kind: String, details: Json, body: Vec<u8> },
    /// An expression, to be evaluated at an item of the input while the thread waits.
    Now { text: String, item: usize, reply: Sender<Result<Json, String>> },
    /// A line on the console.
    Line { level: String, text: String },
    /// The function has ended.
    Done { went_well: bool, value: Json },
    /// The thread gave it up.
    Failed(WorkerError),
}

/// The answer to a question.
pub(crate) struct Served {
    pub(crate) id: u32,
    pub(crate) answer: Result<(Json, Option<Vec<u8>>), Json>,
}

/// Which of a node's functions is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Execute,
    LoadOptions,
    ListSearch,
    ResourceMapping,
    Routing,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::LoadOptions => "loadOptions",
            Self::ListSearch => "listSearch",
            Self::ResourceMapping => "resourceMapping",
            Self::Routing => "routing",
        }
    }
}
