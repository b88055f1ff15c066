//! The nodes of a workflow, ready to run: node types found, parameters upgraded, filled, compiled, and every problem
//! that lies in one node alone.

use std::collections::HashSet;
use std::sync::Arc;

use heddle_expression::code::{Program, SyntaxProblem};
use heddle_expression::{Clock, CompiledValue, ExpressionError, fold_constants};
use heddle_node::node::Tier;
use heddle_node::parameters::{ParameterError, ParameterPlan, fill_defaults};
use heddle_node::{
    CalledWorkflow, CheckHost, CodeProblem, DateQuestion, Effect, Json, Node, NodeDescription, Registry,
    StoredParameters, StoredProblem, Weight,
};
use heddle_workflow::{NodeIndex, Problem, Severity, Workflow};

use crate::blanks;
use crate::constant_check::{self, ConstantCheck, put_folded};
use crate::effects::EffectSettings;
use crate::literal_templates::literal_templates;
use crate::mocks::sub_nodes;
use crate::sending::settings::SendingSettings;
use crate::stored_problems::Stored;
use crate::suggest::{Names, explain_missing_type, suggest};
use crate::unset::CodeReads;

/// A node of a workflow that can run.
pub(crate) struct PreparedNode {
    pub(crate) node: Arc<dyn Node>,
    pub(crate) type_version: f64,
    /// Parameters as the file has them, filled; expressions are still in them.
    pub(crate) stored: Json,
    /// The same, upgraded before they were filled.
    pub(crate) filled: Json,
    pub(crate) plan: ParameterPlan,
    pub(crate) compiled: CompiledValue,
    /// Whether all parameters are there for each item, and none is hidden for some.
    pub(crate) keeps_structure: bool,
    /// The gravest effect that any of its items can have: a send, where the node says nothing.
    gravest_effect: Effect,
    /// Which workflow it calls.
    pub(crate) calls: Option<CalledWorkflow>,
    /// Whether code of the node may read what other nodes put out.
    pub(crate) code_reads_nodes: bool,
    /// What its code reads of variables.
    pub(crate) code_reads: Vec<CodeReads>,
    /// What its JSON says of its recipients.
    pub(crate) sending: Option<Arc<SendingSettings>>,
    /// It stands in the place of the node, which does not run.
    pub(crate) is_mock: bool,
    /// The node in whose place it stands, where that could be prepared and might call out.
    pub(crate) replaced: Option<Box<PreparedNode>>,
}

/// One thing that is wrong with a workflow, with what decides how much it matters to a run.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// The node; `None` for the workflow as a whole.
    pub(crate) node: Option<NodeIndex>,
    pub(crate) problem: Problem,
    /// There is no such node type.
    pub(crate) lacks_type: bool,
    /// A credential is missing.
    pub(crate) is_credential: bool,
}

impl Finding {
    pub(crate) fn new(node: Option<NodeIndex>, problem: Problem) -> Self {
        Self { node, problem, lacks_type: false, is_credential: false }
    }
}

/// A node with everything that is wrong with it.
pub(crate) struct Preparation {
    /// The node; `None` where something keeps it from running at all.
    pub(crate) node: Option<PreparedNode>,
    /// Problems that n8n finds only while it runs are marked ([`Problem::found_by_running`]): the node can run with them.
    pub(crate) problems: Vec<Problem>,
    /// There is no such node type, which is the only problem.
    pub(crate) lacks_type: bool,
    /// Whether the node may do something to the world itself; one of an unknown type may.
    pub(crate) has_effect: bool,
}

/// Prepares the nodes of one workflow.
pub(crate) struct Preparer<'w> {
    pub(crate) workflow: &'w Workflow,
    pub(crate) registry: &'w Registry,
    names: Names<'w>,
}

impl<'w> Preparer<'w> {
    pub(crate) fn new(workflow: &'w Workflow, registry: &'w Registry) -> Self {
        let names = Names::new(workflow.nodes.iter().map(|node| node.name.as_str()));
        Self { workflow, registry, names }
    }

