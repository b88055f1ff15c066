//! Objects: values in the order of a shape's keys.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use smol_str::SmolStr;

use super::build::ObjectBuilder;
use super::shape::Shape;
use super::{Json, transition};

/// The properties of a JSON object, in JavaScript's order: keys that are array indices (`"0"`, `"17"`) ascending,
/// then the others as they were inserted.
///
/// Objects with the same keys in the same order share them, so a field more costs a value and not a key.
#[derive(Clone)]
pub struct JsonObject {
    shape: Arc<Shape>,
    /// One value for each key of the shape.
    values: Vec<Json>,
}

/// The properties of a [`JsonObject`] in order.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    keys: std::slice::Iter<'a, SmolStr>,
    values: std::slice::Iter<'a, Json>,
}

/// The properties of a [`JsonObject`] in order, values open to change.
#[derive(Debug)]
pub struct IterMut<'a> {
    keys: std::slice::Iter<'a, SmolStr>,
    values: std::slice::IterMut<'a, Json>,
}

/// The properties of a consumed [`JsonObject`] in order.
pub struct IntoIter {
    shape: Arc<Shape>,
    positions: std::ops::Range<usize>,
    values: std::vec::IntoIter<Json>,
}

/// Remembers where a key stood in the object that was asked for it last. Objects with the same keys mostly share them,
/// so the next one is likely to have it in the same place.
#[derive(Debug, Default)]
pub struct KeyPlace(AtomicU64);

impl KeyPlace {
    /// Remembers nothing yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// A position that no shared shape has: the key is not there.
    const ABSENT: u64 = 0xff;
    const POSITION_BITS: u32 = 8;

    fn position(&self, shape: &Shape, key: &str) -> Option<usize> {
        if !shape.is_shared() {
            return shape.position(key);
        }
        // The shape's id and the position are one number, so that a reader sees both or neither.
        let remembered = self.0.load(Ordering::Relaxed);
        if remembered >> Self::POSITION_BITS == shape.id() {
            let position = remembered & Self::ABSENT;
            return (position != Self::ABSENT).then_some(position as usize);
        }
        let position = shape.position(key);
        let remembered = position.map_or(Self::ABSENT, |position| position as u64);
        self.0.store(shape.id() << Self::POSITION_BITS | remembered, Ordering::Relaxed);
        position
    }
}

const _: () =
    assert!(transition::MAX_SHARED_KEYS < KeyPlace::ABSENT as usize, "a position fits into its bits");

impl JsonObject {
    /// An object without properties.
    pub fn new() -> Self {
        Self { shape: Shape::empty(), values: Vec::new() }
    }

    /// An object without properties, with room for the values of `capacity` of them.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { shape: Shape::empty(), values: Vec::with_capacity(capacity) }
    }

    /// An object with the keys of this one, in their order, and these values; `None` unless there is one for each key.
    pub fn with_values(&self, values: Vec<Json>) -> Option<Self> {
        (values.len() == self.values.len()).then(|| Self { shape: self.shape.clone(), values })
    }

    /// Number of properties.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no properties.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of the property `key`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.values.get(self.shape.position(key)?)
    }

    /// The value of the property `key`, looked for first where `place` remembers it. One `place` is for one key.
    pub fn get_at(&self, key: &str, place: &KeyPlace) -> Option<&Json> {
        self.values.get(place.position(&self.shape, key)?)
    }

    /// The value of the property `key`, open to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.values.get_mut(self.shape.position(key)?)
    }

    /// The property at `position`.
    pub fn get_index(&self, position: usize) -> Option<(&str, &Json)> {
        Some((self.shape.keys().get(position)?.as_str(), self.values.get(position)?))
    }

    /// Whether there is a property `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.shape.position(key).is_some()
    }

    /// Where the property `key` is in the order.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.shape.position(key)
    }

    /// Sets a property and returns its former value. A property that is there keeps its place.
    pub fn insert(&mut self, key: &str, value: Json) -> Option<Json> {
        // A way from these keys to those with one more is known only if the key is not there.
        if let Some(shape) = transition::known_extension(&self.shape, key) {
            self.put(shape, value);
            return None;
        }
        if let Some(place) = self.get_mut(key) {
            return Some(std::mem::replace(place, value));
        }
        self.append(key, value);
        None
    }

    /// The value of the property `key`, which is null if it was not there before.
    pub fn entry(&mut self, key: &str) -> &mut Json {
        let position = match self.shape.position(key) {
            Some(position) => position,
            None => self.append(key, Json::NULL),
        };
        &mut self.values[position]
    }

    /// Takes a property away and returns its value; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let position = self.shape.position(key)?;
        match transition::reduce(&self.shape, position) {
            Some(shape) => self.shape = shape,
            None => self.own_shape().remove(position),
        }
        Some(self.values.remove(position))
    }

    /// Keeps the properties for which `keep` is true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Json) -> bool) {
        let mut kept = ObjectBuilder::predicting(Some(Arc::clone(&self.shape)));
        for (key, mut value) in std::mem::take(self) {
            if keep(&key, &mut value) {
                kept.insert(&key, value);
            }
        }
        *self = kept.finish();
    }

    /// Takes all properties away.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The properties in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { keys: self.shape.keys().iter(), values: self.values.iter() }
    }

    /// The properties in order, values open to change.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        IterMut { keys: self.shape.keys().iter(), values: self.values.iter_mut() }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + Clone {
        self.shape.keys().iter().map(SmolStr::as_str)
    }

    /// The values in order.
    pub fn values(&self) -> std::slice::Iter<'_, Json> {
        self.values.iter()
    }

    /// The values in order, open to change.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Json> {
        self.values.iter_mut()
    }

    /// Whether both share their keys in memory: then both have the same keys in the same order, and values can be
    /// compared and set place by place. Objects of equal keys mostly share them, but need not.
    pub fn same_shape(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shape, &other.shape)
    }

    /// Makes room for the values of `additional` properties more.
    pub fn reserve(&mut self, additional: usize) {
        self.values.reserve_exact(additional);
    }

    /// A copy with room for `additional` properties more, which saves copying twice when they are about to be added.
    pub(super) fn clone_with_room(&self, additional: usize) -> Self {
        let mut values = Vec::with_capacity(self.values.len() + additional);
        values.extend_from_slice(&self.values);
        Self { shape: Arc::clone(&self.shape), values }
    }

    /// An object of a shape and as many values as it has keys.
    pub(super) fn from_parts(shape: Arc<Shape>, values: Vec<Json>) -> Self {
        debug_assert_eq!(shape.len(), values.len(), "each key has a value");
        Self { shape, values }
    }

    pub(super) fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// Adds a property that is not there yet and returns its position.
    fn append(&mut self, key: &str, value: Json) -> usize {
        match transition::extend(&self.shape, key) {
            Some(shape) => self.put(shape, value),
            None => {
                let position = self.own_shape().add(SmolStr::new(key));
                self.put_at(position, value)
            }
        }
    }

    /// Takes over a shape that has one key more, and the value of that key.
    fn put(&mut self, shape: Arc<Shape>, value: Json) -> usize {
        self.shape = shape;
        self.put_at(self.shape.added(), value)
    }

    fn put_at(&mut self, position: usize, value: Json) -> usize {
        if self.values.len() == self.values.capacity() {
            // Records are many and grow seldom: doubling would waste more than it saves.
            self.values.reserve_exact(self.values.len() / 4 + 1);
        }
        self.values.insert(position, value);
        position
    }

    /// The shape, no longer shared and open to change.
    fn own_shape(&mut self) -> &mut Shape {
        if self.shape.is_shared() {
            self.shape = Arc::new(self.shape.owned());
        }
        Arc::make_mut(&mut self.shape)
    }

    /// For taking the values apart before they are dropped.
    pub(super) fn values_slice(&mut self) -> &mut [Json] {
        &mut self.values
    }
}

