//! HTML: templates, values taken out of pages, and tables.

mod examples;
mod extract;
mod lines;
mod parameters;
mod table;
mod text;

use std::sync::Arc;

use heddle_node::description::{NodeDescription, NodeProperty};
use heddle_node::node::{batch_node, item_node};
use heddle_node::schema::{SchemaError, SchemaForm};
use heddle_node::{
    BatchContext, BatchNode, Effect, ItemContext, ItemNode, ItemOutput, Items, Json, Node, NodeError,
    NodeExample, NodeHeader, StoredParameters, StoredProblem, Tier, async_trait,
};

use crate::set::template;

pub use parameters::{
    ExtractionValue, ExtractionValues, HtmlOptions, HtmlParameters, Operation, ReturnValue, SourceData,
};

const HEADER: NodeHeader = NodeHeader {
    type_name: "n8n-nodes-base.html",
    versions: &[1.0, 1.1, 1.2],
    display_name: "HTML",
    description: "Writes HTML, takes values out of it, and makes tables of items",
    subtitle: Some("={{ $parameter[\"operation\"] }}"),
    icon: Some("node:html"),
    category: Some("Data Transformation"),
    documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.html/"),
    ..NodeHeader::DEFAULT
};

/// Works with HTML. A table takes all items at once, anything else each of them alone.
pub struct Html {
    table: Arc<dyn Node>,
    each: Arc<dyn Node>,
}

impl Default for Html {
    fn default() -> Self {
        Self { table: batch_node(Table), each: item_node(Each) }
    }
}

impl Node for Html {
    fn header(&self) -> &NodeHeader {
        self.each.header()
    }

    fn describe(&self) -> Result<Arc<NodeDescription>, SchemaError> {
        self.each.describe()
    }

    fn parameter_schema(&self, form: SchemaForm) -> Result<serde_json::Value, SchemaError> {
        self.each.parameter_schema(form)
    }

    fn upgrade(&self, version: f64, parameters: Json) -> Json {
        self.each.upgrade(version, parameters)
    }

    fn check_stored(&self, stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        self.each.check_stored(stored)
    }

    fn examples(&self) -> Vec<NodeExample> {
        self.each.examples()
    }

    fn tier(&self) -> Tier<'_> {
        self.each.tier()
    }

    fn tier_for(&self, parameters: &Json) -> Tier<'_> {
        match parameters.get("operation").and_then(Json::as_str) {
            Some("convertToHtmlTable") => self.table.tier(),
            _ => self.each.tier(),
        }
    }
}

/// All items become one table.
struct Table;

#[async_trait]
impl BatchNode for Table {
    type Parameters = HtmlParameters;

    const HEADER: NodeHeader = HEADER;

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &HtmlParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        table::table(&parameters.options, context).await
    }
}

/// Each item alone.
struct Each;

#[async_trait]
impl ItemNode for Each {
    type Parameters = HtmlParameters;

    const HEADER: NodeHeader = HEADER;

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &HtmlParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        if parameters.operation == Operation::ExtractHtmlContent {
            return extract::extract(parameters, context);
        }
        let html = template::put_together_as_text(context.value(&parameters.template));
        let mut json = Json::object();
        json.insert("html", html.as_deref().unwrap_or(&parameters.html));
        Ok(json.into())
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        extract::check(stored)
    }

    /// Templates hold expressions without beginning like one: they are taken apart.
    fn upgrade(_version: f64, mut parameters: Json) -> Json {
        parameters.remove("template");
        let template = parameters.get("html").and_then(Json::as_str).filter(|text| text.contains("{{"));
        let pieces = template.and_then(|text| template::take_apart(&Json::from(format!("={text}"))));
        if let Some(pieces) = pieces {
            parameters.insert("template", pieces);
        }
        parameters
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(&Self::HEADER, examples::examples())
    }
}

/// The text with its HTML entities as characters.
pub(crate) fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let page = scraper::Html::parse_fragment(&text.replace('<', "&lt;"));
    page.root_element().text().collect()
}
