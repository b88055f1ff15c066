//! Bringing resolved values to the type of their property.

use std::borrow::Cow;
use std::fmt;

use super::place::{Place, Segment};
use crate::description::{NodeProperty, PropertyType};
use heddle_data::field_type::{FieldTypeOptions, validate_field_type};
use heddle_data::javascript::{text_to_number, to_text};
use heddle_data::{Json, JsonObject};

/// A parameter whose value does not fit its property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterError {
    /// The parameter, such as `sessionMetadatas.sessionMetadata[1].value`.
    pub path: String,
    /// The same place as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, in a sentence that names the field.
    pub message: String,
    /// What to do about it, where more is known than the message says.
    pub description: Option<String>,
}

/// How the value of a property without fields of its own is brought to its type.
#[derive(Debug, Clone)]
pub(super) struct LeafRule {
    kind: PropertyType,
    /// The kind that decides when a value is missing.
    shown_as: PropertyType,
    display_name: Box<str>,
    default: Json,
    required: bool,
    multiple: bool,
    is_password: bool,
    takes_any: bool,
    /// Choices that are no texts, with their texts.
    typed_choices: Vec<(String, Json)>,
    /// The type to check against, with the choices that it allows.
    validation: Option<(Box<str>, Vec<Json>)>,
}

/// Why a value does not fit.
enum Misfit {
    /// It has another type than the words say.
    Type(&'static str),
    /// It is an element of a list, and does not fit.
    Element(usize, &'static str),
}

impl LeafRule {
    pub(super) fn new(property: &NodeProperty) -> Self {
        let default = match property.kind {
            PropertyType::ResourceLocator if property.default.is_object() => {
                let mut object = JsonObject::new();
                object.insert("__rl", Json::from(true));
                for (key, value) in property.default.as_object().into_iter().flat_map(JsonObject::iter) {
                    object.insert(key, value.clone());
                }
                Json::from(object)
            }
            _ => property.default.clone(),
        };
        let typed = |value: &Json| !value.is_string();
        Self {
            kind: if property.takes_any { PropertyType::Json } else { property.kind },
            shown_as: property.kind,
            display_name: property.display_name.as_str().into(),
            required: property.required,
            multiple: property.has_multiple_values(),
            is_password: property.is_password(),
            takes_any: property.takes_any,
            typed_choices: property
                .choices()
                .map(|choice| &choice.value)
                .chain(std::iter::once(&default).filter(|default| default.is_number() || default.is_bool()))
                .filter(|value| typed(value))
                .map(|value| (to_text(value).into_owned(), value.clone()))
                .collect(),
            validation: property
                .validate_type
                .as_deref()
                .filter(|_| !property.ignore_validation_during_execution)
                .map(|kind| (kind.into(), property.choices().map(|choice| choice.value.clone()).collect())),
            default,
        }
    }

    /// Whether the value plainly is of the property's type, and nothing more is asked of it.
    pub(super) fn fits_at_once(property: &NodeProperty, value: &Json) -> bool {
        let fits = match property.kind {
            PropertyType::String => value.is_string(),
            PropertyType::Number => value.is_number(),
            PropertyType::Boolean => value.is_bool(),
            _ => false,
        };
        fits && !property.required && property.validate_type.is_none() && !property.has_multiple_values()
    }

    /// The value in the property's type; `None` when it is so already.
    pub(super) fn coerce(
        &self,
        value: Option<&Json>,
        place: &Place<'_>,
        is_date: fn(&str) -> bool,
    ) -> Result<Option<Json>, ParameterError> {
        let coerced = match value {
            // An expression that gives nothing is a value, too.
            None if self.takes_any => Some(Json::NULL),
            None => Some(self.default.clone()),
            // It is valid, and the node is to know of it.
            Some(value) if value.is_null() && (self.validation.is_some() || self.takes_any) => None,
            Some(value) if value.is_null() => (!self.default.is_null()).then(|| self.default.clone()),
            // The form's own default is right, whatever its type.
            Some(value) if !value.is_string() && *value == self.default => None,
            Some(value) if self.multiple || self.kind == PropertyType::MultiOptions => {
                self.coerce_list(value).map_err(|misfit| self.misfit_error(value, misfit, place))?
            }
            // What is checked besides is brought to its type there.
            Some(_) if self.validation.is_some() && self.kind == PropertyType::Number => None,
            Some(value) => self
                .coerce_single(value)
                .map_err(|expected| self.misfit_error(value, Misfit::Type(expected), place))?,
        };
        if self.required {
            self.check_filled_in(coerced.as_ref().or(value), place)?;
        }
        match (&self.validation, coerced.as_ref().or(value)) {
            (Some((kind, choices)), Some(current)) => {
                let valid = self.validate(current, kind, choices, place, is_date)?;
                Ok(if valid == *current { coerced } else { Some(valid) })
            }
            _ => Ok(coerced),
        }
    }

    /// The value in the type that the property asks for besides (`validateType`).
    fn validate(
        &self,
        value: &Json,
        kind: &str,
        choices: &[Json],
        place: &Place<'_>,
        is_date: fn(&str) -> bool,
    ) -> Result<Json, ParameterError> {
        let name = match place.segments().pop() {
            Some(Segment::Key(name)) => name,
            _ => self.display_name.clone(),
        };
        let options = FieldTypeOptions { choices, is_date, ..FieldTypeOptions::default() };
        validate_field_type(&name, value, kind, &options).map_err(|message| ParameterError {
            description: Some(message),
            ..ParameterError::new(place, format!("Invalid input for '{}'", self.display_name))
        })
    }

    fn coerce_list(&self, value: &Json) -> Result<Option<Json>, Misfit> {
        let Some(elements) = value.as_array() else { return Err(Misfit::Type("a list")) };
        let mut coerced: Option<Vec<Json>> = None;
        for (index, element) in elements.iter().enumerate() {
            if let Some(new) =
                self.coerce_single(element).map_err(|expected| Misfit::Element(index, expected))?
            {
                let list = coerced.get_or_insert_with(|| elements.to_vec());
                if let Some(slot) = list.get_mut(index) {
                    *slot = new;
                }
            }
        }
        Ok(coerced.map(Json::from))
    }

    fn coerce_single(&self, value: &Json) -> Result<Option<Json>, &'static str> {
        match self.kind {
            PropertyType::String
            | PropertyType::DateTime
            | PropertyType::Color
            | PropertyType::CredentialsSelect
            | PropertyType::CurlImport => coerce_text(value),
            PropertyType::Number => self.coerce_number(value),
            PropertyType::Boolean => self.coerce_boolean(value),
            PropertyType::Options | PropertyType::MultiOptions => self.coerce_choice(value),
            // An expression in place of a whole filter says itself whether it holds.
            PropertyType::Filter if value.is_bool() => Ok(None),
            PropertyType::Filter | PropertyType::AssignmentCollection | PropertyType::ResourceMapper => {
                if value.is_object() {
                    Ok(None)
                } else {
                    Err("an object")
                }
            }
            _ => Ok(None),
        }
    }

    fn coerce_number(&self, value: &Json) -> Result<Option<Json>, &'static str> {
        if value.is_number() {
            return Ok(None);
        }
        let text = value.as_str().ok_or("a number")?;
        if text.trim().is_empty() {
            return Ok(self.replacement(value));
        }
        let number = text_to_number(text);
        if number.is_finite() { Ok(Some(Json::from(number))) } else { Err("a number") }
    }

