//! Mocks: nodes that a run replaces by what they might put out, so that a workflow can be tried whatever it would call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heddle_node::node::{Tier, batch_node};
use heddle_node::parameters::ParameterPlan;
use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, Node, NodeDescription, NodeError, NodeHeader, Ports,
    async_trait,
};
use heddle_workflow::{NodeIndex, OnError, TriggerKind, Workflow, read_items};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::prepared::{Preparation, PreparedNode};

/// Which nodes a run replaces, and what they put out instead.
///
/// Replaced is every node whose type is unknown, that calls out, has an effect or needs a credential, or to which sub-nodes
/// are tied, and every node that the mocks name; not one of these that is to run for real. A node that calls a workflow
/// runs: what that workflow would do is replaced. A node there is named `Workflow/Node`, with the name of the workflow or its
/// id.
#[derive(Debug, Clone, Default)]
pub struct Mocks {
    outputs: Arc<BTreeMap<String, Vec<Answer>>>,
    real: Arc<BTreeSet<String>>,
    /// Whether the workflow at hand is one that others call.
    is_called: bool,
}

/// A name in mocks that no node has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMock {
    /// The name.
    pub name: String,
    /// The nearest names.
    pub help: String,
}

/// More outputs by number are a slip of the pen.
const MOST_OUTPUTS: usize = 1000;

/// What a replaced node does in one of its runs.
#[derive(Debug, Clone)]
enum Answer {
    /// It puts this out, by output.
    Outputs(Vec<Items>),
    /// It fails.
    Error(NodeError),
}

