//! Fields that a parameter names, found in one item after the other.

use std::borrow::Cow;

use heddle_node::Json;
use heddle_node::json::KeyPlace;

use crate::field_path;

/// A field by its name, read once and looked for in many items.
#[derive(Debug, Default)]
pub(crate) struct Field {
    name: String,
    /// The way to it, where its name is a path.
    keys: Option<Vec<String>>,
    place: KeyPlace,
}

impl Field {
    /// The field `name`. With `dots`, a name such as `person.names[0]` leads into objects and arrays, unless an item has a
    /// key that is spelt like the whole name.
    pub(crate) fn new(name: impl Into<String>, dots: bool) -> Self {
        let name = name.into();
        let keys = (dots && field_path::is_path(&name)).then(|| field_path::split(&name));
        Self { name, keys, place: KeyPlace::new() }
    }

    /// Its name as the parameter has it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its value in an item; `None` where it is missing. `length` is that of an array or text, as in JavaScript.
    pub(crate) fn get<'a>(&self, json: &'a Json) -> Option<Cow<'a, Json>> {
        let own = json.as_object().and_then(|object| object.get_at(&self.name, &self.place));
        let Some(keys) = self.keys.as_ref().filter(|_| own.is_none()) else { return own.map(Cow::Borrowed) };
        let (last, parents) = keys.split_last()?;
        let parent = parents.iter().try_fold(json, |json, key| field_path::member(json, key))?;
        match field_path::member(parent, last) {
            Some(value) => Some(Cow::Borrowed(value)),
            None if last == "length" => length(parent).map(|length| Cow::Owned(Json::from(length))),
            None => None,
        }
    }
}

fn length(json: &Json) -> Option<usize> {
    json.as_array().map(<[Json]>::len).or_else(|| json.as_str().map(|text| text.encode_utf16().count()))
}

/// The names in a list such as `email, name`; blank ones count for nothing.
pub(crate) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// The fields in a list such as `email, address.city`.
pub(crate) fn list(names: &str, dots: bool) -> Vec<Field> {
    self::names(names).map(|name| Field::new(name, dots)).collect()
}

#[cfg(test)]
mod tests {
    use heddle_node::json;

    use super::*;

    #[test]
    fn a_field_is_found_by_key_path_and_length() {
        let item = json!({ "a": { "b": [1, { "c": 2 }] }, "a.b": 3, "text": "zoë", "null": null });
        for (name, with_dots, without) in [
            ("a.b", Some(json!(3)), Some(json!(3))),
            ("a.b[1].c", Some(json!(2)), None),
            ("a['b'].length", Some(json!(2)), None),
            ("text.length", Some(json!(3)), None),
            ("null", Some(Json::NULL), Some(Json::NULL)),
            ("null.x", None, None),
            ("length", None, None),
        ] {
            let value = |dots| Field::new(name, dots).get(&item).map(Cow::into_owned);
            assert_eq!(value(true), with_dots, "{name}");
            assert_eq!(value(false), without, "{name}");
        }
    }

    #[test]
    fn blank_names_count_for_nothing() {
        assert_eq!(names(" a, ,b.c ,,").collect::<Vec<_>>(), ["a", "b.c"]);
    }
}
