//! Options of the classes of `Intl` that are one of a few words.

use crate::luxon::option;
use crate::{Thrown, Value};

/// The name of an option, and what it may be.
pub(super) type Choices = (&'static str, &'static [&'static str]);

/// An options argument.
pub(super) struct Options<'a> {
    value: &'a Value,
    class: &'a str,
}

impl<'a> Options<'a> {
    /// The options of a class that takes anything but null; what is no object has no options.
    pub(super) fn lenient(value: &'a Value, class: &'a str) -> Result<Self, Thrown> {
        if !value.is_undefined() && value.is_nullish() {
            return Err(Thrown::type_error(format!("{class} called on null or undefined")));
        }
        Ok(Self { value, class })
    }

    /// The options of a class that takes nothing but objects, and undefined.
    pub(super) fn object(value: &'a Value, class: &'a str) -> Result<Self, Thrown> {
        let is_object = value.is_undefined() || value.members().is_some() || value.is_array();
        if !is_object || (!value.is_undefined() && value.is_nullish()) {
            return Err(Thrown::type_error("invalid_argument"));
        }
        Ok(Self { value, class })
    }

    /// The options of a class that needs them.
    pub(super) fn required(value: &'a Value, class: &'a str) -> Result<Self, Thrown> {
        if value.is_undefined() {
            return Err(Thrown::type_error("invalid_argument"));
        }
        Self::object(value, class)
    }

    /// An option as it was given.
    pub(super) fn get(&self, name: &str) -> Value {
        option(self.value, name)
    }

    /// An option as text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Thrown> {
        match self.get(name) {
            Value::Undefined => Ok(None),
            value => value.to_text().map(Some),
        }
    }

    /// An option that is one of a few words, if it was given.
    pub(super) fn optional(&self, (name, choices): Choices) -> Result<Option<&'static str>, Thrown> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = choices.iter().copied().find(|choice| *choice == text);
        found.map(Some).ok_or_else(|| {
            Thrown::range_error(format!(
                "Value {text} out of range for {} options property {name}",
                self.class
            ))
        })
    }

    /// An option that is one of a few words.
    pub(super) fn choice(&self, choices: Choices, default: &'static str) -> Result<&'static str, Thrown> {
        Ok(self.optional(choices)?.unwrap_or(default))
    }

    /// How locales are looked for, which makes no difference here.
    pub(super) fn matcher(&self) -> Result<(), Thrown> {
        self.optional(("localeMatcher", &["lookup", "best fit"])).map(drop)
    }

    /// A numbering system: subtags of a tag.
    pub(super) fn numbering_system(&self) -> Result<Option<String>, Thrown> {
        let Some(text) = self.text("numberingSystem")? else { return Ok(None) };
        match is_value(&text) {
            true => Ok(Some(text)),
            false => Err(Thrown::range_error(format!("Invalid numberingSystem : {text}"))),
        }
    }
}

/// Whether a text can be the value of a keyword of a tag.
pub(super) fn is_value(text: &str) -> bool {
    text.split('-')
        .all(|part| (3..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
