//! Examples of what replaced nodes put out: their pinned data, or items with the fields that later expressions read.

use std::sync::Arc;

use heddle_expression::fields::{FieldRead, Hint, Step, of_code, of_template};
use heddle_node::{Json, JsonObject};
use heddle_workflow::{ConnectionFilter, ConnectionType, Node, NodeIndex, TriggerKind, Workflow};

use crate::host::Host;
use crate::log::recorder::Recorder;
use crate::mocks::{Mocks, is_sub_node};
use crate::options::RunOptions;
use crate::preflight::Preflight;
use crate::prepared_workflow::PreparedWorkflow;

/// Nodes of n8n whose items leave as they came.
const PASSING: [&str; 12] = [
    "if",
    "filter",
    "switch",
    "noOp",
    "limit",
    "sort",
    "wait",
    "splitInBatches",
    "removeDuplicates",
    "merge",
    "executionData",
    "respondToWebhook",
];
/// A moment in an example.
const MOMENT: &str = "2026-01-01T00:00:00.000Z";

impl Host {
    /// What a file of mocks may begin with for a workflow: for each node that a run with mocks would replace, of the
    /// workflows that it calls too, and for each trigger that waits for something, its pinned data, or an item with the
    /// fields that later nodes read.
    pub async fn mock_samples(&self, workflow: &Workflow) -> Json {
        let options = RunOptions { mocks: Some(Mocks::default()), ..RunOptions::default() };
        let workflow = Arc::new(workflow.clone());
        let prepared = self.prepare_for(&workflow, &options);
        let reached = workflow.nodes.iter().map(|node| !node.disabled).collect();
        let recorder = Recorder::new(Arc::clone(&self.log), options.execution, false);
        let called =
            Preflight::of(self, &prepared, reached, &options, options.mode(), &recorder).await.called;
        let mut all = JsonObject::new();
        for (name, sample) in Samples::of(&prepared).collect() {
            all.insert(&name, sample);
        }
        for prepared in called {
            for (name, sample) in Samples::of(&prepared).collect() {
                let name = format!("{}/{name}", prepared.workflow.name);
                if !all.contains_key(&name) {
                    all.insert(&name, sample);
                }
            }
        }
        Json::from(all)
    }
}

/// What is known of the items of a workflow's nodes.
struct Samples<'p> {
    prepared: &'p PreparedWorkflow,
    /// The nodes whose items are wanted.
    wanted: Vec<bool>,
    known: Vec<Tree>,
}

/// The fields of a value, as far as something reads them.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Value(Hint),
    Object(Vec<(String, Tree)>),
    List(Box<Tree>),
}

impl<'p> Samples<'p> {
    fn of(prepared: &'p PreparedWorkflow) -> Self {
        let workflow = &prepared.workflow;
        let is_wanted = |(index, settings): (NodeIndex, &Node)| {
            let is_mock = prepared.nodes[index].as_ref().is_some_and(|node| node.is_mock);
            let waits = prepared.starts[index].is_some_and(TriggerKind::needs_items);
            !settings.disabled && !is_sub_node(workflow, &settings.name) && (is_mock || waits)
        };
        let wanted = workflow.nodes.iter().enumerate().map(is_wanted).collect();
        let known = vec![Tree::Object(Vec::new()); workflow.nodes.len()];
        let mut samples = Self { prepared, wanted, known };
        for index in 0..workflow.nodes.len() {
            samples.note(index);
        }
        samples
    }

    /// Notes what a node reads.
    fn note(&mut self, index: NodeIndex) {
        let workflow = &self.prepared.workflow;
        let settings = &workflow.nodes[index];
        if settings.disabled || settings.is_sticky_note() {
            return;
        }
        let mut reads = Vec::new();
        reads_of(&settings.node_type, "", &settings.parameters, &mut reads);
        // What a sub-node reads is the input of the node that it serves.
        let readers = if is_sub_node(workflow, &settings.name) {
            self.prepared.graph.children(index, ConnectionFilter::All)
        } else {
            vec![index]
        };
        for read in reads {
            let sources = match &read.node {
                Some(name) => workflow.node_index(name).map_or_else(Vec::new, |node| self.items_of(node)),
                None => readers.iter().flat_map(|reader| self.input_of(*reader)).collect(),
            };
            for source in sources {
                self.known[source].add(&read.path, &read.hint);
            }
        }
    }

    /// The nodes whose items a node puts out.
    fn items_of(&self, node: NodeIndex) -> Vec<NodeIndex> {
        if self.wanted[node] {
            return vec![node];
        }
        if passes(&self.prepared.workflow.nodes[node]) { self.input_of(node) } else { Vec::new() }
    }