    /// Prepares one node, and finds everything that is wrong with it.
    pub(crate) fn prepare(&self, index: NodeIndex) -> Preparation {
        let workflow = self.workflow;
        let settings = &workflow.nodes[index];
        let refused = |problem, lacks_type| Preparation {
            node: None,
            problems: vec![problem],
            lacks_type,
            has_effect: true,
        };
        let tied = sub_nodes(workflow, &settings.name);
        let node = match find_type(workflow, index, self.registry) {
            Ok(node) => node,
            Err(mut problem) => {
                if !tied.is_empty() {
                    problem.help = Some(together(&tied));
                }
                return refused(*problem, tied.is_empty());
            }
        };
        let type_version = settings.type_version.unwrap_or_else(|| latest(&*node));
        let description = match node.describe() {
            Ok(description) => description,
            Err(error) => {
                let message = format!("The node type \"{}\" is broken: {error}", settings.node_type);
                return refused(place(workflow, index, "/type", Problem::error(message)), false);
            }
        };
        let upgraded = node.upgrade(type_version, settings.parameters.clone());
        let filled = fill_defaults(&description.properties, &upgraded, type_version);
        let stored = if upgraded == settings.parameters {
            filled.clone()
        } else {
            fill_defaults(&description.properties, &settings.parameters, type_version)
        };
        let gravest_effect = gravest_effect(&*node, &filled, settings);
        let has_effect = gravest_effect != Effect::Pure;
        let mut problems = unknown_choices(workflow, index, &description, &upgraded);
        // A choice that there is not does not fit either: that is said once.
        let unknown: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
        problems.extend(useless_settings(workflow, index, &*node));
        if !tied.is_empty() {
            let message =
                format!("The node \"{}\" works with sub-nodes, which do not run here", settings.name);
            problems.push(place(workflow, index, "", Problem::warning(message).with_help(together(&tied))));
        }
        let (sending, wrong) = sending_settings(workflow, index, &*node, &filled, has_effect);
        problems.extend(wrong);
        let misfits = |errors: Vec<ParameterError>| {
            let all = errors.into_iter().map(|error| parameter_problem(workflow, index, &error));
            all.filter(|problem| !unknown.contains(&problem.pointer)).collect::<Vec<_>>()
        };
        let told = |problem: StoredProblem| stored_problem(workflow, index, problem);
        let written = fold_constants(&settings.parameters);
        let found = Stored {
            properties: &description.properties,
            type_version,
            written: &written,
            upgraded: &upgraded,
            filled: &fold_constants(&filled),
        };
        problems.extend(found.problems().into_iter().map(told));
        if stored != filled {
            // What the file has is checked before it is upgraded, too: an older version may be stricter.
            let written = ParameterPlan::new(&description.properties, &stored, type_version);
            problems.extend(written.err().map(misfits).unwrap_or_default());
        }
        let plan = match ParameterPlan::new(&description.properties, &filled, type_version) {
            Ok(plan) => plan,
            Err(errors) => {
                let others = without_misfits(&description, &filled, type_version, &errors);
                problems.extend(misfits(errors));
                match others {
                    Some(plan) => plan,
                    None => {
                        return Preparation {
                            node: None,
                            problems: without_repeats(problems),
                            lacks_type: false,
                            has_effect,
                        };
                    }
                }
            }
        };
        let read = blanks::read_values(&description.properties, plan.parameters(), type_version);
        let (parameters, blanks) = match read {
            Some((parameters, found)) => (parameters, found),
            None => (plan.parameters().clone(), Vec::new()),
        };
        problems.extend(blanks.into_iter().map(told));
        let compiled = CompiledValue::compile(&parameters);
        for (pointer, error) in compiled.errors() {
            problems.push(expression_problem(workflow, index, &pointer, error));
        }
        problems.extend(self.missing_nodes(index, &compiled));
        let programs = programs(&*node, &filled);
        problems.extend(self.missing_in_code(index, &programs));
        let literal = literal_templates(&description.properties, &filled, type_version, has_effect);
        problems.extend(literal.into_iter().map(told));
        let folded = compiled.folded();
        let mut constants = compiled.constants();
        let unfolded = constants.clone();
        put_folded(&mut constants, &folded);
        let known = StoredParameters { values: &constants, written: &written, type_version, host: &Moments };
        let mut failures = node.check_stored(&known);
        let calls = node.called_workflow(&known).unwrap_or_else(|error| {
            failures.push(error.into());
            None
        });
        if let Tier::Item(node) = node.tier_for(&filled) {
            let check = ConstantCheck {
                node,
                properties: &description.properties,
                type_version,
                parameters: &unfolded,
                folded: &folded,
            };
            let errors = check.problems().into_iter().map(|error| node.explain(error, &filled, type_version));
            failures.extend(errors.map(StoredProblem::from));
        }
        let failures: Vec<Problem> = failures.into_iter().map(told).collect();
        // One problem is told once: of a choice that there is not, what the node itself refuses says more.
        let refused: HashSet<String> = failures
            .iter()
            .filter(|problem| problem.severity == Severity::Error && !problem.found_by_running)
            .map(|problem| problem.pointer.clone())
            .collect();
        problems
            .retain(|problem| !(unknown.contains(&problem.pointer) && refused.contains(&problem.pointer)));
        let kept =
            |problem: &Problem| refused.contains(&problem.pointer) || !unknown.contains(&problem.pointer);
        problems.extend(failures.into_iter().filter(kept));
        let problems = without_repeats(problems);
        // It is there with whatever keeps it from running, since what it would do to the world decides about the others.
        let keeps_structure = plan.keeps_structure();
        // What cannot be read may read anything.
        let code_reads_nodes = programs
            .iter()
            .any(|(_, program)| program.as_ref().is_ok_and(|program| program.reads_other_nodes));
        let code_reads = programs.into_iter().filter_map(|(parameter, program)| {
            let variables = program.ok()?.variables;
            (!variables.is_empty()).then_some(CodeReads { parameter, variables })
        });
        let code_reads = code_reads.collect();
        let node = PreparedNode {
            node,
            type_version,
            stored,
            filled,
            plan,
            compiled,
            keeps_structure,
            gravest_effect,
            calls,
            code_reads_nodes,
            code_reads,
            sending: sending.map(Arc::new),
            is_mock: false,
            replaced: None,
        };
        Preparation { node: Some(node), problems, lacks_type: false, has_effect }
    }

