//! HTML of Markdown.

use std::collections::HashMap;

use heddle_node::parameters::javascript::{is_truthy, to_text};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::MarkdownOptions;

pub(super) fn convert(markdown: &str, options: &MarkdownOptions) -> String {
    let mut extensions = Options::empty();
    extensions.set(Options::ENABLE_TABLES, options.tables);
    extensions.set(Options::ENABLE_STRIKETHROUGH, options.strikethrough);
    extensions.set(Options::ENABLE_TASKLISTS, options.tasklists);
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, extensions).collect();
    let mut ids = HashMap::new();
    for index in 0..events.len() {
        match &events[index] {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = moved(*level, options);
                let id = (!options.no_header_id).then(|| heading_id(&events[index..], options, &mut ids));
                let heading =
                    Tag::Heading { level, id: id.map(CowStr::from), classes: Vec::new(), attrs: Vec::new() };
                events[index] = Event::Start(heading);
            }
            Event::End(TagEnd::Heading(level)) => {
                events[index] = Event::End(TagEnd::Heading(moved(*level, options)));
            }
            Event::SoftBreak if options.simple_line_breaks => events[index] = Event::HardBreak,
            Event::Start(Tag::Link { dest_url, title, .. }) if options.open_links_in_new_window => {
                let title =
                    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
                let link = format!(
                    "<a href=\"{}\"{title} rel=\"noopener noreferrer\" target=\"_blank\">",
                    escape(dest_url)
                );
                events[index] = Event::InlineHtml(CowStr::from(link));
            }
            Event::End(TagEnd::Link) if options.open_links_in_new_window => {
                events[index] = Event::InlineHtml(CowStr::from("</a>"));
            }
            _ => {}
        }
    }
    let mut page = String::with_capacity(2 * markdown.len());
    html::push_html(&mut page, events.into_iter());
    page.truncate(page.trim_end().len());
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The level of a heading where the first level is another than 1.
fn moved(level: HeadingLevel, options: &MarkdownOptions) -> HeadingLevel {
    let start = options.header_level_start.filter(|start| *start >= 1.0).unwrap_or(1.0) as usize;
    HeadingLevel::try_from((level as usize).saturating_add(start - 1).min(6)).unwrap_or(level)
}

/// The id of a heading: its letters, digits and underscores; of several alike, with a number.
fn heading_id(events: &[Event<'_>], options: &MarkdownOptions, ids: &mut HashMap<String, usize>) -> String {
    let mut text = match &options.prefix_header_id {
        Some(prefix) if prefix.is_string() => to_text(prefix).into_owned(),
        Some(prefix) if is_truthy(prefix) => "section".to_owned(),
        _ => String::new(),
    };
    for event in events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))) {
        if let Event::Text(part) | Event::Code(part) = event {
            text.push_str(part);
        }
    }
    let text = text.to_lowercase();
    let is_word = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
    let id: String = match options.gh_compatible_header_id {
        true => text
            .replace(' ', "-")
            .chars()
            .filter(|character| is_word(character) || *character == '-')
            .collect(),
        false => text.chars().filter(is_word).collect(),
    };
    let count = ids.entry(id.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { id } else { format!("{id}-{}", *count - 1) }
}
