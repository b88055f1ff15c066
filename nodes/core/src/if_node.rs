//! If: items go to the output `true` or `false`.

use heddle_node::{
    Effect, Filter, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, async_trait,
    json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison;

/// Sends an item to output 0 when its conditions hold, else to output 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct If;

/// The parameters of one item.
///
/// An editor copies the two switches into `conditions.options`; that copy counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct IfParameters {
    /// The conditions that an item must meet.
    #[schemars(
        title = "Conditions",
        extend(
            "x-placeholder" = "Add Condition",
            "x-typeOptions" = { "filter": {
                "caseSensitive": "={{!$parameter.options.ignoreCase}}",
                "typeValidation": "={{ ($nodeVersion < 2.1 ? $parameter.options.looseTypeValidation :  $parameter.looseTypeValidation) ? \"loose\" : \"strict\" }}",
                "version": "={{ $nodeVersion >= 2.3 ? 3 : $nodeVersion >= 2.2 ? 2 : 1 }}"
            } }
        )
    )]
    pub conditions: Filter,
    /// Whether a value of another type than its comparison is converted: the text "5" is the number 5, and the text
    /// "false" is false.
    #[schemars(
        title = "Convert types where required",
        extend("x-displayOptions" = { "show": { "@version": [{ "_cnd": { "gte": 2.1 } }] } })
    )]
    pub loose_type_validation: bool,
    /// Further settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
    pub options: IfOptions,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct IfOptions {
    /// Whether upper and lower case are the same.
    #[schemars(title = "Ignore Case", extend("x-default" = true))]
    pub ignore_case: Option<bool>,
    /// Whether a value of another type than its comparison is converted: the text "5" is the number 5, and the text
    /// "false" is false.
    #[schemars(
        title = "Convert types where required",
        extend(
            "x-default" = true,
            "x-displayOptions" = { "show": { "@version": [{ "_cnd": { "lt": 2.1 } }] } }
        )
    )]
    pub loose_type_validation: Option<bool>,
}

#[async_trait]
impl ItemNode for If {
    type Parameters = IfParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.if",
        versions: &[2.0, 2.1, 2.2, 2.3],
        display_name: "If",
        description: "Sends each item to one of two outputs, by conditions",
        outputs: &["true", "false"],
        icon: Some("node:if"),
        category: Some("Flow"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.if/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    /// An item that cannot be compared does not meet the conditions.
    const FAILURE_OUTPUT: usize = 1;

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &IfParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let holds = parameters.conditions.matches(context)?;
        Ok(ItemOutput::to(usize::from(!holds), context.item.clone()))
    }

    fn explain(&self, error: NodeError, stored: &Json, type_version: f64) -> NodeError {
        let place = if type_version < 2.1 { stored.get("options") } else { Some(stored) };
        comparison::explain(error, place)
    }

    fn examples() -> Vec<NodeExample> {
        let condition = |field: &str, kind: &str, operation: &str, right: Json| {
            json!({
                "id": field,
                "leftValue": format!("={{{{ $json.{field} }}}}"),
                "rightValue": right,
                "operator": { "type": kind, "operation": operation },
            })
        };
        let filter = |combinator: &str, type_validation: &str, conditions: Vec<Json>| {
            json!({
                "combinator": combinator,
                "conditions": conditions,
                "options": {
                    "caseSensitive": true, "leftValue": "", "typeValidation": type_validation, "version": 2,
                },
            })
        };
        let both = vec![
            condition("price", "number", "gte", json!(100)),
            condition("country", "string", "equals", json!("DE")),
        ];
        let either = vec![
            condition("vip", "boolean", "equals", json!(true)),
            condition("mail", "string", "regex", json!("/@example\\.(com|org)$/i")),
        ];
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                NodeExample {
                    title: "Two conditions that must both hold",
                    type_version: 2.2,
                    parameters: json!({ "conditions": filter("and", "strict", both), "options": {} }),
                    items: vec![
                        json!({ "price": 120, "country": "DE" }),
                        json!({ "price": 20, "country": "DE" }),
                        json!({ "price": 100, "country": "FR" }),
                    ],
                    bad_item: Some(json!({ "price": "120", "country": "DE" })),
                    ..NodeExample::default()
                },
                NodeExample {
                    title: "One condition is enough, and types are converted",
                    type_version: 2.2,
                    parameters: json!({
                        "conditions": filter("or", "loose", either),
                        "looseTypeValidation": true,
                        "options": {},
                    }),
                    items: vec![
                        json!({ "vip": "true", "mail": "" }),
                        json!({ "vip": 0, "mail": "ada@Example.com" }),
                        json!({ "mail": "ada@elsewhere.net" }),
                    ],
                    ..NodeExample::default()
                },
            ],
        )
    }
}