    /// Code that names a node which does not exist.
    fn missing_in_code(&self, index: NodeIndex, programs: &[ReadCode]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (parameter, program) in programs {
            for (name, line) in program.iter().flat_map(|program| &program.nodes) {
                if self.names.contains(name) {
                    continue;
                }
                let message =
                    format!("The code names the node \"{name}\", which does not exist (line {line})");
                let problem = Problem::error(message)
                    .with_help(self.names.suggest("The nodes are", name))
                    .found_by_running()
                    .in_parameter(parameter.clone());
                problems.push(place(self.workflow, index, &format!("/parameters/{parameter}"), problem));
            }
        }
        problems
    }

    /// Expressions that name a node which does not exist.
    fn missing_nodes(&self, index: NodeIndex, compiled: &CompiledValue) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (pointer, template) in compiled.templates() {
            for (name, range) in &template.node_references().names {
                if self.names.contains(name) {
                    continue;
                }
                let problem =
                    Problem::error(format!("The expression names the node \"{name}\", which does not exist"))
                        .with_help(self.names.suggest("The nodes are", name))
                        .found_by_running();
                problems.push(in_expression(self.workflow, index, &pointer, Some(range.clone()), problem));
            }
        }
        problems
    }
}

/// What the check of constant values knows of them.
struct Moments;

impl CheckHost for Moments {
    fn is_moment(&self, text: &str) -> bool {
        let clock = Clock { now: 0, zone: jiff::tz::TimeZone::UTC };
        heddle_expression::parse_moment(text, &clock).is_some()
    }

    fn code_problem(&self, code: &str) -> Option<CodeProblem> {
        let problem = Program::parse(code).err()?;
        Some(CodeProblem { message: problem.message, line: problem.line })
    }

