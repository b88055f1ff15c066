//! The workflow: nodes, connections, settings and data that comes with them (`docs/engine.md §1`).

use std::sync::{Arc, OnceLock};

use heddle_data::{Item, Json, JsonObject};
use serde::{Serialize, Serializer};

use crate::connections::Connections;
use crate::items::{ItemsError, read_items};
use crate::node::{Node, overlay, to_text};
use crate::settings::Settings;
use crate::source::{SourceMap, Span, push_key};
use heddle_data::graph::NodeIndex;

/// A workflow as its file has it.
///
/// Serializing gives the file back: every key that was read, known or not, with the fields that changed since.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Id, when the file has one; old files have numbers, which are read as text.
    pub id: Option<String>,
    /// Name; `My workflow` when the file has none, as in n8n.
    pub name: String,
    /// Nodes in the order of the file, which decides a few ties; notes on the canvas are among them.
    pub nodes: Vec<Node>,
    /// Connections by source node.
    pub connections: Connections,
    /// Settings.
    pub settings: Settings,
    /// Pinned data as stored: an object of items by node name. [`Workflow::pinned_items`] reads it.
    pub pin_data: Json,
    /// Data that the workflow keeps between runs: `global` and `node:<name>` (`docs/engine.md §1.6`).
    pub static_data: Json,
    /// Data about the file itself, which no run reads.
    pub meta: Json,
    source: JsonObject,
    text: Option<SourceText>,
}

/// The text a workflow was read from.
#[derive(Debug, Clone)]
pub(crate) struct SourceText {
    /// Path or other name.
    pub(crate) name: String,
    /// The text, without a byte order mark.
    pub(crate) text: Arc<str>,
    /// Where the workflow is within the text, as a JSON pointer.
    pub(crate) root: String,
    pub(crate) map: Arc<OnceLock<SourceMap>>,
}

impl Workflow {
    /// Reads a workflow from its JSON. Reading never fails: what has the wrong shape takes its default and is reported
    /// by [`Workflow::problems`].
    pub fn from_json(json: &Json) -> Self {
        Self::from_object(json.as_object().cloned().unwrap_or_default())
    }

    fn from_object(source: JsonObject) -> Self {
        let value = |key| source.get(key).cloned().unwrap_or_default();
        let nodes = source.get("nodes").and_then(Json::as_array).unwrap_or_default();
        Self {
            id: source.get("id").and_then(to_text).filter(|id| !id.is_empty()),
            name: source.get("name").and_then(Json::as_str).unwrap_or("My workflow").to_owned(),
            nodes: nodes.iter().map(Node::from_json).collect(),
            connections: source.get("connections").map(Connections::from_json).unwrap_or_default(),
            settings: source.get("settings").map(Settings::from_json).unwrap_or_default(),
            pin_data: value("pinData"),
            static_data: value("staticData"),
            meta: value("meta"),
            source,
            text: None,
        }
    }

    pub(crate) fn with_text(mut self, text: SourceText) -> Self {
        self.text = Some(text);
        self
    }

    /// The form of the file: what was read, with the fields that changed since.
    pub fn to_json(&self) -> Json {
        let was = Self::from_object(self.source.clone());
        let mut object = self.source.clone();
        overlay(&mut object, "id", self.id != was.id, || self.id.as_deref().map(Json::from));
        overlay(&mut object, "name", self.name != was.name, || Some(self.name.as_str().into()));
        overlay(&mut object, "nodes", self.nodes != was.nodes, || {
            Some(self.nodes.iter().map(Node::to_json).collect())
        });
        overlay(&mut object, "connections", self.connections != was.connections, || {
            Some(self.connections.to_json())
        });
        overlay(&mut object, "settings", self.settings != was.settings, || Some(self.settings.to_json()));
        for (key, now, was) in [
            ("pinData", &self.pin_data, &was.pin_data),
            ("staticData", &self.static_data, &was.static_data),
            ("meta", &self.meta, &was.meta),
        ] {
            overlay(&mut object, key, now != was, || (!now.is_null()).then(|| now.clone()));
        }
        Json::from(object)
    }

