//! What native evaluation passes around: borrowed data as long as possible.

use std::borrow::Cow;
use std::rc::Rc;

use heddle_data::json::number_to_string;
use heddle_data::{Item, Json};

use crate::coerce;
use crate::native::Stop;
use crate::run::items::{item_json, items_json};
use crate::value::{self, Value};

/// An intermediate value.
#[derive(Debug, Clone)]
pub(crate) enum Operand<'a> {
    /// Data that live elsewhere.
    Ref(&'a Json),
    /// A value of its own.
    Value(Value),
    /// An item of the run, not yet turned into JSON.
    Item(&'a Item),
    /// The items of an output, not yet turned into JSON.
    Items(&'a [Item]),
    /// An array of elements that are not all values yet, such as some of the items of an output.
    Picked(Rc<[Operand<'a>]>),
}

/// Longer texts, in bytes, are left to the engine and its memory limit.
pub(crate) const MAX_TEXT: usize = 1 << 20;

/// Functions of longer texts, in bytes, may take time that is noticed.
const LARGE_TEXT: usize = 100_000;
/// So may those of more elements or members.
const LARGE_COUNT: usize = 1 << 14;

/// Made values with more elements and members than this get no name natively: whatever has a name can appear in another
/// value many times, which costs nothing until someone writes it out.
const MAX_SHARED: usize = 1 << 14;

fn weigh(value: &Value, left: &mut usize) -> Option<()> {
    match value {
        Value::Json(json) => weigh_json(json, left),
        Value::List(values) => values.iter().try_for_each(|value| weigh(value, left)),
        Value::Object(members) => members.iter().try_for_each(|(_, value)| weigh(value, left)),
        _ => Some(()),
    }
}

fn weigh_json(json: &Json, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(1)?;
    if let Some(elements) = json.as_array() {
        return elements.iter().try_for_each(|element| weigh_json(element, left));
    }
    json.as_object().map_or(Some(()), |object| object.values().try_for_each(|value| weigh_json(value, left)))
}

impl<'a> Operand<'a> {
    pub(crate) const UNDEFINED: Operand<'static> = Operand::Value(Value::Undefined);

    /// A value of its own.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Operand::Ref(json) => Value::Json(json.clone()),
            Operand::Value(value) => value,
            Operand::Item(item) => Value::Json(item_json(item)),
            Operand::Items(items) => Value::Json(items_json(items)),
            Operand::Picked(elements) => {
                Value::array(elements.iter().cloned().map(Operand::into_value).collect())
            }
        }
    }

    /// The data, if this is data.
    pub(crate) fn json(&self) -> Option<Cow<'_, Json>> {
        match self {
            Operand::Ref(json) => Some(Cow::Borrowed(json)),
            Operand::Value(value) => value.as_json().map(Cow::Borrowed),
            Operand::Item(item) => Some(Cow::Owned(item_json(item))),
            Operand::Items(items) => Some(Cow::Owned(items_json(items))),
            Operand::Picked(_) => self.clone().into_value().into_json().map(Cow::Owned),
        }
    }

    /// The data, if they are at hand.
    pub(crate) fn as_json(&self) -> Option<&Json> {
        match self {
            Operand::Ref(json) => Some(json),
            Operand::Value(value) => value.as_json(),
            Operand::Item(_) | Operand::Items(_) | Operand::Picked(_) => None,
        }
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Operand::Value(Value::Undefined))
    }

    pub(crate) fn is_nullish(&self) -> bool {
        match self {
            Operand::Ref(json) => json.is_null(),
            Operand::Value(value) => value.is_nullish(),
            Operand::Item(_) | Operand::Items(_) | Operand::Picked(_) => false,
        }
    }

    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Operand::Ref(json) => value::is_truthy(json),
            Operand::Value(value) => value.is_truthy(),
            Operand::Item(_) | Operand::Items(_) | Operand::Picked(_) => true,
        }
    }

    /// About how much memory the value takes beside what is shared: bytes of a text, elements of an array.
    pub(crate) fn extent(&self) -> usize {
        match self {
            Operand::Value(Value::Json(json)) => match (json.as_str(), json.as_array()) {
                (Some(text), _) => text.len(),
                (_, elements) => elements.map_or(1, <[Json]>::len),
            },
            Operand::Value(Value::List(values)) => values.len(),
            Operand::Picked(elements) => elements.len(),
            _ => 1,
        }
    }

    /// Whether a function of the value may take time that is noticed.
    pub(crate) fn is_large(&self) -> bool {
        let json = match self {
            Operand::Ref(json) => json,
            Operand::Value(Value::Json(json)) => json,
            Operand::Value(Value::List(values)) => return values.len() > LARGE_COUNT,
            Operand::Value(Value::Object(members)) => return members.len() > LARGE_COUNT,
            Operand::Value(_) | Operand::Item(_) => return false,
            Operand::Items(items) => return items.len() > LARGE_COUNT,
            Operand::Picked(elements) => return elements.len() > LARGE_COUNT,
        };
        match (json.as_str(), json.as_array(), json.as_object()) {
            (Some(text), _, _) => text.len() > LARGE_TEXT,
            (_, Some(elements), _) => elements.len() > LARGE_COUNT,
            (_, _, Some(object)) => object.len() > LARGE_COUNT,
            _ => false,
        }
    }

    /// Whether there is more in the value than [`MAX_SHARED`], counted as often as it appears.
    pub(crate) fn is_heavy(&self) -> bool {
        let mut left = MAX_SHARED;
        match self {
            Operand::Value(value) => weigh(value, &mut left).is_none(),
            Operand::Picked(elements) => elements.len() > MAX_SHARED,
            _ => false,
        }
    }

    /// `ToNumber`.
    pub(crate) fn to_number(&self) -> Result<f64, Stop> {
        match self {
            Operand::Value(Value::Undefined) => Ok(f64::NAN),
            Operand::Value(Value::DateTime(date)) => Ok(date.millis()),
            Operand::Value(Value::Date(millis)) => Ok(*millis),
            _ => match self.json() {
                Some(json) => Ok(coerce::to_number(&json)),
                None => Err(Stop::Unsupported),
            },
        }
    }

    /// `ToString`, as template literals and string arguments use it.
    pub(crate) fn to_text(&self) -> Result<Cow<'_, str>, Stop> {
        match self {
            Operand::Ref(json) => Ok(coerce::to_text(json)),
            Operand::Value(Value::Json(json)) => Ok(coerce::to_text(json)),
            Operand::Value(Value::Undefined) => Ok(Cow::Borrowed("undefined")),
            Operand::Value(Value::DateTime(date)) => Ok(Cow::Owned(date.to_string())),
            Operand::Value(Value::Duration(duration)) => Ok(Cow::Owned(duration.to_string())),
            Operand::Value(Value::Interval(interval)) => Ok(Cow::Owned(interval.to_string())),
            Operand::Value(_) => Err(Stop::Unsupported),
            Operand::Item(_) => Ok(Cow::Borrowed("[object Object]")),
            Operand::Items(items) => Ok(Cow::Owned(vec!["[object Object]"; items.len()].join(","))),
            Operand::Picked(_) => match self.json() {
                Some(json) => Ok(Cow::Owned(coerce::to_text(&json).into_owned())),
                None => Err(Stop::Unsupported),
            },
        }
    }
}

