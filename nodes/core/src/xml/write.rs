//! JSON as XML.

use std::borrow::Cow;

use heddle_node::parameters::javascript::to_text;
use heddle_node::{Json, JsonObject};

/// How XML is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WriteRules<'a> {
    /// The field with an element's attributes.
    pub(crate) attrkey: &'a str,
    /// The field with an element's text.
    pub(crate) charkey: &'a str,
    /// Name of the outermost element, unless the object has one field alone and this is `root`.
    pub(crate) root_name: &'a str,
    /// Whether texts with special characters are written as CDATA.
    pub(crate) cdata: bool,
    /// Whether there is no XML declaration.
    pub(crate) headless: bool,
    /// Whether elements stand on lines of their own.
    pub(crate) pretty: bool,
}

/// What an element holds.
enum Content<'a> {
    Text(Cow<'a, str>),
    Element(Element<'a>),
}

struct Element<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, Cow<'a, str>)>,
    contents: Vec<Content<'a>>,
}

/// Writes an object.
///
/// # Errors
/// When a key cannot be the name of an element.
pub(crate) fn write(json: &Json, rules: &WriteRules<'_>) -> Result<String, String> {
    let only = json.as_object().filter(|object| object.len() == 1 && rules.root_name == "root");
    let (name, value) = only.and_then(|object| object.get_index(0)).unwrap_or((rules.root_name, json));
    let mut root = element(name)?;
    fill(&mut root, value, rules)?;
    let mut xml = String::new();
    if !rules.headless {
        xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
        if rules.pretty {
            xml.push('\n');
        }
    }
    print(&root, 0, rules, &mut xml);
    Ok(xml)
}

fn element(name: &str) -> Result<Element<'_>, String> {
    let is_start = |character: char| character.is_alphabetic() || matches!(character, '_' | ':');
    let is_part =
        |character: char| is_start(character) || character.is_numeric() || matches!(character, '-' | '.');
    if name.starts_with(is_start) && name.chars().all(is_part) {
        return Ok(Element { name, attributes: Vec::new(), contents: Vec::new() });
    }
    Err(format!("The field \"{name}\" cannot be an element: that is no name in XML"))
}

fn fill<'a>(target: &mut Element<'a>, value: &'a Json, rules: &WriteRules<'a>) -> Result<(), String> {
    if let Some(object) = value.as_object() {
        return object.iter().try_for_each(|(key, child)| fill_member(target, key, child, rules));
    }
    if let Some(elements) = value.as_array() {
        // Of a list without a name, the fields of its objects are elements.
        if let Some(other) = elements.iter().find(|element| !element.is_object()) {
            return Err(format!("The list \"{}\" holds {other}, which has no name in it", target.name));
        }
        let mut members = elements.iter().filter_map(Json::as_object).flat_map(JsonObject::iter);
        return members.try_for_each(|(key, child)| push(target, key, child, rules));
    }
    if !value.is_null() {
        target.contents.push(Content::Text(to_text(value)));
    }
    Ok(())
}

fn fill_member<'a>(
    target: &mut Element<'a>,
    key: &'a str,
    child: &'a Json,
    rules: &WriteRules<'a>,
) -> Result<(), String> {
    if key == rules.attrkey {
        let attributes = child.as_object().into_iter().flat_map(JsonObject::iter);
        target.attributes.extend(
            attributes.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, to_text(value))),
        );
        return Ok(());
    }
    if key == rules.charkey {
        target.contents.push(Content::Text(to_text(child)));
        return Ok(());
    }
    match child.as_array() {
        Some(entries) => entries.iter().try_for_each(|entry| push(target, key, entry, rules)),
        None => push(target, key, child, rules),
    }
}

fn push<'a>(
    target: &mut Element<'a>,
    name: &'a str,
    value: &'a Json,
    rules: &WriteRules<'a>,
) -> Result<(), String> {
    let mut child = element(name)?;
    fill(&mut child, value, rules)?;
    target.contents.push(Content::Element(child));
    Ok(())
}

fn print(element: &Element<'_>, depth: usize, rules: &WriteRules<'_>, xml: &mut String) {
    xml.push('<');
    xml.push_str(element.name);
    for (name, value) in &element.attributes {
        xml.push_str(&format!(" {name}=\"{}\"", escape(value, true)));
    }
    let is_empty = |content: &Content<'_>| matches!(content, Content::Text(text) if text.is_empty());
    if element.contents.iter().all(is_empty) {
        xml.push_str("/>");
        return;
    }
    xml.push('>');
    if let [Content::Text(text)] = element.contents.as_slice() {
        print_text(text, rules, xml);
    } else {
        for content in &element.contents {
            new_line(depth + 1, rules, xml);
            match content {
                Content::Text(text) => print_text(text, rules, xml),
                Content::Element(child) => print(child, depth + 1, rules, xml),
            }
        }
        new_line(depth, rules, xml);
    }
    xml.push_str(&format!("</{}>", element.name));
}

fn new_line(depth: usize, rules: &WriteRules<'_>, xml: &mut String) {
    if rules.pretty {
        xml.push('\n');
        xml.extend(std::iter::repeat_n("  ", depth));
    }
}

fn print_text(text: &str, rules: &WriteRules<'_>, xml: &mut String) {
    if rules.cdata && text.contains(['&', '<', '>']) {
        xml.push_str(&format!("<![CDATA[{}]]>", text.replacen("]]>", "]]]]><![CDATA[>", 1)));
    } else {
        xml.push_str(&escape(text, false));
    }
}

fn escape(text: &str, is_attribute: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' if !is_attribute => escaped.push_str("&gt;"),
            '"' if is_attribute => escaped.push_str("&quot;"),
            '\t' if is_attribute => escaped.push_str("&#x9;"),
            '\n' if is_attribute => escaped.push_str("&#xA;"),
            '\r' => escaped.push_str("&#xD;"),
            other => escaped.push(other),
        }
    }
    escaped
}
