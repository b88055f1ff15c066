//! Connections: which output feeds which input (`docs/engine.md §1.3`).

use heddle_data::graph::{Connected, ConnectionType, Link, NodeIndex};
use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use crate::node::to_number;
use crate::workflow::Workflow;

/// The end of a connection: an input of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Name of the target node.
    pub node: SmolStr,
    /// Kind of the target's input.
    pub connection_type: ConnectionType,
    /// Which input of that kind, from 0.
    pub index: usize,
}

/// All connections of one source node, by kind of output.
type Outputs = Vec<(ConnectionType, Vec<Vec<Connection>>)>;

/// The connections of a workflow by source node, in the order of the file (which decides ties, `docs/engine.md §8`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connections {
    sources: Vec<(SmolStr, Outputs)>,
}

/// An index beyond this is a broken file, not a node with that many outputs or inputs; the connection is dropped (and
/// reported), since lists are as long as the highest index.
pub(crate) const HIGHEST_INDEX: usize = 9_999;

impl Connections {
    /// Reads the `connections` of a file. Anything malformed counts as not connected; [`crate::Workflow::problems`]
    /// reports it.
    pub fn from_json(json: &Json) -> Self {
        let mut sources = Vec::new();
        for (source, types) in json.as_object().into_iter().flat_map(JsonObject::iter) {
            let mut outputs = Vec::new();
            for (connection_type, slots) in types.as_object().into_iter().flat_map(JsonObject::iter) {
                let slots = slots.as_array().unwrap_or_default();
                let slots = slots.iter().take(HIGHEST_INDEX + 1).map(read_slot).collect();
                outputs.push((ConnectionType::new(connection_type), slots));
            }
            sources.push((SmolStr::new(source), outputs));
        }
        Self { sources }
    }

    /// The form of the file; outputs without a connection are empty arrays.
    pub fn to_json(&self) -> Json {
        let mut object = JsonObject::new();
        for (source, outputs) in &self.sources {
            let mut types = JsonObject::new();
            for (connection_type, slots) in outputs {
                let slots: Json =
                    slots.iter().map(|slot| slot.iter().map(write_connection).collect::<Json>()).collect();
                types.insert(connection_type.as_str(), slots);
            }
            object.insert(source, Json::from(types));
        }
        Json::from(object)
    }

    /// Whether nothing is connected.
    pub fn is_empty(&self) -> bool {
        self.sources
            .iter()
            .all(|(_, outputs)| outputs.iter().all(|(_, slots)| slots.iter().all(Vec::is_empty)))
    }

    /// Every connection: source name, kind of output, output index, target.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ConnectionType, usize, &Connection)> {
        self.sources.iter().flat_map(|(source, outputs)| {
            outputs.iter().flat_map(move |(connection_type, slots)| {
                slots.iter().enumerate().flat_map(move |(index, slot)| {
                    slot.iter().map(move |connection| (source.as_str(), connection_type, index, connection))
                })
            })
        })
    }

    /// Connects an output to an input; connections of one output keep the order in which they are added.
    pub fn connect(
        &mut self,
        source: &str,
        connection_type: &ConnectionType,
        output: usize,
        target: Connection,
    ) {
        let at = self.sources.iter().position(|(name, _)| name == source).unwrap_or_else(|| {
            self.sources.push((SmolStr::new(source), Vec::new()));
            self.sources.len() - 1
        });
        let Some((_, outputs)) = self.sources.get_mut(at) else { return };
        let at = outputs.iter().position(|(kind, _)| kind == connection_type).unwrap_or_else(|| {
            outputs.push((connection_type.clone(), Vec::new()));
            outputs.len() - 1
        });
        let Some((_, slots)) = outputs.get_mut(at) else { return };
        if output > HIGHEST_INDEX || target.index > HIGHEST_INDEX {
            return;
        }
        if slots.len() <= output {
            slots.resize_with(output + 1, Vec::new);
        }
        if let Some(slot) = slots.get_mut(output) {
            slot.push(target);
        }
    }
}

fn read_slot(slot: &Json) -> Vec<Connection> {
    slot.as_array().unwrap_or_default().iter().filter_map(read_connection).collect()
}

/// One connection; an index that is text or missing is taken as the number it means, or 0.
fn read_connection(json: &Json) -> Option<Connection> {
    let node = json.get("node")?.as_str()?;
    let connection_type = json.get("type").and_then(Json::as_str).unwrap_or("main");
    let index = json.get("index").and_then(to_number).unwrap_or(0.0);
    if index < 0.0 || index.fract() != 0.0 || index > HIGHEST_INDEX as f64 {
        return None;
    }
    Some(Connection {
        node: SmolStr::new(node),
        connection_type: ConnectionType::new(connection_type),
        index: index as usize,
    })
}

fn write_connection(connection: &Connection) -> Json {
    let mut object = JsonObject::new();
    object.insert("node", Json::from(connection.node.as_str()));
    object.insert("type", Json::from(connection.connection_type.as_str()));
    object.insert("index", Json::from(connection.index));
    Json::from(object)
}

impl Connected for Workflow {
    fn node_names(&self) -> impl Iterator<Item = &SmolStr> {
        self.nodes.iter().map(|node| &node.name)
    }

    fn links(&self, node: impl Fn(&str) -> Option<NodeIndex>) -> impl Iterator<Item = Link> {
        self.connections.iter().filter_map(move |(source, output_type, output, target)| {
            Some(Link {
                from: node(source)?,
                output_type: output_type.clone(),
                output,
                to: node(&target.node)?,
                input_type: target.connection_type.clone(),
                input: target.index,
            })
        })
    }
}
