//! One value out of those that a field has in many items.

use std::collections::HashSet;

use heddle_node::Json;
use heddle_node::parameters::javascript::to_text;

use super::group::Key;
use super::parameters::{Aggregation, Summary, is_empty};
use crate::js_order;

/// Computes the value. `values` are those of the field, item by item; `None` where it is missing.
pub(super) fn aggregate<'a>(
    summary: &Summary,
    values: impl Iterator<Item = Option<&'a Json>> + Clone,
) -> Json {
    let counted = || values.clone().filter(|value| summary.include_empty || !is_empty(*value));
    let present = || values.clone().flatten().filter(|value| !is_empty(Some(value)));
    let numbers = || values.clone().flatten().filter_map(Json::as_f64);
    match summary.aggregation {
        Aggregation::Append => counted().map(|value| value.cloned().unwrap_or_default()).collect(),
        Aggregation::Concatenate => concatenate(counted(), summary.separator()),
        Aggregation::Sum => Json::from(numbers().fold(0.0, |sum, number| sum + number)),
        Aggregation::Average => match numbers().count() {
            0 => Json::NULL,
            count => Json::from(numbers().fold(0.0, |sum, number| sum + number) / count as f64),
        },
        Aggregation::Min => best(present(), std::cmp::Ordering::Less),
        Aggregation::Max => best(present(), std::cmp::Ordering::Greater),
        Aggregation::Count => Json::from(counted().count()),
        Aggregation::CountUnique => Json::from(count_unique(counted())),
    }
}

fn concatenate<'a>(values: impl Iterator<Item = Option<&'a Json>>, separator: &str) -> Json {
    let mut text = String::new();
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        match value {
            None => text.push_str("undefined"),
            Some(value) if value.is_object() || value.is_array() => text.push_str(&value.to_string()),
            Some(value) => text.push_str(&to_text(value)),
        }
    }
    Json::from(text)
}

/// The first value that all others do not go before.
fn best<'a>(mut values: impl Iterator<Item = &'a Json>, goes_before: std::cmp::Ordering) -> Json {
    let Some(first) = values.next() else { return Json::NULL };
    let best =
        values.fold(
            first,
            |best, value| {
                if js_order::relation(value, best) == Some(goes_before) { value } else { best }
            },
        );
    best.clone()
}

/// How many different values there are. Objects and arrays are all different, as in a JavaScript `Set`.
fn count_unique<'a>(values: impl Iterator<Item = Option<&'a Json>>) -> usize {
    let mut seen = HashSet::new();
    let mut objects = 0;
    for value in values {
        match Key::of(value) {
            Some(key) => drop(seen.insert(key)),
            None => objects += 1,
        }
    }
    seen.len() + objects
}
