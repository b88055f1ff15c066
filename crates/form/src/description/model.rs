//! How the types of descriptions are read from JSON and written back.
//!
//! A type names its fields with their keys once, by [`model!`]. What it reads it writes back equal, in the order in which
//! it was written: keys that it does not know, and values of another type than its field's, stay in [`Rest`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use heddle_data::{Json, JsonObject};

/// A part of a description.
pub(crate) trait Value: Sized {
    /// The value that the JSON holds; `None` where it would not be written back equal.
    fn read(json: &Json) -> Option<Self>;

    /// The JSON of the value.
    fn write(&self) -> Json;

    /// Whether the value says nothing, so that its key is left out of a description that was made here.
    fn is_absent(&self) -> bool;

    /// The value of a field whose JSON has another type.
    fn misfit() -> Self
    where
        Self: Default,
    {
        Self::default()
    }

    /// Reports the place of every key below that no field has.
    fn find_unread(&self, _pointer: &str, _report: &mut dyn FnMut(String)) {}
}

/// A part of a description that is an object with known keys.
pub(crate) trait Model: Default {
    /// The keys of its fields, in the order in which they are written.
    const KEYS: &'static [Key];

    /// Reads one field; false where its value has another type.
    fn read_field(&mut self, index: usize, json: &Json) -> bool;

    /// Whether the field says nothing.
    fn is_field_absent(&self, index: usize) -> bool;

    /// The JSON of one field.
    fn write_field(&self, index: usize) -> Json;

    /// Reports the unread keys below one field.
    fn find_unread_in_field(&self, index: usize, pointer: &str, report: &mut dyn FnMut(String));

    /// What no field has.
    fn rest(&self) -> &Rest;

    /// As [`Model::rest`], open to change.
    fn rest_mut(&mut self) -> &mut Rest;
}

/// The key of a field.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) use_: KeyUse,
}

/// When a key is read and written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// Written where it says something.
    Optional,
    /// Written always.
    Always,
    /// Written always, and nothing is read without it.
    Required,
    /// Read and never written: a word of ours.
    Hidden,
}

impl KeyUse {
    pub(crate) const fn optional() -> Self {
        Self::Optional
    }
    pub(crate) const fn always() -> Self {
        Self::Always
    }
    pub(crate) const fn required() -> Self {
        Self::Required
    }
    pub(crate) const fn hidden() -> Self {
        Self::Hidden
    }
}

/// What a part of a description holds beside the fields of its type: keys that the type does not know, known ones whose
/// value has another type than the field, and the order in which all were written.
///
/// The order does not count when two parts are compared.
#[derive(Clone, Default)]
pub struct Rest(Option<Arc<Written>>);

#[derive(Clone, Default)]
struct Written {
    /// For each key, which field it is; [`OTHER`] for the next of `others`.
    order: Vec<u8>,
    others: JsonObject,
}

/// A key that no field has.
const OTHER: u8 = u8::MAX;

impl Rest {
    /// The value of a key that no field has.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.as_ref()?.others.get(key)
    }

    /// The keys that no field has, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().flat_map(|written| written.others.iter())
    }

    /// Sets the value of a key that no field has; it is written at the end.
    pub fn insert(&mut self, key: &str, value: Json) {
        let written = Arc::make_mut(self.0.get_or_insert_default());
        if written.others.insert(key, value).is_none() {
            written.order.push(OTHER);
        }
    }

    /// Whether every key is a field's.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether the description that was read had the key of this field; `None` where nothing was read.
    fn had(&self, index: usize) -> Option<bool> {
        let written = self.0.as_ref()?;
        Some(written.order.iter().any(|&field| usize::from(field) == index))
    }
}

impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count()
            && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// Reads an object with known keys. Everything that is an object can be read.
pub(crate) fn read<M: Model>(json: &Json) -> Option<M> {
    let object = json.as_object()?;
    let mut model = M::default();
    let mut written = Written { order: Vec::with_capacity(object.len()), others: JsonObject::new() };
    for (key, value) in object.iter() {
        let index = M::KEYS.iter().position(|known| known.name == key);
        match index.filter(|&index| model.read_field(index, value)).and_then(|index| u8::try_from(index).ok())
        {
            Some(index) => written.order.push(index),
            None => {
                written.order.push(OTHER);
                written.others.insert(key, value.clone());
            }
        }
    }
    *model.rest_mut() = Rest(Some(Arc::new(written)));
    Some(model)
}

/// Writes an object as it was read; what was changed or added since comes at its place, or at the end.
pub(crate) fn write<M: Model>(model: &M) -> JsonObject {
    let mut object = JsonObject::new();
    let keys = || M::KEYS.iter().enumerate().filter(|(_, key)| key.use_ != KeyUse::Hidden);
    let Some(written) = &model.rest().0 else {
        for (index, key) in keys() {
            if key.use_ != KeyUse::Optional || !model.is_field_absent(index) {
                object.insert(key.name, model.write_field(index));
            }
        }
        return object;
    };
    let mut others = written.others.iter();
    for &field in &written.order {
        if field == OTHER {
            if let Some((key, value)) = others.next() {
                object.insert(key, value.clone());
            }
        } else if let Some((index, key)) = keys().find(|(index, _)| *index == usize::from(field)) {
            object.insert(key.name, model.write_field(index));
        }
    }
    for (index, key) in keys() {
        if !written.order.iter().any(|&field| usize::from(field) == index) && !model.is_field_absent(index) {
            object.insert(key.name, model.write_field(index));
        }
    }
    object
}

