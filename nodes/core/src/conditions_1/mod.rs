//! If and Filter, version 1: conditions in lists by the type of their values.

pub(crate) mod compare;
mod form;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, View, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use compare::{Comparison, check_operation};

/// The types of values, in the order in which their conditions are looked at.
const DATA_TYPES: [&str; 4] = ["boolean", "dateTime", "number", "string"];

/// Sends an item to output 0 when its conditions hold, else to output 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct If1;

/// Lets an item pass when its conditions hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter1;

/// The parameters of one item of [`If1`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct If1Parameters {
    /// Conditions by the type of their values: `{ number: [{ value1, operation, value2 }] }`.
    pub conditions: View,
    /// `all` or `any`.
    pub combine_operation: String,
}

/// The parameters of one item of [`Filter1`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter1Parameters {
    /// Conditions, as those of [`If1Parameters`].
    pub conditions: View,
    /// `AND` or `OR`.
    pub combine_conditions: String,
}

#[async_trait]
impl ItemNode for If1 {
    type Parameters = If1Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.if",
        versions: &[1.0],
        display_name: "If",
        description: "Sends each item to one of two outputs, by conditions",
        outputs: &["true", "false"],
        icon: Some("node:if"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.if/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    /// As later versions: an item that cannot be compared does not meet the conditions.
    const FAILURE_OUTPUT: usize = 1;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &If1Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let holds = hold(context, &parameters.conditions, parameters.combine_operation == "any")?;
        Ok(ItemOutput::to(usize::from(!holds), context.item.clone()))
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::of_if())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![example("Orders that are large, or from today on", "combineOperation", "any")],
        )
    }
}

#[async_trait]
impl ItemNode for Filter1 {
    type Parameters = Filter1Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.filter",
        versions: &[1.0],
        display_name: "Filter",
        description: "Lets the items pass that meet conditions",
        icon: Some("node:filter"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.filter/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const FAILURE_OUTPUT: usize = 1;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &Filter1Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let holds = hold(context, &parameters.conditions, parameters.combine_conditions == "OR")?;
        Ok(ItemOutput::to(usize::from(!holds), context.item.clone()))
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        check(stored)
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::of_filter())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![example("Orders that are large and from then on", "combineConditions", "AND")],
        )
    }
}

/// The conditions of a type.
fn conditions_of<'a>(conditions: &'a Json, data_type: &str) -> &'a [Json] {
    conditions.get(data_type).and_then(Json::as_array).unwrap_or_default()
}

/// Whether any of the conditions holds, or all of them.
fn hold(context: &ItemContext<'_>, conditions: &View, any: bool) -> Result<bool, NodeError> {
    let comparison = Comparison { services: context.services, item: context.index };
    let conditions = context.value(conditions);
    for data_type in DATA_TYPES {
        for condition in conditions_of(conditions, data_type) {
            let value = |name: &str| condition.get(name).unwrap_or(const { &Json::NULL });
            let operation = value("operation").as_str().unwrap_or_default();
            if comparison.holds(data_type, operation, value("value1"), value("value2"))? == any {
                return Ok(any);
            }
        }
    }
    Ok(!any)
}

fn check(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
    let Some(conditions) = stored.values.get("conditions") else { return Vec::new() };
    let mut problems = Vec::new();
    for data_type in DATA_TYPES {
        for (index, condition) in conditions_of(conditions, data_type).iter().enumerate() {
            let place = format!("conditions.{data_type}[{index}].operation");
            problems.extend(check_operation(condition, &place));
        }
    }
    problems
}

fn example(title: &'static str, combine: &str, by: &str) -> NodeExample {
    let mut parameters = json!({
        "conditions": {
            "number": [{ "value1": "={{ $json.total }}", "operation": "larger", "value2": 100 }],
            "dateTime": [{ "value1": "={{ $json.at }}", "operation": "after", "value2": "2024-06-01T00:00:00Z" }],
        },
    });
    parameters.insert(combine, Json::from(by));
    NodeExample {
        title,
        type_version: 1.0,
        parameters,
        items: vec![
            json!({ "total": 250, "at": "2024-07-01T12:00:00Z" }),
            json!({ "total": 20, "at": "2024-01-01T12:00:00Z" }),
        ],
        bad_item: Some(json!({ "total": 20, "at": "some day" })),
        ..NodeExample::default()
    }
}
