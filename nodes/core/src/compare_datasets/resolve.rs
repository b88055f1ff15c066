//! What becomes of two items that belong together and differ.

use std::borrow::Cow;

use heddle_node::parameters::javascript::is_truthy;
use heddle_node::{Item, Json, JsonObject, NodeError, PairedItem};

use super::{Comparison, Prefer, Resolve};
use crate::field_path;

/// The item that stands for both.
pub(super) fn resolve(comparison: &Comparison<'_>, first: &Item, second: &Item) -> Result<Item, NodeError> {
    match comparison.parameters.resolve {
        Resolve::PreferInput1 => Ok(first.clone()),
        Resolve::PreferInput2 => Ok(second.clone()),
        Resolve::Mix => mix(comparison, first, second),
        Resolve::IncludeBoth => {
            let references =
                [first, second].into_iter().flat_map(|item| item.paired_item.references().to_vec());
            let json = side_by_side(comparison, &first.json, &second.json)?;
            Ok(Item::new(json).with_paired_item(PairedItem::many(references)))
        }
    }
}

/// One of the items with some fields of the other.
fn mix(comparison: &Comparison<'_>, first: &Item, second: &Item) -> Result<Item, NodeError> {
    let (item, other) = match comparison.parameters.prefer_when_mix {
        Prefer::Input1 => (first, second),
        Prefer::Input2 => (second, first),
    };
    let mut item = item.clone();
    for name in crate::fields::names(&comparison.parameters.except_when_mix) {
        if comparison.dots {
            let value = field_path::get(&other.json, name).cloned().unwrap_or_default();
            field_path::set(&mut item.json, name, value)?;
        } else {
            match other.json.get(name) {
                Some(value) => field_path::set_own(&mut item.json, name, value.clone()),
                None => drop(item.json.remove(name)),
            }
        }
    }
    Ok(item)
}

/// The values by which the items belong together, the fields that are alike, and both values of those that differ.
fn side_by_side(comparison: &Comparison<'_>, first: &Json, second: &Json) -> Result<Json, NodeError> {
    let [first_fields, second_fields] =
        [first, second].map(|json| json.as_object().cloned().unwrap_or_default());
    let mut keys = JsonObject::new();
    for pair in comparison.pairs() {
        if let Some(value) = first_fields.get(&pair.field1) {
            keys.insert(&pair.field1, value.clone());
        }
    }
    let is_fuzzy = comparison.equality != super::Equality::Strict && comparison.version >= 2.1;
    let all = first_fields.keys().chain(second_fields.keys().filter(|key| !first_fields.contains_key(key)));
    let (mut same, mut different, mut skipped) = (JsonObject::new(), JsonObject::new(), JsonObject::new());
    for key in all {
        let values = (first_fields.get(key), second_fields.get(key));
        let both = values.0.is_some() && values.1.is_some();
        if (both || is_fuzzy) && comparison.equality.holds(values.0, values.1) {
            if let Some(value) = values.0 {
                same.insert(key, value.clone());
            }
            continue;
        }
        let mut values = [values.0, values.1].map(|value| comparison.shown(value));
        let is_skipped = comparison.skipped.iter().any(|name| name == key);
        if comparison.version >= 2.1 && comparison.dots && !is_skipped {
            if let Some(inner) = take_inner(comparison, key, &mut values)? {
                skipped.insert(key, inner);
            }
            different.insert(key, comparison.named(values));
        } else if is_skipped {
            skipped.insert(key, comparison.named(values));
        } else {
            different.insert(key, comparison.named(values));
        }
    }
    let mut json = Json::object();
    json.insert("keys", keys);
    json.insert("same", same);
    json.insert("different", different);
    if !skipped.is_empty() {
        json.insert("skipped", skipped);
    }
    Ok(json)
}

/// Takes the inner fields that do not count out of two values; `None` where there are none.
fn take_inner(
    comparison: &Comparison<'_>,
    key: &str,
    values: &mut [Json; 2],
) -> Result<Option<Json>, NodeError> {
    let inner: Vec<&Cow<'_, str>> =
        comparison.skipped.iter().filter(|name| name.starts_with(key) && name.contains('.')).collect();
    if inner.is_empty() {
        return Ok(None);
    }
    if values.iter().any(|value| !value.is_object() && !value.is_array() && !value.is_null()) {
        return Err(NodeError::operation(format!(
            "The field '{key}' is not an object. It is not possible to use dot notation."
        )));
    }
    let mut taken = [Json::object(), Json::object()];
    for name in inner {
        let path = name.replacen(&format!("{key}."), "", 1);
        for (value, taken) in values.iter_mut().zip(&mut taken) {
            if let Some(inner) = field_path::get(value, &path).cloned() {
                field_path::set(taken, &path, inner)?;
                field_path::unset(value, &path);
            }
        }
    }
    Ok(Some(comparison.named(taken)))
}

impl Comparison<'_> {
    /// A value as it is shown: nothing is null, and in version 1 so is whatever is false.
    fn shown(&self, value: Option<&Json>) -> Json {
        value.filter(|value| self.version >= 2.0 || is_truthy(value)).cloned().unwrap_or_default()
    }

    fn named(&self, values: [Json; 2]) -> Json {
        let names = if self.version >= 2.0 { ["inputA", "inputB"] } else { ["input1", "input2"] };
        names.into_iter().zip(values).collect::<JsonObject>().into()
    }
}
