//! What an expression can give, and what its functions take: JSON, and JavaScript's and luxon's own values
//! (`tests/conformance/expressions/README.md`, list of types).

use std::sync::Arc;

use heddle_data::{Json, JsonObject};
use smol_str::SmolStr;

use crate::luxon::{DateTime, Duration, Interval};

/// One JavaScript value.
///
/// Data stay in [`Value::Json`] as long as they are JSON, however deep; [`Value::List`] and [`Value::Object`] exist
/// only for arrays and objects with a member that JSON lacks (`undefined`, a date, …). Cloning copies pointers.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// `undefined`.
    #[default]
    Undefined,
    /// null, a boolean, a number (also NaN and the infinities), a string, or plain data.
    Json(Json),
    /// A luxon `DateTime`.
    DateTime(Arc<DateTime>),
    /// A luxon `Duration`.
    Duration(Arc<Duration>),
    /// A luxon `Interval`.
    Interval(Arc<Interval>),
    /// A JavaScript `Date` in milliseconds since 1970; NaN when invalid.
    Date(f64),
    /// A regular expression.
    RegExp(Arc<RegExp>),
    /// An `Error` or one of its subclasses.
    Error(Arc<ErrorValue>),
    /// A `Map`, in insertion order.
    Map(Arc<[(Value, Value)]>),
    /// A `Set`, in insertion order.
    Set(Arc<[Value]>),
    /// A typed array or an array buffer.
    Bytes(Arc<TypedArray>),
    /// A `bigint` in decimal.
    BigInt(Arc<str>),
    /// A `symbol`, by its description.
    Symbol(Arc<str>),
    /// A function.
    Function(Arc<Function>),
    /// An array with a member that JSON lacks.
    List(Arc<[Value]>),
    /// An object with a member that JSON lacks, in property order.
    Object(Arc<[(SmolStr, Value)]>),
}

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegExp {
    /// The pattern, as `RegExp.prototype.source` gives it.
    pub source: SmolStr,
    /// The flags, sorted as JavaScript sorts them.
    pub flags: SmolStr,
}

/// A JavaScript `Error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorValue {
    /// `name`, such as `TypeError`.
    pub name: SmolStr,
    /// `message`.
    pub message: SmolStr,
}

/// The content of a typed array.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedArray {
    /// Name of the constructor, such as `Uint8Array`.
    pub class: SmolStr,
    /// The elements.
    pub elements: Vec<f64>,
}

/// A function; it lives in the engine that made it, and is known here by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Index into the table of the call that hands it over.
    pub index: usize,
    /// Its source text.
    pub source: SmolStr,
}

impl Value {
    /// `null`.
    pub const NULL: Value = Value::Json(Json::NULL);

    /// An array: JSON when all elements are.
    pub fn array(elements: Vec<Value>) -> Self {
        if elements.iter().all(|element| matches!(element, Value::Json(_))) {
            return Value::Json(elements.into_iter().filter_map(Value::into_json).collect());
        }
        Value::List(elements.into())
    }

    /// An object: JSON when all members are. A later member of the same name replaces an earlier one.
    pub fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, Value)>) -> Self {
        let mut order = JsonObject::new();
        let mut values: Vec<Value> = Vec::new();
        for (key, value) in members {
            match order.get(key.as_ref()).and_then(Json::as_f64) {
                Some(index) => values[index as usize] = value,
                None => {
                    order.insert(key.as_ref(), Json::from(values.len()));
                    values.push(value);
                }
            }
        }
        let sorted = order.iter().map(|(key, index)| {
            let index = index.as_f64().unwrap_or_default() as usize;
            (key, std::mem::take(&mut values[index]))
        });
        let members: Vec<(SmolStr, Value)> = sorted.map(|(key, value)| (SmolStr::new(key), value)).collect();
        if members.iter().all(|(_, value)| matches!(value, Value::Json(_))) {
            let mut object = JsonObject::new();
            for (key, value) in members {
                if let Value::Json(json) = value {
                    object.insert(&key, json);
                }
            }
            return Value::Json(Json::from(object));
        }
        Value::Object(members.into())
    }

    /// The JSON inside, if this value is JSON as it stands.
    pub fn as_json(&self) -> Option<&Json> {
        match self {
            Value::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The JSON inside, if this value is JSON as it stands.
    pub fn into_json(self) -> Option<Json> {
        match self {
            Value::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        self.as_json().and_then(Json::as_str)
    }

    /// The number of a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_json().and_then(Json::as_f64)
    }

    /// The boolean of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        self.as_json().and_then(Json::as_bool)
    }

    /// `undefined`.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined)
    }

    /// `null` or `undefined`.
    pub fn is_nullish(&self) -> bool {
        match self {
            Value::Undefined => true,
            Value::Json(json) => json.is_null(),
            _ => false,
        }
    }

    /// An array.
    pub fn is_array(&self) -> bool {
        match self {
            Value::List(_) => true,
            Value::Json(json) => json.is_array(),
            _ => false,
        }
    }

    /// JavaScript's truthiness.
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Undefined => false,
            Value::Json(json) => is_truthy(json),
            Value::BigInt(digits) => &**digits != "0",
            _ => true,
        }
    }

    /// The elements of an array, as values.
    pub fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Value::List(elements) => Some(elements.to_vec()),
            Value::Json(json) => Some(json.as_array()?.iter().cloned().map(Value::Json).collect()),
            _ => None,
        }
    }

    /// The own enumerable members of a plain object, as values, in property order.
    pub fn members(&self) -> Option<Vec<(SmolStr, Value)>> {
        match self {
            Value::Object(members) => Some(members.to_vec()),
            Value::Json(json) => Some(
                json.as_object()?
                    .iter()
                    .map(|(key, value)| (SmolStr::new(key), Value::Json(value.clone())))
                    .collect(),
            ),
            _ => None,
        }
    }
}

/// JavaScript's truthiness of data.
pub(crate) fn is_truthy(json: &Json) -> bool {
    if let Some(text) = json.as_str() {
        return !text.is_empty();
    }
    if let Some(number) = json.as_f64() {
        return number != 0.0 && !number.is_nan();
    }
    json.as_bool().unwrap_or(!json.is_null())
}

impl<T: Into<Json>> From<T> for Value {
    fn from(value: T) -> Self {
        Value::Json(value.into())
    }
}