    fn check_date(&self, question: DateQuestion<'_>) -> Result<(), heddle_node::NodeError> {
        let clock = Clock { now: 0, zone: jiff::tz::TimeZone::UTC };
        crate::node_run::dates::answer(0.0, "UTC", question, &clock).map(drop)
    }

    fn check_pattern(&self, source: &str) -> Result<(), heddle_node::NodeError> {
        crate::filter::check_source(source)
    }
}

/// A value may be checked as the file has it and as its upgraded form has it.
fn without_repeats(problems: Vec<Problem>) -> Vec<Problem> {
    let mut kept: Vec<Problem> = Vec::with_capacity(problems.len());
    let mut seen = HashSet::new();
    for problem in problems {
        if seen.insert((problem.message.clone(), problem.pointer.clone(), problem.span.clone())) {
            kept.push(problem);
        }
    }
    kept
}

impl PreparedNode {
    /// What takes the place of a node: it has no parameters that count, and no effect.
    pub(crate) fn standing_in(
        node: Arc<dyn Node>,
        type_version: f64,
        stored: Json,
        plan: ParameterPlan,
    ) -> Self {
        let filled = Json::object();
        let compiled = CompiledValue::compile(&filled);
        Self {
            node,
            type_version,
            stored,
            filled,
            plan,
            compiled,
            keeps_structure: true,
            gravest_effect: Effect::Pure,
            calls: None,
            code_reads_nodes: false,
            code_reads: Vec::new(),
            sending: None,
            is_mock: true,
            replaced: None,
        }
    }

    /// Whether the node may do something to the world, itself or through a workflow that it calls.
    pub(crate) fn has_effect(&self) -> bool {
        self.gravest_effect() != Effect::Pure
    }

    /// The gravest effect that any of its items can have: a send, where the node says nothing.
    pub(crate) fn gravest_effect(&self) -> Effect {
        self.gravest_effect
    }
}

/// A parameter that is code, with what was read of it.
type ReadCode = (String, Result<Program, SyntaxProblem>);

/// The code in these parameters.
fn programs(node: &dyn Node, parameters: &Json) -> Vec<ReadCode> {
    let Tier::Batch(batch) = node.tier_for(parameters) else { return Vec::new() };
    let code = batch.code().iter().filter_map(|name| Some((*name, parameters.get(name)?.as_str()?)));
    code.map(|(name, code)| (name.to_owned(), Program::parse(code))).collect()
}

fn gravest_effect(node: &dyn Node, parameters: &Json, settings: &heddle_workflow::Node) -> Effect {
    let stated = node.tier_for(parameters).stated_effect(parameters);
    EffectSettings::of(node, settings).apply(stated).unwrap_or(Effect::Send)
}

/// What to do about a node to which sub-nodes are tied.
fn together(tied: &[(&str, &str)]) -> String {
    let names: Vec<String> = tied.iter().map(|(name, kind)| format!("\"{name}\" ({kind})")).collect();
    format!(
        "With `--mock` it is replaced as one with its sub-nodes {}: a file says what it puts out, which `heddle mock` writes, \
         or its pinned data do.",
        names.join(", ")
    )
}

