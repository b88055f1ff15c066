//! Items with the same values in fields: what a database calls a join.

use std::collections::HashMap;
use std::sync::Arc;

use heddle_node::{Item, Items, Json, NodeError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MOST_COMBINATIONS;
use super::clash::{Clash, with_suffix, with_suffixes};
use crate::field_path;
use crate::likeness::Likeness;

/// A field of input 1 with the one of input 2 that must have the same value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldPair {
    /// The field of input 1.
    pub field1: String,
    /// The field of input 2.
    pub field2: String,
}

/// Which items leave the node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum JoinMode {
    /// Those that match.
    #[default]
    KeepMatches,
    /// Those that do not.
    KeepNonMatches,
    /// All.
    KeepEverything,
    /// All of input 1.
    EnrichInput1,
    /// All of input 2.
    EnrichInput2,
}

/// Whose data leaves the node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DataFrom {
    /// That of both inputs.
    #[default]
    Both,
    /// That of input 1.
    Input1,
    /// That of input 2.
    Input2,
}

/// How many matching items of input 2 an item of input 1 is merged with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MultipleMatches {
    /// All of them.
    #[default]
    All,
    /// The first one.
    First,
}

/// A join of two inputs.
pub(super) struct Join<'a> {
    pub(super) fields: &'a [FieldPair],
    pub(super) mode: JoinMode,
    pub(super) data_from: DataFrom,
    pub(super) multiple_matches: MultipleMatches,
    pub(super) likeness: Likeness,
    /// Dots in the name of a field are a part of it.
    pub(super) plain_names: bool,
    pub(super) clash: &'a Clash,
}

/// Which items match, by index.
#[derive(Default)]
struct Matches {
    /// Items of input 1, each with those of input 2 that match.
    matched: Vec<(usize, Vec<usize>)>,
    unmatched1: Vec<usize>,
    matched2: Vec<usize>,
    unmatched2: Vec<usize>,
}

