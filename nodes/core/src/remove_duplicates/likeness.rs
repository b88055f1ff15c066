//! Which items are alike.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use heddle_node::Json;

/// The positions of the items that are like none before. Items are alike if all columns have equal values.
pub(super) fn first_of_each(count: usize, columns: &[Vec<Cow<'_, Json>>]) -> Vec<usize> {
    let random = RandomState::new();
    let mut kept = Vec::new();
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for index in 0..count {
        let mut hasher = random.build_hasher();
        for value in columns.iter().filter_map(|column| column.get(index)) {
            hash(value, &mut hasher, &random);
        }
        let alike = seen.entry(hasher.finish()).or_default();
        let is_like = |other: &usize| columns.iter().all(|column| column.get(index) == column.get(*other));
        if !alike.iter().any(is_like) {
            alike.push(index);
            kept.push(index);
        }
    }
    kept
}

/// Adds a value to a hash, so that equal values give equal hashes: the order of keys does not count, and -0 is 0.
fn hash(value: &Json, hasher: &mut impl Hasher, random: &RandomState) {
    if let Some(text) = value.as_str() {
        text.hash(hasher);
    } else if let Some(number) = value.as_f64() {
        (if number == 0.0 { 0.0 } else { number }).to_bits().hash(hasher);
    } else if let Some(flag) = value.as_bool() {
        flag.hash(hasher);
    } else if let Some(elements) = value.as_array() {
        elements.len().hash(hasher);
        elements.iter().for_each(|element| hash(element, hasher, random));
    } else if let Some(object) = value.as_object() {
        let members = object.iter().map(|(key, value)| {
            let mut member = random.build_hasher();
            key.hash(&mut member);
            hash(value, &mut member, random);
            member.finish()
        });
        members.fold(0_u64, u64::wrapping_add).hash(hasher);
    } else {
        0_u8.hash(hasher);
    }
}
