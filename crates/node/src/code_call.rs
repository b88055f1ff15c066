//! Running code that the author of a workflow wrote.

use crate::error::NodeError;
use crate::item::Items;
use crate::json::Json;

/// Code to be run: the body of an asynchronous JavaScript function.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeCall {
    /// The code.
    pub code: String,
    /// The node that it is written for.
    pub dialect: CodeDialect,
    /// Whether it runs once for each item, or once for all.
    pub each_item: bool,
    /// The items.
    pub items: Items,
}

/// The kinds of nodes that code is written for: they offer it different names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeDialect {
    /// The Code node: `items`, or `item`.
    Code,
    /// The older Function and Function Item nodes: `items`, or `item`, which is the data of one.
    Function,
}

/// What code gave, as JSON.
#[derive(Debug, Clone)]
pub enum CodeAnswer {
    /// What it returned when it ran once; `None` where that was nothing that JSON has, such as undefined.
    Once(Option<Json>),
    /// The same for each item, in order. It ends with the first item that failed where the workflow does not go on.
    Each(Vec<Result<Option<Json>, NodeError>>),
}

/// Why code cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeProblem {
    /// What is wrong, in a sentence.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
}
