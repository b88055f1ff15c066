//! Any type that serde can write to [`Json`].

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use smol_str::{SmolStr, ToSmolStr};

use super::{Json, JsonError, JsonObject, handover, number_to_string};

/// Writes a value of any type as JSON.
///
/// # Errors
/// If a map has keys that are not texts, numbers, truth values or unit variants, or if the type itself fails.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Json, JsonError> {
    value.serialize(Writer)
}

struct Writer;

macro_rules! write_as_json {
    ($($method:ident $type:ty)*) => {$(
        fn $method(self, value: $type) -> Result<Json, JsonError> {
            Ok(Json::from(value))
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Json;
    type Error = JsonError;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Properties;
    type SerializeStruct = Properties;
    type SerializeStructVariant = Properties;

    write_as_json! {
        serialize_bool bool
        serialize_i8 i8
        serialize_i16 i16
        serialize_i32 i32
        serialize_i64 i64
        serialize_u8 u8
        serialize_u16 u16
        serialize_u32 u32
        serialize_u64 u64
        serialize_f32 f32
        serialize_f64 f64
        serialize_char char
        serialize_str &str
    }

    fn serialize_i128(self, value: i128) -> Result<Json, JsonError> {
        Ok(Json::from(value as f64))
    }

    fn serialize_u128(self, value: u128) -> Result<Json, JsonError> {
        Ok(Json::from(value as f64))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Json, JsonError> {
        Ok(value.iter().map(|&byte| Json::from(byte)).collect())
    }

    fn serialize_none(self) -> Result<Json, JsonError> {
        Ok(Json::NULL)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Json, JsonError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Json, JsonError> {
        Ok(Json::NULL)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Json, JsonError> {
        Ok(Json::NULL)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Json, JsonError> {
        Ok(Json::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Json, JsonError> {
        if name != handover::NAME {
            return value.serialize(self);
        }
        handover::want();
        let written = value.serialize(self);
        let _ = handover::is_wanted();
        written.map(|written| handover::pick_up().unwrap_or(written))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Json, JsonError> {
        Ok(tagged(Some(variant), to_json(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements, JsonError> {
        Ok(Elements::new(None, length))
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements, JsonError> {
        Ok(Elements::new(None, Some(length)))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Elements, JsonError> {
        Ok(Elements::new(None, Some(length)))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Elements, JsonError> {
        Ok(Elements::new(Some(variant), Some(length)))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Properties, JsonError> {
        Ok(Properties::new(None, length))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Properties, JsonError> {
        Ok(Properties::new(None, Some(length)))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Properties, JsonError> {
        Ok(Properties::new(Some(variant), Some(length)))
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<Json, JsonError> {
        Ok(Json::from(value.to_smolstr()))
    }
}

/// The value under the name of its variant, if it has one.
fn tagged(variant: Option<&'static str>, value: Json) -> Json {
    match variant {
        Some(variant) => std::iter::once((variant, value)).collect(),
        None => value,
    }
}

/// What is said of lengths is a hint, and may be wrong.
fn capacity(length: Option<usize>) -> usize {
    length.unwrap_or(0).min(4096)
}

/// An array that is being written.
struct Elements {
    variant: Option<&'static str>,
    elements: Vec<Json>,
}

impl Elements {
    fn new(variant: Option<&'static str>, length: Option<usize>) -> Self {
        Self { variant, elements: Vec::with_capacity(capacity(length)) }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        self.elements.push(to_json(value)?);
        Ok(())
    }

    fn finish(self) -> Result<Json, JsonError> {
        Ok(tagged(self.variant, Json::from(self.elements)))
    }
}

macro_rules! write_elements {
    ($($access:ident $method:ident)*) => {$(
        impl $access for Elements {
            type Ok = Json;
            type Error = JsonError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
                self.push(value)
            }

            fn end(self) -> Result<Json, JsonError> {
                self.finish()
            }
        }
    )*};
}

write_elements! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// An object that is being written.
struct Properties {
    variant: Option<&'static str>,
    object: JsonObject,
    key: Option<SmolStr>,
}

impl Properties {
    fn new(variant: Option<&'static str>, length: Option<usize>) -> Self {
        Self { variant, object: JsonObject::with_capacity(capacity(length)), key: None }
    }

    fn finish(self) -> Result<Json, JsonError> {
        Ok(tagged(self.variant, Json::from(self.object)))
    }
}

impl SerializeMap for Properties {
    type Ok = Json;
    type Error = JsonError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), JsonError> {
        self.key = Some(key.serialize(KeyWriter)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        let Some(key) = self.key.take() else {
            return Err(JsonError::custom("a value was given before its key"));
        };
        self.object.insert(&key, to_json(value)?);
        Ok(())
    }

    fn end(self) -> Result<Json, JsonError> {
        self.finish()
    }
}

macro_rules! write_fields {
    ($($access:ident)*) => {$(
        impl $access for Properties {
            type Ok = Json;
            type Error = JsonError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), JsonError> {
                self.object.insert(key, to_json(value)?);
                Ok(())
            }

            fn end(self) -> Result<Json, JsonError> {
                self.finish()
            }
        }
    )*};
}

write_fields! { SerializeStruct SerializeStructVariant }

/// Writes what JSON can have as a key.
struct KeyWriter;

fn not_a_key<T>() -> Result<T, JsonError> {
    Err(JsonError::custom("the keys of a JSON object are strings"))
}

macro_rules! write_key {
    ($($method:ident $type:ty)*) => {$(
        fn $method(self, key: $type) -> Result<SmolStr, JsonError> {
            Ok(key.to_smolstr())
        }
    )*};
}

impl Serializer for KeyWriter {
    type Ok = SmolStr;
    type Error = JsonError;
    type SerializeSeq = Impossible<SmolStr, JsonError>;
    type SerializeTuple = Impossible<SmolStr, JsonError>;
    type SerializeTupleStruct = Impossible<SmolStr, JsonError>;
    type SerializeTupleVariant = Impossible<SmolStr, JsonError>;
    type SerializeMap = Impossible<SmolStr, JsonError>;
    type SerializeStruct = Impossible<SmolStr, JsonError>;
    type SerializeStructVariant = Impossible<SmolStr, JsonError>;

    write_key! {
        serialize_bool bool
        serialize_i8 i8
        serialize_i16 i16
        serialize_i32 i32
        serialize_i64 i64
        serialize_i128 i128
        serialize_u8 u8
        serialize_u16 u16
        serialize_u32 u32
        serialize_u64 u64
        serialize_u128 u128
        serialize_char char
        serialize_str &str
    }

    fn serialize_f32(self, key: f32) -> Result<SmolStr, JsonError> {
        Ok(SmolStr::new(ryu_js::Buffer::new().format(key)))
    }

    fn serialize_f64(self, key: f64) -> Result<SmolStr, JsonError> {
        Ok(number_to_string(key))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<SmolStr, JsonError> {
        not_a_key()
    }

    fn serialize_none(self) -> Result<SmolStr, JsonError> {
        not_a_key()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, key: &T) -> Result<SmolStr, JsonError> {
        key.serialize(self)
    }

    fn serialize_unit(self) -> Result<SmolStr, JsonError> {
        not_a_key()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<SmolStr, JsonError> {
        not_a_key()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<SmolStr, JsonError> {
        Ok(SmolStr::new_static(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        key: &T,
    ) -> Result<SmolStr, JsonError> {
        key.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<SmolStr, JsonError> {
        not_a_key()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, JsonError> {
        not_a_key()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, JsonError> {
        not_a_key()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, JsonError> {
        not_a_key()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, JsonError> {
        not_a_key()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, JsonError> {
        not_a_key()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, JsonError> {
        not_a_key()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, JsonError> {
        not_a_key()
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, key: &T) -> Result<SmolStr, JsonError> {
        Ok(key.to_smolstr())
    }
}
