//! The entries of a feed as objects.

use std::borrow::Cow;

use heddle_node::{Json, JsonObject};

use super::snippet::snippet;
use crate::xml::read::{self, ReadRules};
use crate::xml::write::{self, WriteRules};

/// Elements of an entry of RSS, the fields that they become, and whether there is a text without tags of them besides.
const ENTRY: [(&str, &str, bool); 17] = [
    ("author", "creator", false),
    ("dc:creator", "creator", false),
    ("dc:date", "date", false),
    ("dc:language", "language", false),
    ("dc:rights", "rights", false),
    ("dc:source", "source", false),
    ("dc:title", "title", false),
    ("title", "title", false),
    ("link", "link", false),
    ("pubDate", "pubDate", false),
    ("author", "author", false),
    ("summary", "summary", false),
    ("content:encoded", "content:encoded", true),
    ("enclosure", "enclosure", false),
    ("dc:creator", "dc:creator", false),
    ("dc:date", "dc:date", false),
    ("comments", "comments", false),
];

/// Elements of a podcast's entry.
const PODCAST: [&str; 10] = [
    "author",
    "subtitle",
    "summary",
    "explicit",
    "duration",
    "image",
    "episode",
    "season",
    "keywords",
    "episodeType",
];

/// Writes a date as ISO 8601.
type Dates<'a> = dyn Fn(&str) -> Option<Json> + 'a;

/// The entries of a feed in their order, with the elements named `custom` besides.
///
/// # Errors
/// When the text is not XML, or no feed.
pub(super) fn entries(xml: &str, custom: &[&str], dates: &Dates<'_>) -> Result<Vec<Json>, String> {
    let rules = ReadRules {
        attrkey: "$",
        charkey: "_",
        explicit_array: true,
        explicit_root: true,
        ignore_attrs: false,
        merge_attrs: false,
        normalize: false,
        normalize_tags: false,
        trim: false,
    };
    let document = read::read(xml, &rules)?;
    let list = |parent: Option<&Json>, name: &str| -> Vec<Json> {
        parent.and_then(|parent| parent.get(name)).and_then(Json::as_array).unwrap_or_default().to_vec()
    };
    if let Some(feed) = document.get("feed") {
        return Ok(list(Some(feed), "entry").iter().map(|entry| atom_entry(entry, custom, dates)).collect());
    }
    if let Some(rdf) = document.get("rdf:RDF") {
        return Ok(list(Some(rdf), "item").iter().map(|entry| rss_entry(entry, custom, dates)).collect());
    }
    let Some(rss) = document.get("rss") else {
        return Err("it is neither RSS nor Atom".to_owned());
    };
    let version = rss.pointer("/$/version").and_then(Json::as_str).unwrap_or_default();
    if !version.starts_with('2') && !version.contains("0.9") {
        return Err(format!("it is RSS of version \"{version}\", which is not known"));
    }
    let is_podcast = version.starts_with('2') && rss.pointer("/$/xmlns:itunes").is_some();
    let entries = list(first(rss, "channel"), "item");
    Ok(entries
        .iter()
        .map(|entry| {
            let mut object = rss_entry(entry, custom, dates);
            if is_podcast {
                object.insert("itunes", podcast(entry));
            }
            object
        })
        .collect())
}

fn first<'a>(element: &'a Json, name: &str) -> Option<&'a Json> {
    element.get(name)?.get_index(0)
}

/// An element's text, where it is one alone or has attributes besides.
fn text(element: &Json) -> Option<&str> {
    element.as_str().or_else(|| element.get("_").and_then(Json::as_str))
}

/// Copies the first element `from` to the field `to`.
fn copy(entry: &Json, object: &mut JsonObject, from: &str, to: &str, with_snippet: bool) {
    let Some(value) = first(entry, from) else { return };
    let value = value.get("_").filter(|text| text.is_string()).unwrap_or(value);
    object.insert(to, value.clone());
    if let Some(text) = value.as_str().filter(|text| with_snippet && !text.is_empty()) {
        object.insert(&format!("{to}Snippet"), Json::from(snippet(text)));
    }
}

