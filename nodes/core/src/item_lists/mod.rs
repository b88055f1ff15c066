//! Item Lists: the operations on lists that have nodes of their own today, in one node.

mod older;

use std::sync::Arc;

use heddle_node::description::{NodeDescription, NodeProperty};
use heddle_node::node::{batch_node, item_node};
use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{
    BatchContext, BatchNode, Effect, Items, Json, Node, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, Tier, async_trait, from_json, json,
};

pub use older::OlderItemLists;

use crate::aggregate::Aggregate;
use crate::limit::Limit;
use crate::remove_duplicates::{self, RemoveDuplicatesParameters, TypeRule};
use crate::sort::Sort;
use crate::split_out::SplitOut;
use crate::summarize::{self, Summarize, SummarizeParameters};

const HEADER: NodeHeader = NodeHeader {
    type_name: "n8n-nodes-base.itemLists",
    versions: &[3.0, 3.1],
    display_name: "Item Lists",
    description: "Splits, gathers, sorts, limits and summarizes items",
    group: &["input"],
    subtitle: Some("={{$parameter[\"operation\"] + \": \" + $parameter[\"resource\"]}}"),
    category: Some("Data Transformation"),
    documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.itemlists/"),
    ..NodeHeader::DEFAULT
};

/// Works on lists: its operation says how. All but two are those of the nodes that took its place.
pub struct ItemLists {
    own: Arc<dyn Node>,
    split_out: Arc<dyn Node>,
    aggregate: Arc<dyn Node>,
    limit: Arc<dyn Node>,
    sort: Arc<dyn Node>,
    summarize: Arc<dyn Node>,
}

impl Default for ItemLists {
    fn default() -> Self {
        Self {
            own: batch_node(Own),
            split_out: item_node(SplitOut),
            aggregate: batch_node(Aggregate),
            limit: batch_node(Limit),
            sort: batch_node(Sort),
            summarize: batch_node(Summarize),
        }
    }
}

impl ItemLists {
    /// The node that does the operation; `None` for those of its own.
    fn other(&self, parameters: &Json) -> Option<&Arc<dyn Node>> {
        match parameters.get("operation").and_then(Json::as_str) {
            Some("concatenateItems") => Some(&self.aggregate),
            Some("limit") => Some(&self.limit),
            Some("sort") => Some(&self.sort),
            Some("splitOutItems") => Some(&self.split_out),
            _ => None,
        }
    }
}

impl Node for ItemLists {
    fn header(&self) -> &NodeHeader {
        self.own.header()
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        self.own.describe()
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        self.own.parameter_schema(form)
    }

    fn upgrade(&self, version: f64, parameters: Json) -> Json {
        self.own.upgrade(version, parameters)
    }

    fn check_stored(&self, stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        match self.other(stored.values) {
            Some(node) => node.check_stored(stored),
            None if stored.constant_text("operation") == Some("summarize") => {
                self.summarize.check_stored(stored)
            }
            None => Vec::new(),
        }
    }

    fn examples(&self) -> Vec<NodeExample> {
        self.own.examples()
    }

    fn tier(&self) -> Tier<'_> {
        self.own.tier()
    }

    fn tier_for(&self, parameters: &Json) -> Tier<'_> {
        self.other(parameters).unwrap_or(&self.own).tier()
    }
}

/// The operations that differ from those of the nodes of today.
struct Own;

#[async_trait]
impl BatchNode for Own {
    /// Those of the operation are read when it is known.
    type Parameters = Json;

    const HEADER: NodeHeader = HEADER;

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(&self, parameters: &Json, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
        if context.main_items().is_empty() {
            return Ok(vec![Items::default()]);
        }
        let unfit = |error: heddle_node::JsonError| {
            NodeError::operation(format!("The parameters do not fit: {error}"))
        };
        let operation = parameters.get("operation").and_then(Json::as_str).unwrap_or_default();
        match operation {
            "removeDuplicates" => {
                let mut own = parameters.clone();
                own.remove("operation");
                removed_duplicates(&from_json(&own).map_err(unfit)?, context)
            }
            "summarize" => summarized(&from_json(parameters).map_err(unfit)?, context),
            other => Err(NodeError::parameter("operation", format!("There is no operation \"{other}\""))),
        }
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
                json!({ "name": "Ada", "tags": ["new", "paid"] }),
                json!({ "name": "Grace", "tags": ["open"] }),
                json!({ "name": "Ada", "tags": ["new", "paid"] }),
            ],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example("An item for each tag", 3.1, json!({ "fieldToSplitOut": "tags", "options": {} })),
                example(
                    "Items of one name are dropped but for the first",
                    3.1,
                    json!({
                        "operation": "removeDuplicates", "compare": "selectedFields", "fieldsToCompare": "name",
                        "options": {},
                    }),
                ),
                example(
                    "How many items have each name",
                    3.1,
                    json!({
                        "operation": "summarize", "fieldsToSplitBy": "name", "options": {},
                        "fieldsToSummarize": { "values": [{ "aggregation": "count", "field": "name" }] },
                    }),
                ),
            ],
        )
    }
}

/// The items without those that are like one before.
fn removed_duplicates(
    parameters: &RemoveDuplicatesParameters,
    context: &BatchContext<'_>,
) -> Result<Vec<Items>, NodeError> {
    let rule = if context.type_version < 3.1 { TypeRule::One } else { TypeRule::Any };
    Ok(vec![remove_duplicates::kept_items(context.main_items(), parameters, rule)?.into()])
}

/// What is known of the items of each group.
fn summarized(parameters: &SummarizeParameters, context: &BatchContext<'_>) -> Result<Vec<Items>, NodeError> {
    let rules = summarize::Rules {
        as_text: true,
        as_keys: true,
        skip_empty: parameters.options.skip_empty_split_fields,
    };
    let found = summarize::summarize(context.main_items(), parameters, rules, context.type_version >= 2.1)?;
    Ok(vec![found.into()])
}
