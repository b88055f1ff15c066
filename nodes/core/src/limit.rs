//! Limit: the first or last items pass.

use heddle_node::{
    BatchContext, BatchNode, Effect, Items, NodeError, NodeExample, NodeHeader, StoredParameters,
    StoredProblem, Weight, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Passes on so many items and drops the others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limit;

/// The parameters of the first item, which decides for all.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitParameters {
    /// How many items pass at most.
    #[schemars(title = "Max Items", extend("x-minValue" = 1))]
    pub max_items: f64,
    /// Which items pass where there are more.
    #[schemars(title = "Keep")]
    pub keep: Keep,
}

/// Which items pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Keep {
    /// Those at the start.
    #[default]
    #[schemars(title = "First Items")]
    FirstItems,
    /// Those at the end.
    #[schemars(title = "Last Items")]
    LastItems,
}

impl Default for LimitParameters {
    fn default() -> Self {
        Self { max_items: 1.0, keep: Keep::default() }
    }
}

impl LimitParameters {
    /// The items that pass of `count`: JavaScript's `slice`, where a negative bound counts from the end.
    fn range(&self, count: usize) -> std::ops::Range<usize> {
        let bound = |position: f64| {
            let from_end = if position < 0.0 { position.trunc() + count as f64 } else { position };
            // A conversion of a floating-point number gives the nearest integer that there is.
            (from_end as usize).min(count)
        };
        if self.max_items > count as f64 {
            return 0..count;
        }
        match self.keep {
            Keep::FirstItems => 0..bound(self.max_items),
            Keep::LastItems => bound(count as f64 - self.max_items)..count,
        }
    }
}

#[async_trait]
impl BatchNode for Limit {
    type Parameters = LimitParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.limit",
        versions: &[1.0],
        display_name: "Limit",
        description: "Passes on the first or last items and drops the others",
        icon: Some("node:limit"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.limit/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &LimitParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let items = context.input(context.main_input);
        let range = parameters.range(items.len());
        if range.len() == items.len() {
            return Ok(vec![items]);
        }
        Ok(vec![items.get(range).unwrap_or_default().to_vec().into()])
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let limit = stored.constant("maxItems").and_then(heddle_node::Json::as_f64);
        let problem = |limit| {
            StoredProblem::new(
                Weight::Warning,
                "/maxItems",
                format!("The limit is {limit}, which lets no item pass, or not as many as it says"),
                "Give a whole number from 1 on.",
            )
        };
        limit.filter(|limit| *limit < 1.0).map(problem).into_iter().collect()
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items: vec![json!({ "id": 1 }), json!({ "id": 2 }), json!({ "id": 3 })],
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example("The first two items pass", json!({ "maxItems": 2 })),
                example("The last item passes", json!({ "keep": "lastItems" })),
            ],
        )
    }
}
