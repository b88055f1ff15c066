//! JSON values as workflows use them: JavaScript's numbers and property order, cheap to copy, cheap to keep.
//!
//! [`Json`] is what items, parameters and run data are made of. Its inside is private; it converts to and from
//! [`serde_json::Value`] and any type that serde knows ([`from_json`], [`to_json`]).

mod array_reader;
mod build;
mod convert;
mod depth;
mod deserialize;
mod deserializer;
mod error;
mod formatter;
mod handover;
mod index;
mod interpolate;
mod number;
mod object;
mod parse;
mod scan;
mod schema;
mod serialize;
mod serializer;
mod shape;
mod transition;
mod view;
mod write;

use std::fmt;

use smol_str::SmolStr;
// Without the count of weak references, which nothing here has: it saves a word for every object and array.
use triomphe::Arc;

pub use array_reader::ArrayReader;
pub use depth::MAX_DEPTH;
pub use deserializer::from_json;
pub use error::JsonError;
pub use formatter::{to_string_pretty, to_writer, to_writer_pretty};
pub use index::{pointer_key, pointer_token};
#[doc(hidden)]
pub use interpolate::interpolate;
pub use number::number_to_string;
pub use object::{IntoIter, Iter, IterMut, JsonObject, KeyPlace};
pub use serializer::to_json;
pub use view::{View, read_with_views};

/// A JSON value.
///
/// Numbers are JavaScript numbers (`f64`) and objects keep JavaScript's property order. A clone shares its contents
/// with the original until one of them is changed, so it costs a pointer; objects with the same keys share them.
/// Values are equal if all that is in them is equal; the order of keys does not count. `-0` equals `0`, and `NaN`
/// equals nothing, but an array or object is equal to itself whatever is in it.
///
/// [`Display`](fmt::Display) prints what `JSON.stringify` prints.
///
/// ```
/// use heddle_data::Json;
///
/// let mut contact = Json::parse(r#"{"name": "Ana", "7": true}"#)?;
/// let before = contact.clone(); // it costs a pointer
/// contact.insert("tags", vec![Json::from("new")]);
///
/// // Keys that are array indices come first, as in JavaScript.
/// assert_eq!(contact.to_string(), r#"{"7":true,"name":"Ana","tags":["new"]}"#);
/// assert_eq!(before.get("tags"), None);
/// # Ok::<(), heddle_data::JsonError>(())
/// ```
#[derive(Clone, Default)]
pub struct Json(Repr);

#[derive(Clone, Default)]
enum Repr {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    String(SmolStr),
    Array(Arc<Elements>),
    Object(Arc<JsonObject>),
}

/// The elements of an array.
#[derive(Clone, Default)]
struct Elements(Vec<Json>);

const _: () = assert!(size_of::<Json>() == 24, "a value is three words");

impl Json {
    /// `null`.
    pub const NULL: Self = Self(Repr::Null);

    /// An object without properties.
    pub fn object() -> Self {
        Self::from(JsonObject::new())
    }

    /// An array without elements.
    pub fn array() -> Self {
        Self(Repr::Array(Arc::default()))
    }

