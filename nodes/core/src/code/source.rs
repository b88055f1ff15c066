//! What can be said about code before it runs.

use heddle_node::{ErrorKind, Json, NodeError, StoredParameters, StoredProblem, Weight};

use super::items;

/// Whether code names a way out of the process. Code that hides it is refused when it takes it.
pub(super) fn may_call(code: &str) -> bool {
    ["helpers", "fetch"].iter().any(|name| code.contains(name))
}

/// Everything that is wrong with the node as it is stored.
pub(super) fn check(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let text = |name: &str| stored.constant_text(name);
    let is_written_python =
        matches!(text("language"), Some("python" | "pythonNative")) || is_python(stored.written);
    if is_written_python && stored.type_version >= 2.0 {
        let error = no_python();
        let help = error.description.clone().unwrap_or_default();
        return vec![StoredProblem::new(Weight::Refused, "/language", error.message.clone(), help)];
    }
    let mut problems = check_syntax(stored, "jsCode");
    if text("mode") == Some("runOnceForEachItem")
        && let Some(problem) = text("jsCode").and_then(misplaced_input)
    {
        let message = format!("{} (line {})", problem.message, problem.line);
        problems.push(StoredProblem::new(Weight::FailsWhenRun, "/jsCode", message, EACH_ITEM_HELP));
    }
    problems
}

/// Whether parameters say that their code is Python.
pub(super) fn is_python(parameters: &Json) -> bool {
    let language = parameters.get("language").and_then(Json::as_str);
    language.is_some_and(|language| language.starts_with("python"))
}

/// Code in the parameter `name` that is not JavaScript.
pub(crate) fn check_syntax(stored: &StoredParameters<'_>, name: &str) -> Vec<StoredProblem> {
    let code = stored.values.get(name).and_then(Json::as_str).unwrap_or_default();
    let problem = stored.host.code_problem(code);
    let told = problem.map(|problem| {
        StoredProblem::new(
            Weight::FailsWhenRun,
            format!("/{name}"),
            format!("The code does not compile: {} (line {})", problem.message, problem.line),
            "Open the node and look at that line.",
        )
    });
    told.into_iter().collect()
}

/// Python is not run here.
pub(super) fn no_python() -> NodeError {
    NodeError::new(ErrorKind::Operation, "Python code cannot be run here").with_description(
        "Heddle runs JavaScript in its own process, and has no Python. Write the code in JavaScript: what is `_input` \
         there is `$input` here.",
    )
}

const EACH_ITEM_HELP: &str = "This is only available in 'Run Once for All Items' mode";

/// A method of `$input` that code for each item cannot call.
pub(super) struct MisplacedInput {
    message: String,
    line: usize,
}

impl MisplacedInput {
    pub(super) fn into_error(self) -> NodeError {
        let mut error = items::error(format!("{} [line {}, for item 0]", self.message, self.line))
            .with_description(EACH_ITEM_HELP);
        error.line = Some(self.line);
        error.item_index = Some(0);
        error
    }
}

/// The first call of `$input` for all items, unless it is in comments alone.
pub(super) fn misplaced_input(code: &str) -> Option<MisplacedInput> {
    const METHODS: [&str; 4] = ["first", "last", "all", "itemMatching"];
    let method = code.match_indices("$input.").find_map(|(at, found)| {
        let rest = &code[at + found.len()..];
        METHODS.into_iter().find(|method| rest.starts_with(method))
    })?;
    let line = code.split('\n').position(|line| {
        let line = line.trim_start();
        line.contains(method) && !["//", "/*", "*"].iter().any(|comment| line.starts_with(comment))
    })?;
    Some(MisplacedInput { message: format!("Can't use .{method}() here"), line: line + 1 })
}
