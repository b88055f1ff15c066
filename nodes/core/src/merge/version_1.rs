//! Merge, version 1: two inputs, by place or by a key.

use std::collections::HashMap;
use std::sync::Arc;

use heddle_node::description::NodeProperty;
use heddle_node::json::JsonObject;
use heddle_node::parameters::javascript::{is_truthy, to_text};
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, ItemReference, Items, Json, NodeError, NodeExample, NodeHeader,
    PairedItem, async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Clash, MergeDepth};
use crate::field_path;

/// Merges the items of two inputs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Merge1;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Merge1Parameters {
    /// How the inputs come together.
    pub mode: Mode,
    /// How many items leave where the inputs have different numbers of them.
    pub join: IndexJoin,
    /// The field of input 1 that is the key.
    pub property_name1: String,
    /// The field of input 2 that is the key.
    pub property_name2: String,
    /// Which input's items pass.
    pub output: Passed,
    /// Which fields of input 2 replace those of input 1.
    pub overwrite: Overwrite,
}

/// How the inputs come together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// One after the other.
    #[default]
    Append,
    /// Items of input 1 whose key input 2 has.
    KeepKeyMatches,
    /// Items in the same place become one.
    MergeByIndex,
    /// Items with the same key become one.
    MergeByKey,
    /// Each with each.
    Multiplex,
    /// The items of one input.
    PassThrough,
    /// Items of input 1 whose key input 2 lacks.
    RemoveKeyMatches,
    /// One empty item.
    Wait,
}

/// How many items leave where the inputs have different numbers of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum IndexJoin {
    /// As many as the shorter input has.
    Inner,
    /// As many as input 1 has.
    #[default]
    Left,
    /// As many as the longer input has.
    Outer,
}

/// Which input's items pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Passed {
    /// Those of input 1.
    #[default]
    Input1,
    /// Those of input 2.
    Input2,
}

/// Which fields of input 2 replace those of input 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Overwrite {
    /// All.
    #[default]
    Always,
    /// Those that are null or an empty text in input 1.
    Blank,
    /// Those that input 1 lacks.
    Undefined,
}

#[async_trait]
impl BatchNode for Merge1 {
    type Parameters = Merge1Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.merge",
        versions: &[1.0],
        display_name: "Merge",
        description: "Merges the items of two inputs",
        subtitle: Some("={{ $parameter[\"mode\"] }}"),
        inputs: 2,
        icon: Some("node:merge"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.merge/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &Merge1Parameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let (first, second) = (context.input(0), context.input(1));
        Ok(vec![match parameters.mode {
            Mode::Append => super::append(&[first, second]),
            Mode::MergeByIndex => by_index(&first, &second, parameters.join),
            Mode::Multiplex => {
                let shallow = Clash { merge_mode: MergeDepth::ShallowMerge, ..Clash::default() };
                super::each_with_each(&[without_files(&first), without_files(&second)], &shallow)?
            }
            Mode::PassThrough if parameters.output == Passed::Input1 => first,
            Mode::PassThrough => second,
            Mode::Wait => {
                let count = u32::try_from(first.len()).unwrap_or(u32::MAX);
                let references = (0..count).map(|item| ItemReference::new(item, 0));
                Arc::new(vec![Item::new(Json::object()).with_paired_item(PairedItem::many(references))])
            }
            Mode::KeepKeyMatches | Mode::MergeByKey | Mode::RemoveKeyMatches => {
                parameters.by_key(&first, &second)
            }
        }])
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&super::form_1::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, super::examples::of_version_1())
    }
}

fn by_index(first: &Items, second: &Items, join: IndexJoin) -> Items {
    match (first.is_empty(), second.is_empty(), join) {
        (true, _, IndexJoin::Outer) => return second.clone(),
        (false, true, IndexJoin::Left | IndexJoin::Outer) => return first.clone(),
        (true, ..) | (_, true, _) => return Items::default(),
        _ => {}
    }
    let shallow = Clash { merge_mode: MergeDepth::ShallowMerge, ..Clash::default() };
    let pairs = first.iter().zip(second.iter());
    let mut items: Vec<Item> =
        pairs.map(|(first, second)| shallow.merge([first, second], [first, second])).collect();
    if join != IndexJoin::Inner {
        items.extend(first.iter().skip(second.len()).cloned());
    }
    if join == IndexJoin::Outer {
        items.extend(second.iter().skip(first.len()).cloned());
    }
    Arc::new(items)
}

fn without_files(items: &Items) -> Items {
    Arc::new(items.iter().map(|item| item.clone().with_binary(None)).collect())
}

impl Merge1Parameters {
    fn by_key(&self, first: &Items, second: &Items) -> Items {
        if self.property_name1.is_empty() || self.property_name2.is_empty() {
            return if self.mode == Mode::KeepKeyMatches { Items::default() } else { first.clone() };
        }
        // Of several items with one key the last counts.
        let mut by_key: HashMap<String, &Item> = HashMap::with_capacity(second.len());
        for item in second.iter() {
            if let Some(key) = field_path::get(&item.json, &self.property_name2).filter(|key| is_truthy(key))
            {
                by_key.insert(to_text(key).into_owned(), item);
            }
        }
        let kept = first.iter().filter_map(|item| {
            let key = field_path::get(&item.json, &self.property_name1);
            let Some(key) = key.filter(|key| key.is_string() || key.is_number() || key.is_null()) else {
                return (self.mode == Mode::RemoveKeyMatches).then(|| item.clone());
            };
            match (self.mode, by_key.get(&*to_text(key))) {
                (Mode::RemoveKeyMatches, Some(_)) | (Mode::KeepKeyMatches, None) => None,
                (Mode::MergeByKey, Some(other)) => Some(self.overwritten(item, other)),
                _ => Some(item.clone()),
            }
        });
        Arc::new(kept.collect())
    }

    /// The item with the fields of the one of input 2 that has its key.
    fn overwritten(&self, item: &Item, other: &Item) -> Item {
        let mut merged = item.clone();
        for (key, value) in other.json.as_object().into_iter().flat_map(JsonObject::iter) {
            let present = merged.json.get(key);
            let replaces = match self.overwrite {
                Overwrite::Always => true,
                Overwrite::Undefined => present.is_none(),
                Overwrite::Blank => present.is_none_or(|value| value.is_null() || value.as_str() == Some("")),
            };
            if replaces && key != self.property_name2 {
                merged.json.insert(key, value.clone());
            }
        }
        merged
    }
}