    /// The nodes whose items a node gets.
    fn input_of(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.wanted.len()];
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            for parent in self.prepared.graph.parents(node, ConnectionFilter::Main) {
                if std::mem::replace(&mut seen[parent], true) {
                    continue;
                }
                if self.wanted[parent] {
                    found.push(parent);
                } else if passes(&self.prepared.workflow.nodes[parent]) {
                    waiting.push(parent);
                }
            }
        }
        found
    }

    /// The example of each node.
    fn collect(&self) -> Vec<(String, Json)> {
        let workflow = &self.prepared.workflow;
        let wanted = workflow.nodes.iter().enumerate().filter(|(index, _)| self.wanted[*index]);
        let sample = |(index, settings): (NodeIndex, &Node)| {
            let pinned = workflow.pin_data.get(&settings.name).filter(|items| items.is_array()).cloned();
            let sample = pinned.unwrap_or_else(|| {
                let example = self.prepared.starts[index].and_then(TriggerKind::example_item);
                let example = example.and_then(|example| Json::parse(example).ok());
                let item = self.known[index].example("", example.as_ref());
                // A node that chooses between outputs puts nothing out through the others.
                let outputs = self.prepared.graph.outputs(index, &ConnectionType::MAIN).len();
                if outputs > 1 { by_output(item, outputs) } else { Json::from(vec![item]) }
            });
            (settings.name.to_string(), sample)
        };
        wanted.map(sample).collect()
    }
}

/// The item at the first output, and none at the others.
fn by_output(item: Json, outputs: usize) -> Json {
    let lists = (0..outputs).map(|output| {
        let items = if output == 0 { Json::from(vec![item.clone()]) } else { Json::array() };
        (output.to_string(), items)
    });
    lists.collect()
}

/// Whether a node's items have the fields of those that it gets.
fn passes(node: &Node) -> bool {
    let Some(name) = node.node_type.strip_prefix("n8n-nodes-base.") else { return false };
    let flag = |name: &str| node.parameters.get(name).and_then(Json::as_bool) == Some(true);
    match name {
        "set" if node.type_version.unwrap_or(1.0) >= 3.0 => {
            flag("includeOtherFields") || node.parameters.get("include").is_some()
        }
        "set" => !flag("keepOnlySet"),
        _ => node.disabled || PASSING.contains(&name),
    }
}

/// The fields that the parameters of a node read.
fn reads_of(node_type: &str, name: &str, value: &Json, reads: &mut Vec<FieldRead>) {
    if let Some(object) = value.as_object() {
        for (name, value) in object.iter() {
            reads_of(node_type, name, value, reads);
        }
    } else if let Some(list) = value.as_array() {
        for value in list {
            reads_of(node_type, name, value, reads);
        }
    } else if let Some(text) = value.as_str() {
        if let Some(template) = text.strip_prefix('=') {
            reads.extend(of_template(template));
            return;
        }
        match (node_type, name) {
            ("n8n-nodes-base.code", "jsCode") | ("n8n-nodes-base.function", "functionCode") => {
                reads.extend(of_code(text, None));
            }
            ("n8n-nodes-base.functionItem", "functionCode") => reads.extend(of_code(text, Some("item"))),
            ("n8n-nodes-base.splitOut" | "n8n-nodes-base.itemLists", "fieldToSplitOut") => {
                let fields = text.split(',').map(str::trim).filter(|field| !field.is_empty());
                reads.extend(fields.map(|field| FieldRead {
                    node: None,
                    path: field.split('.').map(|part| Step::Member(part.to_owned())).collect(),
                    hint: Hint::List,
                }));
            }
            _ => {}
        }
    }
}

impl Tree {
    fn add(&mut self, path: &[Step], hint: &Hint) {
        match path.split_first() {
            None => {
                if *self == Self::Value(Hint::None) || *self == Self::Object(Vec::new()) {
                    *self = match hint {
                        Hint::List => Self::List(Box::new(Self::Value(Hint::None))),
                        hint => Self::Value(hint.clone()),
                    };
                }
            }
            Some((Step::Member(name), rest)) => {
                if !matches!(self, Self::Object(_)) {
                    *self = Self::Object(Vec::new());
                }
                let Self::Object(members) = self else { return };
                let place = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                    members.push((name.clone(), Self::Value(Hint::None)));
                    members.len() - 1
                });
                members[place].1.add(rest, hint);
            }
            Some((Step::Element, rest)) => {
                if !matches!(self, Self::List(_)) {
                    *self = Self::List(Box::new(Self::Value(Hint::None)));
                }
                if let Self::List(element) = self {
                    element.add(rest, hint);
                }
            }
        }
    }

    /// A value with these fields, under the name of its own; `known` is one that such values are like.
    fn example(&self, name: &str, known: Option<&Json>) -> Json {
        match self {
            Self::Object(members) => {
                let mut object = known.and_then(Json::as_object).cloned().unwrap_or_default();
                for (name, tree) in members {
                    let value = tree.example(name, object.get(name));
                    object.insert(name, value);
                }
                Json::from(object)
            }
            Self::List(element) => Json::from(vec![element.example(name, None)]),
            Self::Value(hint) => match (hint, known) {
                (Hint::None, Some(known)) => known.clone(),
                (Hint::None | Hint::Text, _) => Json::from(name),
                (Hint::Number, _) => Json::from(1),
                (Hint::List, _) => Json::array(),
                (Hint::Moment, _) => Json::from(MOMENT),
                (Hint::Value(value), _) => value.clone(),
            },
        }
    }
}
