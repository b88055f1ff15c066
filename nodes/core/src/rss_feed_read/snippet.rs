//! A text without its HTML.

/// Elements that begin a line of their own.
const BLOCKS: [&str; 12] =
    ["h", "br", "p", "ul", "ol", "li", "blockquote", "section", "table", "tr", "div", "hr"];

/// The text of HTML: blocks begin lines, tags go, entities are characters.
pub(super) fn snippet(html: &str) -> String {
    let text = without_tags(&with_lines(html));
    crate::html::decoded(&text).trim().to_owned()
}

/// A line break in place of every tag of a block that has text before and behind it.
fn with_lines(html: &str) -> String {
    let mut result = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        result.push_str(before);
        let name = tag.strip_prefix("</").or_else(|| tag.strip_prefix('<')).unwrap_or_default();
        let end = tag.find('>').map(|end| end + 1);
        let follows_text = result.chars().next_back().is_some_and(|last| last != '\n');
        match end {
            Some(end) if follows_text && BLOCKS.iter().any(|block| name.starts_with(block)) => {
                let behind = tag.get(end..).unwrap_or_default();
                if behind.chars().next().is_some_and(|next| next != '\n') {
                    result.push('\n');
                }
                rest = behind;
            }
            Some(end) => {
                let (tag, behind) = tag.split_at(end);
                result.push_str(tag);
                rest = behind;
            }
            None => {
                result.push_str(tag);
                return result;
            }
        }
    }
    result + rest
}

fn without_tags(html: &str) -> String {
    let mut result = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        result.push_str(before);
        match behind.split_once('>') {
            Some((_, behind)) => rest = behind,
            None => {
                result.push('<');
                rest = behind;
            }
        }
    }
    result + rest
}