impl Drop for JsonObject {
    fn drop(&mut self) {
        super::depth::drop_values(&mut self.values);
    }
}

impl Default for JsonObject {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self).finish()
    }
}

impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        super::depth::equal_objects(self, other)
    }
}

impl<K: AsRef<str>> FromIterator<(K, Json)> for JsonObject {
    fn from_iter<T: IntoIterator<Item = (K, Json)>>(properties: T) -> Self {
        let mut object = ObjectBuilder::default();
        for (key, value) in properties {
            object.insert(key.as_ref(), value);
        }
        object.finish()
    }
}

impl<K: AsRef<str>> Extend<(K, Json)> for JsonObject {
    fn extend<T: IntoIterator<Item = (K, Json)>>(&mut self, properties: T) {
        let properties = properties.into_iter();
        self.values.reserve(properties.size_hint().0);
        for (key, value) in properties {
            self.insert(key.as_ref(), value);
        }
    }
}

impl<'a> IntoIterator for &'a JsonObject {
    type Item = (&'a str, &'a Json);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut JsonObject {
    type Item = (&'a str, &'a mut Json);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.iter_mut()
    }
}

impl IntoIterator for JsonObject {
    type Item = (SmolStr, Json);
    type IntoIter = IntoIter;

    fn into_iter(mut self) -> IntoIter {
        let values = std::mem::take(&mut self.values);
        IntoIter { shape: Arc::clone(&self.shape), positions: 0..values.len(), values: values.into_iter() }
    }
}

impl IntoIter {
    fn property(&self, position: usize, value: Json) -> Option<(SmolStr, Json)> {
        Some((self.shape.keys().get(position)?.clone(), value))
    }
}

impl fmt::Debug for IntoIter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.shape.keys().get(self.positions.clone()).unwrap_or_default();
        formatter.debug_map().entries(keys.iter().zip(self.values.as_slice())).finish()
    }
}

macro_rules! iterate {
    ($iterator:ty, $item:ty, |$own:ident| $next:expr, $next_back:expr $(, $lifetime:lifetime)?) => {
        impl $(<$lifetime>)? Iterator for $iterator {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                let $own = self;
                $next
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.values.size_hint()
            }
        }

        impl $(<$lifetime>)? DoubleEndedIterator for $iterator {
            fn next_back(&mut self) -> Option<Self::Item> {
                let $own = self;
                $next_back
            }
        }

        impl $(<$lifetime>)? ExactSizeIterator for $iterator {}
    };
}

iterate!(
    Iter<'a>, (&'a str, &'a Json),
    |iter| Some((iter.keys.next()?.as_str(), iter.values.next()?)),
    Some((iter.keys.next_back()?.as_str(), iter.values.next_back()?)), 'a
);
iterate!(
    IterMut<'a>, (&'a str, &'a mut Json),
    |iter| Some((iter.keys.next()?.as_str(), iter.values.next()?)),
    Some((iter.keys.next_back()?.as_str(), iter.values.next_back()?)), 'a
);
iterate!(
    IntoIter,
    (SmolStr, Json),
    |iter| {
        let (position, value) = (iter.positions.next()?, iter.values.next()?);
        iter.property(position, value)
    },
    {
        let (position, value) = (iter.positions.next_back()?, iter.values.next_back()?);
        iter.property(position, value)
    }
);