    /// Whether another workflow has the same content, read from the same text.
    pub fn is_same(&self, other: &Self) -> bool {
        let text =
            |workflow: &Self| workflow.text.as_ref().map(|text| (text.name.clone(), text.root.clone()));
        self.name == other.name
            && self.id == other.id
            && self.text() == other.text()
            && text(self) == text(other)
            && self.nodes == other.nodes
            && self.connections == other.connections
            && self.settings == other.settings
            && self.pin_data == other.pin_data
            && self.static_data == other.static_data
            && self.source == other.source
    }

    /// Any key of the workflow, as the file has it.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.source.get(key)
    }

    /// The node of a name; of several, the last one, as in n8n.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().rev().find(|node| node.name == name)
    }

    /// Where a node is in [`Workflow::nodes`].
    pub fn node_index(&self, name: &str) -> Option<NodeIndex> {
        self.nodes.iter().rposition(|node| node.name == name)
    }

    /// Pinned items of a node; `None` when nothing is pinned there.
    ///
    /// # Errors
    /// Names the first entry that is no item.
    pub fn pinned_items(&self, node: &str) -> Result<Option<Vec<Item>>, ItemsError> {
        match self.pin_data.get(node) {
            Some(items) if !items.is_null() => read_items(items).map(Some),
            _ => Ok(None),
        }
    }

    /// Path or name of what was read; `None` when the workflow was not read from a text.
    pub fn source_name(&self) -> Option<&str> {
        self.text.as_ref().map(|text| text.name.as_str())
    }

    /// The text that was read, without a byte order mark; positions count in it.
    pub fn text(&self) -> Option<&str> {
        self.text.as_ref().map(|text| &*text.text)
    }

    /// The same, shared.
    pub(crate) fn shared_text(&self) -> Option<Arc<str>> {
        self.text.as_ref().map(|text| Arc::clone(&text.text))
    }

    /// Places in the text. The first call reads the text again.
    pub fn source_map(&self) -> Option<&SourceMap> {
        let text = self.text.as_ref()?;
        Some(text.map.get_or_init(|| SourceMap::new(&text.text)))
    }

    /// JSON pointer to a node in the file.
    pub fn node_pointer(&self, node: NodeIndex) -> String {
        format!("{}/nodes/{node}", self.root_pointer())
    }

    /// JSON pointer to a parameter of a node in the file; `path` are the keys below `parameters`.
    pub fn parameter_pointer(&self, node: NodeIndex, path: &[&str]) -> String {
        path.iter().fold(self.node_pointer(node) + "/parameters", |pointer, key| push_key(&pointer, key))
    }

    /// JSON pointer to the workflow in the file: empty unless the file wraps it.
    pub fn root_pointer(&self) -> &str {
        self.text.as_ref().map_or("", |text| text.root.as_str())
    }

    /// The place of the value that a pointer into the file names, or of the nearest one around it.
    pub fn span(&self, pointer: &str) -> Option<Span> {
        let range = self.source_map()?.nearest_span(pointer)?;
        self.locate(range)
    }

    /// The line and the column of a range of bytes of the text.
    pub fn locate(&self, range: std::ops::Range<usize>) -> Option<Span> {
        Some(self.source_map()?.locate(self.text()?, range))
    }

    /// The place of the key of a property that a pointer into the file names.
    pub fn key_span(&self, pointer: &str) -> Option<Span> {
        let range = self.source_map()?.key_span(pointer)?;
        self.locate(range)
    }

    /// Whether nothing changed since the text was read, so that positions in it hold.
    pub(crate) fn is_as_read(&self) -> bool {
        self.text.is_some() && self.to_json() == Json::from(self.source.clone())
    }
}

/// Two workflows are equal when their files are.
impl PartialEq for Workflow {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl Serialize for Workflow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
