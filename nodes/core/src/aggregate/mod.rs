//! Aggregate: many items become one.

mod examples;
mod files;
mod parameters;

use std::borrow::Cow;

use heddle_node::{
    BatchContext, BatchNode, Effect, Item, ItemReference, Items, Json, JsonObject, NodeError, NodeExample,
    NodeHeader, PairedItem, StoredParameters, StoredProblem, async_trait,
};

pub use parameters::{
    AggregateOptions, AggregateParameters, FieldToAggregate, FieldsToAggregate, Include, What,
};

use crate::field_path;
use crate::fields::{self, Field};

/// Gathers the values of fields, or whole items, in lists of one item.
#[derive(Debug, Clone, Copy, Default)]
pub struct Aggregate;

#[async_trait]
impl BatchNode for Aggregate {
    type Parameters = AggregateParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.aggregate",
        versions: &[1.0],
        display_name: "Aggregate",
        description: "Gathers a field of many items, or the items themselves, in a list of one item",
        icon: Some("node:aggregate"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.aggregate/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &AggregateParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.main_items();
        if items.is_empty() {
            return Ok(vec![Items::default()]);
        }
        let (json, used) = match parameters.aggregate {
            What::AggregateIndividualFields => (fields_of(items, parameters)?, (0..items.len()).collect()),
            What::AggregateAllItemData => whole(items, parameters),
        };
        let mut item = Item::new(json);
        if parameters.options.include_binaries {
            let sources = used.iter().filter_map(|&index| items.get(index));
            item = item.with_binary(files::gather(sources, parameters.options.keep_only_unique));
        }
        let pairing = used.iter().filter_map(|&index| u32::try_from(index).ok());
        let pairing = PairedItem::many(pairing.map(|index| ItemReference::new(index, 0)));
        Ok(vec![Items::from(vec![item.with_paired_item(pairing)])])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        parameters::check(stored)
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// An object with a list for each field.
fn fields_of(items: &[Item], parameters: &AggregateParameters) -> Result<Json, NodeError> {
    let rows = &parameters.fields_to_aggregate.field_to_aggregate;
    parameters::check_rows(rows)?;
    let options = &parameters.options;
    let dots = !options.disable_dot_notation;
    // Of two lists with one name the last counts, in the place of the first.
    let mut lists = JsonObject::new();
    for row in rows.iter().filter(|row| !row.field_to_aggregate.is_empty()) {
        let field = Field::new(row.field_to_aggregate.as_str(), dots);
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let value = field.get(&item.json).map(Cow::into_owned);
            let value = match value {
                Some(value) if value.is_array() => without_nulls(value, options.keep_missing),
                Some(value) if !value.is_null() => value,
                _ if options.keep_missing => Json::NULL,
                _ => continue,
            };
            match value.as_array() {
                Some(elements) if options.merge_lists => list.extend_from_slice(elements),
                _ => list.push(value),
            }
        }
        lists.insert(row.output_name(dots), Json::from(list));
    }
    let mut json = Json::object();
    for (name, list) in lists {
        if dots {
            field_path::set(&mut json, &name, list)?;
        } else {
            field_path::set_own(&mut json, &name, list);
        }
    }
    Ok(json)
}

/// The list without its nulls, unless they are to be kept. One without any is passed on as it is.
fn without_nulls(list: Json, keep: bool) -> Json {
    let elements = list.as_array().unwrap_or_default();
    if keep || !elements.iter().any(Json::is_null) {
        return list;
    }
    elements.iter().filter(|element| !element.is_null()).cloned().collect()
}

/// An object with the list of all items, and which of them are in it. Of items that are cut down to some fields, those
/// that have none of them are left out.
fn whole(items: &[Item], parameters: &AggregateParameters) -> (Json, Vec<usize>) {
    let listed = |names| fields::names(names).collect::<std::collections::HashSet<&str>>();
    let included = listed(&parameters.fields_to_include);
    let excluded = listed(&parameters.fields_to_exclude);
    let (list, used): (Vec<Json>, Vec<usize>) = if included.is_empty() && excluded.is_empty() {
        (items.iter().map(|item| item.json.clone()).collect(), (0..items.len()).collect())
    } else {
        let keeps = |key: &str| !excluded.contains(key) && (included.is_empty() || included.contains(key));
        let cut = |item: &Item| -> JsonObject {
            let fields = item.json.as_object().into_iter().flat_map(JsonObject::iter);
            fields.filter(|(key, _)| keeps(key)).map(|(key, value)| (key, value.clone())).collect()
        };
        let cut = items.iter().map(cut).enumerate().filter(|(_, fields)| !fields.is_empty());
        cut.map(|(index, fields)| (Json::from(fields), index)).unzip()
    };
    let mut json = Json::object();
    field_path::set_own(&mut json, &parameters.destination_field_name, Json::from(list));
    (json, used)
}
