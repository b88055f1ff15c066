//! The parameters of Markdown.

use heddle_node::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MarkdownParameters {
    /// What becomes of what.
    pub mode: Mode,
    /// The HTML.
    pub html: String,
    /// The Markdown.
    pub markdown: String,
    /// The field, or path, that gets the result.
    pub destination_key: String,
    /// Further settings.
    pub options: MarkdownOptions,
}

/// What becomes of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Markdown becomes HTML.
    MarkdownToHtml,
    /// HTML becomes Markdown.
    #[default]
    HtmlToMarkdown,
}

/// Further settings: those that are followed. Others are refused before the run where they would change the result.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MarkdownOptions {
    /// The mark of list items.
    pub bullet_marker: Option<String>,
    /// What stands around code blocks.
    pub code_fence: Option<String>,
    /// How code blocks are marked.
    pub code_block_style: Option<String>,
    /// The mark of emphasis.
    pub em_delimiter: Option<String>,
    /// Elements that are left out, divided by commas.
    pub ignore: String,
    /// How many line breaks may follow each other.
    pub max_consecutive_newlines: Option<f64>,
    /// Whether the addresses of links stand at the end.
    pub use_link_reference_definitions: bool,
    /// Whether links open a window of their own.
    pub open_links_in_new_window: bool,
    /// Whether ids of headings are those of GitHub.
    pub gh_compatible_header_id: bool,
    /// Whether headings have no ids.
    pub no_header_id: bool,
    /// What ids of headings begin with.
    pub prefix_header_id: Option<Json>,
    /// The level of the first heading.
    pub header_level_start: Option<f64>,
    /// Whether a line break in the text is one in the page.
    pub simple_line_breaks: bool,
    /// Whether there are tables.
    pub tables: bool,
    /// Whether text may be struck through.
    pub strikethrough: bool,
    /// Whether list items may have boxes to tick.
    pub tasklists: bool,
}
