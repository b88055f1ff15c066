//! Reading arrays and objects, whether they are plain data or hold what JSON lacks.

use hashbrown::HashMap;
use heddle_data::json::MAX_DEPTH;
use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use crate::luxon;
use crate::{Thrown, Value};

/// The error of a value that is nested deeper than [`MAX_DEPTH`] where a method has to descend into it. JavaScript's
/// stack overflows as well, later; such errors are swallowed.
pub(super) fn too_deep() -> Thrown {
    Thrown::range_error("Maximum call stack size exceeded")
}

/// The elements of an array.
#[derive(Clone, Copy)]
pub(super) enum Elements<'a> {
    Json(&'a [Json]),
    Values(&'a [Value]),
}

impl<'a> Elements<'a> {
    /// The elements of a value that is an array.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Json(json) => json.as_array().map(Elements::Json),
            Value::List(elements) => Some(Elements::Values(elements)),
            _ => None,
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Elements::Json(elements) => elements.len(),
            Elements::Values(elements) => elements.len(),
        }
    }

    /// An element; undefined beyond the end.
    pub(super) fn get(self, index: usize) -> Value {
        match self {
            Elements::Json(elements) => elements.get(index).cloned().map_or(Value::Undefined, Value::Json),
            Elements::Values(elements) => elements.get(index).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator + Clone + use<'a> {
        (0..self.len()).map(move |index| self.get(index))
    }

    /// Part of the elements as an array.
    pub(super) fn slice(self, from: usize, to: usize) -> Value {
        match self {
            Elements::Json(elements) => {
                Value::Json(elements.get(from..to).unwrap_or_default().iter().cloned().collect())
            }
            Elements::Values(elements) => Value::array(elements.get(from..to).unwrap_or_default().to_vec()),
        }
    }
}

/// The own members of whatever `typeof` calls an object, those of an array by index, in JavaScript's order. Other
/// values have none.
pub(super) fn own_members(value: &Value) -> Vec<(SmolStr, Value)> {
    let numbered = |values: &mut dyn Iterator<Item = Value>| {
        values.enumerate().map(|(index, value)| (SmolStr::from(index.to_string()), value)).collect()
    };
    match value {
        Value::DateTime(_) | Value::Duration(_) | Value::Interval(_) => luxon::own_members(value),
        Value::Bytes(bytes) => numbered(&mut bytes.elements.iter().copied().map(Value::from)),
        _ => match Elements::of(value) {
            Some(elements) => numbered(&mut elements.iter()),
            None => value.members().unwrap_or_default(),
        },
    }
}

/// Whether an object has own members.
pub(super) fn has_members(value: &Value) -> bool {
    match value {
        Value::Json(json) => {
            json.as_object().is_some_and(|object| !object.is_empty())
                || json.as_array().is_some_and(|elements| !elements.is_empty())
        }
        Value::Object(members) => !members.is_empty(),
        Value::List(elements) => !elements.is_empty(),
        Value::Bytes(bytes) => !bytes.elements.is_empty(),
        Value::DateTime(_) | Value::Duration(_) | Value::Interval(_) => true,
        _ => false,
    }
}

/// An own member of an object; an array has its `length` as well.
pub(super) fn own_member(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Json(json) if json.is_object() => json.get(key).cloned().map(Value::Json),
        Value::Object(members) => {
            members.iter().find(|(name, _)| name == key).map(|(_, member)| member.clone())
        }
        Value::DateTime(_) | Value::Duration(_) | Value::Interval(_) => {
            luxon::own_members(value).into_iter().find(|(name, _)| name == key).map(|(_, member)| member)
        }
        _ => {
            let elements = Elements::of(value)?;
            if key == "length" {
                return Some(Value::from(elements.len()));
            }
            let index: usize = key.parse().ok()?;
            (index < elements.len() && index.to_string() == key).then(|| elements.get(index))
        }
    }
}

/// Whether `typeof` calls the value an object and it is not null.
pub(super) fn is_object(value: &Value) -> bool {
    !value.is_nullish() && crate::coerce::type_of(value) == "object"
}

/// An object's own members as a plain object, which is what `{ ...value }` gives.
pub(super) fn spread(value: &Value) -> Members {
    match value {
        Value::Json(json) if json.is_object() => Members::Json(json.as_object().cloned().unwrap_or_default()),
        _ => Members::Values(Named::of(own_members(value))),
    }
}

