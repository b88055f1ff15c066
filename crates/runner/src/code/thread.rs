//! What the thread that runs code has of the host.

use std::cell::{Cell, RefCell};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use heddle_expression::code::{CodeAnswer, CodeError, CodeHost, CodeRequest, CodeResult, StaticData};
use heddle_node::{Json, StaticScope};
use tokio::sync::mpsc::UnboundedSender;

/// Lines that one run of code may write to its console; the others are left out.
const MOST_LINES: usize = 1_000;

/// The longest part of a line that is told, in bytes.
const LONGEST_LINE: usize = 16 * 1024;

/// What the thread tells while the code runs.
pub(crate) enum Message {
    /// A line on the console.
    Line { level: String, text: String },
    /// A call out of the process.
    Call(CodeRequest),
}

/// What the code is given of the host.
pub(crate) struct Given {
    /// Static data: the workflow's and the node's.
    pub(crate) static_data: [Json; 2],
}

/// What became of the code.
pub(crate) struct Outcome {
    pub(crate) result: Result<CodeResult, CodeError>,
    /// Static data to be kept.
    pub(crate) static_data: Vec<(StaticScope, Json)>,
}

/// The host on the thread's side.
pub(crate) struct ThreadHost {
    messages: UnboundedSender<Message>,
    answers: Receiver<CodeAnswer>,
    given: Given,
    kept: RefCell<Vec<(StaticScope, Json)>>,
    lines: Cell<usize>,
}

impl ThreadHost {
    pub(crate) fn new(
        messages: UnboundedSender<Message>,
        answers: Receiver<CodeAnswer>,
        given: Given,
    ) -> Self {
        Self { messages, answers, given, kept: RefCell::default(), lines: Cell::new(0) }
    }

    /// The code has ended.
    pub(crate) fn end(self, result: Result<CodeResult, CodeError>) -> Outcome {
        let left_out = self.lines.get().saturating_sub(MOST_LINES);
        if left_out > 0 {
            self.tell("warn", format!("{left_out} more lines were left out"));
        }
        Outcome { result, static_data: self.kept.take() }
    }

    fn tell(&self, level: &str, text: String) {
        // Nobody listens any more where the run was left.
        let _ = self.messages.send(Message::Line { level: level.to_owned(), text });
    }
}

impl CodeHost for ThreadHost {
    fn log(&self, level: &str, text: &str) {
        let line = self.lines.get() + 1;
        self.lines.set(line);
        if line <= MOST_LINES {
            let end = (0..=LONGEST_LINE.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            let shown = &text[..end.unwrap_or(0)];
            let more = if shown.len() < text.len() { "…" } else { "" };
            self.tell(level, format!("{shown}{more}"));
        }
    }

    fn static_data(&self, of: StaticData) -> Json {
        let [workflow, node] = &self.given.static_data;
        match of {
            StaticData::Workflow => workflow.clone(),
            StaticData::Node => node.clone(),
        }
    }

    fn set_static_data(&self, of: StaticData, data: Json) {
        let scope = match of {
            StaticData::Workflow => StaticScope::Workflow,
            StaticData::Node => StaticScope::Node,
        };
        self.kept.borrow_mut().push((scope, data));
    }

    fn call(&self, request: CodeRequest) {
        // Nobody listens any more where the run was left.
        let _ = self.messages.send(Message::Call(request));
    }

    fn next_answer(&self, most: Duration) -> Option<CodeAnswer> {
        self.answers.recv_timeout(most).ok()
    }
}