    fn coerce_boolean(&self, value: &Json) -> Result<Option<Json>, &'static str> {
        if value.is_bool() {
            return Ok(None);
        }
        let number = match value.as_str() {
            Some(text) if text.trim().is_empty() => return Ok(self.replacement(value)),
            Some(text) if text.eq_ignore_ascii_case("true") => 1.0,
            Some(text) if text.eq_ignore_ascii_case("false") => 0.0,
            Some(text) => text_to_number(text),
            None => value.as_f64().unwrap_or(f64::NAN),
        };
        if number == 0.0 || number == 1.0 {
            Ok(Some(Json::from(number == 1.0)))
        } else {
            Err("true or false")
        }
    }

    fn coerce_choice(&self, value: &Json) -> Result<Option<Json>, &'static str> {
        if value.is_array() || value.is_object() || value.is_null() {
            return Err("one of the choices");
        }
        if self.typed_choices.is_empty() {
            return coerce_text(value);
        }
        if self.typed_choices.iter().any(|(_, choice)| choice == value) {
            return Ok(None);
        }
        let text = to_text(value);
        match self.typed_choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Ok(Some(choice.clone())),
            None => Ok(None),
        }
    }

    /// The default in the place of an empty text, where that is another value.
    fn replacement(&self, value: &Json) -> Option<Json> {
        (self.default != *value).then(|| self.default.clone())
    }

    fn check_filled_in(&self, value: Option<&Json>, place: &Place<'_>) -> Result<(), ParameterError> {
        let error = |place: &Place<'_>| Err(ParameterError::new(place, required_message(&self.display_name)));
        match value.and_then(Json::as_array).filter(|_| self.multiple) {
            Some(elements) => {
                match elements.iter().position(|element| is_missing(self.shown_as, Some(element))) {
                    Some(index) => error(&Place::Index(place, index)),
                    None => Ok(()),
                }
            }
            None if is_missing(self.shown_as, value) => error(place),
            None => Ok(()),
        }
    }

    fn misfit_error(&self, value: &Json, misfit: Misfit, place: &Place<'_>) -> ParameterError {
        match misfit {
            Misfit::Type(expected) => self.type_error(value, expected, place),
            Misfit::Element(index, expected) => {
                let element = value.get_index(index).unwrap_or(&Json::NULL);
                self.type_error(element, expected, &Place::Index(place, index))
            }
        }
    }

    fn type_error(&self, value: &Json, expected: &str, place: &Place<'_>) -> ParameterError {
        ParameterError::type_mismatch(place, &self.display_name, expected, value, self.is_password)
    }
}