impl Join<'_> {
    /// The items that leave the node.
    ///
    /// # Errors
    /// When so many items match that their combinations would fill the memory.
    pub(super) fn run(&self, first: &Items, second: &Items) -> Result<Items, NodeError> {
        if first.is_empty() || second.is_empty() {
            return Ok(self.run_without_matches(first, second));
        }
        if self.fields.is_empty() {
            // Nothing to match on: only what needs no match leaves, and that is input 1.
            let leaves = matches!(self.mode, JoinMode::KeepNonMatches | JoinMode::EnrichInput1);
            return Ok(if leaves { first.clone() } else { Items::default() });
        }
        let Matches { matched, unmatched1, matched2, unmatched2 } = self.find(first, second)?;
        let pick = |items: &Items, indices: &[usize]| -> Vec<Item> {
            indices.iter().map(|index| items[*index].clone()).collect()
        };
        let rest = |items: Vec<Item>, input: usize| {
            if self.clash.adds_suffix() { with_suffixes(&items, input) } else { items }
        };
        let merged = || -> Vec<Item> {
            let pairs =
                matched.iter().flat_map(|(left, right)| right.iter().map(move |right| (*left, *right)));
            pairs.map(|(left, right)| self.merge(&first[left], &second[right])).collect()
        };
        let mut items = match (self.mode, self.data_from) {
            (JoinMode::KeepMatches, DataFrom::Input1) => {
                matched.iter().map(|(left, _)| first[*left].clone()).collect()
            }
            (JoinMode::KeepMatches, DataFrom::Input2) => pick(second, &matched2),
            (JoinMode::KeepNonMatches, DataFrom::Input1) => pick(first, &unmatched1),
            (JoinMode::KeepNonMatches, DataFrom::Input2) => pick(second, &unmatched2),
            (JoinMode::KeepNonMatches, DataFrom::Both) => {
                let mut items = with_source(pick(first, &unmatched1), "input1");
                items.extend(with_source(pick(second, &unmatched2), "input2"));
                items
            }
            _ => merged(),
        };
        if matches!(self.mode, JoinMode::KeepEverything | JoinMode::EnrichInput1) {
            items.extend(rest(pick(first, &unmatched1), 1));
        }
        if matches!(self.mode, JoinMode::KeepEverything | JoinMode::EnrichInput2) {
            items.extend(rest(pick(second, &unmatched2), 2));
        }
        Ok(Arc::new(items))
    }

    /// What leaves the node where an input has no items: those of the other, as they are, where they count.
    fn run_without_matches(&self, first: &Items, second: &Items) -> Items {
        let counts = match (self.mode, self.data_from) {
            (JoinMode::KeepMatches, _) => false,
            (JoinMode::EnrichInput1, _) | (JoinMode::KeepNonMatches, DataFrom::Input1) => !first.is_empty(),
            (JoinMode::EnrichInput2, _) | (JoinMode::KeepNonMatches, DataFrom::Input2) => !second.is_empty(),
            _ => true,
        };
        match (counts, first.is_empty()) {
            (false, _) => Items::default(),
            (true, true) => second.clone(),
            (true, false) => first.clone(),
        }
    }

    fn find(&self, first: &Items, second: &Items) -> Result<Matches, NodeError> {
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::with_capacity(second.len());
        for (index, item) in second.iter().enumerate() {
            let key = self.key(self.fields.iter().map(|pair| self.value(item, &pair.field2)));
            by_key.entry(key).or_default().push(index);
        }
        let mut matches = Matches::default();
        let mut count = 0;
        // Where the items of one input leave as they are, it only counts whether they match.
        let makes_pairs = !matches!(
            (self.mode, self.data_from),
            (JoinMode::KeepMatches, DataFrom::Input1 | DataFrom::Input2) | (JoinMode::KeepNonMatches, _)
        );
        let mut is_matched = vec![false; second.len()];
        for (index, item) in first.iter().enumerate() {
            let values: Vec<_> = self.fields.iter().map(|pair| self.value(item, &pair.field1)).collect();
            if values.iter().any(Option::is_none) {
                matches.unmatched1.push(index);
                continue;
            }
            let candidates = by_key.get(&self.key(values.iter().copied())).map_or(&[][..], Vec::as_slice);
            let found = candidates.iter().copied().filter(|candidate| {
                let item = &second[*candidate];
                std::iter::zip(&values, self.fields)
                    .all(|(value, pair)| self.likeness.are_alike(*value, self.value(item, &pair.field2)))
            });
            let most = match self.multiple_matches {
                MultipleMatches::All => usize::MAX,
                MultipleMatches::First => 1,
            };
            let mut partners = Vec::new();
            for partner in found.take(most) {
                is_matched[partner] = true;
                if makes_pairs || partners.is_empty() {
                    partners.push(partner);
                }
            }
            let found = partners;
            count += found.len();
            if count > MOST_COMBINATIONS {
                return Err(self.too_many(index + 1, first.len()));
            }
            if found.is_empty() {
                matches.unmatched1.push(index);
            } else {
                matches.matched.push((index, found));
            }
        }
        (matches.matched2, matches.unmatched2) = (0..second.len()).partition(|index| is_matched[*index]);
        Ok(matches)
    }

    fn too_many(&self, seen: usize, all: usize) -> NodeError {
        let names: Vec<&str> = self.fields.iter().map(|pair| pair.field1.as_str()).collect();
        NodeError::operation(format!(
            "The first {seen} of {all} items of input 1 already match more than {MOST_COMBINATIONS} pairs by \"{}\"",
            names.join(", ")
        ))
        .with_description(
            "Many items have the same value there. Match by a field that tells them apart, set Multiple Matches to Include First \
             Match Only, or leave items out before.",
        )
    }

    fn key<'v>(&self, values: impl Iterator<Item = Option<&'v Json>>) -> String {
        let mut keys = values.map(|value| self.likeness.key(value));
        let first = keys.next().unwrap_or_default();
        // Each key says where it ends.
        keys.fold(first, |all, key| all + "," + &key)
    }

    fn value<'v>(&self, item: &'v Item, field: &str) -> Option<&'v Json> {
        if self.plain_names { item.json.get(field) } else { field_path::get(&item.json, field) }
    }

    fn merge(&self, left: &Item, right: &Item) -> Item {
        if self.clash.adds_suffix() {
            let (left, right) = (&with_suffix(left, 1), &with_suffix(right, 2));
            return self.clash.merge([left, right], [left, right]);
        }
        let prefers_first = match self.clash.preferred_input() {
            Some(input) => input == 0,
            None => self.clash.resolve_clash.is_empty() && self.mode == JoinMode::EnrichInput2,
        };
        let items = if prefers_first { [right, left] } else { [left, right] };
        self.clash.merge(items, items)
    }
}

/// The items, each with the input that it comes from.
fn with_source(mut items: Vec<Item>, source: &str) -> Vec<Item> {
    for item in &mut items {
        item.json.insert("_source", Json::from(source));
    }
    items
}

/// The pairs of fields, none of them empty.
pub(super) fn checked(fields: Vec<FieldPair>) -> Result<Vec<FieldPair>, NodeError> {
    if let [FieldPair { field1, field2 }] = fields.as_slice()
        && field1.is_empty()
        && field2.is_empty()
    {
        return Err(user_error(
            "You need to define at least one pair of fields in \"Fields to Match\" to match on",
        ));
    }
    for (index, FieldPair { field1, field2 }) in fields.iter().enumerate() {
        if field1.is_empty() || field2.is_empty() {
            return Err(user_error(&format!(
                "You need to define both fields in \"Fields to Match\" for pair {},\n\t\t\t\t field 1 = '{field1}'\n\t\t\t\t field 2 = '{field2}'",
                index + 1
            )));
        }
    }
    Ok(fields)
}

/// An error of n8n's class for what its user has to mend.
pub(super) fn user_error(message: &str) -> NodeError {
    let mut error = NodeError::operation(message);
    error.class = Some("UserError".into());
    error
}
