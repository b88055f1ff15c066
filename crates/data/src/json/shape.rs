//! Shapes: the ordered key lists that objects share.
//!
//! The items of a run mostly have the same keys, so an object holds its values and a pointer to its keys. Shared
//! shapes are never changed; a key more or less leads to another shape ([`super::transition`]). An object whose
//! keys are not worth sharing owns its shape alone and changes it in place.

use std::hash::BuildHasher;
use std::sync::{Arc, LazyLock, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use smol_str::SmolStr;

use super::transition;

/// Up to this many keys are compared one after another; more get a hash index.
const LINEAR_KEYS: usize = 8;

/// The shape of `{}`, where all transitions begin.
static EMPTY: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    Arc::new(Shape { id: 1, parent: None, added: 0, keys: Vec::new(), integers: 0, index: OnceLock::new() })
});

/// Keys in JavaScript property order: array indices ascending, then the others in order of insertion.
#[derive(Clone)]
pub(super) struct Shape {
    /// Identity in the transition table; 0 is a shape that one object owns.
    id: u64,
    /// The shape that this one extends. Held so that a shape in use keeps the way to itself in the table.
    parent: Option<Arc<Shape>>,
    /// Where the key that the parent lacks stands.
    added: usize,
    keys: Vec<SmolStr>,
    /// How many of the keys, all at the front, are array indices.
    integers: usize,
    index: OnceLock<Index>,
}