/// Whether a part that was read had the key, or one that was made here says it.
pub(crate) fn has<M: Model>(model: &M, key: &str) -> bool {
    let index = M::KEYS.iter().position(|known| known.name == key);
    index.is_some_and(|index| {
        model.rest().had(index).unwrap_or(M::KEYS.get(index).is_some_and(|key| key.use_ != KeyUse::Optional))
            || !model.is_field_absent(index)
    })
}

/// Reads what a serde format holds.
pub(crate) fn deserialize<'de, M: Model, D: Deserializer<'de>>(
    deserializer: D,
    what: &str,
) -> Result<M, D::Error> {
    use serde::de::Error;
    let json = Json::deserialize(deserializer)?;
    for key in M::KEYS.iter().filter(|key| key.use_ == KeyUse::Required) {
        if json.is_object() && json.get(key.name).is_none() {
            return Err(D::Error::custom(format_args!("{what} has no \"{}\"", key.name)));
        }
    }
    read(&json).ok_or_else(|| D::Error::custom(format_args!("{what} must be an object")))
}

/// Reports the place of every key below that no field has.
pub(crate) fn find_unread<M: Model>(model: &M, pointer: &str, report: &mut dyn FnMut(String)) {
    for (key, _) in model.rest().iter() {
        report(format!("{pointer}/{}", heddle_data::json::pointer_token(key)));
    }
    for (index, key) in M::KEYS.iter().enumerate() {
        model.find_unread_in_field(index, &format!("{pointer}/{}", key.name), report);
    }
}

/// The schema of an object with known keys: which of them must be there, and none of ours.
pub(crate) fn complete_schema<M: Model>(schema: &mut Schema) {
    let names = |use_: KeyUse| M::KEYS.iter().filter(move |key| key.use_ == use_).map(|key| key.name);
    if let Some(fields) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        names(KeyUse::Hidden).for_each(|name| drop(fields.remove(name)));
        for (_, field) in fields.iter_mut() {
            if let Some(field) = field.as_object_mut() {
                field.remove("default");
            }
        }
    }
    let required: Vec<&str> = names(KeyUse::Required).collect();
    if required.is_empty() {
        schema.remove("required");
    } else {
        schema.insert("required".to_owned(), serde_json::json!(required));
    }
}

/// Declares a part of a description: its fields with their types and keys.
///
/// `[required]` behind a key: nothing is read without it. `[always]`: it is written even if it says nothing.
/// `[hidden]`: it is read, and never written.
macro_rules! model {
    ($(
        $(#[$attribute:meta])*
        pub struct $Name:ident {
            $(
                $(#[$field_attribute:meta])*
                $field:ident : $Type:ty = $key:literal $([$use_:ident])?,
            )*
        }
    )*) => {$(
        $(#[$attribute])*
        #[derive(Debug, Clone, Default, PartialEq, schemars::JsonSchema)]
        #[schemars(default, transform = crate::description::model::complete_schema::<$Name>)]
        pub struct $Name {
            $(
                $(#[$field_attribute])*
                #[schemars(rename = $key)]
                pub $field: $Type,
            )*
            /// Keys that no field has, and the order in which all were written.
            #[schemars(skip)]
            pub rest: crate::description::model::Rest,
        }

        impl crate::description::model::Model for $Name {
            const KEYS: &'static [crate::description::model::Key] = &[$(
                crate::description::model::Key {
                    name: $key,
                    use_: model!(@use $($use_)?),
                },
            )*];

            #[allow(unused_assignments, unused_variables, unused_mut)]
            fn read_field(&mut self, index: usize, json: &heddle_data::Json) -> bool {
                let mut at = 0;
                $(
                    if index == at {
                        return match crate::description::model::Value::read(json) {
                            Some(value) => {
                                self.$field = value;
                                true
                            }
                            None => {
                                self.$field = crate::description::model::Value::misfit();
                                false
                            }
                        };
                    }
                    at += 1;
                )*
                false
            }

            #[allow(unused_assignments, unused_variables, unused_mut)]
            fn is_field_absent(&self, index: usize) -> bool {
                let mut at = 0;
                $(
                    if index == at {
                        return crate::description::model::Value::is_absent(&self.$field);
                    }
                    at += 1;
                )*
                true
            }

            #[allow(unused_assignments, unused_variables, unused_mut)]
            fn write_field(&self, index: usize) -> heddle_data::Json {
                let mut at = 0;
                $(
                    if index == at {
                        return crate::description::model::Value::write(&self.$field);
                    }
                    at += 1;
                )*
                heddle_data::Json::NULL
            }

            #[allow(unused_assignments, unused_variables, unused_mut)]
            fn find_unread_in_field(&self, index: usize, pointer: &str, report: &mut dyn FnMut(String)) {
                let mut at = 0;
                $(
                    if index == at {
                        crate::description::model::Value::find_unread(&self.$field, pointer, report);
                    }
                    at += 1;
                )*
            }

            fn rest(&self) -> &crate::description::model::Rest {
                &self.rest
            }

            fn rest_mut(&mut self) -> &mut crate::description::model::Rest {
                &mut self.rest
            }
        }

        impl crate::description::model::Value for $Name {
            fn read(json: &heddle_data::Json) -> Option<Self> {
                crate::description::model::read(json)
            }

            fn write(&self) -> heddle_data::Json {
                heddle_data::Json::from(crate::description::model::write(self))
            }

            fn is_absent(&self) -> bool {
                false
            }

            fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
                crate::description::model::find_unread(self, pointer, report);
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::description::model::Value::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::description::model::deserialize(deserializer, stringify!($Name))
            }
        }
    )*};
    (@use) => { crate::description::model::KeyUse::optional() };
    (@use $use_:ident) => { crate::description::model::KeyUse::$use_() };
}

/// serde for a [`Value`] that is no [`Model`].
macro_rules! serde_by_value {
    ($($Name:ident: $expected:literal,)*) => {$(
        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::description::model::Value::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = heddle_data::Json::deserialize(deserializer)?;
                crate::description::model::Value::read(&json)
                    .ok_or_else(|| serde::de::Error::custom(concat!("expected ", $expected)))
            }
        }
    )*};
}

