//! A node type of a package, at the versions that one description serves.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heddle_data::{Items, Json, json};
use heddle_form::parameters::{FormNode, matches_display_options, properties_at};
use heddle_node::description::PortList;
use heddle_node::node::{ErasedBatchNode, ErasedItemNode, PreparedBatch, PreparedItem};
use heddle_node::schema::{SchemaError, SchemaForm, schema_of_properties};
use heddle_node::{
    BatchContext, Effect, ItemContext, ItemOutput, Node, NodeDescription, NodeError, NodeHeader, OptionPage,
    OptionsQuery, Ports, Tier, TriggerKind,
};

use super::describe::Described;
use crate::package::Code;

/// A node of a package.
#[derive(Clone)]
pub(crate) struct PluginNode {
    header: NodeHeader,
    pub(super) description: Arc<NodeDescription>,
    pub(super) described: Arc<Described>,
    pub(super) code: Arc<Code>,
    /// The file with the node.
    pub(super) path: String,
    /// Whether it is called once for each item; `None` where its parameters decide.
    each_item: Option<bool>,
}

impl PluginNode {
    pub(crate) fn new(code: Arc<Code>, path: String, described: Described) -> Self {
        let description = Arc::new(described.description.clone());
        let each_item =
            (described.is_declarative() || code.is_item_by_item(&described.source)).then_some(true);
        Self {
            header: header(&description),
            description,
            described: Arc::new(described),
            code,
            path,
            each_item,
        }
    }

    /// Whether the node starts workflows: what is given to it goes through it.
    pub(super) fn is_trigger(&self) -> bool {
        !self.described.has("execute") && !self.described.is_declarative()
    }

    /// Whether a property of the description is shown with these parameters.
    pub(super) fn is_property_shown(&self, property: &Json, parameters: &Json) -> bool {
        let (Some(options), Some(root)) = (property.get("displayOptions"), parameters.as_object()) else {
            return true;
        };
        let version = self.header.versions.last().copied().unwrap_or(1.0);
        heddle_data::from_json(options)
            .map_or(true, |options| matches_display_options(&options, root, root, version))
    }

    /// The credential types that it asks for with these parameters, as stored.
    pub(super) fn credential_types(&self, stored: &Json) -> Vec<(String, bool)> {
        let uses = self.described.source.get("credentials").and_then(Json::as_array).unwrap_or_default();
        let shown = |usage: &&Json| self.is_property_shown(usage, stored);
        let read = |usage: &Json| {
            let name = usage.get("name").and_then(Json::as_str)?.to_owned();
            Some((name, usage.get("required").and_then(Json::as_bool) == Some(true)))
        };
        uses.iter().filter(shown).filter_map(read).collect()
    }
}

/// Keeps a text as long as the process lives: headers are constants elsewhere. Each text is kept once.
fn keep(text: &str) -> &'static str {
    static KEPT: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let own: &'static str = Box::leak(text.to_owned().into_boxed_str());
    kept.insert(own);
    own
}

fn keep_all<T: Copy>(list: Vec<T>) -> &'static [T] {
    Box::leak(list.into_boxed_slice())
}

fn header(description: &NodeDescription) -> NodeHeader {
    let mut versions = description.version.as_slice().to_vec();
    versions.sort_by(f64::total_cmp);
    let count = |ports: &PortList| ports.count().unwrap_or(1);
    let outputs = count(&description.outputs);
    let labels = (0..outputs).map(|at| description.output_names.get(at).map_or("", |label| keep(label)));
    NodeHeader {
        type_name: keep(&description.name),
        versions: keep_all(versions),
        display_name: keep(&description.display_name),
        description: keep(&description.description),
        group: keep_all(description.group.iter().map(|group| keep(group)).collect()),
        starts: description.is_trigger().then_some(TriggerKind::Event),
        subtitle: description.subtitle.as_deref().map(keep),
        inputs: count(&description.inputs),
        required_inputs: Box::leak(Box::new(description.required_inputs.clone().unwrap_or_default())),
        outputs: keep_all(labels.collect()),
        credentials: keep_all(
            description.credentials.iter().map(|own| (keep(&own.name), own.required)).collect(),
        ),
        icon: None,
        category: None,
        documentation_url: None,
    }
}

impl Node for PluginNode {
    fn header(&self) -> &NodeHeader {
        &self.header
    }

