//! Variables that expressions read and that nobody has set.

use heddle_expression::{CompiledValue, VariableReference};
use heddle_node::Json;
use heddle_workflow::{NodeIndex, Problem, Workflow};

use crate::prepared::in_expression;
use crate::suggest::Names;
use crate::variables::Variables;

/// The variables of a node's expressions that nobody has set, and that these have nothing to put in the place of. In the
/// parameters of a node with an effect (`sends`) a text would leave with a gap.
pub(crate) fn unset_variables(
    workflow: &Workflow,
    index: NodeIndex,
    compiled: &CompiledValue,
    variables: &Variables,
    sends: bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (pointer, template) in compiled.templates() {
        for read in template.variable_references() {
            let problem = match read.is_environment {
                true => denied(&read, variables),
                false => unset(&read, variables, sends),
            };
            let place = Some(read.range);
            problems.extend(problem.map(|problem| in_expression(workflow, index, &pointer, place, problem)));
        }
    }
    problems
}

fn unset(read: &VariableReference, variables: &Variables, sends: bool) -> Option<Problem> {
    let name = &read.name;
    if read.has_fallback || variables.vars.get(name).is_some() {
        return None;
    }
    let message = format!("The expression reads the variable \"{name}\", which nobody has set");
    let problem = if sends { Problem::error(message) } else { Problem::warning(message) };
    let set = variables.vars.as_object().into_iter().flat_map(|vars| vars.keys()).collect::<Vec<_>>();
    let near = if set.is_empty() {
        String::new()
    } else {
        format!(" {}", Names::new(set.into_iter()).suggest("Set are", name))
    };
    Some(problem.with_help(format!(
        "Set it with `--var {name}=…`, `--vars FILE` or HEDDLE_VAR_{name}, or say what stands in its place: \
         `$vars.{name} ?? \"…\"`.{near}"
    )))
}

/// Reading a variable of the environment that is not allowed is an error, whatever stands beside it.
fn denied(read: &VariableReference, variables: &Variables) -> Option<Problem> {
    let name = &read.name;
    if variables.env.get(name).is_some_and(|value| !value.is_null() || read.has_fallback) {
        return None;
    }
    Some(match variables.env.get(name).map(Json::is_null) {
        Some(_) => Problem::warning(format!("The environment variable \"{name}\" is not set")),
        None => Problem::error(format!("The expression may not read the environment variable \"{name}\""))
            .with_help(format!("Allow it with `--env {name}`."))
            .found_by_running(),
    })
}
