//! Remove Duplicates: items that are like one before are dropped.

mod keys;
mod likeness;
mod parameters;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader, PairedItem,
    StoredParameters, StoredProblem, Weight, async_trait, json,
};

pub use parameters::{Compare, Operation, RemoveDuplicatesOptions, RemoveDuplicatesParameters};

use crate::field_path;
use crate::fields::{self, Field};

/// Which types the values of one field may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeRule {
    /// Any.
    Any,
    /// One, as in version 1.
    One,
    /// One, and null, since version 1.1.
    OneOrNull,
}

/// Drops items that are like one before.
#[derive(Debug, Clone, Copy, Default)]
pub struct RemoveDuplicates;

#[async_trait]
impl BatchNode for RemoveDuplicates {
    type Parameters = RemoveDuplicatesParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.removeDuplicates",
        versions: &[1.0, 1.1, 2.0],
        display_name: "Remove Duplicates",
        description: "Drops items that are like one before",
        icon: Some("node:remove-duplicates"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.removeduplicates/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &RemoveDuplicatesParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        if context.type_version >= 2.0 {
            check_operation(parameters.operation)?;
        }
        let items = context.main_items();
        if items.is_empty() {
            return Ok(vec![Items::default()]);
        }
        let rule = if context.type_version <= 1.0 { TypeRule::One } else { TypeRule::OneOrNull };
        let kept = kept_items(items, parameters, rule)?;
        Ok(vec![kept.into()])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let operation = match stored.constant_text("operation").filter(|_| stored.type_version >= 2.0) {
            Some("removeItemsSeenInPreviousExecutions") => Operation::RemoveItemsSeenInPreviousExecutions,
            Some("clearDeduplicationHistory") => Operation::ClearDeduplicationHistory,
            _ => Operation::RemoveDuplicateInputItems,
        };
        if let Err(error) = check_operation(operation) {
            return vec![StoredProblem { weight: Weight::Refused, ..error.into() }];
        }
        let lists = [
            ("allFieldsExcept", "fieldsToExclude", Compare::AllFieldsExcept),
            ("selectedFields", "fieldsToCompare", Compare::SelectedFields),
        ];
        let compare = stored.constant_text("compare");
        let named = lists.into_iter().find(|(name, _, _)| compare == Some(*name));
        let empty = named.filter(|(_, list, _)| {
            stored.constant_text(list).is_some_and(|names| fields::names(names).next().is_none())
        });
        empty.map(|(_, _, compare)| keys::none_named(compare).into()).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, type_version, parameters| NodeExample {
            title,
            type_version,
            parameters,
            items: vec![
                json!({ "id": 1, "customer": { "mail": "ada@example.com" } }),
                json!({ "id": 2, "customer": { "mail": "grace@example.com" } }),
                json!({ "id": 3, "customer": { "mail": "ada@example.com" } }),
                json!({ "id": 1, "customer": { "mail": "ada@example.com" } }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example("Items that are alike in all fields", 2.0, json!({ "options": {} })),
                example(
                    "One item for each mail address, with nothing else",
                    2.0,
                    json!({
                        "compare": "selectedFields", "fieldsToCompare": "customer.mail",
                        "options": { "removeOtherFields": true },
                    }),
                ),
                example(
                    "Items that are alike but for their id, as version 1 stores it",
                    1.0,
                    json!({ "compare": "allFieldsExcept", "fieldsToExclude": "id", "options": {} }),
                ),
            ],
        )
    }
}

/// Nothing is kept between runs yet.
fn check_operation(operation: Operation) -> Result<(), NodeError> {
    if operation == Operation::RemoveDuplicateInputItems {
        return Ok(());
    }
    Err(NodeError::parameter("operation", "Items of earlier runs are not known yet").with_description(
        "Choose \"Remove Items Repeated Within Current Input\", or compare with data that the workflow reads itself.",
    ))
}

/// The first of all items that are alike, in their order.
pub(crate) fn kept_items(
    items: &[Item],
    parameters: &RemoveDuplicatesParameters,
    rule: TypeRule,
) -> Result<Vec<Item>, NodeError> {
    let dots = !parameters.options.disable_dot_notation;
    let names = keys::keys(items, parameters)?;
    let compared: Vec<Field> = names.into_iter().map(|name| Field::new(name, dots)).collect();
    let columns = keys::columns(items, &compared, rule, dots)?;
    let kept = likeness::first_of_each(items.len(), &columns);
    kept.into_iter()
        .filter_map(|index| items.get(index).map(|item| (index, item)))
        .map(|(index, item)| {
            if !parameters.options.remove_other_fields {
                return Ok(item.clone());
            }
            let paired = PairedItem::item(u32::try_from(index).unwrap_or(u32::MAX));
            Ok(Item::new(picked(&item.json, &compared)?).with_paired_item(paired))
        })
        .collect()
}

/// The fields that count, and no others.
fn picked(item: &Json, compared: &[Field]) -> Result<Json, NodeError> {
    let mut json = Json::object();
    for field in compared {
        let name = field.name();
        if let Some(value) = item.get(name) {
            field_path::set_own(&mut json, name, value.clone());
        } else if let Some(value) = field_path::get(item, name) {
            field_path::set(&mut json, name, value.clone())?;
        }
    }
    Ok(json)
}