/// Appends a chunk's value as it is printed inside text (`docs/expressions/language.md §5.2`).
pub(crate) fn print(operand: &Operand<'_>, text: &mut String) -> Result<(), Stop> {
    match operand {
        Operand::Ref(json) => print_json(json, text),
        Operand::Value(Value::Json(json)) => print_json(json, text),
        Operand::Value(Value::Undefined) => {}
        _ => text.push_str(&operand.to_text()?),
    }
    Ok(())
}

fn print_json(json: &Json, text: &mut String) {
    if let Some(own) = json.as_str() {
        text.push_str(own);
    } else if let Some(number) = json.as_f64() {
        if !number.is_nan() {
            text.push_str(&number_to_string(number));
        }
    } else if !json.is_null() {
        coerce::write_text(json, text);
    }
}

impl From<Value> for Operand<'_> {
    fn from(value: Value) -> Self {
        Operand::Value(value)
    }
}

impl From<Json> for Operand<'_> {
    fn from(json: Json) -> Self {
        Operand::Value(Value::Json(json))
    }
}

impl<'a> From<Option<&'a Json>> for Operand<'a> {
    fn from(json: Option<&'a Json>) -> Self {
        json.map_or(Operand::UNDEFINED, Operand::Ref)
    }
}

impl<'a> From<Option<&'a Item>> for Operand<'a> {
    fn from(item: Option<&'a Item>) -> Self {
        item.map_or(Operand::UNDEFINED, Operand::Item)
    }
}

/// What searching methods give: a position, or -1.
pub(crate) fn position<'a>(found: Option<usize>) -> Operand<'a> {
    found.map_or(Json::from(-1.0), Json::from).into()
}

/// A text as an operand.
pub(crate) fn text<'a>(text: impl Into<String>) -> Operand<'a> {
    Operand::Value(Value::from(text.into()))
}
