//! Options of the classes of `Intl`, as they are read from whatever holds them.

use heddle_data::{Json, javascript};

use crate::LocaleError;

/// The name of an option, and what it may be.
pub type Choices = (&'static str, &'static [&'static str]);

/// An options argument of its owner's kind. An option that is not given is `None`; anything else is brought to the type
/// that is asked for as JavaScript does it.
pub trait OptionSource {
    /// An option as text.
    ///
    /// # Errors
    /// When the value cannot be a text.
    fn text(&self, name: &str) -> Result<Option<String>, LocaleError>;

    /// An option as a number; NaN where the value is none.
    ///
    /// # Errors
    /// When the value cannot be a number.
    fn number(&self, name: &str) -> Result<Option<f64>, LocaleError>;

    /// An option as true or false.
    fn flag(&self, name: &str) -> Option<bool>;
}

/// No options.
impl OptionSource for () {
    fn text(&self, _: &str) -> Result<Option<String>, LocaleError> {
        Ok(None)
    }

    fn number(&self, _: &str) -> Result<Option<f64>, LocaleError> {
        Ok(None)
    }

    fn flag(&self, _: &str) -> Option<bool> {
        None
    }
}

/// The members of an object.
impl OptionSource for Json {
    fn text(&self, name: &str) -> Result<Option<String>, LocaleError> {
        Ok(self.get(name).map(|value| javascript::to_text(value).into_owned()))
    }

    fn number(&self, name: &str) -> Result<Option<f64>, LocaleError> {
        Ok(self.get(name).map(javascript::to_number))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).map(javascript::is_truthy)
    }
}

/// The options of a class.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    source: &'a dyn OptionSource,
    class: &'a str,
}

impl<'a> Options<'a> {
    /// The options that `source` has; `class` is what errors call their class.
    pub fn new(source: &'a dyn OptionSource, class: &'a str) -> Self {
        Self { source, class }
    }

    /// An option as text.
    ///
    /// # Errors
    /// When the value cannot be a text.
    pub fn text(&self, name: &str) -> Result<Option<String>, LocaleError> {
        self.source.text(name)
    }

    /// An option as a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, LocaleError> {
        self.source.number(name)
    }

    /// An option as true or false.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.source.flag(name)
    }

    /// An option that is one of a few words, if it was given.
    pub(crate) fn optional(&self, (name, choices): Choices) -> Result<Option<&'static str>, LocaleError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = choices.iter().copied().find(|choice| *choice == text);
        found.map(Some).ok_or_else(|| {
            LocaleError::range_error(format!(
                "Value {text} out of range for {} options property {name}",
                self.class
            ))
        })
    }

    /// An option that is one of a few words.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn choice(&self, choices: Choices, default: &'static str) -> Result<&'static str, LocaleError> {
        Ok(self.optional(choices)?.unwrap_or(default))
    }

    /// How locales are looked for, which makes no difference here.
    ///
    /// # Errors
    /// When the option is none of the ways that there are.
    pub fn matcher(&self) -> Result<(), LocaleError> {
        self.optional(("localeMatcher", &["lookup", "best fit"])).map(drop)
    }

    /// A numbering system: subtags of a tag.
    ///
    /// # Errors
    /// When it cannot be subtags.
    pub fn numbering_system(&self) -> Result<Option<String>, LocaleError> {
        let Some(text) = self.text("numberingSystem")? else { return Ok(None) };
        match is_value(&text) {
            true => Ok(Some(text)),
            false => Err(LocaleError::range_error(format!("Invalid numberingSystem : {text}"))),
        }
    }
}

/// Whether a text can be the value of a keyword of a tag.
pub(crate) fn is_value(text: &str) -> bool {
    text.split('-')
        .all(|part| (3..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
