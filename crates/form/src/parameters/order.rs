//! The order in which the properties of a level are resolved (`docs/parameters.md §7`).

use std::collections::{HashMap, HashSet, VecDeque};

use crate::description::NodeProperty;

/// The order in which properties are resolved: after those that they depend on. A property that comes before one that
/// it depends on is resolved again after it, and the last result stands.
pub(super) struct Order {
    /// Places in the list of properties.
    pub(super) places: Vec<usize>,
    /// Properties wait for each other, and n8n gives up. Here each has its turn all the same.
    pub(super) is_endless: bool,
}

impl Order {
    pub(super) fn of(properties: &[&NodeProperty]) -> Self {
        if properties.iter().all(|property| property.display_options.is_none()) {
            return Self { places: (0..properties.len()).collect(), is_endless: false };
        }
        let dependencies = dependencies(properties);
        let mut queue: VecDeque<usize> = (0..properties.len()).collect();
        let mut places = Vec::with_capacity(properties.len());
        let mut resolved = HashSet::new();
        let mut is_endless = false;
        let (mut round, mut last_progress, mut last_length) = (0_i64, -1_i64, queue.len());
        while let Some(index) = queue.pop_front() {
            round += 1;
            let Some(property) = properties.get(index) else { continue };
            let waits_for = dependencies.get(property.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            if !is_endless {
                let open = waits_for
                    .iter()
                    .filter(|name| dependencies.contains_key(*name) && !resolved.contains(*name));
                queue.extend(open.map(|_| index));
            }
            places.push(index);
            resolved.insert(property.name.as_str());
            if waits_for.is_empty() {
                continue;
            }
            if queue.len() < last_length {
                last_progress = round;
            }
            is_endless |= round > last_progress.saturating_add_unsigned(properties.len() as u64);
            last_length = queue.len();
        }
        Self { places, is_endless }
    }
}

/// The parameters that the display conditions of each name look at.
fn dependencies<'a>(properties: &[&'a NodeProperty]) -> HashMap<&'a str, Vec<&'a str>> {
    let mut dependencies: HashMap<&str, Vec<&str>> = HashMap::new();
    for property in properties {
        let names = dependencies.entry(&property.name).or_default();
        let Some(options) = &property.display_options else { continue };
        for key in options.show.keys().chain(options.hide.keys()) {
            if !key.starts_with('@') && !names.contains(&key) {
                names.push(key);
            }
        }
    }
    dependencies
}

/// Names that several properties share.
pub(super) fn repeated_names<'a>(properties: &[&'a NodeProperty]) -> HashSet<&'a str> {
    let mut seen = HashSet::new();
    properties.iter().map(|property| property.name.as_str()).filter(|&name| !seen.insert(name)).collect()
}
