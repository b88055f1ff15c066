//! [`Json`] to any serde format.

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::number::Integer;
use super::{Json, JsonObject, MAX_DEPTH, Repr, handover, number};

impl Serialize for Json {
    /// Whole numbers are given as the integers that JavaScript writes, as long as 64 bits hold them; others as `f64`
    /// ([`to_writer`](super::to_writer) writes those as JavaScript does, too). Fails if nested deeper than [`MAX_DEPTH`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(handover::NAME, &Announced(self))
    }
}

impl Serialize for JsonObject {
    /// A map; as [`Json`] otherwise.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// The value behind its announcement.
struct Announced<'a>(&'a Json);

impl Serialize for Announced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if handover::is_wanted() {
            handover::leave(self.0);
            return serializer.serialize_unit();
        }
        AtDepth { value: self.0, depth: 0 }.serialize(serializer)
    }
}

struct AtDepth<'a> {
    value: &'a Json,
    depth: usize,
}

impl Serialize for AtDepth<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value.0 {
            Repr::Null => serializer.serialize_unit(),
            Repr::Bool(value) => serializer.serialize_bool(*value),
            Repr::Number(number) => match number::to_written_integer(*number) {
                Some(Integer::Signed(integer)) => serializer.serialize_i64(integer),
                Some(Integer::Unsigned(integer)) => serializer.serialize_u64(integer),
                None => serializer.serialize_f64(*number),
            },
            Repr::String(text) => serializer.serialize_str(text),
            Repr::Array(_) | Repr::Object(_) if self.depth >= MAX_DEPTH => {
                Err(S::Error::custom(format_args!("the value is nested deeper than {MAX_DEPTH} levels")))
            }
            Repr::Array(elements) => {
                let mut sequence = serializer.serialize_seq(Some(elements.0.len()))?;
                for value in &elements.0 {
                    sequence.serialize_element(&AtDepth { value, depth: self.depth + 1 })?;
                }
                sequence.end()
            }
            Repr::Object(object) => serialize_object(object, self.depth, serializer),
        }
    }
}

fn serialize_object<S: Serializer>(
    object: &JsonObject,
    depth: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(object.len()))?;
    for (key, value) in object {
        map.serialize_entry(key, &AtDepth { value, depth: depth + 1 })?;
    }
    map.end()
}