    fn inputs(&self, _: &Json, _: f64) -> Ports<'_> {
        match &self.description.inputs {
            PortList::Expression(text) => Ports::Expression(text),
            _ => Ports::Count(self.header.inputs),
        }
    }

    fn outputs(&self, _: &Json, _: f64) -> Ports<'_> {
        match &self.description.outputs {
            PortList::Expression(text) => Ports::Expression(text),
            _ => Ports::Count(self.header.outputs.len()),
        }
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        Ok(Arc::clone(&self.description))
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        let latest = self.header.versions.last().copied().unwrap_or(1.0);
        let facts = FormNode::of(&self.description, latest);
        let mut schema = schema_of_properties(&properties_at(&self.description.properties, facts), form);
        if let Some(object) = schema.as_object_mut() {
            object.insert("title".to_owned(), self.description.display_name.clone().into());
        }
        Ok(schema)
    }

    fn tier(&self) -> Tier<'_> {
        if self.each_item == Some(true) && !self.is_trigger() { Tier::Item(self) } else { Tier::Batch(self) }
    }

    fn tier_for(&self, parameters: &Json) -> Tier<'_> {
        match self.each_item {
            None if !self.is_trigger() && self.code.is_item_by_item_at(parameters) => Tier::Item(self),
            _ => self.tier(),
        }
    }

    fn choices(&self) -> Option<&dyn ErasedItemNode> {
        Some(self)
    }

    fn credentials(&self, stored: &Json) -> Vec<(String, bool)> {
        self.credential_types(stored)
    }

    fn effect_is_settable(&self) -> bool {
        true
    }

    fn with_settings(&self, settings: &Json) -> Option<Arc<dyn Node>> {
        let wanted = settings.get("itemByItem").and_then(Json::as_bool)?;
        let wanted = wanted || self.described.is_declarative();
        let is_set = self.each_item == Some(wanted);
        (!is_set).then(|| Arc::new(Self { each_item: Some(wanted), ..self.clone() }) as Arc<dyn Node>)
    }
}

impl ErasedItemNode for PluginNode {
    fn stated_effect(&self, _: &Json) -> Option<Effect> {
        None
    }

    fn effect_of_type(&self) -> Option<Effect> {
        None
    }

    fn failure_output(&self) -> usize {
        0
    }

    fn waits(&self) -> bool {
        true
    }

    fn explain(&self, error: NodeError, _: &Json, _: f64) -> NodeError {
        error
    }

    fn prepare(&self, parameters: &Json) -> Result<PreparedItem, NodeError> {
        Ok(PreparedItem::new(parameters.clone()))
    }

    fn run_item<'a>(
        &'a self,
        prepared: &'a PreparedItem,
        context: &'a ItemContext<'a>,
    ) -> BoxFuture<'a, Result<ItemOutput, NodeError>> {
        let parameters = prepared.parameters::<Json>().unwrap_or(const { &Json::NULL });
        self.run_one(parameters, context).boxed()
    }

    fn load_options<'a>(
        &'a self,
        method: &'a str,
        query: &'a OptionsQuery<'a>,
    ) -> BoxFuture<'a, Result<Option<OptionPage>, NodeError>> {
        self.load_choices(method, query).boxed()
    }
}

impl ErasedBatchNode for PluginNode {
    fn stated_effect(&self) -> Option<Effect> {
        self.is_trigger().then_some(Effect::Pure)
    }

    fn may_give_nothing(&self) -> bool {
        true
    }

    fn prepare(&self, _: &Json) -> Result<PreparedBatch, NodeError> {
        let mut prepared = PreparedBatch::new(());
        prepared.effect = ErasedBatchNode::stated_effect(self);
        Ok(prepared)
    }

    fn code(&self) -> &'static [&'static str] {
        &[]
    }

    fn run<'a>(
        &'a self,
        _: &'a PreparedBatch,
        context: &'a BatchContext<'a>,
    ) -> BoxFuture<'a, Result<Vec<Items>, NodeError>> {
        self.run_all(context).boxed()
    }
}

/// A node as its code sees it where it stands in no workflow.
pub(super) fn node_of_form(node: &PluginNode, parameters: Json) -> Json {
    let version = node.header.versions.last().copied().unwrap_or(1.0);
    json!({
        "id": "", "name": (node.description.display_name.as_str()), "type": (node.description.name.as_str()),
        "typeVersion": version, "position": [0, 0], "parameters": parameters,
    })
}