fn latest(node: &dyn Node) -> f64 {
    node.header().versions.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// The node type at the version that the file asks for.
fn find_type(
    workflow: &Workflow,
    index: NodeIndex,
    registry: &Registry,
) -> Result<Arc<dyn Node>, Box<Problem>> {
    let settings = &workflow.nodes[index];
    if let Some(node) = registry.node(&settings.node_type, settings.type_version) {
        return Ok(node.with_settings(&settings.to_json()).unwrap_or_else(|| Arc::clone(node)));
    }
    let versions = registry.versions(&settings.node_type);
    let (key, problem) = if versions.is_empty() {
        ("/type", explain_missing_type(registry, &settings.node_type))
    } else {
        let list: Vec<String> = versions.iter().map(f64::to_string).collect();
        let problem = Problem::error(format!(
            "Node type \"{}\" is not available in version {}",
            settings.node_type,
            settings.type_version.unwrap_or_default()
        ))
        .with_help(format!("Available versions: {}.", list.join(", ")));
        ("/typeVersion", problem)
    };
    Err(Box::new(place(workflow, index, key, problem)))
}

/// Settings of what calls do, at a node that knows it itself.
fn useless_settings(workflow: &Workflow, index: NodeIndex, node: &dyn Node) -> Vec<Problem> {
    let settings = &workflow.nodes[index];
    let keys =
        [("effect", settings.effect.is_some()), ("idempotencyKey", settings.idempotency_key.is_some())];
    let useless = keys.into_iter().filter(|(_, is_set)| *is_set && !node.effect_is_settable());
    useless
        .map(|(key, _)| {
            let problem = Problem::warning(format!(
                "The node \"{}\" does not take the setting \"{key}\"",
                settings.name
            ))
            .with_help("It states itself what its calls do. Remove the setting.");
            place(workflow, index, &format!("/{key}"), problem)
        })
        .collect()
}

/// What the node's JSON says of its recipients, and what is wrong with that.
fn sending_settings(
    workflow: &Workflow,
    index: NodeIndex,
    node: &dyn Node,
    parameters: &Json,
    has_effect: bool,
) -> (Option<SendingSettings>, Vec<Problem>) {
    let settings = &workflow.nodes[index];
    let (read, wrong) = SendingSettings::read(settings);
    let mut problems: Vec<Problem> = wrong
        .into_iter()
        .map(|wrong| {
            place(workflow, index, &wrong.pointer, Problem::error(wrong.message).with_help(wrong.help))
        })
        .collect();
    let given = crate::sending::settings::NAMES.into_iter().filter(|name| settings.get(name).is_some());
    for name in given.filter(|_| read.is_some()) {
        let (what, help) = match node.tier_for(parameters) {
            _ if !has_effect => ("has no effect", "It sends nothing. Remove the setting."),
            Tier::Batch(_) => (
                "takes its items all at once",
                "The setting counts where each item is sent by itself. Put it at such a node, or remove it.",
            ),
            Tier::Item(_) => continue,
        };
        let message =
            format!("The node \"{}\" {what}, so its setting \"{name}\" cannot be kept", settings.name);
        let problem = if has_effect { Problem::error(message) } else { Problem::warning(message) };
        problems.push(place(workflow, index, &format!("/{name}"), problem.with_help(help)));
    }
    (read, problems)
}

/// Choices that no longer, or do not yet, exist: a node could not know what is meant.
fn unknown_choices(
    workflow: &Workflow,
    index: NodeIndex,
    description: &NodeDescription,
    parameters: &Json,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for property in description.properties.iter().filter(|property| property.no_data_expression) {
        let Some(value) = parameters.get(&property.name).and_then(Json::as_str) else { continue };
        if value.starts_with('=') || seen.contains(&property.name) {
            continue;
        }
        seen.push(property.name.clone());
        let choices: Vec<&str> = description
            .properties
            .iter()
            .filter(|other| other.name == property.name)
            .flat_map(|other| other.choices())
            .filter_map(|choice| choice.value.as_str())
            .collect();
        if !choices.is_empty() && !choices.contains(&value) {
            let problem = Problem::error(format!(
                "The {} \"{value}\" is not one that the node \"{}\" has",
                property.display_name.to_lowercase(),
                workflow.nodes[index].name
            ))
            .with_help(suggest("It has", &choices, value))
            .in_parameter(property.name.clone());
            problems.push(place(workflow, index, &format!("/parameters/{}", property.name), problem));
        }
    }
    problems
}

fn parameter_problem(workflow: &Workflow, index: NodeIndex, error: &ParameterError) -> Problem {
    let problem = Problem::error(error.message.clone())
        .with_help("Open the node, correct the value and save the workflow.")
        .in_parameter(error.path.clone());
    place(workflow, index, &format!("/parameters{}", error.pointer), problem)
}

/// What is reported about stored parameters.
fn stored_problem(workflow: &Workflow, index: NodeIndex, found: StoredProblem) -> Problem {
    let mut problem = match found.weight {
        Weight::Warning => Problem::warning(found.message),
        Weight::FailsWhenRun => Problem::error(found.message).found_by_running(),
        Weight::Refused => Problem::error(found.message),
    };
    problem.help = found.help;
    if !found.pointer.is_empty() {
        let written = &workflow.nodes[index].parameters;
        let path = path_in_file(written, &found.pointer);
        problem = problem.in_parameter(path);
    }
    place(workflow, index, &format!("/parameters{}", found.pointer), problem)
}

/// A plan of the parameters that fit, so that what else is wrong is found together with those that do not.
fn without_misfits(
    description: &NodeDescription,
    filled: &Json,
    type_version: f64,
    misfits: &[ParameterError],
) -> Option<ParameterPlan> {
    let mut others = filled.clone();
    for misfit in misfits {
        // It counts as an expression, of which nothing is known.
        *others.pointer_mut(&misfit.pointer)? = Json::from(constant_check::MASK);
    }
    ParameterPlan::new(&description.properties, &others, type_version).ok()
}

fn expression_problem(
    workflow: &Workflow,
    index: NodeIndex,
    pointer: &str,
    error: &ExpressionError,
) -> Problem {
    let message = format!("The expression does not compile: {}", error.message);
    let mut problem = Problem::error(message).found_by_running();
    problem.help = error.description.clone().or_else(|| {
        Some("Between {{ and }} stands one JavaScript expression; see the marked place.".to_owned())
    });
    in_expression(workflow, index, pointer, error.range.clone(), problem)
}

/// Points at a part of an expression: the parameter's place, moved to the part where the text stands unescaped.
pub(crate) fn in_expression(
    workflow: &Workflow,
    index: NodeIndex,
    pointer: &str,
    range: Option<std::ops::Range<usize>>,
    problem: Problem,
) -> Problem {
    let path = path_in_file(&workflow.nodes[index].parameters, pointer);
    let mut problem = place(workflow, index, &format!("/parameters{pointer}"), problem.in_parameter(path));
    let (Some(span), Some(range), Some(text)) = (&problem.span, range, workflow.text()) else {
        return problem;
    };
    // Nor is a part of a value marked that stands otherwise in the file, where the node brought it up to date.
    let place = format!("{}/parameters{pointer}", workflow.node_pointer(index));
    if workflow.source_map().and_then(|map| map.span(&place)).is_none() {
        return problem;
    }
    let start = span.range.start + 1 + range.start;
    let end = span.range.start + 1 + range.end;
    // Escapes in the file's text move the place; then the whole value stays marked.
    let raw = text.get(span.range.clone()).unwrap_or_default();
    if !raw.contains('\\')
        && end < span.range.end
        && text.is_char_boundary(start)
        && text.is_char_boundary(end)
    {
        problem.span = workflow.locate(start..end);
    }
    problem
}

/// The parameter that a pointer leads to, as far as the file has it: a node may have taken its value apart.
fn path_in_file(parameters: &Json, pointer: &str) -> String {
    let mut known = pointer;
    while parameters.pointer(known).is_none()
        && let Some((before, _)) = known.rsplit_once('/').filter(|(before, _)| !before.is_empty())
    {
        known = before;
    }
    let known = if parameters.pointer(known).is_some() { known } else { pointer };
    with_brackets(&known.trim_start_matches('/').replace('/', "."))
}

/// A path with its indices in brackets, as messages of nodes have it.
pub(crate) fn with_brackets(path: &str) -> String {
    let mut shown = String::new();
    for key in path.split('.') {
        let is_index = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        if is_index && !shown.is_empty() {
            shown.push_str(&format!("[{key}]"));
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(key);
        }
    }
    shown
}

/// Completes a problem with its node and its place in the file.
pub(crate) fn place(workflow: &Workflow, index: NodeIndex, below: &str, problem: Problem) -> Problem {
    let pointer = format!("{}{below}", workflow.node_pointer(index));
    let mut problem = problem.in_node(workflow.nodes[index].name.as_str());
    problem.span = workflow.span(&pointer);
    problem.at(pointer)
}
