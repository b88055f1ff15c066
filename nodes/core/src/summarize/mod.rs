//! Summarize: sums, counts and the like, over all items or group by group.

mod aggregate;
mod group;
mod parameters;

use std::borrow::Cow;

use heddle_node::description::NodeProperty;
use heddle_node::parameters::javascript::to_text;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, ItemReference, Items, Json, JsonObject, NodeError, NodeExample,
    NodeHeader, PairedItem, StoredParameters, StoredProblem, async_trait, from_json, json,
};

pub use parameters::{
    Aggregation, FieldsToSummarize, OutputFormat, SummarizeOptions, SummarizeParameters, Summary,
};

use crate::fields::{self, Field};
use group::Groups;
pub(crate) use group::Rules;

/// Computes values over many items.
#[derive(Debug, Clone, Copy, Default)]
pub struct Summarize;

#[async_trait]
impl BatchNode for Summarize {
    type Parameters = SummarizeParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.summarize",
        versions: &[1.0, 1.1],
        display_name: "Summarize",
        description: "Computes sums, counts and the like over all items, or group by group",
        icon: Some("node:summarize"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.summarize/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &SummarizeParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.main_items();
        if items.is_empty() {
            return Ok(vec![Items::default()]);
        }
        let rules = Rules {
            as_text: context.type_version <= 1.0,
            as_keys: false,
            skip_empty: parameters.options.skip_empty_split_fields,
        };
        let may_miss = context.type_version > 1.0 || parameters.options.continue_if_field_not_found;
        let results = summarize(items, parameters, rules, may_miss)?;
        Ok(vec![results.into()])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let fields = stored.constant("fieldsToSummarize");
        let fields = fields.and_then(|fields| from_json::<FieldsToSummarize>(fields).ok());
        let error = fields.and_then(|fields| check_fields(&fields.values).err());
        error.map(StoredProblem::from).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.1,
            parameters,
            items: vec![
                json!({ "country": "DE", "city": "Bonn", "price": 12.5 }),
                json!({ "country": "FR", "city": "Lyon", "price": 3 }),
                json!({ "country": "DE", "city": "Ulm", "price": 4 }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "Revenue and cities of each country",
                    json!({
                        "fieldsToSummarize": { "values": [
                            { "aggregation": "sum", "field": "price" },
                            { "aggregation": "concatenate", "field": "city", "separateBy": ", " },
                        ] },
                        "fieldsToSplitBy": "country",
                        "options": {},
                    }),
                ),
                example(
                    "The greatest price, all countries in one item",
                    json!({
                        "fieldsToSummarize": { "values": [{ "aggregation": "max", "field": "price" }] },
                        "fieldsToSplitBy": "country, city",
                        "options": { "outputFormat": "singleItem" },
                    }),
                ),
            ],
        )
    }
}

/// One item for all groups, or one for each.
///
/// # Errors
/// When nothing is to be computed, or, unless that may be, no item has one of the fields.
pub(crate) fn summarize(
    items: &[Item],
    parameters: &SummarizeParameters,
    rules: Rules,
    may_miss: bool,
) -> Result<Vec<Item>, NodeError> {
    check_fields(&parameters.fields_to_summarize.values)?;
    let table = Table::new(items, parameters);
    if let Some(summary) = table.first_missing().filter(|_| !may_miss) {
        return Err(NodeError::parameter(
            "fieldsToSummarize",
            format!("The field '{}' does not exist in any items", summary.field),
        ));
    }
    let all: Vec<usize> = (0..items.len()).collect();
    if parameters.options.output_format == OutputFormat::SingleItem {
        let json = Json::from(table.nested(&all, 0, rules));
        return Ok(vec![Item::new(json).with_paired_item(pairing(&all))]);
    }
    let mut results = Vec::new();
    table.separate(&all, 0, rules, &mut Vec::new(), &mut results);
    Ok(results)
}

