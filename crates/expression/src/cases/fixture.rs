//! A fixture: a workflow with run data, as a scene for cases.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use heddle_data::{BinaryData, ConnectionType, Graph, Item, Json, Link, PairedItem, Source, from_json};

use crate::routes::Routes;
use crate::scene::{NodeInfo, RunView, WorkflowInfo};

/// The text that stands for the item of the case.
const CASE_ITEM: &str = "$CASE_JSON";

/// A fixture, with the case's item put in.
pub(super) struct Fixture {
    workflow: WorkflowInfo,
    nodes: Vec<Node>,
    names: HashMap<String, usize>,
    routes: Routes,
    /// The node whose parameter is evaluated.
    pub(super) active: usize,
    /// The execution mode.
    pub(super) mode: String,
    /// The active node's run index.
    pub(super) run_index: usize,
    /// Where the active node's inputs came from.
    pub(super) sources: Option<Vec<Option<Source>>>,
    /// The active node's input items.
    pub(super) input: Vec<Item>,
    /// `$self`.
    pub(super) self_fields: Option<Json>,
    /// `$secrets`.
    pub(super) secrets: Option<Json>,
}

#[derive(Default)]
struct Node {
    name: String,
    id: String,
    node_type: String,
    type_version: f64,
    webhook_id: Option<String>,
    parameters: Json,
    runs: Vec<NodeRun>,
    pinned: Option<Vec<Item>>,
    context: Option<Json>,
}

struct NodeRun {
    sources: Vec<Option<Source>>,
    outputs: Vec<Option<Vec<Item>>>,
}

type Read<T> = Result<T, String>;

impl Fixture {
    /// Reads a fixture.
    pub(super) fn read(stored: &Json, case_json: &Json) -> Read<Self> {
        let workflow = member(stored, "workflow")?;
        let mut nodes = Vec::new();
        for node in member(workflow, "nodes")?.as_array().unwrap_or_default() {
            nodes.push(Node {
                name: text(node, "name").ok_or("a node without a name")?,
                id: text(node, "id").unwrap_or_default(),
                node_type: text(node, "type").unwrap_or_default(),
                type_version: node.get("typeVersion").and_then(Json::as_f64).unwrap_or(1.0),
                webhook_id: text(node, "webhookId"),
                parameters: node.get("parameters").cloned().unwrap_or_else(Json::object),
                ..Node::default()
            });
        }
        let names: HashMap<String, usize> =
            nodes.iter().enumerate().map(|(index, node)| (node.name.clone(), index)).collect();
        let find = |name: &str| names.get(name).copied().ok_or(format!("there is no node {name:?}"));
        let graph = Graph::of_links(nodes.len(), read_links(workflow, &names)?);
        let routes = Routes::new(Arc::new(graph));
        for (name, runs) in stored.get("runData").and_then(Json::as_object).into_iter().flatten() {
            for run in runs.as_array().unwrap_or_default() {
                nodes[find(name)?].runs.push(read_run(run, case_json)?);
            }
        }
        for (name, items) in workflow.get("pinData").and_then(Json::as_object).into_iter().flatten() {
            nodes[find(name)?].pinned = Some(read_items(items, case_json)?);
        }
        for (name, context) in stored.get("contextData").and_then(Json::as_object).into_iter().flatten() {
            let name = name.strip_prefix("node:").unwrap_or(name);
            nodes[find(name)?].context = Some(context.clone());
        }
        let input = match stored.get("inputFrom") {
            Some(place) => input_from(place, &nodes, &names)?,
            None => read_items(member(stored, "input")?, case_json)?,
        };
        let settings = workflow.get("settings");
        Ok(Self {
            active: find(&text(stored, "active").unwrap_or_default())?,
            mode: text(stored, "mode").unwrap_or_else(|| "trigger".to_owned()),
            run_index: index(stored, "runIndex"),
            sources: stored.pointer("/source/main").map(read_sources).transpose()?,
            input,
            self_fields: stored.get("selfData").cloned(),
            secrets: stored.get("secrets").cloned(),
            workflow: WorkflowInfo {
                id: text(workflow, "id"),
                name: text(workflow, "name").unwrap_or_default(),
                active: workflow.get("active").and_then(Json::as_bool).unwrap_or_default(),
                binary_mode_combined: settings.and_then(|settings| text(settings, "binaryMode")).as_deref()
                    == Some("combined"),
            },
            nodes,
            names,
            routes,
        })
    }

    fn run(&self, node: usize, run: usize) -> Option<&NodeRun> {
        self.nodes.get(node)?.runs.get(run)
    }
}

fn member<'j>(json: &'j Json, name: &str) -> Read<&'j Json> {
    json.get(name).ok_or(format!("{name:?} is missing"))
}

