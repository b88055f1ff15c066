//! Variables that expressions read and that nobody has set.

use heddle_expression::{CompiledValue, VariableObject, VariableReference};
use heddle_node::Json;
use heddle_workflow::{NodeIndex, Problem, Workflow};

use crate::prepared::{in_expression, place};
use crate::suggest::Names;
use crate::variables::Variables;

/// What reads a variable, as the beginning of a sentence.
const EXPRESSION: &str = "The expression";

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
            let problem = match read.object {
                VariableObject::Environment => denied(EXPRESSION, &read, variables),
                VariableObject::Variables => unset(EXPRESSION, &read, variables, sends),
                VariableObject::Secrets => unseen(EXPRESSION, &read, sends),
            };
            let place = Some(read.range);
            problems.extend(problem.map(|problem| in_expression(workflow, index, &pointer, place, problem)));
        }
    }
    problems
}

/// The same of the fields of a credential, whose text is not shown: a request would be signed with a gap.
pub(crate) fn unset_in_credential(
    credential: &str,
    fields: &CompiledValue,
    variables: &Variables,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (pointer, template) in fields.templates() {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        let reader = format!("{EXPRESSION} in the field \"{field}\" of the credential \"{credential}\"");
        for read in template.variable_references() {
            problems.extend(match read.object {
                VariableObject::Environment => denied(&reader, &read, variables),
                VariableObject::Variables => unset(&reader, &read, variables, true),
                VariableObject::Secrets => ungiven(&reader, &read, variables),
            });
        }
    }
    problems
}

/// The same of the code of a node.
pub(crate) fn unset_in_code(
    workflow: &Workflow,
    index: NodeIndex,
    code: &[CodeReads],
    variables: &Variables,
    sends: bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for CodeReads { parameter, variables: reads } in code {
        for (read, line) in reads {
            let problem = match read.object {
                VariableObject::Environment => None,
                VariableObject::Variables => unset("The code", read, variables, sends),
                VariableObject::Secrets => unseen("The code", read, sends),
            };
            problems.extend(problem.map(|mut problem| {
                problem.message = format!("{} (line {line})", problem.message);
                let problem = problem.in_parameter(parameter.clone());
                place(workflow, index, &format!("/parameters/{parameter}"), problem)
            }));
        }
    }
    problems
}

/// The variables that code reads, each with its line.
pub(crate) struct CodeReads {
    pub(crate) parameter: String,
    pub(crate) variables: Vec<(VariableReference, usize)>,
}

/// Outside of credentials there are no secrets.
fn unseen(reader: &str, read: &VariableReference, sends: bool) -> Option<Problem> {
    if read.has_fallback {
        return None;
    }
    let message = format!(
        "{reader} reads \"$secrets.{}\", which gives nothing here: only credentials see secrets",
        read.name
    );
    let problem = if sends { Problem::error(message) } else { Problem::warning(message) };
    Some(problem.with_help("Put the secret into a credential, and let the node sign with that."))
}

fn ungiven(reader: &str, read: &VariableReference, variables: &Variables) -> Option<Problem> {
    let provider = &read.name;
    if variables.secrets.expose().get(provider).is_some() {
        return None;
    }
    let message = format!("{reader} reads secrets of \"{provider}\", and none of that name are given");
    Some(
        Problem::error(message)
            .with_help("Give them with `--secrets FILE`: {\"PROVIDER\": {\"NAME\": \"…\"}}."),
    )
}

fn unset(reader: &str, read: &VariableReference, variables: &Variables, sends: bool) -> Option<Problem> {
    let name = &read.name;
    if read.has_fallback || variables.vars.get(name).is_some() {
        return None;
    }
    let message = format!("{reader} reads the variable \"{name}\", which nobody has set");
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
fn denied(reader: &str, read: &VariableReference, variables: &Variables) -> Option<Problem> {
    let name = &read.name;
    if variables.env.get(name).is_some_and(|value| !value.is_null() || read.has_fallback) {
        return None;
    }
    Some(match variables.env.get(name).map(Json::is_null) {
        Some(_) => Problem::warning(format!("The environment variable \"{name}\" is not set")),
        None => Problem::error(format!("{reader} may not read the environment variable \"{name}\""))
            .with_help(format!("Allow it with `--env {name}`."))
            .found_by_running(),
    })
}