impl Mocks {
    /// What nodes put out, by name:
    ///
    /// - a list of items;
    /// - `{ "0": items, "1": items }` or `{ "outputs": [items, …] }`: the items of outputs;
    /// - `{ "error": "message" }`: the node fails;
    /// - a list of lists of items, or `{ "runs": [one of these, …] }`: one for each run of the node. The last one counts for
    ///   all further runs.
    ///
    /// # Errors
    /// When an entry is none of these: the message names its node.
    pub fn parse(mocks: &Json) -> Result<Self, String> {
        let Some(entries) = mocks.as_object() else {
            return Err(
                "mocks are an object with the names of nodes, such as {\"Fetch\": [{\"id\": 1}]}".to_owned()
            );
        };
        let mut outputs = BTreeMap::new();
        for (name, entry) in entries.iter() {
            let is_list_of_lists =
                entry.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Json::is_array));
            let runs = match entry.get("runs") {
                Some(runs) => runs.as_array().unwrap_or_default().iter().map(answer).collect(),
                None if is_list_of_lists => entry.as_array().unwrap_or_default().iter().map(answer).collect(),
                None => answer(entry).map(|answer| vec![answer]),
            };
            let runs: Vec<Answer> =
                runs.map_err(|error: String| format!("the mock of \"{name}\" {error}"))?;
            if runs.is_empty() {
                return Err(format!(
                    "the mock of \"{name}\" has no runs: give a list of what each run puts out"
                ));
            }
            outputs.insert(name.to_owned(), runs);
        }
        Ok(Self { outputs: Arc::new(outputs), ..Self::default() })
    }

    /// The same, with nodes that run for real, by name.
    #[must_use]
    pub fn with_real(mut self, names: impl IntoIterator<Item = String>) -> Self {
        Arc::make_mut(&mut self.real).extend(names);
        self
    }

    /// The same for workflows that are called.
    #[must_use]
    pub(crate) fn for_called(mut self) -> Self {
        self.is_called = true;
        self
    }

    /// What the mocks know of a node under any name that it has.
    fn find<'a, T: 'a>(
        &self,
        workflow: &Workflow,
        name: &str,
        find: impl Fn(&str) -> Option<&'a T>,
    ) -> Option<&'a T> {
        if !self.is_called {
            return find(name);
        }
        let of = |workflow: &str| find(&format!("{workflow}/{name}"));
        of(&workflow.name).or_else(|| of(workflow.id.as_deref()?))
    }

    fn answers(&self, workflow: &Workflow, name: &str) -> Option<&Vec<Answer>> {
        self.find(workflow, name, |name| self.outputs.get(name))
    }

    fn is_real(&self, workflow: &Workflow, name: &str) -> bool {
        self.find(workflow, name, |name| self.real.get(name)).is_some()
    }

    /// The names of all nodes that are spoken of.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.outputs.keys().chain(self.real.iter()).map(String::as_str)
    }

    /// Whether it is known what a replaced node puts out, beside what it gets.
    pub(crate) fn knows(&self, workflow: &Workflow, name: &str) -> bool {
        self.answers(workflow, name).is_some()
            || workflow.pinned_items(name).is_ok_and(|items| items.is_some())
    }

    /// The node as the run prepares it: itself, or what takes its place. Where the run is given no items
    /// (`begins_alone`), a trigger with pinned data that waits for a call or the like is replaced, too.
    pub(crate) fn replace(
        &self,
        workflow: &Workflow,
        index: NodeIndex,
        preparation: Preparation,
        (starts, begins_alone): (Option<TriggerKind>, bool),
    ) -> Preparation {
        let settings = &workflow.nodes[index];
        let name = settings.name.as_str();
        let acts = match &preparation.node {
            Some(node) => calls_out(node),
            None => preparation.lacks_type || preparation.has_effect,
        };
        let acts = acts || !sub_nodes(workflow, name).is_empty();
        let waits = starts.is_some_and(TriggerKind::needs_items);
        let stands_for_call = begins_alone && waits && self.knows(workflow, name);
        let known = self.answers(workflow, name);
        if self.is_real(workflow, name) || !(acts || stands_for_call || known.is_some()) {
            return preparation;
        }
        let Ok(plan) = ParameterPlan::new(&[], &Json::object(), 0.0) else { return preparation };
        let answers = match known {
            Some(answers) => answers.clone(),
            None => {
                // Pinned data of a wrong shape is a structural problem, found before.
                let pinned = workflow.pinned_items(name).ok().flatten();
                pinned.map(|items| vec![Answer::Outputs(vec![Arc::new(items)])]).unwrap_or_default()
            }
        };
        let replaced = preparation.node;
        let ports = |ports: Ports<'_>, else_: usize| match ports {
            Ports::Count(count) => count,
            Ports::Expression(_) => else_,
        };
        let connected = connected_outputs(workflow, index);
        let (inputs, outputs, header) = match &replaced {
            Some(node) => {
                let header = *node.node.header();
                let inputs = ports(node.node.inputs(&node.filled, node.type_version), header.inputs);
                let outputs = ports(node.node.outputs(&node.filled, node.type_version), connected);
                (inputs, outputs, NodeHeader { credentials: &[], ..header })
            }
            None => (1, connected, Mock::HEADER),
        };
        let node: Arc<dyn Node> =
            Arc::new(MockNode { runs: batch_node(Mock { answers }), header, inputs, outputs });
        let (type_version, stored) = match &replaced {
            Some(node) => (node.type_version, node.stored.clone()),
            None => (settings.type_version.unwrap_or(1.0), settings.parameters.clone()),
        };
        let mut node = PreparedNode::standing_in(node, type_version, stored, plan);
        // What only computes has no requests to tell of.
        node.replaced = replaced.filter(calls_out).map(Box::new);
        Preparation { node: Some(node), problems: Vec::new(), lacks_type: false, has_effect: false }
    }
}

/// Whether a node speaks to anything outside, or would with a credential. What a workflow does that it calls is looked at
/// there.
fn calls_out(node: &PreparedNode) -> bool {
    let asks_for_credentials = || !node.node.credentials(&node.filled).is_empty();
    node.calls.is_none() && (node.node.calls_out(&node.filled) || asks_for_credentials())
}

/// The nodes that are tied to a node as its model, memory, tools or the like, with the kinds of their connections.
pub(crate) fn sub_nodes<'w>(workflow: &'w Workflow, name: &str) -> Vec<(&'w str, &'w str)> {
    let connections = workflow.connections.iter();
    let tied = connections.filter(|(_, kind, _, connection)| !kind.is_main() && connection.node == name);
    tied.map(|(from, kind, ..)| (from, kind.as_str())).collect()
}