fn check_fields(summaries: &[Summary]) -> Result<(), NodeError> {
    if summaries.iter().any(|summary| !summary.field.is_empty()) {
        return Ok(());
    }
    Err(NodeError::parameter(
        "fieldsToSummarize",
        "You need to add at least one aggregation to 'Fields to Summarize' with non empty 'Field'",
    ))
}

/// The values that count, read once: of each summary and of each field to group by, item by item.
struct Table<'a> {
    summaries: &'a [Summary],
    names: Vec<String>,
    values: Vec<Vec<Option<Json>>>,
    split_names: Vec<String>,
    split_values: Vec<Vec<Option<Json>>>,
}

impl<'a> Table<'a> {
    fn new(items: &[Item], parameters: &'a SummarizeParameters) -> Self {
        let dots = !parameters.options.disable_dot_notation;
        let column = |name: &str| -> Vec<Option<Json>> {
            let field = Field::new(name, dots);
            items.iter().map(|item| field.get(&item.json).map(Cow::into_owned)).collect()
        };
        let summaries = parameters.fields_to_summarize.values.as_slice();
        let split: Vec<&str> = fields::names(&parameters.fields_to_split_by).collect();
        Self {
            summaries,
            names: summaries.iter().map(Summary::output_name).collect(),
            values: summaries.iter().map(|summary| column(&summary.field)).collect(),
            split_names: split.iter().map(|name| parameters::plain_name(name)).collect(),
            split_values: split.iter().map(|name| column(name)).collect(),
        }
    }

    /// The first summary of a field that no item has.
    fn first_missing(&self) -> Option<&Summary> {
        let columns = self.summaries.iter().zip(&self.values);
        let mut missing = columns
            .filter(|(summary, values)| !summary.field.is_empty() && values.iter().all(Option::is_none));
        missing.next().map(|(summary, _)| summary)
    }

    /// The computed values of some items.
    fn summarize(&self, items: &[usize]) -> JsonObject {
        let mut object = JsonObject::with_capacity(self.names.len() + self.split_names.len());
        for ((summary, name), values) in self.summaries.iter().zip(&self.names).zip(&self.values) {
            let values = items.iter().map(|&item| values.get(item).and_then(Option::as_ref));
            object.insert(name, aggregate::aggregate(summary, values));
        }
        object
    }

    /// One object with an object for each group.
    fn nested(&self, items: &[usize], depth: usize, rules: Rules) -> JsonObject {
        let Some(values) = self.split_values.get(depth) else { return self.summarize(items) };
        let mut object = JsonObject::new();
        for (value, members) in Groups::of(items, values, rules) {
            let key = value.as_ref().map_or(Cow::Borrowed("undefined"), to_text);
            object.insert(&key, Json::from(self.nested(&members, depth + 1, rules)));
        }
        object
    }

    /// An item for each group, with the values that tell it behind what was computed, the innermost first.
    fn separate(
        &self,
        items: &[usize],
        depth: usize,
        rules: Rules,
        path: &mut Vec<Option<Json>>,
        results: &mut Vec<Item>,
    ) {
        let Some(values) = self.split_values.get(depth) else {
            let mut object = self.summarize(items);
            for (name, value) in self.split_names.iter().zip(path.iter()).rev() {
                match value {
                    Some(value) => drop(object.insert(name, value.clone())),
                    None => drop(object.remove(name)),
                }
            }
            results.push(Item::new(Json::from(object)).with_paired_item(pairing(items)));
            return;
        };
        for (value, members) in Groups::of(items, values, rules) {
            path.push(value);
            self.separate(&members, depth + 1, rules, path, results);
            path.pop();
        }
    }
}

fn pairing(items: &[usize]) -> PairedItem {
    let items = items.iter().filter_map(|&item| u32::try_from(item).ok());
    PairedItem::many(items.map(|item| ItemReference::new(item, 0)))
}