    /// Whether this is null.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self.0, Repr::Null)
    }

    /// Whether this is an object.
    #[inline]
    pub fn is_object(&self) -> bool {
        matches!(self.0, Repr::Object(_))
    }

    /// Whether this is an array.
    #[inline]
    pub fn is_array(&self) -> bool {
        matches!(self.0, Repr::Array(_))
    }

    /// Whether this is a string.
    #[inline]
    pub fn is_string(&self) -> bool {
        matches!(self.0, Repr::String(_))
    }

    /// Whether this is a number.
    #[inline]
    pub fn is_number(&self) -> bool {
        matches!(self.0, Repr::Number(_))
    }

    /// Whether this is true or false.
    #[inline]
    pub fn is_bool(&self) -> bool {
        matches!(self.0, Repr::Bool(_))
    }

    /// The name of the type for messages: null, boolean, number, string, array or object.
    pub fn type_name(&self) -> &'static str {
        match self.0 {
            Repr::Null => "null",
            Repr::Bool(_) => "boolean",
            Repr::Number(_) => "number",
            Repr::String(_) => "string",
            Repr::Array(_) => "array",
            Repr::Object(_) => "object",
        }
    }

    /// The text, if this is a string.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text as it is stored, if this is a string; a clone of it copies no text.
    #[inline]
    pub fn as_smol_str(&self) -> Option<&SmolStr> {
        match &self.0 {
            Repr::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[inline]
    pub fn as_f64(&self) -> Option<f64> {
        match self.0 {
            Repr::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, if this is a whole one in the range of `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_f64().and_then(number::to_i64)
    }

    /// The number, if this is a whole one in the range of `u64`.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_f64().and_then(number::to_u64)
    }

    /// The truth value, if this is one.
    #[inline]
    pub fn as_bool(&self) -> Option<bool> {
        match self.0 {
            Repr::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    #[inline]
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.0 {
            Repr::Array(elements) => Some(&elements.0),
            _ => None,
        }
    }

    /// The properties, if this is an object.
    #[inline]
    pub fn as_object(&self) -> Option<&JsonObject> {
        match &self.0 {
            Repr::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements to change, if this is an array. Clones of this value keep theirs.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.0 {
            Repr::Array(elements) => Some(&mut Arc::make_mut(elements).0),
            _ => None,
        }
    }

    /// The properties to change, if this is an object. Clones of this value keep theirs.
    pub fn as_object_mut(&mut self) -> Option<&mut JsonObject> {
        match &mut self.0 {
            Repr::Object(object) => Some(Arc::make_mut(object)),
            _ => None,
        }
    }

    /// The value of the property `key`, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The value of the property `key` to change, if this is an object that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_object_mut()?.get_mut(key)
    }

    /// The element at `index`, if this is an array that has it.
    pub fn get_index(&self, index: usize) -> Option<&Self> {
        self.as_array()?.get(index)
    }

    /// The element at `index` to change, if this is an array that has it.
    pub fn get_index_mut(&mut self, index: usize) -> Option<&mut Self> {
        self.as_array_mut()?.get_mut(index)
    }

    /// The value that a JSON Pointer (RFC 6901) leads to, such as `/nodes/0/name`; the empty pointer is this value.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        index::pointer_tokens(pointer)?.try_fold(self, |value, token| match &value.0 {
            Repr::Object(object) => object.get(&token),
            Repr::Array(elements) => elements.0.get(index::array_position(&token)?),
            _ => None,
        })
    }

    /// The value that a JSON Pointer (RFC 6901) leads to, to change.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        index::pointer_tokens(pointer)?.try_fold(self, |value, token| match value.0 {
            Repr::Object(_) => value.get_mut(&token),
            Repr::Array(_) => value.get_index_mut(index::array_position(&token)?),
            _ => None,
        })
    }

    /// Sets a property of an object; null becomes an object first. Returns false, and changes nothing, on any other
    /// type.
    pub fn insert(&mut self, key: &str, value: impl Into<Self>) -> bool {
        self.insert_json(key, value.into())
    }

    fn insert_json(&mut self, key: &str, value: Self) -> bool {
        if self.is_null() {
            *self = Self::object();
        }
        let Repr::Object(object) = &mut self.0 else {
            return false;
        };
        if let Some(own) = Arc::get_mut(object) {
            own.insert(key, value);
            return true;
        }
        let room = usize::from(!object.contains_key(key));
        let mut own = object.clone_with_room(room);
        own.insert(key, value);
        *object = Arc::new(own);
        true
    }

    /// Makes room for `additional` properties more, if this is an object. One that is shared is copied now.
    pub fn reserve(&mut self, additional: usize) {
        if let Repr::Object(object) = &mut self.0 {
            match Arc::get_mut(object) {
                Some(own) => own.reserve(additional),
                None => *object = Arc::new(object.clone_with_room(additional)),
            }
        }
    }

    /// Takes a property away from an object and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Self> {
        // Looking first spares a shared object from being copied for nothing.
        self.get(key)?;
        self.as_object_mut()?.remove(key)
    }

    /// Adds an element to an array; null becomes an array first. Returns false, and changes nothing, on any other
    /// type.
    pub fn push(&mut self, value: impl Into<Self>) -> bool {
        if self.is_null() {
            *self = Self::array();
        }
        self.as_array_mut().map(|elements| elements.push(value.into())).is_some()
    }

    /// Takes the value and leaves null.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The elements, if this is an array; otherwise the value itself comes back. Copies only what is shared.
    pub fn into_array(self) -> Result<Vec<Self>, Self> {
        match self.0 {
            Repr::Array(mut elements) => Ok(match Arc::get_mut(&mut elements) {
                Some(own) => std::mem::take(&mut own.0),
                None => elements.0.clone(),
            }),
            _ => Err(self),
        }
    }

    /// The properties, if this is an object; otherwise the value itself comes back. Copies only what is shared.
    pub fn into_object(self) -> Result<JsonObject, Self> {
        match self.0 {
            Repr::Object(object) => Ok(Arc::unwrap_or_clone(object)),
            _ => Err(self),
        }
    }

    /// Whether both are the same array or object in memory, and thus certainly equal. Always false for other types.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Array(own), Repr::Array(other)) => Arc::ptr_eq(own, other),
            (Repr::Object(own), Repr::Object(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        depth::equal(self, other)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
