//! Versions 1 to 2.2: fields stand in rows, where later versions have lists of names.

use std::sync::Arc;

use heddle_node::description::{NodeDescription, NodeProperty};
use heddle_node::node::{batch_node, item_node};
use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{
    BatchContext, BatchNode, Effect, ItemContext, ItemNode, ItemOutput, Items, Json, Node, NodeError,
    NodeExample, NodeHeader, StoredParameters, StoredProblem, Tier, async_trait, from_json, json,
};
use serde::de::DeserializeOwned;

use super::{HEADER, removed_duplicates, summarized};
use crate::aggregate::Aggregate;
use crate::fields::Field;
use crate::limit::Limit;
use crate::sort::Sort;
use crate::split_out::{SplitOut, SplitOutParameters};

const OLDER: NodeHeader = NodeHeader { versions: &[1.0, 2.0, 2.1, 2.2], ..HEADER };

/// Works on lists, in versions 1 to 2.2.
pub struct OlderItemLists {
    lists: Arc<dyn Node>,
    split_out: Arc<dyn Node>,
    sort: Arc<dyn Node>,
}

impl Default for OlderItemLists {
    fn default() -> Self {
        Self { lists: batch_node(Lists), split_out: item_node(OlderSplitOut), sort: batch_node(Sort) }
    }
}

impl Node for OlderItemLists {
    fn header(&self) -> &NodeHeader {
        self.lists.header()
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        self.lists.describe()
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        self.lists.parameter_schema(form)
    }

    fn upgrade(&self, version: f64, parameters: Json) -> Json {
        self.lists.upgrade(version, parameters)
    }

    fn check_stored(&self, stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        // Only its parameters are those of today.
        match stored.constant_text("operation") {
            Some("sort") => self.sort.check_stored(stored),
            _ => Vec::new(),
        }
    }

    fn examples(&self) -> Vec<NodeExample> {
        self.lists.examples()
    }

    fn tier(&self) -> Tier<'_> {
        self.lists.tier()
    }

    fn tier_for(&self, parameters: &Json) -> Tier<'_> {
        match parameters.get("operation").and_then(Json::as_str) {
            Some("splitOutItems") => self.split_out.tier(),
            _ => self.lists.tier(),
        }
    }
}

/// The parameters of a node of today.
fn of_today<T: DeserializeOwned>(parameters: &Json) -> Result<T, NodeError> {
    let mut today = parameters.clone();
    today.remove("operation");
    for name in ["fieldsToInclude", "fieldsToExclude", "fieldsToCompare"] {
        let rows = today.get(name).filter(|rows| rows.is_object());
        let Some(rows) = rows else { continue };
        let rows = rows.get("fields").and_then(Json::as_array).unwrap_or_default();
        let names = rows.iter().filter_map(|row| row.get("fieldName").and_then(Json::as_str));
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        today.insert(name, names.join(","));
    }
    from_json(&today).map_err(|error| NodeError::operation(format!("The parameters do not fit: {error}")))
}

/// An item for each element of a list.
struct OlderSplitOut;

#[async_trait]
impl ItemNode for OlderSplitOut {
    type Parameters = Json;

    const HEADER: NodeHeader = OLDER;

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &Json,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let today: SplitOutParameters = of_today(parameters)?;
        check_lists(&today, context)?;
        SplitOut.execute_item(&today, context).await
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        Lists::properties()
    }
}

/// In these versions a field that an item lacks, or that is not a list, is an error; of 2.1 on only the latter.
fn check_lists(parameters: &SplitOutParameters, context: &ItemContext<'_>) -> Result<(), NodeError> {
    let version = context.type_version;
    let dots = !parameters.options.disable_dot_notation;
    let names = parameters.field_to_split_out.split(',').map(str::trim);
    for name in names.filter(|name| !name.is_empty() && *name != "$binary" && version < 2.2) {
        let field = Field::new(name, dots);
        let value = field.get(&context.item.json);
        let is_list =
            value.as_ref().is_some_and(|value| value.is_array() || (version >= 2.0 && value.is_object()));
        let message = match value {
            None if version < 2.1 => format!("Couldn't find the field '{name}' in the input data"),
            Some(_) if !is_list && version < 2.0 => format!("The provided field '{name}' is not an array"),
            Some(_) if !is_list => format!("The provided field '{name}' is not an array or object"),
            _ => continue,
        };
        let error = NodeError::parameter("fieldToSplitOut", message);
        let is_path = !dots && name.contains('.') && field.get(&context.item.json).is_none();
        return Err(if is_path { error.with_description(NESTED) } else { error });
    }
    Ok(())
}

const NESTED: &str = "If you're trying to use a nested field, make sure you turn off 'disable dot notation' in the node options";

/// All other operations.
struct Lists;

#[async_trait]
impl BatchNode for Lists {
    /// Those of the operation are read when it is known.
    type Parameters = Json;

    const HEADER: NodeHeader = OLDER;

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const CODE: &'static [&'static str] = &["code"];

    async fn execute(&self, parameters: &Json, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        if context.main_items().is_empty() {
            return Ok(vec![Items::default()]);
        }
        match parameters.get("operation").and_then(Json::as_str).unwrap_or_default() {
            "aggregateItems" => Aggregate.execute(&of_today(parameters)?, context).await,
            "limit" => Limit.execute(&of_today(parameters)?, context).await,
            "sort" => Sort.execute(&of_today(parameters)?, context).await,
            "removeDuplicates" => removed_duplicates(&of_today(parameters)?, context),
            "summarize" => summarized(&of_today(parameters)?, context),
            other => Err(NodeError::parameter("operation", format!("There is no operation \"{other}\""))),
        }
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("older_form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 2.2,
            parameters,
            items: vec![
                json!({ "name": "Ada", "tags": ["new", "paid"] }),
                json!({ "name": "Grace", "tags": ["open"] }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "An item for each tag, as in older files",
                    json!({ "fieldToSplitOut": "tags", "options": {} }),
                ),
                example(
                    "All names in a list, as in older files",
                    json!({
                        "operation": "aggregateItems", "options": {},
                        "fieldsToAggregate": { "fieldToAggregate": [{ "fieldToAggregate": "name" }] },
                    }),
                ),
            ],
        )
    }
}
