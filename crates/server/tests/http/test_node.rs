//! A node whose choices fail, hang, are many or are markup, and whose items take their time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use heddle_node::{
    ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeHeader, OptionEntry, OptionPage, OptionsQuery,
    async_trait,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const TYPE: &str = "@tests/nodes.choices";
pub(crate) const PATH: &str = "/api/v1/nodes/@tests%2Fnodes.choices";
pub(crate) const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>";

/// How often the account was asked for slow choices.
pub(crate) static ASKED: AtomicUsize = AtomicUsize::new(0);
/// How often a load was dropped before its end.
pub(crate) static DROPPED: AtomicUsize = AtomicUsize::new(0);

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Parameters {
    /// One of <b>many</b> <script>alert(3)</script>.
    #[schemars(title = "Choice", extend("x-type" = "options", "x-loadOptionsMethod" = "many"))]
    choice: String,
    /// Seconds that an item takes.
    #[schemars(title = "Pause")]
    pause: f64,
    /// What to say.
    #[schemars(title = "Text", extend("x-type" = "string", "x-required" = true))]
    text: String,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { choice: String::new(), pause: 0.0, text: "hello".to_owned() }
    }
}

pub(crate) struct Choices;

struct Drops(bool);

impl Drop for Drops {
    fn drop(&mut self) {
        if self.0 {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl ItemNode for Choices {
    type Parameters = Parameters;
    const HEADER: NodeHeader = NodeHeader {
        type_name: TYPE,
        versions: &[1.0, 2.0],
        display_name: "Choices <script>alert(4)</script>",
        description: "Chooses <img src=x onerror=alert(5)>",
        ..NodeHeader::DEFAULT
    };

    async fn execute_item(
        &self,
        parameters: &Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        context.services.pause(Duration::from_secs_f64(parameters.pause)).await?;
        if context.item.json.get("fails").is_some() {
            return Err(NodeError::operation(format!("It fails: {MARKUP}")));
        }
        let mut json = context.item.json.clone();
        json.insert(MARKUP, MARKUP);
        json.insert("text", parameters.text.as_str());
        Ok(json.into())
    }

    async fn load_options(
        &self,
        method: &str,
        query: &OptionsQuery<'_>,
    ) -> Result<Option<OptionPage>, NodeError> {
        let page = |options: Vec<OptionEntry>| Ok(Some(OptionPage { options, next_cursor: None }));
        match method {
            "many" => page(
                (0..10_000)
                    .map(|number| OptionEntry::new(format!("Choice {number}"), format!("{number}")))
                    .collect(),
            ),
            "columns" => page(
                ["name", MARKUP]
                    .map(|id| OptionEntry::new(id, heddle_node::json!({ "id": (id), "displayName": (id) })))
                    .into(),
            ),
            "markup" => page(vec![OptionEntry::new(MARKUP, MARKUP)]),
            "fails" => Err(NodeError::operation(format!("The account says {MARKUP}"))),
            "slow" => {
                ASKED.fetch_add(1, Ordering::SeqCst);
                query.services.pause(Duration::from_millis(300)).await?;
                page(vec![OptionEntry::new("One", Json::from(1))])
            }
            "hangs" => {
                let mut drops = Drops(true);
                query.services.pause(Duration::from_secs(3600)).await?;
                drops.0 = false;
                page(Vec::new())
            }
            _ => Ok(None),
        }
    }
}
