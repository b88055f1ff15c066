//! Query strings and form bodies as n8n writes them: lists and objects become brackets in the names.

use heddle_http_kit::UNRESERVED;
use heddle_node::parameters::javascript::to_text;
use heddle_node::{Json, JsonObject};
use percent_encoding::utf8_percent_encode;

/// How the elements of a list stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Lists {
    /// `a[0]=1&a[1]=2`.
    #[default]
    Indices,
    /// `a[]=1&a[]=2`.
    Brackets,
    /// `a=1&a=2`.
    Repeat,
}

impl Lists {
    /// The way that an option names.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "brackets" => Self::Brackets,
            "repeat" => Self::Repeat,
            _ => Self::Indices,
        }
    }
}

/// The fields as a query string, percent-encoded.
pub(super) fn write(fields: &JsonObject, lists: Lists) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields.iter() {
        collect(name.to_owned(), value, lists, &mut pairs);
    }
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

fn collect(name: String, value: &Json, lists: Lists, pairs: &mut Vec<(String, String)>) {
    if let Some(elements) = value.as_array() {
        for (index, element) in elements.iter().enumerate() {
            let name = match lists {
                Lists::Indices => format!("{name}[{index}]"),
                Lists::Brackets => format!("{name}[]"),
                Lists::Repeat => name.clone(),
            };
            collect(name, element, lists, pairs);
        }
    } else if let Some(members) = value.as_object() {
        for (key, member) in members.iter() {
            collect(format!("{name}[{key}]"), member, lists, pairs);
        }
    } else if value.is_null() {
        pairs.push((name, String::new()));
    } else {
        pairs.push((name, to_text(value).into_owned()));
    }
}

/// The fields of a query string; of several with one name the last counts.
pub(super) fn read(text: &str) -> JsonObject {
    let mut fields = JsonObject::new();
    for (name, value) in form_urlencoded::parse(text.strip_prefix('?').unwrap_or(text).as_bytes()) {
        fields.insert(&name, Json::from(&*value));
    }
    fields
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    fn written(fields: Json, lists: Lists) -> String {
        write(fields.as_object().unwrap(), lists)
    }

    #[test]
    fn lists_and_objects_become_brackets() {
        let fields = json!({ "a": [1, { "b": "x y" }], "c": null, "d": true, "e": [] });
        assert_eq!(written(fields.clone(), Lists::Indices), "a%5B0%5D=1&a%5B1%5D%5Bb%5D=x%20y&c=&d=true");
        assert_eq!(written(fields.clone(), Lists::Brackets), "a%5B%5D=1&a%5B%5D%5Bb%5D=x%20y&c=&d=true");
        assert_eq!(written(fields, Lists::Repeat), "a=1&a%5Bb%5D=x%20y&c=&d=true");
    }

    #[test]
    fn the_last_of_one_name_counts() {
        let fields = read("a=1&b=x+y&a=2");
        assert_eq!(Json::from(fields), json!({ "a": "2", "b": "x y" }));
    }
}
