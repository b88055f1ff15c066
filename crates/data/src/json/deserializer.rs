//! [`Json`] to any type that serde can read.

use std::slice;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Iter, Json, JsonError, JsonObject, MAX_DEPTH, Repr, handover, number};

/// Reads a type from a value. Whole numbers present themselves as integers, others as `f64`.
///
/// # Errors
/// If the value does not fit the type; [`JsonError::pointer`] says where.
pub fn from_json<T: DeserializeOwned>(json: &Json) -> Result<T, JsonError> {
    T::deserialize(json)
}

impl<'de> IntoDeserializer<'de, JsonError> for &'de Json {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! forward_to_reader {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            Reader::of_root(self).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &'de Json {
    type Error = JsonError;

    forward_to_reader! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        Reader::of_root(self).deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        Reader::of_root(self).deserialize_enum(name, variants, visitor)
    }
}

/// A value and how deep it lies.
#[derive(Clone, Copy)]
struct Reader<'de> {
    json: &'de Json,
    depth: usize,
    /// The member of the root that it is.
    member: Option<&'de str>,
}

impl<'de> Reader<'de> {
    fn of_root(json: &'de Json) -> Self {
        Self { json, depth: 0, member: None }
    }

    fn inner(self, json: &'de Json) -> Self {
        Self { json, depth: self.depth + 1, member: None }
    }

    fn member(self, key: &'de str, json: &'de Json) -> Self {
        Self { member: (self.depth == 0).then_some(key), ..self.inner(json) }
    }

    /// Integers for whole numbers.
    fn read_number<V: Visitor<'de>>(number: f64, visitor: V) -> Result<V::Value, JsonError> {
        if let Some(natural) = number::to_u64(number) {
            visitor.visit_u64(natural)
        } else if let Some(integer) = number::to_i64(number) {
            visitor.visit_i64(integer)
        } else {
            visitor.visit_f64(number)
        }
    }

    /// As a number without looking for integers, which is what a type that holds `f64` asks for.
    fn read_float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.json.0 {
            Repr::Number(number) => visitor.visit_f64(number),
            _ => self.deserialize_any(visitor),
        }
    }

    /// As an integer of more than 64 bits, if it is one.
    fn read_wide<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.json.0 {
            Repr::Number(number) if number.trunc() == number && number.abs() >= 2f64.powi(63) => {
                if number > 0.0 && number < 2f64.powi(128) {
                    visitor.visit_u128(number as u128)
                } else if number < 0.0 && number >= -(2f64.powi(127)) {
                    visitor.visit_i128(number as i128)
                } else {
                    visitor.visit_f64(number)
                }
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn read_array<V: Visitor<'de>>(self, elements: &'de [Json], visitor: V) -> Result<V::Value, JsonError> {
        let mut access = Elements { reader: self, elements: elements.iter(), index: 0 };
        let value = visitor.visit_seq(&mut access)?;
        match access.elements.len() {
            0 => Ok(value),
            _ => Err(JsonError::invalid_length(elements.len(), &"fewer elements")),
        }
    }

    fn read_object<V: Visitor<'de>>(
        self,
        object: &'de JsonObject,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_map(Properties { reader: self, properties: object.iter(), current: None })
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match &self.json.0 {
            Repr::Null => visitor.visit_unit(),
            Repr::Bool(value) => visitor.visit_bool(*value),
            Repr::Number(number) => Self::read_number(*number, visitor),
            Repr::String(text) => visitor.visit_borrowed_str(text),
            Repr::Array(_) | Repr::Object(_) if self.depth >= MAX_DEPTH => {
                Err(JsonError::new(format!("the value is nested deeper than {MAX_DEPTH} levels")))
            }
            Repr::Array(elements) => self.read_array(&elements.0, visitor),
            Repr::Object(object) => self.read_object(object, visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.read_float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.read_float(visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.read_wide(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.read_wide(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.json.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        if name == handover::VIEW {
            if let Some(member) = self.member {
                handover::leave_member(member);
            }
        } else if name != handover::NAME {
            return visitor.visit_newtype_struct(self);
        }
        handover::leave(self.json);
        let read = visitor.visit_newtype_struct(self);
        let _ = handover::pick_up();
        read
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        let (variant, content) = match &self.json.0 {
            Repr::String(variant) => (variant.as_str(), None),
            Repr::Object(object) => {
                let mut properties = object.iter();
                match (properties.next(), properties.next()) {
                    (Some((variant, content)), None) => (variant, Some(self.inner(content))),
                    _ => {
                        return Err(JsonError::invalid_value(
                            Unexpected::Map,
                            &"an object with a single key",
                        ));
                    }
                }
            }
            _ => return Err(JsonError::invalid_type(self.json.unexpected(), &"a string or an object")),
        };
        visitor.visit_enum(Variant { name: variant, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map struct identifier
    }
}

impl Json {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Repr::Null => Unexpected::Unit,
            Repr::Bool(value) => Unexpected::Bool(*value),
            Repr::Number(number) => Unexpected::Float(*number),
            Repr::String(text) => Unexpected::Str(text),
            Repr::Array(_) => Unexpected::Seq,
            Repr::Object(_) => Unexpected::Map,
        }
    }
}

struct Elements<'de> {
    reader: Reader<'de>,
    elements: slice::Iter<'de, Json>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        let Some(json) = self.elements.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(self.reader.inner(json)).map(Some).map_err(|error| error.under(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

struct Properties<'de> {
    reader: Reader<'de>,
    properties: Iter<'de>,
    current: Option<(&'de str, &'de Json)>,
}

impl<'de> MapAccess<'de> for Properties<'de> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        self.current = self.properties.next();
        match self.current {
            Some((key, _)) => seed.deserialize(Key(key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        let Some((key, json)) = self.current.take() else {
            return Err(JsonError::new("a value was asked for before its key"));
        };
        seed.deserialize(self.reader.member(key, json)).map_err(|error| error.under(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.properties.len())
    }
}

/// A key, which is a number or a truth value if the map that is read has such keys.
struct Key<'de>(&'de str);

macro_rules! read_key {
    ($($method:ident $visit:ident $type:ty)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            match self.0.parse::<$type>() {
                Ok(key) => visitor.$visit(key),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_borrowed_str(self.0)
    }

    read_key! {
        deserialize_bool visit_bool bool
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_i128 visit_i128 i128
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_u128 visit_u128 u128
        deserialize_f32 visit_f32 f32
        deserialize_f64 visit_f64 f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_enum(Variant { name: self.0, content: None })
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant of an externally tagged enum.
struct Variant<'de> {
    name: &'de str,
    content: Option<Reader<'de>>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = JsonError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), JsonError> {
        let variant = seed.deserialize(BorrowedStrDeserializer::<JsonError>::new(self.name))?;
        Ok((variant, self))
    }
}

impl<'de> Variant<'de> {
    fn read<T>(
        self,
        expected: &'static str,
        read: impl FnOnce(Reader<'de>) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        match self.content {
            Some(content) => read(content).map_err(|error| error.under(self.name)),
            None => Err(JsonError::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        match self.content {
            None => Ok(()),
            Some(content) => {
                serde::Deserialize::deserialize(content).map_err(|error: JsonError| error.under(self.name))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, JsonError> {
        self.read("newtype variant", |content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.read("tuple variant", |content| content.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.read("struct variant", |content| content.deserialize_map(visitor))
    }
}