pub(crate) use {model, serde_by_value};

/// A part of a description that most do not have: as if it were there with nothing in it, and costs a pointer.
#[derive(Clone, Default, PartialEq)]
pub struct Part<M>(Option<Box<M>>);

/// A [`Model`] of which a [`Part`] may be made.
pub(crate) trait PartModel: Model + 'static {
    /// The part with nothing in it.
    fn empty() -> &'static Self;
}

impl<M> Part<M> {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl<M> From<M> for Part<M> {
    fn from(model: M) -> Self {
        Self(Some(Box::new(model)))
    }
}

#[allow(private_bounds)]
impl<M: PartModel> Deref for Part<M> {
    type Target = M;

    fn deref(&self) -> &M {
        self.0.as_deref().unwrap_or_else(|| M::empty())
    }
}

#[allow(private_bounds)]
impl<M: PartModel> DerefMut for Part<M> {
    fn deref_mut(&mut self) -> &mut M {
        self.0.get_or_insert_default()
    }
}

impl<M: fmt::Debug> fmt::Debug for Part<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<M: JsonSchema> JsonSchema for Part<M> {
    fn inline_schema() -> bool {
        M::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        M::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        M::json_schema(generator)
    }
}

impl<M: Serialize> Serialize for Part<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<M: Value + Default> Value for Part<M> {
    fn read(json: &Json) -> Option<Self> {
        M::read(json).map(Self::from)
    }

    fn write(&self) -> Json {
        self.0.as_ref().map_or_else(Json::object, |model| model.write())
    }

    fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Some(model) = &self.0 {
            model.find_unread(pointer, report);
        }
    }
}

impl Value for String {
    fn read(json: &Json) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }

    fn write(&self) -> Json {
        Json::from(self)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Value for bool {
    fn read(json: &Json) -> Option<Self> {
        json.as_bool()
    }

    fn write(&self) -> Json {
        Json::from(*self)
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

impl Value for f64 {
    fn read(json: &Json) -> Option<Self> {
        json.as_f64()
    }

    fn write(&self) -> Json {
        Json::from(*self)
    }

    fn is_absent(&self) -> bool {
        *self == 0.0
    }
}

impl Value for Json {
    fn read(json: &Json) -> Option<Self> {
        Some(json.clone())
    }

    fn write(&self) -> Json {
        self.clone()
    }

    fn is_absent(&self) -> bool {
        self.is_null()
    }
}

impl Value for JsonObject {
    fn read(json: &Json) -> Option<Self> {
        json.as_object().cloned()
    }

    fn write(&self) -> Json {
        Json::from(self.clone())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Value> Value for Option<T> {
    fn read(json: &Json) -> Option<Self> {
        T::read(json).map(Some)
    }

    fn write(&self) -> Json {
        self.as_ref().map_or(Json::NULL, T::write)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        if let Some(value) = self {
            value.find_unread(pointer, report);
        }
    }
}

impl<T: Value> Value for Box<T> {
    fn read(json: &Json) -> Option<Self> {
        T::read(json).map(Self::new)
    }

    fn write(&self) -> Json {
        T::write(self)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        T::find_unread(self, pointer, report);
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(json: &Json) -> Option<Self> {
        json.as_array()?.iter().map(T::read).collect()
    }

    fn write(&self) -> Json {
        self.iter().map(T::write).collect()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn find_unread(&self, pointer: &str, report: &mut dyn FnMut(String)) {
        for (index, value) in self.iter().enumerate() {
            value.find_unread(&format!("{pointer}/{index}"), report);
        }
    }
}