/// Whether a required property counts as not filled in: n8n's rule (`docs/parameters.md §9`), and `null` besides.
pub(super) fn is_missing(kind: PropertyType, value: Option<&Json>) -> bool {
    let is_empty_text = value.is_none_or(|value| value.is_null() || value.as_str() == Some(""));
    match kind {
        PropertyType::String | PropertyType::DateTime | PropertyType::Options => is_empty_text,
        PropertyType::MultiOptions => value.and_then(Json::as_array).is_some_and(<[Json]>::is_empty),
        PropertyType::ResourceLocator | PropertyType::WorkflowSelector | PropertyType::AgentSelector => {
            let inner = value.map(|value| if value.is_object() { value.get("value") } else { Some(value) });
            inner
                .flatten()
                .is_none_or(|inner| !inner.is_number() && !heddle_data::javascript::is_truthy(inner))
        }
        _ => false,
    }
}

/// n8n's message for an empty required property.
pub(super) fn required_message(display_name: &str) -> String {
    format!("Parameter \"{display_name}\" is required.")
}

fn coerce_text(value: &Json) -> Result<Option<Json>, &'static str> {
    if value.is_string() {
        Ok(None)
    } else if value.is_number() || value.is_bool() {
        Ok(Some(Json::from(&*to_text(value))))
    } else {
        Err("a text")
    }
}

impl ParameterError {
    pub(crate) fn new(place: &Place<'_>, message: impl Into<String>) -> Self {
        Self { path: place.path(), pointer: place.pointer(), message: message.into(), description: None }
    }

    pub(crate) fn type_mismatch(
        place: &Place<'_>,
        display_name: &str,
        expected: &str,
        value: &Json,
        is_secret: bool,
    ) -> Self {
        let found = describe_value(value, is_secret);
        let row = place.row().map_or_else(String::new, |row| format!(" in row {row}"));
        Self::new(
            place,
            format!("The parameter \"{display_name}\"{row} must be {expected}, but it is {found}"),
        )
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.path)
    }
}

impl std::error::Error for ParameterError {}

/// A value in words, shortened; a secret's text is left out.
fn describe_value(value: &Json, is_secret: bool) -> Cow<'static, str> {
    const LONGEST: usize = 40;
    if value.is_object() {
        return "an object".into();
    }
    if value.is_array() {
        return "a list".into();
    }
    if value.is_null() {
        return "empty".into();
    }
    if is_secret {
        return "another value".into();
    }
    let text = to_text(value);
    if !value.is_string() {
        return text.into_owned().into();
    }
    if text.chars().count() <= LONGEST {
        return format!("the text \"{text}\"").into();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("the text \"{start}…\"").into()
}
