//! Execute Sub-workflow: runs another workflow, once with all items or once for each (`docs/engine.md §17`).

mod examples;
mod form;
mod inputs;
mod parameters;

use std::sync::Arc;

use heddle_node::description::{NodeDescription, NodeProperty};
use heddle_node::node::{Tier, batch_node, item_node};
use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{
    BatchContext, BatchNode, CalledWorkflow, Effect, Item, ItemContext, ItemNode, ItemOutput, Items, Json,
    Node, NodeError, NodeExample, NodeHeader, PairedItem, StoredParameters, StoredProblem, WorkflowCall,
    async_trait,
};

pub use parameters::{ExecuteWorkflowOptions, ExecuteWorkflowParameters, Mode, Source};

const HEADER: NodeHeader = NodeHeader {
    type_name: "n8n-nodes-base.executeWorkflow",
    versions: &[1.0, 1.1, 1.2, 1.3],
    display_name: "Execute Workflow",
    description: "Runs another workflow and gives what its last node put out",
    subtitle: Some("={{\"Workflow: \" + $parameter[\"workflowId\"]}}"),
    icon: Some("node:execute-sub-workflow"),
    category: Some("Flow"),
    documentation_url: Some(
        "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.executeworkflow/",
    ),
    ..NodeHeader::DEFAULT
};

/// Runs another workflow. Its parameters say whether that gets all items at once or each of them alone.
pub struct ExecuteWorkflow {
    once: Arc<dyn Node>,
    each: Arc<dyn Node>,
}

impl Default for ExecuteWorkflow {
    fn default() -> Self {
        Self { once: batch_node(Once), each: item_node(Each) }
    }
}

impl Node for ExecuteWorkflow {
    fn header(&self) -> &NodeHeader {
        self.once.header()
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        self.once.describe()
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        self.once.parameter_schema(form)
    }

    fn upgrade(&self, version: f64, parameters: Json) -> Json {
        self.once.upgrade(version, parameters)
    }

    fn check_stored(&self, stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        self.once.check_stored(stored)
    }

    fn called_workflow(&self, stored: &StoredParameters<'_>) -> Result<Option<CalledWorkflow>, NodeError> {
        parameters::called_workflow(stored).map(Some)
    }

    fn examples(&self) -> Vec<NodeExample> {
        self.once.examples()
    }

    fn tier(&self) -> Tier<'_> {
        self.once.tier()
    }

    fn tier_for(&self, parameters: &Json) -> Tier<'_> {
        match parameters.get("mode").and_then(Json::as_str) {
            Some("each") => self.each.tier(),
            _ => self.once.tier(),
        }
    }
}

/// One run of the workflow gets all items.
struct Once;

#[async_trait]
impl BatchNode for Once {
    type Parameters = ExecuteWorkflowParameters;

    const HEADER: NodeHeader = HEADER;

    /// The worst that the workflow can do: what it did is known only afterwards.
    const EFFECT: Option<Effect> = Some(Effect::Send);

    async fn execute(
        &self,
        parameters: &ExecuteWorkflowParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        let workflow = parameters.workflow()?;
        let input = context.main_items();
        let mut items = Vec::with_capacity(input.len());
        for (index, item) in input.iter().enumerate() {
            items.push(inputs::map(item, index, &context.parameters_of(index).await?)?);
        }
        let wait = parameters.waits();
        let passed_on = if wait { Items::default() } else { Arc::new(items.clone()) };
        let answer = context.services.run_workflow(WorkflowCall { workflow, items, wait }).await?;
        if !wait {
            return Ok(vec![passed_on]);
        }
        Ok(answer.outputs.into_iter().map(|output| Arc::new(with_pairing(output, input.len()))).collect())
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::read(&form::properties())
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// Pairs the items whose origin is not known: with the item in the same place when there are as many, else with all.
fn with_pairing(mut items: Vec<Item>, inputs: usize) -> Vec<Item> {
    let inputs = u32::try_from(inputs).unwrap_or(u32::MAX);
    let same_count = items.len() == inputs as usize;
    let all = || PairedItem::many((0..inputs).map(|item| heddle_node::ItemReference::new(item, 0)));
    for (index, item) in (0..).zip(&mut items) {
        if item.paired_item == PairedItem::None {
            item.paired_item = if same_count { PairedItem::item(index) } else { all() };
        }
    }
    items
}

/// Each item has a run of the workflow to itself.
struct Each;

#[async_trait]
impl ItemNode for Each {
    type Parameters = ExecuteWorkflowParameters;

    const HEADER: NodeHeader = HEADER;

    /// The worst that the workflow can do: what it did is known only afterwards.
    const EFFECT: Option<Effect> = Some(Effect::Send);

    /// Nobody can tell whom the workflow sends to, so the items take their turns.
    fn order_key(&self, _: &ExecuteWorkflowParameters) -> Option<String> {
        Some(String::new())
    }

    async fn execute_item(
        &self,
        parameters: &ExecuteWorkflowParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let workflow = parameters.workflow()?;
        let item = inputs::map(context.item, context.index, parameters)?;
        let wait = parameters.waits();
        let passed_on = (!wait).then(|| item.clone());
        let call = WorkflowCall { workflow, items: vec![item], wait };
        let answer = context.services.run_workflow(call).await?;
        let mut metadata = Json::object();
        metadata.insert("subExecution", answer.sub_execution());
        let outputs = passed_on.map_or(answer.outputs, |item| vec![vec![item]]);
        let mut output = ItemOutput::nothing();
        for (index, items) in outputs.into_iter().enumerate() {
            for item in items {
                let metadata = Some(metadata.clone());
                output.push(index, item.with_paired_item(PairedItem::None).with_metadata(metadata));
            }
        }
        Ok(output)
    }
}
