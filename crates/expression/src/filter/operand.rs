//! The two sides of a condition, brought to the operator's type.

use std::borrow::Cow;

use heddle_data::Json;
use heddle_data::field_type::{FieldTypeOptions, validate_field_type};
use heddle_data::javascript::{is_truthy, is_white_space, to_number, to_text};

use super::{Options, ParseMoment};

/// One side of a condition.
#[derive(Debug, Clone)]
pub(crate) enum Operand<'a> {
    /// The side is missing.
    Undefined,
    /// Null.
    Null,
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// Milliseconds since 1970.
    Moment(f64),
    /// An array or an object.
    Value(Cow<'a, Json>),
}

/// A value that is not of the operator's type.
#[derive(Debug)]
pub(crate) struct Unfit<'a>(pub(crate) &'a Json);

impl<'a> Operand<'a> {
    /// The side `value` as the type `expected`.
    pub(crate) fn read(
        value: Option<&'a Json>,
        expected: &str,
        options: Options,
        moment: ParseMoment<'_>,
    ) -> Result<Self, Unfit<'a>> {
        let Some(value) = value else { return Ok(Self::Undefined) };
        if value.is_null() {
            return Ok(Self::Null);
        }
        let operand = match expected {
            "string" => read_string(value, options),
            "number" => read_number(value, options),
            "boolean" => read_boolean(value, options),
            "dateTime" => moment(&to_text(value)).map(Self::Moment),
            "array" | "object" => read_structure(value, expected, options),
            _ => Some(Self::of(value)),
        };
        operand.ok_or(Unfit(value))
    }

    /// The side as what it is.
    fn of(value: &'a Json) -> Self {
        if let Some(text) = value.as_str() {
            Self::Text(Cow::Borrowed(text))
        } else if let Some(number) = value.as_f64() {
            Self::Number(number)
        } else if let Some(value) = value.as_bool() {
            Self::Boolean(value)
        } else {
            Self::Value(Cow::Borrowed(value))
        }
    }

    /// Whether there is anything: neither undefined nor null nor NaN.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Number(number) => !number.is_nan(),
            _ => true,
        }
    }

    /// The side as an array; empty where there is none.
    pub(crate) fn elements(&self) -> &[Json] {
        match self {
            Self::Value(value) => value.as_array().unwrap_or_default(),
            _ => &[],
        }
    }

    /// The side as JavaScript's `<` takes it: null is 0, and what is not a number is NaN.
    pub(crate) fn number(&self) -> f64 {
        match self {
            Self::Number(number) | Self::Moment(number) => *number,
            Self::Null => 0.0,
            Self::Boolean(value) => f64::from(u8::from(*value)),
            Self::Undefined => f64::NAN,
            Self::Text(text) => to_number(&Json::from(text.as_ref())),
            Self::Value(value) => to_number(value),
        }
    }

    /// JavaScript's `===`. Two arrays or objects are never the same one here.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Number(left), Self::Number(right)) | (Self::Moment(left), Self::Moment(right)) => {
                left == right
            }
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            _ => false,
        }
    }

    /// The side as a plain value.
    pub(crate) fn to_json(&self) -> Option<Cow<'_, Json>> {
        Some(match self {
            Self::Undefined => return None,
            Self::Null => Cow::Owned(Json::NULL),
            Self::Text(text) => Cow::Owned(Json::from(text.as_ref())),
            Self::Number(number) | Self::Moment(number) => Cow::Owned(Json::from(*number)),
            Self::Boolean(value) => Cow::Owned(Json::from(*value)),
            Self::Value(value) => Cow::Borrowed(value.as_ref()),
        })
    }
}

fn read_string(value: &Json, options: Options) -> Option<Operand<'_>> {
    if let Some(text) = value.as_str() {
        return Some(Operand::Text(Cow::Borrowed(text)));
    }
    let text = convert(value, "string", options)?;
    Some(Operand::Text(Cow::Owned(to_text(&text).into_owned())))
}

fn read_number(value: &Json, options: Options) -> Option<Operand<'_>> {
    if let Some(number) = value.as_f64() {
        return Some(Operand::Number(number));
    }
    let is_blank = value.as_str().is_some_and(|text| text.trim_matches(is_white_space).is_empty())
        || value.as_array().is_some_and(<[Json]>::is_empty);
    if is_blank && options.version >= 3.0 {
        return Some(Operand::Null);
    }
    convert(value, "number", options)?.as_f64().map(Operand::Number)
}

fn read_boolean(value: &Json, options: Options) -> Option<Operand<'_>> {
    if let Some(value) = value.as_bool() {
        return Some(Operand::Boolean(value));
    }
    if !options.loose {
        return None;
    }
    let known = if options.version >= 2.0 { convert(value, "boolean", options) } else { None };
    Some(Operand::Boolean(known.and_then(|value| value.as_bool()).unwrap_or_else(|| is_truthy(value))))
}

/// An array or an object.
fn read_structure<'a>(value: &'a Json, expected: &str, options: Options) -> Option<Operand<'a>> {
    let fits = if expected == "array" { value.is_array() } else { value.is_object() };
    if fits {
        return Some(Operand::Value(Cow::Borrowed(value)));
    }
    let converted = convert(value, expected, options)?;
    // The text `null` is an object without anything in it.
    Some(if converted.is_null() { Operand::Null } else { Operand::Value(Cow::Owned(converted)) })
}

fn convert(value: &Json, expected: &str, options: Options) -> Option<Json> {
    let rules =
        FieldTypeOptions { strict: !options.loose, parse_strings: true, ..FieldTypeOptions::default() };
    validate_field_type("", value, expected, &rules).ok()
}

/// JavaScript's `typeof`.
pub(crate) fn type_of(value: &Json) -> &'static str {
    if value.is_string() {
        "string"
    } else if value.is_number() {
        "number"
    } else if value.is_bool() {
        "boolean"
    } else {
        "object"
    }
}