/// From key to position, built on the first look-up.
#[derive(Clone)]
pub(super) struct Index {
    positions: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Shape {
    /// The shape of `{}`.
    pub(super) fn empty() -> Arc<Self> {
        Arc::clone(&EMPTY)
    }

    /// A shared shape: `parent` and one key more.
    pub(super) fn extended(parent: &Arc<Self>, key: &SmolStr, id: u64) -> Self {
        let mut shape = Self {
            id,
            parent: Some(Arc::clone(parent)),
            added: 0,
            keys: Vec::with_capacity(parent.keys.len() + 1),
            integers: parent.integers,
            index: OnceLock::new(),
        };
        shape.keys.extend_from_slice(&parent.keys);
        shape.added = shape.add(key.clone());
        shape
    }

    /// A copy that may be changed in place.
    pub(super) fn owned(&self) -> Self {
        Self { id: 0, parent: None, added: 0, ..self.clone() }
    }

    /// A shape to change in place, of keys that differ from each other and are in property order.
    pub(super) fn from_keys(keys: Vec<SmolStr>) -> Self {
        let integers = keys.iter().take_while(|key| array_index(key).is_some()).count();
        Self { id: 0, parent: None, added: 0, keys, integers, index: OnceLock::new() }
    }

    /// The shape of the first `length` keys, if it is shared too.
    pub(super) fn beginning(self: &Arc<Self>, length: usize) -> Option<Arc<Self>> {
        if length > transition::MAX_SHARED_KEYS {
            return None;
        }
        if !self.is_shared() || self.integers > 0 {
            // There are no ancestors, or some key was put in front of others and they are not beginnings.
            let mut keys = self.keys.iter().take(length);
            return keys.try_fold(Self::empty(), |shape, key| transition::extend(&shape, key));
        }
        let mut shape = self;
        while shape.len() > length {
            shape = shape.parent.as_ref()?;
        }
        Some(Arc::clone(shape))
    }

    pub(super) fn is_shared(&self) -> bool {
        self.id != 0
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Where the key that this shape has and its parent lacks stands.
    pub(super) fn added(&self) -> usize {
        self.added
    }

    pub(super) fn keys(&self) -> &[SmolStr] {
        &self.keys
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        if self.keys.len() <= LINEAR_KEYS {
            return self.keys.iter().position(|own| own.as_str() == key);
        }
        let index = self.index.get_or_init(|| Index::new(&self.keys));
        index.find(&self.keys, key)
    }

    /// Adds a key that is not there yet, and returns its position. Only for shapes that are not shared (yet).
    pub(super) fn add(&mut self, key: SmolStr) -> usize {
        let position = match array_index(&key) {
            Some(number) => {
                self.integers += 1;
                self.keys[..self.integers - 1].partition_point(|own| array_index(own) < Some(number))
            }
            None => self.keys.len(),
        };
        self.keys.insert(position, key);
        if let Some(index) = self.index.get_mut() {
            index.add(&self.keys, position);
        }
        position
    }

    /// Takes a key away. Only for shapes that one object owns.
    pub(super) fn remove(&mut self, position: usize) {
        if let Some(index) = self.index.get_mut() {
            index.remove(&self.keys, position);
        }
        self.keys.remove(position);
        if position < self.integers {
            self.integers -= 1;
        }
    }
}

impl Index {
    pub(super) fn new(keys: &[SmolStr]) -> Self {
        let mut index =
            Self { positions: HashTable::with_capacity(keys.len()), hasher: DefaultHashBuilder::default() };
        for position in 0..keys.len() {
            index.put(keys, position);
        }
        index
    }

    pub(super) fn find(&self, keys: &[SmolStr], key: &str) -> Option<usize> {
        self.positions
            .find(self.hasher.hash_one(key), |&position| keys[position as usize].as_str() == key)
            .map(|&position| position as usize)
    }

    /// Notes the key that was put at `position`, which moves those behind it.
    pub(super) fn add(&mut self, keys: &[SmolStr], position: usize) {
        if position + 1 < keys.len() {
            for other in &mut self.positions {
                if *other as usize >= position {
                    *other += 1;
                }
            }
        }
        self.put(keys, position);
    }

    fn put(&mut self, keys: &[SmolStr], position: usize) {
        let hash = self.hasher.hash_one(keys[position].as_str());
        self.positions.insert_unique(hash, position as u32, |&position| {
            self.hasher.hash_one(keys[position as usize].as_str())
        });
    }

    fn remove(&mut self, keys: &[SmolStr], position: usize) {
        let hash = self.hasher.hash_one(keys[position].as_str());
        if let Ok(entry) = self.positions.find_entry(hash, |&other| other as usize == position) {
            entry.remove();
        }
        if position + 1 < keys.len() {
            for other in &mut self.positions {
                if *other as usize > position {
                    *other -= 1;
                }
            }
        }
    }
}

/// The number of a key that JavaScript counts as an array index: the canonical text of 0 to 2³²−2.
pub(super) fn array_index(key: &str) -> Option<u32> {
    let bytes = key.as_bytes();
    let canonical = match bytes {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    key.parse::<u32>().ok().filter(|&number| number != u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_indices_are_canonical_and_below_the_largest_length() {
        for (key, number) in [("0", 0), ("1", 1), ("10", 10), ("4294967294", 4_294_967_294)] {
            assert_eq!(array_index(key), Some(number));
        }
        for key in [
            "",
            "00",
            "01",
            "-1",
            "+1",
            "1.0",
            "1e3",
            " 1",
            "1 ",
            "a",
            "4294967295",
            "4294967296",
            "10000000000",
            "١",
        ] {
            assert_eq!(array_index(key), None, "{key:?}");
        }
    }

    #[test]
    fn the_index_follows_keys_that_move() {
        let mut shape = Shape::from_keys(Vec::new());
        for number in (0..40).rev() {
            shape.add(SmolStr::new(format!("{number}")));
            shape.add(SmolStr::new(format!("key{number}")));
            assert_eq!(shape.position("nothing"), None);
        }
        shape.remove(5);
        shape.remove(60);
        for (position, key) in shape.keys().iter().enumerate() {
            assert_eq!(shape.position(key), Some(position));
        }
        assert_eq!(shape.len(), 78);
        assert_eq!(shape.position("5"), None);
    }
}
