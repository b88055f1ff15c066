//! XML as JSON: elements are objects, their texts and attributes fields of them.

use std::borrow::Cow;

use heddle_node::{Json, JsonObject};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How deep elements may lie in each other.
const MAX_DEPTH: usize = 256;

/// How XML is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadRules<'a> {
    /// The field with an element's attributes.
    pub(crate) attrkey: &'a str,
    /// The field with an element's text.
    pub(crate) charkey: &'a str,
    /// Whether an element alone is a list, too.
    pub(crate) explicit_array: bool,
    /// Whether the outermost element is a field.
    pub(crate) explicit_root: bool,
    /// Whether attributes are left out.
    pub(crate) ignore_attrs: bool,
    /// Whether attributes are fields like the elements inside.
    pub(crate) merge_attrs: bool,
    /// Whether several blanks in a text become one.
    pub(crate) normalize: bool,
    /// Whether names are written in lower case.
    pub(crate) normalize_tags: bool,
    /// Whether white space around texts goes.
    pub(crate) trim: bool,
}

/// An element that is not closed yet.
struct Open {
    name: String,
    members: JsonObject,
    text: String,
    has_cdata: bool,
}

/// Reads a document.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub(crate) fn read(xml: &str, rules: &ReadRules<'_>) -> Result<Json, String> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Json> = None;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("{error} (at character {})", reader.error_position()))?;
        match event {
            Event::Start(start) => open.push(rules.open(&start, open.len(), root.is_some())?),
            Event::Empty(start) => {
                let element = rules.open(&start, open.len(), root.is_some())?;
                rules.close(element, &mut open, &mut root);
            }
            Event::End(_) => match open.pop() {
                Some(element) => rules.close(element, &mut open, &mut root),
                None => return Err("an element is closed that was not opened".to_owned()),
            },
            Event::Text(text) => {
                add_text(&mut open, &text)?;
            }
            Event::CData(text) => {
                add_text(&mut open, &text)?;
                if let Some(element) = open.last_mut() {
                    element.has_cdata = true;
                }
            }
            Event::GeneralRef(reference) => {
                add_text(&mut open, &resolve(&reference)?)?;
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if let Some(element) = open.last() {
        return Err(format!("the element \"{}\" is not closed", element.name));
    }
    root.ok_or_else(|| "there is no element".to_owned())
}

fn add_text(open: &mut [Open], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside of the outermost element".to_owned()),
    }
    Ok(())
}

/// The character of a reference such as `amp` or `#233`; HTML's names are known, too.
fn resolve(name: &str) -> Result<String, String> {
    unescape(&format!("&{name};")).map(Cow::into_owned)
}

fn unescape(text: &str) -> Result<Cow<'_, str>, String> {
    quick_xml::escape::unescape(text).or_else(|error| {
        let decoded = crate::html::decoded(text);
        if decoded.contains('&') { Err(error.to_string()) } else { Ok(Cow::Owned(decoded)) }
    })
}

impl ReadRules<'_> {
    fn name(&self, name: &str) -> String {
        if self.normalize_tags { name.to_lowercase() } else { name.to_owned() }
    }

    fn open(&self, start: &BytesStart<'_>, depth: usize, has_root: bool) -> Result<Open, String> {
        if depth >= MAX_DEPTH {
            return Err(format!("elements lie more than {MAX_DEPTH} levels deep"));
        }
        if depth == 0 && has_root {
            return Err("there is more than one outermost element".to_owned());
        }
        let mut members = JsonObject::new();
        let mut attributes = JsonObject::new();
        for attribute in start.attributes().filter(|_| !self.ignore_attrs) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let key = attribute.key.as_ref().to_owned();
            let value = unescape(&attribute.value)?;
            let value = Json::from(value.into_owned());
            if self.merge_attrs {
                self.add(&mut members, &key, value);
            } else {
                attributes.insert(&key, value);
            }
        }
        if !attributes.is_empty() {
            members.insert(self.attrkey, Json::from(attributes));
        }
        let name = self.name(start.name().as_ref());
        Ok(Open { name, members, text: String::new(), has_cdata: false })
    }

    /// Gives a closed element to the one around it, or makes it the root.
    fn close(&self, element: Open, open: &mut [Open], root: &mut Option<Json>) {
        let Open { name, members, text, has_cdata } = element;
        let value = self.value(members, text, has_cdata);
        match open.last_mut() {
            Some(parent) => self.add(&mut parent.members, &name, value),
            None if self.explicit_root => {
                let mut object = JsonObject::new();
                object.insert(&name, value);
                *root = Some(Json::from(object));
            }
            None => *root = Some(value),
        }
    }

    /// What becomes of an element: its text alone, or an object. White space alone is not a text, unless there is nothing else.
    fn value(&self, members: JsonObject, text: String, has_cdata: bool) -> Json {
        let is_blank = text.trim().is_empty() && !has_cdata;
        if is_blank {
            return if members.is_empty() { Json::from(text) } else { Json::from(members) };
        }
        let text = if self.trim { text.trim().to_owned() } else { text };
        let text = if self.normalize { without_repeated_space(&text) } else { text };
        if members.is_empty() {
            return Json::from(text);
        }
        // The text comes before everything else.
        let mut object = JsonObject::with_capacity(members.len() + 1);
        object.insert(self.charkey, Json::from(text));
        for (key, value) in members {
            object.insert(&key, value);
        }
        Json::from(object)
    }

    /// Adds a member; of one name, several are a list.
    fn add(&self, members: &mut JsonObject, key: &str, value: Json) {
        match members.get_mut(key) {
            None => {
                let value = if self.explicit_array { Json::from(vec![value]) } else { value };
                members.insert(key, value);
            }
            Some(present) => {
                if !present.is_array() {
                    *present = Json::from(vec![present.take()]);
                }
                present.push(value);
            }
        }
    }
}

/// The text with one blank in place of two and more white space characters, and none at its ends.
fn without_repeated_space(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut space = String::new();
    for character in text.chars() {
        if character.is_whitespace() {
            space.push(character);
            continue;
        }
        if space.chars().nth(1).is_some() {
            result.push(' ')
        } else {
            result.push_str(&space)
        }
        space.clear();
        result.push(character);
    }
    result.trim().to_owned()
}
