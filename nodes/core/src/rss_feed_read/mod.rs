//! RSS Read: an item for every entry of a feed.

mod feed;
mod snippet;

use heddle_node::http::{Bytes, Request};
use heddle_node::{
    DateQuestion, Effect, HttpExchange, HttpRequest, Item, ItemContext, ItemNode, ItemOutput, Json,
    NodeError, NodeExample, NodeHeader, StoredParameters, StoredProblem, Weight, async_trait, json,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fields;

/// What a feed is asked for.
const ACCEPT: &str = "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, application/xml;q=0.4, text/xml;q=0.4";

/// Reads feeds: RSS 0.9, 1.0 and 2.0, and Atom.
#[derive(Debug, Clone, Copy, Default)]
pub struct RssFeedRead;

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RssFeedReadParameters {
    /// Address of the feed.
    #[schemars(title = "URL", extend("x-required" = true, "x-placeholder" = "e.g. https://example.com/feed.xml"))]
    pub url: String,
    /// Further settings.
    #[schemars(title = "Options", extend("x-type" = "collection", "x-placeholder" = "Add option"))]
    pub options: RssFeedReadOptions,
}

/// Further settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RssFeedReadOptions {
    /// Names of further elements that entries keep, divided by commas.
    #[schemars(title = "Custom Fields")]
    pub custom_fields: String,
    /// Whether a certificate that cannot be trusted is taken; not supported.
    #[schemars(title = "Ignore SSL Issues (Insecure)")]
    #[serde(rename = "ignoreSSL")]
    pub ignore_ssl: bool,
}

#[async_trait]
impl ItemNode for RssFeedRead {
    type Parameters = RssFeedReadParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.rssFeedRead",
        versions: &[1.0, 1.1, 1.2],
        display_name: "RSS Read",
        description: "Reads a feed and gives an item for every entry",
        group: &["input"],
        icon: Some("node:rss-read"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.rssfeedread/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);
    const CALLS_OUT: bool = true;

    async fn execute_item(
        &self,
        parameters: &RssFeedReadParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        // Before version 1.1 the first item speaks for all.
        if context.type_version < 1.1 && context.index > 0 {
            return Ok(ItemOutput::nothing());
        }
        if parameters.options.ignore_ssl {
            return Err(no_trust());
        }
        let request = Request::get(&parameters.url).header("accept", ACCEPT).body(Bytes::new());
        let request = request.map_err(|_| {
            NodeError::parameter("url", "The provided \"URL\" is not valid!")
                .with_description("Give an address such as https://example.com/feed.xml.")
        })?;
        let response = context.send(HttpRequest::new(request)).await?;
        let status = response.status();
        if !status.is_success() {
            let message = format!("The feed cannot be read: the server answered with {status}");
            return Err(NodeError::api(status.as_u16(), message));
        }
        let xml = String::from_utf8_lossy(response.body());
        let custom: Vec<&str> = fields::names(&parameters.options.custom_fields).collect();
        let date = |text: &str| {
            let millis = context.services.parse_date(text.trim(), None, "UTC")?;
            context.services.date(millis, "UTC", DateQuestion::Iso).ok()
        };
        let entries = feed::entries(&xml, &custom, &date)
            .map_err(|problem| NodeError::operation(format!("The feed cannot be read: {problem}")))?;
        let mut output = ItemOutput::nothing();
        entries.into_iter().for_each(|entry: Json| output.push(0, Item::new(entry)));
        Ok(output)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let ignores = stored.values.pointer("/options/ignoreSSL").and_then(Json::as_bool) == Some(true);
        let problem = StoredProblem { weight: Weight::Refused, ..no_trust().into() };
        ignores.then_some(problem).into_iter().collect()
    }

    fn examples() -> Vec<NodeExample> {
        let feed = "<rss version=\"2.0\"><channel><title>Looms</title><item><title>Heddles</title>\
                    <link>https://example.com/1</link><pubDate>Thu, 29 Feb 2024 12:00:00 GMT</pubDate></item></channel></rss>";
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "An item for every entry of a feed",
                type_version: 1.2,
                parameters: json!({ "url": "http://service.test/feed.xml", "options": {} }),
                items: vec![json!({ "id": 1 })],
                exchanges: vec![HttpExchange {
                    method: "GET",
                    path: "/feed.xml",
                    status: 200,
                    answer: json!(feed),
                }],
                ..NodeExample::default()
            }],
        )
    }
}

fn no_trust() -> NodeError {
    NodeError::parameter("options.ignoreSSL", "Certificates that cannot be trusted are not taken")
        .with_description("Switch \"Ignore SSL Issues\" off, and give the server a valid certificate.")
}
