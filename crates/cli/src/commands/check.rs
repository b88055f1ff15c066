//! `heddle check`: every problem at once, without running.

use std::path::PathBuf;

use heddle_node::Registry;
use heddle_workflow::{Problem, Severity};

use crate::arguments::VariableArguments;
use crate::diagnostics;
use crate::failure::{Failure, USAGE};

pub(crate) fn execute(
    registry: Registry,
    paths: &[PathBuf],
    variables: &VariableArguments,
) -> Result<u8, Failure> {
    crate::variables::timezone(variables)?;
    let variables = crate::variables::read(variables)?;
    let mut errors = 0;
    super::read_standard_input_once(paths.iter().map(PathBuf::as_path))?;
    for path in paths {
        let name = super::name_of(path);
        let (text, problems) = match super::read_workflow(path) {
            Ok(workflow) => {
                let problems = heddle_runner::check(&workflow, &registry, &variables);
                (workflow.text().map(str::to_owned), problems)
            }
            Err(error) => (error.text.as_deref().map(str::to_owned), error.problems),
        };
        if problems.is_empty() {
            super::print(&format!("{name}: no problems\n"))?;
            continue;
        }
        super::print_rendered(&diagnostics::render(&name, text.as_deref(), &problems));
        super::print(&format!("{name}: {}\n", count(&problems)))?;
        errors += problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    }
    if errors > 0 { Ok(USAGE) } else { Ok(0) }
}

fn count(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let part = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> =
        [part(errors, "error"), part(warnings, "warning")].into_iter().flatten().collect();
    parts.join(", ")
}