/// An object in the making.
pub(super) enum Members {
    /// As long as all members are JSON.
    Json(JsonObject),
    Values(Named),
}

/// Members by name, in their order.
#[derive(Default)]
pub(super) struct Named {
    members: Vec<(SmolStr, Value)>,
    places: HashMap<SmolStr, usize>,
}

impl Named {
    fn of(members: impl IntoIterator<Item = (SmolStr, Value)>) -> Self {
        let mut named = Self::default();
        members.into_iter().for_each(|(name, value)| named.set(&name, value));
        named
    }

    fn set(&mut self, name: &str, value: Value) {
        match self.places.get(name) {
            Some(place) => self.members[*place].1 = value,
            None => {
                self.places.insert(SmolStr::new(name), self.members.len());
                self.members.push((SmolStr::new(name), value));
            }
        }
    }

    fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.places.remove(name)?;
        self.places.values_mut().filter(|other| **other > place).for_each(|other| *other -= 1);
        Some(self.members.remove(place).1)
    }
}

impl Members {
    /// An object without members.
    pub(super) fn new() -> Self {
        Members::Json(JsonObject::new())
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        match self {
            Members::Json(object) => object.contains_key(key),
            Members::Values(named) => named.places.contains_key(key),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Value> {
        match self {
            Members::Json(object) => object.get(key).cloned().map(Value::Json),
            Members::Values(named) => named.places.get(key).map(|place| named.members[*place].1.clone()),
        }
    }

    /// Sets a member; one that is there keeps its place.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        match (&mut *self, value) {
            (Members::Json(object), Value::Json(json)) => {
                object.insert(key, json);
            }
            (Members::Json(object), value) => {
                let members = std::mem::take(object).into_iter();
                let mut named =
                    Named::of(members.map(|(name, json)| (SmolStr::new(name), Value::Json(json))));
                named.set(key, value);
                *self = Members::Values(named);
            }
            (Members::Values(named), value) => named.set(key, value),
        }
    }

    /// Takes a member away.
    pub(super) fn remove(&mut self, key: &str) -> Option<Value> {
        match self {
            Members::Json(object) => object.remove(key).map(Value::Json),
            Members::Values(named) => named.remove(key),
        }
    }

    /// The finished object.
    pub(super) fn into_value(self) -> Value {
        match self {
            Members::Json(object) => Value::Json(Json::from(object)),
            Members::Values(named) => Value::object(named.members),
        }
    }
}

/// `String(value)`. An object whose own `toString` hides the inherited one has no text: data hold no functions.
pub(super) fn to_text(value: &Value) -> Result<String, Thrown> {
    let is_hidden = match value {
        Value::Json(json) => hides_to_string(json, 0)?,
        Value::Object(_) => own_member(value, "toString").is_some(),
        _ => false,
    };
    if is_hidden {
        return Err(Thrown::type_error("Cannot convert object to primitive value"));
    }
    value.to_text()
}

fn hides_to_string(json: &Json, depth: usize) -> Result<bool, Thrown> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    for element in json.as_array().unwrap_or_default() {
        if hides_to_string(element, depth + 1)? {
            return Ok(true);
        }
    }
    Ok(json.as_object().is_some_and(|object| object.contains_key("toString")))
}

/// `Number(value)`.
pub(super) fn to_number(value: &Value) -> Result<f64, Thrown> {
    match value {
        Value::BigInt(_) => Err(Thrown::type_error("Cannot convert a BigInt value to a number")),
        Value::Json(json) if json.is_array() || json.is_object() => {
            Ok(crate::coerce::text_to_number(&to_text(value)?))
        }
        Value::Object(_) => Ok(crate::coerce::text_to_number(&to_text(value)?)),
        value => value.to_number(),
    }
}

/// `String(value)` as `String` itself converts, which takes symbols as well.
pub(super) fn to_any_text(value: &Value) -> Result<String, Thrown> {
    match value {
        Value::Symbol(description) => Ok(format!("Symbol({description})")),
        value => to_text(value),
    }
}

/// The name of the property that a value stands for in `object[value]`.
pub(super) fn property_key(value: &Value) -> Result<SmolStr, Thrown> {
    match value {
        Value::Json(json) if json.is_string() => Ok(json.as_smol_str().cloned().unwrap_or_default()),
        value => Ok(SmolStr::from(to_text(value)?)),
    }
}
