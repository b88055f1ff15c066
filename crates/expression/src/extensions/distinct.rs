//! Collecting values without their equals.

use hashbrown::HashMap;

use super::equality::{Hashing, equal};
use crate::Value;
use crate::limit::is_over_after;

/// Values of which no two are equal, in the order in which they came.
#[derive(Default)]
pub(super) struct Distinct {
    hashing: Hashing,
    places: HashMap<u64, Vec<usize>>,
    values: Vec<Value>,
}

impl Distinct {
    /// The distinct among values.
    pub(super) fn of(values: impl Iterator<Item = Value>) -> Self {
        let mut distinct = Self::default();
        values.for_each(|value| {
            distinct.insert(value);
        });
        distinct
    }

    /// Whether an equal value is there.
    pub(super) fn contains(&self, value: &Value) -> bool {
        let places = self.places.get(&self.hashing.of(value));
        places
            .into_iter()
            .flatten()
            .any(|place| is_over_after(1) || self.values.get(*place).is_some_and(|other| equal(other, value)))
    }

    /// Takes a value in, unless an equal one is there; whether it was taken in.
    pub(super) fn insert(&mut self, value: Value) -> bool {
        let places = self.places.entry(self.hashing.of(&value)).or_default();
        let is_equal = |place: &usize| {
            is_over_after(1) || self.values.get(*place).is_some_and(|other| equal(other, &value))
        };
        if places.iter().any(is_equal) {
            return false;
        }
        places.push(self.values.len());
        self.values.push(value);
        true
    }

    /// The values as an array.
    pub(super) fn into_value(self) -> Value {
        Value::array(self.values)
    }
}
