//! Markdown: HTML from Markdown, and Markdown from HTML.

mod parameters;
mod to_html;
mod to_markdown;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader,
    StoredParameters, StoredProblem, Weight, async_trait, json,
};

pub use parameters::{MarkdownOptions, MarkdownParameters, Mode};

use crate::{field_path, html_depth};

/// Options that would change the result and are not followed.
const NOT_FOLLOWED: [&str; 16] = [
    "backslashEscapesHTMLTags",
    "blockElements",
    "completeHTMLDocument",
    "customizedHeaderId",
    "emoji",
    "ghMentions",
    "globalEscape",
    "keepDataImages",
    "lineStartEscape",
    "literalMidWordAsterisks",
    "parseImgDimensions",
    "rawHeaderId",
    "rawPrefixHeaderId",
    "simplifiedAutoLink",
    "tablesHeaderId",
    "textReplace",
];

/// Values of options that are not followed unless they are these.
const FOLLOWED_VALUES: [(&str, &[&str]); 4] = [
    ("bulletMarker", &["*", "-"]),
    ("codeFence", &["```", "~~~"]),
    ("emDelimiter", &["_", "*"]),
    ("strongDelimiter", &["**"]),
];

/// Converts between Markdown and HTML.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markdown;

#[async_trait]
impl ItemNode for Markdown {
    type Parameters = MarkdownParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.markdown",
        versions: &[1.0],
        display_name: "Markdown",
        description: "Makes HTML of Markdown, and Markdown of HTML",
        group: &["output"],
        subtitle: Some(
            "={{$parameter[\"mode\"]===\"markdownToHtml\" ? \"Markdown to HTML\" : \"HTML to Markdown\"}}",
        ),
        icon: Some("node:markdown"),
        category: Some("Data Transformation"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.markdown/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &MarkdownParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let options = &parameters.options;
        let text = match parameters.mode {
            Mode::MarkdownToHtml => to_html::convert(&parameters.markdown, options),
            Mode::HtmlToMarkdown => {
                html_depth::check(&parameters.html, html_depth::MOST_LEVELS_OF_CALLS)?;
                to_markdown::convert(&parameters.html, options)?
            }
        };
        let mut json = context.item.json.clone();
        field_path::set(&mut json, &parameters.destination_key, Json::from(text))?;
        Ok(Item::new(json).into())
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let Some(options) = stored.values.get("options").and_then(Json::as_object) else { return Vec::new() };
        let is_set = |value: &Json| {
            value.as_bool() == Some(true)
                || value.as_str().is_some_and(|text| !text.is_empty())
                || value.as_object().is_some_and(|object| !object.is_empty())
        };
        let refused = |name: &str, message: String| {
            let help = "Take the option away, and change the result in a node behind this one.";
            StoredProblem::new(Weight::Refused, format!("/options/{name}"), message, help)
        };
        let mut problems = Vec::new();
        for (name, value) in options.iter() {
            if NOT_FOLLOWED.contains(&name) && is_set(value) {
                problems.push(refused(name, format!("The option \"{name}\" is not supported yet")));
            }
            let followed = FOLLOWED_VALUES.iter().find(|(option, _)| *option == name);
            if let (Some((_, followed)), Some(text)) = (followed, value.as_str())
                && !text.is_empty()
                && !text.starts_with('=')
                && !followed.contains(&text)
            {
                let message = format!(
                    "The value \"{text}\" of the option \"{name}\" is not supported; these are: {}",
                    followed.join(" ")
                );
                problems.push(refused(name, message));
            }
        }
        problems
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters, items| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items,
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "A page as Markdown",
                    json!({ "html": "={{ $json.page }}", "destinationKey": "text", "options": {} }),
                    vec![
                        json!({ "page": "<h1>Looms</h1><p>A <b>heddle</b> guides each <a href=\"/t\">thread</a>.</p>" }),
                    ],
                ),
                example(
                    "Markdown as HTML, with tables",
                    json!({
                        "mode": "markdownToHtml", "markdown": "={{ $json.text }}", "destinationKey": "page",
                        "options": { "tables": true },
                    }),
                    vec![json!({ "text": "# Looms\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n* one\n* two" })],
                ),
            ],
        )
    }
}
