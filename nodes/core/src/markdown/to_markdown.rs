//! Markdown of HTML.

use heddle_node::NodeError;
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, CodeBlockFence, CodeBlockStyle, LinkStyle, Options};
use htmd::{Element, HtmlToMarkdown};

use super::MarkdownOptions;

/// How many line breaks follow each other at most, where nothing else is asked for.
const MOST_LINE_BREAKS: f64 = 3.0;

pub(super) fn convert(html: &str, options: &MarkdownOptions) -> Result<String, NodeError> {
    let style = Options {
        bullet_list_marker: match options.bullet_marker.as_deref() {
            Some("-") => BulletListMarker::Dash,
            _ => BulletListMarker::Asterisk,
        },
        code_block_fence: match options.code_fence.as_deref() {
            Some("~~~") => CodeBlockFence::Tildes,
            _ => CodeBlockFence::Backticks,
        },
        code_block_style: match options.code_block_style.as_deref() {
            Some("indented") => CodeBlockStyle::Indented,
            _ => CodeBlockStyle::Fenced,
        },
        link_style: match options.use_link_reference_definitions {
            true => LinkStyle::Referenced,
            false => LinkStyle::Inlined,
        },
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let mut skipped = vec!["script", "style", "head", "title"];
    skipped.extend(crate::fields::names(&options.ignore));
    let emphasis = if options.em_delimiter.as_deref() == Some("*") { "*" } else { "_" };
    let converter = HtmlToMarkdown::builder()
        .options(style)
        .add_handler(vec!["em", "i"], between(emphasis))
        .add_handler(vec!["del", "s", "strike"], between("~~"))
        .skip_tags(skipped)
        .build();
    let text = converter
        .convert(html)
        .map_err(|error| NodeError::parameter("html", format!("The HTML cannot be read: {error}")))?;
    let most = options.max_consecutive_newlines.filter(|most| *most > 0.0).unwrap_or(MOST_LINE_BREAKS);
    Ok(with_few_line_breaks(&with_plain_rules(text.trim()), most as usize))
}

/// Writes an element between marks, with the blanks at its ends outside of them.
fn between(mark: &'static str) -> impl Fn(&dyn Handlers, Element<'_>) -> Option<HandlerResult> + Send + Sync {
    move |handlers, element| {
        let content = handlers.walk_children(element.node).content;
        let words = content.trim();
        if words.is_empty() {
            return None;
        }
        let before = content.len() - content.trim_start().len();
        let behind = content.trim_end().len();
        let (before, behind) = (content.get(..before)?, content.get(behind..)?);
        Some(format!("{before}{mark}{words}{mark}{behind}").into())
    }
}

/// Rules written as `---`. Asterisks in a text have backslashes, so such a line is a rule unless it is code.
fn with_plain_rules(text: &str) -> String {
    let mut is_code = false;
    let lines = text.split('\n').map(|line| {
        is_code ^= line.starts_with("```") || line.starts_with("~~~");
        if !is_code && line == "* * *" { "---" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn with_few_line_breaks(text: &str, most: usize) -> String {
    let mut result = String::with_capacity(text.len());
    let mut breaks = 0;
    for character in text.chars() {
        breaks = if character == '\n' { breaks + 1 } else { 0 };
        if breaks <= most {
            result.push(character);
        }
    }
    result
}