fn text(json: &Json, name: &str) -> Option<String> {
    json.get(name).and_then(Json::as_str).map(str::to_owned)
}

fn index(json: &Json, name: &str) -> usize {
    json.get(name).and_then(Json::as_u64).unwrap_or_default() as usize
}

fn read_links(workflow: &Json, names: &HashMap<String, usize>) -> Read<Vec<Link>> {
    let mut links = Vec::new();
    for (from, kinds) in workflow.get("connections").and_then(Json::as_object).into_iter().flatten() {
        for (kind, outputs) in kinds.as_object().into_iter().flatten() {
            for (output, targets) in outputs.as_array().unwrap_or_default().iter().enumerate() {
                for target in targets.as_array().unwrap_or_default() {
                    let to = text(target, "node").unwrap_or_default();
                    if let (Some(from), Some(to)) = (names.get(from), names.get(&to)) {
                        links.push(Link {
                            from: *from,
                            output,
                            to: *to,
                            input: index(target, "index"),
                            output_type: ConnectionType::new(kind),
                            input_type: ConnectionType::new(kind),
                        });
                    }
                }
            }
        }
    }
    Ok(links)
}

fn read_sources(sources: &Json) -> Read<Vec<Option<Source>>> {
    let sources = sources.as_array().unwrap_or_default().iter();
    sources
        .map(|source| match source.is_null() {
            true => Ok(None),
            false => from_json(source).map(Some).map_err(|error| error.to_string()),
        })
        .collect()
}

fn read_run(run: &Json, case_json: &Json) -> Read<NodeRun> {
    let mut outputs = Vec::new();
    for items in member(run, "items")?.as_array().unwrap_or_default() {
        outputs.push(if items.is_null() { None } else { Some(read_items(items, case_json)?) });
    }
    let sources = run.get("source").map(read_sources).transpose()?.unwrap_or_default();
    Ok(NodeRun { sources, outputs })
}

fn read_items(items: &Json, case_json: &Json) -> Read<Vec<Item>> {
    items.as_array().unwrap_or_default().iter().map(|item| read_item(item, case_json)).collect()
}

fn read_item(item: &Json, case_json: &Json) -> Read<Item> {
    if item.as_str() == Some(CASE_ITEM) {
        return Ok(Item::new(case_json.clone()).with_paired_item(PairedItem::item(0)));
    }
    let binary: Option<BTreeMap<String, BinaryData>> = match item.get("binary") {
        Some(files) => Some(from_json(files).map_err(|error| error.to_string())?),
        None => None,
    };
    let pairing = item.get("pairedItem").map(PairedItem::from_json).unwrap_or_default();
    Ok(Item::new(item.get("json").cloned().unwrap_or_default())
        .with_binary(binary.map(Arc::new))
        .with_paired_item(pairing)
        .with_error(item.get("error").cloned()))
}

/// The items of an output as the engine hands them on: paired by their own index.
fn input_from(place: &Json, nodes: &[Node], names: &HashMap<String, usize>) -> Read<Vec<Item>> {
    let name = text(place, "node").unwrap_or_default();
    let node = names.get(&name).and_then(|node| nodes.get(*node)).ok_or(format!("no node {name:?}"))?;
    let output = node.runs.get(index(place, "run")).and_then(|run| run.outputs.get(index(place, "output")));
    let items = output.cloned().flatten().ok_or("no such output")?;
    let paired = items.into_iter().enumerate().map(|(index, item)| {
        item.with_paired_item(PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX)))
    });
    Ok(paired.collect())
}

impl RunView for Fixture {
    fn workflow(&self) -> &WorkflowInfo {
        &self.workflow
    }

    fn node_index(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    fn node(&self, node: usize) -> NodeInfo<'_> {
        let node = &self.nodes[node];
        NodeInfo {
            name: &node.name,
            id: &node.id,
            node_type: &node.node_type,
            type_version: node.type_version,
            webhook_id: node.webhook_id.as_deref(),
            parameters: &node.parameters,
        }
    }

    fn routes(&self) -> &Routes {
        &self.routes
    }

    fn run_count(&self, node: usize) -> usize {
        self.nodes[node].runs.len()
    }

    fn output_count(&self, node: usize, run: usize) -> Option<usize> {
        self.run(node, run).map(|run| run.outputs.len())
    }

    fn output(&self, node: usize, run: usize, output: usize) -> Option<&[Item]> {
        self.run(node, run)?.outputs.get(output)?.as_deref()
    }

    fn sources(&self, node: usize, run: usize) -> &[Option<Source>] {
        self.run(node, run).map_or(&[], |run| &run.sources)
    }

    fn pin_data(&self, node: usize) -> Option<&[Item]> {
        self.nodes[node].pinned.as_deref()
    }

    fn context_data(&self, node: usize) -> Option<Json> {
        self.nodes[node].context.clone()
    }
}
