//! The elements of arrays, wherever they are.

use heddle_data::{Item, Json};

use crate::native::operand::Operand;
use crate::value::Value;

/// The elements of an array.
pub(crate) enum Elements<'o, 'a> {
    Shared(&'a [Json]),
    Own(&'o [Json]),
    Values(&'o [Value]),
    Items(&'a [Item]),
    Picked(&'o [Operand<'a>]),
}

impl<'o, 'a> Elements<'o, 'a> {
    /// Those of `operand`, if it is an array.
    pub(crate) fn of(operand: &'o Operand<'a>) -> Option<Self> {
        match operand {
            Operand::Ref(json) => json.as_array().map(Elements::Shared),
            Operand::Value(Value::Json(json)) => json.as_array().map(Elements::Own),
            Operand::Value(Value::List(values)) => Some(Elements::Values(values)),
            Operand::Items(items) => Some(Elements::Items(items)),
            Operand::Picked(elements) => Some(Elements::Picked(elements)),
            Operand::Value(_) | Operand::Item(_) => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Elements::Shared(elements) => elements.len(),
            Elements::Own(elements) => elements.len(),
            Elements::Values(values) => values.len(),
            Elements::Items(items) => items.len(),
            Elements::Picked(elements) => elements.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Operand<'a> {
        match self {
            Elements::Shared(elements) => elements.get(index).into(),
            Elements::Own(elements) => elements.get(index).cloned().map_or(Operand::UNDEFINED, Operand::from),
            Elements::Values(values) => values.get(index).cloned().map_or(Operand::UNDEFINED, Operand::from),
            Elements::Items(items) => items.get(index).into(),
            Elements::Picked(elements) => elements.get(index).cloned().unwrap_or(Operand::UNDEFINED),
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Operand<'a>> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// Appends the elements of an array, or the value itself when it is none.
pub(crate) fn append_flat<'a>(list: &mut Vec<Operand<'a>>, value: Operand<'a>) {
    match Elements::of(&value) {
        Some(inner) => list.extend(inner.iter()),
        None => list.push(value),
    }
}

/// The array of these elements. Items among them are not turned into JSON before someone asks for that.
pub(crate) fn array_of<'a>(elements: impl IntoIterator<Item = Operand<'a>>) -> Operand<'a> {
    let elements: Vec<Operand<'a>> = elements.into_iter().collect();
    if elements.iter().any(|element| matches!(element, Operand::Item(_))) {
        return Operand::Picked(elements.into());
    }
    Value::array(elements.into_iter().map(Operand::into_value).collect()).into()
}