/// Whether a node only serves others, as their model, memory, tool or the like.
pub(crate) fn is_sub_node(workflow: &Workflow, name: &str) -> bool {
    let mut kinds =
        workflow.connections.iter().filter(|(from, ..)| *from == name).map(|(_, kind, ..)| kind).peekable();
    kinds.peek().is_some() && kinds.all(|kind| !kind.is_main())
}

/// How many outputs a node of an unknown type has, as far as its connections tell, without an error output.
fn connected_outputs(workflow: &Workflow, index: NodeIndex) -> usize {
    let node = &workflow.nodes[index];
    let connections = workflow.connections.iter();
    let highest = connections
        .filter(|(from, kind, ..)| *from == node.name.as_str() && kind.as_str() == "main")
        .map(|(_, _, output, _)| output + 1)
        .max()
        .unwrap_or(1);
    let error_output = usize::from(node.on_error() == OnError::ContinueErrorOutput && highest > 1);
    highest - error_output
}

fn answer(entry: &Json) -> Result<Answer, String> {
    let items = |items: &Json| {
        if items.is_null() {
            return Ok(Items::default());
        }
        read_items(items).map(Arc::new).map_err(|error| format!("has no list of items: {error}"))
    };
    if let Some(error) = entry.get("error") {
        let text = |value: &Json, name: &str| value.get(name).and_then(Json::as_str).map(str::to_owned);
        let message = error.as_str().map(str::to_owned).or_else(|| text(error, "message"));
        let Some(message) = message else { return Err("has an error without a message".to_owned()) };
        let mut failure = NodeError::operation(message);
        failure.description = text(error, "description");
        return Ok(Answer::Error(failure));
    }
    let outputs = match entry.get("outputs") {
        Some(outputs) => {
            let outputs = outputs.as_array().ok_or("has \"outputs\" that are no list")?;
            outputs.iter().map(items).collect::<Result<_, _>>()?
        }
        None => match by_index(entry) {
            Some(outputs) => outputs.into_iter().map(items).collect::<Result<_, _>>()?,
            None => vec![items(entry)?],
        },
    };
    Ok(Answer::Outputs(outputs))
}

/// The items of outputs that are named by their numbers: `{ "0": [], "2": […] }`.
fn by_index(entry: &Json) -> Option<Vec<&Json>> {
    static NOTHING: Json = Json::NULL;
    let members = entry.as_object().filter(|members| !members.is_empty())?;
    let mut outputs: Vec<&Json> = Vec::new();
    for (name, items) in members.iter() {
        let index: usize = name.parse().ok().filter(|index| *index < MOST_OUTPUTS && items.is_array())?;
        if outputs.len() <= index {
            outputs.resize(index + 1, &NOTHING);
        }
        outputs[index] = items;
    }
    Some(outputs)
}

/// A node that runs nothing: what it puts out is known.
struct Mock {
    answers: Vec<Answer>,
}

/// No parameters count.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct NoParameters {}

#[async_trait]
impl BatchNode for Mock {
    type Parameters = NoParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "heddle.mock",
        versions: &[1.0],
        display_name: "Mock",
        description: "Takes the place of another node",
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, _: &NoParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        let run = {
            let state = context.services.node_state();
            let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let run = state.kept.as_ref().and_then(|kept| kept.downcast_ref::<usize>()).copied().unwrap_or(0);
            state.kept = Some(Box::new(run + 1));
            run
        };
        match self.answers.get(run).or(self.answers.last()) {
            Some(Answer::Outputs(outputs)) => Ok(outputs.clone()),
            Some(Answer::Error(error)) => Err(error.clone()),
            None => Ok(vec![context.input(context.main_input)]),
        }
    }
}

/// The same with what the scheduler must know of the node in whose place it is.
struct MockNode {
    runs: Arc<dyn Node>,
    header: NodeHeader,
    inputs: usize,
    outputs: usize,
}

impl Node for MockNode {
    fn header(&self) -> &NodeHeader {
        &self.header
    }

    fn inputs(&self, _: &Json, _: f64) -> Ports<'_> {
        Ports::Count(self.inputs)
    }

    fn outputs(&self, _: &Json, _: f64) -> Ports<'_> {
        Ports::Count(self.outputs)
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        self.runs.describe()
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        self.runs.parameter_schema(form)
    }

    fn tier(&self) -> Tier<'_> {
        self.runs.tier()
    }
}
