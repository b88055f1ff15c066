//! Groups of items by the values of fields, one field after the other.

use std::collections::HashMap;

use heddle_node::Json;
use heddle_node::parameters::javascript::to_text;

use super::parameters::is_empty;

/// A value that has no parts, as a JavaScript `Map` tells it from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Missing,
    Null,
    Bool(bool),
    Number(u64),
    Text(Box<str>),
}

impl Key {
    /// The key of a value; `None` for an object or array.
    pub(super) fn of(value: Option<&Json>) -> Option<Self> {
        let Some(value) = value else { return Some(Self::Missing) };
        if let Some(text) = value.as_str() {
            Some(Self::Text(text.into()))
        } else if let Some(number) = value.as_f64() {
            // -0 is 0, and all that is not a number is one.
            let number = if number == 0.0 { 0.0 } else { number };
            Some(Self::Number(if number.is_nan() { f64::NAN } else { number }.to_bits()))
        } else if let Some(flag) = value.as_bool() {
            Some(Self::Bool(flag))
        } else {
            value.is_null().then_some(Self::Null)
        }
    }
}

/// How values tell groups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Every value counts as its text, as in version 1.
    pub(crate) as_text: bool,
    /// Groups come in the order of an object's keys: whole numbers first, ascending.
    pub(crate) as_keys: bool,
    /// Items without a value are left out.
    pub(crate) skip_empty: bool,
}

/// Groups of items, each by the value that its items have in common and their positions.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<(Option<Json>, Vec<usize>)>,
}

impl Groups {
    /// The groups of `items` by their values, in the order in which they turn up.
    pub(super) fn of(items: &[usize], values: &[Option<Json>], rules: Rules) -> Self {
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut groups: Vec<(Option<Json>, Vec<usize>)> = Vec::new();
        for &item in items {
            let value = values.get(item).and_then(Option::as_ref);
            let Some(value) = rules.group_value(value) else { continue };
            let Some(key) = Key::of(value.as_ref()) else { continue };
            let place = *places.entry(key).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, members)) => members.push(item),
                None => groups.push((value, vec![item])),
            }
        }
        if rules.as_keys {
            let index = |value: &Option<Json>| value.as_ref()?.as_str()?.parse::<u32>().ok();
            groups.sort_by_key(|(value, _)| index(value).map_or((true, 0), |index| (false, index)));
        }
        Self { groups }
    }
}

impl IntoIterator for Groups {
    type Item = (Option<Json>, Vec<usize>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.groups.into_iter()
    }
}

impl Rules {
    /// The value that tells the group: an object or array counts as its JSON. `None` where the item belongs to no group.
    fn group_value(self, value: Option<&Json>) -> Option<Option<Json>> {
        let value = match value {
            Some(value) if value.is_object() || value.is_array() => Some(Json::from(value.to_string())),
            Some(value) if self.as_text => Some(Json::from(to_text(value).into_owned())),
            None if self.as_text => Some(Json::from("undefined")),
            value => value.cloned(),
        };
        let is_empty = is_empty(value.as_ref()) || value.as_ref().and_then(Json::as_bool) == Some(false);
        (!self.skip_empty || !is_empty).then_some(value)
    }
}