fn rss_entry(entry: &Json, custom: &[&str], dates: &Dates<'_>) -> Json {
    let mut object = JsonObject::new();
    for (from, to, with_snippet) in ENTRY {
        copy(entry, &mut object, from, to, with_snippet);
    }
    custom.iter().for_each(|name| copy(entry, &mut object, name, name, false));
    if let Some(enclosure) = first(entry, "enclosure") {
        match enclosure.get("$") {
            Some(attributes) => drop(object.insert("enclosure", attributes.clone())),
            None => drop(object.remove("enclosure")),
        }
    }
    if let Some(description) = first(entry, "description") {
        let content = content(description);
        object.insert("content", Json::from(&*content));
        object.insert("contentSnippet", Json::from(snippet(&content)));
    }
    if let Some(guid) = first(entry, "guid") {
        let guid = guid.get("_").filter(|text| text.as_str() != Some("")).unwrap_or(guid);
        object.insert("guid", guid.clone());
    }
    if let Some(about) = entry.pointer("/$/rdf:about") {
        object.insert("rdf:about", about.clone());
    }
    if let Some(categories) = entry.get("category") {
        object.insert("categories", categories.clone());
    }
    add_iso_date(&mut object, dates);
    Json::from(object)
}

fn atom_entry(entry: &Json, custom: &[&str], dates: &Dates<'_>) -> Json {
    let mut object = JsonObject::new();
    custom.iter().for_each(|name| copy(entry, &mut object, name, name, false));
    if let Some(title) = first(entry, "title").and_then(text).filter(|title| !title.is_empty()) {
        object.insert("title", Json::from(title));
    }
    if let Some(link) = link(entry) {
        object.insert("link", link);
    }
    let date = |name| first(entry, name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if let Some(date) = ["published", "updated"].into_iter().find_map(|name| date(name).and_then(dates)) {
        object.insert("pubDate", date);
    }
    if let Some(name) = first(entry, "author").and_then(|author| first(author, "name")) {
        object.insert("author", name.clone());
    }
    if let Some(element) = first(entry, "content") {
        let content = content(element);
        object.insert("content", Json::from(&*content));
        object.insert("contentSnippet", Json::from(snippet(&content)));
    }
    if let Some(summary) = first(entry, "summary") {
        object.insert("summary", Json::from(&*content(summary)));
    }
    if let Some(id) = first(entry, "id") {
        object.insert("id", id.clone());
    }
    add_iso_date(&mut object, dates);
    Json::from(object)
}

/// The address that shows the entry, else the first one.
fn link(entry: &Json) -> Option<Json> {
    let links = entry.get("link")?.as_array()?;
    let shows = |link: &&Json| link.pointer("/$/rel").and_then(Json::as_str) == Some("alternate");
    links.iter().find(shows).or(links.first())?.pointer("/$/href").cloned()
}

/// The text of an element, or the XML of what is in it.
fn content(element: &Json) -> Cow<'_, str> {
    if let Some(text) = text(element) {
        return Cow::Borrowed(text);
    }
    let rules = WriteRules {
        attrkey: "$",
        charkey: "_",
        root_name: "div",
        cdata: false,
        headless: true,
        pretty: false,
    };
    Cow::Owned(write::write(element, &rules).unwrap_or_default())
}

fn podcast(entry: &Json) -> Json {
    let mut object = JsonObject::new();
    for name in PODCAST {
        copy(entry, &mut object, &format!("itunes:{name}"), name, false);
    }
    if let Some(image) = first(entry, "itunes:image").and_then(|image| image.pointer("/$/href")) {
        object.insert("image", image.clone());
    }
    Json::from(object)
}

fn add_iso_date(object: &mut JsonObject, dates: &Dates<'_>) {
    let date = ["pubDate", "date"]
        .into_iter()
        .find_map(|name| object.get(name)?.as_str().filter(|text| !text.is_empty()));
    if let Some(date) = date.and_then(dates) {
        object.insert("isoDate", date);
    }
}
