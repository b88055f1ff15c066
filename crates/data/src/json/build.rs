//! Building an object property by property, without looking up what can be foreseen.

use std::sync::Arc;

use smol_str::SmolStr;

use super::shape::{Index, Shape, array_index};
use super::{Json, JsonObject, transition};

/// An object in the making.
pub(super) struct ObjectBuilder {
    keys: Keys,
    values: Vec<Json>,
}

enum Keys {
    /// So far the keys are the first ones of this shape, as many as there are values.
    Predicted(Arc<Shape>),
    /// The keys so far, sharing their shape.
    Shared(Arc<Shape>),
    /// The keys so far in order of insertion: put in property order once, at the end.
    Own { keys: Vec<SmolStr>, index: Index },
}

impl ObjectBuilder {
    /// Begins with the guess that the keys will be those of `shape`.
    pub(super) fn predicting(shape: Option<Arc<Shape>>) -> Self {
        match shape {
            Some(shape) => Self { values: Vec::with_capacity(shape.len()), keys: Keys::Predicted(shape) },
            None => Self::default(),
        }
    }

    /// The key that should come next, if the guess has held so far and there is one.
    pub(super) fn predicted_key(&self) -> Option<&str> {
        match &self.keys {
            Keys::Predicted(shape) => shape.keys().get(self.values.len()).map(SmolStr::as_str),
            _ => None,
        }
    }

    /// The value of the predicted key.
    pub(super) fn push_predicted(&mut self, value: Json) {
        self.values.push(value);
    }

    /// Sets a property. If the key is there already, its value is replaced and keeps its place.
    pub(super) fn insert(&mut self, key: &str, value: Json) {
        if self.predicted_key() == Some(key) {
            return self.push_predicted(value);
        }
        if let Keys::Predicted(shape) = &self.keys {
            self.keys = match shape.beginning(self.values.len()) {
                Some(shape) => Keys::Shared(shape),
                None => Keys::own(&shape.keys()[..self.values.len()]),
            };
        }
        if let Keys::Shared(shape) = &mut self.keys {
            if let Some(place) = shape.position(key).and_then(|position| self.values.get_mut(position)) {
                *place = value;
                return;
            }
            if let Some(extended) = transition::extend(shape, key) {
                self.values.insert(extended.added(), value);
                *shape = extended;
                return;
            }
            self.keys = Keys::own(shape.keys());
        }
        if let Keys::Own { keys, index } = &mut self.keys {
            match index.find(keys, key).and_then(|position| self.values.get_mut(position)) {
                Some(place) => *place = value,
                None => {
                    keys.push(SmolStr::new(key));
                    index.add(keys, keys.len() - 1);
                    self.values.push(value);
                }
            }
        }
    }

    /// The object, taking no more memory than it needs.
    pub(super) fn finish(mut self) -> JsonObject {
        let shape = match self.keys {
            Keys::Predicted(shape) if shape.len() == self.values.len() => shape,
            Keys::Predicted(shape) => shape
                .beginning(self.values.len())
                .unwrap_or_else(|| Arc::new(Shape::from_keys(shape.keys()[..self.values.len()].to_vec()))),
            Keys::Shared(shape) => shape,
            Keys::Own { keys, .. } => {
                let (keys, values) = in_property_order(keys, self.values);
                self.values = values;
                Arc::new(Shape::from_keys(keys))
            }
        };
        self.values.shrink_to_fit();
        JsonObject::from_parts(shape, self.values)
    }
}

impl Default for ObjectBuilder {
    fn default() -> Self {
        Self { keys: Keys::Shared(Shape::empty()), values: Vec::new() }
    }
}

impl Keys {
    fn own(keys: &[SmolStr]) -> Self {
        Self::Own { keys: keys.to_vec(), index: Index::new(keys) }
    }
}

/// Array indices go to the front, ascending; the rest keeps its order.
fn in_property_order(mut keys: Vec<SmolStr>, values: Vec<Json>) -> (Vec<SmolStr>, Vec<Json>) {
    // Missing numbers sort last, and sorting is stable.
    let rank = |key: &str| array_index(key).map_or(u64::MAX, u64::from);
    if keys.is_sorted_by_key(|key| rank(key)) {
        keys.shrink_to_fit();
        return (keys, values);
    }
    let mut properties: Vec<_> = keys.into_iter().map(|key| (rank(&key), key)).zip(values).collect();
    properties.sort_by_key(|((rank, _), _)| *rank);
    properties.into_iter().map(|((_, key), value)| (key, value)).unzip()
}
