//! A table of all items: a column for every field, a row for every item.

use std::borrow::Cow;
use std::collections::HashSet;

use heddle_node::parameters::javascript::to_text;
use heddle_node::{BatchContext, Item, ItemReference, Items, Json, JsonObject, NodeError, PairedItem};

use super::{HtmlOptions, HtmlParameters};

const TABLE_STYLE: &str = "style='border-spacing:0; font-family:helvetica,arial,sans-serif'";
const HEADER_STYLE: &str = "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee; text-align:left; color:#888; font-weight:normal'";
const CELL_STYLE: &str = "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee'";

pub(super) async fn table(
    options: &HtmlOptions,
    context: &BatchContext<'_>,
) -> Result<Vec<Items>, NodeError> {
    let items = context.main_items();
    if items.is_empty() {
        return Ok(vec![Items::default()]);
    }
    let style = |style: &'static str| if options.custom_styling { "" } else { style };
    let columns = columns(items);
    let mut html = format!("<table {} {}>", style(TABLE_STYLE), options.table_attributes);
    if !options.caption.is_empty() {
        html.push_str(&format!("<caption>{}</caption>", options.caption));
    }
    html.push_str(&format!("<thead {} {}><tr>", style(HEADER_STYLE), options.header_attributes));
    for column in &columns {
        let header =
            if options.capitalize { Cow::Owned(capitalized(column)) } else { Cow::Borrowed(*column) };
        html.push_str("<th>");
        html.push_str(&header);
        html.push_str("</th>");
    }
    html.push_str("</tr></thead><tbody>");
    for (index, item) in items.iter().enumerate() {
        // Rows and cells may have attributes of their own item.
        let own: HtmlParameters = context.parameters_of(index).await?;
        html.push_str(&format!("<tr  {}>", own.options.row_attributes));
        for column in &columns {
            html.push_str(&format!("<td {} {}>", style(CELL_STYLE), own.options.cell_attributes));
            push_cell(&mut html, item.json.get(column));
            html.push_str("</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    let mut json = Json::object();
    json.insert("table", html);
    let all = (0..items.len()).filter_map(|index| u32::try_from(index).ok());
    let pairing = PairedItem::many(all.map(|index| ItemReference::new(index, 0)));
    Ok(vec![Items::from(vec![Item::new(json).with_paired_item(pairing)])])
}

/// All fields that any of the items has, in the order in which they turn up.
fn columns(items: &[Item]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let keys = items.iter().filter_map(|item| item.json.as_object()).flat_map(JsonObject::keys);
    keys.filter(|key| seen.insert(*key)).collect()
}

fn push_cell(html: &mut String, value: Option<&Json>) {
    match value {
        None => html.push_str("undefined"),
        Some(value) => match value.as_bool() {
            Some(true) => html.push_str("<input type=\"checkbox\" checked=\"checked\"/>"),
            Some(false) => html.push_str("<input type=\"checkbox\" />"),
            None => html.push_str(&to_text(value)),
        },
    }
}

/// `first_name` as `First Name`.
fn capitalized(key: &str) -> String {
    let words = key.split('_').filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_uppercase().to_string());
            first.unwrap_or_default() + characters.as_str()
        })
        .collect();
    words.join(" ")
}
