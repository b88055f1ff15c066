//! Fields that several variants share, written down once.

use crate::description::{DisplayOptions, NodeProperty};
use heddle_data::{Json, JsonObject};

/// A tag has a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) tag: String,
    pub(super) value: Json,
}

/// A property as one struct declares it, with the variants that it is in.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    /// Its display options are only those that it has besides.
    pub(super) property: NodeProperty,
    pub(super) conditions: Vec<Condition>,
}

/// A choice at every tag, and the properties that are then there, in order.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) conditions: Vec<Condition>,
    pub(super) sequence: Vec<usize>,
}

/// A property with the values of each tag that show it.
struct Shared {
    property: NodeProperty,
    show: Vec<(String, Vec<Json>)>,
    occurrences: Vec<usize>,
}

/// One list of properties. Equal ones become one where their united conditions show it in the same variants as before;
/// it stands where the first variant has it.
pub(super) fn share(occurrences: Vec<Occurrence>, leaves: &[Leaf]) -> Vec<NodeProperty> {
    let mut shared: Vec<Shared> = Vec::new();
    for (index, occurrence) in occurrences.into_iter().enumerate() {
        let show = occurrence
            .conditions
            .into_iter()
            .map(|condition| (condition.tag, vec![condition.value]))
            .collect();
        shared.push(Shared { property: occurrence.property, show, occurrences: vec![index] });
    }
    unite(&mut shared, leaves);
    order(shared, leaves).into_iter().map(Shared::into_property).collect()
}

/// Unites pairs until no more can be.
fn unite(shared: &mut Vec<Shared>, leaves: &[Leaf]) {
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        let mut first = 0;
        while let Some(left) = shared.get(first) {
            let found = shared
                .iter()
                .enumerate()
                .skip(first + 1)
                .find_map(|(second, right)| united_show(left, right, leaves).map(|show| (second, show)));
            let Some((second, show)) = found else {
                first += 1;
                continue;
            };
            is_changed = true;
            let right = shared.remove(second);
            if let Some(left) = shared.get_mut(first) {
                left.show = show;
                left.occurrences.extend(right.occurrences);
            }
        }
    }
}

/// The united conditions, if they show nothing that was not shown before.
fn united_show(left: &Shared, right: &Shared, leaves: &[Leaf]) -> Option<Vec<(String, Vec<Json>)>> {
    if left.property != right.property || left.show.len() != right.show.len() {
        return None;
    }
    let mut united = left.show.clone();
    for ((tag, values), (right_tag, right_values)) in united.iter_mut().zip(&right.show) {
        if tag != right_tag {
            return None;
        }
        values
            .extend(right_values.iter().filter(|value| !values.contains(value)).cloned().collect::<Vec<_>>());
    }
    let is_exact = leaves
        .iter()
        .filter(|leaf| shows(&united, leaf))
        .all(|leaf| shows(&left.show, leaf) || shows(&right.show, leaf));
    is_exact.then_some(united)
}

/// Whether the conditions can be met at a leaf. A tag that the leaf does not have may keep any value.
fn shows(show: &[(String, Vec<Json>)], leaf: &Leaf) -> bool {
    show.iter().all(|(tag, values)| {
        let mut conditions = leaf.conditions.iter().filter(|condition| condition.tag == *tag).peekable();
        conditions.peek().is_none() || conditions.any(|condition| values.contains(&condition.value))
    })
}

/// Brings the properties into an order that keeps the order of every leaf, as far as there is one.
fn order(shared: Vec<Shared>, leaves: &[Leaf]) -> Vec<Shared> {
    let entry_of =
        |occurrence: usize| shared.iter().position(|entry| entry.occurrences.contains(&occurrence));
    let mut placed: Vec<usize> = Vec::with_capacity(shared.len());
    for leaf in leaves {
        let entries: Vec<usize> =
            leaf.sequence.iter().filter_map(|&occurrence| entry_of(occurrence)).collect();
        let mut cursor = 0;
        for (index, entry) in entries.iter().enumerate() {
            if let Some(place) = placed.iter().position(|other| other == entry) {
                cursor = cursor.max(place + 1);
                continue;
            }
            let next = entries
                .iter()
                .skip(index + 1)
                .find_map(|later| placed.iter().position(|other| other == later));
            let place = next.filter(|&next| next >= cursor).unwrap_or(placed.len());
            placed.insert(place, *entry);
            cursor = place + 1;
        }
    }
    let mut rest: Vec<Option<Shared>> = shared.into_iter().map(Some).collect();
    placed.into_iter().filter_map(|entry| rest.get_mut(entry).and_then(Option::take)).collect()
}

impl Shared {
    fn into_property(self) -> NodeProperty {
        let Self { mut property, show, .. } = self;
        if show.is_empty() {
            return property;
        }
        let own = property.display_options.take().unwrap_or_default();
        let mut all = JsonObject::new();
        for (tag, values) in show {
            all.insert(&tag, Json::from(values));
        }
        for (key, values) in own.show.iter() {
            all.insert(key, values.clone());
        }
        property.display_options = Some(DisplayOptions { show: all, ..own });
        property
    }
}
