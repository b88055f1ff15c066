//! Conversions between [`Json`] and Rust's own types and `serde_json`'s.

use std::borrow::Cow;

use serde_json::{Map, Value};
use smol_str::SmolStr;
use triomphe::Arc;

use super::number::Integer;
use super::{Elements, Json, JsonObject, Repr, number};

impl Json {
    /// The same value as `serde_json` has it. Whole numbers become the integers that JavaScript writes, as long
    /// as 64 bits hold them; `NaN` and the infinities become null. `serde_json` drops its values recursively: do not give it what is nested without limit.
    pub fn to_value(&self) -> Value {
        match &self.0 {
            Repr::Null => Value::Null,
            Repr::Bool(value) => Value::Bool(*value),
            Repr::Number(number) => match number::to_written_integer(*number) {
                Some(Integer::Signed(integer)) => Value::from(integer),
                Some(Integer::Unsigned(integer)) => Value::from(integer),
                None => Value::from(*number),
            },
            Repr::String(text) => Value::from(text.as_str()),
            Repr::Array(elements) => elements.0.iter().map(Self::to_value).collect(),
            Repr::Object(object) => Value::Object(object.to_map()),
        }
    }

    /// The same value from `serde_json`'s. Numbers become the nearest `f64`.
    pub fn from_value(value: Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(value) => Self::from(value),
            Value::Number(number) => number.as_f64().map_or(Self::NULL, Self::from),
            Value::String(text) => Self::from(text),
            Value::Array(elements) => elements.into_iter().map(Self::from_value).collect(),
            Value::Object(map) => Self::from(map),
        }
    }
}

impl JsonObject {
    /// The same properties as `serde_json` has them.
    pub fn to_map(&self) -> Map<String, Value> {
        self.iter().map(|(key, value)| (key.to_owned(), value.to_value())).collect()
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Json {
            /// The nearest JavaScript number.
            fn from(number: $number) -> Self {
                Self(Repr::Number(number as f64))
            }
        }

        impl PartialEq<$number> for Json {
            fn eq(&self, other: &$number) -> bool {
                self.as_f64() == Some(*other as f64)
            }
        }
    )*};
}

from_number!(f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl From<f32> for Json {
    /// The number that the shortest text of `number` stands for: `0.1f32` becomes 0.1.
    fn from(number: f32) -> Self {
        Self::from(number.to_string().parse::<f64>().unwrap_or(f64::from(number)))
    }
}

impl From<()> for Json {
    fn from((): ()) -> Self {
        Self::NULL
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self(Repr::Bool(value))
    }
}

impl From<SmolStr> for Json {
    fn from(text: SmolStr) -> Self {
        Self(Repr::String(text))
    }
}

impl From<&SmolStr> for Json {
    fn from(text: &SmolStr) -> Self {
        Self::from(text.clone())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::from(SmolStr::new(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::from(SmolStr::from(text))
    }
}

impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Cow<'_, str>> for Json {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(SmolStr::from(text))
    }
}

impl From<char> for Json {
    fn from(character: char) -> Self {
        Self::from(character.encode_utf8(&mut [0; 4]) as &str)
    }
}

impl From<&Self> for Json {
    fn from(json: &Self) -> Self {
        json.clone()
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().map(Into::into).collect()
    }
}

impl From<JsonObject> for Json {
    fn from(object: JsonObject) -> Self {
        Self(Repr::Object(Arc::new(object)))
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NULL, Into::into)
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::from_value(value)
    }
}

impl From<Map<String, Value>> for Json {
    fn from(map: Map<String, Value>) -> Self {
        Self::from(JsonObject::from(map))
    }
}

impl From<Map<String, Value>> for JsonObject {
    fn from(map: Map<String, Value>) -> Self {
        map.into_iter().map(|(key, value)| (key, Json::from_value(value))).collect()
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        json.to_value()
    }
}

impl FromIterator<Self> for Json {
    /// An array.
    fn from_iter<T: IntoIterator<Item = Self>>(elements: T) -> Self {
        Self(Repr::Array(Arc::new(Elements(elements.into_iter().collect()))))
    }
}

impl<K: AsRef<str>> FromIterator<(K, Self)> for Json {
    /// An object.
    fn from_iter<T: IntoIterator<Item = (K, Self)>>(properties: T) -> Self {
        Self::from(properties.into_iter().collect::<JsonObject>())
    }
}

impl PartialEq<str> for Json {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Json {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl PartialEq<String> for Json {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<bool> for Json {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}
